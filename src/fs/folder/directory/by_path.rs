//! Folders where there is nothing better than paths.

use std::fs::{self, File, ReadDir};
use std::io;
use std::path::{Path, PathBuf};

use super::Entry;

/// A folder that is being gone through.
pub(in super::super) struct Directory {
    path: PathBuf,
    entries: ReadDir,
}

impl Directory {
    /// The folder at a path.
    pub(in super::super) fn at(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), entries: fs::read_dir(path)? })
    }

    /// A folder in it.
    pub(in super::super) fn folder(&self, name: &str) -> io::Result<Self> {
        Self::at(&self.path.join(name))
    }

    /// A file in it, to be read.
    pub(in super::super) fn file(&self, name: &str) -> io::Result<File> {
        File::open(self.path.join(name))
    }

    /// The next file or folder in it. A name that is no text is no part of a key, so what has one is passed over, as is
    /// everything that is neither file nor folder.
    pub(in super::super) fn next(&mut self) -> io::Result<Option<Entry>> {
        for found in &mut self.entries {
            let found = found?;
            let kind = match found.file_type() {
                Ok(kind) => kind,
                // Gone since it was listed.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let Ok(name) = found.file_name().into_string() else { continue };
            if kind.is_file() || kind.is_dir() {
                return Ok(Some(Entry { name, is_folder: kind.is_dir() }));
            }
        }
        Ok(None)
    }
}
