//! The legacy graph.

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::block_on;
use layerglass::graph::{GraphError, ImageJson, NewImage, NewImageContainer, TagForm, TagStore};
use layerglass::image::ImageId;
use layerglass::store::{Backend, MemoryBackend};

use crate::support::{Interrupted, json, open_graph, register};

#[test]
fn an_image_that_is_made_has_a_new_id_and_what_it_was_made_with() {
    let backend = MemoryBackend::new();
    let (graph, _) = open_graph(&backend);
    register(&graph, "base", "", b"base").expect("registered");
    let container = NewImageContainer { id: "c1".to_owned(), image: "base".to_owned(), ..Default::default() };
    let new = NewImage { container: Some(container), comment: "a remark".to_owned(), ..Default::default() };
    let made = block_on(graph.create(new, Some(&b"layer"[..]))).expect("made");
    assert!(made.id.len() == 64 && ImageId::parse(&made.id).is_ok(), "{}", made.id);
    assert!(!made.id[..12].bytes().all(|digit| digit.is_ascii_digit()));
    assert_eq!((made.fields.comment.as_str(), made.fields.container.as_str()), ("a remark", "c1"));
    assert_eq!((made.parent.as_deref(), made.size), (Some("base"), Some(5)));
    assert_eq!((made.fields.os.as_str(), made.fields.architecture.as_str()), ("linux", "amd64"));
    assert_eq!(block_on(graph.get(&made.id[..12])).expect("found"), made);
    assert_eq!(block_on(graph.by_parent()).expect("listed")["base"], vec![made.id.clone()]);
    assert_eq!(
        (block_on(graph.depth(&made.id)).unwrap(), block_on(graph.virtual_size(&made.id)).unwrap()),
        (2, Some(9))
    );
    assert_eq!(block_on(graph.parents_size(&made.id)).unwrap(), Some(4));
}

#[test]
fn ids_that_lead_elsewhere_are_refused() {
    let backend = MemoryBackend::new();
    let (graph, _) = open_graph(&backend);
    for id in ["", "..", "../x", "a/b", "a:b", ".hidden", "_tmp", "a b", "a\0", "ä", &"x".repeat(201)] {
        let error = register(&graph, id, "", b"layer").expect_err(id);
        assert_eq!(error.kind(), ErrorKind::Invalid, "{id}");
        assert_eq!(block_on(graph.get(id)).expect_err(id).kind(), ErrorKind::NotFound, "{id}");
        assert_eq!(block_on(graph.delete(id)).expect_err(id).kind(), ErrorKind::NotFound, "{id}");
        assert!(graph.image_root(id).is_err());
        let raw =
            ImageJson::Raw(format!(r#"{{"id":"ok","parent":{}}}"#, serde_json::Value::from(id)).into_bytes());
        if !id.is_empty() {
            assert!(block_on(graph.register("ok", raw, None::<&[u8]>)).is_err(), "{id} as a parent");
        }
    }
    assert!(backend.records().is_empty(), "nothing was written: {:?}", backend.records().keys());
}

#[test]
fn an_interrupted_layer_is_not_to_be_seen_and_can_be_tried_again() {
    let backend = MemoryBackend::new();
    let (graph, _) = open_graph(&backend);
    let error =
        block_on(graph.register("a", json("a", ""), Some(Interrupted(b"half")))).expect_err("ends early");
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(block_on(graph.map()).expect("listed").is_empty() && backend.records().is_empty());
    register(&graph, "a", "", b"whole").expect("registered");
    assert_eq!(block_on(graph.get("a")).expect("found").size, Some(5));
}

/// A mebibyte and more goes through in parts and comes out as it went in.
#[test]
fn a_temporary_archive_is_the_layer_and_goes_away_as_it_is_read() {
    let backend = MemoryBackend::new();
    let (graph, _) = open_graph(&backend);
    let layer: Vec<u8> = (0..9_000_000_u32).map(|n| (n >> 3) as u8).collect();
    register(&graph, "big", "", &layer).expect("registered");
    let before = backend.records();
    let mut told = Vec::new();
    let mut archive = block_on(graph.temporary_archive("big", |bytes| told.push(bytes))).expect("copied");
    assert_eq!((archive.size(), told.last().copied()), (9_000_000, Some(9_000_000)));
    assert!(told.len() > 1 && told.is_sorted());
    let mut read = Vec::new();
    while let Some(bytes) = block_on(archive.read()).expect("read") {
        read.extend(bytes);
    }
    assert!(read == layer && backend.records() == before, "it is the layer and is gone");

    let unread = block_on(graph.temporary_archive("big", |_| {})).expect("copied");
    assert!(backend.records().keys().any(|key| key.starts_with(unread.place())));
    drop(unread);
    assert!(!block_on(graph.sweep()).expect("swept").is_empty());
    assert!(backend.records() == before);
    let places = [graph.mktemp().expect("a place"), graph.mktemp().expect("a place")];
    assert!(places[0] != places[1] && places[0].starts_with("graph/_tmp/"));
}

#[test]
fn damage_is_reported_when_a_graph_is_opened_and_the_rest_works() {
    let backend = MemoryBackend::new();
    let (graph, _) = open_graph(&backend);
    for (id, parent) in [
        ("good", ""),
        ("size", ""),
        ("text", ""),
        ("orphan", "gone"),
        ("c1", "c2"),
        ("c2", "c1"),
        ("nolayer", ""),
    ] {
        register(&graph, id, parent, b"layer").expect("registered");
    }
    for (key, bytes) in [
        ("graph/size/layersize", &b"many"[..]),
        ("graph/text/json", b"{"),
        ("graph/.x/json", b"{}"),
        ("graph/README", b""),
    ] {
        // A key that is none of the graph's.
        if block_on(backend.put(key, bytes)).is_err() {
            panic!("{key}");
        }
    }
    block_on(backend.delete("layerglass/layers/nolayer")).expect("deleted");
    let (graph, report) = open_graph(&backend);
    let wrong: Vec<&str> = report.problems.iter().map(|problem| problem.id.as_str()).collect();
    assert_eq!(wrong, ["c1", "c2", "nolayer", "orphan", "size", "text"], "{:?}", report.problems);
    assert!(block_on(graph.get("good")).is_ok() && block_on(graph.get("orphan")).is_ok());
    for id in ["size", "text"] {
        assert_eq!(block_on(graph.get(id)).expect_err(id).kind(), ErrorKind::Corrupt);
    }
    for id in ["orphan", "c1"] {
        assert_eq!(block_on(graph.history(id)).expect_err(id).kind(), ErrorKind::Corrupt, "{id}");
    }
    // Whatever is damaged can be deleted or written anew.
    for id in ["text", "size", "c1", "nolayer"] {
        block_on(graph.delete(id)).expect(id);
        register(&graph, id, "", b"anew").expect(id);
    }
}

#[test]
fn of_ten_writers_of_one_id_one_succeeds_and_of_ten_ids_all_do() {
    let backend = MemoryBackend::new();
    let (graph, _) = open_graph(&backend);
    let run = |ids: Vec<String>| {
        std::thread::scope(|scope| {
            let graph = &graph;
            let writers: Vec<_> = ids
                .into_iter()
                .map(|id| scope.spawn(move || register(graph, &id, "", id.as_bytes())))
                .collect();
            writers.into_iter().map(|writer| writer.join().expect("ends")).collect::<Vec<_>>()
        })
    };
    let same = run(vec!["same".to_owned(); 10]);
    assert_eq!(same.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(
        same.iter()
            .all(|result| !matches!(result, Err(error) if !matches!(error, GraphError::Exists { .. }))),
        "{same:?}"
    );
    assert!(run((0..10).map(|n| format!("l{n}")).collect()).iter().all(Result::is_ok));
    assert_eq!(block_on(graph.map()).expect("listed").len(), 11);
    let parts = backend.records().into_keys().filter(|key| key.starts_with("layerglass/parts/")).count();
    assert_eq!(parts, 11, "what was refused left nothing");
}

#[test]
fn names_are_read_and_written_in_both_forms() {
    let backend = MemoryBackend::new();
    let (graph, _) = open_graph(&backend);
    let id = "d1".repeat(32);
    register(&graph, &id, "", b"").expect("registered");
    let legacy = block_on(TagStore::open(&graph)).expect("opens");
    block_on(legacy.set("localhost:5000/app", "v1", &id, false)).expect("set");
    assert_eq!(
        String::from_utf8(backend.records()["repositories-records"].clone()).unwrap(),
        format!(r#"{{"Repositories":{{"localhost:5000/app":{{"v1":"{id}"}}}}}}"#)
    );
    let current = block_on(TagStore::open_at(&graph, "repositories.json", TagForm::Current)).expect("opens");
    block_on(current.set("docker.io/library/app", "", &id, false)).expect("set");
    let expected = format!(r#"{{"Repositories":{{"app":{{"app:latest":"sha256:{id}"}}}}}}"#);
    assert_eq!(String::from_utf8(backend.records()["repositories.json"].clone()).unwrap(), expected);
    assert_eq!(block_on(current.lookup("app")).expect("found").id, id);
    assert_eq!(block_on(current.by_id()).expect("read")[&id], ["app:latest"]);
    assert_eq!(block_on(legacy.delete_all(&id)).expect("deleted"), ["localhost:5000/app:v1"]);
    assert_eq!(
        block_on(current.lookup("localhost:5000/app:v1")).expect_err("is gone").kind(),
        ErrorKind::NotFound
    );
}
