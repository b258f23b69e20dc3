//! The files of a folder, listed once: a request picks one of them and can name nothing else.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::{At, Error, Result};

/// More files than this are not an image.
const FILES: usize = 200_000;

/// One file of a folder.
pub struct Entry {
    /// Relative to the folder, with `/` between the names. Bytes that are no UTF-8 are shown as U+FFFD.
    pub path: String,
    pub size: u64,
    real: PathBuf,
}

/// A folder and its files, sorted by path.
pub struct Folder {
    root: PathBuf,
    entries: Vec<Entry>,
}

impl Folder {
    /// Lists a folder. A symbolic link to a file counts as that file when the file lies in the folder too, else it
    /// is left out; links to folders are not followed.
    pub fn list(folder: &Path) -> Result<Self> {
        let root = folder.canonicalize().at("open", folder)?;
        let mut entries = Vec::new();
        let mut waiting = vec![root.clone()];
        while let Some(folder) = waiting.pop() {
            for entry in folder.read_dir().at("list", &folder)? {
                let entry = entry.at("list", &folder)?;
                let path = entry.path();
                if entry.file_type().at("read", &path)?.is_dir() {
                    waiting.push(path);
                    continue;
                }
                let Some((real, size)) = confined(&root, &path) else { continue };
                if entries.len() >= FILES {
                    let problem = format!("holds more than {FILES} files");
                    return Err(Error::Unusable { path: root, problem });
                }
                let shown = path.strip_prefix(&root).unwrap_or(&path).components();
                let names: Vec<_> = shown.map(|name| name.as_os_str().to_string_lossy()).collect();
                entries.push(Entry { path: names.join("/"), size, real });
            }
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { root, entries })
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Opens a file by its place in the list, unless it has left the folder since.
    pub fn open(&self, index: usize) -> Option<File> {
        let entry = self.entries.get(index)?;
        let (real, _) = confined(&self.root, &entry.real)?;
        File::open(real).ok()
    }

    /// The place of a file in the list.
    pub fn position(&self, path: &str) -> Option<usize> {
        self.entries.binary_search_by(|entry| entry.path.as_str().cmp(path)).ok()
    }
}

/// Where a path really leads and how many bytes are there, when it is a file below the folder.
fn confined(root: &Path, path: &Path) -> Option<(PathBuf, u64)> {
    let real = path.canonicalize().ok()?;
    let data = fs::metadata(&real).ok()?;
    (real.starts_with(root) && data.is_file()).then_some((real, data.len()))
}
