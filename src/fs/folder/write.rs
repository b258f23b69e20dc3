//! Writing files so that they are whole whenever power fails.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::TEMPORARY;

/// Bytes of a file's name that are taken over into the name under which it is written first.
const NAME_BYTES: usize = 128;
/// What the numbers at the end of such a name follow: others' names for the same purpose do not have it.
const OURS: &str = ".layerglass-";
/// How often a folder that somebody removes while it is empty is made again.
const ATTEMPTS: u32 = 16;
/// Of files: only their owner reads and writes them.
#[cfg(unix)]
const MODE: u32 = 0o600;

/// Makes a folder with those above it, mode 0700, and syncs what they are in.
pub(in crate::fs) fn make_folders(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    if let Some(above) = above {
        make_folders(above)?;
    }
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there are no modes to set"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    builder.mode(0o700);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => return Ok(()),
        other => other?,
    }
    above.map_or(Ok(()), sync_folder)
}

/// A rename or a deletion lasts once its folder is synced. Only Unix can do that.
pub(in crate::fs) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

fn file_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    options.mode(MODE);
    options
}

/// Sets the mode of a file, whatever the process's mask left of it.
fn set_mode(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(fs::Permissions::from_mode(MODE))?;
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// The file whose lock is held by whoever writes.
pub(in crate::fs) fn open_lock(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        make_folders(folder)?;
    }
    file_options().create(true).truncate(false).open(path)
}

/// Whether an open file is the one that has a name.
#[cfg(unix)]
pub(in crate::fs) fn is_at(file: &File, path: &Path) -> bool {
    let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let named = fs::symlink_metadata(path).map(place);
    named.is_ok_and(|named| file.metadata().map(place).is_ok_and(|open| open == named))
}

/// Whether an open file is the one that has a name. Elsewhere than on Unix a file that is open keeps its name.
#[cfg(not(unix))]
pub(in crate::fs) fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

/// Writes a file in place of what is there.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let (temporary, mut file) = create_temporary(path, folder)?;
    let written = set_mode(&file).and_then(|()| file.write_all(bytes)).and_then(|()| file.sync_all());
    drop(file);
    match written.and_then(|()| fs::rename(&temporary, path)) {
        Ok(()) => sync_folder(folder),
        Err(error) => {
            // What cannot be removed is swept when the store is opened again.
            let _ = fs::remove_file(&temporary);
            Err(error)
        }
    }
}

fn create_temporary(path: &Path, folder: &Path) -> io::Result<(PathBuf, File)> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // With the rest the name stays within what file systems allow.
    let name = name.get(..NAME_BYTES).unwrap_or(&name);
    let mut attempts = 0;
    loop {
        attempts += 1;
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!("{TEMPORARY}{name}{OURS}{}-{number}", std::process::id()));
        match file_options().create_new(true).open(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if attempts >= ATTEMPTS => return Err(error),
            Err(error) if error.kind() == io::ErrorKind::NotFound => make_folders(folder)?,
            // Left behind by a process that had the same number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether a file that is named as being written is one of ours. Ours are written under the lock.
pub(super) fn is_ours(key: &str) -> bool {
    let numbers = key.rsplit_once(OURS).map(|(_, numbers)| numbers);
    numbers.is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
}

/// Deletes a file, and the folders that are of no use without it.
pub(super) fn delete(root: &Path, key: &str, path: &Path) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    match fs::remove_file(path) {
        Ok(()) => sync_folder(folder)?,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
        Err(error) => return Err(error),
    }
    // A folder that is not empty stays, and so does one that cannot be removed.
    if let Some((_, digits)) = key.rsplit_once('/').filter(|(above, _)| *above == "imagedb/content/sha256") {
        let _ = fs::remove_dir(root.join("imagedb/metadata/sha256").join(digits));
    } else if key.starts_with("layerglass/") {
        let own = root.join("layerglass");
        let mut empty = folder;
        while empty != own && empty.starts_with(&own) && fs::remove_dir(empty).is_ok() {
            let Some(above) = empty.parent() else { break };
            empty = above;
        }
    }
    Ok(())
}
