//! The storage that a store is given.

use std::any::Any;
use std::fmt;
use std::future::{self, Future};

use super::BackendError;

/// `Send` where there are threads.
#[cfg(not(target_arch = "wasm32"))]
pub trait MaybeSend: Send {}
#[cfg(not(target_arch = "wasm32"))]
impl<T: Send + ?Sized> MaybeSend for T {}

/// `Send` where there are threads: here there are none.
#[cfg(target_arch = "wasm32")]
pub trait MaybeSend {}
#[cfg(target_arch = "wasm32")]
impl<T: ?Sized> MaybeSend for T {}

/// `Sync` where there are threads.
#[cfg(not(target_arch = "wasm32"))]
pub trait MaybeSync: Sync {}
#[cfg(not(target_arch = "wasm32"))]
impl<T: Sync + ?Sized> MaybeSync for T {}

/// `Sync` where there are threads: here there are none.
#[cfg(target_arch = "wasm32")]
pub trait MaybeSync {}
#[cfg(target_arch = "wasm32")]
impl<T: ?Sized> MaybeSync for T {}

/// What a lock holds on to.
#[cfg(not(target_arch = "wasm32"))]
type Held = Box<dyn Any + Send>;
#[cfg(target_arch = "wasm32")]
type Held = Box<dyn Any>;

/// Takes one record of a scan: its key, and its bytes or why they cannot be read.
#[cfg(target_arch = "wasm32")]
pub type Visit<'a> = dyn Fn(&str, Result<Vec<u8>, BackendError>) + 'a;

/// Takes one record of a scan: its key, and its bytes or why they cannot be read.
#[cfg(not(target_arch = "wasm32"))]
pub type Visit<'a> = dyn Fn(&str, Result<Vec<u8>, BackendError>) + Sync + 'a;

/// How far several writers, in several processes or tabs, can share what a backend keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sharing {
    /// Not at all: there is one writer.
    Single,
    /// Names and leases, each a record that changes by [`Backend::swap`]. Every other change expects that nobody else
    /// writes meanwhile.
    Records,
    /// Everything: each change is made under [`Backend::lock`].
    Full,
}

impl Sharing {
    /// The name that JavaScript sees: `single`, `records` or `full`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Records => "records",
            Self::Full => "full",
        }
    }
}

/// The exclusive right to write; dropping it gives it back.
pub struct Lock(#[expect(dead_code, reason = "held for what dropping it does")] Held);

impl Lock {
    /// A lock that ends when `held` is dropped.
    pub fn new(held: impl Any + MaybeSend) -> Self {
        Self(Box::new(held))
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lock")
    }
}

/// Storage of small records under keys.
///
/// A key is a relative path of components that hold ASCII letters, digits, `.`, `_`, `-` and `:`, joined by `/`; it has
/// neither empty components nor `.` nor `..`, and none that starts with `.tmp-`, as files do that are being written. The keys of a store have the shape of Docker's own layout
/// (`imagedb/content/sha256/<hex>`, `repositories.json`), so that a folder backend *is* that layout.
///
/// The four calls that every backend has: [`list`](Self::list), [`get`](Self::get), [`put`](Self::put) and
/// [`delete`](Self::delete). The others have defaults that say the backend cannot do it.
///
/// [`super::conformance`] checks all of it.
pub trait Backend: MaybeSend + MaybeSync {
    /// The keys that start with a prefix, which may end anywhere, sorted.
    ///
    /// # Errors
    /// Why they cannot be listed.
    fn list(&self, prefix: &str) -> impl Future<Output = Result<Vec<String>, BackendError>> + MaybeSend;

    /// The bytes of a record, or nothing when there is none.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Vec<u8>>, BackendError>> + MaybeSend;

    /// Writes a record. After success it is durable; whatever happens, it is the old one or the new one and never a part.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn put(&self, key: &str, bytes: &[u8]) -> impl Future<Output = Result<(), BackendError>> + MaybeSend;

    /// Deletes a record; it is no error when there is none.
    ///
    /// # Errors
    /// Why it cannot be deleted.
    fn delete(&self, key: &str) -> impl Future<Output = Result<(), BackendError>> + MaybeSend;

    /// How far several writers can share the backend: what [`Self::swap`] and [`Self::lock`] can do.
    fn sharing(&self) -> Sharing {
        Sharing::Single
    }

    /// Changes a record only if it is what is expected; nothing stands for no record. True when it was changed.
    ///
    /// # Errors
    /// Why it cannot be done; [`BackendError::Unsupported`] by default.
    fn swap(
        &self,
        key: &str,
        _expected: Option<&[u8]>,
        _new: Option<&[u8]>,
    ) -> impl Future<Output = Result<bool, BackendError>> + MaybeSend {
        future::ready(Err(BackendError::unsupported("swap", key)))
    }

    /// Hands over every record whose key starts with a prefix, in any order; natively perhaps from several threads.
    ///
    /// # Errors
    /// Why the keys cannot be listed. What cannot be read is handed over as an error.
    fn scan(
        &self,
        prefix: &str,
        visit: &Visit<'_>,
    ) -> impl Future<Output = Result<(), BackendError>> + MaybeSend {
        async move {
            for key in self.list(prefix).await? {
                match self.get(&key).await {
                    Ok(Some(bytes)) => visit(&key, Ok(bytes)),
                    Ok(None) => {}
                    Err(error) => visit(&key, Err(error)),
                }
            }
            Ok(())
        }
    }

    /// Waits until nobody else writes, and keeps it so until the lock is dropped or its holder ends, however it ends.
    /// Nothing by default: the backend has no such lock.
    ///
    /// # Errors
    /// Why it cannot be had.
    fn lock(&self) -> impl Future<Output = Result<Option<Lock>, BackendError>> + MaybeSend {
        future::ready(Ok(None))
    }

    /// Removes what writes left behind that were interrupted, and says what that was. The store calls it when it opens,
    /// under the lock.
    ///
    /// # Errors
    /// Why that cannot be done.
    fn sweep(&self) -> impl Future<Output = Result<Vec<String>, BackendError>> + MaybeSend {
        future::ready(Ok(Vec::new()))
    }
}

/// A backend that is shared.
impl<B: Backend + ?Sized> Backend for std::sync::Arc<B> {
    fn list(&self, prefix: &str) -> impl Future<Output = Result<Vec<String>, BackendError>> + MaybeSend {
        (**self).list(prefix)
    }

    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Vec<u8>>, BackendError>> + MaybeSend {
        (**self).get(key)
    }

    fn put(&self, key: &str, bytes: &[u8]) -> impl Future<Output = Result<(), BackendError>> + MaybeSend {
        (**self).put(key, bytes)
    }

    fn delete(&self, key: &str) -> impl Future<Output = Result<(), BackendError>> + MaybeSend {
        (**self).delete(key)
    }

    fn sharing(&self) -> Sharing {
        (**self).sharing()
    }

    fn swap(
        &self,
        key: &str,
        expected: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> impl Future<Output = Result<bool, BackendError>> + MaybeSend {
        (**self).swap(key, expected, new)
    }

    fn scan(
        &self,
        prefix: &str,
        visit: &Visit<'_>,
    ) -> impl Future<Output = Result<(), BackendError>> + MaybeSend {
        (**self).scan(prefix, visit)
    }

    fn lock(&self) -> impl Future<Output = Result<Option<Lock>, BackendError>> + MaybeSend {
        (**self).lock()
    }

    fn sweep(&self) -> impl Future<Output = Result<Vec<String>, BackendError>> + MaybeSend {
        (**self).sweep()
    }
}
