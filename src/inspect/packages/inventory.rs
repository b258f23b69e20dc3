//! All packages of an image, brought together from the files that tell of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::distribution::Distribution;
use super::draft::{Draft, FilePackages, Files};
use super::error::PackageError;
use super::package::{Location, Package, PackageKind};
use super::places::{Found, Places, settle};
use super::purl::purl;
use super::select::{PackageFile, Role, Selection};
use crate::finding::{Finding, Findings, Severity};
use crate::json::size;
use crate::layer::{FileTree, NodeKind, split_path};
use crate::limits::{LimitExceeded, Limits};

/// The packages of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Packages {
    /// What the image is of, where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution: Option<Distribution>,
    /// By kind, name and version.
    pub packages: Vec<Package>,
    /// Packages of distributions that a layer had and a later one removed or replaced.
    pub removed: Vec<RemovedPackage>,
    /// What was damaged or unusual.
    pub findings: Vec<Finding>,
    /// Findings past the limit `findings`.
    #[serde(serialize_with = "size::serialize")]
    pub more_findings: u64,
}

/// A package that only earlier layers have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovedPackage {
    /// The system that it belongs to.
    pub kind: PackageKind,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its architecture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// Position of the last layer whose database lists it.
    pub last_layer: u16,
    /// Position of the first layer whose database does not; absent where the database itself is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed_in: Option<u16>,
}

/// What makes a package of a distribution the same in two versions of its database.
type Identity = (PackageKind, String, String, Option<String>);

/// A package and where it was found.
struct Entry {
    draft: Draft,
    found: Found,
    path: Vec<u8>,
    node: u32,
    layer: u16,
    is_database: bool,
}

/// Takes what was read from each file, and ends in [`Packages`].
pub struct Inventory<'t> {
    tree: &'t FileTree,
    places: Places<'t>,
    limits: Limits,
    entries: Vec<Entry>,
    /// By the name of dpkg's list, or by the path of the file that tells of the package.
    dpkg_lists: HashMap<Vec<u8>, Found>,
    lists: HashMap<Vec<u8>, Found>,
    /// By path of the database and layer: which packages that version lists.
    versions: BTreeMap<Vec<u8>, BTreeMap<u16, BTreeSet<Identity>>>,
    /// Databases that the merged tree has, and whether they could be read.
    current: BTreeMap<Vec<u8>, bool>,
    /// Packages in all versions of databases together.
    listed: u64,
    distributions: BTreeMap<Vec<u8>, Distribution>,
    findings: Findings,
}

impl<'t> Inventory<'t> {
    /// An empty inventory of a tree.
    pub fn new(tree: &'t FileTree, limits: &Limits) -> Self {
        Self {
            tree,
            places: Places::new(tree, limits),
            limits: *limits,
            entries: Vec::new(),
            dpkg_lists: HashMap::new(),
            lists: HashMap::new(),
            versions: BTreeMap::new(),
            current: BTreeMap::new(),
            listed: 0,
            distributions: BTreeMap::new(),
            findings: Findings::new(limits.findings),
        }
    }

    /// Takes what a file tells, or why it tells nothing. The order of the files does not matter.
    pub fn add(&mut self, file: &PackageFile, read: Result<FilePackages, PackageError>) {
        if file.role.is_database() && file.node.is_some() {
            self.current.insert(file.path.clone(), read.is_ok());
        }
        let read = match read {
            Ok(read) => read,
            Err(error) => return self.findings.push(|| Finding::from_reason(&error).at_path(&file.path)),
        };
        for finding in read.findings.as_slice() {
            self.findings.push(|| finding.clone().at_path(&file.path));
        }
        if let Some(distribution) = read.distribution {
            self.distributions.insert(file.path.clone(), distribution);
        }
        if let Some(list) = read.list {
            let found = self.places.look_up(&list);
            let (folder, name) = split_path(&file.path);
            match file.role {
                Role::DpkgList => {
                    let name = name.strip_suffix(b".list").unwrap_or(name).to_vec();
                    self.dpkg_lists.insert(name, found);
                }
                Role::DpkgSums => {
                    let path = file.path.strip_suffix(b".md5sums").unwrap_or(&file.path).to_vec();
                    self.lists.insert(path, found);
                }
                _ => drop(self.lists.insert([folder, b"/METADATA"].concat(), found)),
            }
        }
        let is_database = file.role.is_database() && split_path(&file.path).0 != b"var/lib/dpkg/status.d";
        if is_database {
            self.listed = self.listed.saturating_add(read.drafts.len() as u64);
            let limit = u64::from(self.limits.packages);
            if let Err(error) = LimitExceeded::check("packages", limit, self.listed) {
                return self.findings.push(|| Finding::from_reason(&error).at_path(&file.path));
            }
            let version = read.drafts.iter().map(identity).collect();
            self.versions.entry(file.path.clone()).or_default().insert(file.layer, version);
        }
        let Some(node) = file.node else { return };
        for mut draft in read.drafts {
            let found = self.entries.len() as u64 + 1;
            if let Err(error) = LimitExceeded::check("packages", self.limits.packages.into(), found) {
                return self.findings.push(|| Finding::from_reason(&error).at_path(&file.path));
            }
            let found = match std::mem::take(&mut draft.files) {
                Files::None => Found::default(),
                Files::Own => Found { nodes: vec![node], missing: 0 },
                Files::Paths(list) => self.places.look_up(&list),
                folder @ Files::Folder(_) => {
                    draft.files = folder;
                    Found { nodes: vec![node], missing: 0 }
                }
            };
            let (path, layer) = (file.path.clone(), file.layer);
            self.entries.push(Entry { draft, found, path, node, layer, is_database });
        }
    }

    /// Brings everything together.
    pub fn finish(mut self, selection: Selection) -> Packages {
        self.lay_lists();
        self.fill_folders();
        // `etc` before `usr/lib`, as os-release(5) has it.
        let distribution = self.distributions.values().next().cloned();
        let removed = self.removed();
        let entries = std::mem::take(&mut self.entries);
        let mut packages: BTreeMap<(PackageKind, String, String, String), Package> = BTreeMap::new();
        for entry in entries {
            let layer = self.since(&entry);
            let package = self.package(entry, layer, distribution.as_ref());
            let key = (package.kind, package.name.clone(), package.version.clone(), package.purl.clone());
            match packages.entry(key) {
                std::collections::btree_map::Entry::Occupied(mut known) => merge(known.get_mut(), package),
                std::collections::btree_map::Entry::Vacant(place) => drop(place.insert(package)),
            }
        }
        let mut packages: Vec<Package> = packages.into_values().collect();
        for package in &mut packages {
            package.size = settle(self.tree, &mut package.files);
            package.locations.sort_unstable();
            package.locations.dedup();
        }
        if let Some(name) = self.places.passed() {
            let limit =
                if name == "packagePaths" { self.limits.package_paths } else { self.limits.merge_steps };
            let error = LimitExceeded { name, limit, found: limit.saturating_add(1) };
            self.findings.push(|| Finding::from_reason(&error));
        }
        let (mut findings, mut more_findings) = selection.findings.into_parts();
        let (own, more) = self.findings.into_parts();
        more_findings += more;
        for finding in own {
            if findings.len() < self.limits.findings as usize {
                findings.push(finding);
            } else {
                more_findings += 1;
            }
        }
        findings.sort_by(|a, b| (&a.path, &a.code, &a.offset).cmp(&(&b.path, &b.code, &b.offset)));
        Packages { distribution, packages, removed, findings, more_findings }
    }

    /// Gives each package the paths that another file lists.
    fn lay_lists(&mut self) {
        for entry in &mut self.entries {
            let list = if entry.draft.kind == PackageKind::Deb && entry.is_database {
                let name = entry.draft.name.as_bytes();
                let arch = entry.draft.architecture.as_deref().unwrap_or_default().as_bytes();
                // Packages of which several architectures can be there have it in the name of their list.
                let both = self.dpkg_lists.get(&[name, b":", arch].concat());
                both.or_else(|| self.dpkg_lists.get(name))
            } else {
                self.lists.get(&entry.path)
            };
            if let Some(list) = list {
                entry.found = list.clone();
                entry.draft.files = Files::None;
            }
        }
    }

    /// Gives each package that has a folder what is in it: one pass over the tree, in which parents come first.
    fn fill_folders(&mut self) {
        const NOBODY: u32 = u32::MAX;
        let mut owners: HashMap<u32, u32> = HashMap::new();
        for (index, entry) in (0_u32..).zip(&self.entries) {
            if let Files::Folder(folder) = &entry.draft.files
                && let Some(folder) = self.places.folder(folder)
            {
                owners.insert(folder, index);
            }
        }
        if owners.is_empty() {
            return;
        }
        for node in self.tree.nodes().filter(|node| node.is_present()) {
            let owner = match owners.get(&node.id()) {
                Some(_) => continue,
                None if node.name() == b"node_modules" => NOBODY,
                None => owners.get(&node.parent().id()).copied().unwrap_or(NOBODY),
            };
            if owner == NOBODY {
                continue;
            }
            if node.kind() == NodeKind::Directory {
                owners.insert(node.id(), owner);
            } else if let Some(entry) = self.entries.get_mut(owner as usize) {
                entry.found.nodes.push(node.id());
            }
        }
    }

    /// The first layer since which every version of its database lists the package; for others that of the file.
    fn since(&self, entry: &Entry) -> u16 {
        let Some(versions) = self.versions.get(&entry.path).filter(|_| entry.is_database) else {
            return entry.layer;
        };
        let identity = identity(&entry.draft);
        let having = versions.range(..=entry.layer).rev().take_while(|(_, list)| list.contains(&identity));
        having.last().map_or(entry.layer, |(layer, _)| *layer)
    }

    /// What earlier versions of databases list and the last one does not.
    fn removed(&mut self) -> Vec<RemovedPackage> {
        let mut removed = BTreeSet::new();
        for (path, versions) in &self.versions {
            let now = match self.current.get(path) {
                // Nobody knows what of the earlier ones is still there.
                Some(false) => continue,
                Some(true) => true,
                None => false,
            };
            let Some((&top, last)) = versions.last_key_value() else { continue };
            if !now && !last.is_empty() {
                self.findings.push(|| {
                    let message = format!("a layer above layer {top} removed the database of packages");
                    Finding::new(Severity::Warning, "package-database-removed", message).at_path(path)
                });
            }
            // From the top down, so that each is told with the layer that had it last.
            let mut seen: BTreeSet<&Identity> = if now { last.iter().collect() } else { BTreeSet::new() };
            let mut above = None;
            for (&layer, list) in versions.iter().rev() {
                for identity in list.iter().filter(|identity| !seen.contains(identity)) {
                    let (kind, name, version, architecture) = identity.clone();
                    let removed_in = above;
                    removed.insert(RemovedPackage {
                        kind,
                        name,
                        version,
                        architecture,
                        last_layer: layer,
                        removed_in,
                    });
                }
                seen.extend(list);
                above = Some(layer);
            }
        }
        removed.into_iter().collect()
    }

    fn package(&self, entry: Entry, layer: u16, distribution: Option<&Distribution>) -> Package {
        let purl = purl(&entry.draft, distribution);
        let draft = entry.draft;
        let path = String::from_utf8_lossy(&entry.path).into_owned();
        let mut files = entry.found.nodes;
        if files.is_empty() && matches!(draft.files, Files::Own) {
            files.push(entry.node);
        }
        Package {
            kind: draft.kind,
            name: draft.name,
            group: draft.group,
            version: draft.version,
            architecture: draft.architecture,
            license: draft.license,
            source: draft.source,
            supplier: draft.supplier,
            homepage: draft.homepage,
            purl,
            installed_size: draft.installed_size,
            size: 0,
            files,
            missing: entry.found.missing,
            layer,
            locations: vec![Location { path, inner: draft.inner, layer }],
        }
    }
}

fn identity(draft: &Draft) -> Identity {
    (draft.kind, draft.name.clone(), draft.version.clone(), draft.architecture.clone())
}

/// Adds another place of the same package.
fn merge(known: &mut Package, mut other: Package) {
    known.layer = known.layer.min(other.layer);
    known.missing = known.missing.saturating_add(other.missing);
    known.files.append(&mut other.files);
    known.locations.append(&mut other.locations);
    let texts = [
        (&mut known.license, other.license),
        (&mut known.supplier, other.supplier),
        (&mut known.homepage, other.homepage),
        (&mut known.architecture, other.architecture),
    ];
    for (known, other) in texts {
        if known.is_none() {
            *known = other;
        }
    }
    known.installed_size = known.installed_size.or(other.installed_size);
}
