//! Removing what deletion marks name and what entries replace.

use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use rustix::fs::{self, AtFlags, Dir};
use rustix::io::Errno;

use super::error::UnpackError;
use super::folders::{is_folder, open_folder};
use super::placed::Placed;

/// Removes a name with all below it, but for what the layer itself has put there. Says whether anything went.
pub(super) fn remove(
    folder: BorrowedFd<'_>,
    name: &[u8],
    spared: Option<&Placed>,
    shown: &Path,
) -> Result<bool, UnpackError> {
    let fail = |error: Errno| UnpackError::io("remove", shown, error);
    let is_spared = match spared {
        Some(spared) => {
            let stat = fs::fstat(folder).map_err(fail)?;
            spared.contains((stat.st_dev, stat.st_ino), name)
        }
        None => false,
    };
    if !is_spared {
        match fs::unlinkat(folder, name, AtFlags::empty()) {
            Ok(()) => return Ok(true),
            Err(Errno::NOENT | Errno::NAMETOOLONG) => return Ok(false),
            Err(Errno::ISDIR | Errno::PERM) if is_folder(folder, name).map_err(fail)? => {}
            Err(error) => return Err(fail(error)),
        }
    }
    let below = match open_folder(folder, name) {
        Ok(Some(below)) => below,
        // What the layer had put there it has taken away itself since.
        Ok(None) | Err(Errno::NOENT) => return Ok(false),
        Err(error) => return Err(fail(error)),
    };
    let removed = clear(below.as_fd(), spared, shown)?;
    if is_spared {
        return Ok(removed);
    }
    match fs::unlinkat(folder, name, AtFlags::REMOVEDIR) {
        Ok(()) => Ok(true),
        // It holds something that is spared.
        Err(Errno::NOTEMPTY | Errno::EXIST) if spared.is_some() => Ok(removed),
        Err(error) => Err(fail(error)),
    }
}

/// Removes all in a folder, but for what the layer itself has put there.
pub(super) fn clear(
    folder: BorrowedFd<'_>,
    spared: Option<&Placed>,
    shown: &Path,
) -> Result<bool, UnpackError> {
    let fail = |error: Errno| UnpackError::io("remove", shown, error);
    let mut removed = false;
    let mut names: Vec<Vec<u8>> = Vec::new();
    for entry in Dir::read_from(folder).map_err(fail)? {
        let name = entry.map_err(fail)?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(name);
        }
    }
    for name in names {
        removed |= match remove(folder, &name, spared, shown) {
            // A folder whose owner may not write it, of an owner who may change that.
            Err(UnpackError::Io { source, .. })
                if source.raw_os_error() == Some(Errno::ACCESS.raw_os_error()) =>
            {
                let stat = fs::fstat(folder).map_err(fail)?;
                let mode = fs::Mode::from_raw_mode(stat.st_mode) | fs::Mode::RWXU;
                fs::fchmod(folder, mode).map_err(fail)?;
                remove(folder, &name, spared, shown)?
            }
            other => other?,
        };
    }
    Ok(removed)
}
