//! Deleting on storage that has no room for a journal.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use layerglass::fs::block_on;
use layerglass::store::{
    Backend, BackendError, ChildPolicy, CreateOptions, DeletePolicy, ImageStore, Lock, MemoryBackend,
    ProblemKind, Sharing, StoreError, StoreOptions, Visit,
};

use crate::atomicity::{OPERATIONS, done, prepared};
use crate::faulty::{Fault, Faulty};
use crate::support::{config, env, id, name, open};

/// Everything that deletes images is done wholly or not at all, whichever write goes wrong, and leaves the same records
/// as with a journal.
#[test]
fn a_deletion_without_a_journal_is_done_wholly_or_not_at_all() {
    let before = prepared();
    let mut struck = 0;
    for sharing in [Sharing::Full, Sharing::Single] {
        for (what, operation) in OPERATIONS.iter().filter(|(what, _)| what.starts_with("delete")) {
            let after = done(&before, *operation, sharing);
            for fault in [Fault::Fails, Fault::DoneButFails, Fault::EndsBefore, Fault::EndsAfter] {
                for write in 0.. {
                    assert!(write < 100, "{what} ends");
                    let inner: MemoryBackend = before.clone().into_iter().collect();
                    let backend = Faulty::full(inner.clone(), fault, write, sharing);
                    let (store, _) =
                        block_on(ImageStore::open(backend, StoreOptions::new(env()))).expect("opens");
                    let result = block_on(operation(&store));
                    let is_over = !store.backend().struck();
                    let place = format!("{what}, {sharing:?}, {fault:?} at write {write}, {result:?}");
                    drop(store);
                    let (_, report) = open(inner.clone());
                    let found = inner.records();
                    if found != after {
                        assert_eq!(found, before, "{place}: neither done nor undone");
                        assert!(result.is_err(), "{place}: said to be done");
                        assert!(!report.recovered, "{place}");
                    }
                    if is_over {
                        result.expect(&place);
                        assert_eq!(found, after, "{place}");
                        break;
                    }
                    struck += 1;
                }
            }
        }
    }
    assert!(struck > 150, "only {struck} writes went wrong");
}

/// Marks that an ended process left before its commit are swept and told of.
#[test]
fn marks_without_a_commit_are_swept() {
    let inner = MemoryBackend::new();
    let (store, _) = open(inner.clone());
    block_on(store.create(&config("a"), CreateOptions::default())).expect("created");
    let before = inner.records();
    let mark = format!("layerglass/deleting-{}", id("a").digest().hex());
    block_on(inner.put(&mark, b"")).expect("put");
    let (store, report) = open(inner.clone());
    assert_eq!((report.swept, report.recovered, report.problems), (vec![mark], false, vec![]));
    assert!(store.contains(&id("a")));
    assert_eq!(inner.records(), before);
    // An empty journal alone is damage, and stands for nothing.
    block_on(inner.put("layerglass/journal", b"")).expect("put");
    let (store, report) = open(inner);
    assert_eq!(report.problems[0].kind, ProblemKind::JournalInvalid);
    assert!(store.contains(&id("a")));
}

/// Storage without room for any contents.
struct Crowded(MemoryBackend, AtomicBool);

impl Backend for Crowded {
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        self.0.list(prefix).await
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        self.0.get(key).await
    }

    async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        if self.1.load(Ordering::SeqCst) && !bytes.is_empty() {
            let (key, reason) = (key.to_owned(), "as told".to_owned());
            return Err(BackendError::Full { operation: "put", key, reason });
        }
        self.0.put(key, bytes).await
    }

    async fn delete(&self, key: &str) -> Result<(), BackendError> {
        self.0.delete(key).await
    }

    fn sharing(&self) -> Sharing {
        Sharing::Full
    }

    async fn scan(&self, prefix: &str, visit: &Visit<'_>) -> Result<(), BackendError> {
        self.0.scan(prefix, visit).await
    }

    async fn lock(&self) -> Result<Option<Lock>, BackendError> {
        self.0.lock().await
    }
}

/// Where even the shorter file of names finds no room, the image is gone all the same, and its names go with the first
/// change that finds some, or when the store is opened.
#[test]
fn names_of_what_was_deleted_go_once_there_is_room() {
    for reopened in [false, true] {
        let inner = MemoryBackend::new();
        let crowded = Crowded(inner.clone(), AtomicBool::new(false));
        let (store, _) = block_on(ImageStore::open(crowded, StoreOptions::new(env()))).expect("opens");
        block_on(async {
            store.create(&config("a"), CreateOptions::default()).await?;
            store.create(&config("b"), CreateOptions::with_parent(id("a"))).await?;
            store.tag(&name("a:1"), id("a"), false).await?;
            store.tag(&name("b:1"), id("b"), false).await
        })
        .expect("prepared");
        store.backend().1.store(true, Ordering::SeqCst);
        let policy = DeletePolicy::with_children(ChildPolicy::Orphan);
        let report = block_on(store.delete(&id("a"), policy)).expect("deleted");
        assert!(report.cleanup_pending);
        let expected = (vec![id("b")], vec![(name("b:1"), id("b"))]);
        assert_eq!((store.list(), store.names()), expected);
        assert!(
            !inner.records().keys().any(|key| key.contains(id("a").digest().hex().as_str())
                && !key.starts_with("layerglass/deleting-"))
        );
        let refused = block_on(store.tag(&name("b:2"), id("b"), false)).expect_err("there is no room");
        assert!(matches!(*refused, StoreError::Backend(BackendError::Full { .. })), "{refused}");
        store.backend().1.store(false, Ordering::SeqCst);
        if reopened {
            let (other, report) = open(inner.clone());
            assert!(report.recovered);
            assert_eq!((other.list(), other.names()), expected);
        } else {
            block_on(store.touch(&id("b"))).expect("touched");
            assert_eq!((store.list(), store.names()), expected);
        }
        let left: BTreeMap<String, Vec<u8>> = inner.records();
        assert!(left.keys().all(|key| !key.starts_with("layerglass/")), "{left:?}");
        assert_eq!(open(inner).1.problems, []);
    }
}
