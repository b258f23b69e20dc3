//! Several processes on one folder, and processes that are killed.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::Child;
use std::thread;

use layerglass::fs::{FolderBackend, block_on};
use layerglass::image::ImageId;
use layerglass::store::{
    Backend, ChildPolicy, CreateOptions, DeletePolicy, GcOptions, ImageStore, LeaseOptions, MemoryBackend,
    ResolveOptions, StoreError,
};

use crate::children::{Numbers, kill, spawn, started};
use crate::support::{config, id, name, open};

/// How often a process is killed.
const KILLS: u64 = 200;
/// What it would do if it were not.
const STEPS: u64 = 400;

/// One step of a script; refusals are part of it.
async fn step<B: Backend>(store: &ImageStore<B>, numbers: &mut Numbers) -> Result<(), Box<StoreError>> {
    let mut image = || format!("image {}", numbers.below(12));
    let (a, b) = (image(), image());
    let tag = name(&format!("name:{}", numbers.below(6)));
    let user = format!("user {}", numbers.below(3));
    match numbers.below(12) {
        0 | 1 => store.create(&config(&a), CreateOptions::default()).await.map(drop),
        2 | 3 => store.create(&config(&a), CreateOptions::with_parent(id(&b))).await.map(drop),
        4 => store.set_parent(&id(&a), Some(id(&b))).await,
        5 => store.tag(&tag, id(&a), true).await.map(drop),
        6 => store.untag(&tag).await.map(drop),
        7 => store.lease(&id(&a), &user, LeaseOptions::default()).await,
        8 => store.return_lease(&id(&a), &user).await.map(drop),
        9 => store.delete(&id(&a), DeletePolicy::with_children(ChildPolicy::Orphan)).await.map(drop),
        10 => store.delete(&id(&a), DeletePolicy::with_children(ChildPolicy::Cascade)).await.map(drop),
        _ => {
            let change = |state: &mut layerglass::store::ImageState| {
                state.names.insert(tag.clone());
                state.metadata.insert("note".to_owned(), a.clone().into_bytes());
                state.parent = None;
                Ok(())
            };
            store.update(&id(&b), change).await.map(drop)
        }
    }
}

fn records(folder: &FolderBackend) -> BTreeMap<String, Vec<u8>> {
    let keys = block_on(folder.list("")).expect("lists");
    let read = |key: String| {
        let bytes = block_on(folder.get(&key)).expect("reads").expect("there");
        (key, bytes)
    };
    keys.into_iter().filter(|key| key != "layerglass/lock").map(read).collect()
}

/// Killed at random points hundreds of times, a store opens with everything done that was done, and the operation that
/// was under way done wholly or not at all.
#[test]
fn a_killed_process_leaves_whole_operations() {
    if let Some((folder, seed)) = started() {
        let (store, _) = open(FolderBackend::open(folder.join("store")).expect("opens"));
        let mut log = OpenOptions::new().append(true).create(true).open(folder.join("log")).expect("a log");
        let mut numbers = Numbers::new(seed);
        for _ in 0..STEPS {
            log.write_all(b"<").expect("noted");
            let _ = block_on(step(&store, &mut numbers));
            log.write_all(b">").expect("noted");
        }
        return;
    }
    let mut interrupted = 0;
    for seed in 0..KILLS {
        let folder = tempfile::tempdir().expect("a folder");
        kill("processes::a_killed_process_leaves_whole_operations", folder.path(), seed, 30_000);
        let log = folder.path().join("log");

        let log = fs::read(&log).expect("a log");
        let finished = log.iter().filter(|byte| **byte == b'>').count();
        interrupted += usize::from(log.last() == Some(&b'<'));
        let backend = FolderBackend::open(folder.path().join("store")).expect("opens");
        let (store, report) = open(backend.clone());
        assert!(report.problems.is_empty(), "seed {seed}: {:?}", report.problems);
        let found = records(&backend);
        assert!(found.keys().all(|key| !key.starts_with("layerglass/journal")), "seed {seed}");

        let model = MemoryBackend::new();
        let (replayed, _) = open(model.clone());
        let mut numbers = Numbers::new(seed);
        for _ in 0..finished {
            let _ = block_on(step(&replayed, &mut numbers));
        }
        let before = model.records();
        let _ = block_on(step(&replayed, &mut numbers));
        assert!(
            found == before || found == model.records(),
            "seed {seed}, after {finished} operations: neither done nor undone\n{:?}\n{:?}\n{:?}",
            before.keys(),
            found.keys(),
            model.records().keys(),
        );
        drop(store);
    }
    println!("{interrupted} of {KILLS} processes were killed in the middle of an operation");
    assert!(interrupted > KILLS as usize / 10, "only {interrupted} were killed in an operation");
}

/// Names that several processes give at once are all there afterwards.
#[test]
fn processes_that_tag_at_once_lose_no_name() {
    const NAMES: u64 = 60;
    let image = config("shared");
    if let Some((folder, number)) = started() {
        let (store, _) = open(FolderBackend::open(folder).expect("opens"));
        let shared = ImageId::of(&image);
        for tag in 0..NAMES {
            block_on(store.tag(&name(&format!("process{number}:{tag}")), shared, false)).expect("tagged");
            if tag % 3 == 0 {
                block_on(store.untag(&name(&format!("process{number}:{tag}")))).expect("untagged");
            }
        }
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (store, _) = open(FolderBackend::open(folder.path()).expect("opens"));
    block_on(store.create(&image, CreateOptions::default())).expect("created");
    let test = "processes::processes_that_tag_at_once_lose_no_name";
    let children: Vec<Child> = (0..4).map(|number| spawn(test, folder.path(), number)).collect();
    for mut child in children {
        assert!(child.wait().expect("ended").success());
    }
    block_on(store.reload()).expect("read anew");
    assert_eq!(store.names().len() as u64, 4 * (NAMES - NAMES.div_ceil(3)));
}

/// Borrowing against deleting, and making a child against deleting its parent, from two processes.
#[test]
fn what_is_used_or_has_children_is_never_deleted_by_another_process() {
    const ROUNDS: u64 = 150;
    if let Some((folder, number)) = started() {
        let (store, _) = open(FolderBackend::open(&folder).expect("opens"));
        let mut done = String::new();
        for round in 0..ROUNDS {
            let (leased, parent) = (format!("leased {round}"), format!("parent {round}"));
            let outcomes =
                if number == 0 {
                    [
                        block_on(store.lease(&id(&leased), "zero", LeaseOptions::default())).is_ok(),
                        block_on(store.create(
                            &config(&format!("child {round}")),
                            CreateOptions::with_parent(id(&parent)),
                        ))
                        .is_ok(),
                    ]
                } else {
                    let policy = DeletePolicy::default();
                    [
                        block_on(store.delete(&id(&leased), policy)).is_ok(),
                        block_on(store.delete(&id(&parent), policy)).is_ok(),
                    ]
                };
            done.extend(outcomes.map(|done| if done { 'y' } else { 'n' }));
        }
        fs::write(folder.with_extension(number.to_string()), done).expect("noted");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    let (store, _) = open(FolderBackend::open(&path).expect("opens"));
    for round in 0..ROUNDS {
        for what in ["leased", "parent"] {
            let config = config(&format!("{what} {round}"));
            block_on(store.create(&config, CreateOptions::default())).expect("created");
        }
    }
    let test = "processes::what_is_used_or_has_children_is_never_deleted_by_another_process";
    let children: Vec<Child> = (0..2).map(|number| spawn(test, &path, number)).collect();
    for mut child in children {
        assert!(child.wait().expect("ended").success());
    }
    let outcomes = |number: u64| fs::read(path.with_extension(number.to_string())).expect("outcomes");
    let (store, report) = open(FolderBackend::open(&path).expect("opens"));
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let mut counts = BTreeMap::new();
    for (place, (used, deleted)) in outcomes(0).into_iter().zip(outcomes(1)).enumerate() {
        let round = place / 2;
        assert_ne!(used, deleted, "exactly one of the two happened in round {round}");
        *counts.entry((place % 2, used)).or_insert(0) += 1;
        let (kept, what) = if place % 2 == 0 { (used, "leased") } else { (used, "parent") };
        assert_eq!(store.contains(&id(&format!("{what} {round}"))), kept == b'y', "{what} {round}");
        if what == "leased" && kept == b'y' {
            assert_eq!(block_on(store.users(&id(&format!("leased {round}")))).expect("users"), ["zero"]);
        }
        if what == "parent" {
            assert_eq!(store.contains(&id(&format!("child {round}"))), kept == b'y');
        }
    }
    println!("who came first: {counts:?}");
}

/// Hundreds of operations from threads end in a state that holds together, on disk as in memory.
#[test]
fn threads_share_a_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let backend = FolderBackend::open(folder.path()).expect("opens");
    let (store, _) = open(backend.clone());
    thread::scope(|scope| {
        for thread in 0..6 {
            let store = &store;
            scope.spawn(move || {
                let mut numbers = Numbers::new(thread);
                for _ in 0..60 {
                    let _ = block_on(step(store, &mut numbers));
                    let _ = store.resolve("name:1", ResolveOptions::default());
                    let _ = store.heads();
                }
            });
        }
    });
    let (again, report) = open(backend.clone());
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    assert_eq!(store.list(), again.list());
    assert_eq!(store.names(), again.names());
    assert_eq!(store.by_parent(), again.by_parent());
    let collected = block_on(again.gc(GcOptions::default())).expect("collected");
    assert_eq!(collected.debris, [""; 0], "nothing is left over");
}
