//! Headers that lie.

use layerglass::error::{ErrorKind, Reason};
use layerglass::limits::Limits;
use layerglass::vm::{Detail, DiskError};

use crate::support::{codes, fixture, probe, probe_within};

fn with(name: &str, at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = fixture(name);
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

fn refused(file: &[u8]) -> DiskError {
    probe(file).expect_err("a disk that lies")
}

#[test]
fn qcow2_tables_lie_in_the_file_and_apart() {
    for at in [40, 48, 64] {
        let beyond = refused(&with("snapshots.qcow2", at, &(1_u64 << 40).to_be_bytes()));
        assert!(matches!(beyond, DiskError::BeyondEnd { .. }), "{beyond}");
        assert_eq!(beyond.kind(), ErrorKind::Corrupt);
        let skewed = refused(&with("snapshots.qcow2", at, &4097_u64.to_be_bytes()));
        assert!(matches!(skewed, DiskError::Value { offset, .. } if offset == at as u64), "{skewed}");
        let upon = refused(&with("snapshots.qcow2", at, &0_u64.to_be_bytes()));
        assert!(matches!(upon, DiskError::Overlap { with: "header", .. }), "{upon}");
    }
    let file = fixture("snapshots.qcow2");
    let refcounts: [u8; 8] = file[48..56].try_into().unwrap();
    let upon = refused(&with("snapshots.qcow2", 40, &refcounts));
    assert!(matches!(upon, DiskError::Overlap { what: "L1 table", with: "refcount table", .. }), "{upon}");
}

#[test]
fn qcow2_fields_have_bounds() {
    for (at, value, what) in [
        (4, 1, "version"),
        (4, 9, "version"),
        (20, 8, "cluster bits"),
        (20, 31, "cluster bits"),
        (32, 3, "encryption method"),
        (36, 0, "L1 entries"),
        (96, 7, "refcount order"),
        (100, 72, "header length"),
        (100, 105, "header length"),
        (100, 1 << 30, "header length"),
    ] {
        let error = refused(&with("snapshots.qcow2", at, &u32::to_be_bytes(value)));
        let is_it = match &error {
            DiskError::Value { what: found, .. } => *found == what,
            other => matches!(other, DiskError::Version { .. }) && what == "version",
        };
        assert!(is_it, "{at}: {error}");
    }
    let long = refused(&with("v2.qcow2", 16, &1024_u32.to_be_bytes()));
    assert!(long.to_string().contains("length of the backing file's name"), "{long}");
    let far = refused(&with("v2.qcow2", 8, &5000_u64.to_be_bytes()));
    assert!(far.to_string().contains("offset of the backing file's name"), "{far}");
    let many = refused(&with("snapshots.qcow2", 60, &u32::MAX.to_be_bytes()));
    assert!(matches!(many, DiskError::BeyondEnd { what: "snapshot table", .. }), "{many}");
    let limits = Limits { snapshots: 1, ..Limits::default() };
    let limited = probe_within(&fixture("snapshots.qcow2"), &limits).unwrap_err();
    assert_eq!((limited.kind(), limited.to_string().contains("`snapshots`")), (ErrorKind::Limit, true));
}

#[test]
fn a_chain_of_extended_partitions_ends() {
    let mbr = fixture("mbr.raw");
    // The second entry of the first extended record names the next one, relative to the extended partition.
    let record = 2048 * 512;
    let place = record + 446 + 16 + 8;
    assert_eq!(&mbr[place - 4], &5);
    for (target, is_cycle) in [(0_u32, true), (1 << 30, false)] {
        let error = refused(&with("mbr.raw", place, &target.to_le_bytes()));
        let found = match error {
            DiskError::Cycle { .. } => true,
            DiskError::BeyondEnd { what: "extended boot record", .. } => false,
            other => panic!("{other}"),
        };
        assert_eq!(found, is_cycle);
    }
    let unsigned = refused(&with("mbr.raw", record + 510, &[0, 0]));
    assert_eq!(unsigned.found().as_deref(), Some("0000"));
    let limits = Limits { partitions: 3, ..Limits::default() };
    assert_eq!(probe_within(&mbr, &limits).unwrap_err().kind(), ErrorKind::Limit);
}

#[test]
fn partitions_beyond_the_end_or_upon_another_are_found() {
    let beyond = probe(&with("mbr.raw", 446 + 12, &(1_u32 << 30).to_le_bytes())).unwrap();
    assert!(codes(&beyond).contains(&"disk-beyond-end"), "{:?}", beyond.findings);
    let upon = probe(&with("mbr.raw", 446 + 12, &2100_u32.to_le_bytes())).unwrap();
    assert_eq!(codes(&upon), ["disk-overlap"]);
}

#[test]
fn one_copy_of_a_gpt_is_enough() {
    let whole = probe(&fixture("gpt.raw")).unwrap();
    let last = (4 << 20) - 512;
    for (at, code) in [
        (512 + 60, "disk-checksum"),
        (512, "gpt-first-gone"),
        (1024 + 3, "disk-checksum"),
        (last + 60, "disk-checksum"),
        (last, "disk-value"),
    ] {
        let damaged = probe(&with("gpt.raw", at, b"\xff\xff")).unwrap();
        assert_eq!(codes(&damaged), [code], "at {at}");
        assert_eq!(damaged.detail, whole.detail, "at {at}");
    }
    let mut both = with("gpt.raw", 512 + 60, b"\xff");
    both[last + 60] = 0xff;
    assert!(matches!(refused(&both), DiskError::Checksum { what: "GPT header", offset: 512, .. }));
    let short = probe(&fixture("gpt.raw")[..3 << 20]).unwrap();
    assert!(codes(&short).contains(&"disk-beyond-end"), "{:?}", short.findings);
}

#[test]
fn vhd_and_vhdx_check_sums_and_places() {
    let changed = probe(&with("fixed.vhd", 4 << 20 | 40, &[1])).unwrap();
    assert_eq!(codes(&changed), ["disk-checksum"]);
    let dynamic = fixture("dynamic.vhd");
    let cut = probe(&dynamic[..dynamic.len() - 512]).unwrap();
    assert_eq!(codes(&cut), ["disk-value"], "the copy at the start counts");
    let far = with("dynamic.vhd", dynamic.len() - 512 + 16, &(1_u64 << 50).to_be_bytes());
    assert!(matches!(refused(&far), DiskError::BeyondEnd { what: "VHD dynamic header", .. }));
    let table = refused(&with("dynamic.vhd", 512 + 16, &0_u64.to_be_bytes()));
    assert!(matches!(table, DiskError::Overlap { what: "block table", .. }), "{table}");

    let one = probe(&with("disk.vhdx", 64 << 10 | 100, &[1])).unwrap();
    assert_eq!(codes(&one), ["disk-checksum"]);
    let mut both = with("disk.vhdx", 64 << 10 | 100, &[1]);
    both[128 << 10 | 100] = 1;
    assert!(matches!(refused(&both), DiskError::Checksum { what: "VHDX header", .. }));
}

#[test]
fn vmdk_and_cd_lie_in_their_files() {
    let table = refused(&with("sparse.vmdk", 56, &(1_u64 << 40).to_le_bytes()));
    assert!(matches!(table, DiskError::BeyondEnd { what: "grain directory", .. }), "{table}");
    let huge = refused(&with("sparse.vmdk", 12, &u64::MAX.to_le_bytes()));
    assert!(matches!(huge, DiskError::Value { what: "capacity", .. }), "{huge}");
    let transferred = probe(&with("sparse.vmdk", 73, b"\r\n")).unwrap();
    assert_eq!(codes(&transferred), ["vmdk-line-ends"]);

    let cd = fixture("cd.iso");
    let half = probe(&cd[..cd.len() / 2]).unwrap();
    assert!(codes(&half).contains(&"disk-beyond-end"), "{:?}", half.findings);
    let catalogue = refused(&with("cd.iso", 17 * 2048 + 71, &u32::MAX.to_le_bytes()));
    assert!(matches!(catalogue, DiskError::BeyondEnd { what: "boot catalogue", .. }), "{catalogue}");
}

#[test]
fn a_file_that_ends_while_it_is_read_is_an_error() {
    use layerglass::vm::DiskProbe;
    let mut probe = DiskProbe::new(1 << 20, &Limits::default());
    let want = probe.next(None).unwrap().unwrap();
    assert_eq!(want.offset, 0);
    assert!(matches!(probe.next(Some(b"QFI\xfb")), Err(DiskError::BeyondEnd { .. })));
    assert!(matches!(probe.finish(), Err(DiskError::BeyondEnd { .. })));
    assert!(matches!(DiskProbe::new(1, &Limits::default()).finish(), Err(DiskError::Unfinished)));
    assert!(matches!(refused(b""), DiskError::Empty));
    let disk = crate::support::probe(&fixture("v2.qcow2")).unwrap();
    assert!(matches!(disk.detail, Detail::Qcow2(_)));
}
