//! Changing several things about an image at once.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Change;
use super::times::check_name;
use super::{Backend, ImageStore, LayerStore, Sharing, StoreChange, StoreError, key};
use crate::image::{ImageId, Timestamp};
use crate::reference::Reference;

/// How often an update is tried again when others change the same image at the same time.
const ATTEMPTS: u32 = 16;

/// What can be changed about an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageState {
    /// Its names: tags and digests, in full.
    pub names: BTreeSet<Reference>,
    /// The image that it was made from.
    pub parent: Option<ImageId>,
    /// When it was last changed.
    pub last_updated: Option<Timestamp>,
    /// Whether it was built here.
    pub built_locally: bool,
    /// What callers keep beside it, by name.
    pub metadata: BTreeMap<String, Vec<u8>>,
}

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    /// What can be changed about an image, as it is.
    ///
    /// # Errors
    /// That the image is not there, that something kept beside it is damaged, or why the storage failed.
    pub async fn state(&self, id: &ImageId) -> Result<ImageState, Box<StoreError>> {
        self.settle().await;
        let parent = if self.concurrency() == Sharing::Single {
            if !self.contains(id) {
                return Err(StoreError::not_found(id));
            }
            self.parent(id)
        } else {
            // The index is left alone: this is not done in turn with changes.
            let is_there = if self.contains(id) {
                self.content(id).await?.is_some()
            } else {
                self.get(id).await.map(|_| true)?
            };
            if !is_there {
                return Err(StoreError::not_found(id));
            }
            match self.stored_parent(id).await {
                Some(parent) if self.contains(&parent) || self.get(&parent).await.is_ok() => Some(parent),
                _ => None,
            }
        };
        let mut names = BTreeSet::new();
        names.extend(self.names_now().await?.names.names_of(id));
        let mut metadata = BTreeMap::new();
        for key in self.backend.list(&key::metadata_of(id)).await? {
            if let Some((_, name)) = key::metadata_id(&key).filter(|(_, name)| key::is_metadata_name(name))
                && let Some(value) = self.backend.get(&key).await?
            {
                metadata.insert(name.to_owned(), value);
            }
        }
        Ok(ImageState {
            names,
            parent,
            last_updated: self.last_updated(id).await?,
            built_locally: self.is_built_locally(id).await?,
            metadata,
        })
    }

    /// Changes an image by changing a copy of its state: all of it is written, or nothing when `change` fails or the
    /// storage does. `change` runs under no lock; when others changed the image meanwhile it runs again on what is then
    /// there. Names that belong to other images move.
    ///
    /// # Errors
    /// What `change` gives, that the image or its new parent is not there, what is wrong with a name, or why the storage
    /// failed.
    pub async fn update<E: From<Box<StoreError>>>(
        &self,
        id: &ImageId,
        mut change: impl FnMut(&mut ImageState) -> Result<(), E>,
    ) -> Result<ImageState, E> {
        for _ in 0..ATTEMPTS {
            let before = self.state(id).await?;
            let mut after = before.clone();
            change(&mut after)?;
            let writer = self.writer_of(id).await?;
            if self.state(id).await? == before {
                self.write_state(id, &before, &after).await?;
                writer.done();
                return Ok(after);
            }
        }
        let key = key::metadata_of(id);
        Err(Box::new(StoreError::Contended { key, attempts: ATTEMPTS }).into())
    }

    async fn write_state(
        &self,
        id: &ImageId,
        before: &ImageState,
        after: &ImageState,
    ) -> Result<(), Box<StoreError>> {
        let mut changes = Vec::new();
        let mut told = Vec::new();
        let mut names = self.refresh_names().await?;
        for reference in before.names.difference(&after.names) {
            names.names.untag(reference)?;
            told.push(StoreChange::Untagged { reference: reference.clone(), id: *id });
        }
        for reference in after.names.difference(&before.names) {
            let change = if reference.digest().is_some() {
                names.names.add_digest(reference, *id)?
            } else {
                names.names.tag(reference, *id, true)?
            };
            told.extend(StoreChange::of_name(&change));
        }
        if before.names != after.names {
            changes.extend(self.names_changes(&mut names).await?);
        }
        if before.parent != after.parent {
            if let Some(parent) = &after.parent {
                self.check_parent(id, parent).await?;
            }
            changes.extend(self.parent_changes(id, after.parent));
            told.push(StoreChange::Parent { id: *id, parent: after.parent });
        }
        let mut metadata = |name: &str, value: Option<Vec<u8>>| {
            changes.push(Change { key: key::metadata(id, name), bytes: value });
            told.push(StoreChange::Metadata { id: *id, name: name.to_owned() });
        };
        if before.last_updated != after.last_updated {
            let text = after.last_updated.as_ref().map(|time| time.as_str().as_bytes().to_vec());
            metadata(key::LAST_UPDATED, text);
        }
        if before.built_locally != after.built_locally {
            metadata(key::BUILT_LOCALLY, after.built_locally.then(|| vec![1]));
        }
        for name in before.metadata.keys().filter(|name| !after.metadata.contains_key(*name)) {
            metadata(name, None);
        }
        for (name, value) in &after.metadata {
            check_name(name)?;
            if before.metadata.get(name) != Some(value) {
                metadata(name, Some(value.clone()));
            }
        }
        self.commit(&changes).await?;
        let mut index = self.index();
        index.names = names;
        index.link(id, after.parent);
        drop(index);
        self.listeners.note(told);
        Ok(())
    }
}
