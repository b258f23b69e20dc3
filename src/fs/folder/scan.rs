//! Going through a folder, on all cores where the files are read as well.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::directory::{Directory, Entry};
use super::read::{Reader, is_missing};
use super::{TEMPORARY, failure};
use crate::limits::LimitExceeded;
use crate::store::{BackendError, Visit, is_key};

/// Folders within folders that are looked into: more than any key has components that the store uses.
const MAX_DEPTH: usize = 32;
/// Entries that a thread takes at once.
const BATCH: usize = 128;

/// Takes the key of a file, with the folder in which it lies and its name there; or why a folder cannot be read.
type Found<'f> = &'f mut dyn FnMut(&str, io::Result<(&Directory, &str)>) -> io::Result<()>;

/// The keys that start with a prefix, sorted.
pub(super) fn list(root: &Path, prefix: &str, limit: u64) -> Result<Vec<String>, BackendError> {
    let fail = |error: io::Error| failure("list", prefix, &error);
    let mut keys = Vec::new();
    let Some((mut listing, folder)) = Listing::open(root, prefix).map_err(fail)? else { return Ok(keys) };
    let mut key = listing.above.to_owned();
    while let Some(entry) = listing.next().map_err(fail)? {
        walk(&folder, &entry, &mut key, &[], &mut |key, found| {
            // Files that are being written have no key.
            if found.map(|_| is_key(key))? && keys.len() as u64 <= limit {
                keys.push(key.to_owned());
            }
            Ok(())
        })
        .map_err(fail)?;
        LimitExceeded::check("storeKeys", limit, keys.len() as u64)?;
    }
    keys.sort_unstable();
    Ok(keys)
}

/// Reads every file whose key starts with a prefix. A folder that cannot be read is handed over as an error. Gives the
/// keys of the files on the way that are being written, or were when their writer ended.
pub(super) fn scan(root: &Path, prefix: &str, limit: u64, visit: &Visit<'_>) -> io::Result<Vec<String>> {
    let Some((listing, folder)) = Listing::open(root, prefix)? else { return Ok(Vec::new()) };
    let above = listing.above;
    let listing = Mutex::new(listing);
    let is_over = AtomicBool::new(false);
    // Whoever has nothing left to read lists some more.
    let next = |batch: &mut Vec<Entry>| -> io::Result<()> {
        let mut listing = listing.lock().unwrap_or_else(PoisonError::into_inner);
        while batch.len() < BATCH
            && let Some(entry) = listing.next()?
        {
            batch.push(entry);
        }
        Ok(())
    };
    let work = |mut batch: Vec<Entry>| -> io::Result<Vec<String>> {
        let mut reader = Reader::new(limit);
        let mut temporary = Vec::new();
        let mut key = above.to_owned();
        while !batch.is_empty() {
            for entry in batch.drain(..) {
                walk(&folder, &entry, &mut key, &[], &mut |key, found| {
                    match found {
                        Ok(_) if is_temporary(key) => temporary.push(key.to_owned()),
                        Ok(_) if !is_key(key) => {}
                        Ok((folder, name)) => match reader.opened(folder.file(name), key) {
                            Ok(None) => {}
                            Ok(Some(bytes)) => visit(key, Ok(bytes)),
                            Err(error) => visit(key, Err(error)),
                        },
                        Err(error) => visit(key, Err::<_, BackendError>(failure("scan", key, &error))),
                    }
                    Ok(())
                })?;
            }
            if is_over.load(Ordering::Relaxed) {
                break;
            }
            next(&mut batch).inspect_err(|_| is_over.store(true, Ordering::Relaxed))?;
        }
        Ok(temporary)
    };
    let mut first = Vec::new();
    next(&mut first)?;
    // A folder of few files is read before another thread would have begun.
    let threads =
        if first.len() < BATCH { 1 } else { thread::available_parallelism().map_or(1, usize::from) };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut batch = Vec::new();
                    next(&mut batch).and_then(|()| work(batch))
                })
            })
            .collect();
        let mut result = work(first);
        for other in others {
            let ended = other.join().unwrap_or_else(|_| Err(io::Error::other("a thread ended early")));
            result = result.and_then(|mut all| {
                all.extend(ended?);
                Ok(all)
            });
        }
        result
    })
}

/// The keys of files that are being written, or were when their writer ended, apart from those below the folders that
/// were `seen`: they end in a slash.
pub(super) fn temporary(root: &Path, seen: &[String]) -> io::Result<Vec<String>> {
    let mut keys = Vec::new();
    let Some((mut listing, folder)) = Listing::open(root, "")? else { return Ok(keys) };
    let mut key = String::new();
    while let Some(entry) = listing.next()? {
        // Elsewhere below the root the files are Docker's, such as its layers'.
        if !entry.is_folder || ["imagedb", "layerglass"].contains(&entry.name.as_str()) {
            walk(&folder, &entry, &mut key, seen, &mut |key, found| {
                if found.is_ok() && is_temporary(key) {
                    keys.push(key.to_owned());
                }
                Ok(())
            })?;
        }
    }
    Ok(keys)
}

fn is_temporary(key: &str) -> bool {
    key.rsplit_once('/').map_or(key, |(_, name)| name).starts_with(TEMPORARY)
}

/// What lies in the folder to which a prefix leads.
struct Listing<'p> {
    entries: Directory,
    /// What every key in it starts with.
    above: &'p str,
    /// What every name in it starts with that belongs to the prefix.
    names: &'p str,
}

impl<'p> Listing<'p> {
    /// With the folder itself; nothing when there is none.
    fn open(root: &Path, prefix: &'p str) -> io::Result<Option<(Self, Directory)>> {
        let (path, above, names) = match prefix.rsplit_once('/') {
            Some((folder, _)) if !is_key(folder) => return Ok(None),
            Some((folder, names)) => {
                (&root.join(folder), prefix.get(..=folder.len()).unwrap_or_default(), names)
            }
            None => (&root.to_owned(), "", prefix),
        };
        match Directory::at(path).and_then(|entries| Ok((entries, Directory::at(path)?))) {
            Ok((entries, folder)) => Ok(Some((Self { entries, above, names }, folder))),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn next(&mut self) -> io::Result<Option<Entry>> {
        while let Some(entry) = self.entries.next()? {
            if entry.name.starts_with(self.names) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}

/// Every file at or below an entry of a folder, or why a folder below it cannot be read, apart from the folders that were
/// `seen`. Links are not followed. `key` is that of the folder, with a slash, before and after.
fn walk(
    folder: &Directory,
    entry: &Entry,
    key: &mut String,
    seen: &[String],
    visit: Found<'_>,
) -> io::Result<()> {
    let above = key.len();
    key.push_str(&entry.name);
    if entry.is_folder {
        walk_folder(folder, entry, key, seen, visit)?;
    } else {
        visit(key, Ok((folder, &entry.name)))?;
    }
    key.truncate(above);
    Ok(())
}

fn walk_folder(
    folder: &Directory,
    entry: &Entry,
    key: &mut String,
    seen: &[String],
    visit: Found<'_>,
) -> io::Result<()> {
    if key.bytes().filter(|byte| *byte == b'/').count() >= MAX_DEPTH {
        return Ok(());
    }
    let mut inside = match folder.folder(&entry.name) {
        Ok(inside) => inside,
        Err(error) if is_missing(&error) => return Ok(()),
        Err(error) => return visit(key, Err(error)),
    };
    key.push('/');
    if seen.contains(key) {
        return Ok(());
    }
    loop {
        match inside.next() {
            Ok(Some(entry)) => walk(&inside, &entry, key, seen, visit)?,
            Ok(None) => return Ok(()),
            Err(error) => {
                key.pop();
                return visit(key, Err(error));
            }
        }
    }
}
