//! Object stores as backends.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use layerglass::error::Reason;
use layerglass::fs::block_on;
use layerglass::object_store::{ABSENT, ObjectStoreBackend};
use layerglass::store::{
    Backend, ChildPolicy, CreateOptions, DeletePolicy, ImageState, ImageStore, LeaseOptions, Sharing,
    StoreError, conformance,
};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use crate::support::{config, id, name, open};

type Records = BTreeMap<String, Vec<u8>>;

fn records(backend: &ObjectStoreBackend) -> Records {
    let keys = block_on(backend.list("")).expect("lists");
    let read = |key: String| {
        let bytes = block_on(backend.get(&key)).expect("reads").expect("there");
        (key, bytes)
    };
    keys.into_iter().map(read).collect()
}

fn put(objects: &dyn ObjectStore, path: &str, bytes: &[u8]) {
    let path = Path::parse(path).expect("a path");
    block_on(objects.put(&path, PutPayload::from(bytes.to_vec()))).expect("written");
}

#[test]
fn an_object_store_conforms() {
    for prefix in ["", "images", "a/b c/d"] {
        let objects = Arc::new(InMemory::new());
        let backend = ObjectStoreBackend::new(objects.clone(), prefix);
        let shared = block_on(backend.clone().probed()).expect("probed");
        for (backend, sharing) in
            [(backend.clone().with_single_writer(), Sharing::Single), (shared, Sharing::Records)]
        {
            assert_eq!(backend.sharing(), sharing);
            let report = block_on(conformance::run(&backend));
            assert!(report.checks.len() >= 15, "{report}");
            assert!(report.failures().next().is_none(), "`{prefix}`: {report}");
            assert_eq!(block_on(backend.list("")).expect("lists"), [""; 0]);
        }
        let refused = block_on(backend.with_single_writer().swap("a", None, Some(b"1")));
        assert_eq!(refused.expect_err("it has a single writer").code(), "backend-unsupported");
    }
}

/// Objects lie where their keys say, as they are; nothing outside the prefix and nothing foreign is seen.
#[test]
fn objects_are_the_records() {
    let objects = Arc::new(InMemory::new());
    let backend = ObjectStoreBackend::new(objects.clone(), "deep/images");
    put(&*objects, "deep/images2/a", b"a neighbour");
    put(&*objects, "deep/images", b"the prefix itself");
    put(&*objects, "deep/images/a b", b"no key");
    put(&*objects, "deep/images/written/by:hand", b"1");
    block_on(backend.put("repositories.json", b"{}")).expect("written");
    assert_eq!(block_on(backend.list("")).expect("lists"), ["repositories.json", "written/by:hand"]);
    assert_eq!(block_on(backend.list("written/b")).expect("lists"), ["written/by:hand"]);
    assert_eq!(block_on(backend.list("written/../")).expect("lists"), [""; 0]);
    let all: Vec<ObjectMeta> = block_on(objects.list(None).try_collect()).expect("lists");
    let written = all.iter().find(|object| object.location.as_ref() == "deep/images/repositories.json");
    assert_eq!(written.expect("an object").size, 2);
}

/// What is taken away on condition leaves a mark that nobody sees; what looks like the mark is no mark.
#[test]
fn what_is_absent_is_marked() {
    let objects = Arc::new(InMemory::new());
    let backend = ObjectStoreBackend::new(objects.clone(), "");
    block_on(async {
        assert!(backend.swap("a/b", None, Some(b"1")).await?);
        assert!(backend.swap("a/b", Some(b"1"), None).await?);
        let object = objects.get(&Path::from("a/b")).await.expect("a mark").bytes().await.expect("read");
        assert_eq!(object, ABSENT);
        assert_eq!((backend.get("a/b").await?, backend.list("").await?), (None, vec![]));
        assert!(!backend.swap("a/b", Some(ABSENT), Some(b"2")).await?);
        assert!(backend.swap("a/b", None, Some(b"2")).await?);
        for record in [ABSENT.to_vec(), ABSENT.repeat(2), [ABSENT, b"x"].concat(), ABSENT[..40].to_vec()] {
            backend.put("a/c", &record).await?;
            assert_eq!(backend.get("a/c").await?.as_ref(), Some(&record));
            assert_eq!(backend.list("a/").await?, ["a/b", "a/c"]);
            assert!(backend.swap("a/c", Some(&record), Some(&record)).await?);
            assert_eq!(backend.get("a/c").await?, Some(record));
        }
        backend.delete("a/c").await
    })
    .expect("done");
    // What a person wrote there and begins like the mark is shown as it is.
    put(&*objects, "a/d", &[ABSENT, b"more"].concat());
    assert_eq!(block_on(backend.get("a/d")), Ok(Some([ABSENT, b"more"].concat())));
}

/// Two stores, each on its threads: no name and no lease is lost.
#[test]
fn two_stores_that_write_at_once_lose_nothing() {
    const ROUNDS: usize = 40;
    let backend = ObjectStoreBackend::new(Arc::new(InMemory::new()), "images");
    let (first, _) = open(backend.clone());
    block_on(first.create(&config("shared"), CreateOptions::default())).expect("created");
    let (second, _) = open(backend.clone());
    thread::scope(|scope| {
        for (number, store) in [&first, &second, &first, &second].into_iter().enumerate() {
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let tag = name(&format!("writer{number}:{round}"));
                    let user = format!("user {number} {round}");
                    block_on(store.tag(&tag, id("shared"), false)).expect("tagged");
                    block_on(store.lease(&id("shared"), &user, LeaseOptions::default())).expect("borrowed");
                    if round % 2 == 0 {
                        block_on(store.untag(&tag)).expect("untagged");
                        block_on(store.return_lease(&id("shared"), &user)).expect("returned");
                    }
                }
            });
        }
    });
    let (store, report) = open(backend);
    assert_eq!(report.problems, []);
    assert_eq!(store.names().len(), 4 * ROUNDS / 2);
    assert_eq!(block_on(store.users(&id("shared"))).expect("users").len(), 4 * ROUNDS / 2);
}

/// What is wrong with an object store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    /// It has no conditional puts.
    RefusesConditions,
    /// It passes over conditions.
    IgnoresConditions,
    /// It fails at a write and at all after it, having done the first of them or not.
    Ends { after: bool },
}

/// Objects in memory in which something is wrong.
#[derive(Debug)]
struct Objects {
    inner: InMemory,
    wrong: Wrong,
    /// Writes until then.
    left: AtomicUsize,
}

impl Objects {
    fn new(wrong: Wrong) -> Self {
        Self { inner: InMemory::new(), wrong, left: AtomicUsize::new(usize::MAX) }
    }

    /// Whether a write is done, and whether it is said to have failed.
    fn write(&self) -> (bool, bool) {
        let Wrong::Ends { after } = self.wrong else { return (true, false) };
        let left = self.left.load(Ordering::SeqCst);
        self.left.store(left.saturating_sub(1), Ordering::SeqCst);
        match left {
            0 => (false, true),
            1 => (after, true),
            _ => (true, false),
        }
    }

    fn broken() -> Error {
        Error::Generic { store: "test", source: "as told".into() }
    }
}

impl fmt::Display for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("objects in a test")
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

impl ObjectStore for Objects {
    fn put_opts<'a, 'b, 'c>(
        &'a self,
        location: &'b Path,
        payload: PutPayload,
        mut options: PutOptions,
    ) -> Boxed<'c, PutResult>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        Box::pin(async move {
            match self.wrong {
                Wrong::RefusesConditions if options.mode != PutMode::Overwrite => {
                    return Err(Error::NotImplemented {
                        operation: "put".to_owned(),
                        implementer: "test".to_owned(),
                    });
                }
                Wrong::IgnoresConditions => options.mode = PutMode::Overwrite,
                _ => {}
            }
            let (is_done, fails) = self.write();
            if is_done {
                let put = self.inner.put_opts(location, payload, options).await?;
                return if fails { Err(Self::broken()) } else { Ok(put) };
            }
            Err(Self::broken())
        })
    }

    fn put_multipart_opts<'a, 'b, 'c>(
        &'a self,
        location: &'b Path,
        options: PutMultipartOptions,
    ) -> Boxed<'c, Box<dyn MultipartUpload>>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        self.inner.put_multipart_opts(location, options)
    }

    fn get_opts<'a, 'b, 'c>(&'a self, location: &'b Path, options: GetOptions) -> Boxed<'c, GetResult>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        self.inner.get_opts(location, options)
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let (is_done, fails) = self.write();
        let failed = || Box::pin(futures_util::stream::iter([Err(Self::broken())]));
        if !is_done {
            return failed();
        }
        if !fails {
            return self.inner.delete_stream(locations);
        }
        let deleted: Result<Vec<Path>> = block_on(self.inner.delete_stream(locations).try_collect());
        deleted.expect("deleted in memory");
        failed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    fn list_with_delimiter<'a, 'b, 'c>(&'a self, prefix: Option<&'b Path>) -> Boxed<'c, ListResult>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        self.inner.list_with_delimiter(prefix)
    }

    fn copy_opts<'a, 'b, 'd, 'c>(
        &'a self,
        from: &'b Path,
        to: &'d Path,
        options: CopyOptions,
    ) -> Boxed<'c, ()>
    where
        'a: 'c,
        'b: 'c,
        'd: 'c,
        Self: 'c,
    {
        self.inner.copy_opts(from, to, options)
    }
}

#[test]
fn a_store_that_does_not_keep_conditions_has_a_single_writer() {
    for wrong in [Wrong::RefusesConditions, Wrong::IgnoresConditions] {
        let backend = ObjectStoreBackend::new(Arc::new(Objects::new(wrong)), "images");
        if wrong == Wrong::RefusesConditions {
            let refused = block_on(backend.swap("a", None, Some(b"1"))).expect_err("it cannot");
            assert_eq!(refused.code(), "backend-unsupported");
        }
        let backend = block_on(backend.probed()).expect("probed");
        assert_eq!(backend.sharing(), Sharing::Single, "{wrong:?}");
        assert_eq!(block_on(backend.list("")).expect("lists"), [""; 0], "the probe is gone");
        let (store, _) = open(backend.clone());
        block_on(store.create(&config("a"), CreateOptions::default())).expect("created");
        block_on(store.tag(&name("a"), id("a"), false)).expect("tagged");
        assert_eq!(open(backend).0.names().len(), 1);
    }
    let ended = Objects::new(Wrong::Ends { after: false });
    ended.left.store(0, Ordering::SeqCst);
    let error = block_on(ObjectStoreBackend::new(Arc::new(ended), "").probed()).expect_err("it fails");
    assert_eq!(error.code(), "backend-failed");
}

type Store = ImageStore<ObjectStoreBackend>;
type Operation = fn(&Store) -> std::result::Result<(), Box<StoreError>>;

const OPERATIONS: [(&str, Operation); 6] = [
    ("create", |store| block_on(store.create(&config("new"), CreateOptions::with_parent(id("b")))).map(drop)),
    ("tag", |store| block_on(store.tag(&name("new:1"), id("b"), false)).map(drop)),
    ("delete", |store| {
        let policy = DeletePolicy::with_children(ChildPolicy::Orphan);
        block_on(store.delete(&id("a"), policy)).map(drop)
    }),
    ("update", |store| {
        let change = |state: &mut ImageState| {
            state.names.insert(name("new:2"));
            state.parent = None;
            state.metadata.insert("more".to_owned(), b"z".to_vec());
            Ok::<(), Box<StoreError>>(())
        };
        block_on(store.update(&id("b"), change)).map(drop)
    }),
    ("lease", |store| block_on(store.lease(&id("a"), "new", LeaseOptions::default()))),
    ("return", |store| block_on(store.return_lease(&id("b"), "somebody")).map(drop)),
];

fn prepared(wrong: Wrong) -> (Arc<Objects>, ObjectStoreBackend) {
    let objects = Arc::new(Objects::new(wrong));
    let backend = ObjectStoreBackend::new(objects.clone(), "images");
    let (store, _) = open(backend.clone());
    block_on(async {
        store.create(&config("a"), CreateOptions::default()).await?;
        store.create(&config("b"), CreateOptions::with_parent(id("a"))).await?;
        store.tag(&name("a:1"), id("a"), false).await?;
        store.lease(&id("b"), "somebody", LeaseOptions::default()).await
    })
    .expect("prepared");
    (objects, backend)
}

/// A connection that is lost at the first write, the second, and so on, before or after it was done.
#[test]
fn an_operation_over_objects_is_done_wholly_or_not_at_all() {
    let mut struck = 0;
    for (what, operation) in OPERATIONS {
        for after in [false, true] {
            let wrong = Wrong::Ends { after };
            let (_, backend) = prepared(wrong);
            let before = records(&backend);
            operation(&open(backend.clone()).0).expect("it can be done");
            let done = records(&backend);
            for write in 0.. {
                let (objects, backend) = prepared(wrong);
                let (store, _) = open(backend.clone());
                objects.left.store(write + 1, Ordering::SeqCst);
                let result = operation(&store);
                let left = objects.left.swap(usize::MAX, Ordering::SeqCst);
                if left > 0 {
                    assert!(result.is_ok(), "{what}");
                    break;
                }
                struck += 1;
                let place = format!("{what}, done {after}, write {write}, {result:?}");
                let (_, report) = open(backend.clone());
                assert_eq!(report.problems, [], "{place}");
                let found = records(&backend);
                assert!(found == done || (found == before && result.is_err()), "{place}");
            }
        }
    }
    assert!(struck > 20, "only {struck} writes went wrong");
}
