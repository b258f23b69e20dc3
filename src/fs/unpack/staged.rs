//! A folder that appears wholly or not at all: it is filled under another name beside its place, and renamed.
//!
//! While it is filled its lock is held. So whoever comes after a process that was killed knows what it left behind, and
//! removes it.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{self, AtFlags, Dir, FlockOperation, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use xxhash_rust::xxh3::xxh3_64;

use super::error::UnpackError;
use super::open::make_folder;
use super::remove::remove;

/// How the names of folders begin that are being filled.
const PREFIX: &str = ".layerglass-unpack-";
/// Of the folder when it is there, unless a layer says otherwise.
const MODE: Mode = Mode::from_bits_truncate(0o755);
/// How often another name is tried.
const ATTEMPTS: u32 = 16;

pub(in crate::fs) struct Staged {
    parent: OwnedFd,
    parent_path: PathBuf,
    name: String,
    target: PathBuf,
    target_name: OsString,
    /// Open and locked.
    folder: OwnedFd,
    done: bool,
}

impl Staged {
    /// Makes a folder beside `target`, which must be free, and removes what earlier processes left there.
    pub(in crate::fs) fn begin(target: &Path) -> Result<Self, UnpackError> {
        check_free(target)?;
        Self::beside(target)
    }

    /// The same, whatever there is at the place.
    pub(in crate::fs) fn beside(target: &Path) -> Result<Self, UnpackError> {
        let nameless = || UnpackError::io("make", target, io::ErrorKind::InvalidInput);
        let target_name = target.file_name().ok_or_else(nameless)?.to_owned();
        let parent_path = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let parent = fs::open(&parent_path, flags, Mode::empty())
            .map_err(|error| UnpackError::io("open", &parent_path, error))?;
        let prefix = format!("{PREFIX}{:016x}-", xxh3_64(target_name.as_bytes()));
        sweep(&parent, &parent_path, &prefix)?;
        let (name, folder) =
            make(&parent, &prefix).map_err(|error| UnpackError::io("make", target, error))?;
        let target = target.to_owned();
        Ok(Self { parent, parent_path, name, target, target_name, folder, done: false })
    }

    pub(in crate::fs) fn path(&self) -> PathBuf {
        self.parent_path.join(&self.name)
    }

    /// A file beside it that nobody else sees and that goes with this process.
    pub(super) fn spool(&self) -> Result<File, UnpackError> {
        let name = format!("{}.spool", self.name);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let made = fs::openat(&self.parent, name.as_str(), flags, Mode::RUSR | Mode::WUSR)
            .and_then(|file| fs::unlinkat(&self.parent, name.as_str(), AtFlags::empty()).map(|()| file));
        made.map(File::from).map_err(|error| UnpackError::io("make", self.path(), error))
    }

    /// Puts it at its place.
    pub(in crate::fs) fn commit(mut self, sync: bool) -> Result<(), UnpackError> {
        let fail = |error: Errno| match error {
            Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR => {
                UnpackError::Exists { path: self.target.clone() }
            }
            error => UnpackError::io("rename", &self.target, error),
        };
        self.sync(sync)?;
        // An empty folder gives way, and nothing else does.
        let target: &Path = self.target_name.as_ref();
        fs::renameat(&self.parent, self.name.as_str(), &self.parent, target).map_err(fail)?;
        self.done = true;
        self.sync_parent(sync)
    }

    /// Puts one file of it at its place, where nothing may be unless it is to be replaced; the folder goes.
    pub(in crate::fs) fn commit_file(self, name: &str, replace: bool, sync: bool) -> Result<(), UnpackError> {
        self.sync(sync)?;
        let target: &Path = self.target_name.as_ref();
        let flags = if replace { RenameFlags::empty() } else { RenameFlags::NOREPLACE };
        fs::renameat_with(&self.folder, name, &self.parent, target, flags).map_err(|error| match error {
            Errno::EXIST | Errno::ISDIR => UnpackError::Exists { path: self.target.clone() },
            error => UnpackError::io("rename", &self.target, error),
        })?;
        self.sync_parent(sync)
    }

    fn sync(&self, sync: bool) -> Result<(), UnpackError> {
        if sync {
            fs::syncfs(&self.folder).map_err(|error| UnpackError::io("sync", self.path(), error))?;
        }
        Ok(())
    }

    fn sync_parent(&self, sync: bool) -> Result<(), UnpackError> {
        if sync {
            fs::fsync(&self.parent).map_err(|error| UnpackError::io("sync", &self.parent_path, error))?;
        }
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.done {
            // What cannot be removed now is removed by whoever unpacks to this place next.
            let _ = remove(self.parent.as_fd(), self.name.as_bytes(), None, &self.path());
        }
    }
}

/// The place must be free before the work begins, not only when it is done.
fn check_free(target: &Path) -> Result<(), UnpackError> {
    let taken = || UnpackError::Exists { path: target.to_owned() };
    match target.symlink_metadata() {
        Ok(data) if data.is_dir() => {
            let listed = target.read_dir().map_err(|error| UnpackError::io("open", target, error));
            if listed?.next().is_none() { Ok(()) } else { Err(taken()) }
        }
        Ok(_) => Err(taken()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(UnpackError::io("look at", target, error)),
    }
}

/// Makes the folder and takes its lock.
fn make(parent: &OwnedFd, prefix: &str) -> Result<(String, OwnedFd), Errno> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let mut attempts = 0;
    loop {
        attempts += 1;
        let name = format!("{prefix}{}-{}", std::process::id(), LAST.fetch_add(1, Ordering::Relaxed));
        match make_folder(parent.as_fd(), name.as_bytes()).and_then(|folder| lock(parent, &name, folder)) {
            Ok(folder) => {
                fs::fchmod(&folder, MODE)?;
                return Ok((name, folder));
            }
            // Left behind by a process of this number, or taken for that by one that sweeps.
            Err(Errno::EXIST | Errno::NOENT | Errno::AGAIN) if attempts < ATTEMPTS => {}
            Err(error) => return Err(error),
        }
    }
}

/// Locks a folder, which must still have its name then.
fn lock(parent: &OwnedFd, name: &str, folder: OwnedFd) -> Result<OwnedFd, Errno> {
    fs::flock(&folder, FlockOperation::NonBlockingLockExclusive)?;
    let open = fs::fstat(&folder)?;
    let named = fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW)?;
    if (open.st_dev, open.st_ino) == (named.st_dev, named.st_ino) { Ok(folder) } else { Err(Errno::AGAIN) }
}

/// Removes what processes left behind that are no more.
fn sweep(parent: &OwnedFd, parent_path: &Path, prefix: &str) -> Result<(), UnpackError> {
    let fail = |error: Errno| UnpackError::io("list", parent_path, error);
    for entry in Dir::read_from(parent).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let Ok(name) = entry.file_name().to_str() else { continue };
        if !name.starts_with(prefix) {
            continue;
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        // What is somebody else's, or still in use, stays.
        let Ok(folder) = fs::openat(parent, name, flags, Mode::empty()) else { continue };
        if let Ok(_held) = lock(parent, name, folder) {
            let _ = remove(parent.as_fd(), name.as_bytes(), None, &parent_path.join(name));
        }
    }
    Ok(())
}
