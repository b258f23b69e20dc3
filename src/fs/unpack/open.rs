//! Opening and making single folders, by names that are not followed.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, Timespec};
use rustix::io::Errno;

use super::attributes::{chmod_open, set_times};
use super::error::UnpackError;
use crate::limits::LimitExceeded;

/// Of a folder that is being filled.
pub(super) const OPEN_MODE: Mode = Mode::RWXU;
/// Of a folder that only the names of others imply.
const IMPLIED_MODE: Mode = Mode::from_bits_truncate(0o755);
const IMPLIED_TIME: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// Why a folder cannot be entered.
#[derive(Debug)]
pub(super) enum Blocked {
    Missing,
    NotADirectory,
    LinkLoop,
    NameTooLong,
    Limit(LimitExceeded),
    /// The work cannot go on.
    Failed(UnpackError),
}

impl From<UnpackError> for Blocked {
    fn from(error: UnpackError) -> Self {
        Self::Failed(error)
    }
}

/// What a name below a folder is.
pub(super) enum Opened {
    /// With the mode that it had before its owner gave himself the right to work in it.
    Folder(OwnedFd, Option<Mode>),
    Link(Vec<u8>),
    Missing,
    NotADirectory,
}

/// What there is of a name, opened when it is a folder.
pub(super) fn open_at(folder: BorrowedFd<'_>, name: &[u8], shown: &Path) -> Result<Opened, Blocked> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match fs::openat(folder, name, flags, Mode::empty()) {
        Ok(fd) => Ok(Opened::Folder(fd, None)),
        Err(Errno::NOENT) => Ok(Opened::Missing),
        Err(Errno::NAMETOOLONG) => Err(Blocked::NameTooLong),
        Err(Errno::NOTDIR | Errno::LOOP) => match fs::readlinkat(folder, name, Vec::new()) {
            Ok(target) => Ok(Opened::Link(target.into_bytes())),
            Err(_) => Ok(Opened::NotADirectory),
        },
        Err(Errno::ACCESS) => match unlock(folder, name) {
            Ok((fd, mode)) => Ok(Opened::Folder(fd, Some(mode))),
            Err(error) => Err(UnpackError::io("open", shown, error).into()),
        },
        Err(error) => Err(UnpackError::io("open", shown, error).into()),
    }
}

/// Gives the owner of a folder every right to it and opens it; its mode was this.
fn unlock(folder: BorrowedFd<'_>, name: &[u8]) -> Result<(OwnedFd, Mode), Errno> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let fd = fs::openat(folder, name, flags, Mode::empty())?;
    let mode = Mode::from_raw_mode(fs::fstat(&fd)?.st_mode);
    chmod_open(fd.as_fd(), mode | OPEN_MODE)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok((fs::openat(&fd, ".", flags, Mode::empty())?, mode))
}

pub(super) fn is_same(one: BorrowedFd<'_>, other: &OwnedFd) -> bool {
    let id = |stat: fs::Stat| (stat.st_dev, stat.st_ino);
    fs::fstat(one).map(id).is_ok_and(|one| fs::fstat(other).map(id).is_ok_and(|other| one == other))
}

/// Makes a folder that is only implied.
pub(super) fn imply_at(folder: BorrowedFd<'_>, name: &[u8], shown: &Path) -> Result<OwnedFd, Blocked> {
    let fail = |error| match error {
        Errno::NAMETOOLONG => Blocked::NameTooLong,
        error => UnpackError::io("make", shown, error).into(),
    };
    let fd = make_folder(folder, name).map_err(fail)?;
    fs::fchmod(&fd, IMPLIED_MODE).map_err(fail)?;
    set_times(fd.as_fd(), IMPLIED_TIME).map_err(fail)?;
    Ok(fd)
}

/// Makes a folder that only its owner can enter, and opens it.
pub(super) fn make_folder(folder: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd, Errno> {
    fs::mkdirat(folder, name, OPEN_MODE)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    fs::openat(folder, name, flags, Mode::empty())
}

/// Opens a folder that is there; nothing when the name is something else. With it comes the mode that it had before its owner
/// gave himself the right to open it.
pub(super) fn open_folder(
    folder: BorrowedFd<'_>,
    name: &[u8],
) -> Result<Option<(OwnedFd, Option<Mode>)>, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match fs::openat(folder, name, flags, Mode::empty()) {
        Ok(fd) => Ok(Some((fd, None))),
        Err(Errno::NOTDIR | Errno::LOOP) => Ok(None),
        Err(Errno::ACCESS) => unlock(folder, name).map(|(fd, mode)| Some((fd, Some(mode)))),
        Err(error) => Err(error),
    }
}

/// Whether a name is a folder, without following it.
pub(super) fn is_folder(folder: BorrowedFd<'_>, name: &[u8]) -> Result<bool, Errno> {
    let stat = fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
}
