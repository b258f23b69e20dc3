//! Docker's graph up to version 1.9.
//!
//! ```text
//! graph/<id>/json         the document, last to be written and first to be deleted
//! graph/<id>/layersize    bytes of this layer alone, decimal, without a newline
//! graph/<id>/parent       the id of what it stands on, where the document does not say so (1.8.2 and later)
//! graph/_tmp/<token>/     what is there for a while only
//! ```
//!
//! The root is that of the daemon, such as `/var/lib/docker`. What is in the layers is the storage driver's.

mod document;
mod read;
mod temporary;
mod write;

use std::fmt;

use serde::Serialize;

use super::contents::LayerContents;
use super::work::{Spot, Workshop};
use super::{GraphError, check_id};
use crate::env::Env;
use crate::error::Reason;
use crate::limits::Limits;
use crate::store::Backend;

pub use document::{GraphConfig, GraphDocument};
pub(in crate::graph) use read::parent_of;
pub use read::{GraphImage, GraphListing};
pub use temporary::TempArchive;
pub use write::{GraphDelete, ImageJson, NewImage, NewImageContainer};

/// All layers.
pub(in crate::graph) const ROOT: &str = "graph/";
/// What is there for a while only.
const TEMPORARY: &str = "graph/_tmp/";

/// How a graph is opened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GraphOptions {
    /// The clock, the platform and the source of random bytes.
    pub env: Env,
    /// Limits for documents and lists.
    pub limits: Limits,
    /// What `docker_version` says in documents that are made here; nothing by default.
    pub docker_version: String,
}

impl GraphOptions {
    /// Defaults.
    pub fn new(env: Env) -> Self {
        Self { env, limits: Limits::default(), docker_version: String::new() }
    }

    /// The same with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same with another `docker_version`.
    #[must_use]
    pub fn with_docker_version(mut self, version: impl Into<String>) -> Self {
        self.docker_version = version.into();
        self
    }
}

/// One thing that is wrong in a graph. The rest works without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GraphProblem {
    /// With which layer.
    pub id: String,
    /// The stable name of the reason, such as `graph-corrupt`.
    pub code: &'static str,
    /// A full sentence.
    pub reason: String,
}

impl GraphProblem {
    pub(super) fn new(id: &str, error: &GraphError) -> Self {
        Self { id: super::id::shown(id), code: error.code(), reason: error.to_string() }
    }
}

/// How a graph was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GraphReport {
    /// Layers that can be used.
    pub images: usize,
    /// What is wrong, by id.
    pub problems: Vec<GraphProblem>,
    /// What interrupted changes left behind and is gone now.
    pub swept: Vec<String>,
}

/// A graph of layers as Docker had it up to version 1.9, each with a JSON document under an id that is not a digest.
///
/// A name below is an id or the beginning of one; a whole id goes before the beginning of another.
///
/// ```
/// use layerglass::env::{Env, UnixTime};
/// use layerglass::graph::{Graph, GraphOptions, ImageJson, RecordContents};
/// use layerglass::image::Platform;
/// use layerglass::store::MemoryBackend;
/// # layerglass::fs::block_on(async {
/// let env = Env::new(UnixTime::default, Platform::new("linux", "amd64")).with_random(|bytes| bytes.fill(0xab));
/// let backend = MemoryBackend::new();
/// let contents = RecordContents::new(backend.clone());
/// let (graph, report) = Graph::open(backend, contents, GraphOptions::new(env)).await?;
/// assert!(report.problems.is_empty());
///
/// let json = br#"{"id":"base","created":"2014-05-01T10:20:30Z"}"#;
/// graph.register("base", ImageJson::Raw(json.to_vec()), Some(&b"a tar"[..])).await?;
/// let found = graph.get("ba").await?;
/// assert_eq!((found.id.as_str(), found.size, found.raw.as_slice()), ("base", Some(5), &json[..]));
/// assert!(graph.register("base", ImageJson::Raw(json.to_vec()), Some(&b""[..])).await.is_err(), "and it stays");
/// # Ok::<(), layerglass::graph::GraphError>(())
/// # }).unwrap();
/// ```
pub struct Graph<B, C> {
    pub(super) shop: Workshop<B, C>,
    docker_version: String,
}

fn spot(id: &str) -> Spot {
    Spot { place: id.to_owned(), folder: format!("{ROOT}{id}/"), commit: "json" }
}

impl<B: Backend, C: LayerContents> Graph<B, C> {
    /// Opens a graph, and says how it was found. What interrupted changes of this library left behind is cleared up.
    ///
    /// # Errors
    /// Why the storage cannot be read.
    pub async fn open(
        backend: B,
        contents: C,
        options: GraphOptions,
    ) -> Result<(Self, GraphReport), GraphError> {
        let GraphOptions { env, limits, docker_version } = options;
        let graph = Self { shop: Workshop::new(backend, contents, env, limits), docker_version };
        let swept = graph.shop.open().await?;
        let listing = graph.list().await?;
        let report = GraphReport { images: listing.images.len(), problems: listing.problems, swept };
        Ok((graph, report))
    }

    /// The storage.
    pub const fn backend(&self) -> &B {
        &self.shop.backend
    }

    /// Who keeps what is in the layers.
    pub const fn contents(&self) -> &C {
        &self.shop.contents
    }

    /// The name of what keeps them, such as `vfs`.
    pub fn driver(&self) -> &str {
        self.shop.contents.driver()
    }

    /// The key under which the records of a layer are, whether there is one or not.
    ///
    /// # Errors
    /// The text is no id.
    pub fn image_root(&self, id: &str) -> Result<String, GraphError> {
        check_id(id)?;
        Ok(format!("{ROOT}{id}"))
    }

    /// Removes what interrupted writes and temporary archives left behind, and says what that was. Call it when nobody else
    /// works with the graph.
    ///
    /// # Errors
    /// Why that cannot be done.
    pub async fn sweep(&self) -> Result<Vec<String>, GraphError> {
        let held = self.shop.writer().await?;
        let mut swept = self.shop.clear().await?;
        swept.extend(self.shop.contents.sweep().await?);
        for key in self.shop.backend.list(TEMPORARY).await? {
            self.shop.backend.delete(&key).await?;
            swept.push(key);
        }
        drop(held);
        Ok(swept)
    }
}

impl<B: fmt::Debug, C> fmt::Debug for Graph<B, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph").field("backend", &self.shop.backend).finish_non_exhaustive()
    }
}
