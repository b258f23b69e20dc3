//! What the headers of each format say.

use layerglass::vm::{BootEntry, Detail, Extent, Partition, PartitionTable, Qcow2, Scheme, VhdKind};

use crate::support::{codes, fixture, probe, probe_within};

fn qcow2(name: &str) -> (Qcow2, u64) {
    let disk = probe(&fixture(name)).unwrap();
    let Detail::Qcow2(qcow2) = disk.detail else { panic!("{disk:?}") };
    (qcow2, disk.virtual_size.unwrap())
}

fn places(table: &PartitionTable) -> Vec<(u32, u64, u64, &str)> {
    let place = |p: &Partition| (p.number, p.offset / 512, p.size / 512);
    table.partitions.iter().map(|p| (place(p).0, place(p).1, place(p).2, &*p.kind)).collect()
}

#[test]
fn qcow2_of_version_3_with_snapshots() {
    let (disk, size) = qcow2("snapshots.qcow2");
    assert_eq!((disk.version, disk.cluster_size, disk.refcount_bits, size), (3, 4096, 16, 8 << 20));
    assert_eq!((disk.encryption, disk.backing, &*disk.compression), (None, None, "deflate"));
    let snapshots: Vec<_> = disk.snapshots.iter().map(|s| (&*s.id, &*s.name, s.virtual_size)).collect();
    assert_eq!(snapshots, [("1", "first", Some(8 << 20)), ("2", "second", Some(8 << 20))]);
    assert!(disk.snapshots[0].seconds > 1_700_000_000);
    assert!(disk.features.is_empty());
}

#[test]
fn qcow2_of_version_2_over_another() {
    let (disk, size) = qcow2("v2.qcow2");
    assert_eq!((disk.version, disk.refcount_bits, size), (2, 16, 8 << 20));
    let backing = disk.backing.unwrap();
    assert_eq!((&*backing.name, backing.format.as_deref()), ("snapshots.qcow2", Some("qcow2")));
}

#[test]
fn qcow2_of_the_images() {
    let (disk, size) = qcow2("overlay.qcow2");
    assert!(disk.backing.is_some());
    let (flat, flat_size) = qcow2("flat-compressed.qcow2");
    assert_eq!((flat.backing, flat_size), (None, size));
}

#[test]
fn partitions_of_an_mbr_with_an_extended_one() {
    let disk = probe(&fixture("mbr.raw")).unwrap();
    assert_eq!(codes(&disk), [""; 0]);
    let Detail::Raw(table) = disk.detail else { panic!() };
    assert_eq!((table.scheme, &*table.disk_id, table.sector_size), (Scheme::Mbr, "12345678", 512));
    let expected = [(1, 64, 1000, "83"), (2, 2048, 4096, "05"), (5, 2112, 500, "82"), (6, 2688, 600, "83")];
    assert_eq!(places(&table), expected);
    assert_eq!(table.partitions.iter().filter(|p| p.bootable).count(), 1);
    assert_eq!(table.partitions[2].purpose, Some("Linux swap"));
}

#[test]
fn partitions_of_a_gpt() {
    let disk = probe(&fixture("gpt.raw")).unwrap();
    assert_eq!(codes(&disk), [""; 0]);
    let Detail::Raw(table) = disk.detail else { panic!() };
    assert_eq!((table.scheme, &*table.disk_id), (Scheme::Gpt, "10000000-2000-3000-4000-500000000000"));
    let (esp, root) = (&table.partitions[0], &table.partitions[1]);
    assert_eq!((esp.offset, esp.size, esp.purpose), (64 * 512, 1024 * 512, Some("EFI system")));
    assert_eq!((root.name.as_deref(), root.bootable, root.purpose), (Some("root"), true, Some("Linux")));
    assert_eq!((esp.name.as_deref(), esp.bootable), (Some("esp"), false));
}

#[test]
fn vmdk_in_its_three_forms() {
    for (name, kind, compressed) in
        [("sparse.vmdk", "monolithicSparse", false), ("stream.vmdk", "streamOptimized", true)]
    {
        let disk = probe(&fixture(name)).unwrap();
        assert_eq!((disk.virtual_size, codes(&disk)), (Some(4 << 20), vec![]), "{name}");
        let Detail::Vmdk(vmdk) = disk.detail else { panic!() };
        assert_eq!(
            (vmdk.create_type.as_deref(), vmdk.compressed, vmdk.grain_size),
            (Some(kind), compressed, Some(65536))
        );
        assert_eq!((vmdk.extents.len(), vmdk.parent_content_id), (1, None));
    }
    let disk = probe(&fixture("flat.vmdk")).unwrap();
    assert_eq!(disk.virtual_size, Some(4 << 20));
    let Detail::Vmdk(vmdk) = disk.detail else { panic!() };
    let (access, kind, file) = ("RW".to_owned(), "FLAT".to_owned(), Some("flat-flat.vmdk".to_owned()));
    assert_eq!(vmdk.extents, [Extent { access, size: 4 << 20, kind, file }]);
}

#[test]
fn vhd_fixed_and_dynamic() {
    let disk = probe(&fixture("fixed.vhd")).unwrap();
    assert_eq!((disk.virtual_size, codes(&disk)), (Some(4 << 20), vec![]));
    let Detail::Vhd(vhd) = disk.detail else { panic!() };
    assert_eq!((vhd.kind, &*vhd.creator, vhd.block_size), (VhdKind::Fixed, "qem2", None));
    assert_eq!(vhd.table.expect("partitions").partitions.len(), 4);
    let disk = probe(&fixture("dynamic.vhd")).unwrap();
    assert_eq!((disk.virtual_size, codes(&disk)), (Some(4 << 20), vec![]));
    let Detail::Vhd(vhd) = disk.detail else { panic!() };
    assert_eq!((vhd.kind, vhd.block_size, vhd.id.len()), (VhdKind::Dynamic, Some(2 << 20), 36));
}

#[test]
fn vhdx() {
    let (disk, read) = probe_within(&fixture("disk.vhdx"), &Default::default()).unwrap();
    assert_eq!((disk.virtual_size, codes(&disk)), (Some(4 << 20), vec![]));
    assert!(read < 1 << 20, "{read} bytes of headers");
    let Detail::Vhdx(vhdx) = disk.detail else { panic!() };
    assert_eq!((vhdx.block_size, vhdx.logical_sector_size, vhdx.has_log), (1 << 20, 512, false));
    assert!(vhdx.creator.starts_with("QEMU"), "{}", vhdx.creator);
}

#[test]
fn cd() {
    let disk = probe(&fixture("cd.iso")).unwrap();
    assert_eq!((disk.virtual_size, codes(&disk)), (Some(disk.size), vec![]));
    let Detail::Iso(iso) = disk.detail else { panic!() };
    assert_eq!((&*iso.volume, iso.joliet.as_deref()), ("LAYERGLASS", Some("LAYERGLASS")));
    assert_eq!((iso.publisher.as_deref(), iso.block_size), (Some("nobody"), 2048));
    let [BootEntry { platform, bootable: true, media, sectors: 4, .. }] = &*iso.boot else {
        panic!("{:?}", iso.boot)
    };
    assert_eq!((&**platform, &**media), ("x86", "none"));
}

#[test]
fn file_systems() {
    let disk = probe(&fixture("ext4.img")).unwrap();
    assert_eq!(disk.virtual_size, Some(256 << 10));
    let Detail::FileSystem(ext) = disk.detail else { panic!() };
    assert_eq!((ext.kind, ext.label.as_deref(), ext.block_size), ("ext4", Some("glass"), 1024));
    assert_eq!(ext.id.as_deref(), Some("01234567-89ab-cdef-0123-456789abcdef"));
    let disk = probe(&fixture("quirks.squashfs")).unwrap();
    let Detail::FileSystem(squashfs) = disk.detail else { panic!() };
    assert_eq!((squashfs.kind, squashfs.block_size), ("squashfs", 128 << 10));
    assert!(squashfs.compression.is_some() && squashfs.inodes > 10);
}

/// The header of a kernel: text of the version, and a body of 16 bytes.
fn kernel(version: &[u8]) -> Vec<u8> {
    let mut file = vec![0; 5 * 512 + 16];
    file[0..2].copy_from_slice(b"MZ");
    file[0x1f1] = 4;
    file[0x1f4] = 1;
    file[0x1fe..0x200].copy_from_slice(&[0x55, 0xaa]);
    file[0x202..0x208].copy_from_slice(b"HdrS\x0f\x02");
    file[0x20e..0x210].copy_from_slice(&0x300_u16.to_le_bytes());
    file[0x234] = 1;
    file[0x238..0x23c].copy_from_slice(&2047_u32.to_le_bytes());
    file[0x260..0x264].copy_from_slice(&(16_u32 << 20).to_le_bytes());
    file[0x500..0x500 + version.len()].copy_from_slice(version);
    file
}

#[test]
fn kernels() {
    let disk = probe(&kernel(b"6.1.0-13-amd64 (debian) #1 SMP\0rest")).unwrap();
    assert_eq!(codes(&disk), [""; 0]);
    let Detail::Kernel(kernel) = disk.detail else { panic!() };
    assert_eq!((kernel.architecture, kernel.protocol.as_deref()), ("x86", Some("2.15")));
    assert_eq!(kernel.version.as_deref(), Some("6.1.0-13-amd64 (debian) #1 SMP"));
    assert_eq!((kernel.command_line_bytes, kernel.memory), (Some(2047), Some(16 << 20)));
    assert!(kernel.relocatable && kernel.efi_stub);

    let mut image = vec![0; 4096];
    image[16..24].copy_from_slice(&4096_u64.to_le_bytes());
    image[0x38..0x3c].copy_from_slice(b"ARM\x64");
    let Detail::Kernel(kernel) = probe(&image).unwrap().detail else { panic!() };
    assert_eq!((kernel.architecture, kernel.memory, kernel.efi_stub), ("arm64", Some(4096), false));
}

#[test]
fn initrds_and_what_is_none_of_these() {
    for (bytes, format) in [
        (&b"070701000002"[..], "initrd"),
        (b"0707070000020", "initrd"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "compressed"),
        (b"\x28\xb5\x2f\xfd\x20", "compressed"),
        (b"hello", "unknown"),
        (&[0; 70_000], "unknown"),
    ] {
        let disk = probe(bytes).unwrap();
        assert_eq!((disk.detail.name(), disk.virtual_size), (format, None));
    }
}

#[test]
fn linuxkit() {
    let file = b"# a machine
kernel:
  image: linuxkit/kernel:6.6.13 # the kernel
  cmdline: \"console=tty0 console=ttyS0\"
init:
  - linuxkit/init:v1
  - 'linuxkit/runc:v1'
onboot:
  - name: sysctl
    image: linuxkit/sysctl:v1
    binds:
      - /etc/name:/etc/name
services:
- name: getty
  env:
   - INSECURE=true
   - name: not of the service
  image: linuxkit/getty:v1
- image: linuxkit/rngd:v1
  name: rngd
files:
  - path: etc/motd
    contents: |
      image: not an image
trust: {org: [linuxkit]}
";
    let Detail::LinuxKit(kit) = probe(file).unwrap().detail else { panic!() };
    assert_eq!(kit.kernel.as_deref(), Some("linuxkit/kernel:6.6.13"));
    assert_eq!(kit.command_line.as_deref(), Some("console=tty0 console=ttyS0"));
    assert_eq!(kit.init, ["linuxkit/init:v1", "linuxkit/runc:v1"]);
    let pairs = |list: &[layerglass::vm::Component]| {
        list.iter().map(|c| format!("{} {}", c.name, c.image)).collect::<Vec<_>>()
    };
    assert_eq!(pairs(&kit.onboot), ["sysctl linuxkit/sysctl:v1"]);
    assert_eq!(pairs(&kit.services), ["getty linuxkit/getty:v1", "rngd linuxkit/rngd:v1"]);
    assert_eq!(
        (&kit.files[..], &kit.unread[..]),
        (&["etc/motd".to_owned()][..], &["files".to_owned(), "trust".to_owned()][..])
    );
    assert_eq!(probe(b"services:\n- name: x\nother: 1\n").unwrap().detail.name(), "unknown");
}
