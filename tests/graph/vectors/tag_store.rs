//! The names of Docker 0.11.

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::block_on;
use layerglass::graph::{TagForm, TagStore};
use layerglass::store::{Backend, MemoryBackend};
use serde_json::Value;

use super::exclusions;
use crate::report::Report;
use crate::seeds::{list, text};
use crate::support::TestGraph;

type Tags<'g> = TagStore<'g, MemoryBackend, layerglass::graph::RecordContents<MemoryBackend>>;

pub fn check(graph: &TestGraph, vectors: &Value, report: &mut Report) {
    for (number, case) in list(vectors, "tagstore_load_cases").iter().enumerate() {
        load(graph, &format!("repositories-case{number}"), case, report);
    }
    let tags = block_on(TagStore::open(graph)).expect("opens");
    for step in list(vectors, "tagstore_script") {
        run(&tags, graph, step, report);
    }
}

fn load(graph: &TestGraph, key: &str, case: &Value, report: &mut Report) {
    let file = text(case, "file");
    block_on(graph.backend().put(key, file.as_bytes())).expect("put");
    let opened = block_on(TagStore::open_at(graph, key, TagForm::Legacy));
    if case.get("panic").is_some() {
        report.exclude(exclusions::TAG_PANIC);
    } else {
        report.equal(case, case["error"].is_null(), opened.is_ok());
    }
    if let Ok(tags) = opened {
        block_on(tags.set("r", "t", "aaaa", false)).expect("a tag");
        let expected = case["file_after"].as_str();
        let expected = expected.or(case.get("panic").map(|_| SET_AFTER_NULL));
        report.equal(format!("set in {file}"), expected.map(str::to_owned), read(graph, key));
    }
    block_on(graph.backend().delete(key)).expect("deleted");
}

const SET_AFTER_NULL: &str =
    r#"{"Repositories":{"r":{"t":"aaaa000000000000000000000000000000000000000000000000000000000000"}}}"#;

fn read(graph: &TestGraph, key: &str) -> Option<String> {
    let bytes = block_on(graph.backend().get(key)).expect("read");
    bytes.map(|bytes| String::from_utf8(bytes).expect("a text"))
}

fn run(tags: &Tags<'_>, graph: &TestGraph, step: &Value, report: &mut Report) {
    let (op, name) = (text(step, "op"), step["name"].as_str().unwrap_or_default());
    let (repository, tag) =
        (step["repo"].as_str().unwrap_or_default(), step["tag"].as_str().unwrap_or_default());
    let id = step["id"].as_str();
    let mut expected_file = step["file"].as_str().map(str::to_owned);
    match op {
        // Nothing is written before there is a name.
        "open (absent)" => {
            report.equal(step, 0, block_on(tags.repositories()).expect("read").len());
            return;
        }
        "set" => set(tags, graph, step, repository, tag, report),
        "lookup" => {
            let found = block_on(tags.lookup(name));
            report.equal(
                step,
                step["error"].is_null().then_some(id).flatten().map(str::to_owned),
                found.ok().map(|image| image.id),
            );
        }
        "get_image" => {
            let found = block_on(tags.get_image(repository, text(step, "tag_or_id"))).expect("looked up");
            report.equal(step, id.map(str::to_owned), found.map(|image| image.id));
        }
        "by_id" => {
            let found = serde_json::to_value(block_on(tags.by_id()).expect("read")).expect("JSON");
            report.equal(step, &step["table"], &found);
        }
        "image_name" | "image_name (untagged)" => {
            report.equal(
                step,
                text(step, "result"),
                &block_on(tags.image_name(id.expect("an id"))).expect("read"),
            );
        }
        "delete" => {
            let result = block_on(tags.delete(repository, tag));
            if step["deleted"] == false && step["error"].is_null() {
                assert_eq!(result.expect_err("is not there").kind(), ErrorKind::NotFound);
                report.exclude(exclusions::TAG_DELETE);
            } else {
                report.equal(step, step["error"].is_null(), result.is_ok());
            }
        }
        "delete_all" => {
            let gone = block_on(tags.delete_all(id.expect("an id"))).expect("deleted");
            if step["note"].as_str().is_some_and(|note| note.contains("registry port")) {
                assert_eq!(gone, ["localhost:5000/team/app:v1", "myapp:x y z!"]);
                report.exclude(exclusions::TAG_PORT);
                let left = r#""localhost:5000/team/app":{"v1":"aaaa000000000000000000000000000000000000000000000000000000000000"},"#;
                expected_file = expected_file.map(|file| file.replace(left, ""));
            }
        }
        other => panic!("an operation that is not known: {other}"),
    }
    if expected_file.is_some() {
        report.equal(format!("{op} file"), expected_file, read(graph, tags.key()));
    }
}

fn set(tags: &Tags<'_>, graph: &TestGraph, step: &Value, repository: &str, tag: &str, report: &mut Report) {
    let image = text(step, "image");
    let result = block_on(tags.set(repository, tag, image, false));
    match result {
        Err(error) if step["error"].is_null() && error.kind() == ErrorKind::Conflict => {
            report.exclude(exclusions::TAG_FORCE);
            report.equal(
                format!("{step} with force"),
                true,
                block_on(tags.set(repository, tag, image, true)).is_ok(),
            );
        }
        Err(_) if step["error"].is_null() => {
            assert_eq!(tag, "x y z!");
            report.exclude(exclusions::TAG_GRAMMAR);
            // It is kept where the original has written it.
            block_on(graph.backend().put(tags.key(), text(step, "file").as_bytes())).expect("put");
        }
        result => report.equal(step, step["error"].is_null(), result.is_ok()),
    }
}
