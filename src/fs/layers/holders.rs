//! Who holds references to layers: so that a process does not free a layer that another one works with.
//!
//! Each store that is open for writing has a file of its own, which it keeps locked. It says which layers the store holds:
//! a line `+<hex>` for each that it begins to hold, and `-<hex>` when it holds it no more. A file that is not locked is
//! that of a process which ended: it counts for nothing, and stays until what it names has been looked at. All this is done by whoever holds the lock of the layer store.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::fs::folder::write::make_folders;

/// Lines that are of no use any more, at which the file is written anew.
const STALE_LINES: usize = 4096;

/// The file of one store.
#[derive(Debug)]
pub(super) struct Holder {
    path: PathBuf,
    file: File,
    held: BTreeSet<String>,
    lines: usize,
}

impl Holder {
    /// A new file in a folder.
    pub(super) fn create(folder: &Path, name: &str) -> io::Result<Self> {
        make_folders(folder)?;
        let path = folder.join(name);
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        file.lock()?;
        Ok(Self { path, file, held: BTreeSet::new(), lines: 0 })
    }

    /// Notes that a layer is held.
    pub(super) fn add(&mut self, hex: &str) -> io::Result<()> {
        if self.held.contains(hex) {
            return Ok(());
        }
        self.line(b'+', hex)?;
        self.held.insert(hex.to_owned());
        Ok(())
    }

    /// Notes that a layer is not held any more. Where that cannot be written it seems to be held until the process ends.
    pub(super) fn remove(&mut self, hex: &str) {
        if !self.held.remove(hex) {
            return;
        }
        if self.lines < self.held.len() + STALE_LINES {
            let _ = self.line(b'-', hex);
        } else {
            let _ = self.rewrite();
        }
    }

    fn line(&mut self, sign: u8, hex: &str) -> io::Result<()> {
        self.lines += 1;
        let line = [&[sign], hex.as_bytes(), b"\n"].concat();
        let end = self.file.metadata()?.len();
        let written = self.file.write_all(&line);
        if written.is_err() {
            // Half a line would swallow the next one.
            self.file.set_len(end)?;
            self.file.seek(io::SeekFrom::Start(end))?;
        }
        written
    }

    fn rewrite(&mut self) -> io::Result<()> {
        let text: String = self.held.iter().map(|hex| format!("+{hex}\n")).collect();
        self.lines = self.held.len();
        self.file.seek(io::SeekFrom::Start(0))?;
        // It is shorter than what is there, so there is space for it.
        self.file.write_all(text.as_bytes())?;
        self.file.set_len(text.len() as u64)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // What stays behind is not locked and counts for nothing.
        let _ = fs::remove_file(&self.path);
    }
}

/// The layers that others hold, by the names of their folders.
pub(super) fn held_by_others(folder: &Path, own: Option<&Holder>) -> io::Result<BTreeSet<String>> {
    let mut held = BTreeSet::new();
    for (_, its) in others(folder, own, false)? {
        held.extend(its);
    }
    Ok(held)
}

/// The files of those who ended, with what they held.
pub(super) fn ended(folder: &Path, own: Option<&Holder>) -> io::Result<Vec<(PathBuf, BTreeSet<String>)>> {
    others(folder, own, true)
}

/// The files of others, those of who ended or those of who still is there, with what they say.
fn others(
    folder: &Path,
    own: Option<&Holder>,
    has_ended: bool,
) -> io::Result<Vec<(PathBuf, BTreeSet<String>)>> {
    let mut found = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        if own.is_some_and(|own| own.path == path) {
            continue;
        }
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let is_free = match file.try_lock_shared() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(error)) => return Err(error),
        };
        if is_free != has_ended {
            continue;
        }
        // What a process was writing when it ended may be any bytes.
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let mut its = BTreeSet::new();
        for line in text.lines() {
            match line.split_at_checked(1) {
                Some(("+", hex)) => drop(its.insert(hex)),
                Some(("-", hex)) => drop(its.remove(hex)),
                _ => {}
            }
        }
        found.push((path, its.into_iter().map(str::to_owned).collect()));
    }
    Ok(found)
}
