//! What is there for a while only.

use super::super::GraphError;
use super::super::contents::{ContentsError, LayerContents};
use super::{Graph, TEMPORARY};
use crate::store::{Backend, BackendError};

/// The tar of a layer in a place of its own, which goes away as it is read.
///
/// What is not read to its end is removed by [`Graph::sweep`], or at once by [`remove`](Self::remove).
#[derive(Debug)]
pub struct TempArchive<'a, B> {
    backend: &'a B,
    folder: String,
    size: u64,
    parts: u32,
    next: u32,
}

impl<B: Backend, C: LayerContents> Graph<B, C> {
    /// The key of a place for a while, which nothing else has. Nothing is there yet.
    ///
    /// # Errors
    /// There is no source of random numbers.
    pub fn mktemp(&self) -> Result<String, GraphError> {
        Ok(format!("{TEMPORARY}{}", self.shop.token()?))
    }

    /// Copies the tar of a layer to a place of its own, so that its size is known before it is sent. `progress` is told the
    /// bytes so far.
    ///
    /// # Errors
    /// None or several ids begin so, its contents cannot be read, or the storage failed; nothing is left behind then.
    pub async fn temporary_archive(
        &self,
        name: &str,
        mut progress: impl FnMut(u64),
    ) -> Result<TempArchive<'_, B>, GraphError> {
        let image = self.get(name).await?;
        let folder = self.mktemp()?;
        let mut archive = TempArchive { backend: &self.shop.backend, folder, size: 0, parts: 0, next: 0 };
        match self.copy(&image.id, image.parent.as_deref(), &mut archive, &mut progress).await {
            Ok(()) => Ok(archive),
            Err(error) => {
                // What cannot be removed now is swept.
                let _ = archive.remove().await;
                Err(error)
            }
        }
    }

    async fn copy(
        &self,
        id: &str,
        parent: Option<&str>,
        archive: &mut TempArchive<'_, B>,
        progress: &mut impl FnMut(u64),
    ) -> Result<(), GraphError> {
        let mut reading = self.shop.contents.open(id, parent).await?;
        while let Some(bytes) = self.shop.contents.read(&mut reading).await? {
            let key = archive.part(archive.parts);
            archive.parts = archive.parts.saturating_add(1);
            archive.backend.put(&key, &bytes).await?;
            archive.size = archive.size.saturating_add(bytes.len() as u64);
            progress(archive.size);
        }
        Ok(())
    }
}

impl<B: Backend> TempArchive<'_, B> {
    fn part(&self, number: u32) -> String {
        format!("{}/{number:08}", self.folder)
    }

    /// Bytes of the tar.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The key of its place.
    pub fn place(&self) -> &str {
        &self.folder
    }

    /// The next bytes; nothing at the end. What was read is gone.
    ///
    /// # Errors
    /// A part is missing, or the storage failed. The rest is removed then.
    pub async fn read(&mut self) -> Result<Option<Vec<u8>>, GraphError> {
        if self.next == self.parts {
            return Ok(None);
        }
        let key = self.part(self.next);
        let found = self.backend.get(&key).await;
        let found = found.map_err(GraphError::from).and_then(|found| {
            let reason = format!("part {} is missing", self.next);
            found.ok_or_else(|| ContentsError::Corrupt { place: self.folder.clone(), reason }.into())
        });
        match found {
            Ok(bytes) => {
                self.next += 1;
                self.backend.delete(&key).await?;
                Ok(Some(bytes))
            }
            Err(error) => {
                let _ = self.drop_parts().await;
                Err(error)
            }
        }
    }

    /// Removes what was not read.
    ///
    /// # Errors
    /// The storage failed.
    pub async fn remove(mut self) -> Result<(), BackendError> {
        self.drop_parts().await
    }

    async fn drop_parts(&mut self) -> Result<(), BackendError> {
        while self.next < self.parts {
            self.backend.delete(&self.part(self.next)).await?;
            self.next += 1;
        }
        Ok(())
    }
}
