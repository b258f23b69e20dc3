//! What one file tells of packages, before it is brought together with the tree.

use std::ops::Range;

use super::distribution::Distribution;
use super::error::PackageError;
use super::package::{PackageKind, SourcePackage};
use crate::finding::{Finding, Findings};
use crate::layer::split_path;
use crate::limits::{LimitExceeded, Limits};

/// Paths by folder. Those of one folder share its name, so that no input makes them many times as long as itself.
#[derive(Clone, Debug)]
pub(super) struct PathList {
    text: Vec<u8>,
    folders: Vec<Range<u32>>,
    /// The folder's position, and the name in it.
    names: Vec<(u32, Range<u32>)>,
    limit: u64,
    is_full: bool,
}

impl PathList {
    fn new(limit: u64) -> Self {
        Self { text: Vec::new(), folders: Vec::new(), names: Vec::new(), limit, is_full: false }
    }

    /// Starts a folder, unless it is the last one; names follow with [`PathList::name`].
    pub(super) fn folder(&mut self, folder: &[u8]) {
        if self.folders.last().is_none_or(|last| self.slice(last) != folder) {
            self.add_folder(folder);
        }
    }

    /// Adds a folder at the next position.
    pub(super) fn add_folder(&mut self, folder: &[u8]) {
        if let Some(span) = self.push(folder, self.folders.len()) {
            self.folders.push(span);
        }
    }

    /// A name in the folder that was started last; without one, in the root.
    pub(super) fn name(&mut self, name: &[u8]) {
        if self.folders.is_empty() {
            self.add_folder(b"");
        }
        self.name_in(self.folders.len().saturating_sub(1) as u32, name);
    }

    /// A name in the folder at a position.
    pub(super) fn name_in(&mut self, folder: u32, name: &[u8]) {
        if let Some(span) = self.push(name, self.names.len()) {
            self.names.push((folder, span));
        }
    }

    /// A whole path, relative to the root or absolute.
    pub(super) fn path(&mut self, path: &[u8]) {
        let (folder, name) = split_path(path);
        if !name.is_empty() {
            self.folder(folder);
            self.name(name);
        }
    }

    /// The folders, by their positions.
    pub(super) fn folders(&self) -> impl Iterator<Item = &[u8]> {
        self.folders.iter().map(|span| self.slice(span))
    }

    /// The names, each with the position of its folder.
    pub(super) fn names(&self) -> impl Iterator<Item = (u32, &[u8])> {
        self.names.iter().map(|(folder, span)| (*folder, self.slice(span)))
    }

    fn push(&mut self, text: &[u8], count: usize) -> Option<Range<u32>> {
        let start = u32::try_from(self.text.len()).ok()?;
        let end = start.checked_add(u32::try_from(text.len()).ok()?)?;
        if count as u64 >= self.limit {
            self.is_full = true;
            return None;
        }
        self.text.extend_from_slice(text);
        Some(start..end)
    }

    fn slice(&self, span: &Range<u32>) -> &[u8] {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// What a package says is its own.
#[derive(Clone, Debug, Default)]
pub(super) enum Files {
    /// Nothing of its own: it is a part of something else.
    #[default]
    None,
    /// These paths.
    Paths(PathList),
    /// All in this folder, but for other packages in `node_modules`.
    Folder(Vec<u8>),
    /// The file that tells of it.
    Own,
}

/// A package as one file tells of it.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) kind: PackageKind,
    pub(super) name: String,
    pub(super) group: Option<String>,
    pub(super) version: String,
    pub(super) architecture: Option<String>,
    pub(super) license: Option<String>,
    pub(super) source: Option<SourcePackage>,
    pub(super) supplier: Option<String>,
    pub(super) homepage: Option<String>,
    /// For RPM: what goes into the package URL's `epoch`.
    pub(super) epoch: Option<u32>,
    pub(super) installed_size: Option<u64>,
    pub(super) inner: Option<String>,
    pub(super) files: Files,
}

impl Draft {
    pub(super) fn new(kind: PackageKind, name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            group: None,
            version: version.into(),
            architecture: None,
            license: None,
            source: None,
            supplier: None,
            homepage: None,
            epoch: None,
            installed_size: None,
            inner: None,
            files: Files::None,
        }
    }
}

/// What one file tells of packages; made by a [`PackageReader`](super::PackageReader) for an
/// [`Inventory`](super::Inventory).
#[derive(Debug)]
pub struct FilePackages {
    pub(super) drafts: Vec<Draft>,
    /// The paths of a package whose other facts stand elsewhere.
    pub(super) list: Option<PathList>,
    pub(super) distribution: Option<Distribution>,
    pub(super) findings: Findings,
    packages_limit: u32,
    paths_limit: u64,
    /// Paths that further lists may have.
    paths_left: u64,
}

impl FilePackages {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            drafts: Vec::new(),
            list: None,
            distribution: None,
            findings: Findings::new(limits.findings),
            packages_limit: limits.packages,
            paths_limit: limits.package_paths,
            paths_left: limits.package_paths,
        }
    }

    /// How many packages it tells of.
    pub fn len(&self) -> usize {
        self.drafts.len()
    }

    /// True when it tells of none.
    pub fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    /// An empty list of paths, which takes as many as are still allowed.
    pub(super) fn path_list(&self) -> PathList {
        PathList::new(self.paths_left)
    }

    /// Sets the paths of a package whose other facts stand elsewhere.
    pub(super) fn set_list(&mut self, list: PathList) {
        self.count(&list);
        self.list = Some(list);
    }

    fn count(&mut self, list: &PathList) {
        if list.is_full {
            let (limit, name) = (self.paths_limit, "packagePaths");
            self.note(&LimitExceeded { name, limit, found: limit.saturating_add(1) }.into());
        }
        self.paths_left = self.paths_left.saturating_sub(list.names.len() as u64);
    }

    /// Adds a package.
    pub(super) fn push(&mut self, draft: Draft) -> Result<(), PackageError> {
        let found = self.drafts.len() as u64 + 1;
        LimitExceeded::check("packages", u64::from(self.packages_limit), found)?;
        if let Files::Paths(list) = &draft.files {
            self.count(list);
        }
        self.drafts.push(draft);
        Ok(())
    }

    /// Notes that a part of the file could not be used.
    pub(super) fn note(&mut self, error: &PackageError) {
        self.findings.push(|| Finding::from_reason(error));
    }
}
