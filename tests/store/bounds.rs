//! However much a backend holds, a store keeps only so much of it.

use std::time::{Duration, Instant};

use layerglass::error::Reason;
use layerglass::fs::{FolderBackend, block_on};
use layerglass::limits::{LimitExceeded, Limits};
use layerglass::reference::Reference;
use layerglass::store::{
    Backend, BackendError, CreateOptions, ImageStore, LayerStore, LayerStores, MemoryBackend, MemoryLayers,
    Names, OpenReport, ProblemKind, RepairPlan, Sharing, StoreError, StoreOptions, Visit,
};

use crate::support::{config, env, id, open};

fn limited<B: Backend>(backend: B, limits: Limits) -> Result<(ImageStore<B>, OpenReport), Box<StoreError>> {
    block_on(ImageStore::open(backend, StoreOptions::new(env()).with_limits(limits)))
}

fn is_exceeded(error: &StoreError, limit: u64) -> bool {
    let expected = LimitExceeded { name: "storeKeys", limit, found: limit + 1 };
    error.code() == "limit" && *error == StoreError::Backend(BackendError::Limit(expected))
}

/// Images, whole or damaged, and records beside images are counted; passing the limit is an error that names it.
#[test]
fn a_store_of_too_many_keys_is_not_opened() {
    let contents = |number: usize| format!("imagedb/content/sha256/{number:064x}");
    let orphans = |number: usize| format!("imagedb/metadata/sha256/{number:064x}/parent");
    let users = |number: usize| format!("layerglass/users/sha256/{number:064x}");
    for key in [&contents as &dyn Fn(usize) -> String, &orphans, &users] {
        for count in [50, 51] {
            let backend: MemoryBackend = (0..count).map(|number| (key(number), b"{}".to_vec())).collect();
            match limited(backend, Limits { store_keys: 50, ..Limits::default() }) {
                Ok((_, report)) => assert_eq!((count, report.problems.len()), (50, 50)),
                Err(error) => assert!(count == 51 && is_exceeded(&error, 50), "{count}: {error}"),
            }
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let backend = FolderBackend::open(folder.path()).expect("opens");
    let backend = backend.with_limits(&Limits { store_keys: 2, ..Limits::default() });
    for key in ["a/b", "a/c", "d"] {
        block_on(backend.put(key, b"x")).expect("put");
    }
    assert_eq!(block_on(backend.list("a/")).expect("lists").len(), 2);
    assert_eq!(block_on(backend.list("")).expect_err("too many").code(), "limit");
}

/// Of many problems some are told, and how many more there are. All of the images can be asked for and put right.
#[test]
fn problems_have_a_limit() {
    let digits = |number: usize| format!("{number:064x}");
    let backend: MemoryBackend =
        (0..30).map(|number| (format!("imagedb/content/sha256/{}", digits(number)), b"?".to_vec())).collect();
    let limits = Limits { store_problems: 10, ..Limits::default() };
    let (store, report) = limited(backend.clone(), limits).expect("opens");
    assert_eq!((report.problems.len(), store.damaged().len()), (11, 30));
    assert!(report.problems[..10].is_sorted_by_key(|problem| problem.key.clone()));
    let last = &report.problems[10];
    assert_eq!(
        (last.kind, last.reason.as_str()),
        (ProblemKind::More, "20 further problems are not told one by one")
    );
    assert_eq!(block_on(store.verify(|_, _| {})).expect("verified").problems.len(), 11);
    assert_eq!(block_on(store.reload()).expect("read").len(), 11);
    let mut problems = report.problems;
    for left in [20, 10, 0] {
        problems = block_on(store.repair(&RepairPlan::for_problems(&problems))).expect("repaired").problems;
        assert_eq!(store.damaged().len(), left);
    }
    assert_eq!(problems, []);
}

/// A backend whose metadata cannot be gone through.
#[derive(Debug)]
struct NoMetadata(MemoryBackend);

impl Backend for NoMetadata {
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        self.0.list(prefix).await
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        self.0.get(key).await
    }

    async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        self.0.put(key, bytes).await
    }

    async fn delete(&self, key: &str) -> Result<(), BackendError> {
        self.0.delete(key).await
    }

    fn sharing(&self) -> Sharing {
        Sharing::Single
    }

    async fn scan(&self, prefix: &str, visit: &Visit<'_>) -> Result<(), BackendError> {
        if prefix.contains("metadata") {
            return Err(BackendError::failed("scan", prefix, "as told"));
        }
        self.0.scan(prefix, visit).await
    }
}

/// References to layers that were taken before reading failed are given back.
#[test]
fn what_is_read_in_part_holds_no_layers() {
    let layers = MemoryLayers::new();
    let diff_id = layerglass::digest::Digest::sha256(b"layer").into();
    let top = layers.register(&[(diff_id, 10)]).expect("a layer");
    let image = format!(
        r#"{{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":["{}"]}}}}"#,
        layerglass::digest::Digest::sha256(b"layer")
    );
    let backend = MemoryBackend::new();
    let options = || StoreOptions::new(env()).with_layers(LayerStores::any(layers.clone()));
    let (store, _) = block_on(ImageStore::open(backend.clone(), options())).expect("opens");
    block_on(store.create(image.as_bytes(), CreateOptions::default())).expect("created");
    for _ in 0..3 {
        block_on(ImageStore::open(NoMetadata(backend.clone()), options())).expect_err("it cannot be read");
    }
    let report =
        block_on(store.delete(&layerglass::image::ImageId::of(image.as_bytes()), Default::default()));
    assert_eq!(report.expect("deleted").freed, [], "its owner still has the layer");
    assert_eq!(block_on(layers.release(top)).expect("released").len(), 1, "and nobody else");
}

/// Entries of the old form that stand beside names of the newer one are looked up and not searched for: this would take
/// minutes.
#[test]
fn many_entries_of_both_forms_take_no_longer_each() {
    const ENTRIES: usize = 20_000;
    let entry = |number| {
        let (new, old) = ("a".repeat(64), "b".repeat(64));
        format!("\"x:{number}\":\"sha256:{new}\",\"{number}\":\"{old}\"")
    };
    let entries: Vec<String> = (0..ENTRIES).map(entry).collect();
    let file = format!("{{\"Repositories\":{{\"x\":{{{}}}}}}}", entries.join(","));
    let started = Instant::now();
    let (mut names, problems) = Names::read(file.as_bytes(), &Limits::default()).expect("reads");
    assert_eq!((names.len(), problems.len()), (ENTRIES, ENTRIES));
    let repository = Reference::parse_normalized("x").expect("a name");
    assert_eq!(names.clone().untag_repository(&repository).expect("there").len(), 2 * ENTRIES);
    for number in 0..ENTRIES {
        names.discard("x", Some(&number.to_string())).expect("there");
    }
    assert_eq!((names.len(), names.damaged().count()), (ENTRIES, 0));
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

/// What could not be opened again is not made.
#[test]
fn an_image_too_many_is_not_created() {
    let backend = MemoryBackend::new();
    let (store, _) = limited(backend.clone(), Limits { store_keys: 2, ..Limits::default() }).expect("opens");
    for image in ["a", "b"] {
        block_on(store.create(&config(image), CreateOptions::default())).expect("created");
    }
    let refused = block_on(store.create(&config("c"), CreateOptions::default())).expect_err("too many");
    assert!(is_exceeded(&refused, 2), "{refused}");
    block_on(store.create(&config("b"), CreateOptions::with_parent(id("a")))).expect("it is there");
    assert_eq!(open(backend).0.list().len(), 2);
}
