//! Vectors made by running the systems that this project grew from.
//!
//! The folder comes from the environment variable `LAYERGLASS_VECTORS`; without it nothing is checked here, and the
//! project's own tables in the other test files stand for the rules.

mod exclusions;
mod image_store;
mod moby;
mod moby_tests;
mod singularity;
mod tag_store;

use std::path::Path;

use serde_json::Value;

use crate::report::{self, Report};

/// Reads one file of vectors and reports on each.
type Check = fn(&Value, &mut Report);

const FILES: &[(&str, Check)] = &[
    ("seeds/moby-imagestore.json", image_store::check),
    ("seeds/moby-digestset.json", image_store::check_search),
    ("seeds/moby-tests.json", moby_tests::check),
    ("seeds/moby-refstore.json", moby::check),
    ("seeds/docker-graph.json", tag_store::check),
    ("seeds/singularity-cri.json", singularity::check),
    ("seeds/singularity-cri-tests.json", singularity::check_tests),
];

#[test]
fn vectors() {
    let Some(folder) = std::env::var_os("LAYERGLASS_VECTORS") else {
        eprintln!("LAYERGLASS_VECTORS is not set: NO VECTORS OF OTHER IMPLEMENTATIONS WERE CHECKED");
        return;
    };
    let mut reports = Vec::new();
    for (name, check) in FILES {
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

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("no list {key}"))
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("no text {key} in {value}"))
}
