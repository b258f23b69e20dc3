//! Removing what interrupted writes left behind.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::{scan, write};

/// How long ago a file has to have been written last that somebody else was writing. A daemon that works in the same
/// folder does not know of our lock, and is never at one file for so long.
const OTHERS_AGE: Duration = Duration::from_hours(1);

/// What scans found on their way, so that sweeping need not go there again.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// Folders that were gone through, by keys that end in a slash.
    folders: Vec<String>,
    /// The files in them that are being written, or were when their writer ended.
    temporary: Vec<String>,
}

impl Noted {
    /// Everything in a folder was seen.
    pub(super) fn note(&mut self, folder: &str, temporary: Vec<String>) {
        self.temporary.retain(|key| !key.starts_with(folder));
        self.temporary.extend(temporary);
        if !self.folders.iter().any(|noted| noted == folder) {
            self.folders.push(folder.to_owned());
        }
    }
}

/// Removes files that were being written when their writer ended. What cannot be removed stays; it is no record. Only
/// who has the lock may do so: then none of ours is being written.
pub(super) fn sweep(root: &Path, noted: Noted) -> io::Result<Vec<String>> {
    let mut found = scan::temporary(root, &noted.folders)?;
    found.extend(noted.temporary);
    found.sort_unstable();
    found.retain(|key| {
        let path = root.join(key);
        (write::is_ours(key) || is_old(&path)) && fs::remove_file(&path).is_ok()
    });
    Ok(found)
}

fn is_old(path: &Path) -> bool {
    let written = fs::symlink_metadata(path).and_then(|metadata| metadata.modified());
    written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age >= OTHERS_AGE))
}
