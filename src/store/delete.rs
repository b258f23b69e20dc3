//! Deleting images.

use super::change::Change;
use super::table::Set;
use super::{Backend, FreedLayer, ImageStore, LayerStore, StoreChange, StoreError, key};
use crate::image::ImageId;
use crate::reference::Reference;

/// What becomes of the images that were made from one that is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChildPolicy {
    /// It is not deleted.
    #[default]
    Refuse,
    /// They stay, without a parent.
    Orphan,
    /// They are deleted as well, with those that were made from them.
    Cascade,
}

/// What is deleted, and when it is refused. An image that somebody uses is never deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DeletePolicy {
    /// What becomes of its children.
    pub children: ChildPolicy,
    /// It is no error when the image is not there.
    pub missing_ok: bool,
}

impl DeletePolicy {
    /// With what becomes of the children.
    pub fn with_children(children: ChildPolicy) -> Self {
        Self { children, ..Self::default() }
    }
}

/// What a deletion did.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeleteReport {
    /// The images that are gone, each before what it was made from.
    pub deleted: Vec<ImageId>,
    /// The names that they had.
    pub untagged: Vec<Reference>,
    /// Images that lost their parent.
    pub orphaned: Vec<ImageId>,
    /// The layers that were freed.
    pub freed: Vec<FreedLayer>,
    /// Everything is committed, and something is left to be cleaned up by whoever works with the store next.
    pub cleanup_pending: bool,
}

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    /// Deletes an image with its names and everything kept beside it. It need not be readable. Storage that is full is no
    /// obstacle as long as it takes empty records: the deletion is then committed by those, and is complete as soon as
    /// what it frees makes room for the file of names.
    ///
    /// # Errors
    /// That it is not there, who uses it or what was made from it, or why the storage failed.
    pub async fn delete(&self, id: &ImageId, policy: DeletePolicy) -> Result<DeleteReport, Box<StoreError>> {
        let writer = self.writer().await?;
        // It need not even be readable.
        let is_known = self.refresh(id).await.unwrap_or_default() || self.index().damaged.contains_key(id);
        // What is there although nothing was known of it, such as what Docker added meanwhile, can be deleted, too.
        if !is_known && !self.is_stored(id).await? {
            return if policy.missing_ok {
                Ok(DeleteReport::default())
            } else {
                Err(StoreError::not_found(id))
            };
        }
        let report = self.delete_all(*id, policy).await?;
        writer.done();
        Ok(report)
    }

    async fn is_stored(&self, id: &ImageId) -> Result<bool, Box<StoreError>> {
        let key = key::content(id);
        Ok(self.backend.list(&key).await?.contains(&key))
    }

    async fn delete_all(&self, id: ImageId, policy: DeletePolicy) -> Result<DeleteReport, Box<StoreError>> {
        let mut report = DeleteReport { deleted: vec![id], ..DeleteReport::default() };
        let mut seen = Set::from_iter([id]);
        let mut looked_at = 0;
        while let Some(next) = report.deleted.get(looked_at).copied() {
            looked_at += 1;
            let users = self.users_now(&next).await?;
            if !users.is_empty() {
                return Err(StoreError::InUse { id: next, users }.into());
            }
            let children = self.refresh_children(&next).await?;
            match policy.children {
                ChildPolicy::Refuse if !children.is_empty() => {
                    return Err(StoreError::HasChildren { id: next, children }.into());
                }
                ChildPolicy::Refuse => {}
                ChildPolicy::Orphan => report.orphaned.extend(children),
                ChildPolicy::Cascade => {
                    report.deleted.extend(children.into_iter().filter(|child| seen.insert(*child)));
                }
            }
        }
        // Children before parents, so that what is left after an interruption hangs together for Docker, too.
        report.deleted.reverse();
        self.delete_these(&mut report).await?;
        Ok(report)
    }

    /// Deletes the images of a report, and completes it.
    pub(super) async fn delete_these(&self, report: &mut DeleteReport) -> Result<(), Box<StoreError>> {
        let mut changes = Vec::new();
        let mut names = self.refresh_names().await?;
        let mut told = Vec::new();
        for id in &report.deleted {
            for reference in names.names.names_of(id) {
                told.push(StoreChange::Untagged { reference: reference.clone(), id: *id });
                report.untagged.push(reference);
            }
            names.names.untag_all(id);
        }
        if !report.untagged.is_empty() {
            changes.extend(self.names_changes(&mut names).await?);
        }
        for orphan in &report.orphaned {
            changes.push(Change::delete(key::metadata(orphan, key::PARENT)));
            told.push(StoreChange::Parent { id: *orphan, parent: None });
        }
        for id in &report.deleted {
            let keys = self.keys_of(id, self.parent(id)).await?;
            changes.extend(keys.into_iter().map(Change::delete));
            told.push(StoreChange::Deleted { id: *id });
        }
        let committed = match self.commit(&changes).await {
            Err(error) if error.is_full() => self.commit_by_marks(&report.deleted, &report.orphaned).await?,
            committed => committed?,
        };
        let layers: Vec<_> = {
            let mut index = self.index();
            index.names = names;
            for orphan in &report.orphaned {
                index.link(orphan, None);
            }
            report.deleted.iter().filter_map(|id| index.remove(id)).filter_map(|known| known.layer).collect()
        };
        for layer in layers {
            let (freed, released) = self.release(Some(layer)).await;
            report.freed.extend(freed);
            report.cleanup_pending |= released.is_pending();
        }
        // Layers that are gone may have made room for what is left to be written.
        report.cleanup_pending |= committed.is_pending() && self.finish().await.is_err();
        self.listeners.note(told);
        Ok(())
    }
}
