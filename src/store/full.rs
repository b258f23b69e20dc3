//! Deleting on storage that is full.
//!
//! A journal needs room. Where there is none, a deletion is written as marks: empty records that say by their keys which
//! images go and which lose their parent. They count once the journal is there as an empty record; that write is the
//! commit, and on a file system it needs no room for contents. What is deleted then makes room for the names, which are
//! written last. Marks without an empty journal belong to a deletion that was not committed, and are removed.

use super::change::Change;
use super::image_store::Committed;
use super::table::Set;
use super::{Backend, BackendError, ImageStore, LayerStore, key};
use crate::image::ImageId;

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    /// Commits the deletion of images by which others lose their parent.
    ///
    /// # Errors
    /// There is not even room for marks; nothing was changed.
    pub(super) async fn commit_by_marks(
        &self,
        deleted: &[ImageId],
        orphaned: &[ImageId],
    ) -> Result<Committed, BackendError> {
        // What an earlier attempt left does not belong to this one.
        self.remove_marks().await?;
        let deleted = deleted.iter().map(|id| key::mark(key::DELETING, id));
        let marks = deleted.chain(orphaned.iter().map(|id| key::mark(key::ORPHANING, id)));
        for key in marks.chain([key::JOURNAL.to_owned()]) {
            if let Err(error) = self.backend.put(&key, b"").await {
                // As with a journal: if it was written all the same and cannot be taken back, the next writer makes it.
                let _ = self.backend.delete(key::JOURNAL).await;
                let _ = self.remove_marks().await;
                return Err(error);
            }
        }
        Ok(self.made(self.make_marked().await))
    }

    /// Makes the deletion that the marks describe. It can be done again from the beginning wherever it ended.
    pub(super) async fn make_marked(&self) -> Result<(), BackendError> {
        let mut names = self.names_now().await?;
        let is_named = self.marked(key::DELETING).await?.iter().any(|id| names.names.has_names(id));
        for id in self.marked(key::ORPHANING).await? {
            self.backend.delete(&key::metadata(&id, key::PARENT)).await?;
        }
        for id in self.marked(key::DELETING).await? {
            names.names.untag_all(&id);
            let parent = self.stored_parent(&id).await;
            let mut keys = self.keys_of(&id, parent).await?;
            // The parent's mark goes before the record that leads to it.
            keys.sort_by(|a, b| b.cmp(a));
            self.make(&keys.into_iter().map(Change::delete).collect::<Vec<_>>()).await?;
        }
        if is_named {
            let changes = self.names_changes(&mut names).await?;
            self.make(&changes).await?;
        }
        self.backend.delete(key::JOURNAL).await?;
        // Without a journal they mean nothing.
        self.remove_marks().await.map(drop)
    }

    /// Whether a journal is the empty record that commits what marks describe.
    pub(super) async fn is_marked(&self, journal: &[u8]) -> Result<bool, BackendError> {
        Ok(journal.is_empty() && !self.marked(key::DELETING).await?.is_empty())
    }

    /// Everything that is kept of an image, by key; what it is comes last.
    pub(super) async fn keys_of(
        &self,
        id: &ImageId,
        parent: Option<ImageId>,
    ) -> Result<Vec<String>, BackendError> {
        let mut keys = Set::from_iter(self.backend.list(&key::metadata_of(id)).await?);
        keys.extend(self.backend.list(&key::children_of(id)).await?);
        // The list of all users would be gone through for each image.
        let users = key::users(id);
        if self.backend.get(&users).await.is_ok_and(|users| users.is_some()) {
            keys.insert(users);
        }
        keys.extend(parent.map(|parent| key::child(&parent, id)));
        let mut keys: Vec<String> = keys.into_iter().collect();
        keys.push(key::content(id));
        Ok(keys)
    }

    async fn marked(&self, kind: &str) -> Result<Vec<ImageId>, BackendError> {
        let keys = self.backend.list(kind).await?;
        Ok(keys.iter().filter_map(|key| key::marked_id(kind, key)).collect())
    }

    /// Removes all marks, and says which there were.
    pub(super) async fn remove_marks(&self) -> Result<Vec<String>, BackendError> {
        let mut marks = self.backend.list(key::DELETING).await?;
        marks.extend(self.backend.list(key::ORPHANING).await?);
        for mark in &marks {
            self.backend.delete(mark).await?;
        }
        Ok(marks)
    }
}
