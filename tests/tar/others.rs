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
    let (mut by_tar, mut by_python) = (0, 0);
    for vector in recorded::vectors(&vectors.join("tar.json")) {
        let members = check_tar(&mut Report::default(), &data, &vector);
        for (name, tar, names) in check_written(vector["path"].as_str().unwrap(), &members) {
            if let Some(lists) = gnu_tar_lists(&tar, &names) {
                assert!(lists, "{name}: GNU tar lists other names");
                by_tar += 1;
            }
            if let Some(lists) = python_lists(&tar, &names) {
                assert!(lists, "{name}: Python's tarfile reads other names");
                by_python += 1;
            }
        }
    }
    println!("GNU tar listed {by_tar} tars, Python's tarfile {by_python}");
    for (program, count) in [("tar", by_tar), ("python3", by_python)] {
        if count == 0 {
            eprintln!("NOT RUN: {program} is not installed");
        }
    }
}
