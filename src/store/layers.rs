//! What a store needs of the layers of its images.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::table::Table;
use super::{MaybeSend, MaybeSync};
use crate::error::{ErrorKind, Reason};
use crate::image::{ChainId, DiffId};

/// A layer that was freed because nothing refers to it any more.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FreedLayer {
    /// The layer with all below it.
    pub chain_id: ChainId,
    /// The layer itself.
    pub diff_id: DiffId,
    /// Its bytes with those of all layers below it.
    #[serde(serialize_with = "crate::json::size::serialize")]
    pub size: u64,
    /// Its own bytes.
    #[serde(serialize_with = "crate::json::size::serialize")]
    pub own_size: u64,
}

/// Why a layer store cannot do what it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("layer {chain_id}: {reason}")]
pub struct LayerError {
    /// About which layer.
    pub chain_id: ChainId,
    /// What the layer store said.
    pub reason: String,
}

impl Reason for LayerError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Io
    }

    fn code(&self) -> &'static str {
        "layer-store"
    }

    fn path(&self) -> Option<String> {
        Some(self.chain_id.to_string())
    }
}

/// The layers of images: what an image store asks of whoever keeps them. References are counted: each
/// [`get`](Self::get) is one more, each [`release`](Self::release) one less, and a layer without any is freed with
/// those below it that are then without any.
pub trait LayerStore: MaybeSend + MaybeSync {
    /// A reference to a layer.
    type Layer: MaybeSend;

    /// A reference to the layer with a chain id; nothing when there is none.
    ///
    /// # Errors
    /// Why that cannot be told.
    fn get(
        &self,
        chain_id: &ChainId,
    ) -> impl Future<Output = Result<Option<Self::Layer>, LayerError>> + MaybeSend;

    /// Gives a reference back, and says what that freed, top layer first.
    ///
    /// # Errors
    /// Why it cannot be freed.
    fn release(
        &self,
        layer: Self::Layer,
    ) -> impl Future<Output = Result<Vec<FreedLayer>, LayerError>> + MaybeSend;

    /// Whether every layer is taken to be there, so that it is asked for none. False by default.
    fn has_all(&self) -> bool {
        false
    }
}

/// For a store whose layers are kept elsewhere, or nowhere: every layer is taken to be there.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLayers;

impl LayerStore for NoLayers {
    type Layer = ();

    async fn get(&self, _chain_id: &ChainId) -> Result<Option<()>, LayerError> {
        Ok(Some(()))
    }

    async fn release(&self, (): ()) -> Result<Vec<FreedLayer>, LayerError> {
        Ok(Vec::new())
    }

    fn has_all(&self) -> bool {
        true
    }
}

/// Layer stores by operating system. Letter case does not matter.
#[derive(Clone, Debug)]
pub struct LayerStores<L> {
    by_os: Table<String, L>,
    others: Option<L>,
}

impl<L> LayerStores<L> {
    /// One store for the layers of every operating system.
    pub const fn any(layers: L) -> Self {
        Self { by_os: Table::new(), others: Some(layers) }
    }

    /// A store for the layers of one operating system, in Go's naming (`linux`, `windows`).
    pub fn of(os: &str, layers: L) -> Self {
        Self { by_os: Table::new(), others: None }.and(os, layers)
    }

    /// And one for those of another.
    #[must_use]
    pub fn and(mut self, os: &str, layers: L) -> Self {
        self.by_os.insert(os.to_ascii_lowercase(), layers);
        self
    }

    /// The store for an operating system.
    pub fn get(&self, os: &str) -> Option<&L> {
        self.by_os.get(&os.to_ascii_lowercase()).or(self.others.as_ref())
    }
}

/// Layers in memory: only that they are there, their sizes and how often they are referred to. For stores whose layers
/// the caller keeps, and for tests. Clones share what it keeps.
#[derive(Clone, Debug, Default)]
pub struct MemoryLayers(Arc<Mutex<BTreeMap<ChainId, Known>>>);

#[derive(Debug)]
struct Known {
    diff_id: DiffId,
    parent: Option<ChainId>,
    own_size: u64,
    /// References from outside, and one for each layer on top of it.
    references: u64,
}

impl MemoryLayers {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a stack of layers known, bottom first, with their sizes in bytes, and holds a reference to the top one,
    /// which its owner gives back by [`LayerStore::release`]. Nothing for an empty stack.
    pub fn register(&self, layers: &[(DiffId, u64)]) -> Option<ChainId> {
        let diff_ids: Vec<DiffId> = layers.iter().map(|(diff_id, _)| diff_id.clone()).collect();
        let chain_ids = crate::image::chain_ids(&diff_ids);
        let mut known = self.known();
        let mut parent: Option<ChainId> = None;
        for (chain_id, (diff_id, own_size)) in chain_ids.into_iter().zip(layers) {
            if !known.contains_key(&chain_id) {
                if let Some(below) = parent.as_ref().and_then(|parent| known.get_mut(parent)) {
                    below.references += 1;
                }
                let layer = Known { diff_id: diff_id.clone(), parent, own_size: *own_size, references: 0 };
                known.insert(chain_id.clone(), layer);
            }
            parent = Some(chain_id);
        }
        if let Some(top) = parent.as_ref().and_then(|top| known.get_mut(top)) {
            top.references += 1;
        }
        parent
    }

    /// The chain ids of all layers, sorted.
    pub fn list(&self) -> Vec<ChainId> {
        self.known().keys().cloned().collect()
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<ChainId, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn size(known: &BTreeMap<ChainId, Known>, layer: &Known) -> u64 {
    let mut size = layer.own_size;
    let mut below = layer.parent.as_ref();
    while let Some(layer) = below.and_then(|below| known.get(below)) {
        size = size.saturating_add(layer.own_size);
        below = layer.parent.as_ref();
    }
    size
}

impl LayerStore for MemoryLayers {
    type Layer = ChainId;

    async fn get(&self, chain_id: &ChainId) -> Result<Option<ChainId>, LayerError> {
        let mut known = self.known();
        Ok(known.get_mut(chain_id).map(|layer| {
            layer.references += 1;
            chain_id.clone()
        }))
    }

    async fn release(&self, layer: ChainId) -> Result<Vec<FreedLayer>, LayerError> {
        let mut known = self.known();
        let mut freed = Vec::new();
        let mut next = Some(layer);
        while let Some(chain_id) = next.take() {
            let Some(layer) = known.get_mut(&chain_id) else { break };
            layer.references = layer.references.saturating_sub(1);
            if layer.references > 0 {
                break;
            }
            let Some(layer) = known.remove(&chain_id) else { break };
            let size = size(&known, &layer);
            next = layer.parent;
            freed.push(FreedLayer { chain_id, diff_id: layer.diff_id, size, own_size: layer.own_size });
        }
        Ok(freed)
    }
}
