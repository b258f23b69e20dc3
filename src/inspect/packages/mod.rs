//! The packages of an image: those of its distribution, of programming languages, and what programs were built from.
//!
//! Nothing here reads by itself. A [`Selection`] names the files of a [`FileTree`](crate::layer::FileTree) that tell of
//! packages. A [`PackageReader`] says which bytes of such a file it wants; of programs that is a small part. An
//! [`Inventory`] takes what was read and ends in [`Packages`], which are exported as SPDX ([`write_spdx`]) or CycloneDX
//! ([`write_cyclonedx`]).
//!
//! | packages | from |
//! |---|---|
//! | Debian | `var/lib/dpkg/status`, `status.d` as distroless images have it, lists of files |
//! | Alpine | `lib/apk/db/installed` |
//! | RPM | `rpmdb.sqlite`, `Packages.db` (NDB) and `Packages` (Berkeley DB) |
//! | Python | `*.dist-info` and `*.egg-info` |
//! | Node | `package.json` in `node_modules` |
//! | Ruby | `specifications/*.gemspec` |
//! | Java | manifests and Maven's properties in jar, war and ear files, and in those inside them |
//! | Go | build information in programs, in both of its forms |
//! | Rust | the list that cargo-auditable puts into programs |
//!
//! Damage in one file is a [`Finding`](crate::finding::Finding) and costs that file's packages alone.
//!
//! ```
//! use layerglass::inspect::packages::{Inventory, PackageReader, Selection};
//! use layerglass::layer::FileTree;
//! use layerglass::limits::Limits;
//!
//! # fn contents(_layer: u16, _row: u32) -> Vec<u8> { Vec::new() }
//! let limits = Limits::default();
//! let tree = FileTree::merge(&[], &limits)?; // the tables of all layers
//! let selection = Selection::new(&tree, &limits);
//! let mut inventory = Inventory::new(&tree, &limits);
//! for file in selection.files() {
//!     let bytes = contents(file.layer, file.row);
//!     inventory.add(file, PackageReader::new(file, &limits).read(&bytes));
//! }
//! let packages = inventory.finish(selection);
//! assert!(packages.packages.is_empty());
//! # Ok::<(), layerglass::limits::LimitExceeded>(())
//! ```

mod apk;
mod cyclonedx;
mod distribution;
mod dpkg;
mod draft;
mod error;
mod executable;
mod fields;
mod gem;
mod go;
mod inventory;
mod java;
mod license;
mod node;
mod package;
mod places;
mod purl;
mod python;
mod reader;
mod rpm;
mod rust;
mod select;
mod spdx;
mod view;
mod zip;

pub use cyclonedx::write_cyclonedx;
pub use distribution::Distribution;
pub use draft::FilePackages;
pub use error::PackageError;
pub use inventory::{Inventory, Packages, RemovedPackage};
pub use package::{Location, Package, PackageKind, SourcePackage};
pub use reader::PackageReader;
pub use select::{PackageFile, Role, Selection};
pub use spdx::{BomOptions, write_spdx};
pub use view::Want;
