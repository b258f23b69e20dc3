//! Folders on Unix: what is opened in one is looked up in it and not from the root.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat};

use super::Entry;

/// Opening something else than a file, such as a pipe, does not wait for it. Links are not followed.
const FILE: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK);
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::DIRECTORY);

/// A folder that is open.
pub(in super::super) struct Directory(Dir);

impl Directory {
    /// The folder at a path.
    pub(in super::super) fn at(path: &Path) -> io::Result<Self> {
        Ok(Self(Dir::new(openat(CWD, path, FOLDER, Mode::empty())?)?))
    }

    /// A folder in it.
    pub(in super::super) fn folder(&self, name: &str) -> io::Result<Self> {
        let folder = openat(self.0.fd()?, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())?;
        Ok(Self(Dir::new(folder)?))
    }

    /// A file in it, to be read.
    pub(in super::super) fn file(&self, name: &str) -> io::Result<File> {
        Ok(openat(self.0.fd()?, name, FILE, Mode::empty())?.into())
    }

    /// The next file or folder in it. What they are is mostly told without asking for each. A name that is no text is
    /// no part of a key, so what has one is passed over, as is everything that is neither file nor folder.
    pub(in super::super) fn next(&mut self) -> io::Result<Option<Entry>> {
        while let Some(found) = self.0.read() {
            let found = found?;
            let Ok(name) = found.file_name().to_str() else { continue };
            let kind = match found.file_type() {
                FileType::Unknown => match statat(self.0.fd()?, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(found) => FileType::from_raw_mode(found.st_mode),
                    // Gone since it was listed.
                    Err(rustix::io::Errno::NOENT) => continue,
                    Err(error) => return Err(error.into()),
                },
                kind => kind,
            };
            let is_folder = kind.is_dir();
            if (is_folder && name != "." && name != "..") || kind.is_file() {
                return Ok(Some(Entry { name: name.to_owned(), is_folder }));
            }
        }
        Ok(None)
    }
}
