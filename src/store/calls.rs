//! The older interface of seven calls, as a backend.

use std::future::Future;

use super::{Backend, BackendError, MaybeSend, MaybeSync, key};
use crate::digest::Digest;
use crate::image::ImageId;

/// The interface that Docker's image store had to its storage (`StoreBackend`): contents by their digest, and metadata of
/// a content by a key. Who has written one plugs it in through [`CallsBackend`].
///
/// Only what Docker keeps there fits through it. The rest, of which there is little, is kept as metadata of a content
/// that stands for the store itself: see [`CallsBackend`].
pub trait SevenCalls: MaybeSend + MaybeSync {
    /// The digests of all contents.
    ///
    /// # Errors
    /// Why they cannot be listed.
    fn walk(&self) -> impl Future<Output = Result<Vec<Digest>, BackendError>> + MaybeSend;

    /// A content; nothing when there is none.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn get(&self, id: &Digest) -> impl Future<Output = Result<Option<Vec<u8>>, BackendError>> + MaybeSend;

    /// Keeps a content, under its SHA-256.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn set(&self, content: &[u8]) -> impl Future<Output = Result<Digest, BackendError>> + MaybeSend;

    /// Deletes a content with its metadata; it is no error when there is none.
    ///
    /// # Errors
    /// Why it cannot be deleted.
    fn delete(&self, id: &Digest) -> impl Future<Output = Result<(), BackendError>> + MaybeSend;

    /// Keeps metadata of a content.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn set_metadata(
        &self,
        id: &Digest,
        name: &str,
        value: &[u8],
    ) -> impl Future<Output = Result<(), BackendError>> + MaybeSend;

    /// Metadata of a content; nothing when there is none.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn get_metadata(
        &self,
        id: &Digest,
        name: &str,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, BackendError>> + MaybeSend;

    /// Deletes metadata of a content; it is no error when there is none.
    ///
    /// # Errors
    /// Why it cannot be deleted.
    fn delete_metadata(
        &self,
        id: &Digest,
        name: &str,
    ) -> impl Future<Output = Result<(), BackendError>> + MaybeSend;
}

/// Metadata that Docker keeps of an image. The interface cannot list names, so these are asked for.
const KNOWN: [&str; 3] = [key::PARENT, key::LAST_UPDATED, key::BUILT_LOCALLY];
/// The content whose metadata is everything that is not about one image. It is no configuration, and Docker passes over
/// it when it starts.
const ROOT: &[u8] =
    b"layerglass: what belongs to the store and not to one image is kept as metadata of this\n";
/// Metadata of that content: which keys there are, a line each.
const KEYS: &str = "keys";

/// A backend over [`SevenCalls`]. It has a single writer.
///
/// Names, users and the journal, which the interface knows nothing of, are metadata of one content of their own. It is
/// written when the first of them is.
#[derive(Clone, Debug)]
pub struct CallsBackend<S> {
    calls: S,
    root: Digest,
}

/// Where a key is kept.
enum Place {
    Content(Digest),
    Metadata(Digest, String),
    Root(String),
}

impl<S: SevenCalls> CallsBackend<S> {
    /// A backend over those calls.
    pub fn new(calls: S) -> Self {
        Self { calls, root: Digest::sha256(ROOT) }
    }

    /// The calls.
    pub const fn calls(&self) -> &S {
        &self.calls
    }

    fn place(&self, key: &str) -> Result<Place, BackendError> {
        if !key::is_key(key) {
            return Err(BackendError::key(key));
        }
        if let Some(id) = key::content_id(key) {
            return Ok(Place::Content(id.digest()));
        }
        match key::metadata_id(key) {
            Some((id, name)) if KNOWN.contains(&name) => Ok(Place::Metadata(id.digest(), name.to_owned())),
            // As a name of metadata, which is a file's name for Docker.
            _ => Ok(Place::Root(format!("key.{}", Digest::sha256(key.as_bytes()).hex()))),
        }
    }

    async fn keys(&self) -> Result<Vec<String>, BackendError> {
        let keys = self.calls.get_metadata(&self.root, KEYS).await?.unwrap_or_default();
        let keys = String::from_utf8_lossy(&keys);
        let mut keys: Vec<String> = keys.lines().filter(|key| key::is_key(key)).map(str::to_owned).collect();
        keys.sort_unstable();
        keys.dedup();
        Ok(keys)
    }

    async fn write_keys(&self, keys: &[String]) -> Result<(), BackendError> {
        let lines: String = keys.iter().flat_map(|key| [key.as_str(), "\n"]).collect();
        self.calls.set_metadata(&self.root, KEYS, lines.as_bytes()).await
    }
}

impl<S: SevenCalls> Backend for CallsBackend<S> {
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        let mut found = Vec::new();
        for id in self.calls.walk().await? {
            if id == self.root {
                continue;
            }
            let image = ImageId::from(id);
            let content = key::content(&image);
            if content.starts_with(prefix) {
                found.push(content);
            }
            for name in KNOWN {
                let metadata = key::metadata(&image, name);
                if metadata.starts_with(prefix) && self.calls.get_metadata(&id, name).await?.is_some() {
                    found.push(metadata);
                }
            }
        }
        for key in self.keys().await? {
            if key.starts_with(prefix) && self.get(&key).await?.is_some() {
                found.push(key);
            }
        }
        found.sort();
        Ok(found)
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        match self.place(key)? {
            Place::Content(id) if id == self.root => Ok(None),
            Place::Content(id) => self.calls.get(&id).await,
            Place::Metadata(id, name) => self.calls.get_metadata(&id, &name).await,
            Place::Root(name) => self.calls.get_metadata(&self.root, &name).await,
        }
    }

    async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        match self.place(key)? {
            Place::Content(id) => {
                if Digest::sha256(bytes) != id {
                    let reason = "this storage keeps contents under their SHA-256 only";
                    return Err(BackendError::failed("put", key, reason));
                }
                self.calls.set(bytes).await.map(|_| ())
            }
            Place::Metadata(id, name) => self.calls.set_metadata(&id, &name, bytes).await,
            Place::Root(name) => {
                if self.calls.get(&self.root).await?.is_none() {
                    self.calls.set(ROOT).await?;
                }
                // A key that is listed and not there does no harm; the other way round it would never be found.
                let mut keys = self.keys().await?;
                if let Err(place) = keys.binary_search_by(|known| known.as_str().cmp(key)) {
                    keys.insert(place, key.to_owned());
                    self.write_keys(&keys).await?;
                }
                self.calls.set_metadata(&self.root, &name, bytes).await
            }
        }
    }

    async fn delete(&self, key: &str) -> Result<(), BackendError> {
        match self.place(key)? {
            Place::Content(id) => self.calls.delete(&id).await,
            Place::Metadata(id, name) => self.calls.delete_metadata(&id, &name).await,
            Place::Root(name) => {
                self.calls.delete_metadata(&self.root, &name).await?;
                let mut keys = self.keys().await?;
                if let Ok(place) = keys.binary_search_by(|known| known.as_str().cmp(key)) {
                    keys.remove(place);
                    self.write_keys(&keys).await?;
                }
                Ok(())
            }
        }
    }
}
