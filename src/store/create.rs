//! Adding images.

use super::change::Change;
use super::{Backend, ImageStore, LayerStore, StoreChange, StoreError, key};
use crate::image::{ImageConfig, ImageId};

/// What an image is added with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreateOptions {
    /// The image it was made from. It has to be there.
    pub parent: Option<ImageId>,
    /// Mark it as built here rather than loaded or pulled.
    pub built_locally: bool,
}

impl CreateOptions {
    /// With a parent.
    pub fn with_parent(parent: ImageId) -> Self {
        Self { parent: Some(parent), ..Self::default() }
    }
}

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    /// Adds an image by its configuration's exact bytes; their SHA-256 is its id. Its layers have to be there, and one
    /// reference to them is held until it is deleted. An image that is there already stays as it is, and what the options
    /// say is added to it.
    ///
    /// # Errors
    /// What is wrong with the configuration, its history or its operating system, that its layers or its parent are not
    /// there, that the store has as many images as the limit `storeKeys` allows, or why the storage failed.
    pub async fn create(&self, config: &[u8], options: CreateOptions) -> Result<ImageId, Box<StoreError>> {
        let config = ImageConfig::parse(config, &self.limits)?;
        config.fields().check_history()?;
        let id = config.id();
        let writer = self.writer().await?;
        let known = self.refresh(&id).await?;
        let mut changes = Vec::new();
        let mut told = Vec::new();
        if !known {
            let damaged = self.index().damaged.len();
            self.check_keys(self.len() + damaged + 1)?;
            changes.push(Change::put(key::content(&id), config.raw()));
            told.push(StoreChange::Created { id });
        }
        if let Some(parent) = options.parent {
            self.check_parent(&id, &parent).await?;
            if self.index().images.get(&id).and_then(|known| known.parent) != Some(parent) {
                changes.extend(self.parent_changes(&id, Some(parent)));
                told.push(StoreChange::Parent { id, parent: Some(parent) });
            }
        }
        if options.built_locally {
            changes.push(Change::put(key::metadata(&id, key::BUILT_LOCALLY), [1]));
            told.push(StoreChange::Metadata { id, name: key::BUILT_LOCALLY.to_owned() });
        }
        let layer = if known {
            None
        } else {
            self.layer(self.os_of(&config), config.rootfs().chain_id().as_ref()).await?
        };
        if let Err(error) = self.commit(&changes).await {
            self.release(layer).await;
            return Err(error);
        }
        {
            let mut index = self.index();
            if !known {
                index.insert(id, layer);
            }
            if options.parent.is_some() {
                index.link(&id, options.parent);
            }
        }
        self.listeners.note(told);
        if !known {
            // What it was made from may still be noted from before.
            if options.parent.is_none()
                && let Some(parent) = self.stored_parent(&id).await.filter(|parent| self.contains(parent))
            {
                self.index().link(&id, Some(parent));
                self.listeners.note([StoreChange::Parent { id, parent: Some(parent) }]);
            }
            self.adopt(&id).await;
        }
        writer.done();
        Ok(id)
    }
}
