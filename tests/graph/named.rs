//! Named stores.

use std::collections::BTreeSet;

use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::block_on;
use layerglass::graph::{GraphError, SCRATCH, WriteLayer};
use layerglass::limits::Limits;
use layerglass::store::{Backend, MemoryBackend};

use crate::support::{Interrupted, TestStores, open_stores};

fn prepared() -> (MemoryBackend, TestStores) {
    let backend = MemoryBackend::new();
    let stores = open_stores(&backend);
    block_on(stores.create("s")).expect("created");
    (backend, stores)
}

fn write(stores: &TestStores, id: &str, parent: &str) -> Result<bool, GraphError> {
    block_on(stores.write("s", id, WriteLayer::on(parent), id.as_bytes())).map(|written| written.existed)
}

#[test]
fn a_store_goes_only_when_it_is_empty_unless_it_is_forced() {
    let (backend, stores) = prepared();
    block_on(stores.create("t")).expect("created");
    assert_eq!(block_on(stores.list_stores()).expect("listed"), ["s", "t"]);
    write(&stores, "a", SCRATCH).expect("written");
    assert!(matches!(block_on(stores.delete_store("s", false)), Err(GraphError::NotEmpty { layers: 1, .. })));
    block_on(stores.lease("s", "a", "container")).expect("leased");
    assert_eq!(block_on(stores.delete_store("s", true)).expect_err("is used").kind(), ErrorKind::InUse);
    assert!(block_on(stores.return_lease("s", "a", "container")).expect("returned"));
    assert!(!block_on(stores.delete_store("s", true)).expect("deleted"));
    assert!(!block_on(stores.delete_store("t", false)).expect("deleted"));
    assert!(backend.records().is_empty(), "{:?}", backend.records().keys());
    assert_eq!(block_on(stores.get("s", "a")).expect_err("is gone").code(), "graph-no-store");
    block_on(stores.create("s")).expect("made again");
}

#[test]
fn a_known_id_is_the_same_layer_or_a_conflict() {
    let (_, stores) = prepared();
    assert!(!write(&stores, "a", SCRATCH).expect("written"));
    write(&stores, "b", SCRATCH).expect("written");
    assert!(write(&stores, "a", SCRATCH).expect("is there"));
    let same = WriteLayer::on(SCRATCH).with_checksum(Digest::sha256(b"a"));
    assert!(block_on(stores.write("s", "a", same, Interrupted(b""))).expect("is not read").existed);
    let other = WriteLayer::on(SCRATCH).with_checksum(Digest::sha256(b"x"));
    let error = block_on(stores.write("s", "a", other, &b"x"[..])).expect_err("another checksum");
    assert!(matches!(error, GraphError::Conflict { what: "checksum", .. }), "{error}");
    assert!(matches!(write(&stores, "a", "b"), Err(GraphError::Conflict { what: "parent", .. })));
    for id in [SCRATCH, "../x", "", "a/b"] {
        assert_eq!(write(&stores, id, SCRATCH).expect_err(id).kind(), ErrorKind::Invalid, "{id}");
    }
    assert_eq!(write(&stores, "c", "nothing").expect_err("no parent").code(), "graph-no-parent");
    assert!(matches!(write(&stores, "c", "c"), Err(GraphError::OwnParent { .. })));
    let metadata = WriteLayer::on(SCRATCH).with_metadata("../../x", b"");
    assert_eq!(
        block_on(stores.write("s", "c", metadata, &b""[..])).expect_err("a name").code(),
        "graph-name"
    );
}

#[test]
fn of_ten_writers_of_one_id_all_get_the_same_layer() {
    let (backend, stores) = prepared();
    let results: Vec<_> = std::thread::scope(|scope| {
        let stores = &stores;
        let writers: Vec<_> = (0..10).map(|_| scope.spawn(move || write(stores, "same", SCRATCH))).collect();
        writers.into_iter().map(|writer| writer.join().expect("ends").expect("written")).collect()
    });
    assert_eq!(results.iter().filter(|existed| !**existed).count(), 1, "one wrote it");
    let parts = backend.records().into_keys().filter(|key| key.starts_with("layerglass/parts/")).count();
    assert_eq!(parts, 1, "what was not needed left nothing");
}

#[test]
fn a_damaged_layer_takes_only_those_with_it_that_stand_on_it() {
    let (backend, stores) = prepared();
    for (id, parent) in [("a", SCRATCH), ("a1", "a"), ("b", SCRATCH), ("b1", "b")] {
        write(&stores, id, parent).expect("written");
    }
    block_on(backend.put("VIC/s/images/a/manifest", b"{\"parent\":")).expect("put");
    let stores = open_stores(&backend);
    let listed: Vec<String> =
        block_on(stores.list("s")).expect("listed").into_iter().map(|layer| layer.id).collect();
    assert_eq!(listed, ["b", "b1"]);
    let (_, problems) = block_on(stores.get_store("s")).expect("found");
    assert_eq!(problems.iter().map(|problem| problem.id.as_str()).collect::<Vec<_>>(), ["a", "a1"]);
    assert_eq!(block_on(stores.get("s", "a")).expect_err("is damaged").kind(), ErrorKind::Corrupt);
    assert!(block_on(stores.clean_up("s")).expect("cleaned").is_empty(), "it is damaged, not incomplete");
    assert_eq!(block_on(stores.delete("s", "a")).expect_err("a1 stands on it").kind(), ErrorKind::InUse);
    block_on(stores.delete("s", "a1")).expect("deleted");
    block_on(stores.delete("s", "a")).expect("deleted though it is damaged");
    assert!(!backend.records().keys().any(|key| key.contains("/a")), "nothing is left");
}

#[test]
fn a_store_with_a_damaged_root_is_made_anew() {
    let (backend, stores) = prepared();
    block_on(backend.put("VIC/s/images/scratch/manifest", b"")).expect("put");
    assert_eq!(block_on(stores.get("s", SCRATCH)).expect_err("is damaged").kind(), ErrorKind::NotFound);
    block_on(stores.create("s")).expect("made anew");
    assert!(matches!(block_on(stores.delete("s", SCRATCH)), Err(GraphError::Reserved { .. })));
}

#[test]
fn users_and_what_is_kept_stand_in_the_way_of_a_branch() {
    let (_, stores) = prepared();
    for (id, parent) in [("a", SCRATCH), ("b", "a"), ("c", "b"), ("d", "c")] {
        write(&stores, id, parent).expect("written");
    }
    let url = stores.url("s", "d").expect("a URL");
    block_on(stores.lease("s", "d", "one")).expect("leased");
    block_on(stores.lease("s", "d", "one")).expect("leased");
    assert_eq!(block_on(stores.owners(&url)).expect("read"), ["one"]);
    assert_eq!(block_on(stores.locate(&url)).expect("found").as_deref(), Some("layerglass/layers/s/d"));
    let none = BTreeSet::new();
    assert_eq!(
        block_on(stores.delete_branch("s", "d", &none)).expect_err("is used").kind(),
        ErrorKind::InUse
    );
    assert_eq!(block_on(stores.delete("s", "d")).expect_err("is used").kind(), ErrorKind::InUse);
    assert!(block_on(stores.return_lease("s", "d", "one")).expect("returned"));
    assert!(!block_on(stores.return_lease("s", "d", "one")).expect("was not there"));
    let keep = BTreeSet::from(["d".to_owned()]);
    assert!(matches!(block_on(stores.delete_branch("s", "d", &keep)), Err(GraphError::Kept { .. })));
    block_on(stores.lease("s", "b", "two")).expect("leased");
    assert_eq!(block_on(stores.delete_branch("s", "d", &none)).expect("deleted").deleted, ["d", "c"]);
    assert!(block_on(stores.return_lease("s", "b", "two")).expect("returned"));
    assert_eq!(block_on(stores.delete_branch("s", "b", &none)).expect("deleted").deleted, ["b", "a"]);
}

#[test]
fn usage_counts_each_layer_once_and_says_what_is_shared() {
    let (_, stores) = prepared();
    for (id, parent) in [("aaaa", SCRATCH), ("bbb", "aaaa"), ("cc", "aaaa")] {
        write(&stores, id, parent).expect("written");
    }
    let all = block_on(stores.usage("s")).expect("counted");
    assert_eq!((all.layers, all.size), (3, 9));
    let one = block_on(stores.layer_usage("s", "bbb")).expect("counted");
    assert_eq!((one.own, one.with_parents, one.shared), (3, 7, 4));
}

#[test]
fn layers_do_not_stand_deeper_than_the_limit() {
    let backend = MemoryBackend::new();
    let contents = layerglass::graph::RecordContents::new(backend.clone());
    let limits = Limits { layers: 2, ..Limits::default() };
    let options = layerglass::graph::StoresOptions::new(crate::support::env(), limits);
    let (stores, _) =
        block_on(layerglass::graph::NamedStores::open(backend, contents, options)).expect("opens");
    block_on(stores.create("s")).expect("created");
    write(&stores, "a", SCRATCH).expect("written");
    write(&stores, "b", "a").expect("written");
    assert_eq!(write(&stores, "c", "b").expect_err("is too deep").kind(), ErrorKind::Limit);
}
