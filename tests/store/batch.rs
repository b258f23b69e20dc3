//! Adding several images with their names at once.

use std::sync::{Arc, Mutex};
use std::thread;

use layerglass::digest::Digest;
use layerglass::fs::block_on;
use layerglass::image::DiffId;
use layerglass::store::{
    DeletePolicy, ImageStore, LayerStores, MemoryBackend, MemoryLayers, NameChange, NameError, NamePolicy,
    NewImage, NewName, StoreChange, StoreError, StoreOptions,
};

use crate::support::{chain, config, env, id, name, open};

fn named(text: &str, of: &str, policy: NamePolicy) -> NewName {
    NewName { reference: name(text), id: id(of), policy }
}

#[test]
fn images_parents_and_names_come_together_and_are_told_in_order() {
    let (store, _) = chain();
    block_on(store.tag(&name("old:1"), id("a"), false)).expect("tagged");
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&told);
    let _subscription = store.subscribe(move |change| log.lock().expect("a log").push(change.clone()));
    let images = [
        NewImage::new(config("top")).with_parent(Some(id("base"))),
        NewImage::new(config("base")).with_parent(Some(id("c"))),
        NewImage::new(config("a")),
    ];
    let names = [
        named("old:1", "top", NamePolicy::Move),
        named("new:1", "base", NamePolicy::Refuse),
        named("old:1", "base", NamePolicy::Keep),
    ];
    let added = block_on(store.add_all(&images, &names)).expect("added");
    assert_eq!(added.images, [(id("top"), true), (id("base"), true), (id("a"), false)]);
    let moved = NameChange::Tagged { reference: name("old:1"), id: id("top"), moved_from: Some(id("a")) };
    let new = NameChange::Tagged { reference: name("new:1"), id: id("base"), moved_from: None };
    assert_eq!(added.names, [moved, new]);
    assert_eq!(added.kept, [(name("old:1"), id("top"))]);
    assert_eq!(store.ancestors(&id("top")), [id("base"), id("c"), id("b"), id("a")]);
    assert_eq!(
        *told.lock().expect("a log"),
        [
            StoreChange::Created { id: id("top") },
            StoreChange::Created { id: id("base") },
            StoreChange::Parent { id: id("top"), parent: Some(id("base")) },
            StoreChange::Parent { id: id("base"), parent: Some(id("c")) },
            StoreChange::Tagged { reference: name("old:1"), id: id("top"), moved_from: Some(id("a")) },
            StoreChange::Tagged { reference: name("new:1"), id: id("base"), moved_from: None },
        ]
    );
}

#[test]
fn what_cannot_be_added_leaves_everything_as_it_was() {
    let (store, backend) = chain();
    let digest = format!("by@sha256:{}", "d".repeat(64));
    block_on(store.add_digest(&name(&digest), id("a"))).expect("named");
    block_on(store.tag(&name("old:1"), id("a"), false)).expect("tagged");
    let before = backend.records();
    let new = |of: &str| NewImage::new(config(of));
    let refused = |images: &[NewImage], names: &[NewName]| {
        let error = block_on(store.add_all(images, names)).expect_err("refused");
        assert_eq!(backend.records(), before, "{error}");
        assert_eq!(store.len(), 3, "{error}");
        *error
    };
    let circle = [new("x").with_parent(Some(id("y"))), new("y").with_parent(Some(id("x")))];
    assert!(matches!(refused(&circle, &[]), StoreError::ParentCycle { .. }));
    // Also where the circle closes over images that are there.
    let circle = [new("x").with_parent(Some(id("c"))), new("a").with_parent(Some(id("x")))];
    assert!(matches!(refused(&circle, &[]), StoreError::ParentCycle { .. }));
    let itself = [new("x").with_parent(Some(id("x")))];
    assert!(matches!(refused(&itself, &[]), StoreError::ParentCycle { .. }));
    let orphan = [new("x").with_parent(Some(id("nowhere")))];
    assert!(
        matches!(refused(&orphan, &[]), StoreError::NotFound { id: missing } if missing == id("nowhere"))
    );
    let broken = [new("x"), NewImage::new("{}")];
    assert!(matches!(refused(&broken, &[]), StoreError::Config(_)));
    let nobody = [named("new:1", "nowhere", NamePolicy::Move)];
    assert!(matches!(refused(&[new("x")], &nobody), StoreError::NotFound { .. }));
    let taken = [named("new:1", "x", NamePolicy::Move), named("old:1", "x", NamePolicy::Refuse)];
    let StoreError::Name(error) = refused(&[new("x")], &taken) else { panic!("about a name") };
    assert!(matches!(*error, NameError::Conflict { held, .. } if held == id("a")));
    // A name by digest never moves.
    let taken = [named(&digest, "x", NamePolicy::Move)];
    let StoreError::Name(error) = refused(&[new("x")], &taken) else { panic!("about a name") };
    assert!(matches!(*error, NameError::DigestConflict { .. }));
}

#[test]
fn what_was_noted_before_is_linked() {
    let (store, backend) = chain();
    // A parent that somebody noted of an image which is not there, and an image that waits for its parent.
    let parent_of = |of: &str| format!("imagedb/metadata/sha256/{}/parent", id(of).digest().hex());
    drop(store);
    let mut records = backend.records();
    records.insert(parent_of("new"), id("c").to_string().into_bytes());
    records.insert(parent_of("a"), id("base").to_string().into_bytes());
    let (store, _) = open(records.into_iter().collect::<MemoryBackend>());
    block_on(store.add_all(&[NewImage::new(config("new")), NewImage::new(config("base"))], &[]))
        .expect("added");
    assert_eq!(store.ancestors(&id("new")), [id("c"), id("b"), id("a"), id("base")]);
    // So that those who wait are asked as well when a circle would close.
    let closes = [NewImage::new(config("base")).with_parent(Some(id("new")))];
    let error = block_on(store.add_all(&closes, &[])).expect_err("refused");
    assert!(matches!(*error, StoreError::ParentCycle { .. }));
}

#[test]
fn layers_are_held_once_for_each_new_image_and_given_back_on_failure() {
    let layers = MemoryLayers::new();
    let diff = |of: &str| DiffId::from(Digest::sha256(of.as_bytes()));
    let with = |of: &[&str]| {
        let diff_ids: Vec<String> = of.iter().map(|of| format!(r#""{}""#, diff(of))).collect();
        let diff_ids = diff_ids.join(",");
        format!(r#"{{"os":"linux","rootfs":{{"type":"layers","diff_ids":[{diff_ids}]}}}}"#).into_bytes()
    };
    let options = StoreOptions::new(env()).with_layers(LayerStores::any(layers.clone()));
    let (store, _) = block_on(ImageStore::open(MemoryBackend::new(), options)).expect("opens");
    let first = layers.register(&[(diff("1"), 1)]).expect("a layer");
    let second = layers.register(&[(diff("1"), 1), (diff("2"), 2)]).expect("a layer");
    let images = [NewImage::new(with(&["1"])), NewImage::new(with(&["1", "2"]))];
    let lacking = [&images[..], &[NewImage::new(with(&["3"]))]].concat();
    let error = block_on(store.add_all(&lacking, &[])).expect_err("a layer is missing");
    assert!(matches!(*error, StoreError::LayerMissing { .. }));
    let added = block_on(store.add_all(&images, &[])).expect("added");
    // Again, and nothing more is held.
    block_on(store.add_all(&images, &[])).expect("added");
    block_on(async {
        use layerglass::store::LayerStore;
        assert_eq!(layers.release(first).await.expect("released"), []);
        assert_eq!(layers.release(second).await.expect("released"), []);
        for (id, freed) in added.images.iter().rev().zip([1, 1]) {
            let report = store.delete(&id.0, DeletePolicy::default()).await.expect("deleted");
            assert_eq!(report.freed.len(), freed);
        }
    });
    assert_eq!(layers.list(), []);
}

/// Whoever deletes meanwhile finds all of it or nothing.
#[test]
fn adding_and_deleting_at_once_is_one_after_the_other() {
    let (store, backend) = chain();
    let names = [named("new:1", "y", NamePolicy::Move)];
    let images = [NewImage::new(config("x")), NewImage::new(config("y")).with_parent(Some(id("x")))];
    let mut deleted = 0;
    thread::scope(|scope| {
        let adding = scope.spawn(|| {
            for _ in 0..200 {
                block_on(store.add_all(&images, &names)).expect("added");
            }
        });
        while !adding.is_finished() {
            let policy = DeletePolicy::with_children(layerglass::store::ChildPolicy::Cascade);
            match block_on(store.delete(&id("x"), policy)) {
                Ok(report) => {
                    assert_eq!(report.deleted, [id("y"), id("x")]);
                    assert_eq!(report.untagged, [name("new:1")]);
                    deleted += 1;
                }
                Err(error) => assert!(matches!(*error, StoreError::NotFound { .. }), "{error}"),
            }
        }
    });
    assert!(deleted > 0, "nothing was deleted meanwhile");
    let _ = block_on(store.add_all(&images, &names)).expect("added");
    let (other, report) = open(backend);
    assert!(report.problems.is_empty());
    assert_eq!(other.list(), store.list());
    assert_eq!(other.named(&name("new:1")), Some(id("y")));
}
