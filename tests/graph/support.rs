//! What the tests of graphs share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use layerglass::env::{Env, UnixTime};
use layerglass::fs::block_on;
use layerglass::graph::{
    Graph, GraphError, GraphOptions, GraphReport, ImageJson, LayerSource, NamedStores, RecordContents,
    SourceError, StoresOptions,
};
use layerglass::image::Platform;
use layerglass::store::{Backend, BackendError, Lock, MemoryBackend, Sharing};

/// A clock that stands still, a platform, and numbers that follow from each other.
pub fn env() -> Env {
    static STATE: Mutex<u64> = Mutex::new(7);
    let now = || UnixTime { seconds: 1_400_000_000, nanoseconds: 123_456_789 };
    Env::new(now, Platform::new("linux", "amd64")).with_random(|bytes| {
        let mut state = STATE.lock().expect("nobody fails while having it");
        for byte in bytes {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (*state >> 56) as u8;
        }
    })
}

pub type TestGraph<B = MemoryBackend> = Graph<B, RecordContents<B>>;
pub type TestStores<B = MemoryBackend> = NamedStores<B, RecordContents<B>>;

pub fn open_graph<B: Backend + Clone>(backend: &B) -> (TestGraph<B>, GraphReport) {
    let contents = RecordContents::new(backend.clone());
    block_on(Graph::open(backend.clone(), contents, GraphOptions::new(env()))).expect("opens")
}

pub fn open_stores<B: Backend + Clone>(backend: &B) -> TestStores<B> {
    let contents = RecordContents::new(backend.clone());
    let options = StoresOptions::new(env(), Default::default()).with_host("host");
    block_on(NamedStores::open(backend.clone(), contents, options)).expect("opens").0
}

/// A layer without a document of its own.
pub fn json(id: &str, parent: &str) -> ImageJson {
    let parent = if parent.is_empty() { String::new() } else { format!(r#","parent":"{parent}""#) };
    ImageJson::Raw(format!(r#"{{"id":"{id}"{parent},"created":"2014-05-01T10:20:30Z"}}"#).into_bytes())
}

pub fn register<B: Backend + Clone>(
    graph: &TestGraph<B>,
    id: &str,
    parent: &str,
    layer: &[u8],
) -> Result<(), GraphError> {
    block_on(graph.register(id, json(id, parent), Some(layer))).map(drop)
}

/// Bytes, and then an error.
pub struct Interrupted(pub &'static [u8]);

impl LayerSource for Interrupted {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SourceError> {
        match std::mem::take(&mut self.0) {
            [] => Err(SourceError { reason: "the connection ended".to_owned() }),
            bytes => Ok(Some(bytes.to_vec())),
        }
    }
}

/// What goes wrong with a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not done, and said to have failed; those after it work.
    Fails,
    /// It is done, and said to have failed; those after it work.
    DoneButFails,
    /// It is not done, and nothing after it: the process has ended.
    EndsBefore,
    /// It is done, and nothing after it.
    EndsAfter,
}

/// A backend in memory in which one write goes wrong. Clones are the same one.
#[derive(Clone)]
pub struct Faulty {
    pub inner: MemoryBackend,
    fault: Fault,
    /// Writes until then.
    left: Arc<AtomicUsize>,
    sharing: Sharing,
}

impl Faulty {
    /// Goes wrong at the write after `after` others.
    pub fn new(inner: MemoryBackend, fault: Fault, after: usize, sharing: Sharing) -> Self {
        Self { inner, fault, left: Arc::new(AtomicUsize::new(after)), sharing }
    }

    /// Whether the write went wrong.
    pub fn struck(&self) -> bool {
        self.left.load(Ordering::SeqCst) == usize::MAX
    }

    async fn write<T>(
        &self,
        key: &str,
        write: impl Future<Output = Result<T, BackendError>> + Send,
    ) -> Result<T, BackendError> {
        let error = BackendError::failed("write", key, "as told");
        let ends = matches!(self.fault, Fault::EndsBefore | Fault::EndsAfter);
        match self.left.load(Ordering::SeqCst) {
            usize::MAX if ends => Err(error),
            usize::MAX => write.await,
            0 => {
                self.left.store(usize::MAX, Ordering::SeqCst);
                if matches!(self.fault, Fault::DoneButFails | Fault::EndsAfter) {
                    write.await?;
                }
                Err(error)
            }
            left => {
                self.left.store(left - 1, Ordering::SeqCst);
                write.await
            }
        }
    }
}

impl Backend for Faulty {
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        self.inner.list(prefix).await
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        self.inner.get(key).await
    }

    async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        self.write(key, self.inner.put(key, bytes)).await
    }

    async fn delete(&self, key: &str) -> Result<(), BackendError> {
        self.write(key, self.inner.delete(key)).await
    }

    fn sharing(&self) -> Sharing {
        self.sharing
    }

    async fn lock(&self) -> Result<Option<Lock>, BackendError> {
        if self.sharing == Sharing::Full { self.inner.lock().await } else { Ok(None) }
    }
}
