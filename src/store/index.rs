//! What a store knows of its images without asking the backend.

use super::leases::Users;
use super::names::{Names, NamesError, NamesProblem};
use super::table::{Set, Table};
use super::{Problem, key};
use crate::digest::ShortIds;
use crate::image::ImageId;
use crate::limits::Limits;

/// A cache: every mutation re-reads what it depends on.
#[derive(Debug)]
pub(super) struct Index<T> {
    /// The images that are whole, with a reference to their layers.
    pub(super) images: Table<ImageId, Known<T>>,
    /// The same for searching.
    pub(super) ids: ShortIds,
    /// Images that are there but cannot be used, and why.
    pub(super) damaged: Table<ImageId, Problem>,
    /// Images whose metadata names a parent that is not there, by that parent.
    pub(super) waiting: Table<ImageId, Set<ImageId>>,
    /// Names, as last read.
    pub(super) names: NamesRead,
    /// Users that are not kept in the storage, by image and name.
    pub(super) users: Table<ImageId, Users>,
}

/// One image.
#[derive(Debug)]
pub(super) struct Known<T> {
    pub(super) parent: Option<ImageId>,
    pub(super) children: Set<ImageId>,
    /// The reference to its layers, with the operating system whose store gave it; none for an image without layers.
    pub(super) layer: Option<(String, T)>,
}

/// The names with the bytes that they were read from.
#[derive(Clone, Debug, Default)]
pub(super) struct NamesRead {
    pub(super) raw: Option<Vec<u8>>,
    pub(super) names: Names,
    /// The bytes cannot be read; they are kept elsewhere before others are written.
    pub(super) damaged: bool,
}

impl NamesRead {
    /// Reads the file of names that stands under a key, and says what is wrong with it. Bytes under the key of an older
    /// file are not what a change of the current one starts from.
    pub(super) fn of(
        names_key: &str,
        raw: Vec<u8>,
        limits: &Limits,
    ) -> (Self, Result<Vec<NamesProblem>, NamesError>) {
        match Names::read(&raw, limits) {
            Ok((names, wrong)) => {
                let raw = Some(raw).filter(|_| names_key == key::NAMES);
                (Self { raw, names, damaged: false }, Ok(wrong))
            }
            Err(error) => (Self { raw: Some(raw), names: Names::new(limits), damaged: true }, Err(error)),
        }
    }
}

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self {
            images: Table::new(),
            ids: ShortIds::new(),
            damaged: Table::new(),
            waiting: Table::new(),
            names: NamesRead::default(),
            users: Table::new(),
        }
    }
}

impl<T> Index<T> {
    /// Adds an image.
    pub(super) fn insert(&mut self, id: ImageId, layer: Option<(String, T)>) {
        self.damaged.remove(&id);
        self.ids.insert(id.digest());
        self.add(id, layer);
    }

    /// The same for one that is among the ids to be searched already, and not damaged.
    pub(super) fn add(&mut self, id: ImageId, layer: Option<(String, T)>) {
        self.images.insert(id, Known { parent: None, children: Set::new(), layer });
    }

    /// Takes an image out; its children then have no parent.
    pub(super) fn remove(&mut self, id: &ImageId) -> Option<Known<T>> {
        self.damaged.remove(id);
        self.ids.remove(&id.digest());
        self.users.remove(id);
        let known = self.images.remove(id)?;
        for child in known.children.iter() {
            if let Some(child) = self.images.get_mut(child) {
                child.parent = None;
            }
        }
        if let Some(parent) = known.parent.and_then(|parent| self.images.get_mut(&parent)) {
            parent.children.remove(id);
        }
        if !known.children.is_empty() {
            self.waiting.update(*id, |children| children.extend(known.children.iter().copied()));
        }
        Some(known)
    }

    /// Links an image to another parent, or to none.
    pub(super) fn link(&mut self, id: &ImageId, parent: Option<ImageId>) {
        let Some(known) = self.images.get_mut(id) else { return };
        let former = std::mem::replace(&mut known.parent, parent);
        if let Some(former) = former.and_then(|former| self.images.get_mut(&former)) {
            former.children.remove(id);
        }
        if let Some(parent) = parent.and_then(|parent| self.images.get_mut(&parent)) {
            parent.children.insert(*id);
        }
    }

    /// The ancestors of an image, nearest first. It ends where a chain would begin anew.
    pub(super) fn ancestors(&self, id: &ImageId) -> Vec<ImageId> {
        let mut seen = Set::from_iter([*id]);
        let mut ancestors = Vec::new();
        let mut next = self.images.get(id).and_then(|known| known.parent);
        while let Some(parent) = next.filter(|parent| seen.insert(*parent)) {
            ancestors.push(parent);
            next = self.images.get(&parent).and_then(|known| known.parent);
        }
        ancestors
    }
}
