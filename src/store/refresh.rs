//! Learning of one image what others changed.

use super::open::read_content;
use super::{Backend, ImageStore, LayerStore, Sharing, StoreChange, StoreError, key};
use crate::image::ImageId;

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    /// Makes sure that the index knows of an image what the storage says, where others may have changed it. Tells whether
    /// the image is there. Only whoever has the turn may do so.
    pub(super) async fn refresh(&self, id: &ImageId) -> Result<bool, Box<StoreError>> {
        if self.concurrency() == Sharing::Single {
            return Ok(self.contains(id));
        }
        if !self.refresh_content(id).await? {
            return Ok(false);
        }
        // Others may have added its parents as well.
        let mut parent = self.stored_parent(id).await;
        let mut links = vec![(*id, parent)];
        while let Some(above) = parent.filter(|above| !self.contains(above)) {
            if !self.refresh_content(&above).await.unwrap_or_default() {
                break;
            }
            parent = self.stored_parent(&above).await;
            links.push((above, parent));
        }
        let mut index = self.index();
        for (id, parent) in links {
            let parent = parent.filter(|parent| index.images.contains_key(parent));
            if index.images.get(&id).is_some_and(|known| known.parent != parent) {
                index.link(&id, parent);
                self.listeners.note([StoreChange::Parent { id, parent }]);
            }
        }
        Ok(true)
    }

    /// The same for the image without its parent.
    async fn refresh_content(&self, id: &ImageId) -> Result<bool, Box<StoreError>> {
        let Some(bytes) = self.content(id).await? else {
            let former = self.index().remove(id);
            if let Some(former) = former {
                self.listeners.note([StoreChange::Deleted { id: *id }]);
                self.release(former.layer).await;
            }
            return Ok(false);
        };
        if self.contains(id) {
            return Ok(true);
        }
        let Ok((_, config)) = read_content(&key::content(id), Ok(bytes), &self.limits) else {
            return Ok(false);
        };
        let Ok(layer) = self.layer(self.os_of(&config), config.rootfs().chain_id().as_ref()).await else {
            return Ok(false);
        };
        self.index().insert(*id, layer);
        self.listeners.note([StoreChange::Created { id: *id }]);
        self.adopt(id).await;
        Ok(true)
    }
}
