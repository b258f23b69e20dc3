//! Names of images in a store.

use super::change::Change;
use super::index::NamesRead;
use super::names::{NameChange, NameError, Names, ResolveOptions};
use super::{Backend, BackendError, ImageStore, LayerStore, StoreChange, StoreError, key};
use crate::image::ImageId;
use crate::reference::Reference;

/// How often the names are tried again when others change them at the same time.
const ATTEMPTS: u32 = 64;

/// A change of names, which runs again on what is then there when others changed them meanwhile.
type Rename<'a> = dyn Fn(&mut Names) -> Result<Vec<NameChange>, NameError> + Sync + 'a;

/// What came of changing one name.
fn only(changes: Vec<NameChange>) -> NameChange {
    changes.into_iter().next().unwrap_or(NameChange::Unchanged)
}

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    /// The image of a name. A name without tag means `latest`; with a tag and a digest the digest decides.
    pub fn named(&self, reference: &Reference) -> Option<ImageId> {
        self.index().names.names.get(reference)
    }

    /// The names of an image, sorted.
    pub fn names_of(&self, id: &ImageId) -> Vec<Reference> {
        self.index().names.names.names_of(id)
    }

    /// Every name with its image, sorted.
    pub fn names(&self) -> Vec<(Reference, ImageId)> {
        self.index().names.names.iter().map(|(name, id)| (name.clone(), id)).collect()
    }

    /// The names of a repository with their images, sorted.
    pub fn repository(&self, name: &Reference) -> Vec<(Reference, ImageId)> {
        self.index().names.names.repository(name)
    }

    /// What to call an image: its first name, or the first twelve digits of its id.
    pub fn display_name(&self, id: &ImageId) -> String {
        self.index().names.names.display_name(id)
    }

    /// The image that a text stands for: a name, an id, or the beginning of an id.
    ///
    /// # Errors
    /// That it stands for none, or for which several.
    pub fn resolve(&self, text: &str, options: ResolveOptions) -> Result<ImageId, Box<StoreError>> {
        let index = self.index();
        Ok(super::names::resolve(text, &index.names.names, &index.ids, options)?)
    }

    /// The images that several texts stand for, with the tags that were asked for: as [`select`](super::select) has it.
    ///
    /// # Errors
    /// Which of them stands for none, or for several.
    pub fn select(&self, texts: &[&str]) -> Result<Vec<(ImageId, Vec<Reference>)>, Box<StoreError>> {
        let index = self.index();
        Ok(super::names::select(texts, &index.names.names, &index.ids)?)
    }

    /// Gives an image a name. Without `force` a name of another image stays where it is.
    ///
    /// # Errors
    /// That the image is not there, that the name is no tag or belongs to another image, or why the storage failed.
    pub async fn tag(
        &self,
        reference: &Reference,
        id: ImageId,
        force: bool,
    ) -> Result<NameChange, Box<StoreError>> {
        let changes = self.rename(Some(&id), &|names| Ok(vec![names.tag(reference, id, force)?])).await?;
        Ok(only(changes))
    }

    /// Gives an image a name by digest. It never moves to another image.
    ///
    /// # Errors
    /// That the image is not there, that the name has no digest or belongs to another image, or why the storage failed.
    pub async fn add_digest(
        &self,
        reference: &Reference,
        id: ImageId,
    ) -> Result<NameChange, Box<StoreError>> {
        let changes = self.rename(Some(&id), &|names| Ok(vec![names.add_digest(reference, id)?])).await?;
        Ok(only(changes))
    }

    /// Takes a name away. Without tag and digest it means the tag `latest`.
    ///
    /// # Errors
    /// That there is no such name, or why the storage failed.
    pub async fn untag(&self, reference: &Reference) -> Result<NameChange, Box<StoreError>> {
        Ok(only(self.rename(None, &|names| Ok(vec![names.untag(reference)?])).await?))
    }

    /// Takes all names of a repository away, and says which.
    ///
    /// # Errors
    /// That there are none, or why the storage failed.
    pub async fn untag_repository(&self, name: &Reference) -> Result<Vec<NameChange>, Box<StoreError>> {
        self.rename(None, &|names| names.untag_repository(name)).await
    }

    /// Takes all names of an image away, and says which. None is no error.
    ///
    /// # Errors
    /// Why the storage failed.
    pub async fn untag_all(&self, id: &ImageId) -> Result<Vec<NameChange>, Box<StoreError>> {
        self.rename(None, &|names| Ok(names.untag_all(id))).await
    }

    /// Writes the names as they are known here, in the current form. Changes are written at once, so this matters only
    /// where the names were read from an older file, or where the file is not there.
    ///
    /// # Errors
    /// Why the storage failed.
    pub async fn flush(&self) -> Result<(), Box<StoreError>> {
        let writer = self.writer().await?;
        let mut names = self.refresh_names().await?;
        let changes = self.names_changes(&mut names).await?;
        self.commit(&changes).await?;
        self.index().names = names;
        writer.done();
        Ok(())
    }

    /// Changes the names, without losing what others change in them at the same time. The image that gets one has to be
    /// there.
    async fn rename(
        &self,
        image: Option<&ImageId>,
        change: &Rename<'_>,
    ) -> Result<Vec<NameChange>, Box<StoreError>> {
        let writer = match image {
            Some(image) => self.writer_of(image).await?,
            None => self.writer().await?,
        };
        for _ in 0..ATTEMPTS {
            let mut names = self.refresh_names().await?;
            let former = names.raw.clone();
            let changed = change(&mut names.names)?;
            if changed.iter().all(|change| *change == NameChange::Unchanged) {
                self.index().names = names;
                writer.done();
                return Ok(changed);
            }
            let changes = self.names_changes(&mut names).await?;
            let is_written = match changes.as_slice() {
                [Change { key, bytes }] => {
                    self.write_shared(key, former.as_deref(), bytes.as_deref()).await?
                }
                several => {
                    self.commit(several).await?;
                    true
                }
            };
            if is_written {
                self.index().names = names;
                self.listeners.note(changed.iter().filter_map(StoreChange::of_name));
                writer.done();
                return Ok(changed);
            }
        }
        Err(StoreError::Contended { key: key::NAMES.to_owned(), attempts: ATTEMPTS }.into())
    }

    /// The names as they stand in the storage now.
    pub(super) async fn names_now(&self) -> Result<NamesRead, BackendError> {
        let file = self.names_file().await?;
        {
            let index = self.index();
            let raw = file.as_ref().filter(|(key, _)| key == key::NAMES).map(|(_, raw)| raw);
            if index.names.raw.as_ref() == raw && (raw.is_some() || file.is_none()) {
                return Ok(index.names.clone());
            }
        }
        let Some((names_key, raw)) = file else { return Ok(NamesRead::default()) };
        Ok(NamesRead::of(&names_key, raw, &self.limits).0)
    }

    /// The same before a change: what others changed is told, and known from then on.
    pub(super) async fn refresh_names(&self) -> Result<NamesRead, BackendError> {
        let names = self.names_now().await?;
        let mut index = self.index();
        if index.names.raw != names.raw {
            let changes = names.names.changes_since(&index.names.names);
            self.listeners.note(changes.iter().filter_map(StoreChange::of_name));
            index.names = names.clone();
        }
        Ok(names)
    }

    /// What has to be written for the names to be these; they then count as read from it. A file that cannot be read is
    /// kept elsewhere first.
    pub(super) async fn names_changes(&self, names: &mut NamesRead) -> Result<Vec<Change>, BackendError> {
        let bytes = names.names.to_bytes();
        let former = names.raw.replace(bytes.clone());
        let mut changes = Vec::new();
        if std::mem::take(&mut names.damaged)
            && let Some(former) = former
        {
            changes.push(Change::put(self.aside_key(key::NAMES, &former).await?, former));
        }
        changes.push(Change::put(key::NAMES, bytes));
        Ok(changes)
    }
}

impl StoreChange {
    /// What is told of a change of a name.
    pub(super) fn of_name(change: &NameChange) -> Option<Self> {
        Some(match change.clone() {
            NameChange::Tagged { reference, id, moved_from } => Self::Tagged { reference, id, moved_from },
            NameChange::Untagged { reference, id } => Self::Untagged { reference, id },
            NameChange::Discarded { .. } | NameChange::Unchanged => return None,
        })
    }
}
