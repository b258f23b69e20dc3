//! The migration of Docker 1.10.

use std::collections::BTreeMap;

use layerglass::fs::block_on;
use layerglass::graph::{ImageOutcome, Migration};
use layerglass::image::ImageId;
use layerglass::store::{Backend, MemoryBackend};
use serde_json::Value;

use crate::migration::{TestLayers, target};
use crate::report::Report;
use crate::seeds::{list, text};

pub fn check(vectors: &Value, report: &mut Report) {
    let images = list(vectors, "images");
    // The newer form does not say whose a document is; the parent is named by the digest of its own document then.
    let older_id = |case: &Value| {
        let document: Value = serde_json::from_str(text(case, "graph_json")).expect("JSON");
        document["id"].as_str().map(str::to_owned)
    };
    let newer: Vec<&Value> = images.iter().filter(|case| older_id(case).is_none()).collect();
    let base =
        serde_json::from_str::<Value>(text(newer[1], "graph_json")).expect("JSON")["parent_id"].clone();
    let base = base.as_str().expect("a digest").strip_prefix("sha256:").expect("a digest").to_owned();
    migrate(&[(base, newer[0]), ("c".repeat(64), newer[1])], report);
    let older: Vec<(String, &Value)> =
        images.iter().filter_map(|case| Some((older_id(case)?, case))).collect();
    migrate(&older, report);
    names(&vectors["refs"], report);
}

fn migrate(cases: &[(String, &Value)], report: &mut Report) {
    let record = |(id, case): &(String, &Value)| {
        (format!("graph/{id}/json"), text(case, "graph_json").as_bytes().to_vec())
    };
    let source: MemoryBackend = cases.iter().map(record).collect();
    let layers = TestLayers::default();
    let target = target(MemoryBackend::new(), &layers);
    let done = block_on(Migration::new(&source, &target).run(&layers, |_| {})).expect("migrated");
    for (id, case) in cases {
        let outcome = done.images.iter().find(|image| image.id == *id).map(|image| &image.outcome);
        let Some(ImageOutcome::Migrated { image }) = outcome else { panic!("{id}: {outcome:?}") };
        report.equal(text(case, "name"), text(case, "image_id"), &image.to_string());
        let config = String::from_utf8(block_on(target.raw(image)).expect("found")).expect("a text");
        report.equal(format!("{} config", text(case, "name")), text(case, "config"), &config);
        let parent = target.parent(image).map(|parent| parent.to_string()).unwrap_or_default();
        report.equal(format!("{} parent", text(case, "name")), text(case, "parent_image_id"), &parent);
    }
}

/// The images of these vectors do not exist. Others stand for them here, as if they had been migrated before.
fn names(refs: &Value, report: &mut Report) {
    let backend = MemoryBackend::new();
    let layers = TestLayers::default();
    let target = target(backend.clone(), &layers);
    let mut stand_ins: BTreeMap<String, ImageId> = BTreeMap::new();
    let mut source = Vec::new();
    for (legacy, image) in refs["mappings"].as_object().expect("a table") {
        let config = format!(r#"{{"os":"linux","comment":{image},"rootfs":{{"type":"layers"}}}}"#);
        let stand_in = block_on(target.create(config.as_bytes(), Default::default())).expect("made");
        stand_ins.insert(image.as_str().expect("an id").to_owned(), stand_in);
        let key = format!("layerglass/migration/images/{legacy}");
        block_on(backend.put(&key, stand_in.to_string().as_bytes())).expect("put");
        source.push((format!("graph/{legacy}/json"), b"{}".to_vec()));
    }
    source.push((text(refs, "file_name").to_owned(), text(refs, "file").as_bytes().to_vec()));
    let source: MemoryBackend = source.into_iter().collect();
    block_on(Migration::new(&source, &target).run(&layers, |_| {})).expect("migrated");
    let expected: BTreeMap<String, ImageId> = refs["expected"]
        .as_object()
        .expect("a table")
        .iter()
        .map(|(name, image)| (name.clone(), stand_ins[image.as_str().expect("an id")]))
        .collect();
    let found = target.names().into_iter().map(|(name, image)| (name.to_string(), image)).collect();
    report.equal("names", expected.clone(), found);

    assert!(text(refs, "second_run").starts_with("no-op"));
    block_on(source.put(text(refs, "file_name"), b"damaged")).expect("put");
    let again = block_on(Migration::new(&source, &target).run(&layers, |_| {}));
    let found = target.names().into_iter().map(|(name, image)| (name.to_string(), image)).collect();
    report.equal(
        "names after a second run",
        (true, expected),
        (again.is_ok_and(|done| done.names_done), found),
    );
}
