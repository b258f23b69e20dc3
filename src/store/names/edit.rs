//! Changes of [`Names`]. Each is refused before anything was touched, or done.

use super::table::name_bytes;
use super::{NameError, Names, exact, normalized, raw_shown, without_tag};
use crate::digest::Algorithm;
use crate::image::ImageId;
use crate::reference::Reference;

/// What a change of names did.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum NameChange {
    /// A name stands for an image now.
    Tagged {
        /// The name, in full.
        reference: Reference,
        /// The image.
        id: ImageId,
        /// The image that it stood for.
        moved_from: Option<ImageId>,
    },
    /// A name is gone.
    Untagged {
        /// The name, in full.
        reference: Reference,
        /// The image that it stood for.
        id: ImageId,
    },
    /// Something damaged is gone.
    Discarded {
        /// The repository, as the file has it.
        repository: String,
        /// The entry; none when it stood in place of the whole repository.
        entry: Option<String>,
    },
    /// All is as it was.
    Unchanged,
}

impl Names {
    /// What has become of the names that there were, in the order of the file: first of those that are gone.
    pub(in crate::store) fn changes_since(&self, former: &Self) -> Vec<NameChange> {
        let gone = former.iter().filter(|(reference, _)| self.held(reference).is_none());
        let gone = gone.map(|(reference, id)| NameChange::Untagged { reference: reference.clone(), id });
        let tagged = self.iter().filter_map(|(reference, id)| {
            let moved_from = former.held(reference);
            let tagged = NameChange::Tagged { reference: reference.clone(), id, moved_from };
            (moved_from != Some(id)).then_some(tagged)
        });
        gone.chain(tagged).collect()
    }

    /// Gives an image a tag; `latest` where there is none. A tag of another image is moved only with `force`.
    ///
    /// # Errors
    /// The name has a digest, is that of a digest algorithm, or cannot be kept; the tag is that of another image, or
    /// something damaged stands there, without `force`; a limit is passed.
    pub fn tag(&mut self, name: &Reference, id: ImageId, force: bool) -> Result<NameChange, NameError> {
        let full = normalized(name)?;
        if full.digest().is_some() {
            return Err(NameError::DigestReference { reference: raw_shown(name) });
        }
        let full = full.with_default_tag();
        check_algorithm(&full)?;
        if let Some(held) = self.held(&full).filter(|held| *held != id && !force) {
            return Err(NameError::Conflict { reference: full, held });
        }
        // A whole repository that is damaged is more than one name could be forced upon.
        match self.obstacle(&full) {
            Some(NameError::Damaged { entry: Some(_), .. }) if force => {}
            Some(error) => return Err(error),
            None => {}
        }
        self.set(full, id)
    }

    /// Notes that an image has a digest in a repository. A tag beside it is dropped. Digests are never moved: one that
    /// stands for another image has to be removed first.
    ///
    /// # Errors
    /// The name has no digest, is that of a digest algorithm, or cannot be kept; the digest stands for another image, or
    /// something damaged stands there; a limit is passed.
    pub fn add_digest(&mut self, name: &Reference, id: ImageId) -> Result<NameChange, NameError> {
        let full = normalized(name)?;
        let Some(digest) = full.digest() else {
            return Err(NameError::NoDigest { reference: raw_shown(name) });
        };
        let full = without_tag(&full, digest)?;
        check_algorithm(&full)?;
        if let Some(held) = self.held(&full).filter(|held| *held != id) {
            return Err(NameError::DigestConflict { reference: full, held });
        }
        match self.obstacle(&full) {
            Some(error) => Err(error),
            None => self.set(full, id),
        }
    }

    fn set(&mut self, full: Reference, id: ImageId) -> Result<NameChange, NameError> {
        if self.held(&full) == Some(id) {
            return Ok(NameChange::Unchanged);
        }
        if self.held(&full).is_none() {
            self.check_room(full.familiar_name(), name_bytes(full.familiar(), &id))?;
        } else {
            self.check_bytes(name_bytes("", &id))?;
        }
        let moved_from = self.put(&full, id);
        self.settle(&full);
        Ok(NameChange::Tagged { reference: full, id, moved_from })
    }

    /// Removes one name, or the damaged entry that stands in its place. Without tag and digest it is `latest`; with both
    /// the tag does not matter. An older spelling of the same name that was kept beside it goes too.
    ///
    /// # Errors
    /// There is no such name.
    pub fn untag(&mut self, name: &Reference) -> Result<NameChange, NameError> {
        let full = exact(name)?;
        let place = || (full.familiar_name().to_owned(), full.familiar().to_owned());
        let change = if let Some(id) = self.take(&full) {
            NameChange::Untagged { reference: full.clone(), id }
        } else if self.unkeep(full.familiar_name(), full.familiar(), true) {
            let (repository, entry) = place();
            NameChange::Discarded { repository, entry: Some(entry) }
        } else if let Some((repository, entry)) = self.shadows_of(&full).cloned() {
            NameChange::Discarded { repository, entry: Some(entry) }
        } else {
            return Err(NameError::NotFound { reference: raw_shown(&full) });
        };
        self.drop_shadows(&full);
        Ok(change)
    }

    /// Removes all names of a repository, and all that is damaged in it.
    ///
    /// # Errors
    /// `name` has a tag or a digest, or there is no such repository.
    pub fn untag_repository(&mut self, name: &Reference) -> Result<Vec<NameChange>, NameError> {
        let full = normalized(name)?;
        if !full.is_name_only() {
            return Err(NameError::NotARepository { reference: raw_shown(name) });
        }
        let name = full.familiar_name();
        let shadowed = self.shadowed_in(name);
        let Some(repository) = self.repositories.get(name) else {
            if shadowed.is_empty() {
                return Err(NameError::NotFound { reference: raw_shown(&full) });
            }
            shadowed.iter().for_each(|name| self.drop_shadows(name));
            return Ok(Vec::new());
        };
        let names: Vec<Reference> = repository.names.keys().cloned().collect();
        let kept: Vec<String> = repository.kept.keys().cloned().collect();
        let damaged = repository.instead.is_some();
        let mut changes: Vec<NameChange> = names
            .into_iter()
            .filter_map(|reference| self.take(&reference).map(|id| NameChange::Untagged { reference, id }))
            .collect();
        for entry in kept {
            self.unshadow(name, &entry);
            self.unkeep(name, &entry, true);
            changes.push(NameChange::Discarded { repository: name.to_owned(), entry: Some(entry) });
        }
        if damaged {
            self.drop_instead(name);
            changes.push(NameChange::Discarded { repository: name.to_owned(), entry: None });
        }
        shadowed.iter().for_each(|name| self.drop_shadows(name));
        self.tidy(name);
        Ok(changes)
    }

    /// Removes all names of an image, sorted; none is no error.
    pub fn untag_all(&mut self, id: &ImageId) -> Vec<NameChange> {
        let names = self.by_id.get(id).cloned().unwrap_or_default();
        names.iter().filter_map(|reference| self.untag(reference).ok()).collect()
    }

    /// Removes something damaged by the keys that the file has: one entry, or what stands in place of a repository. An
    /// entry of the old form whose name is free now becomes that name.
    ///
    /// # Errors
    /// Nothing damaged stands there.
    pub fn discard(&mut self, repository: &str, entry: Option<&str>) -> Result<NameChange, NameError> {
        let freed = match entry {
            Some(entry) if self.unkeep(repository, entry, true) => {
                self.unshadow(repository, entry);
                Reference::parse_normalized(entry).into_iter().collect()
            }
            None if self.drop_instead(repository) => self.shadowed_in(repository),
            _ => {
                let reference = super::problem::place(repository, entry);
                return Err(NameError::NotFound { reference: crate::store::raw::shown(&reference) });
            }
        };
        freed.iter().for_each(|name| self.settle(name));
        Ok(NameChange::Discarded { repository: repository.to_owned(), entry: entry.map(str::to_owned) })
    }
}

/// Refuses names that could not be told from digests.
fn check_algorithm(full: &Reference) -> Result<(), NameError> {
    match Algorithm::from_name(full.familiar_name()) {
        Some(algorithm) => Err(NameError::AlgorithmName { algorithm: algorithm.name().to_owned() }),
        None => Ok(()),
    }
}
