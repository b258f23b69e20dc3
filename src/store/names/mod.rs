//! Names of images: which tag and which digest of a repository stands for which image.
//!
//! The file is Docker's `repositories.json`, compact, with sorted keys and without a newline at its end:
//!
//! ```text
//! {"Repositories":{"busybox":{"busybox:1":"sha256:…","busybox@sha256:…":"sha256:…"}}}
//! ```
//!
//! The keys are names as Docker shows them. Up to version 1.9 Docker wrote `repositories-<driver>`, in which the inner
//! keys are tags and the ids bare digits. Both are read, told apart entry by entry; the newer is written.
//!
//! What cannot be read in a file that is otherwise sound is reported and stays in it, until somebody removes it by name.

mod edit;
mod error;
mod problem;
mod read;
mod resolve;
mod select;
mod table;
mod write;

use std::sync::Arc;

pub use edit::NameChange;
pub use error::{NameError, NamesError};
pub use problem::NamesProblem;
pub use resolve::{ResolveError, ResolveOptions, ResolveOrder, resolve};
pub use select::select;

use crate::image::ImageId;
use crate::limits::Limits;
use crate::reference::{Kind, Reference};
use crate::store::table::{Set, Table};

/// The names of all images of a store. Clones share what neither of them changes.
///
/// ```
/// use layerglass::image::ImageId;
/// use layerglass::reference::Reference;
/// use layerglass::store::Names;
/// let mut names = Names::default();
/// let (busybox, id) = (Reference::parse_normalized("busybox").unwrap(), ImageId::of(b"{}"));
/// names.tag(&busybox, id, false).unwrap();
/// assert_eq!(names.display_name(&id), "busybox:latest");
/// assert!(names.to_bytes().starts_with(br#"{"Repositories":{"busybox":{"busybox:latest":"sha256:"#));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// By the name as Docker shows it: the order of the file.
    repositories: Table<Arc<str>, Arc<Repository>>,
    by_id: Table<ImageId, Arc<Set<Reference>>>,
    /// Entries of the old form that are kept because their name stands for something else already: by that name, where
    /// they stand.
    shadows: Table<Reference, Set<(String, String)>>,
    /// Other members of the file, with their values as JSON.
    others: Vec<(String, Vec<u8>)>,
    /// Names that stand for an image.
    len: usize,
    /// Entries that are kept as they are.
    kept: usize,
    /// Bytes that the file has at most.
    bytes: u64,
    limits: NamesLimits,
}

/// The limits that hold for changes as well as for reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NamesLimits {
    names: u64,
    bytes: u64,
}

/// What stands under one repository's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Repository {
    /// All have the same name before tag or digest, so their order is that of the file's keys too.
    names: Table<Reference, ImageId>,
    /// Entries that are kept as they are, with their values as JSON.
    kept: Table<String, Vec<u8>>,
    /// JSON that stands in place of an object.
    instead: Option<Vec<u8>>,
}

impl Default for Names {
    fn default() -> Self {
        Self::new(&Limits::default())
    }
}

impl Names {
    /// No names. Of the limits, `names` and `namesBytes` hold for all changes.
    pub fn new(limits: &Limits) -> Self {
        Self {
            repositories: Table::new(),
            by_id: Table::new(),
            shadows: Table::new(),
            others: Vec::new(),
            len: 0,
            kept: 0,
            bytes: table::EMPTY,
            limits: NamesLimits { names: limits.names.into(), bytes: limits.names_bytes },
        }
    }

    /// How many names there are, counting tags and digests.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no names.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Every name with its image, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&Reference, ImageId)> {
        self.repositories
            .values()
            .flat_map(|repository| repository.names.iter().map(|(name, id)| (name, *id)))
    }

    /// Every image that has a name, by id.
    pub fn ids(&self) -> impl Iterator<Item = ImageId> {
        self.by_id.keys().copied()
    }

    /// Entries that could not be read and are kept: repository, entry, and the value as JSON. Without an entry it is the
    /// value of the whole repository.
    pub fn damaged(&self) -> impl Iterator<Item = (&str, Option<&str>, &[u8])> {
        self.repositories.iter().flat_map(|(name, repository)| {
            let instead = repository.instead.iter().map(|json| (&**name, None, json.as_slice()));
            let kept = repository.kept.iter();
            instead.chain(kept.map(|(key, json)| (&**name, Some(key.as_str()), json.as_slice())))
        })
    }

    /// The image that a name stands for. Without tag and digest it is the tag `latest`; with both the tag does not matter
    /// (Docker, reference/store.go, Get).
    pub fn get(&self, name: &Reference) -> Option<ImageId> {
        self.held(&exact(name).ok()?)
    }

    /// All names of an image, sorted by their full form.
    pub fn names_of(&self, id: &ImageId) -> Vec<Reference> {
        self.by_id.get(id).map(|names| names.iter().cloned().collect()).unwrap_or_default()
    }

    /// Whether an image has a name.
    pub(super) fn has_names(&self, id: &ImageId) -> bool {
        self.by_id.contains_key(id)
    }

    /// All names of a repository with their images, sorted: tags, then digests. Tag and digest of `name` do not matter.
    pub fn repository(&self, name: &Reference) -> Vec<(Reference, ImageId)> {
        let Ok(name) = normalized(name) else { return Vec::new() };
        let Some(repository) = self.repositories.get(name.familiar_name()) else { return Vec::new() };
        repository.names.iter().map(|(name, id)| (name.clone(), *id)).collect()
    }

    /// How to show an image: its first tag, else its first digest reference, in the form that Docker shows; the first
    /// twelve digits of the id of an image without a name.
    pub fn display_name(&self, id: &ImageId) -> String {
        let names = self.by_id.get(id);
        let tagged = names.and_then(|names| names.iter().find(|name| name.tag().is_some()));
        match tagged.or_else(|| names.and_then(|names| names.iter().next())) {
            Some(name) => name.familiar().to_owned(),
            None => id.short(),
        }
    }
}

/// The name in full, as the file can hold it.
///
/// # Errors
/// There is no name; or it is one whose familiar form is read as another name, such as `docker.io/localhost/x`.
fn normalized(name: &Reference) -> Result<Reference, NameError> {
    if name.kind() == Kind::Digest {
        return Err(NameError::NoName);
    }
    let unwritable = || NameError::Unwritable { reference: raw_shown(name) };
    let full = Reference::parse_normalized(name.as_str()).map_err(|_| unwritable())?;
    if is_writable(&full) { Ok(full) } else { Err(unwritable()) }
}

fn is_writable(full: &Reference) -> bool {
    Reference::parse_normalized(full.familiar()).is_ok_and(|read| read == *full)
}

fn raw_shown(name: &Reference) -> String {
    super::raw::shown(name.as_str())
}

/// The one entry that a name stands for: by its digest where it has one, else by its tag.
fn exact(name: &Reference) -> Result<Reference, NameError> {
    let full = normalized(name)?;
    match full.digest() {
        Some(digest) => without_tag(&full, digest),
        None => Ok(full.with_default_tag()),
    }
}

/// Name and digest, without the tag.
fn without_tag(full: &Reference, digest: &str) -> Result<Reference, NameError> {
    full.without_tag_and_digest()
        .with_digest(digest)
        .map_err(|_| NameError::Unwritable { reference: raw_shown(full) })
}
