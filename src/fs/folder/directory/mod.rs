//! A folder that is open, so that what lies in it is reached by its name alone.

#[cfg(unix)]
mod by_descriptor;
#[cfg(not(unix))]
mod by_path;

#[cfg(unix)]
pub(super) use by_descriptor::Directory;
#[cfg(not(unix))]
pub(super) use by_path::Directory;

/// A file or a folder in a folder.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) is_folder: bool,
}
