//! Files and folders on disk: opening them as archives, and scanning their layers on all cores.

mod error;
mod files;
mod image_file;

pub use error::FileError;
pub use image_file::{ImageFile, OpenOptions};
