//! Storage in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::turn::{OwnedTurn, Turn};
use super::{Backend, BackendError, Lock, Sharing, key};

/// A backend in memory. Clones share what it keeps, so that several stores can work with it.
///
/// ```
/// use layerglass::store::{Backend, MemoryBackend};
/// # layerglass::fs::block_on(async {
/// let backend = MemoryBackend::new();
/// backend.put("repositories.json", b"{}").await?;
/// assert_eq!(backend.list("repo").await?, ["repositories.json"]);
/// # Ok::<(), layerglass::store::BackendError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryBackend(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    records: Mutex<BTreeMap<String, Vec<u8>>>,
    writers: Arc<Turn>,
}

impl MemoryBackend {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything it keeps.
    pub fn records(&self) -> BTreeMap<String, Vec<u8>> {
        self.kept().clone()
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.0.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A backend that keeps those records.
impl FromIterator<(String, Vec<u8>)> for MemoryBackend {
    fn from_iter<I: IntoIterator<Item = (String, Vec<u8>)>>(records: I) -> Self {
        let records = Mutex::new(records.into_iter().collect());
        Self(Arc::new(Shared { records, writers: Arc::default() }))
    }
}

fn check(key: &str) -> Result<(), BackendError> {
    if key::is_key(key) { Ok(()) } else { Err(BackendError::key(key)) }
}

impl Backend for MemoryBackend {
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        let records = self.kept();
        let from = records.range::<str, _>((std::ops::Bound::Included(prefix), std::ops::Bound::Unbounded));
        Ok(from.map(|(key, _)| key).take_while(|key| key.starts_with(prefix)).cloned().collect())
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        Ok(self.kept().get(key).cloned())
    }

    async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        check(key)?;
        self.kept().insert(key.to_owned(), bytes.to_owned());
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), BackendError> {
        check(key)?;
        self.kept().remove(key);
        Ok(())
    }

    fn sharing(&self) -> Sharing {
        Sharing::Full
    }

    async fn swap(
        &self,
        key: &str,
        expected: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> Result<bool, BackendError> {
        check(key)?;
        let mut records = self.kept();
        if records.get(key).map(Vec::as_slice) != expected {
            return Ok(false);
        }
        match new {
            Some(bytes) => records.insert(key.to_owned(), bytes.to_owned()),
            None => records.remove(key),
        };
        Ok(true)
    }

    async fn lock(&self) -> Result<Option<Lock>, BackendError> {
        let having: OwnedTurn = Turn::take_owned(&self.0.writers).await;
        Ok(Some(Lock::new(having)))
    }
}
