//! The one file of an archive, or the many of a folder.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::error::FileError;
use crate::limits::{LimitExceeded, Limits};

/// Folders within folders that are looked into.
const MAX_DEPTH: usize = 64;

/// Regular files that are read by number and range.
#[derive(Clone, Debug)]
pub(super) struct Files {
    paths: Vec<PathBuf>,
}

/// A file of a folder: its path below the folder as bytes, and its size.
pub(super) type Listed = (Vec<u8>, u64);

impl Files {
    /// One file.
    pub(super) fn one(path: &Path) -> Self {
        Self { paths: vec![path.to_owned()] }
    }

    /// All regular files below a folder, in the order of their paths. Links are followed as long as they stay below it.
    pub(super) fn below(folder: &Path, limits: &Limits) -> Result<(Self, Vec<Listed>), FileError> {
        let root = folder.canonicalize().map_err(|source| failed("open", folder, source))?;
        let mut found = Vec::new();
        let mut pending = vec![(root.clone(), String::new(), 0)];
        while let Some((directory, prefix, depth)) = pending.pop() {
            let entries = fs::read_dir(&directory).map_err(|source| failed("list", &directory, source))?;
            for entry in entries {
                let path = entry.map_err(|source| failed("list", &directory, source))?.path();
                let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
                    continue;
                };
                let below = format!("{prefix}{name}");
                // A link that leads nowhere or out of the folder is not part of it.
                let Some(target) = path.canonicalize().ok().filter(|target| target.starts_with(&root)) else {
                    continue;
                };
                let Ok(metadata) = target.metadata() else { continue };
                if metadata.is_dir() && depth < MAX_DEPTH {
                    pending.push((target, format!("{below}/"), depth + 1));
                } else if metadata.is_file() {
                    let count = found.len() as u64 + 1;
                    LimitExceeded::check("archiveEntries", limits.archive_entries, count)
                        .map_err(|source| FileError::Limit { path: folder.to_owned(), source })?;
                    found.push((below, target, metadata.len()));
                }
            }
        }
        found.sort();
        let listed = found.iter().map(|(below, _, size)| (below.clone().into_bytes(), *size)).collect();
        Ok((Self { paths: found.into_iter().map(|(_, path, _)| path).collect() }, listed))
    }

    /// The bytes of a range, fewer when the file ends in it.
    pub(super) fn read(&self, file: u32, offset: u64, length: u64) -> Result<Vec<u8>, FileError> {
        let mut bytes = Vec::new();
        let (path, mut range) = self.range(file, offset, length)?;
        range.read_to_end(&mut bytes).map_err(|source| failed("read", path, source))?;
        Ok(bytes)
    }

    /// Hands the bytes of a range to `take`, in pieces of a fixed size.
    pub(super) fn stream(
        &self,
        file: u32,
        offset: u64,
        length: u64,
        mut take: impl FnMut(&[u8]) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        let (path, mut range) = self.range(file, offset, length)?;
        // Larger than a processor's cache serves nobody: the bytes are read once and hashed at once.
        let mut buffer = vec![0; 256 << 10];
        loop {
            let count = match range.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(failed("read", path, source)),
            };
            take(&buffer[..count])?;
        }
    }

    /// A range as a reader, with the file's path.
    pub(super) fn range(
        &self,
        file: u32,
        offset: u64,
        length: u64,
    ) -> Result<(&Path, io::Take<File>), FileError> {
        let path = self.paths.get(file as usize).map(PathBuf::as_path).unwrap_or(Path::new(""));
        let open = || {
            let mut opened = File::open(path)?;
            opened.seek(SeekFrom::Start(offset))?;
            Ok(opened.take(length))
        };
        open().map(|range| (path, range)).map_err(|source| failed("read", path, source))
    }
}

/// What the operating system refused.
pub(super) fn failed(action: &'static str, path: &Path, source: io::Error) -> FileError {
    FileError::Io { action, path: path.to_owned(), source }
}
