//! Vectors made by running the systems that this project grew from.
//!
//! The folder comes from the environment variable `LAYERGLASS_VECTORS`; without it nothing is checked here, and the
//! project's own tables in the other test files stand for the rules.

use std::path::Path;

use serde_json::Value;

use crate::report::{self, Report};

/// Reads one file of vectors and reports on each.
pub type Check = fn(&Value, &mut Report);

/// Checks the files of the folder that are known.
pub fn check(files: &[(&str, Check)]) {
    let Some(folder) = std::env::var_os("LAYERGLASS_VECTORS") else {
        eprintln!("LAYERGLASS_VECTORS is not set: NO VECTORS OF OTHER IMPLEMENTATIONS WERE CHECKED");
        return;
    };
    let mut reports = Vec::new();
    for (name, check) in files {
        let Ok(text) = std::fs::read_to_string(Path::new(&folder).join(name)) else { continue };
        let mut report = Report::new(Path::new(&folder), name);
        report.guarded(
            || (*name).to_owned(),
            |report| check(&serde_json::from_str(&text).expect("JSON"), report),
        );
        assert!(report.checked > 0, "{name} holds no vectors");
        reports.push(report);
    }
    assert!(!reports.is_empty(), "{} holds no file of vectors that is known", Path::new(&folder).display());
    report::print(&reports);
    let failures: Vec<String> = reports.iter().flat_map(|report| report.failures.iter().cloned()).collect();
    assert!(failures.is_empty(), "{} vectors fail:\n{}", failures.len(), failures.join("\n"));
}

pub fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("no list {key}"))
}

pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("no text {key} in {value}"))
}
