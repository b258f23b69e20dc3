//! Object stores such as S3, Azure Blob Storage and Google Cloud Storage as the storage of an image store, through the crate
//! `object_store` (feature `object-store`).
//!
//! This crate switches on none of that crate's clouds. Whoever wants one adds it, in the same version, with the feature:
//!
//! ```toml
//! layerglass = { version = "0.1", features = ["object-store"] }
//! object_store = { version = "0.14", features = ["aws"] }
//! ```
//!
//! Clouds are reached through Tokio: their futures are waited for in its runtime, not by `layerglass::fs::block_on`.
//!
//! # What is kept where
//! A key is an object below the prefix, under the same path, with the record's bytes as they are. A conditional deletion
//! does not exist, so [`Backend::swap`] puts a mark in the place of what it takes away: an object whose bytes are
//! [`ABSENT`]. Reading and listing pass over it. A record that begins like the mark is kept behind one.

mod probe;

use std::fmt;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{
    Error, GetOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion,
};

use crate::store::{Backend, BackendError, Sharing, Visit, is_key};

/// What stands where a record was taken away on condition. It is never deleted: somebody could be about to replace it.
pub const ABSENT: &[u8] = b"layerglass: there is no record under this key\n";

/// Objects that are read at once.
const CONCURRENT: usize = 32;

/// A backend over an object store. Names and leases can be shared by several writers, see [`Sharing::Records`].
///
/// ```
/// use std::sync::Arc;
/// use layerglass::object_store::ObjectStoreBackend;
/// use layerglass::store::{Backend, Sharing};
/// use object_store::memory::InMemory;
/// # layerglass::fs::block_on(async {
/// let backend = ObjectStoreBackend::new(Arc::new(InMemory::new()), "images").probed().await?;
/// assert_eq!(backend.sharing(), Sharing::Records);
/// assert!(backend.swap("repositories.json", None, Some(b"{}")).await?);
/// assert_eq!(backend.list("").await?, ["repositories.json"]);
/// # Ok::<(), layerglass::store::BackendError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct ObjectStoreBackend {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
    sharing: Sharing,
}

impl fmt::Debug for ObjectStoreBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectStoreBackend")
            .field("objects", &self.objects.to_string())
            .field("prefix", &self.prefix.as_ref())
            .field("sharing", &self.sharing)
            .finish()
    }
}

/// What an object holds.
struct Found {
    /// Nothing for a mark.
    record: Option<Vec<u8>>,
    version: UpdateVersion,
}

impl ObjectStoreBackend {
    /// The objects below a prefix; an empty one stands for all. The object store is taken to know conditional puts, as
    /// most do: where it refuses them, so do [`Backend::swap`] and every change of a name. [`Self::probed`] finds out.
    pub fn new(objects: Arc<dyn ObjectStore>, prefix: impl Into<Path>) -> Self {
        Self { objects, prefix: prefix.into(), sharing: Sharing::Records }
    }

    /// The same with a single writer: no conditional put is made.
    #[must_use]
    pub fn with_single_writer(mut self) -> Self {
        self.sharing = Sharing::Single;
        self
    }

    /// The object store.
    pub fn objects(&self) -> &Arc<dyn ObjectStore> {
        &self.objects
    }

    fn path(&self, key: &str) -> Result<Path, BackendError> {
        if !is_key(key) {
            return Err(BackendError::key(key));
        }
        let path = match self.prefix.as_ref() {
            "" => key.to_owned(),
            prefix => format!("{prefix}/{key}"),
        };
        Path::parse(path).map_err(|_| BackendError::key(key))
    }

    /// The key of an object below the prefix; nothing for an object that is no record.
    fn key(&self, path: &Path) -> Option<String> {
        let below = path.as_ref().strip_prefix(self.prefix.as_ref())?;
        let key = if self.prefix.as_ref().is_empty() { below } else { below.strip_prefix('/')? };
        is_key(key).then(|| key.to_owned())
    }

    /// An object, or nothing when there is none.
    async fn read(&self, operation: &'static str, key: &str) -> Result<Option<Found>, BackendError> {
        let path = self.path(key)?;
        let fail = |error| failure(operation, key, error);
        let object = match self.objects.get_opts(&path, GetOptions::default()).await {
            Ok(object) => object,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(fail(error)),
        };
        let version =
            UpdateVersion { e_tag: object.meta.e_tag.clone(), version: object.meta.version.clone() };
        let bytes = match object.bytes().await {
            Ok(bytes) => bytes,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(fail(error)),
        };
        Ok(Some(Found { record: decode(&bytes), version }))
    }

    async fn write(&self, key: &str, object: Vec<u8>, mode: PutMode) -> Result<(), Error> {
        let path = self.path(key).map_err(|error| Error::Generic { store: "", source: Box::new(error) })?;
        let options = PutOptions { mode, ..PutOptions::default() };
        self.objects.put_opts(&path, PutPayload::from(object), options).await.map(drop)
    }
}

impl Backend for ObjectStoreBackend {
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        let folder = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
        // Object stores list whole components.
        let below = if folder.is_empty() {
            self.prefix.clone()
        } else if is_key(folder) {
            self.path(folder)?
        } else {
            return Ok(Vec::new());
        };
        let below = Some(&below).filter(|below| !below.as_ref().is_empty());
        let mut objects = self.objects.list(below);
        let mut keys = Vec::new();
        while let Some(object) = objects.try_next().await.map_err(|error| failure("list", prefix, error))? {
            let Some(key) = self.key(&object.location).filter(|key| key.starts_with(prefix)) else {
                continue;
            };
            // Only what is as long as the mark can be it.
            let is_record = object.size != ABSENT.len() as u64 || self.get(&key).await?.is_some();
            if is_record {
                keys.push(key);
            }
        }
        keys.sort();
        keys.dedup();
        Ok(keys)
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        Ok(self.read("get", key).await?.and_then(|found| found.record))
    }

    async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        self.path(key)?;
        let written = self.write(key, encode(Some(bytes)), PutMode::Overwrite).await;
        written.map_err(|error| failure("put", key, error))
    }

    async fn delete(&self, key: &str) -> Result<(), BackendError> {
        match self.objects.delete(&self.path(key)?).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failure("delete", key, error)),
        }
    }

    fn sharing(&self) -> Sharing {
        self.sharing
    }

    async fn swap(
        &self,
        key: &str,
        expected: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> Result<bool, BackendError> {
        if self.sharing == Sharing::Single {
            return Err(BackendError::unsupported("swap", key));
        }
        let found = self.read("swap", key).await?;
        if found.as_ref().and_then(|found| found.record.as_deref()) != expected {
            return Ok(false);
        }
        if expected.is_none() && new.is_none() {
            return Ok(true);
        }
        // What was read is what is replaced, or nothing is.
        let mode = found.map_or(PutMode::Create, |found| PutMode::Update(found.version));
        match self.write(key, encode(new), mode).await {
            Ok(()) => Ok(true),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotFound { .. }) => {
                Ok(false)
            }
            Err(error) => Err(failure("swap", key, error)),
        }
    }

    async fn scan(&self, prefix: &str, visit: &Visit<'_>) -> Result<(), BackendError> {
        let keys = self.list(prefix).await?;
        let read = |key: String| async move {
            let record = self.get(&key).await;
            (key, record)
        };
        let mut records = stream::iter(keys.into_iter().map(read)).buffer_unordered(CONCURRENT);
        while let Some((key, record)) = records.next().await {
            match record {
                Ok(Some(bytes)) => visit(&key, Ok(bytes)),
                Ok(None) => {}
                Err(error) => visit(&key, Err(error)),
            }
        }
        Ok(())
    }
}

/// The bytes of an object for a record, or for none.
fn encode(record: Option<&[u8]>) -> Vec<u8> {
    match record {
        None => ABSENT.to_vec(),
        Some(bytes) if bytes.starts_with(ABSENT) => [ABSENT, bytes].concat(),
        Some(bytes) => bytes.to_vec(),
    }
}

/// The record of an object's bytes; nothing for a mark.
fn decode(object: &[u8]) -> Option<Vec<u8>> {
    match object.strip_prefix(ABSENT) {
        Some([]) => None,
        Some(record) if record.starts_with(ABSENT) => Some(record.to_vec()),
        _ => Some(object.to_vec()),
    }
}

fn failure(operation: &'static str, key: &str, error: Error) -> BackendError {
    match error {
        Error::NotSupported { .. } | Error::NotImplemented { .. } => {
            BackendError::unsupported(operation, key)
        }
        error => BackendError::failed(operation, key, error),
    }
}
