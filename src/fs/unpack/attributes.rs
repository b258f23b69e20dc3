//! Owners, modes, extended attributes and times of what was made.

use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::fs::{self, AtFlags, Gid, Mode, Timespec, Timestamps, Uid, XattrFlags};
use rustix::io::Errno;

use crate::tar::{Entry, Timestamp};

/// What an entry says of a file beside its contents.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    pub mode: u32,
    pub owner: Option<(u32, u32)>,
    pub mtime: Timestamp,
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
}

/// What could not be set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lacking {
    pub owner: bool,
    pub xattrs: bool,
    pub time: bool,
}

impl Attributes {
    pub(super) fn of(entry: &Entry) -> Self {
        // The largest number means "leave it" to the system.
        let id = |id| u32::try_from(id).ok().filter(|&id| id != u32::MAX);
        Self {
            mode: entry.mode & 0o7777,
            owner: id(entry.uid).zip(id(entry.gid)),
            mtime: entry.mtime,
            xattrs: entry.xattrs.clone(),
        }
    }

    pub(super) fn mtime(&self) -> Timespec {
        Timespec { tv_sec: self.mtime.secs, tv_nsec: self.mtime.nanos.into() }
    }

    /// The mode that is to be set. Without the right owner the set-id bits would lend the rights of the wrong user.
    pub(super) fn mode(&self, lacking: Lacking) -> Mode {
        Mode::from_raw_mode(if lacking.owner { self.mode & 0o1777 } else { self.mode })
    }

    /// Gives an open file or folder its owner and its attributes, not its mode and its times. `has` are the owner and group
    /// that it is known to have.
    pub(super) fn give(&self, fd: BorrowedFd<'_>, has: Option<(u32, u32)>) -> Result<Lacking, Errno> {
        let mut lacking = Lacking { owner: self.owner.is_none(), ..Lacking::default() };
        if let Some((uid, gid)) = self.owner
            && self.owner != has
        {
            match fs::fchown(fd, Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid))) {
                Ok(()) => {}
                Err(error) if is_denied(error) => lacking.owner = true,
                Err(error) => return Err(error),
            }
        }
        for (name, value) in &self.xattrs {
            if fs::fsetxattr(fd, &name[..], value, XattrFlags::empty()).is_err() {
                lacking.xattrs = true;
            }
        }
        Ok(lacking)
    }

    /// The same for a file that is open only as a place, as links and devices are, with mode and times.
    pub(super) fn give_place(&self, fd: BorrowedFd<'_>, has_mode: bool) -> Result<Lacking, Errno> {
        let mut lacking = Lacking { owner: self.owner.is_none(), ..Lacking::default() };
        if let Some((uid, gid)) = self.owner {
            let (uid, gid) = (Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)));
            match fs::chownat(fd, "", uid, gid, AtFlags::EMPTY_PATH) {
                Ok(()) => {}
                Err(error) if is_denied(error) => lacking.owner = true,
                Err(error) => return Err(error),
            }
        }
        if has_mode {
            chmod_open(fd, self.mode(lacking))?;
        }
        Ok(lacking)
    }
}

/// What an unprivileged process may not do, or no process in this user namespace.
pub(super) fn is_denied(error: Errno) -> bool {
    matches!(error, Errno::PERM | Errno::INVAL | Errno::ACCESS | Errno::OPNOTSUPP | Errno::NOSYS)
}

/// Sets the mode of what is open only as a place: the link in `/proc` leads to that very file, whatever its name means now.
pub(super) fn chmod_open(fd: BorrowedFd<'_>, mode: Mode) -> Result<(), Errno> {
    fs::chmod(format!("/proc/self/fd/{}", fd.as_raw_fd()), mode)
}

/// Both times the same: archives do not say when a file was read.
pub(super) fn times(mtime: Timespec) -> Timestamps {
    Timestamps { last_access: mtime, last_modification: mtime }
}

pub(super) fn set_times(fd: BorrowedFd<'_>, mtime: Timespec) -> Result<(), Errno> {
    fs::futimens(fd, &times(mtime))
}

/// Does a file system of ext4's kind hold this time? Others hold more; then it is looked up what came of it.
pub(super) fn is_usual(time: Timestamp) -> bool {
    (-(1 << 31)..1 << 34).contains(&time.secs)
}

/// Attributes by which an overlay file system is led elsewhere: they are not for an archive to set.
pub(super) fn is_overlay(name: &[u8]) -> bool {
    name.starts_with(b"trusted.overlay.") || name.starts_with(b"user.overlay.")
}

/// Takes from a folder the attributes that are not among these.
pub(super) fn strip(fd: BorrowedFd<'_>, kept: &[(Vec<u8>, Vec<u8>)]) {
    // What Linux allows. Where nothing can be listed there is nothing to take.
    let mut names = [0_u8; 64 << 10];
    let Ok(length) = fs::flistxattr(fd, &mut names[..]) else { return };
    let names = names.get(..length).unwrap_or_default();
    for name in names.split(|&byte| byte == 0) {
        let is_own =
            name.starts_with(b"user.") || name.starts_with(b"trusted.") || name == b"security.capability";
        if is_own && !is_overlay(name) && !kept.iter().any(|(other, _)| other == name) {
            // What cannot be taken away stays, as it does for whoever set it.
            let _ = fs::fremovexattr(fd, name);
        }
    }
}

/// Sets attributes of a name in an open folder, without following it; says whether any is lacking.
pub(super) fn set_below(folder: BorrowedFd<'_>, name: &[u8], xattrs: &[(Vec<u8>, Vec<u8>)]) -> bool {
    let mut lacking = false;
    for (key, value) in xattrs {
        let path = [format!("/proc/self/fd/{}/", folder.as_raw_fd()).as_bytes(), name].concat();
        lacking |= fs::lsetxattr(&path[..], &key[..], value, XattrFlags::empty()).is_err();
    }
    lacking
}
