//! What the library does to folders: layers in a data root, unpacking layers and packing them again.
#![cfg(all(feature = "fs", target_os = "linux"))]

mod arena;
mod hostile;
mod layers;
mod listing;
mod pack;
mod properties;
mod unpack;

use std::path::{Path, PathBuf};

/// The images: `tests/fixtures`, or the folder that `LAYERGLASS_IMAGES` names.
fn images() -> PathBuf {
    std::env::var_os("LAYERGLASS_IMAGES")
        .map_or_else(|| Path::new("tests/fixtures").to_owned(), PathBuf::from)
}

/// Whether this process may do everything.
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
