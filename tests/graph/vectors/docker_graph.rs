//! The graph of Docker 0.11.

use std::collections::BTreeMap;

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::block_on;
use layerglass::graph::{
    GraphConfig, GraphDocument, GraphError, ImageJson, LayerContents, SkeletonKind, check_id,
    container_skeleton, split_repository_tag,
};
use layerglass::image::{RunConfig, StringOrList, Timestamp};
use layerglass::store::{Backend, MemoryBackend};
use serde_json::Value;

use super::{exclusions, tag_store};
use crate::report::Report;
use crate::seeds::{list, text};
use crate::support::{Interrupted, TestGraph, open_graph, register};

pub fn check(vectors: &Value, report: &mut Report) {
    let backend = MemoryBackend::new();
    let (graph, _) = open_graph(&backend);
    let mut steps = list(vectors, "graph_script").iter();
    // Up to the first deletion, then what a new graph finds in a damaged folder, then the rest.
    while let Some(step) = steps.as_slice().first().filter(|step| step["op"] != "delete") {
        steps.next();
        run(&graph, step, report);
        if step["op"] == "register" && step["label"] == "interrupted" {
            tree(&backend, list(vectors, "tree_after_register"), report);
        }
    }
    for (name, document) in [("ffff", &b""[..]), ("nodriver", br#"{"id":"nodriver"}"#)] {
        block_on(backend.put(&format!("graph/{name}/json"), document)).expect("put");
    }
    plant_contents(&graph, "ffff");
    let (graph, opened) = open_graph(&backend);
    restored(&graph, &vectors["restore_with_corrupt_entries"], report);
    let wrong: Vec<&str> = opened.problems.iter().map(|problem| problem.id.as_str()).collect();
    report.equal("what opening reports", vec!["dddd", "ffff", "nodriver"], wrong);
    tag_store::check(&graph, vectors, report);
    for step in steps {
        run(&graph, step, report);
    }
    tree(&backend, list(vectors, "tree_after_delete"), report);

    ids(vectors, report);
    for case in list(vectors, "parse_repository_tag") {
        let expected = (text(case, "repo"), text(case, "tag"));
        report.equal(case, expected, split_repository_tag(text(case, "input")));
    }
    skeleton(list(vectors, "init_layer_tree"), report);
    for _ in list(vectors, "is_not_exist") {
        report.exclude(exclusions::NOT_EXIST);
    }
    let missing = block_on(graph.get("nothing")).expect_err("is not there");
    report.equal("the kind of what is not there", ErrorKind::NotFound, missing.kind());
}

/// Contents of a layer that no document was written for.
fn plant_contents(graph: &TestGraph, id: &str) {
    block_on(async {
        let contents = graph.contents();
        let mut writing = contents.begin(&format!("planted{id}"), id, None).await?;
        contents.finish(&mut writing).await?;
        contents.commit(writing).await
    })
    .expect("written");
}

/// What the vectors were made with beside what they say.
fn document(step: &Value) -> ImageJson {
    let is_first = step["label"] == "A without raw json";
    let config = RunConfig { cmd: Some(StringOrList(vec!["sh".to_owned()])), ..RunConfig::default() };
    ImageJson::Fields(Box::new(GraphDocument {
        parent: text(step, "parent").to_owned(),
        comment: if is_first { "c<>&".to_owned() } else { String::new() },
        created: Timestamp::parse("2014-05-01T10:20:30.123456789Z"),
        config: is_first.then(|| GraphConfig::from(config)),
        ..GraphDocument::default()
    }))
}

fn run(graph: &TestGraph, step: &Value, report: &mut Report) {
    let name = step["name"].as_str().or(step["id"].as_str()).unwrap_or_default();
    match text(step, "op") {
        "register" => registered(graph, step, report),
        "register twice (separate graph)" => {
            let backend = MemoryBackend::new();
            let (graph, _) = open_graph(&backend);
            register(&graph, name, "", b"one").expect("registered");
            let before = backend.records();
            let error = register(&graph, name, "", b"two").expect_err("is there");
            report.equal(step, ErrorKind::Conflict, error.kind());
            assert_eq!(backend.records(), before, "nothing is touched");
            report.exclude(exclusions::DESTROYS);
        }
        "register empty id (separate graph that already holds an image)" => {
            let backend = MemoryBackend::new();
            let (graph, _) = open_graph(&backend);
            register(&graph, "other", "", b"one").expect("registered");
            let before = backend.records();
            report.equal(step, true, register(&graph, "", "", b"two").is_err());
            assert_eq!(backend.records(), before, "nothing is touched");
            report.exclude(exclusions::DESTROYS);
        }
        "get" => {
            let found = block_on(graph.get(name));
            let shown = found.as_ref().map(|image| {
                (image.id.clone(), image.parent.clone().unwrap_or_default(), image.size.unwrap_or_default())
            });
            let expected = (step["error"].is_null()).then(|| {
                (text(step, "id").to_owned(), text(step, "parent").to_owned(), step["size"].as_u64().unwrap())
            });
            report.equal(step, expected, shown.ok());
            report.equal(
                format!("{step} kind"),
                step["error"].as_str().map(kind),
                found.err().map(|error| error.kind()),
            );
            report.equal(
                format!("{step} exists"),
                step["exists"].as_bool(),
                block_on(graph.exists(name)).ok(),
            );
        }
        "map" => {
            let found: Vec<String> = block_on(graph.map()).expect("listed").into_keys().collect();
            report.equal(step, strings(&step["ids"]), found);
        }
        "heads" => report.equal(step, strings(&step["ids"]), block_on(graph.heads()).expect("listed")),
        "by_parent" => {
            let expected: BTreeMap<String, Vec<String>> = step["table"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(id, ids)| (id.clone(), strings(ids)))
                .collect();
            report.equal(step, expected, block_on(graph.by_parent()).expect("listed"));
        }
        "by_parent after parent deleted" => {
            report.equal(
                step,
                step["len"].as_u64(),
                block_on(graph.by_parent()).ok().map(|table| table.len() as u64),
            );
        }
        "get after removing layersize" => {
            let key = format!("graph/{name}/layersize");
            block_on(graph.backend().delete(&key)).expect("deleted");
            report.equal(step, step["size"].as_u64(), block_on(graph.get(name)).expect("found").size);
            let written = block_on(graph.backend().get(&key)).expect("read").expect("written again");
            report.equal(format!("{step} file"), text(step, "layersize_file").as_bytes(), &written);
        }
        "delete" => {
            let result = block_on(graph.delete(name));
            report.equal(step, step["error"].as_str().map(kind), result.err().map(|error| error.kind()));
        }
        "get child of deleted parent" => {
            report.equal(step, step["error"].is_null(), block_on(graph.get(name)).is_ok())
        }
        other => panic!("an operation that is not known: {other}"),
    }
}

fn registered(graph: &TestGraph, step: &Value, report: &mut Report) {
    let (id, raw) = (text(step, "id"), text(step, "raw_json"));
    let json = if raw.is_empty() { document(step) } else { ImageJson::Raw(raw.as_bytes().to_vec()) };
    // The first layer of the vectors holds files of 39 bytes; here the bytes of the layer itself are counted.
    let bytes = [b'.'; 39];
    let layer = (step["label"] == "A without raw json").then_some(&bytes[..]);
    let result = match text(step, "label") {
        "interrupted" => block_on(graph.register(id, json, Some(Interrupted(b"the beginning")))),
        _ => block_on(graph.register(id, json, layer)),
    };
    if step["label"] == "raw json id differs from image id" {
        assert!(matches!(result, Err(GraphError::OtherId { .. })), "{step}");
        report.exclude(exclusions::OTHER_ID);
        // It is found as Docker left it.
        for (name, bytes) in [("json", raw.as_bytes()), ("layersize", b"0")] {
            block_on(graph.backend().put(&format!("graph/{id}/{name}"), bytes)).expect("put");
        }
        return plant_contents(graph, id);
    }
    report.equal(step, step["error"].is_null(), result.is_ok());
}

/// The kind that an error of the original has here.
fn kind(error: &str) -> ErrorKind {
    if error.starts_with("No such id") { ErrorKind::NotFound } else { ErrorKind::Corrupt }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

/// The files of a tree against the records below `graph/`.
fn tree(backend: &MemoryBackend, tree: &[Value], report: &mut Report) {
    let files = tree.iter().filter(|entry| entry["type"] == "file");
    let expected: BTreeMap<String, String> = files
        .map(|entry| (format!("graph/{}", text(entry, "path")), text(entry, "text").to_owned()))
        .collect();
    let records = backend.records().into_iter().filter(|(key, _)| key.starts_with("graph/"));
    let found = records.map(|(key, bytes)| (key, String::from_utf8(bytes).expect("a text"))).collect();
    report.equal("the files of the graph", expected, found);
}

fn restored(graph: &TestGraph, case: &Value, report: &mut Report) {
    for get in list(case, "gets") {
        let found = block_on(graph.get(text(get, "name"))).err().map(|error| error.kind());
        report.equal(get, get["error"].as_str().map(kind), found);
    }
    let length = block_on(graph.map()).expect("listed").len() as u64;
    report.equal("map_len", case["map_len"].as_u64(), Some(length));
}

fn ids(vectors: &Value, report: &mut Report) {
    for case in list(vectors, "truncindex_get") {
        let backend = MemoryBackend::new();
        let (graph, _) = open_graph(&backend);
        for id in list(case, "ids") {
            register(&graph, id.as_str().expect("an id"), "", b"").expect("registered");
        }
        let query = text(case, "query");
        let found = block_on(graph.find(query));
        if case.get("panic").is_some() {
            assert!(found.is_err(), "{case}");
            report.exclude(exclusions::EMPTY_PREFIX);
        } else if list(case, "ids").iter().any(|id| id == query) && !case["error"].is_null() {
            assert_eq!(found.expect("whole ids are found"), query);
            report.exclude(exclusions::EXACT);
        } else {
            let expected = case["error"].is_null().then(|| text(case, "result").to_owned());
            report.equal(case, expected, found.ok());
        }
    }
    let backend = MemoryBackend::new();
    let (graph, _) = open_graph(&backend);
    for case in list(vectors, "truncindex_ops") {
        let id = text(case, "id");
        if id.is_empty() {
            assert!(register(&graph, id, "", b"").is_err());
            report.exclude(exclusions::EMPTY_ID);
            continue;
        }
        let is_ok = match text(case, "op") {
            "delete" => block_on(graph.delete(id)).is_ok(),
            _ => register(&graph, id, "", b"").is_ok(),
        };
        report.equal(case, case["error"].is_null(), is_ok);
    }
    for case in list(vectors, "validate_id") {
        let id = text(case, "id");
        if case["error"].is_null() && check_id(id).is_err() {
            assert!(["_tmp", "../x", "a b"].contains(&id), "{case}");
            report.exclude(exclusions::ID_GRAMMAR);
            continue;
        }
        report.equal(case, case["error"].is_null(), check_id(id).is_ok());
    }
}

fn skeleton(tree: &[Value], report: &mut Report) {
    let expected: BTreeMap<String, (String, String, String)> = tree
        .iter()
        .filter(|entry| entry["path"] != ".")
        .map(|entry| {
            let target = entry["target"].as_str().unwrap_or_default().to_owned();
            (
                text(entry, "path").to_owned(),
                (text(entry, "type").to_owned(), text(entry, "mode").to_owned(), target),
            )
        })
        .collect();
    let found = container_skeleton()
        .iter()
        .map(|entry| {
            let (kind, target) = match entry.kind {
                SkeletonKind::Directory => ("dir", ""),
                SkeletonKind::File => ("file", ""),
                SkeletonKind::Symlink { target } => ("symlink", target),
            };
            (entry.path.to_owned(), (kind.to_owned(), format!("{:04o}", entry.mode), target.to_owned()))
        })
        .collect();
    report.equal("the skeleton of a container", expected, found);
}
