//! The layers of a folder as those of an image store.

use super::{LayerFolder, LayerFolderError, LayerRef};
use crate::image::ChainId;
use crate::store::{FreedLayer, LayerError, LayerStore};

impl LayerStore for LayerFolder {
    type Layer = LayerRef;

    async fn get(&self, chain_id: &ChainId) -> Result<Option<LayerRef>, LayerError> {
        Self::get(self, chain_id).map_err(|error| of(chain_id, &error))
    }

    async fn release(&self, layer: LayerRef) -> Result<Vec<FreedLayer>, LayerError> {
        let chain_id = layer.chain_id().clone();
        Self::release(self, layer).map_err(|error| of(&chain_id, &error))
    }
}

fn of(chain_id: &ChainId, error: &LayerFolderError) -> LayerError {
    LayerError { chain_id: chain_id.clone(), reason: error.to_string() }
}
