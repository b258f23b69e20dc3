//! Which files of an image tell of packages.

use std::collections::{BTreeMap, HashSet};

use crate::finding::{Finding, Findings, Severity};
use crate::layer::{FileTree, Node, NodeKind, RowKind, split_path};
use crate::limits::{LimitExceeded, Limits};

/// What a file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Role {
    /// The distribution: `os-release`.
    Distribution,
    /// dpkg's packages.
    DpkgStatus,
    /// The paths of one of dpkg's packages.
    DpkgList,
    /// The same with their hashes, as distroless images have it.
    DpkgSums,
    /// apk's packages and their paths.
    ApkInstalled,
    /// rpm's packages and their paths, in any of the three forms.
    RpmDatabase,
    /// One Python distribution.
    PythonMetadata,
    /// The paths of one Python distribution.
    PythonRecord,
    /// One package of Node's.
    NodePackage,
    /// One gem.
    RubySpecification,
    /// A jar, war or ear file.
    JavaArchive,
    /// A program, which can hold what it was built from.
    Program,
}

impl Role {
    /// Whether it tells of all packages of a distribution, so that each layer that writes it has another version of it.
    pub const fn is_database(self) -> bool {
        matches!(self, Self::DpkgStatus | Self::ApkInstalled | Self::RpmDatabase)
    }
}

/// A file whose contents are needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageFile {
    /// Its path in the merged tree, or in its layer where a later one wrote it again.
    pub path: Vec<u8>,
    /// What it tells.
    pub role: Role,
    /// Position of the layer that has its contents.
    pub layer: u16,
    /// Row of that layer's table.
    pub row: u32,
    /// Bytes of its contents.
    pub size: u64,
    /// Its node in the tree; absent for an earlier version of a database, which tells since when a package is there.
    pub node: Option<u32>,
}

/// The files of an image whose contents are needed, by layer and in the order of each layer's tar.
#[derive(Clone, Debug)]
pub struct Selection {
    files: Vec<PackageFile>,
    pub(super) findings: Findings,
}

/// Programs are larger than this; what is smaller is a script or has nothing to tell.
const PROGRAM_BYTES: u64 = 4096;

const DATABASES: [(&[u8], Role); 4] = [
    (b"var/lib/dpkg/status", Role::DpkgStatus),
    (b"lib/apk/db/installed", Role::ApkInstalled),
    (b"usr/lib/apk/db/installed", Role::ApkInstalled),
    (b"var/lib/apk/db/installed", Role::ApkInstalled),
];
const RPM_FOLDERS: [&[u8]; 3] = [b"var/lib/rpm", b"usr/lib/sysimage/rpm", b"usr/share/rpm"];
const RPM_FILES: [&[u8]; 3] = [b"Packages", b"Packages.db", b"rpmdb.sqlite"];
const JAVA: [&[u8]; 6] = [b".jar", b".war", b".ear", b".jpi", b".hpi", b".par"];

/// The database that a path is.
fn database(path: &[u8]) -> Option<Role> {
    if let Some((_, role)) = DATABASES.iter().find(|(known, _)| *known == path) {
        return Some(*role);
    }
    let (folder, name) = split_path(path);
    (RPM_FILES.contains(&name) && RPM_FOLDERS.contains(&folder)).then_some(Role::RpmDatabase)
}

/// Whether a name ends like a Java archive's.
pub(super) fn is_java(name: &[u8]) -> bool {
    JAVA.iter().any(|end| {
        name.len() > end.len()
            && name.get(name.len() - end.len()..).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    })
}

impl Selection {
    /// Selects what tells of packages in a merged tree, and earlier versions of databases in its layers.
    pub fn new(tree: &FileTree, limits: &Limits) -> Self {
        let mut selection = Self { files: Vec::new(), findings: Findings::new(limits.findings) };
        let mut left_out = 0_u64;
        let mut taken = HashSet::new();
        for node in tree.nodes().filter(|node| node.is_present() && node.kind() == NodeKind::File) {
            let Some(row) = node.row() else { continue };
            let Some((role, path)) = role(node, row.mode(), row.size()) else { continue };
            if role.is_database() {
                taken.insert((path.clone(), node.layer()));
            }
            let file = PackageFile {
                path,
                role,
                layer: node.layer(),
                row: row.index(),
                size: row.size(),
                node: Some(node.id()),
            };
            left_out += selection.push(file, limits);
        }
        for (layer, table) in (0..).zip(tree.tables()) {
            // The last of several entries of one path is what the layer has.
            let mut versions = BTreeMap::new();
            for row in table.rows().filter(|row| row.kind() == RowKind::File && row.is_placed()) {
                if let Some(role) = database(row.path()) {
                    versions.insert(row.path(), (role, row));
                }
            }
            for (path, (role, row)) in versions {
                if !taken.contains(&(path.to_vec(), layer)) {
                    let (path, size) = (path.to_vec(), row.size());
                    let file = PackageFile { path, role, layer, row: row.index(), size, node: None };
                    left_out += selection.push(file, limits);
                }
            }
        }
        if left_out > 0 {
            let limit = u64::from(limits.package_files);
            let error = LimitExceeded { name: "packageFiles", limit, found: limit + left_out };
            selection.findings.push(|| Finding::from_reason(&error));
        }
        selection.find_logs(tree);
        selection.files.sort_by_key(|file| (file.layer, file.row, file.node.is_none()));
        selection
    }

    /// The files, by layer and row.
    pub fn files(&self) -> &[PackageFile] {
        &self.files
    }

    /// Adds a file, or returns 1.
    fn push(&mut self, file: PackageFile, limits: &Limits) -> u64 {
        if self.files.len() >= limits.package_files as usize {
            return 1;
        }
        self.files.push(file);
        0
    }

    /// SQLite keeps the last changes of a database that was not closed in a log beside it.
    fn find_logs(&mut self, tree: &FileTree) {
        for node in tree.nodes().filter(|node| node.name() == b"rpmdb.sqlite-wal" && node.is_present()) {
            let path = node.path();
            let folder = split_path(&path).0;
            if RPM_FOLDERS.contains(&folder) && node.row().is_some_and(|row| row.size() > 0) {
                self.findings.push(|| {
                    let message =
                        "the database was not closed; what stands in its write-ahead log is not read";
                    Finding::new(Severity::Warning, "package-database-log", message).at_path(&path)
                });
            }
        }
    }
}

/// What a regular file tells, with its path. The name is looked at first: few paths have to be put together.
fn role(node: Node<'_>, mode: u32, size: u64) -> Option<(Role, Vec<u8>)> {
    let name = node.name();
    let parent = node.parent().name();
    let at = |role: Role| Some((role, node.path()));
    let below = |role: Role, folder: &[u8]| {
        let path = node.path();
        let found = split_path(&path).0 == folder;
        found.then_some((role, path))
    };
    match name {
        b"os-release" => {
            let path = node.path();
            return matches!(path.as_slice(), b"etc/os-release" | b"usr/lib/os-release")
                .then_some((Role::Distribution, path));
        }
        b"status" | b"installed" | b"Packages" | b"Packages.db" | b"rpmdb.sqlite" => {
            let path = node.path();
            if let Some(role) = database(&path) {
                return Some((role, path));
            }
        }
        b"METADATA" if parent.ends_with(b".dist-info") => return at(Role::PythonMetadata),
        b"RECORD" if parent.ends_with(b".dist-info") => return at(Role::PythonRecord),
        b"PKG-INFO" if parent.ends_with(b".egg-info") => return at(Role::PythonMetadata),
        b"package.json" if is_node_package(node) => return at(Role::NodePackage),
        _ if name.ends_with(b".egg-info") => return at(Role::PythonMetadata),
        _ if parent == b"status.d" && name.ends_with(b".md5sums") => {
            return below(Role::DpkgSums, b"var/lib/dpkg/status.d");
        }
        _ if parent == b"status.d" => return below(Role::DpkgStatus, b"var/lib/dpkg/status.d"),
        _ if parent == b"info" && name.ends_with(b".list") => {
            return below(Role::DpkgList, b"var/lib/dpkg/info");
        }
        _ if name.ends_with(b".gemspec") && is_specification(node) => return at(Role::RubySpecification),
        _ if is_java(name) => return at(Role::JavaArchive),
        _ => {}
    }
    let is_program = mode & 0o111 != 0 || name.to_ascii_lowercase().ends_with(b".exe");
    (is_program && size > PROGRAM_BYTES).then(|| (Role::Program, node.path()))
}

/// `node_modules/name/package.json` or `node_modules/@scope/name/package.json`.
fn is_node_package(node: Node<'_>) -> bool {
    let above = node.parent().parent();
    above.name() == b"node_modules"
        || above.name().starts_with(b"@") && above.parent().name() == b"node_modules"
}

/// In `specifications`, or in the folder of those that come with Ruby.
fn is_specification(node: Node<'_>) -> bool {
    let folder = node.parent();
    let is_default = folder.name() == b"default" && folder.parent().name() == b"specifications";
    is_default || folder.name() == b"specifications"
}
