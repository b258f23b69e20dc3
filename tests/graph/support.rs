//! What the tests of graphs share.

use std::sync::Mutex;

use layerglass::env::{Env, UnixTime};
use layerglass::fs::block_on;
use layerglass::graph::{
    Graph, GraphError, GraphOptions, GraphReport, ImageJson, LayerSource, NamedStores, RecordContents,
    SourceError, StoresOptions,
};
use layerglass::image::Platform;
use layerglass::store::{Backend, MemoryBackend};

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
