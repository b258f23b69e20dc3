//! Making the files that every container finds.

use std::io;
use std::path::Path;

use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, Mode, OFlags, fchmod, mkdirat, open, openat, symlinkat, unlinkat};
use rustix::io::Errno;

use crate::graph::{SkeletonEntry, SkeletonKind};

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// Of folders on the way to an entry.
const ON_THE_WAY: u32 = 0o755;

/// Makes the entries of a skeleton in a folder. It can be done again.
///
/// Whatever stands in the way of an entry or of a folder above it and is no folder is removed first, links above all, so that
/// nothing outside of the folder is touched.
///
/// # Errors
/// Something cannot be made.
pub fn make_skeleton(root: impl AsRef<Path>, entries: &[SkeletonEntry]) -> io::Result<()> {
    let root = open(root.as_ref(), FOLDER.difference(OFlags::NOFOLLOW), Mode::empty())?;
    entries.iter().try_for_each(|entry| Ok(make(&root, entry)?))
}

fn make(root: &OwnedFd, entry: &SkeletonEntry) -> Result<(), Errno> {
    let mut folder = openat(root, c".", FOLDER, Mode::empty())?;
    let mut parts = entry.path.split('/').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_some() {
            folder = enter(&folder, part, ON_THE_WAY)?;
            continue;
        }
        let mode = Mode::from_raw_mode(entry.mode);
        match entry.kind {
            SkeletonKind::Directory => {
                enter(&folder, part, entry.mode)?;
            }
            SkeletonKind::File if clear(&folder, part)? => {
                let flags =
                    OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                fchmod(openat(&folder, part, flags, mode)?, mode)?;
            }
            SkeletonKind::Symlink { target } if clear(&folder, part)? => symlinkat(target, &folder, part)?,
            // A folder of that name stays, as in Docker.
            SkeletonKind::File | SkeletonKind::Symlink { .. } => {}
        }
    }
    Ok(())
}

/// Removes what has a name, unless it is a folder. False when it is one.
fn clear(folder: &OwnedFd, name: &str) -> Result<bool, Errno> {
    match unlinkat(folder, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(true),
        Err(Errno::ISDIR) => Ok(false),
        // What POSIX says of folders, where Linux says otherwise.
        Err(Errno::PERM) if openat(folder, name, FOLDER, Mode::empty()).is_ok() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Opens a folder in a folder, and makes it where there is none.
fn enter(above: &OwnedFd, name: &str, mode: u32) -> Result<OwnedFd, Errno> {
    match openat(above, name, FOLDER, Mode::empty()) {
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => {}
        other => return other,
    }
    clear(above, name)?;
    let mode = Mode::from_raw_mode(mode);
    match mkdirat(above, name, mode) {
        Ok(()) | Err(Errno::EXIST) => {}
        Err(error) => return Err(error),
    }
    let folder = openat(above, name, FOLDER, Mode::empty())?;
    // Whatever the process's mask left of it.
    fchmod(&folder, mode)?;
    Ok(folder)
}
