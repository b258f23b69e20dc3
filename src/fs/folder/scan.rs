//! Going through a folder, on all cores where the files are read as well.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::read::Reader;
use super::{TEMPORARY, failure};
use crate::store::{BackendError, Visit, is_key};

/// Folders within folders that are looked into: more than any key has components that the store uses.
const MAX_DEPTH: usize = 32;
/// Entries that a thread takes at once.
const BATCH: usize = 64;

/// A file or a folder, by its key.
struct Entry {
    key: String,
    is_folder: bool,
}

/// The keys that start with a prefix, sorted.
pub(super) fn list(root: &Path, prefix: &str) -> io::Result<Vec<String>> {
    let mut keys = Vec::new();
    for entry in top(root, prefix)? {
        walk(root, &entry, 0, &mut |key, folder| {
            // Files that are being written have no key.
            if folder.map(|()| is_key(key))? {
                keys.push(key.to_owned());
            }
            Ok(())
        })?;
    }
    keys.sort_unstable();
    Ok(keys)
}

/// Reads every file whose key starts with a prefix. A folder that cannot be read is handed over as an error.
pub(super) fn scan(root: &Path, prefix: &str, limit: u64, visit: &Visit<'_>) -> io::Result<()> {
    let entries = top(root, prefix)?;
    let next = AtomicUsize::new(0);
    let work = || -> io::Result<()> {
        let mut reader = Reader::new(limit);
        loop {
            let from = next.fetch_add(BATCH, Ordering::Relaxed);
            let Some(batch) = entries.get(from..).filter(|rest| !rest.is_empty()) else { return Ok(()) };
            for entry in batch.iter().take(BATCH) {
                walk(root, entry, 0, &mut |key, folder| {
                    match folder {
                        Ok(()) if !is_key(key) => {}
                        Ok(()) => match reader.get_file(&root.join(key), key) {
                            Ok(None) => {}
                            Ok(Some(bytes)) => visit(key, Ok(bytes)),
                            Err(error) => visit(key, Err(error)),
                        },
                        Err(error) => visit(key, Err::<_, BackendError>(failure("scan", key, &error))),
                    }
                    Ok(())
                })?;
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(entries.len().div_ceil(BATCH));
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut result = work();
        for other in others {
            let ended = other.join().unwrap_or_else(|_| Err(io::Error::other("a thread ended early")));
            result = result.and(ended);
        }
        result
    })
}

/// Removes files that were being written when their writer ended. What cannot be removed stays; it is no record.
pub(super) fn sweep(root: &Path) -> io::Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for entry in look(root, "")? {
        // Elsewhere below the root the files are Docker's, such as its layers'.
        if !entry.is_folder || ["imagedb", "layerglass"].contains(&entry.key.as_str()) {
            walk(root, &entry, 0, &mut |key, folder| {
                if folder.is_ok() && name(key).starts_with(TEMPORARY) {
                    found.push(key.to_owned());
                }
                Ok(())
            })?;
        }
    }
    found.sort_unstable();
    found.retain(|key| fs::remove_file(root.join(key)).is_ok());
    Ok(found)
}

fn name(key: &str) -> &str {
    key.rsplit_once('/').map_or(key, |(_, name)| name)
}

/// What lies in the folder to which a prefix leads, as far as it can start with the prefix.
fn top(root: &Path, prefix: &str) -> io::Result<Vec<Entry>> {
    let (folder, above) = match prefix.rsplit_once('/') {
        Some((folder, _)) if !is_key(folder) => return Ok(Vec::new()),
        Some((folder, _)) => (root.join(folder), prefix.get(..=folder.len()).unwrap_or_default()),
        None => (root.to_owned(), ""),
    };
    let mut entries = look(&folder, above)?;
    entries.retain(|entry| entry.key.starts_with(prefix));
    Ok(entries)
}

/// Every file at or below an entry, or why a folder below it cannot be read. Links are not followed.
fn walk(
    root: &Path,
    entry: &Entry,
    depth: usize,
    visit: &mut dyn FnMut(&str, io::Result<()>) -> io::Result<()>,
) -> io::Result<()> {
    if !entry.is_folder {
        return visit(&entry.key, Ok(()));
    }
    if depth >= MAX_DEPTH {
        return Ok(());
    }
    match look(&root.join(&entry.key), &format!("{}/", entry.key)) {
        Ok(entries) => entries.iter().try_for_each(|entry| walk(root, entry, depth + 1, visit)),
        Err(error) => visit(&entry.key, Err(error)),
    }
}

/// The files and folders in a folder, none when it is not there. What they are is mostly told without asking for each.
fn look(folder: &Path, above: &str) -> io::Result<Vec<Entry>> {
    let found = match fs::read_dir(folder) {
        Ok(found) => found,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    let mut entries = Vec::new();
    for found in found {
        let found = found?;
        let kind = match found.file_type() {
            Ok(kind) => kind,
            // Gone since it was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if !kind.is_file() && !kind.is_dir() {
            continue;
        }
        // A name that is no text is no part of a key.
        let Ok(name) = found.file_name().into_string() else { continue };
        let mut key = String::with_capacity(above.len() + name.len());
        key.push_str(above);
        key.push_str(&name);
        entries.push(Entry { key, is_folder: kind.is_dir() });
    }
    Ok(entries)
}
