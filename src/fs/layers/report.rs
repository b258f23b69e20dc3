//! What is told of the layers in a folder.

use super::error::LayerFolderError;
use crate::image::{ChainId, DiffId};
use crate::store::FreedLayer;

/// What is known of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerInfo {
    /// The layer with all below it.
    pub chain_id: ChainId,
    /// The layer itself: the digest of its tar.
    pub diff_id: DiffId,
    /// The layer below it.
    pub parent: Option<ChainId>,
    /// Bytes of its regular files.
    pub own_size: u64,
    /// Those with the ones of all layers below it.
    pub size: u64,
    /// How many layers it consists of, itself included.
    pub depth: u32,
    /// Its name in the driver's folder.
    pub cache_id: String,
}

/// Something that is wrong with a layer. Layers with damaged metadata, and those on top of them, cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerProblem {
    /// The name of its folder in `layerdb/sha256`.
    pub name: String,
    /// What is wrong.
    pub error: LayerFolderError,
}

/// How the layers were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayersReport {
    /// Layers whose metadata is whole, with that of all below them.
    pub layers: usize,
    /// What is wrong, by the names of folders.
    pub problems: Vec<LayerProblem>,
    /// What interrupted work had left behind and is gone now.
    pub swept: SweepReport,
    /// Layers of processes that were killed, which nobody needs and which are freed now: where a
    /// [`DataRoot`](crate::fs::DataRoot) was opened.
    pub abandoned: Vec<FreedLayer>,
}

/// What a sweep removed, by names of folders in `layerdb`, and what it could not remove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SweepReport {
    /// Layers that were to be removed when whoever did it was interrupted (`sha256/<hex>-<random>-removing`).
    pub removals: Vec<String>,
    /// Layers that were not finished when whoever made them was interrupted (`tmp/write-set-layerglass-<random>`).
    pub unfinished: Vec<String>,
    /// Folders of layers in which there is nothing (`sha256/<hex>`).
    pub empty: Vec<String>,
    /// What is still there, with the reason.
    pub failed: Vec<(String, LayerFolderError)>,
}

impl SweepReport {
    /// Whether nothing was left behind.
    pub fn is_empty(&self) -> bool {
        self.removals.is_empty()
            && self.unfinished.is_empty()
            && self.empty.is_empty()
            && self.failed.is_empty()
    }
}
