//! A layer that is put together: Docker's write set, which one rename makes a layer.
//!
//! Its folder holds the name of the contents from the start, in a file that its writer keeps locked. So whoever finds the
//! folder of a process that ended knows what else to remove.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::error::LayerFolderError;
use super::paths::Paths;
use super::{LayerDriver, contents, random};
use crate::fs::folder::write::{make_folders, sync_folder};

/// Names of our write sets start so. Others are Docker's.
pub(super) const PREFIX: &str = "write-set-layerglass-";

/// A layer that is not there yet. It is removed when this is dropped without being committed.
pub(super) struct Staging {
    paths: Paths,
    driver: LayerDriver,
    folder: PathBuf,
    pub(super) cache_id: String,
    /// Locked as long as this lives.
    _lock: File,
    committed: bool,
}

impl Staging {
    /// Begins one. The lock of the store has to be held, so that nobody takes it for left over before it is locked.
    pub(super) fn begin(paths: &Paths, driver: LayerDriver) -> Result<Self, LayerFolderError> {
        let tmp = paths.staging();
        let fail = |path: &Path, error: io::Error| LayerFolderError::io("create", path, &error);
        make_folders(&tmp).map_err(|error| fail(&tmp, error))?;
        let (name, cache_id) = (random::id()?, random::id()?);
        let folder = tmp.join(format!("{PREFIX}{}", name.get(..16).unwrap_or(&name)));
        make_folders(&folder).map_err(|error| fail(&folder, error))?;
        let begun = || {
            let file = write(&folder, "cache-id", cache_id.as_bytes())?;
            file.lock()?;
            Ok(file)
        };
        match begun() {
            Ok(lock) => {
                let (paths, committed) = (paths.clone(), false);
                Ok(Self { paths, driver, folder, cache_id, _lock: lock, committed })
            }
            Err(error) => {
                let _ = fs::remove_dir_all(&folder);
                Err(fail(&folder, error))
            }
        }
    }

    /// Creates a file that is to be filled.
    pub(super) fn create(&self, name: &str) -> Result<File, LayerFolderError> {
        let path = self.folder.join(name);
        create(&path).map_err(|error| LayerFolderError::io("create", &path, &error))
    }

    /// Writes a file.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), LayerFolderError> {
        let failed = |error| LayerFolderError::io("write", &self.folder.join(name), &error);
        write(&self.folder, name, text.as_bytes()).map(drop).map_err(failed)
    }

    /// Makes it the layer of a folder, whose place is free or an empty folder.
    pub(super) fn commit(mut self, target: &Path) -> Result<(), LayerFolderError> {
        let fail = |error: io::Error| LayerFolderError::io("commit", target, &error);
        sync_folder(&self.folder).map_err(fail)?;
        fs::rename(&self.folder, target).map_err(fail)?;
        self.committed = true;
        target.parent().map_or(Ok(()), sync_folder).map_err(fail)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.committed {
            // What cannot be removed is swept when the store is opened again, with the contents first: they are found by
            // the file in the folder.
            if contents::remove(&self.paths.contents, self.driver, &self.cache_id).is_ok() {
                let _ = fs::remove_dir_all(&self.folder);
            }
        }
    }
}

/// Whether the writer of a write set ended.
pub(super) fn is_left_over(folder: &Path) -> bool {
    match File::open(folder.join("cache-id")) {
        Ok(file) => match file.try_lock_shared() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
        },
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o644);
    options.open(path)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<File> {
    let mut file = create(&folder.join(name))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(file)
}
