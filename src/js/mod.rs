//! The bindings that the npm package is made of: translation only, one file a noun.
//!
//! Data crosses as plain objects in the shapes of `pkg/src/types.ts`; handles have methods that take `&self`. What fails
//! throws `ErrorData`, from which the package makes its error class. References cross as offsets, because a serialiser
//! would take longer than the parser.
//!
//! Several modules are made of it, each with a feature of its own. The nouns' is small and runs in the thread that asks;
//! that of archives runs in workers, where nobody asks for a noun, and each worker has to load it; that of the store is
//! loaded when a store is opened, that of records when a file of records is read, that of graphs when a graph is opened,
//! and those of inspection and of transfers, in workers as well, when an image is looked into or moved.

#[cfg(feature = "js-archive")]
mod archive;
mod argument;
#[cfg(any(feature = "js-graph", feature = "js-store"))]
mod backend;
#[cfg(feature = "js")]
pub mod digest;
mod error;
#[cfg(feature = "js-graph")]
pub mod graph;
#[cfg(feature = "js")]
pub mod image;
#[cfg(feature = "js")]
pub mod image_names;
#[cfg(feature = "js")]
pub mod image_v1;
#[cfg(feature = "js-inspect")]
pub mod inspect;
#[cfg(any(feature = "js-inspect", feature = "js-transfer"))]
pub mod jobs;
#[cfg(feature = "js")]
pub mod json;
#[cfg(feature = "js")]
pub mod manifest;
#[cfg(any(
    feature = "js-archive",
    feature = "js-graph",
    feature = "js-inspect",
    feature = "js-records",
    feature = "js-sif",
    feature = "js-store",
    feature = "js-transfer",
    feature = "js-vm"
))]
mod object;
#[cfg(any(feature = "js-archive", feature = "js-inspect", feature = "js-transfer"))]
mod opener;
#[cfg(feature = "js-archive")]
mod options;
#[cfg(any(feature = "js-records", feature = "js-store"))]
mod order;
#[cfg(feature = "js")]
pub mod platform;
#[cfg(any(feature = "js", feature = "js-archive", feature = "js-sif"))]
mod proto;
#[cfg(feature = "js-records")]
pub mod records;
#[cfg(feature = "js")]
pub mod reference;
#[cfg(feature = "js-archive")]
mod scan;
#[cfg(any(feature = "js-archive", feature = "js-inspect", feature = "js-transfer"))]
mod scanned;
#[cfg(feature = "js")]
pub mod short_ids;
#[cfg(feature = "js-sif")]
pub mod sif;
#[cfg(feature = "js")]
pub mod source;
#[cfg(feature = "js-store")]
pub mod store;
#[cfg(feature = "js-transfer")]
pub mod transfer;
#[cfg(any(feature = "js-archive", feature = "js-inspect"))]
mod tree;
mod value;
#[cfg(feature = "js-vm")]
pub mod vm;
#[cfg(any(feature = "js", feature = "js-graph", feature = "js-store", feature = "js-transfer"))]
mod written;
