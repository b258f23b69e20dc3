//! What the library does to folders: layers in a data root, unpacking layers and packing them again.
#![cfg(all(feature = "fs", target_os = "linux"))]

mod access;
mod arena;
#[path = "../support/build.rs"]
mod build;
#[path = "../support/children.rs"]
mod children;
#[path = "../support/disk.rs"]
mod disk;
mod hostile;
mod layers;
mod listing;
mod pack;
mod properties;
#[path = "../support/quoting.rs"]
mod quoting;
mod squash;
#[path = "../support/tar_split.rs"]
mod tar_split;
mod unpack;
mod whole;

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
