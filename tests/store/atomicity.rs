//! Whatever goes wrong at whichever write, an operation is done wholly or not at all.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};

use layerglass::fs::block_on;
use layerglass::image::Timestamp;
use layerglass::store::{
    ChildPolicy, CreateOptions, DeletePolicy, GcOptions, ImageStore, LeaseOptions, MemoryBackend, NamePolicy,
    NewImage, NewName, RepairPlan, Sharing, StoreError,
};

use crate::faulty::{Fault, Faulty};
use crate::support::{config, env, id, name, open};

pub type Records = BTreeMap<String, Vec<u8>>;
pub type Outcome<'a> = Pin<Box<dyn Future<Output = Result<(), Box<StoreError>>> + 'a>>;
pub type Operation = for<'a> fn(&'a ImageStore<Faulty>) -> Outcome<'a>;

/// A store with something of everything: a chain a - b - c, a fork d, names, users, metadata, and damage.
pub fn prepared() -> Records {
    let backend = MemoryBackend::new();
    let (store, _) = open(backend.clone());
    block_on(async {
        store.create(&config("a"), CreateOptions::default()).await?;
        store.create(&config("b"), CreateOptions::with_parent(id("a"))).await?;
        store.create(&config("c"), CreateOptions::with_parent(id("b"))).await?;
        store.create(&config("d"), CreateOptions::with_parent(id("a"))).await?;
        store.create(&config("alone"), CreateOptions::default()).await?;
        for (text, of) in [("a:1", "a"), ("b:1", "b"), ("b:2", "b"), ("c", "c"), ("other/b:1", "b")] {
            store.tag(&name(text), id(of), false).await?;
        }
        let digest = format!("b@sha256:{}", "d".repeat(64));
        store.add_digest(&name(&digest), id("b")).await?;
        store.lease(&id("d"), "somebody", LeaseOptions::default()).await?;
        store.lease(&id("d"), "late", LeaseOptions::default().until(1)).await?;
        store.touch(&id("b")).await?;
        store.set_metadata(&id("b"), "note", Some(b"x")).await
    })
    .expect("prepared");
    drop(store);
    let mut records = backend.records();
    let digits = "7".repeat(64);
    records.insert(format!("imagedb/content/sha256/{digits}"), b"damaged".to_vec());
    records.insert(format!("imagedb/metadata/sha256/{}/parent", "8".repeat(64)), b"of nothing".to_vec());
    records.insert(format!("imagedb/metadata/sha256/{}/parent", id("alone").digest().hex()), b"?".to_vec());
    records
}

pub const OPERATIONS: &[(&str, Operation)] = &[
    ("create", |store| {
        Box::pin(async { store.create(&config("new"), CreateOptions::default()).await.map(drop) })
    }),
    ("create with a parent", |store| {
        Box::pin(async { store.create(&config("new"), CreateOptions::with_parent(id("c"))).await.map(drop) })
    }),
    ("delete what has names and children", |store| {
        let policy = DeletePolicy::with_children(ChildPolicy::Orphan);
        Box::pin(async move { store.delete(&id("b"), policy).await.map(drop) })
    }),
    ("delete a branch", |store| {
        let policy = DeletePolicy::with_children(ChildPolicy::Cascade);
        Box::pin(async move { store.delete(&id("b"), policy).await.map(drop) })
    }),
    ("delete a leaf", |store| {
        Box::pin(async { store.delete(&id("c"), DeletePolicy::default()).await.map(drop) })
    }),
    ("set a parent", |store| Box::pin(async { store.set_parent(&id("alone"), Some(id("c"))).await })),
    ("move to another parent", |store| Box::pin(async { store.set_parent(&id("c"), Some(id("d"))).await })),
    ("clear a parent", |store| Box::pin(async { store.set_parent(&id("c"), None).await })),
    ("tag", |store| Box::pin(async { store.tag(&name("new:1"), id("a"), false).await.map(drop) })),
    ("move a tag", |store| Box::pin(async { store.tag(&name("a:1"), id("c"), true).await.map(drop) })),
    ("untag", |store| Box::pin(async { store.untag(&name("b:2")).await.map(drop) })),
    ("untag a repository", |store| Box::pin(async { store.untag_repository(&name("b")).await.map(drop) })),
    ("untag an image", |store| Box::pin(async { store.untag_all(&id("b")).await.map(drop) })),
    ("lease", |store| Box::pin(async { store.lease(&id("a"), "new", LeaseOptions::default()).await })),
    ("return", |store| Box::pin(async { store.return_lease(&id("d"), "somebody").await.map(drop) })),
    ("touch", |store| Box::pin(async { store.touch(&id("a")).await })),
    ("mark as built here", |store| Box::pin(async { store.set_built_locally(&id("a")).await })),
    ("set metadata", |store| Box::pin(async { store.set_metadata(&id("a"), "note", Some(b"y")).await })),
    ("clear metadata", |store| Box::pin(async { store.set_metadata(&id("b"), "note", None).await })),
    ("update everything", |store| {
        Box::pin(async {
            let change = |state: &mut layerglass::store::ImageState| {
                state.names.remove(&name("b:1"));
                state.names.insert(name("new:2"));
                state.names.insert(name("a:1"));
                state.parent = Some(id("d"));
                state.last_updated = Timestamp::from_unix(1, 0);
                state.built_locally = true;
                state.metadata.insert("more".to_owned(), b"z".to_vec());
                state.metadata.remove("note");
                Ok::<(), Box<StoreError>>(())
            };
            store.update(&id("b"), change).await.map(drop)
        })
    }),
    ("add several with names", |store| {
        Box::pin(async {
            let new = NewImage::new(config("new")).with_parent(Some(id("newer")));
            let newer = NewImage::new(config("newer")).with_parent(Some(id("b")));
            let known = NewImage::new(config("alone")).with_parent(Some(id("new")));
            let names = [("a:1", "new"), ("new:1", "newer"), ("c", "alone"), ("b:1", "a")];
            let names = names.map(|(text, of)| {
                let policy = if of == "a" { NamePolicy::Keep } else { NamePolicy::Move };
                NewName { reference: name(text), id: id(of), policy }
            });
            store.add_all(&[new, newer, known], &names).await.map(drop)
        })
    }),
    ("repair", |store| {
        Box::pin(async {
            let problems = store.verify(|_, _| {}).await?.problems;
            store.repair(&RepairPlan::for_problems(&problems)).await.map(drop)
        })
    }),
];

/// The records after an operation in which nothing goes wrong.
pub fn done(before: &Records, operation: Operation, sharing: Sharing) -> Records {
    let inner: MemoryBackend = before.clone().into_iter().collect();
    let backend = Faulty::new(inner.clone(), Fault::Fails, usize::MAX - 1, sharing);
    let (store, _) =
        block_on(ImageStore::open(backend, layerglass::store::StoreOptions::new(env()))).unwrap();
    block_on(operation(&store)).expect("it can be done");
    inner.records()
}

fn check(sharing: Sharing) {
    let before = prepared();
    let mut struck = 0;
    for (what, operation) in OPERATIONS {
        let after = done(&before, *operation, sharing);
        assert_ne!(before, after, "{what} does something");
        for fault in [Fault::Fails, Fault::DoneButFails, Fault::EndsBefore, Fault::EndsAfter] {
            for write in 0.. {
                assert!(write < 100, "{what} ends");
                let inner: MemoryBackend = before.clone().into_iter().collect();
                let backend = Faulty::new(inner.clone(), fault, write, sharing);
                let (store, _) =
                    block_on(ImageStore::open(backend, layerglass::store::StoreOptions::new(env()))).unwrap();
                let result = block_on(operation(&store));
                if !store.backend().struck() {
                    break;
                }
                struck += 1;
                let place = format!("{what}, {fault:?} at write {write}, {result:?}");
                drop(store);
                let (store, report) = open(inner.clone());
                let found = inner.records();
                if found == after {
                    continue;
                }
                assert_eq!(found, before, "{place}: neither done nor undone");
                assert!(result.is_err(), "{place}: said to be done");
                assert!(!report.recovered || found == after, "{place}");
                drop(store);
            }
        }
    }
    assert!(struck > 200, "only {struck} writes went wrong");
}

#[test]
fn an_operation_is_done_wholly_or_not_at_all() {
    check(Sharing::Full);
}

#[test]
fn an_operation_of_a_single_writer_is_done_wholly_or_not_at_all() {
    check(Sharing::Single);
}

#[test]
fn an_operation_over_shared_records_is_done_wholly_or_not_at_all() {
    check(Sharing::Records);
}

/// However a call ended, what a store knows after the next change is what another one finds in the storage. A call that
/// does not come back is dropped.
#[test]
fn what_a_store_knows_is_what_is_there() {
    let before = prepared();
    for sharing in [Sharing::Full, Sharing::Single] {
        for (what, operation) in OPERATIONS {
            for fault in [Fault::Fails, Fault::DoneButFails, Fault::HangsBefore, Fault::HangsAfter] {
                for write in 0.. {
                    let inner: MemoryBackend = before.clone().into_iter().collect();
                    let backend = Faulty::new(inner.clone(), fault, write, sharing);
                    let options = layerglass::store::StoreOptions::new(env());
                    let (store, _) = block_on(ImageStore::open(backend, options)).expect("opens");
                    let mut call = operation(&store);
                    let mut context = Context::from_waker(Waker::noop());
                    let _ = call.as_mut().poll(&mut context);
                    drop(call);
                    if !store.backend().struck() {
                        break;
                    }
                    let place = format!("{what}, {fault:?} at write {write}, {sharing:?}");
                    block_on(store.touch(&id("a"))).expect(&place);
                    let (other, _) = open(inner);
                    assert_eq!(store.list(), other.list(), "{place}");
                    assert_eq!(store.names(), other.names(), "{place}");
                    assert_eq!(store.by_parent(), other.by_parent(), "{place}");
                }
            }
        }
    }
}

/// What is collected goes in two steps: debris, then images. Each is whole.
#[test]
fn a_collection_is_never_in_the_middle_of_an_image() {
    let before = prepared();
    let operation: Operation =
        |store| Box::pin(async { store.gc(GcOptions::with_unnamed_images()).await.map(drop) });
    for fault in [Fault::Fails, Fault::DoneButFails, Fault::EndsBefore, Fault::EndsAfter] {
        for write in 0..50 {
            let inner: MemoryBackend = before.clone().into_iter().collect();
            let backend = Faulty::new(inner.clone(), fault, write, Sharing::Full);
            let (store, _) =
                block_on(ImageStore::open(backend, layerglass::store::StoreOptions::new(env()))).unwrap();
            let _ = block_on(operation(&store));
            let is_over = !store.backend().struck();
            drop(store);
            let (store, report) = open(inner.clone());
            for kept in ["a", "b", "c", "d"] {
                assert!(store.contains(&id(kept)), "{kept} is kept ({fault:?}, {write})");
            }
            assert_eq!(store.parent(&id("c")), Some(id("b")));
            assert_eq!(store.names().len(), 6);
            assert!(report.problems.len() <= 3, "{:?}", report.problems);
            if is_over {
                assert!(!store.contains(&id("alone")));
                break;
            }
        }
    }
}
