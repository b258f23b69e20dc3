//! A disk that is full: an operation that finds no space is done wholly or not at all.
//!
//! The disk is a small file system in memory. Mounting one is for root; where that is not possible nothing is checked, and
//! the test says so.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{FolderBackend, block_on};
use layerglass::store::{
    Backend, ChildPolicy, CreateOptions, DeletePolicy, GcOptions, ImageState, ImageStore, LeaseOptions,
    StoreError,
};

use crate::disk::Disk;
use crate::support::{config, id, name, open};

const BYTES: u64 = 1 << 20;

type Records = BTreeMap<String, Vec<u8>>;

/// A store with a bit of everything. Its names take more than a page, so that writing them anew needs space.
fn prepare(folder: &Path) {
    let (store, _) = open(FolderBackend::open(folder).expect("opens"));
    block_on(async {
        store.create(&config("a"), CreateOptions::default()).await?;
        store.create(&config("b"), CreateOptions::with_parent(id("a"))).await?;
        store.create(&config("c"), CreateOptions::with_parent(id("b"))).await?;
        for number in 0..40 {
            store.tag(&name(&format!("many/{}:{number}", "n".repeat(50))), id("a"), false).await?;
        }
        store.tag(&name("b:1"), id("b"), false).await?;
        store.lease(&id("c"), "somebody", LeaseOptions::default()).await?;
        store.set_metadata(&id("b"), "note", Some(b"x")).await
    })
    .expect("prepared");
}

fn records(folder: &Path) -> Records {
    let backend = FolderBackend::open(folder).expect("opens");
    let keys = block_on(backend.list("")).expect("lists");
    let read = |key: String| {
        let bytes = block_on(backend.get(&key)).expect("reads").expect("there");
        (key, bytes)
    };
    keys.into_iter().filter(|key| key != "layerglass/lock").map(read).collect()
}

/// Everything below a folder that is named like a file which is being written.
fn temporary(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(temporary(&path));
        } else if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".tmp-")) {
            found.push(path);
        }
    }
    found
}

type Store = ImageStore<FolderBackend>;
type Operation = fn(&Store) -> Result<(), Box<StoreError>>;

const OPERATIONS: [(&str, Operation); 7] = [
    ("create", |store| {
        block_on(store.create(&config(&"x".repeat(9000)), CreateOptions::default())).map(drop)
    }),
    ("create with a parent", |store| {
        block_on(store.create(&config(&"x".repeat(9000)), CreateOptions::with_parent(id("c")))).map(drop)
    }),
    ("tag", |store| block_on(store.tag(&name("new:1"), id("c"), false)).map(drop)),
    ("delete", |store| {
        let policy = DeletePolicy::with_children(ChildPolicy::Orphan);
        block_on(store.delete(&id("b"), policy)).map(drop)
    }),
    ("delete what has many names", |store| {
        let policy = DeletePolicy::with_children(ChildPolicy::Orphan);
        block_on(store.delete(&id("a"), policy)).map(drop)
    }),
    ("update", |store| {
        let change = |state: &mut ImageState| {
            state.names.insert(name("new:2"));
            state.parent = None;
            state.built_locally = true;
            state.metadata.insert("more".to_owned(), vec![b'z'; 6000]);
            Ok::<(), Box<StoreError>>(())
        };
        block_on(store.update(&id("c"), change)).map(drop)
    }),
    ("lease", |store| block_on(store.lease(&id("a"), "new", LeaseOptions::default()))),
];

fn disk(folder: &Path) -> Option<Disk> {
    Disk::mount(folder.join("disk"), BYTES)
}

/// With no page left, then one, then two, an operation fails at its first write, its second, and so on, until it has
/// space enough. With the space free again, the store opens with the operation wholly done or not at all.
#[test]
fn an_operation_on_a_full_disk_is_done_wholly_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = disk(folder.path()) else { return };
    let path = disk.0.join("store");
    let (mut refused, mut unfinished) = (0, 0);
    for (what, operation) in OPERATIONS {
        prepare(&path);
        let before = records(&path);
        let (store, _) = open(FolderBackend::open(&path).expect("opens"));
        operation(&store).expect("it can be done");
        drop(store);
        let after = records(&path);
        for left in 0.. {
            assert!(left < 60, "{what} has space enough at some time");
            fs::remove_dir_all(&path).expect("removed");
            prepare(&path);
            let (store, _) = open(FolderBackend::open(&path).expect("opens"));
            disk.fill(left);
            let result = operation(&store);
            let place = format!("{what} with {left} pages left, {result:?}");
            let known = (store.list(), store.names(), store.by_parent());
            drop(store);
            disk.free();
            assert!(temporary(&path).is_empty(), "{place}: what was cut off is removed at once");
            let is_unfinished = path.join("layerglass/journal").exists();
            let (store, report) = open(FolderBackend::open(&path).expect("opens"));
            assert_eq!(report.problems, [], "{place}");
            assert_eq!(report.recovered, is_unfinished, "{place}");
            assert_eq!(known, (store.list(), store.names(), store.by_parent()), "{place}: known and stored");
            let found = records(&path);
            match &result {
                Ok(()) => {
                    assert_eq!(found.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{place}")
                }
                Err(error) => {
                    assert_eq!((error.kind(), error.code()), (ErrorKind::Io, "backend-full"), "{place}");
                    assert!(error.path().is_some(), "{place}");
                    assert_eq!(found, before, "{place}");
                    refused += 1;
                }
            }
            unfinished += usize::from(is_unfinished);
            if result.is_ok() && !is_unfinished {
                assert_eq!(found, after, "{place}");
                break;
            }
        }
        fs::remove_dir_all(&path).expect("removed");
    }
    println!("{refused} operations found no space, {unfinished} found none after they were committed");
    assert!(refused > 10 && unfinished > 5, "{refused} refused, {unfinished} unfinished");
}

/// Without a single page left, images with names, children and metadata can be deleted, and debris can be collected.
#[test]
fn images_are_deleted_on_a_full_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = disk(folder.path()) else { return };
    let path = disk.0.join("store");
    prepare(&path);
    let debris = ["7", "8"].map(|digit| format!("imagedb/metadata/sha256/{}/parent", digit.repeat(64)));
    for key in &debris {
        fs::create_dir_all(path.join(key).parent().expect("a folder")).expect("made");
        fs::write(path.join(key), "of nothing").expect("written");
    }
    let (store, _) = open(FolderBackend::open(&path).expect("opens"));
    disk.fill(0);
    let refused = block_on(store.create(&config("new"), CreateOptions::default())).expect_err("it is full");
    assert_eq!(refused.code(), "backend-full");
    let policy = DeletePolicy::with_children(ChildPolicy::Orphan);
    let report = block_on(store.delete(&id("b"), policy)).expect("deleted");
    assert_eq!(
        (report.deleted, report.orphaned, report.untagged),
        (vec![id("b")], vec![id("c")], vec![name("b:1")])
    );
    // What that freed is taken at once.
    disk.free();
    disk.fill(0);
    let report = block_on(store.gc(GcOptions::default())).expect("collected");
    assert_eq!(report.debris, debris);
    disk.free();
    disk.fill(0);
    let report = block_on(store.delete(&id("a"), policy)).expect("deleted");
    assert_eq!(report.untagged.len(), 40);
    block_on(store.return_lease(&id("c"), "somebody")).expect("returned");
    drop(store);
    disk.free();
    let (store, report) = open(FolderBackend::open(&path).expect("opens"));
    assert_eq!((store.list(), store.names(), report.problems), (vec![id("c")], vec![], vec![]));
    let left: Vec<String> = records(&path).into_keys().collect();
    assert_eq!(
        left,
        [format!("imagedb/content/sha256/{}", id("c").digest().hex()), "repositories.json".to_owned()]
    );
}

/// What an ended process left behind in the middle of a write is swept and reported, also when the disk is still full.
#[test]
fn a_full_disk_is_opened_and_swept() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = disk(folder.path()) else { return };
    let path = disk.0.join("store");
    prepare(&path);
    let before = records(&path);
    let debris = [
        ".tmp-repositories.json.layerglass-1-1",
        "imagedb/content/sha256/.tmp-x.layerglass-1-2",
        "layerglass/.tmp-journal.layerglass-1-3",
    ];
    for name in debris {
        fs::write(path.join(name), [0; 5000]).expect("written");
    }
    disk.fill(0);
    let (store, report) = open(FolderBackend::open(&path).expect("opens"));
    let mut expected = debris.to_vec();
    expected.sort_unstable();
    assert_eq!(
        (report.swept, report.problems),
        (expected.iter().map(|name| (*name).to_owned()).collect(), vec![])
    );
    assert_eq!(store.len(), 3);
    assert_eq!(records(&path), before);
}

/// A disk that turns read-only under a store, as one does that fails: everything can be read, nothing is half written.
#[test]
fn a_disk_that_becomes_read_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = disk(folder.path()) else { return };
    let path = disk.0.join("store");
    prepare(&path);
    let before = records(&path);
    let (store, _) = open(FolderBackend::open(&path).expect("opens"));
    disk.remount("ro");
    for (what, operation) in OPERATIONS {
        let error = operation(&store).expect_err("nothing can be written");
        assert_eq!((error.kind(), error.code()), (ErrorKind::Unsupported, "backend-read-only"), "{what}");
    }
    assert_eq!(block_on(store.raw(&id("b"))).expect("read"), config("b"));
    drop(store);
    let (store, report) = open(FolderBackend::open(&path).expect("opens what can only be read"));
    assert_eq!((store.len(), report.problems), (3, vec![]));
    drop(store);
    disk.remount("rw");
    assert_eq!(records(&path), before);
    let (store, _) = open(FolderBackend::open(&path).expect("opens"));
    OPERATIONS[0].1(&store).expect("it can be written again");
}
