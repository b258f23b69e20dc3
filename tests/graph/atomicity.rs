//! Whatever goes wrong at whichever write, an operation is done wholly or not at all.

use std::collections::{BTreeMap, BTreeSet};

use layerglass::fs::block_on;
use layerglass::graph::{GraphError, SCRATCH, TagStore, WriteLayer};
use layerglass::store::{MemoryBackend, Sharing};

use crate::faulty::{Fault, Faulty};
use crate::support::{TestGraph, TestStores, open_graph, open_stores, register};

type Records = BTreeMap<String, Vec<u8>>;
type Operation<S> = fn(&S) -> Result<(), GraphError>;

const FAULTS: [Fault; 4] = [Fault::Fails, Fault::DoneButFails, Fault::EndsBefore, Fault::EndsAfter];

/// What is there for others: without contents that nothing leads to, which are swept, and without what has no document
/// and so is no layer.
fn shown(records: &MemoryBackend) -> Records {
    let mut records = records.records();
    if !records.contains_key("graph/half/json") {
        records.retain(|key, _| !key.starts_with("graph/half/") && key != "layerglass/layers/half");
    }
    let tokens: Vec<String> = records
        .iter()
        .filter(|(key, _)| key.starts_with("layerglass/layers/"))
        .map(|(_, pointer)| String::from_utf8_lossy(pointer).split(' ').next().expect("a token").to_owned())
        .collect();
    records.retain(|key, _| {
        let part = key.strip_prefix("layerglass/parts/");
        part.is_none_or(|part| tokens.iter().any(|token| part.starts_with(token.as_str())))
    });
    // Contents are under names that are drawn at random.
    let contents = |(key, bytes): (String, Vec<u8>)| match key.strip_prefix("layerglass/layers/") {
        Some(place) => {
            (format!("contents of {place}"), bytes.rsplit(|byte| *byte == b' ').next().unwrap().to_vec())
        }
        None if key.starts_with("layerglass/parts/") => ("parts".to_owned(), Vec::new()),
        None => (key, bytes),
    };
    records.into_iter().map(contents).collect()
}

fn check<S>(
    before: &Records,
    operations: &[(&str, Operation<S>)],
    open: fn(&Faulty) -> S,
    reopen: fn(&MemoryBackend),
    sharing: Sharing,
) {
    let mut struck = 0;
    for (what, operation) in operations {
        let whole: MemoryBackend = before.clone().into_iter().collect();
        operation(&open(&Faulty::new(whole.clone(), Fault::Fails, usize::MAX - 1, sharing))).expect(what);
        let start: MemoryBackend = before.clone().into_iter().collect();
        let (start, done) = (shown(&start), shown(&whole));
        assert_ne!(start, done, "{what} does something");
        for fault in FAULTS {
            for write in 0.. {
                assert!(write < 60, "{what} ends");
                let inner: MemoryBackend = before.clone().into_iter().collect();
                let faulty = Faulty::new(inner.clone(), fault, write, sharing);
                let result = operation(&open(&faulty));
                if !faulty.struck() {
                    break;
                }
                struck += 1;
                reopen(&inner);
                let found = shown(&inner);
                let place = format!("{what}, {fault:?} at write {write}, {result:?}");
                if found != done {
                    assert!(result.is_err(), "{place}: said to be done");
                    assert_eq!(found, start, "{place}: neither done nor undone");
                }
                if sharing == Sharing::Single {
                    let left = inner
                        .records()
                        .into_keys()
                        .filter(|key| key.starts_with("layerglass/parts/"))
                        .count();
                    let known = inner
                        .records()
                        .into_keys()
                        .filter(|key| key.starts_with("layerglass/layers/"))
                        .count();
                    assert!(left <= known, "{place}: contents are left behind");
                }
            }
        }
    }
    assert!(struck > 60, "only {struck} writes went wrong");
}

const GRAPH: &[(&str, Operation<TestGraph<Faulty>>)] = &[
    ("register", |graph| register(graph, "new", "a", b"new")),
    ("register over what is not whole", |graph| register(graph, "half", "a", b"new")),
    ("delete", |graph| block_on(graph.delete("b")).map(drop)),
    ("delete what has children", |graph| block_on(graph.delete("a")).map(drop)),
    ("set a tag", |graph| {
        block_on(async { TagStore::open(graph).await?.set("app", "2", "b", false).await.map(drop) })
    }),
    ("delete tags", |graph| block_on(async { TagStore::open(graph).await?.delete_all("a").await.map(drop) })),
];

fn graph_before() -> Records {
    let backend = MemoryBackend::new();
    let (graph, _) = open_graph(&backend);
    for (id, parent) in [("a", ""), ("b", "a"), ("half", "")] {
        register(&graph, id, parent, id.as_bytes()).expect("registered");
    }
    let tags = block_on(TagStore::open(&graph)).expect("opens");
    block_on(tags.set("app", "1", "a", false)).expect("set");
    let mut records = backend.records();
    records.remove("graph/half/json");
    records
}

const STORES: &[(&str, Operation<TestStores<Faulty>>)] = &[
    ("create a store", |stores| block_on(stores.create("new")).map(drop)),
    ("write", |stores| {
        let layer = WriteLayer::on("a").with_metadata("one", b"1").with_metadata("two", b"2");
        block_on(stores.write("s", "new", layer, &b"new"[..])).map(drop)
    }),
    ("delete", |stores| block_on(stores.delete("s", "d")).map(drop)),
    ("delete a branch", |stores| block_on(stores.delete_branch("s", "c", &BTreeSet::new())).map(drop)),
    ("delete an empty store", |stores| block_on(stores.delete_store("empty", false)).map(drop)),
    ("delete a store that is not empty", |stores| {
        block_on(stores.return_lease("s", "d", "one"))
            .and_then(|_| block_on(stores.delete_store("t", true)))
            .map(drop)
    }),
    ("lease", |stores| block_on(stores.lease("s", "a", "one"))),
];

fn stores_before() -> Records {
    let backend = MemoryBackend::new();
    let stores = open_stores(&backend);
    for store in ["s", "t", "empty"] {
        block_on(stores.create(store)).expect("created");
    }
    for (store, id, parent) in [
        ("s", "a", SCRATCH),
        ("s", "b", "a"),
        ("s", "c", "b"),
        ("s", "d", SCRATCH),
        ("t", "a", SCRATCH),
        ("t", "b", "a"),
    ] {
        let layer = WriteLayer::on(parent).with_metadata("metaData", id);
        block_on(stores.write(store, id, layer, id.as_bytes())).expect("written");
    }
    backend.records()
}

fn open_faulty_graph(backend: &Faulty) -> TestGraph<Faulty> {
    open_graph(backend).0
}

fn reopen_graph(backend: &MemoryBackend) {
    let single = Faulty::new(backend.clone(), Fault::Fails, usize::MAX - 1, Sharing::Single);
    open_graph(&single);
}

fn reopen_stores(backend: &MemoryBackend) {
    let single = Faulty::new(backend.clone(), Fault::Fails, usize::MAX - 1, Sharing::Single);
    open_stores(&single);
}

#[test]
fn a_change_of_a_graph_is_done_wholly_or_not_at_all() {
    for sharing in [Sharing::Full, Sharing::Single] {
        check(&graph_before(), GRAPH, open_faulty_graph, reopen_graph, sharing);
    }
}

#[test]
fn a_change_of_a_store_is_done_wholly_or_not_at_all() {
    for sharing in [Sharing::Full, Sharing::Single] {
        check(&stores_before(), STORES, open_stores::<Faulty>, reopen_stores, sharing);
    }
}
