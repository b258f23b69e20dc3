//! Several stores of layers under one root.
//!
//! ```text
//! VIC/<store>/images/<id>/imageMetadata/<name>   metadata, as it was given
//! VIC/<store>/images/<id>/manifest               what the layer is, last to be written and first to be deleted
//! ```
//!
//! The layout is that of vSphere Integrated Containers, whose `manifest` is empty; here it is a JSON object with what that
//! system keeps in the disk itself. A store is there when its layer `scratch` is, on which all others stand.

mod delete;
mod read;
mod record;
mod write;

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::contents::LayerContents;
use super::legacy::GraphProblem;
use super::work::{Spot, Workshop};
use super::{GraphError, LayerUrl, SCRATCH, StoreUrl, check_id, check_store_name};
use crate::env::Env;
use crate::json::size;
use crate::limits::Limits;
use crate::store::Backend;

pub use delete::BranchDelete;
pub use record::StoredLayer;
pub use write::{WriteLayer, Written};

/// All stores.
const ROOT: &str = "VIC/";
/// Who uses a layer: a record for each that is used.
const USERS: &str = "layerglass/graph/users/";

/// How named stores are opened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoresOptions {
    /// The source of random bytes.
    pub env: Env,
    /// Limits; `layers` is how deep a layer may stand.
    pub limits: Limits,
    /// The host in URLs; none by default.
    pub host: Option<String>,
}

impl StoresOptions {
    /// Defaults.
    pub const fn new(env: Env, limits: Limits) -> Self {
        Self { env, limits, host: None }
    }

    /// The same with a host in URLs.
    #[must_use]
    pub fn with_host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }
}

/// How stores were found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StoreReport {
    /// Their names, sorted.
    pub stores: Vec<String>,
    /// What interrupted changes left behind and is gone now.
    pub swept: Vec<String>,
}

/// What a store takes up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StoreUsage {
    /// Layers beside its root.
    pub layers: usize,
    /// Bytes of all of them, each counted once.
    #[serde(serialize_with = "size::serialize")]
    pub size: u64,
}

/// What a layer takes up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerUsage {
    /// Its own bytes.
    #[serde(serialize_with = "size::serialize")]
    pub own: u64,
    /// Its own bytes and those of all below it.
    #[serde(serialize_with = "size::serialize")]
    pub with_parents: u64,
    /// Those bytes below it that other layers stand on as well.
    #[serde(serialize_with = "size::serialize")]
    pub shared: u64,
}

/// Stores of layers under names, each a tree under one root.
///
/// ```
/// # use layerglass::env::{Env, UnixTime};
/// use layerglass::graph::{NamedStores, RecordContents, SCRATCH, StoresOptions, WriteLayer};
/// # use layerglass::image::Platform;
/// # use layerglass::store::MemoryBackend;
/// # layerglass::fs::block_on(async {
/// # let env = Env::new(UnixTime::default, Platform::new("linux", "amd64")).with_random(|bytes| bytes.fill(0xab));
/// let backend = MemoryBackend::new();
/// let contents = RecordContents::new(backend.clone());
/// let options = StoresOptions::new(env, Default::default()).with_host("host");
/// let (stores, _) = NamedStores::open(backend, contents, options).await?;
///
/// stores.create("store").await?;
/// let layer = WriteLayer::on(SCRATCH).with_metadata("metaData", b"{}");
/// stores.write("store", "base", layer, &b"a tar"[..]).await?;
/// let base = stores.get("store", "base").await?;
/// assert_eq!((base.parent.as_deref(), base.size, base.metadata["metaData"].as_slice()), (Some("scratch"), 5, &b"{}"[..]));
/// assert_eq!(stores.url("store", "base")?.to_string(), "http://host/storage/images/store/base");
/// assert!(stores.delete_store("store", false).await.is_err(), "it is not empty");
/// # Ok::<(), layerglass::graph::GraphError>(())
/// # }).unwrap();
/// ```
pub struct NamedStores<B, C> {
    shop: Workshop<B, C>,
    host: Option<String>,
}

fn place(store: &str, id: &str) -> String {
    format!("{store}/{id}")
}

fn spot(store: &str, id: &str) -> Spot {
    Spot { place: place(store, id), folder: format!("{ROOT}{store}/images/{id}/"), commit: "manifest" }
}

impl<B: Backend, C: LayerContents> NamedStores<B, C> {
    /// Opens the stores of a storage. What interrupted changes of this library left behind is cleared up.
    ///
    /// # Errors
    /// Why the storage cannot be read.
    pub async fn open(
        backend: B,
        contents: C,
        options: StoresOptions,
    ) -> Result<(Self, StoreReport), GraphError> {
        let StoresOptions { env, limits, host } = options;
        StoreUrl::new(host.as_deref(), "any")?;
        let stores = Self { shop: Workshop::new(backend, contents, env, limits), host };
        let swept = stores.shop.open().await?;
        let report = StoreReport { stores: stores.list_stores().await?, swept };
        Ok((stores, report))
    }

    /// The storage.
    pub const fn backend(&self) -> &B {
        &self.shop.backend
    }

    /// Who keeps what is in the layers.
    pub const fn contents(&self) -> &C {
        &self.shop.contents
    }

    /// The URL of a store, whether it is there or not.
    ///
    /// # Errors
    /// The text is no name.
    pub fn store_url(&self, store: &str) -> Result<StoreUrl, GraphError> {
        check_store_name(store)?;
        Ok(StoreUrl::new(self.host.as_deref(), store)?)
    }

    /// The URL of a layer, whether it is there or not.
    ///
    /// # Errors
    /// A text is no name or no id.
    pub fn url(&self, store: &str, id: &str) -> Result<LayerUrl, GraphError> {
        check_id(id)?;
        Ok(self.store_url(store)?.layer(id)?)
    }

    /// Where the contents of a layer are, in words that their keeper understands.
    ///
    /// # Errors
    /// There is no such layer, or it is damaged.
    pub async fn locate(&self, url: &LayerUrl) -> Result<Option<String>, GraphError> {
        let layer = self.get(url.store().name(), url.id()).await?;
        Ok(self.shop.contents.locate(&place(&layer.store, &layer.id)))
    }

    /// Who uses a layer, sorted.
    ///
    /// # Errors
    /// There is no such layer, or the storage failed.
    pub async fn owners(&self, url: &LayerUrl) -> Result<Vec<String>, GraphError> {
        let (store, id) = (url.store().name(), url.id());
        self.manifest(store, id).await?;
        Ok(self.users(store, id).await?.into_iter().collect())
    }

    /// Makes a store with its root.
    ///
    /// # Errors
    /// The text is no name, there is such a store, or the storage failed; then there is none, and it can be tried again.
    pub async fn create(&self, store: &str) -> Result<StoredLayer, GraphError> {
        check_store_name(store)?;
        let spot = spot(store, SCRATCH);
        let arrived = self.shop.receive(&spot, None, &b""[..]).await?;
        let held = match self.shop.writer().await {
            Ok(held) => held,
            Err(error) => {
                let _ = self.shop.contents.abort(arrived.writing).await;
                return Err(error);
            }
        };
        if self.is_store(store).await? {
            let _ = self.shop.contents.abort(arrived.writing).await;
            return Err(GraphError::Exists { what: "store", id: store.to_owned() });
        }
        let root = StoredLayer::root(store, arrived.size);
        self.shop.appear(&spot, Some(arrived.writing), &[], &root.to_record()).await?;
        drop(held);
        Ok(root)
    }

    /// Whether a store is there. One whose root cannot be read is made anew by [`create`](Self::create).
    async fn is_store(&self, store: &str) -> Result<bool, GraphError> {
        match self.manifest(store, SCRATCH).await {
            Ok(_) => Ok(true),
            Err(GraphError::NotFound { .. } | GraphError::Corrupt { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn check_store(&self, store: &str) -> Result<(), GraphError> {
        let is_name = check_store_name(store).is_ok();
        if is_name && self.is_store(store).await? {
            Ok(())
        } else {
            Err(GraphError::not_found("store", store))
        }
    }

    /// A store: the layer at its root, and what is wrong in it.
    ///
    /// # Errors
    /// There is no such store, or the storage failed.
    pub async fn get_store(&self, store: &str) -> Result<(StoredLayer, Vec<GraphProblem>), GraphError> {
        self.shop.settle().await;
        self.check_store(store).await?;
        let root = self.manifest(store, SCRATCH).await?;
        Ok((root, self.problems(store).await?))
    }

    /// The names of all stores, sorted.
    ///
    /// # Errors
    /// The storage failed.
    pub async fn list_stores(&self) -> Result<Vec<String>, GraphError> {
        self.shop.settle().await;
        let suffix = format!("/images/{SCRATCH}/manifest");
        let keys = self.shop.backend.list(ROOT).await?;
        let names = keys.iter().filter_map(|key| key.strip_prefix(ROOT)?.strip_suffix(&suffix));
        Ok(names.filter(|name| check_store_name(name).is_ok()).map(str::to_owned).collect())
    }

    /// The ids of all layers of a store, its root and what is not whole included.
    async fn ids(&self, store: &str) -> Result<BTreeSet<String>, GraphError> {
        let folder = format!("{ROOT}{store}/images/");
        let keys = self.shop.backend.list(&folder).await?;
        let ids = keys.iter().filter_map(|key| Some(key.strip_prefix(&folder)?.split_once('/')?.0));
        Ok(ids.filter(|id| check_id(id).is_ok()).map(str::to_owned).collect())
    }
}

impl<B: fmt::Debug, C> fmt::Debug for NamedStores<B, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamedStores").field("backend", &self.shop.backend).finish_non_exhaustive()
    }
}
