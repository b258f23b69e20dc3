//! A place in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Part, Place, PlaceError, Placed};
use crate::digest::{Algorithm, Digest};

/// A place in memory. Clones share what it keeps.
#[derive(Clone, Debug, Default)]
pub struct MemoryPlace(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    contents: BTreeMap<Digest, Vec<u8>>,
    /// What came before a transport failed.
    parts: BTreeMap<Digest, Vec<u8>>,
}

impl MemoryPlace {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// The contents of a digest.
    pub fn contents(&self, digest: &Digest) -> Option<Vec<u8>> {
        self.kept().contents.get(digest).cloned()
    }

    /// Digests of all that is kept, sorted.
    pub fn digests(&self) -> Vec<Digest> {
        self.kept().contents.keys().copied().collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Contents that are coming into memory.
#[derive(Debug)]
pub struct MemoryPart {
    place: MemoryPlace,
    expected: Option<Digest>,
    bytes: Vec<u8>,
}

impl Place for MemoryPlace {
    type Location = ();
    type Part = MemoryPart;

    async fn find(&self, digest: &Digest) -> Result<Option<Placed<()>>, PlaceError> {
        let size = self.kept().contents.get(digest).map(|bytes| bytes.len() as u64);
        Ok(size.map(|size| Placed { digest: *digest, size, location: () }))
    }

    async fn begin(&self, expected: Option<&Digest>) -> Result<MemoryPart, PlaceError> {
        let bytes = expected.and_then(|digest| self.kept().parts.remove(digest)).unwrap_or_default();
        Ok(MemoryPart { place: self.clone(), expected: expected.copied(), bytes })
    }

    async fn local(&self, _path: &str, _algorithm: Algorithm) -> Result<Placed<()>, PlaceError> {
        Err(PlaceError::NoLocalFiles)
    }
}

impl Part for MemoryPart {
    type Location = ();

    async fn resume(&mut self, take: &mut (dyn FnMut(&[u8]) + Send)) -> Result<u64, PlaceError> {
        take(&self.bytes);
        Ok(self.bytes.len() as u64)
    }

    async fn restart(&mut self) -> Result<(), PlaceError> {
        self.bytes.clear();
        Ok(())
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), PlaceError> {
        self.bytes.extend(bytes);
        Ok(())
    }

    async fn commit(mut self, digest: &Digest) -> Result<Placed<()>, PlaceError> {
        self.expected = None;
        let bytes = std::mem::take(&mut self.bytes);
        let size = bytes.len() as u64;
        self.place.kept().contents.insert(*digest, bytes);
        Ok(Placed { digest: *digest, size, location: () })
    }

    async fn discard(mut self) -> Result<(), PlaceError> {
        self.expected = None;
        Ok(())
    }
}

impl Drop for MemoryPart {
    fn drop(&mut self) {
        if let Some(expected) = self.expected.take().filter(|_| !self.bytes.is_empty()) {
            let bytes = std::mem::take(&mut self.bytes);
            self.place.kept().parts.insert(expected, bytes);
        }
    }
}
