//! Other people's tar files against what Go's archive/tar reads from them, and written again.
//!
//! `LAYERGLASS_VECTORS` names the folder of `tar.json`, `LAYERGLASS_DATA` that of the files.

use crate::recorded::{self, Report};
use crate::recorded_tars::{check_tar, check_written, gnu_tar_lists, python_lists};

#[test]
fn tars_of_others_hold_what_go_reads() {
    let Some((vectors, data)) = recorded::folders("other people's tars") else { return };
    let mut report = Report::default();
    let mut members = 0;
    for vector in recorded::vectors(&vectors.join("tar.json")) {
        members += check_tar(&mut report, &data, &vector).len();
    }
    report.check("tar.json");
    assert!(members > 0, "tar.json records no member");
}

#[test]
fn tars_of_others_are_written_again() {
    let Some((vectors, data)) = recorded::folders("other people's tars, written again") else { return };
    let mut written = Vec::new();
    for vector in recorded::vectors(&vectors.join("tar.json")) {
        let members = check_tar(&mut Report::default(), &data, &vector);
        written.extend(check_written(vector["path"].as_str().unwrap(), &members));
    }
    assert!(!written.is_empty());
    let by_tar: Vec<bool> = written.iter().filter_map(|(_, tar, names)| gnu_tar_lists(tar, names)).collect();
    for ((name, ..), lists) in written.iter().zip(&by_tar) {
        assert!(lists, "{name}: GNU tar lists other names");
    }
    let by_python = python_lists(&written);
    assert_ne!(by_python, Some(false), "Python's tarfile reads other names");
    println!("{} tars written again, {} listed by GNU tar", written.len(), by_tar.len());
    for (program, is_there) in [("tar", !by_tar.is_empty()), ("python3", by_python.is_some())] {
        if !is_there {
            eprintln!("NOT RUN: {program} is not installed");
        }
    }
}
