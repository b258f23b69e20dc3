//! Disks that build upon disks.

use std::path::Path;

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{DiskFileError, disk_chain};
use layerglass::limits::Limits;
use layerglass::vm::DiskError;

use crate::support::fixture;

/// Writes a disk that builds upon `below`, by changing the name in one that does.
fn overlay(path: &Path, below: &str) {
    let mut disk = fixture("v2.qcow2");
    let at = u64::from_be_bytes(disk[8..16].try_into().unwrap()) as usize;
    disk[16..20].copy_from_slice(&(below.len() as u32).to_be_bytes());
    disk[at..at + below.len()].copy_from_slice(below.as_bytes());
    std::fs::write(path, disk).unwrap();
}

fn chain(path: &Path, allowed: &Path) -> Result<usize, DiskFileError> {
    disk_chain(path, allowed, &Limits::default()).map(|chain| chain.len())
}

#[test]
fn a_chain_is_followed_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("below")).unwrap();
    std::fs::write(at("below/base.qcow2"), fixture("snapshots.qcow2")).unwrap();
    overlay(&at("middle.qcow2"), "below/base.qcow2");
    overlay(&at("top.qcow2"), "middle.qcow2");
    assert_eq!(chain(&at("top.qcow2"), folder.path()).unwrap(), 3);
    let limits = Limits { backing_files: 2, ..Limits::default() };
    assert_eq!(disk_chain(at("top.qcow2"), folder.path(), &limits).unwrap_err().kind(), ErrorKind::Limit);
}

#[test]
fn a_cycle_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    overlay(&at("a"), "b");
    overlay(&at("b"), "./a");
    overlay(&at("self"), "self");
    for name in ["a", "b", "self"] {
        let error = chain(&at(name), folder.path()).unwrap_err();
        let is_cycle = matches!(&error, DiskFileError::Disk { source: DiskError::Cycle { .. }, .. });
        assert!(is_cycle, "{error}");
    }
}

#[test]
fn a_chain_stays_where_it_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("in")).unwrap();
    std::fs::write(at("secret"), fixture("snapshots.qcow2")).unwrap();
    let secret = at("secret").display().to_string();
    for name in ["../secret", &secret] {
        overlay(&at("in/a"), name);
        let error = chain(&at("in/a"), &at("in")).unwrap_err();
        assert!(matches!(error, DiskFileError::Outside { .. }), "{error}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../secret", at("in/link")).unwrap();
        overlay(&at("in/a"), "link");
        assert!(matches!(chain(&at("in/a"), &at("in")), Err(DiskFileError::Outside { .. })));
    }
    for name in ["json:{\"driver\":\"nbd\"}", "nbd:localhost:1", "https://example.org/a"] {
        overlay(&at("in/a"), name);
        assert!(matches!(chain(&at("in/a"), &at("in")), Err(DiskFileError::NotAFile { .. })));
    }
    overlay(&at("in/a"), "absent");
    assert_eq!(chain(&at("in/a"), &at("in")).unwrap_err().kind(), ErrorKind::NotFound);
}

/// A guest can write a header with a backing file into its raw disk; who says `raw` is not led by it.
#[test]
fn a_disk_that_is_said_to_be_raw_is_not_looked_into() {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path().join("top");
    let mut disk = fixture("v2.qcow2");
    let place = disk.windows(4).position(|bytes| bytes == [0xe2, 0x79, 0x2a, 0xca]).unwrap();
    disk[place + 4..place + 8].copy_from_slice(&3_u32.to_be_bytes());
    disk[place + 8..place + 16].copy_from_slice(b"raw\0\0\0\0\0");
    std::fs::write(&top, disk).unwrap();
    overlay(&folder.path().join("snapshots.qcow2"), "/etc/passwd");
    let chain = disk_chain(&top, folder.path(), &Limits::default()).unwrap();
    assert_eq!((chain.len(), chain[1].disk.as_ref()), (2, None));
}
