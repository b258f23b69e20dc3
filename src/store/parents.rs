//! Which image was made from which.

use super::change::Change;
use super::link::parent_id;
use super::table::Set;
use super::{Backend, ImageStore, LayerStore, Sharing, StoreChange, StoreError, key};
use crate::image::ImageId;

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    /// The image that an image was made from, as far as it is there.
    pub fn parent(&self, id: &ImageId) -> Option<ImageId> {
        self.index().images.get(id)?.parent
    }

    /// The images that were made from an image, sorted.
    pub fn children(&self, id: &ImageId) -> Vec<ImageId> {
        self.index().images.get(id).map_or_else(Vec::new, |known| known.children.iter().copied().collect())
    }

    /// All images that others were made from with those others, sorted.
    pub fn by_parent(&self) -> Vec<(ImageId, Vec<ImageId>)> {
        let index = self.index();
        let parents = index.images.iter().filter(|(_, known)| !known.children.is_empty());
        parents.map(|(id, known)| (*id, known.children.iter().copied().collect())).collect()
    }

    /// The images from which no other was made, sorted.
    pub fn heads(&self) -> Vec<ImageId> {
        let index = self.index();
        index.images.iter().filter(|(_, known)| known.children.is_empty()).map(|(id, _)| *id).collect()
    }

    /// The images that an image was made from, nearest first.
    pub fn ancestors(&self, id: &ImageId) -> Vec<ImageId> {
        self.index().ancestors(id)
    }

    /// Says what an image was made from; nothing takes that back. The configuration is not touched.
    ///
    /// # Errors
    /// That one of the images is not there, that the image would be its own ancestor, or why the storage failed.
    pub async fn set_parent(&self, id: &ImageId, parent: Option<ImageId>) -> Result<(), Box<StoreError>> {
        let writer = self.writer_of(id).await?;
        if let Some(parent) = &parent {
            self.check_parent(id, parent).await?;
        }
        // The storage decides: it can name a parent that is not there, which is not known here.
        let record = self.backend.get(&key::metadata(id, key::PARENT)).await.unwrap_or_default();
        let wanted = parent.map(|parent| parent.to_string());
        if self.parent(id) == parent && record.as_deref() == wanted.as_deref().map(str::as_bytes) {
            return Ok(());
        }
        self.commit(&self.parent_changes(id, parent)).await?;
        self.index().link(id, parent);
        self.listeners.note([StoreChange::Parent { id: *id, parent }]);
        writer.done();
        Ok(())
    }

    /// Whether an image can have that parent.
    pub(super) async fn check_parent(&self, id: &ImageId, parent: &ImageId) -> Result<(), Box<StoreError>> {
        if parent == id {
            return Err(StoreError::ParentCycle { id: *id, parent: Box::new(*parent) }.into());
        }
        if !self.refresh(parent).await? {
            return Err(StoreError::not_found(parent));
        }
        // From what has no children nothing was made, however long the chain above is.
        let is_shared = self.concurrency() != Sharing::Single;
        let marks = if is_shared { self.backend.list(&key::children_of(id)).await? } else { Vec::new() };
        let is_awaited = self.index().waiting.contains_key(id);
        if marks.is_empty() && !is_awaited && self.children(id).is_empty() {
            return Ok(());
        }
        // What others linked meanwhile counts as well: the whole chain is looked at as it is now.
        let mut seen = Set::new();
        let mut next = Some(*parent);
        while let Some(ancestor) = next.filter(|ancestor| seen.insert(*ancestor)) {
            if ancestor == *id {
                return Err(StoreError::ParentCycle { id: *id, parent: Box::new(*parent) }.into());
            }
            next = if is_shared || is_awaited {
                self.stored_parent(&ancestor).await
            } else {
                self.parent(&ancestor)
            };
        }
        Ok(())
    }

    /// The image that the storage names as an image's parent, there or not. Where that cannot be read it is what was known.
    pub(super) async fn stored_parent(&self, id: &ImageId) -> Option<ImageId> {
        match self.backend.get(&key::metadata(id, key::PARENT)).await {
            Ok(record) => parent_id(&record?).filter(|parent| parent != id),
            Err(_) => self.parent(id),
        }
    }

    /// Links an image that has just come to those that were made from it and were there before.
    pub(super) async fn adopt(&self, id: &ImageId) {
        let waiting = self.index().waiting.remove(id).unwrap_or_default();
        for child in waiting {
            // Since then it may have been given another parent.
            if self.stored_parent(&child).await != Some(*id) {
                continue;
            }
            let mut index = self.index();
            let is_alone = index.images.get(&child).is_some_and(|known| known.parent.is_none());
            if is_alone && !index.ancestors(id).contains(&child) {
                index.link(&child, Some(*id));
                self.listeners.note([StoreChange::Parent { id: child, parent: Some(*id) }]);
            }
        }
    }

    /// What has to be written for an image to have another parent. Where others write as well, a mark tells whoever is
    /// about to delete the parent.
    pub(super) fn parent_changes(&self, id: &ImageId, parent: Option<ImageId>) -> Vec<Change> {
        let metadata = key::metadata(id, key::PARENT);
        let marks = self.concurrency() != Sharing::Single;
        let former = self.parent(id).filter(|_| marks);
        let mut changes = vec![match &parent {
            Some(parent) => Change::put(metadata, parent.to_string()),
            None => Change::delete(metadata),
        }];
        changes.extend(parent.filter(|_| marks).map(|parent| Change::put(key::child(&parent, id), *b"1")));
        changes.extend(former.map(|former| Change::delete(key::child(&former, id))));
        changes
    }

    /// Looks again at which images were made from one, where others may have made some.
    pub(super) async fn refresh_children(&self, id: &ImageId) -> Result<Vec<ImageId>, Box<StoreError>> {
        if self.concurrency() != Sharing::Single {
            for key in self.backend.list(&key::children_of(id)).await? {
                if let Some((_, child)) = key::child_ids(&key) {
                    self.refresh(&child).await?;
                }
            }
            for child in self.children(id) {
                self.refresh(&child).await?;
            }
        }
        Ok(self.children(id))
    }
}
