//! What each operation of a store does and refuses.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::block_on;
use layerglass::image::{ChainId, DiffId, ImageId};
use layerglass::store::{
    ChildPolicy, CreateOptions, DeletePolicy, ImageStore, LayerStore, LayerStores, LeaseOptions,
    MemoryBackend, MemoryLayers, NameChange, ResolveOptions, StoreChange, StoreError, StoreOptions,
};

use crate::support::{chain, clock, config, env, id, name, open};

fn fresh() -> (ImageStore<MemoryBackend>, MemoryBackend) {
    let backend = MemoryBackend::new();
    (open(backend.clone()).0, backend)
}

fn kind<T>(result: Result<T, Box<StoreError>>) -> ErrorKind {
    result.err().expect("it is refused").kind()
}

#[test]
fn what_is_created_is_read_back_to_the_byte() {
    let (store, backend) = fresh();
    let unusual = b" {\"rootfs\":{\"type\":\"layers\"} , \"unknown\":[1] }\n";
    let made = block_on(store.create(unusual, CreateOptions::default())).expect("created");
    assert_eq!(made, ImageId::of(unusual));
    assert_eq!(block_on(store.get(&made)).expect("there").raw(), unusual);
    let key = format!("imagedb/content/sha256/{}", made.digest().hex());
    assert_eq!(backend.records().get(&key).map(Vec::as_slice), Some(&unusual[..]));
    assert_eq!(backend.records().len(), 1, "one write");
    block_on(store.create(unusual, CreateOptions::default())).expect("again");
    assert_eq!((store.len(), backend.records().len()), (1, 1));
}

/// Docker crashes on some of these and leaves others behind.
#[test]
fn what_cannot_be_an_image_is_refused_and_leaves_nothing() {
    let (store, backend) = fresh();
    let cases = [
        ("nope", ErrorKind::Invalid),
        ("{}", ErrorKind::Invalid),
        ("", ErrorKind::Invalid),
        (
            r#"{"rootfs":{"type":"layers"},"history":[{"created":"2015-10-31T22:22:54Z"}]}"#,
            ErrorKind::Invalid,
        ),
    ];
    for (config, expected) in cases {
        assert_eq!(
            kind(block_on(store.create(config.as_bytes(), CreateOptions::default()))),
            expected,
            "{config}"
        );
    }
    let missing = CreateOptions::with_parent(id("missing"));
    assert_eq!(kind(block_on(store.create(&config("x"), missing))), ErrorKind::NotFound);
    let own = CreateOptions::with_parent(id("x"));
    assert_eq!(kind(block_on(store.create(&config("x"), own))), ErrorKind::Conflict);
    assert!(backend.records().is_empty() && store.is_empty());
}

#[test]
fn parents_hold_together() {
    let (store, _) = chain();
    let [a, b, c] = ["a", "b", "c"].map(id);
    assert_eq!(store.ancestors(&c), [b, a]);
    assert_eq!(store.children(&a), [b]);
    assert_eq!(store.heads(), [c]);
    let mut by_parent = vec![(a, vec![b]), (b, vec![c])];
    by_parent.sort();
    assert_eq!(store.by_parent(), by_parent);
    assert_eq!(kind(block_on(store.set_parent(&a, Some(c)))), ErrorKind::Conflict);
    assert_eq!(kind(block_on(store.set_parent(&a, Some(a)))), ErrorKind::Conflict);
    assert_eq!(kind(block_on(store.set_parent(&id("no"), Some(a)))), ErrorKind::NotFound);
    assert_eq!(kind(block_on(store.set_parent(&a, Some(id("no"))))), ErrorKind::NotFound);
    block_on(store.set_parent(&c, Some(a))).expect("moved");
    assert_eq!((store.children(&a).len(), store.children(&b).len()), (2, 0));
    block_on(store.set_parent(&c, None)).expect("cleared");
    assert_eq!((store.parent(&c), store.children(&a)), (None, vec![b]));
}

#[test]
fn a_deletion_follows_its_policy() {
    let [a, b, c] = ["a", "b", "c"].map(id);
    let (store, _) = chain();
    let refused = block_on(store.delete(&a, DeletePolicy::default()));
    assert_eq!(
        refused.as_ref().err().map(|error| &**error),
        Some(&StoreError::HasChildren { id: a, children: vec![b] })
    );
    assert_eq!(kind(refused), ErrorKind::InUse);

    let report =
        block_on(store.delete(&a, DeletePolicy::with_children(ChildPolicy::Orphan))).expect("deleted");
    assert_eq!((report.deleted, report.orphaned), (vec![a], vec![b]));
    assert_eq!((store.parent(&b), store.parent(&c)), (None, Some(b)));

    let (store, backend) = chain();
    block_on(store.lease(&c, "box", LeaseOptions::default())).expect("borrowed");
    let cascade = DeletePolicy::with_children(ChildPolicy::Cascade);
    let refused = block_on(store.delete(&a, cascade)).expect_err("in use");
    assert_eq!(*refused, StoreError::InUse { id: c, users: vec!["box".to_owned()] });
    assert_eq!(store.len(), 3);
    assert!(block_on(store.return_lease(&c, "box")).expect("returned"));
    let report = block_on(store.delete(&a, cascade)).expect("deleted");
    assert_eq!(report.deleted, [c, b, a]);
    assert!(store.is_empty() && backend.records().is_empty());

    assert_eq!(kind(block_on(store.delete(&a, cascade))), ErrorKind::NotFound);
    let mut lenient = DeletePolicy::default();
    lenient.missing_ok = true;
    assert!(block_on(store.delete(&a, lenient)).expect("nothing to do").deleted.is_empty());
}

#[test]
fn what_a_deletion_frees_is_told() {
    let layers = MemoryLayers::new();
    let digests: Vec<DiffId> =
        ["1", "2", "3"].map(|text| layerglass::digest::Digest::sha256(text.as_bytes()).into()).into();
    let stack = |of: &[usize]| -> Vec<(DiffId, u64)> {
        of.iter().map(|&at| (digests[at].clone(), 10 << at)).collect()
    };
    let image = |of: &[usize]| {
        let list: Vec<String> = of.iter().map(|&at| format!("\"{}\"", digests[at])).collect();
        format!(r#"{{"os":"LINUX","rootfs":{{"type":"layers","diff_ids":[{}]}}}}"#, list.join(","))
            .into_bytes()
    };
    let tops: Vec<ChainId> =
        [&[0, 1][..], &[0, 2]].map(|of| layers.register(&stack(of)).expect("layers")).into();
    let options = StoreOptions::new(env()).with_layers(LayerStores::of("linux", layers.clone()));
    let (store, _) = block_on(ImageStore::open(MemoryBackend::new(), options)).expect("opens");
    let made: Vec<ImageId> = [&[0, 1][..], &[0, 2]]
        .map(|of| block_on(store.create(&image(of), CreateOptions::default())).expect("created"))
        .into();
    for top in tops {
        assert!(block_on(layers.release(top)).expect("given back").is_empty());
    }
    assert_eq!(kind(block_on(store.create(&image(&[1]), CreateOptions::default()))), ErrorKind::NotFound);
    let plan9 = String::from_utf8(image(&[0])).expect("text").replace("LINUX", "plan9");
    assert_eq!(
        kind(block_on(store.create(plan9.as_bytes(), CreateOptions::default()))),
        ErrorKind::Unsupported
    );
    let freed = block_on(store.delete(&made[0], DeletePolicy::default())).expect("deleted").freed;
    let sizes: Vec<_> =
        freed.iter().map(|layer| (layer.diff_id.clone(), layer.size, layer.own_size)).collect();
    assert_eq!(sizes, [(digests[1].clone(), 30, 20)]);
    let freed = block_on(store.delete(&made[1], DeletePolicy::default())).expect("deleted").freed;
    let own: Vec<u64> = freed.iter().map(|layer| layer.own_size).collect();
    assert_eq!(own, [40, 10]);
    assert!(layers.list().is_empty());
}

#[test]
fn a_text_is_resolved_by_name_and_by_id() {
    let (store, _) = chain();
    let b = id("b");
    block_on(store.tag(&name("beef"), b, false)).expect("tagged");
    let resolve = |text: &str| store.resolve(text, ResolveOptions::default());
    assert_eq!(resolve("beef"), Ok(b));
    assert_eq!(resolve(&b.to_string()), Ok(b));
    assert_eq!(resolve(&b.short()), Ok(b));
    assert_eq!(store.search(&b.digest().hex()[..10]), Ok(b));
    assert_eq!(kind(store.search("")), ErrorKind::Invalid);
    assert_eq!(kind(resolve("nothing")), ErrorKind::NotFound);
    assert_eq!(store.display_name(&b), "beef:latest");
    assert_eq!(store.display_name(&id("a")), id("a").short());
}

#[test]
fn tags_move_only_by_force_and_digests_never() {
    let (store, _) = chain();
    let [a, b, _] = ["a", "b", "c"].map(id);
    let tag = name("x:1");
    let tagged = NameChange::Tagged { reference: tag.clone(), id: a, moved_from: None };
    assert_eq!(block_on(store.tag(&tag, a, false)), Ok(tagged));
    assert_eq!(block_on(store.tag(&tag, a, false)), Ok(NameChange::Unchanged));
    assert_eq!(kind(block_on(store.tag(&tag, b, false))), ErrorKind::Conflict);
    let moved = NameChange::Tagged { reference: tag.clone(), id: b, moved_from: Some(a) };
    assert_eq!(block_on(store.tag(&tag, b, true)), Ok(moved));
    let digest = name(&format!("x@sha256:{}", "a".repeat(64)));
    block_on(store.add_digest(&digest, a)).expect("named");
    assert_eq!(kind(block_on(store.add_digest(&digest, b))), ErrorKind::Conflict);
    assert_eq!(kind(block_on(store.tag(&name("y"), id("missing"), false))), ErrorKind::NotFound);
    assert_eq!(store.repository(&name("x")).len(), 2);
    assert_eq!(block_on(store.untag_repository(&name("x"))).expect("gone").len(), 2);
    assert_eq!(kind(block_on(store.untag(&tag))), ErrorKind::NotFound);
}

#[test]
fn leases_end_when_they_say() {
    let time = Arc::new(AtomicI64::new(100));
    let (store, _) =
        block_on(ImageStore::open(MemoryBackend::new(), StoreOptions::new(clock(&time)))).expect("opens");
    let a = block_on(store.create(&config("a"), CreateOptions::default())).expect("created");
    block_on(async {
        store.lease(&a, "short", LeaseOptions::default().until(200)).await?;
        store.lease(&a, "kept", LeaseOptions::default()).await?;
        store.lease(&a, "kept", LeaseOptions::default()).await?;
        store.lease(&a, "memory", LeaseOptions::in_memory()).await
    })
    .expect("borrowed");
    assert_eq!(block_on(store.users(&a)).expect("users"), ["kept", "memory", "short"]);
    time.store(200, Ordering::SeqCst);
    assert_eq!(block_on(store.users(&a)).expect("users"), ["kept", "memory"]);
    let (again, _) = open(store.backend().clone());
    assert_eq!(
        block_on(again.users(&a)).expect("users"),
        ["kept"],
        "what is not in the storage ended with the store"
    );
    assert!(!block_on(store.return_lease(&a, "nobody")).expect("no error"));
    assert_eq!(kind(block_on(store.lease(&a, "", LeaseOptions::default()))), ErrorKind::Invalid);
    assert_eq!(kind(block_on(store.lease(&id("no"), "x", LeaseOptions::default()))), ErrorKind::NotFound);
}

#[test]
fn an_update_is_undone_when_it_fails() {
    let (store, backend) = chain();
    let before = backend.records();
    let result = block_on(store.update(&id("b"), |state| {
        state.names.insert(name("new"));
        state.built_locally = true;
        Err(StoreError::MetadataName { name: "stop".to_owned() }.into())
    }));
    assert_eq!(kind(result), ErrorKind::Invalid);
    assert_eq!(backend.records(), before);
    let bad = |state: &mut layerglass::store::ImageState| {
        state.metadata.insert("../x".to_owned(), Vec::new());
        state.parent = None;
        Ok::<(), Box<StoreError>>(())
    };
    assert_eq!(kind(block_on(store.update(&id("b"), bad))), ErrorKind::Invalid);
    assert_eq!(backend.records(), before);
    assert_eq!(store.parent(&id("b")), Some(id("a")));
}

#[test]
fn times_are_written_in_utc() {
    let (store, backend) = chain();
    assert_eq!(block_on(store.last_updated(&id("a"))), Ok(None));
    block_on(store.touch(&id("a"))).expect("noted");
    let time = block_on(store.last_updated(&id("a"))).expect("read").expect("a time");
    assert_eq!(time.as_str(), "2023-11-14T22:13:20Z");
    let key = format!("imagedb/metadata/sha256/{}/lastUpdated", id("a").digest().hex());
    assert_eq!(backend.records()[&key], b"2023-11-14T22:13:20Z");
    assert!(!block_on(store.is_built_locally(&id("a"))).expect("read"));
    block_on(store.set_built_locally(&id("a"))).expect("noted");
    let key = format!("imagedb/metadata/sha256/{}/builtLocally", id("a").digest().hex());
    assert_eq!(backend.records()[&key], [1]);
    for name in ["", "parent", "lastUpdated", "a/b", "..", "ä"] {
        assert_eq!(
            kind(block_on(store.set_metadata(&id("a"), name, Some(b"x")))),
            ErrorKind::Invalid,
            "{name}"
        );
    }
}

/// A callback may work with the store itself, and hears of that, too, in order.
#[test]
fn changes_are_told_in_order_and_under_no_lock() {
    let (store, _) = chain();
    let store = Arc::new(store);
    let told = Arc::new(Mutex::new(Vec::new()));
    let (of_it, log) = (Arc::downgrade(&store), Arc::clone(&told));
    let subscription = store.subscribe(move |change| {
        log.lock().unwrap().push(change.clone());
        if let (StoreChange::Created { id }, Some(store)) = (change, of_it.upgrade()) {
            block_on(store.tag(&name("auto"), *id, true)).expect("tagged from a callback");
        }
    });
    block_on(store.create(&config("new"), CreateOptions::with_parent(id("c")))).expect("created");
    block_on(store.delete(&id("new"), DeletePolicy::default())).expect("deleted");
    drop(subscription);
    block_on(store.touch(&id("a"))).expect("noted");
    let auto = name("auto").with_default_tag();
    assert_eq!(
        *told.lock().unwrap(),
        [
            StoreChange::Created { id: id("new") },
            StoreChange::Parent { id: id("new"), parent: Some(id("c")) },
            StoreChange::Tagged { reference: auto.clone(), id: id("new"), moved_from: None },
            StoreChange::Untagged { reference: auto, id: id("new") },
            StoreChange::Deleted { id: id("new") },
        ]
    );
}
