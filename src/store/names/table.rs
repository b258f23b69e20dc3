//! The tables behind [`Names`]: every change goes through here, so that they and the counts always agree.

use std::sync::Arc;

use super::read::part_name;
use super::{NameError, Names, Repository};
use crate::digest::Digest;
use crate::image::ImageId;
use crate::limits::LimitExceeded;
use crate::reference::Reference;
use crate::store::raw::quoted;

/// Bytes of a file without names: `{"Repositories":{}}`.
pub(super) const EMPTY: u64 = 19;

/// `"name":"id",`
pub(super) fn name_bytes(familiar: &str, id: &ImageId) -> u64 {
    let algorithm = id.digest().algorithm();
    (familiar.len() + algorithm.name().len() + 1 + algorithm.size() * 2 + 6) as u64
}

/// `"key":json,`
pub(super) fn member_bytes(key: &str, json: &[u8]) -> u64 {
    (quoted(key).len() + json.len() + 2) as u64
}

/// An id as the old form has it, with or without its algorithm.
pub(super) fn old_id(text: &str) -> Option<ImageId> {
    let digest =
        if text.contains(':') { Digest::parse(text) } else { Digest::parse(&format!("sha256:{text:.65}")) };
    digest.ok().map(ImageId::from)
}

/// What a shadow costs in memory; the file has it as a kept entry.
fn shadow_bytes(name: &Reference, repository: &str, entry: &str) -> u64 {
    (name.as_str().len() + repository.len() + entry.len()) as u64
}

impl Names {
    /// Whether one more entry of so many bytes, in a repository of that name, is within the limits.
    pub(super) fn check_room(&self, repository: &str, bytes: u64) -> Result<(), LimitExceeded> {
        LimitExceeded::check("names", self.limits.names, (self.len + self.kept + 1) as u64)?;
        self.check_bytes(bytes + self.new_repository_bytes(repository))
    }

    pub(super) fn check_bytes(&self, more: u64) -> Result<(), LimitExceeded> {
        LimitExceeded::check("namesBytes", self.limits.bytes, self.bytes.saturating_add(more))
    }

    fn new_repository_bytes(&self, name: &str) -> u64 {
        if self.repositories.contains_key(name) { 0 } else { member_bytes(name, b"{}") }
    }

    /// The image that exactly this entry stands for.
    pub(super) fn held(&self, name: &Reference) -> Option<ImageId> {
        self.repositories.get(name.familiar_name())?.names.get(name).copied()
    }

    /// Whether something that is kept as it is stands where this name would be written.
    pub(super) fn obstacle(&self, name: &Reference) -> Option<NameError> {
        let repository = self.repositories.get(name.familiar_name())?;
        let instead = repository.instead.as_deref().is_some_and(|json| json != b"null");
        let entry = repository.kept.contains_key(name.familiar()).then(|| name.familiar().to_owned());
        (instead || entry.is_some())
            .then(|| NameError::Damaged { repository: name.familiar_name().to_owned(), entry })
    }

    /// Changes the repository of that name, made if need be. What stood there in place of an object goes.
    fn open<R>(&mut self, name: &str, change: impl FnOnce(&mut Repository) -> R) -> R {
        self.bytes += self.new_repository_bytes(name);
        let (instead, result) = self.repositories.update(name.into(), |repository| {
            let repository = Arc::make_mut(repository);
            (repository.instead.take(), change(repository))
        });
        if let Some(json) = instead {
            self.bytes = self.bytes + 2 - json.len() as u64;
        }
        result
    }

    /// A repository to be changed, no longer shared with a clone.
    fn repository_mut(&mut self, name: &str) -> Option<&mut Repository> {
        self.repositories.get_mut(name).map(Arc::make_mut)
    }

    /// Makes a repository with nothing in it.
    pub(super) fn put_empty(&mut self, name: &str) {
        self.open(name, |_| ());
    }

    /// Lets a name stand for an image.
    pub(super) fn put(&mut self, name: &Reference, id: ImageId) -> Option<ImageId> {
        self.unkeep(name.familiar_name(), name.familiar(), false);
        let before = self.open(name.familiar_name(), |found| found.names.insert(name.clone(), id));
        match before {
            Some(before) => {
                self.forget(name, &before);
                self.bytes -= name_bytes(name.familiar(), &before);
            }
            None => self.len += 1,
        }
        self.bytes += name_bytes(name.familiar(), &id);
        self.by_id.update(id, |names| Arc::make_mut(names).insert(name.clone()));
        before
    }

    /// Takes a name away.
    pub(super) fn take(&mut self, name: &Reference) -> Option<ImageId> {
        self.held(name)?;
        let id = self.repository_mut(name.familiar_name())?.names.remove(name)?;
        self.len -= 1;
        self.bytes -= name_bytes(name.familiar(), &id);
        self.forget(name, &id);
        self.tidy(name.familiar_name());
        Some(id)
    }

    fn forget(&mut self, name: &Reference, id: &ImageId) {
        if let Some(names) = self.by_id.get_mut(id).map(Arc::make_mut) {
            names.remove(name);
            if names.is_empty() {
                self.by_id.remove(id);
            }
        }
    }

    /// Keeps an entry as it is.
    pub(super) fn keep(&mut self, repository: &str, entry: &str, json: Vec<u8>) {
        self.bytes += member_bytes(entry, &json);
        self.kept += 1;
        self.open(repository, |found| found.kept.insert(entry.to_owned(), json));
    }

    /// Takes a kept entry away, and its repository too when `tidy` and nothing else is in it.
    pub(super) fn unkeep(&mut self, repository: &str, entry: &str, tidy: bool) -> bool {
        if !self.repositories.get(repository).is_some_and(|found| found.kept.contains_key(entry)) {
            return false;
        }
        let Some(json) = self.repository_mut(repository).and_then(|found| found.kept.remove(entry)) else {
            return false;
        };
        self.kept -= 1;
        self.bytes -= member_bytes(entry, &json);
        if tidy {
            self.tidy(repository);
        }
        true
    }

    /// Keeps what stands in place of a repository.
    pub(super) fn keep_instead(&mut self, repository: &str, json: Vec<u8>) {
        let bytes = json.len() as u64;
        self.open(repository, |found| found.instead = Some(json));
        self.bytes = self.bytes + bytes - 2;
    }

    /// Keeps a member of the file beside the repositories.
    pub(super) fn keep_other(&mut self, key: &str, json: Vec<u8>) {
        self.bytes += member_bytes(key, &json);
        self.others.push((key.to_owned(), json));
    }

    /// Notes that a kept entry would be this name, were that not taken.
    pub(super) fn shadow(
        &mut self,
        name: Reference,
        repository: &str,
        entry: &str,
    ) -> Result<(), LimitExceeded> {
        let bytes = shadow_bytes(&name, repository, entry);
        self.check_bytes(bytes)?;
        self.bytes += bytes;
        self.shadows.update(name, |places| places.insert((repository.to_owned(), entry.to_owned())));
        Ok(())
    }

    /// Removes the kept entries that would be this name once it is free.
    pub(super) fn drop_shadows(&mut self, name: &Reference) {
        for (repository, entry) in self.shadows.remove(name).unwrap_or_default() {
            self.bytes -= shadow_bytes(name, &repository, &entry);
            self.unkeep(&repository, &entry, true);
        }
    }

    /// Looks again at the kept entries that would be this name: one that says the same goes, and the first takes the name
    /// when that has become free. So the tables are what a reader of the file would make of it.
    pub(super) fn settle(&mut self, name: &Reference) {
        for (repository, entry) in self.shadows.remove(name).unwrap_or_default() {
            self.bytes -= shadow_bytes(name, &repository, &entry);
            let id = self.kept_id(&repository, &entry);
            match (self.held(name), id) {
                (Some(held), Some(id)) if held == id => {
                    self.unkeep(&repository, &entry, true);
                }
                (None, Some(id)) if self.obstacle(name).is_none() => {
                    self.unkeep(&repository, &entry, true);
                    self.put(name, id);
                }
                _ => {
                    self.bytes += shadow_bytes(name, &repository, &entry);
                    self.shadows.update(name.clone(), |places| places.insert((repository, entry)));
                }
            }
        }
    }

    /// The id that a kept entry holds. It is plain text in quotes when it is one.
    fn kept_id(&self, repository: &str, entry: &str) -> Option<ImageId> {
        let json = self.repositories.get(repository)?.kept.get(entry)?;
        old_id(str::from_utf8(json).ok()?.strip_prefix('"')?.strip_suffix('"')?)
    }

    /// Where the kept entries stand that would be this name.
    pub(super) fn shadows_of(&self, name: &Reference) -> Option<&(String, String)> {
        self.shadows.get(name)?.iter().next()
    }

    /// Forgets that an entry, which is gone, would be another name.
    pub(super) fn unshadow(&mut self, repository: &str, entry: &str) {
        // The name is what the entry says, so nothing has to be searched for it.
        let base = Reference::parse_normalized(repository).ok().filter(Reference::is_name_only);
        let Some(name) = base.and_then(|base| part_name(&base, entry)) else { return };
        let place = (repository.to_owned(), entry.to_owned());
        if !self.shadows.get(&name).is_some_and(|places| places.contains(&place)) {
            return;
        }
        self.bytes -= shadow_bytes(&name, repository, entry);
        if let Some(places) = self.shadows.get_mut(&name) {
            places.remove(&place);
            if places.is_empty() {
                self.shadows.remove(&name);
            }
        }
    }

    /// Names of the repository that only shadows stand for.
    pub(super) fn shadowed_in(&self, repository: &str) -> Vec<Reference> {
        self.shadows.keys().filter(|name| name.familiar_name() == repository).cloned().collect()
    }

    /// Removes a repository with nothing in it.
    pub(super) fn tidy(&mut self, name: &str) {
        let is_empty = |found: &Arc<Repository>| {
            found.names.is_empty() && found.kept.is_empty() && found.instead.is_none()
        };
        if self.repositories.get(name).is_some_and(is_empty) {
            self.repositories.remove(name);
            self.bytes -= member_bytes(name, b"{}");
        }
    }

    /// Removes what stands in place of a repository.
    pub(super) fn drop_instead(&mut self, name: &str) -> bool {
        let Some(json) = self.repository_mut(name).and_then(|found| found.instead.take()) else {
            return false;
        };
        self.bytes = self.bytes + 2 - json.len() as u64;
        self.tidy(name);
        true
    }
}
