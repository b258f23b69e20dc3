//! Other people's archives against what `archives.json` says of them, and their tars against `tar.json`.
//!
//! `LAYERGLASS_VECTORS` names the folder of both, `LAYERGLASS_DATA` that of the files.

use crate::recorded::{self, Report};
use crate::recorded_archives::check_archive;
use crate::recorded_tars::{check_tar, check_written};

#[test]
fn archives_of_others_hold_what_is_recorded() {
    let Some((vectors, data)) = recorded::folders("other people's archives") else { return };
    let mut report = Report::default();
    for vector in recorded::vectors(&vectors.join("archives.json")) {
        check_archive(&mut report, &data, &vector);
    }
    report.check("archives.json");
}

#[test]
fn tars_of_others_hold_what_go_reads_and_are_written_again() {
    let Some((vectors, data)) = recorded::folders("other people's tars") else { return };
    let mut report = Report::default();
    let mut written = 0;
    for vector in recorded::vectors(&vectors.join("tar.json")) {
        let members = check_tar(&mut report, &data, &vector);
        written += check_written(vector["path"].as_str().unwrap(), &members).len();
    }
    report.check("tar.json");
    println!("{written} tars written again and read");
    assert!(written > 0);
}
