//! One package.

use serde::{Serialize, Serializer};

use crate::json::size;

/// Which system a package belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum PackageKind {
    /// dpkg's: Debian, Ubuntu and others.
    Deb,
    /// apk's: Alpine and others.
    Apk,
    /// rpm's: Fedora, SUSE and others.
    Rpm,
    /// A distribution of Python's, by its metadata.
    Python,
    /// Of Node, in a folder `node_modules`.
    Node,
    /// A gem of Ruby's.
    Ruby,
    /// A Java archive, or what was put into one.
    Java,
    /// A Go module in a program.
    Go,
    /// A Rust crate in a program.
    Rust,
}

impl PackageKind {
    /// The name, such as `deb`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deb => "deb",
            Self::Apk => "apk",
            Self::Rpm => "rpm",
            Self::Python => "python",
            Self::Node => "node",
            Self::Ruby => "ruby",
            Self::Java => "java",
            Self::Go => "go",
            Self::Rust => "rust",
        }
    }

    /// The type in a package URL, as purl-spec lists them.
    pub const fn purl_type(self) -> &'static str {
        match self {
            Self::Deb => "deb",
            Self::Apk => "apk",
            Self::Rpm => "rpm",
            Self::Python => "pypi",
            Self::Node => "npm",
            Self::Ruby => "gem",
            Self::Java => "maven",
            Self::Go => "golang",
            Self::Rust => "cargo",
        }
    }
}

/// The package that another one was built from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourcePackage {
    /// Its name; for RPM the name of the source file.
    pub name: String,
    /// Its version, where it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A place that tells of a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Location {
    /// Path of the file, lossily converted.
    pub path: String,
    /// Path within that file, for an archive inside a Java archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inner: Option<String>,
    /// Position of the layer since which the package is there.
    pub layer: u16,
}

/// Numbers of nodes mean nothing to whoever has no tree.
fn count<S: Serializer>(files: &[u32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u32(u32::try_from(files.len()).unwrap_or(u32::MAX))
}

/// One package of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// The system that it belongs to.
    pub kind: PackageKind,
    /// Its name: with the scope for Node, without the group for Java.
    pub name: String,
    /// The group of a Java package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Its version as the system spells it: with epoch and release for RPM. Empty where none is told.
    pub version: String,
    /// The architecture or platform that it was built for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// Its licence as declared; most are no SPDX expressions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// What it was built from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourcePackage>,
    /// Who maintains, packages or wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier: Option<String>,
    /// Its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
    /// Its package URL, as purl-spec has it.
    pub purl: String,
    /// Bytes that it takes when installed, by its own account.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "size::serialize_option")]
    pub installed_size: Option<u64>,
    /// Bytes of its regular files in the merged tree; a file with several names counts once.
    #[serde(serialize_with = "size::serialize")]
    pub size: u64,
    /// Its files and links in the merged tree: numbers of nodes, ascending.
    #[serde(rename = "fileCount", serialize_with = "count")]
    pub files: Vec<u32>,
    /// Paths that it says are its own and that are not in the merged tree.
    pub missing: u32,
    /// Position of the first layer that has it just so.
    pub layer: u16,
    /// What tells of it, sorted.
    pub locations: Vec<Location>,
}
