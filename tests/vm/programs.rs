//! The same as the programs that made them say, for disks that they make on the spot.

use layerglass::fs::probe_disk;
use layerglass::limits::Limits;
use layerglass::vm::{Detail, Disk};
use serde_json::Value;

use crate::support::{codes, probe, run, tool};

/// Each way of making a disk, and how qemu-img calls the format.
const DISKS: [(&str, &str, &str); 12] = [
    ("qcow2", "qcow2", "compat=1.1"),
    ("qcow2", "qcow2", "compat=0.10,cluster_size=512"),
    ("qcow2", "qcow2", "compat=1.1,refcount_bits=64,lazy_refcounts=on"),
    ("qcow2", "qcow2", "extended_l2=on,cluster_size=2M,compression_type=zstd"),
    ("qcow2", "qcow2", "preallocation=metadata"),
    ("vmdk", "vmdk", "subformat=monolithicSparse"),
    ("vmdk", "vmdk", "subformat=streamOptimized"),
    ("vmdk", "vmdk", "subformat=twoGbMaxExtentFlat"),
    ("vpc", "vpc", "subformat=dynamic"),
    ("vpc", "vpc", "subformat=dynamic,force_size=on"),
    ("vhdx", "vhdx", "subformat=dynamic"),
    ("vhdx", "vhdx", "subformat=fixed,block_size=1M"),
];

fn own_name(disk: &Disk) -> &str {
    match disk.detail.name() {
        "vhd" => "vpc",
        name => name,
    }
}

#[test]
fn sizes_and_details_are_those_of_qemu_img() {
    let Some(qemu) = tool("qemu-img") else { return };
    for (index, (format, name, options)) in DISKS.iter().enumerate() {
        for size in ["1M", "3G", "37G"] {
            if options.contains("fixed") && size != "1M" {
                continue;
            }
            let folder = tempfile::tempdir().unwrap();
            let file = format!("{index}.img");
            run(&qemu, folder.path(), &["create", "-q", "-f", format, "-o", options, &file, size]);
            let info = run(&qemu, folder.path(), &["info", "--output=json", &file]);
            let info: Value = serde_json::from_slice(&info).unwrap();
            let disk = probe_disk(folder.path().join(&file), &Limits::default())
                .unwrap_or_else(|error| panic!("{format} {options} {size}: {error}"));
            assert_eq!(info["format"], **name);
            let found = (own_name(&disk), disk.virtual_size, codes(&disk));
            assert_eq!(found, (*name, info["virtual-size"].as_u64(), vec![]), "{format} {options} {size}");
            if let Detail::Qcow2(qcow2) = &disk.detail {
                let data = &info["format-specific"]["data"];
                assert_eq!(Some(qcow2.cluster_size.into()), info["cluster-size"].as_u64());
                assert_eq!(data["compat"], if qcow2.version == 3 { "1.1" } else { "0.10" });
                let compression = if qcow2.compression == "deflate" { "zlib" } else { &qcow2.compression };
                assert_eq!(data["compression-type"], *compression);
                if qcow2.version == 3 {
                    assert_eq!(Some(qcow2.refcount_bits.into()), data["refcount-bits"].as_u64());
                    let has = |feature: &str| Value::Bool(qcow2.features.iter().any(|name| name == feature));
                    assert_eq!(data["lazy-refcounts"], has("lazy refcounts"));
                    assert_eq!(data["extended-l2"], has("extended L2"));
                }
            }
        }
    }
}

#[test]
fn snapshots_backing_files_and_encryption_are_those_of_qemu_img() {
    let Some(qemu) = tool("qemu-img") else { return };
    let folder = tempfile::tempdir().unwrap();
    let qemu = |arguments: &[&str]| run(&qemu, folder.path(), arguments);
    qemu(&["create", "-q", "-f", "qcow2", "base.qcow2", "64M"]);
    for name in ["one", "with spaces", "ünïcode"] {
        qemu(&["snapshot", "-c", name, "base.qcow2"]);
    }
    qemu(&["create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", "top.qcow2"]);
    qemu(&["create", "-q", "-f", "qcow2", "-o", "data_file=data.raw", "external.qcow2", "1M"]);
    let luks = "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10";
    qemu(&["create", "-q", "--object", "secret,id=s,data=x", "-f", "qcow2", "-o", luks, "luks.qcow2", "1M"]);
    let read = |name: &str| {
        let disk = probe(&std::fs::read(folder.path().join(name)).unwrap()).unwrap();
        let Detail::Qcow2(qcow2) = disk.detail else { panic!() };
        let info: Value = serde_json::from_slice(&qemu(&["info", "--output=json", name])).unwrap();
        (qcow2, info)
    };
    let (base, info) = read("base.qcow2");
    let theirs = info["snapshots"].as_array().unwrap();
    assert_eq!(theirs.len(), 3);
    for (ours, theirs) in base.snapshots.iter().zip(theirs) {
        assert_eq!(theirs["id"], *ours.id);
        assert_eq!(theirs["name"], *ours.name);
        assert_eq!(theirs["date-sec"], ours.seconds);
        assert_eq!(theirs["date-nsec"], ours.nanoseconds);
        assert_eq!(theirs["vm-state-size"], ours.state_size);
    }
    assert_eq!(base.snapshots.len(), 3);
    let (top, info) = read("top.qcow2");
    let backing = top.backing.unwrap();
    assert_eq!(
        (&info["backing-filename"], &info["backing-filename-format"]),
        (&Value::from(backing.name), &Value::from(backing.format))
    );
    let (external, _) = read("external.qcow2");
    assert_eq!(external.data_file.as_deref(), Some("data.raw"));
    assert!(external.features.iter().any(|feature| feature == "external data file"));
    let (luks, _) = read("luks.qcow2");
    assert_eq!(luks.encryption, Some("luks"));
}

#[test]
fn partitions_are_those_of_sfdisk() {
    let Some(sfdisk) = tool("sfdisk") else { return };
    let folder = tempfile::tempdir().unwrap();
    let logical: String = (0..40).map(|_| ",1M\n").collect();
    for (name, script) in [
        ("mbr", format!("label: dos\n,4M,c,*\n,4M\n,,E\n{logical}")),
        ("gpt", format!("label: gpt\n,4M,U\n{logical}")),
    ] {
        let disk_path = folder.path().join(name);
        std::fs::File::create(&disk_path).unwrap().set_len(200 << 20).unwrap();
        std::fs::write(folder.path().join("script"), script).unwrap();
        let shell = format!("{} -q {name} < script", sfdisk.display());
        run("/bin/sh".as_ref(), folder.path(), &["-c", &shell]);
        let theirs: Value = serde_json::from_slice(&run(&sfdisk, folder.path(), &["-J", name])).unwrap();
        let disk = probe(&std::fs::read(&disk_path).unwrap()).unwrap();
        assert_eq!(codes(&disk), [""; 0], "{name}");
        let Detail::Raw(table) = disk.detail else { panic!() };
        let theirs = theirs["partitiontable"]["partitions"].as_array().unwrap().clone();
        assert_eq!(table.partitions.len(), theirs.len());
        for (ours, theirs) in table.partitions.iter().zip(theirs) {
            assert_eq!(theirs["node"], format!("{name}{}", ours.number));
            assert_eq!(
                (theirs["start"].as_u64(), theirs["size"].as_u64()),
                (Some(ours.offset / 512), Some(ours.size / 512))
            );
            let kind = theirs["type"].as_str().unwrap().to_lowercase();
            assert_eq!(ours.kind.trim_start_matches('0'), kind.trim_start_matches('0'));
        }
    }
}
