//! Adding several images with their names at once.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Change;
use super::index::NamesRead;
use super::table::Set;
use super::{Backend, ImageStore, LayerStore, NameChange, NameError, StoreChange, StoreError, key};
use crate::image::{ImageConfig, ImageId};
use crate::reference::Reference;

/// One of the images that are added together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewImage {
    /// The exact bytes of its configuration; their SHA-256 is its id.
    pub config: Vec<u8>,
    /// The image it was made from. It has to be there, or to be added with it.
    pub parent: Option<ImageId>,
    /// Mark it as built here rather than loaded or pulled.
    pub built_locally: bool,
}

impl NewImage {
    /// An image without a parent.
    pub fn new(config: impl Into<Vec<u8>>) -> Self {
        Self { config: config.into(), ..Self::default() }
    }

    /// The same with the image it was made from.
    #[must_use]
    pub fn with_parent(mut self, parent: Option<ImageId>) -> Self {
        self.parent = parent;
        self
    }
}

/// What becomes of a name that another image has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NamePolicy {
    /// It moves, as with Docker. A name by digest never moves: that is an error.
    #[default]
    Move,
    /// It stays where it is, and that is told.
    Keep,
    /// That is an error.
    Refuse,
}

/// A name for one of the images that are added together, or for one that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewName {
    /// A tag (`latest` where there is none) or a digest.
    pub reference: Reference,
    /// The image.
    pub id: ImageId,
    /// What becomes of it when another image has it.
    pub policy: NamePolicy,
}

/// What adding several images did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Added {
    /// The id of each image in the order in which they were given, and whether it was not there before.
    pub images: Vec<(ImageId, bool)>,
    /// What became of each name, in their order. A name that moved tells from where.
    pub names: Vec<NameChange>,
    /// Names that stayed with the image that has them.
    pub kept: Vec<(Reference, ImageId)>,
    /// Everything is committed, and something is left to be made by whoever works with the store next.
    pub cleanup_pending: bool,
}

/// What is to be added, checked.
struct Batch {
    configs: BTreeMap<ImageId, ImageConfig>,
    /// In the order in which they were given, each once.
    order: Vec<ImageId>,
    new: BTreeSet<ImageId>,
    parents: BTreeMap<ImageId, ImageId>,
}

/// References to layers, with the images that they are for.
type Held<T> = Vec<(ImageId, Option<(String, T)>)>;

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    /// Adds several images and gives names, in one commit: all of it, or nothing. The layers of each image have to be
    /// there, and one reference to them is held until it is deleted. Images that are there already stay as they are; what
    /// is said of them is added. Of two equal images in the list what is said of both counts, the later parent.
    ///
    /// # Errors
    /// What is wrong with a configuration, its history or its operating system, that layers, a parent or a named image are
    /// not there, that an image would be its own ancestor, what is wrong with a name, that the store has as many images as
    /// the limit `storeKeys` allows, or why the storage failed. Nothing was changed then, and no reference is held.
    ///
    /// ```
    /// use layerglass::env::{Env, UnixTime};
    /// use layerglass::image::{ImageId, Platform};
    /// use layerglass::reference::Reference;
    /// use layerglass::store::{ImageStore, MemoryBackend, NamePolicy, NewImage, NewName, StoreOptions};
    /// # layerglass::fs::block_on(async {
    /// let env = Env::new(|| UnixTime::default(), Platform::new("linux", "amd64"));
    /// let (store, _) = ImageStore::open(MemoryBackend::new(), StoreOptions::new(env)).await?;
    ///
    /// let base = br#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers"}}"#;
    /// let top = br#"{"architecture":"amd64","author":"me","os":"linux","rootfs":{"type":"layers"}}"#;
    /// let images = [NewImage::new(*base), NewImage::new(*top).with_parent(Some(ImageId::of(base)))];
    /// let reference = Reference::parse_normalized("demo:1").unwrap();
    /// let names = [NewName { reference, id: ImageId::of(top), policy: NamePolicy::Refuse }];
    /// let added = store.add_all(&images, &names).await?;
    /// assert_eq!(added.images, [(ImageId::of(base), true), (ImageId::of(top), true)]);
    /// assert_eq!(store.children(&ImageId::of(base)), [ImageId::of(top)]);
    /// # Ok::<(), layerglass::store::StoreError>(())
    /// # }).unwrap();
    /// ```
    pub async fn add_all(&self, images: &[NewImage], names: &[NewName]) -> Result<Added, Box<StoreError>> {
        let mut batch = Batch::of(images, &self.limits)?;
        let writer = self.writer().await?;
        for id in &batch.order {
            if !self.refresh(id).await? {
                batch.new.insert(*id);
            }
        }
        let there = self.len() + self.index().damaged.len();
        self.check_keys(there + batch.new.len())?;
        self.check_parents(&batch).await?;

        let mut added = Added { images: batch.answers(images), ..Added::default() };
        let mut changes = Vec::new();
        let mut told = Vec::new();
        self.describe(&batch, images, &mut changes, &mut told);
        let named = self.name_all(&batch, names, &mut added).await?;
        let named = match named {
            Some(mut named) => {
                changes.extend(self.names_changes(&mut named).await?);
                told.extend(added.names.iter().filter_map(StoreChange::of_name));
                Some(named)
            }
            None => None,
        };

        let held = self.hold_all(&batch).await?;
        match self.commit(&changes).await {
            Ok(committed) => added.cleanup_pending = committed.is_pending(),
            Err(error) => {
                // What was written although that is said to have failed needs its layers when it is found.
                if self.has_none_of(&batch.order).await {
                    self.let_go_of(held).await;
                }
                return Err(error);
            }
        }
        {
            let mut index = self.index();
            for (id, layer) in held {
                index.insert(id, layer);
            }
            for (id, parent) in &batch.parents {
                index.link(id, Some(*parent));
            }
            if let Some(named) = named {
                index.names = named;
            }
        }
        self.listeners.note(told);
        self.link_with_those_there(&batch).await;
        writer.done();
        Ok(added)
    }

    /// What has to be written for the images themselves.
    fn describe(
        &self,
        batch: &Batch,
        images: &[NewImage],
        changes: &mut Vec<Change>,
        told: &mut Vec<StoreChange>,
    ) {
        for id in batch.order.iter().filter(|id| batch.new.contains(*id)) {
            if let Some(config) = batch.configs.get(id) {
                changes.push(Change::put(key::content(id), config.raw()));
                told.push(StoreChange::Created { id: *id });
            }
        }
        for id in &batch.order {
            if let Some(parent) = batch.parents.get(id)
                && self.parent(id) != Some(*parent)
            {
                changes.extend(self.parent_changes(id, Some(*parent)));
                told.push(StoreChange::Parent { id: *id, parent: Some(*parent) });
            }
        }
        let marked = images.iter().filter(|image| image.built_locally);
        let marked: BTreeSet<ImageId> = marked.map(|image| ImageId::of(&image.config)).collect();
        for id in marked {
            changes.push(Change::put(key::metadata(&id, key::BUILT_LOCALLY), [1]));
            told.push(StoreChange::Metadata { id, name: key::BUILT_LOCALLY.to_owned() });
        }
    }

    /// The names as they will be; nothing when none changes.
    async fn name_all(
        &self,
        batch: &Batch,
        names: &[NewName],
        added: &mut Added,
    ) -> Result<Option<NamesRead>, Box<StoreError>> {
        if names.is_empty() {
            return Ok(None);
        }
        let mut named = self.refresh_names().await?;
        for NewName { reference, id, policy } in names {
            if !batch.configs.contains_key(id) && !self.refresh(id).await? {
                return Err(StoreError::not_found(id));
            }
            let change = if reference.digest().is_some() {
                named.names.add_digest(reference, *id)
            } else {
                named.names.tag(reference, *id, *policy == NamePolicy::Move)
            };
            match change {
                Ok(change) => added.names.push(change),
                Err(
                    NameError::Conflict { reference, held } | NameError::DigestConflict { reference, held },
                ) if *policy == NamePolicy::Keep => {
                    added.kept.push((reference, held));
                }
                Err(error) => return Err(Box::new(error.into())),
            }
        }
        let is_changed = added.names.iter().any(|change| *change != NameChange::Unchanged);
        Ok(is_changed.then_some(named))
    }

    /// References to the layers of all images that are new.
    async fn hold_all(&self, batch: &Batch) -> Result<Held<L::Layer>, Box<StoreError>> {
        let mut held = Held::new();
        for id in batch.order.iter().filter(|id| batch.new.contains(*id)) {
            let Some(config) = batch.configs.get(id) else { continue };
            match self.layer(self.os_of(config), config.rootfs().chain_id().as_ref()).await {
                Ok(layer) => held.push((*id, layer)),
                Err(error) => {
                    self.let_go_of(held).await;
                    return Err(error);
                }
            }
        }
        Ok(held)
    }

    async fn let_go_of(&self, held: Held<L::Layer>) {
        for (_, layer) in held {
            self.release(layer).await;
        }
    }

    /// Whether it is certain that none of these images is in the storage, or will be: for whoever could not add them.
    pub(crate) async fn has_none_of(&self, new: &[ImageId]) -> bool {
        if !self.is_finished().await {
            return false;
        }
        for id in new {
            if !self.contains(id) && !matches!(self.content(id).await, Ok(None)) {
                return false;
            }
        }
        true
    }

    /// Whether all parents are there, and no image would be its own ancestor.
    async fn check_parents(&self, batch: &Batch) -> Result<(), Box<StoreError>> {
        for parent in batch.parents.values() {
            if !batch.configs.contains_key(parent) && !self.refresh(parent).await? {
                return Err(StoreError::not_found(parent));
            }
        }
        // Each image has one parent at most, so each is looked at once: what was found to end well is not walked again.
        let mut sound: Set<ImageId> = Set::new();
        for (id, parent) in &batch.parents {
            let mut path = Set::from_iter([*id]);
            let mut next = Some(*parent);
            while let Some(above) = next.filter(|above| !sound.contains(above)) {
                if above == *id {
                    return Err(StoreError::ParentCycle { id: *id, parent: Box::new(*parent) }.into());
                }
                // A circle without this image is older damage, which opening reports.
                if !path.insert(above) {
                    break;
                }
                next = match batch.parents.get(&above) {
                    Some(parent) => Some(*parent),
                    None => self.stored_parent(&above).await,
                };
            }
            sound.extend(path.iter().copied());
        }
        Ok(())
    }

    /// Links what has just come with what was there before: with a parent that was noted of it, and with what was made
    /// from it.
    async fn link_with_those_there(&self, batch: &Batch) {
        for id in batch.order.iter().filter(|id| batch.new.contains(*id)) {
            if !batch.parents.contains_key(id)
                && let Some(parent) = self.stored_parent(id).await.filter(|parent| self.contains(parent))
            {
                self.index().link(id, Some(parent));
                self.listeners.note([StoreChange::Parent { id: *id, parent: Some(parent) }]);
            }
            self.adopt(id).await;
        }
    }
}

impl Batch {
    fn of(images: &[NewImage], limits: &crate::limits::Limits) -> Result<Self, Box<StoreError>> {
        let (mut configs, mut order) = (BTreeMap::new(), Vec::new());
        let mut parents = BTreeMap::new();
        for image in images {
            let config = ImageConfig::parse(&image.config[..], limits)?;
            config.fields().check_history()?;
            let id = config.id();
            if let Some(parent) = image.parent {
                parents.insert(id, parent);
            }
            if configs.insert(id, config).is_none() {
                order.push(id);
            }
        }
        Ok(Self { configs, order, new: BTreeSet::new(), parents })
    }

    fn answers(&self, images: &[NewImage]) -> Vec<(ImageId, bool)> {
        let ids = images.iter().map(|image| ImageId::of(&image.config));
        ids.map(|id| (id, self.new.contains(&id))).collect()
    }
}
