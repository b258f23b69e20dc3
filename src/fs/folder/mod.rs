//! A folder as the storage of an image store, in Docker's exact layout.
//!
//! Docker keeps the images of one storage driver below `image/<driver>/`; that is the folder to open. Folders are made
//! with mode 0700 and files with 0600. A file is written beside its place as `.tmp-<name>.layerglass-<process>-<number>`,
//! synced, and renamed, and then its folder is synced, so that it is the old file or the new one whenever power fails.
//! What a process left behind that ended meanwhile is removed when the folder is opened for writing the next time. Files
//! that others, such as a daemon, were writing are removed once they have been there for an hour.

mod directory;
mod read;
mod scan;
mod sweep;
pub(super) mod write;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use self::sweep::Noted;
use crate::limits::{LimitExceeded, Limits};
use crate::store::{Backend, BackendError, Lock, OwnedTurn, Sharing, Turn, Visit, is_key};

/// Names of what is being written start so, as Docker's do; they are no keys.
pub(in crate::fs) const TEMPORARY: &str = ".tmp-";
/// Whoever holds the lock of this file writes.
const LOCK: &str = "layerglass/lock";

/// A folder of records. Several processes can share it: every change is made under a lock that ends with its holder.
///
/// ```
/// use layerglass::fs::FolderBackend;
/// use layerglass::store::Backend;
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("image/overlay2");
/// let backend = FolderBackend::open(&path)?;
/// layerglass::fs::block_on(backend.put("repositories.json", b"{}"))?;
/// assert_eq!(std::fs::read(path.join("repositories.json")).unwrap(), b"{}");
/// # Ok::<(), layerglass::store::BackendError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FolderBackend {
    root: PathBuf,
    read_only: bool,
    /// Bytes of one record.
    record_bytes: u64,
    /// Keys that are listed at once.
    keys: u64,
    /// What scans found, until something is written: whoever has the lock scans and then sweeps.
    noted: Arc<Mutex<Noted>>,
    /// Whose turn it is in this process; the lock of the file is for other processes.
    writers: Arc<Turn>,
}

impl FolderBackend {
    /// Opens a folder, and makes it where there is none.
    ///
    /// # Errors
    /// It cannot be made, or something else has its name.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, BackendError> {
        let root = root.as_ref();
        write::make_folders(root).map_err(|error| failure("open", &root.to_string_lossy(), &error))?;
        Self::at(root, false)
    }

    /// Opens a folder for reading only, such as that of a running daemon. Nothing is written to it, not even a lock; what
    /// is read while the daemon works can be of different moments.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn open_read_only(root: impl AsRef<Path>) -> Result<Self, BackendError> {
        Self::at(root.as_ref(), true)
    }

    fn at(root: &Path, read_only: bool) -> Result<Self, BackendError> {
        let fail = |error: io::Error| failure("open", &root.to_string_lossy(), &error);
        let canonical = root.canonicalize().map_err(fail)?;
        if !canonical.is_dir() {
            return Err(fail(io::ErrorKind::NotADirectory.into()));
        }
        let limits = Limits::default();
        Ok(Self {
            writers: writers_of(&canonical),
            root: canonical,
            read_only,
            record_bytes: limits.record_bytes,
            keys: limits.store_keys.into(),
            noted: Arc::default(),
        })
    }

    /// The same with other limits. Those that matter are `recordBytes`, for reading as for writing, and `storeKeys`, for
    /// listing.
    #[must_use]
    pub fn with_limits(mut self, limits: &Limits) -> Self {
        self.record_bytes = limits.record_bytes;
        self.keys = limits.store_keys.into();
        self
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn path(&self, operation: &'static str, key: &str) -> Result<PathBuf, BackendError> {
        if self.read_only && operation != "get" {
            return Err(BackendError::ReadOnly { operation, key: key.to_owned() });
        }
        if is_key(key) { Ok(self.root.join(key)) } else { Err(BackendError::key(key)) }
    }

    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        read::Reader::new(self.record_bytes).get(&self.path("get", key)?, key)
    }

    fn take_noted(&self) -> Noted {
        std::mem::take(&mut *self.noted.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn exclusive(&self) -> Result<(OwnedTurn, File), BackendError> {
        let path = self.path("lock", LOCK)?;
        let turn = Turn::take_owned(&self.writers).await;
        let fail = |error: io::Error| failure("lock", LOCK, &error);
        loop {
            let file = write::open_lock(&path).map_err(fail)?;
            file.lock().map_err(fail)?;
            // Somebody may have removed the file while this waited; others then lock another one.
            if write::is_at(&file, &path) {
                return Ok((turn, file));
            }
        }
    }
}

impl Backend for FolderBackend {
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        scan::list(&self.root, prefix, self.keys)
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        self.read(key)
    }

    async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        let path = self.path("put", key)?;
        // What could not be read again is not written.
        LimitExceeded::check("recordBytes", self.record_bytes, bytes.len() as u64)?;
        drop(self.take_noted());
        write::write(&path, bytes).map_err(|error| failure("put", key, &error))
    }

    async fn delete(&self, key: &str) -> Result<(), BackendError> {
        let path = self.path("delete", key)?;
        write::delete(&self.root, key, &path).map_err(|error| failure("delete", key, &error))
    }

    fn sharing(&self) -> Sharing {
        if self.read_only { Sharing::Single } else { Sharing::Full }
    }

    async fn swap(
        &self,
        key: &str,
        expected: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> Result<bool, BackendError> {
        let _held = self.exclusive().await?;
        if self.read(key)?.as_deref() != expected {
            return Ok(false);
        }
        match new {
            Some(bytes) => self.put(key, bytes).await?,
            None => self.delete(key).await?,
        }
        Ok(true)
    }

    async fn scan(&self, prefix: &str, visit: &Visit<'_>) -> Result<(), BackendError> {
        let temporary = scan::scan(&self.root, prefix, self.record_bytes, visit)
            .map_err(|error| failure("scan", prefix, &error))?;
        if prefix.ends_with('/') && temporary.len() as u64 <= self.keys {
            self.noted.lock().unwrap_or_else(PoisonError::into_inner).note(prefix, temporary);
        }
        Ok(())
    }

    async fn lock(&self) -> Result<Option<Lock>, BackendError> {
        Ok(Some(Lock::new(Held::from(self.exclusive().await?))))
    }

    async fn sweep(&self) -> Result<Vec<String>, BackendError> {
        if self.read_only {
            return Err(BackendError::ReadOnly { operation: "sweep", key: String::new() });
        }
        sweep::sweep(&self.root, self.take_noted()).map_err(|error| failure("sweep", "", &error))
    }
}

/// A lock: the file's is given back before the process's own.
struct Held {
    file: Option<File>,
    turn: Option<OwnedTurn>,
}

impl From<(OwnedTurn, File)> for Held {
    fn from((turn, file): (OwnedTurn, File)) -> Self {
        Self { file: Some(file), turn: Some(turn) }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Closing the file ends its lock.
        drop(self.file.take());
        drop(self.turn.take());
    }
}

/// The turn of everything in this process that works with one folder: a lock of a file is not for the threads of a
/// process, and waiting for it would stop a thread on which its holder has to run.
fn writers_of(root: &Path) -> Arc<Turn> {
    static FOLDERS: Mutex<BTreeMap<PathBuf, Weak<Turn>>> = Mutex::new(BTreeMap::new());
    let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    folders.retain(|_, turn| turn.strong_count() > 0);
    if let Some(turn) = folders.get(root).and_then(Weak::upgrade) {
        return turn;
    }
    let turn = Arc::new(Turn::default());
    folders.insert(root.to_owned(), Arc::downgrade(&turn));
    turn
}

fn failure(operation: &'static str, key: &str, error: &io::Error) -> BackendError {
    let (key, reason) = (key.to_owned(), error.to_string());
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            BackendError::Full { operation, key, reason }
        }
        io::ErrorKind::ReadOnlyFilesystem => BackendError::ReadOnly { operation, key },
        _ => BackendError::Failed { operation, key, reason },
    }
}
