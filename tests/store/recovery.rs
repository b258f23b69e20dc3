//! What is committed is made, however often those who make it are interrupted.

use layerglass::fs::block_on;
use layerglass::store::{
    Backend, CreateOptions, ImageStore, MemoryBackend, ProblemKind, Sharing, StoreOptions,
};

use crate::atomicity::{OPERATIONS, Operation, Records, done, prepared};
use crate::faulty::{Fault, Faulty};
use crate::support::{config, env, id, open};

const JOURNAL: &str = "layerglass/journal";
const FAULTS: [Fault; 4] = [Fault::Fails, Fault::DoneButFails, Fault::EndsBefore, Fault::EndsAfter];

/// The records when the process ends right after it has committed; nothing where one write is all of it.
fn committed(before: &Records, operation: Operation) -> Option<Records> {
    let inner: MemoryBackend = before.clone().into_iter().collect();
    let backend = Faulty::new(inner.clone(), Fault::EndsAfter, 0, Sharing::Full);
    let (store, _) = block_on(ImageStore::open(backend, StoreOptions::new(env()))).expect("opens");
    let _ = block_on(operation(&store));
    Some(inner.records()).filter(|records| records.contains_key(JOURNAL))
}

/// The records after a recovery that is interrupted at a write; nothing when it has no so many.
fn interrupted(records: &Records, fault: Fault, write: usize) -> Option<Records> {
    let inner: MemoryBackend = records.clone().into_iter().collect();
    // Shared, so that it can be asked afterwards.
    let backend = std::sync::Arc::new(Faulty::new(inner.clone(), fault, write, Sharing::Full));
    let (_, report) =
        block_on(ImageStore::open(backend.clone(), StoreOptions::new(env()))).expect("opens all the same");
    let told = report.problems.iter().any(|problem| problem.kind == ProblemKind::JournalPending);
    assert_eq!(
        (told, report.recovered),
        (backend.struck(), !backend.struck() && records.contains_key(JOURNAL))
    );
    backend.struck().then(|| inner.records())
}

/// The recovery itself ends at each of its writes, and so does the one after that.
#[test]
fn an_interrupted_recovery_is_finished_by_the_next() {
    let before = prepared();
    let (mut journals, mut recoveries) = (0, 0);
    for (what, operation) in OPERATIONS {
        let after = done(&before, *operation, Sharing::Full);
        let Some(records) = committed(&before, *operation) else { continue };
        journals += 1;
        for fault in FAULTS {
            for first in 0.. {
                let Some(once) = interrupted(&records, fault, first) else { break };
                for second in 0.. {
                    let place = format!("{what}, {fault:?} at writes {first} and {second} of recoveries");
                    let twice = interrupted(&once, fault, second);
                    let inner: MemoryBackend = twice.as_ref().unwrap_or(&once).clone().into_iter().collect();
                    let (store, report) = open(inner.clone());
                    recoveries += 1;
                    assert_eq!(inner.records(), after, "{place}");
                    let left = twice.as_ref().unwrap_or(&once).contains_key(JOURNAL);
                    assert_eq!(report.recovered, left, "{place}");
                    drop(store);
                    if twice.is_none() {
                        break;
                    }
                }
            }
        }
    }
    assert!(journals > 8 && recoveries > 1000, "{journals} operations, {recoveries} recoveries");
}

/// Also the store that could not finish goes on: it finishes with its next change, or fails that one and stays as it was.
#[test]
fn the_store_that_was_interrupted_finishes_with_its_next_change() {
    let before = prepared();
    let next = config("next");
    let mut pending = 0;
    for (what, operation) in OPERATIONS {
        let mut after = done(&before, *operation, Sharing::Full);
        let key = format!("imagedb/content/sha256/{}", id("next").digest().hex());
        after.insert(key, next.clone());
        for fault in [Fault::Fails, Fault::DoneButFails] {
            // The first write is the commit.
            for write in 1.. {
                let inner: MemoryBackend = before.clone().into_iter().collect();
                let backend = Faulty::new(inner.clone(), fault, write, Sharing::Full);
                let (store, _) =
                    block_on(ImageStore::open(backend, StoreOptions::new(env()))).expect("opens");
                let result = block_on(operation(&store));
                if !store.backend().struck() {
                    break;
                }
                pending += 1;
                let place = format!("{what}, {fault:?} at write {write}, {result:?}");
                assert!(result.is_ok(), "{place}: it was committed");
                block_on(store.create(&next, CreateOptions::default())).expect("created");
                assert_eq!(inner.records(), after, "{place}");
                let known = (store.list(), store.names(), store.by_parent());
                let (again, _) = open(inner.clone());
                assert_eq!(known, (again.list(), again.names(), again.by_parent()), "{place}");
            }
        }
    }
    assert!(pending > 50, "only {pending} operations were left to be finished");
}

/// What a store over any backend tells of its images, without changing anything.
fn told<B: Backend>(store: &ImageStore<B>) -> Vec<String> {
    let mut told = vec![format!("{:?} {:?} {:?}", store.list(), store.names(), store.by_parent())];
    for image in ["a", "b", "c", "d", "alone", "new"] {
        let id = id(image);
        block_on(async {
            told.push(format!("{image} {:?}", store.raw(&id).await.ok()));
            told.push(format!("{:?}", store.users(&id).await.ok()));
            told.push(format!("{:?}", store.last_updated(&id).await.ok()));
            told.push(format!("{:?}", store.is_built_locally(&id).await.ok()));
            told.push(format!("{:?}", store.metadata(&id, "note").await.ok()));
            told.push(format!("{:?}", store.state(&id).await.ok()));
        });
    }
    told.push(format!("{:?}", block_on(store.verify(|_, _| {})).map(|report| report.problems)));
    told
}

/// What is committed is seen at once by whoever committed it, also where it could not all be made yet.
#[test]
fn what_is_committed_is_seen_before_it_is_made() {
    let before = prepared();
    for (what, operation) in OPERATIONS {
        let after: MemoryBackend = done(&before, *operation, Sharing::Full).into_iter().collect();
        let expected = told(&open(after).0);
        for sharing in [Sharing::Full, Sharing::Single] {
            for write in 1.. {
                let inner: MemoryBackend = before.clone().into_iter().collect();
                let backend = Faulty::new(inner.clone(), Fault::Fails, write, sharing);
                let (store, _) =
                    block_on(ImageStore::open(backend, StoreOptions::new(env()))).expect("opens");
                block_on(operation(&store)).expect("it is committed");
                if !store.backend().struck() {
                    break;
                }
                let found = told(&store);
                let place = format!("{what}, {sharing:?}, write {write}");
                for (expected, found) in expected.iter().zip(&found) {
                    assert_eq!(found, expected, "{place}");
                }
            }
        }
    }
}
