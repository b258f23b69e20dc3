//! Storage that fails.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use layerglass::store::{Backend, BackendError, Lock, MemoryBackend, Sharing, Visit};

/// What goes wrong with a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not done, and said to have failed; those after it work.
    Fails,
    /// It is done, and said to have failed; those after it work.
    DoneButFails,
    /// It is not done, and nothing after it: the process has ended.
    EndsBefore,
    /// It is done, and nothing after it.
    EndsAfter,
    /// It never comes back, and is not done; those after it work.
    HangsBefore,
    /// It never comes back, and is done; those after it work.
    HangsAfter,
}

/// A backend in memory in which one write goes wrong. Clones are the same one.
#[derive(Clone)]
pub struct Faulty {
    pub inner: MemoryBackend,
    fault: Fault,
    /// Writes until then.
    left: Arc<AtomicUsize>,
    sharing: Sharing,
    has_room: bool,
}

impl Faulty {
    /// Goes wrong at the write after `after` others.
    pub fn new(inner: MemoryBackend, fault: Fault, after: usize, sharing: Sharing) -> Self {
        Self { inner, fault, left: Arc::new(AtomicUsize::new(after)), sharing, has_room: true }
    }

    /// The same without room for more than the file of names: a journal is refused.
    pub fn full(inner: MemoryBackend, fault: Fault, after: usize, sharing: Sharing) -> Self {
        Self { has_room: false, ..Self::new(inner, fault, after, sharing) }
    }

    /// Whether the write went wrong.
    pub fn struck(&self) -> bool {
        self.left.load(Ordering::SeqCst) == usize::MAX
    }

    async fn write<T>(
        &self,
        key: &str,
        write: impl Future<Output = Result<T, BackendError>> + Send,
    ) -> Result<T, BackendError> {
        let error =
            BackendError::Failed { operation: "write", key: key.to_owned(), reason: "as told".to_owned() };
        let ends = matches!(self.fault, Fault::EndsBefore | Fault::EndsAfter);
        match self.left.load(Ordering::SeqCst) {
            usize::MAX if ends => Err(error),
            usize::MAX => write.await,
            0 => {
                self.left.store(usize::MAX, Ordering::SeqCst);
                if matches!(self.fault, Fault::DoneButFails | Fault::EndsAfter | Fault::HangsAfter) {
                    write.await?;
                }
                if matches!(self.fault, Fault::HangsBefore | Fault::HangsAfter) {
                    std::future::pending::<()>().await;
                }
                Err(error)
            }
            left => {
                self.left.store(left - 1, Ordering::SeqCst);
                write.await
            }
        }
    }
}

impl Backend for Faulty {
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        self.inner.list(prefix).await
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        self.inner.get(key).await
    }

    async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        if !self.has_room && !bytes.is_empty() && key != "repositories.json" {
            let (key, reason) = (key.to_owned(), "as told".to_owned());
            return Err(BackendError::Full { operation: "put", key, reason });
        }
        self.write(key, self.inner.put(key, bytes)).await
    }

    async fn delete(&self, key: &str) -> Result<(), BackendError> {
        self.write(key, self.inner.delete(key)).await
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
        self.write(key, self.inner.swap(key, expected, new)).await
    }

    async fn scan(&self, prefix: &str, visit: &Visit<'_>) -> Result<(), BackendError> {
        self.inner.scan(prefix, visit).await
    }

    async fn lock(&self) -> Result<Option<Lock>, BackendError> {
        if self.sharing == Sharing::Full { self.inner.lock().await } else { Ok(None) }
    }
}
