//! The scenarios of the image cache of vSphere Integrated Containers.

use std::collections::BTreeSet;
use std::thread;

use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::block_on;
use layerglass::graph::{GraphError, SCRATCH, WriteLayer};
use layerglass::store::{Backend, MemoryBackend, Sharing};
use serde_json::Value;

use super::exclusions;
use crate::report::Report;
use crate::seeds::{list, text};
use crate::support::{TestStores, open_stores};

const STORE: &str = "testStore";

pub fn check(vectors: &Value, report: &mut Report) {
    let empty = Digest::sha256(b"").to_string();
    report.equal("the checksum of nothing", text(vectors, "empty_sha256"), &empty);
    report.each(list(vectors, "scenarios"), |scenario, report| match text(scenario, "name") {
        "list images" => listing(scenario, report),
        "write through the cache after it already exists in the backing store" => rewrite(scenario, report),
        "restart" => restart(scenario, report),
        "delete" => delete(scenario, report),
        "delete branch" => delete_branch(scenario, report),
        "create store failures" => failures(scenario, report),
        "create twice" => {
            let (_, stores) = prepared();
            report.equal(
                scenario,
                ErrorKind::Conflict,
                block_on(stores.create(STORE)).expect_err("is there").kind(),
            );
        }
        "cache refill order" => {
            // The ids sort against the order of the tree.
            let (backend, stores) = prepared();
            for (id, parent) in [("id4", SCRATCH), ("id3", "id4"), ("id2", "id3"), ("id1", "id2")] {
                write(&stores, id, parent).expect("written");
            }
            let found = block_on(open_stores(&backend).list(STORE)).expect("listed");
            let found: Vec<String> = found.into_iter().map(|layer| layer.id).collect();
            report.equal(
                scenario,
                vec!["id1", "id2", "id3", "id4"],
                found.iter().map(String::as_str).collect(),
            );
        }
        "broken pull" => broken(scenario, report),
        "in-progress clean-up" => {
            let (backend, stores) = prepared();
            write(&stores, "a", SCRATCH).expect("written");
            block_on(backend.delete(&format!("VIC/{STORE}/images/a/manifest"))).expect("deleted");
            report.equal(format!("{scenario} get"), true, block_on(stores.get(STORE, "a")).is_err());
            report.equal(
                format!("{scenario} clean"),
                vec!["a".to_owned()],
                block_on(stores.clean_up(STORE)).expect("ok"),
            );
            let left: Vec<String> = backend.records().into_keys().filter(|key| key.contains("/a")).collect();
            report.equal(format!("{scenario} left"), Vec::<String>::new(), left);
            report.equal(format!("{scenario} root"), true, block_on(stores.get(STORE, SCRATCH)).is_ok());
        }
        "parallel writes" => {
            let (_, stores) = prepared();
            let written = thread::scope(|scope| {
                let stores = &stores;
                let writers: Vec<_> =
                    (0..10).map(|n| scope.spawn(move || write(stores, &format!("l{n}"), SCRATCH))).collect();
                writers.into_iter().map(|writer| writer.join().expect("ends")).filter(Result::is_ok).count()
            });
            report.equal(scenario, 10, written);
            report.equal(format!("{scenario} list"), 10, block_on(stores.list(STORE)).expect("listed").len());
        }
        "layers accumulate" => accumulate(scenario, report),
        other => panic!("a scenario that is not known: {other}"),
    });
    for (what, expected) in vectors["http_mapping"].as_object().expect("a table") {
        assert!(expected.is_u64(), "{what}");
        report.exclude(exclusions::STATUS);
    }
    report.exclude(exclusions::MODEL);
}

fn prepared() -> (MemoryBackend, TestStores) {
    let backend = MemoryBackend::new();
    let stores = open_stores(&backend);
    block_on(stores.create(STORE)).expect("created");
    (backend, stores)
}

fn write<B: Backend + Clone>(stores: &TestStores<B>, id: &str, parent: &str) -> Result<(), GraphError> {
    let layer =
        WriteLayer::on(parent).with_metadata("metaData", id).with_checksum(Digest::sha256(id.as_bytes()));
    block_on(stores.write(STORE, id, layer, id.as_bytes())).map(drop)
}

fn fill(stores: &TestStores) {
    for number in 1..50 {
        write(stores, &format!("ID-{number}"), SCRATCH).expect("written");
    }
}

fn listing(scenario: &Value, report: &mut Report) {
    let (_, stores) = prepared();
    fill(&stores);
    for check in list(scenario, "checks") {
        if check["list"].is_null() {
            let found = block_on(stores.list(STORE)).expect("listed");
            report.equal(check, check["count"].as_u64(), Some(found.len() as u64));
            report.equal(
                format!("{check} excludes"),
                false,
                found.iter().any(|layer| layer.id == check["excludes"].as_array().unwrap()[0]),
            );
        } else {
            let ids: Vec<&str> = list(check, "list").iter().map(|id| id.as_str().expect("an id")).collect();
            let found = block_on(stores.get_many(STORE, &ids)).expect("listed");
            let found: Vec<Option<String>> =
                found.into_iter().map(|(_, layer)| layer.ok().map(|layer| layer.id)).collect();
            let expected = list(check, "returns").iter().map(|id| id.as_str().map(str::to_owned)).collect();
            report.equal(check, expected, found);
        }
    }
    let outcomes = block_on(stores.get_many(STORE, &["ID-1", "no", SCRATCH])).expect("listed");
    let kinds: Vec<Option<ErrorKind>> =
        outcomes.into_iter().map(|(_, layer)| layer.err().map(|error| error.kind())).collect();
    report.equal("an outcome for each", vec![None, Some(ErrorKind::NotFound), None], kinds);
}

fn rewrite(scenario: &Value, report: &mut Report) {
    let (backend, stores) = prepared();
    write(&stores, "a", SCRATCH).expect("written");
    let before = backend.records();
    let again = open_stores(&backend);
    let same = WriteLayer::on(SCRATCH).with_checksum(Digest::sha256(b"a"));
    let written =
        block_on(again.write(STORE, "a", same, crate::support::Interrupted(b""))).expect("is not read");
    report.equal(scenario, true, written.existed && written.layer.metadata["metaData"] == b"a");
    let other = WriteLayer::on(SCRATCH).with_checksum(Digest::sha256(b"other"));
    let error = block_on(again.write(STORE, "a", other, &b"other"[..])).expect_err("another checksum");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    report.exclude(exclusions::UNCHECKED);
    report.equal(format!("{scenario} records"), true, backend.records() == before);
}

fn restart(scenario: &Value, report: &mut Report) {
    let (backend, stores) = prepared();
    fill(&stores);
    let first = block_on(stores.list(STORE)).expect("listed");
    let second = open_stores(&backend);
    let found: Vec<_> =
        first.iter().map(|layer| block_on(second.get(STORE, &layer.id)).expect("found")).collect();
    report.equal(format!("{scenario} get"), true, found == first);
    let third = open_stores(&backend);
    report.equal(
        format!("{scenario} list"),
        true,
        block_on(third.list(STORE)).expect("listed") == first && first.len() == 49,
    );
    report.exclude(exclusions::DETACHED);
}

fn id(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The tree of a scenario, parents first.
fn planted(scenario: &Value) -> TestStores {
    let (_, stores) = prepared();
    let tree = scenario["tree"].as_object().expect("a tree");
    let mut parents = vec![SCRATCH.to_owned()];
    while let Some(parent) = parents.pop() {
        for child in tree.get(&parent).and_then(Value::as_array).into_iter().flatten() {
            write(&stores, &id(child), &parent).expect("written");
            parents.push(id(child));
        }
    }
    stores
}

fn delete(scenario: &Value, report: &mut Report) {
    let stores = planted(scenario);
    for check in list(scenario, "checks") {
        if let Some(order) = check["delete_order"].as_array() {
            for layer in order {
                report.equal(
                    format!("delete {layer}"),
                    true,
                    block_on(stores.delete(STORE, &id(layer))).is_ok(),
                );
                let gone = block_on(stores.get(STORE, &id(layer))).expect_err("is gone");
                report.equal(format!("get {layer}"), ErrorKind::NotFound, gone.kind());
            }
        } else if !check["delete"].is_null() {
            let error = block_on(stores.delete(STORE, &id(&check["delete"]))).expect_err("has children");
            report.equal(check, ErrorKind::InUse, error.kind());
        }
        if let Some(count) = check["list_count"].as_u64() {
            report.equal(check, count, block_on(stores.list(STORE)).expect("listed").len() as u64);
        }
    }
}

fn delete_branch(scenario: &Value, report: &mut Report) {
    let stores = planted(scenario);
    for check in list(scenario, "checks") {
        let keep: BTreeSet<String> = list(check, "keep").iter().map(id).collect();
        let result = block_on(stores.delete_branch(STORE, &id(&check["delete_branch"]), &keep));
        let expected = check["deleted"].as_array().map(|ids| ids.iter().map(id).collect::<Vec<_>>());
        report.equal(check, expected, result.ok().map(|done| done.deleted));
        report.equal(
            check,
            check["list_count"].as_u64(),
            Some(block_on(stores.list(STORE)).expect("listed").len() as u64),
        );
    }
}

fn failures(scenario: &Value, report: &mut Report) {
    for after in 0.. {
        let backend = MemoryBackend::new();
        let faulty =
            crate::faulty::Faulty::new(backend.clone(), crate::faulty::Fault::Fails, after, Sharing::Full);
        let stores = open_stores(&faulty);
        let created = block_on(stores.create(STORE));
        if !faulty.struck() {
            break;
        }
        // What fails only while clearing up has been done all the same.
        report.equal(
            format!("{scenario} {after}"),
            created.is_ok(),
            block_on(stores.list_stores()).expect("listed").len() == 1,
        );
        if created.is_err() {
            report.equal(format!("{scenario} again"), true, block_on(stores.create(STORE)).is_ok());
        }
        assert!(after < 50);
    }
}

fn broken(scenario: &Value, report: &mut Report) {
    let (_, stores) = prepared();
    for step in list(scenario, "steps") {
        let sum = Digest::sha256(if step["sum"] == "correct" { b"layer" } else { b"bogus" });
        let layer = WriteLayer::on(SCRATCH).with_checksum(sum);
        let result = block_on(stores.write(STORE, text(step, "write"), layer, &b"layer"[..]));
        report.equal(step, step["error"].is_null(), result.is_ok());
    }
    assert!(scenario["expect"].is_string());
}

fn accumulate(scenario: &Value, report: &mut Report) {
    let (_, stores) = prepared();
    let mut parent = SCRATCH.to_owned();
    for number in 0..4 {
        let id = format!("dir{number}");
        write(&stores, &id, &parent).expect("written");
        parent = id;
    }
    let inner = block_on(stores.delete(STORE, "dir1")).expect_err("has children");
    report.equal(format!("{scenario} inner"), ErrorKind::InUse, inner.kind());
    report.equal(format!("{scenario} leaf"), true, block_on(stores.delete(STORE, "dir3")).is_ok());
    let gone = block_on(stores.get(STORE, "dir3")).expect_err("is gone");
    report.equal(format!("{scenario} gone"), ErrorKind::NotFound, gone.kind());
    let usage = block_on(stores.layer_usage(STORE, "dir2")).expect("counted");
    report.equal(format!("{scenario} sizes"), (4, 12), (usage.own, usage.with_parents));
}
