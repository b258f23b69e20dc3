//! Vectors made by running other implementations.
//!
//! The folder comes from the environment variable `LAYERGLASS_VECTORS`; without it nothing is checked here, and the
//! project's own tables in the other test files stand for the rules.
#![cfg(not(target_arch = "wasm32"))]

mod chainid;
mod config;
mod digest;
mod exclusions;
mod fuzz;
mod manifest;
mod ops;
mod platform;
mod reference;
mod report;
mod seeds;
mod seeds_image;
mod singularity;
mod source;

use std::path::Path;

use report::Report;

/// Reads one file of a folder of vectors and reports on each vector.
type Check = fn(&str, &mut Report);

/// Every file that is known.
const FILES: &[(&str, Check)] = &[
    ("reference.json", reference::check),
    ("reference-fuzz.jsonl", fuzz::check),
    ("ops.json", ops::check),
    ("digest.json", digest::check),
    ("chainid.json", chainid::check),
    ("config.json", config::check),
    ("manifest.json", manifest::check),
    ("platform.json", platform::check),
    ("seeds/docker-graph-migration.json", seeds_image::docker_graph_migration),
    ("seeds/docker-reference.json", seeds::docker_reference),
    ("seeds/docker-reference-more.json", seeds::docker_reference_more),
    ("seeds/moby-chainid.json", seeds::moby_chainid),
    ("seeds/moby-digestset.json", seeds::moby_digestset),
    ("seeds/moby-imagestore.json", seeds_image::moby_imagestore),
    ("seeds/moby-image-json.json", seeds_image::moby_image_json),
    ("seeds/moby-image-json-v29-differences.json", seeds_image::moby_image_json_v29),
    ("seeds/moby-tests.json", seeds_image::moby_tests),
    ("seeds/moby-v1-conversion.json", seeds_image::moby_v1_conversion),
    ("seeds/moby-v1id.json", seeds_image::moby_v1id),
    ("seeds/singularity-cri.json", singularity::singularity_cri),
    ("seeds/singularity-cri-tests.json", singularity::singularity_cri_tests),
];

#[test]
fn vectors() {
    let Some(folder) = std::env::var_os("LAYERGLASS_VECTORS") else {
        eprintln!("LAYERGLASS_VECTORS is not set: NO VECTORS OF OTHER IMPLEMENTATIONS WERE CHECKED");
        return;
    };
    let folder = Path::new(&folder);
    // What panics is reported with its vector.
    std::panic::set_hook(Box::new(|_| {}));
    let mut reports = Vec::new();
    for (name, check) in FILES {
        let Ok(text) = std::fs::read_to_string(folder.join(name)) else { continue };
        let mut report = Report::new(folder, name);
        report.guarded(|| "the file".to_owned(), |report| check(&text, report));
        if report.checked + report.excluded() == 0 {
            report.failures.push(format!("{name} holds no vectors"));
        }
        reports.push(report);
    }
    drop(std::panic::take_hook());
    assert!(!reports.is_empty(), "{} holds no file of vectors that is known", folder.display());
    report::print(&reports);
    let failures: Vec<String> = reports.iter().flat_map(|report| report.failures.iter().cloned()).collect();
    assert!(failures.is_empty(), "{} vectors fail:\n{}", failures.len(), failures.join("\n"));
}
