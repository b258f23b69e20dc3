//! SIF files on disk, and a folder of them with its records.

mod error;
mod file;
mod folder;

pub use error::SifFileError;
pub use file::SifFile;
pub use folder::{FileFate, RemovedImage, SifFolder};
