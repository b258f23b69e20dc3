//! Where everything lies in a data root.

use std::path::{Path, PathBuf};

use super::LayerDriver;
use super::metadata::hex_of;
use crate::image::ChainId;

/// The folders of a data root that have to do with the layers of one driver.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    /// `image/<driver>/layerdb`.
    layerdb: PathBuf,
    /// `image/<driver>/imagedb/content/sha256`: the configurations of images.
    pub(super) images: PathBuf,
    /// `<driver>`: the contents.
    pub(super) contents: PathBuf,
}

impl Paths {
    pub(super) fn new(root: &Path, driver: LayerDriver) -> Self {
        let image = root.join("image").join(driver.name());
        Self {
            layerdb: image.join("layerdb"),
            images: image.join("imagedb/content/sha256"),
            contents: root.join(driver.name()),
        }
    }

    /// Where the folders of layers are.
    pub(super) fn layers(&self) -> PathBuf {
        self.layerdb.join("sha256")
    }

    /// The folder of a layer; nothing where its id is no digest of the one kind that has folders.
    pub(super) fn layer(&self, chain_id: &ChainId) -> Option<PathBuf> {
        hex_of(chain_id).map(|hex| self.layers().join(hex))
    }

    /// Where layers are put together before they are committed.
    pub(super) fn staging(&self) -> PathBuf {
        self.layerdb.join("tmp")
    }

    /// What Docker keeps of containers.
    pub(super) fn mounts(&self) -> PathBuf {
        self.layerdb.join("mounts")
    }

    /// Whoever holds the lock of this file changes which layers there are. Docker looks into no folder of this name.
    pub(super) fn lock(&self) -> PathBuf {
        self.layerdb.join("layerglass/lock")
    }

    /// Who holds references.
    pub(super) fn holders(&self) -> PathBuf {
        self.layerdb.join("layerglass/holders")
    }
}
