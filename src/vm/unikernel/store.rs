//! Images of unikernels in any storage: one record each, so that every change is one write.

use std::sync::Arc;

use super::error::shown;
use super::{UnikernelError, UnikernelImage, VmCopy};
use crate::digest::Digest;
use crate::limits::Limits;
use crate::store::{Backend, Sharing, Turn};

/// Records, by the digest of the id.
const PREFIX: &str = "layerglass/unikernels/sha256/";
/// How often a record that others change at the same time is tried again.
const ATTEMPTS: u32 = 64;

/// A record that cannot be read. It stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnikernelProblem {
    /// Its key.
    pub key: String,
    /// What is wrong with it.
    pub error: UnikernelError,
}

/// Images of unikernels over a backend. Nothing is remembered beside the backend, so that several stores can work with it
/// as far as it can be shared.
///
/// ```
/// use layerglass::store::MemoryBackend;
/// use layerglass::vm::unikernel::{UnikernelImage, UnikernelStore};
/// # layerglass::fs::block_on(async {
/// let store = UnikernelStore::new(MemoryBackend::new(), &Default::default());
/// let image = UnikernelImage { id: "osv".into(), size: 10, ..UnikernelImage::default() };
/// store.add(image).await?;
/// assert_eq!(store.get("osv").await?.size, 10);
/// # Ok::<(), layerglass::vm::unikernel::UnikernelError>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct UnikernelStore<B> {
    backend: B,
    limits: Limits,
    turn: Arc<Turn>,
}

fn key(id: &str) -> String {
    format!("{PREFIX}{}", Digest::sha256(id.as_bytes()).hex())
}

impl<B: Backend> UnikernelStore<B> {
    /// The images that a backend keeps.
    pub fn new(backend: B, limits: &Limits) -> Self {
        Self { backend, limits: *limits, turn: Arc::default() }
    }

    /// All images, sorted by their ids, and the records that cannot be read.
    ///
    /// # Errors
    /// The storage failed.
    pub async fn list(&self) -> Result<(Vec<UnikernelImage>, Vec<UnikernelProblem>), UnikernelError> {
        let (mut images, mut problems) = (Vec::new(), Vec::new());
        for key in self.backend.list(PREFIX).await? {
            let Some(bytes) = self.backend.get(&key).await? else { continue };
            match self.read(&key, &bytes) {
                Ok(image) => images.push(image),
                Err(error) => problems.push(UnikernelProblem { key, error }),
            }
        }
        images.sort_by(|a, b| a.id.cmp(&b.id));
        Ok((images, problems))
    }

    /// The image of that exact id.
    ///
    /// # Errors
    /// There is none, its record is damaged, or the storage failed.
    pub async fn get(&self, id: &str) -> Result<UnikernelImage, UnikernelError> {
        let key = key(id);
        match self.backend.get(&key).await? {
            Some(bytes) => self.read(&key, &bytes),
            None => Err(not_found(id)),
        }
    }

    /// Adds an image. Of one whose id is known only the names are added; all else stays as it is. Gives what is now there.
    ///
    /// # Errors
    /// The image has no id, the record that is there is damaged, or the storage failed.
    pub async fn add(&self, image: UnikernelImage) -> Result<UnikernelImage, UnikernelError> {
        if image.id.is_empty() {
            return Err(UnikernelError::NoId);
        }
        let id = image.id.clone();
        let added = self.change(&id, |known| -> Result<_, UnikernelError> {
            Ok(Some(match known {
                None => image.clone(),
                Some(mut known) => {
                    known.repo_tags.extend(image.repo_tags.iter().cloned());
                    known.repo_digests.extend(image.repo_digests.iter().cloned());
                    known
                }
            }))
        });
        added.await?.ok_or_else(|| not_found(&id))
    }

    /// Changes an image: `change` is given a copy, and what it makes of it takes the image's place, or its error is
    /// returned and nothing is changed. It is called again when others changed the record meanwhile. It may read the store,
    /// but waits for ever when it writes to it.
    ///
    /// # Errors
    /// There is no such image, `change` failed or gave the image another id, or the storage failed.
    pub async fn update<E: From<UnikernelError>>(
        &self,
        id: &str,
        mut change: impl FnMut(UnikernelImage) -> Result<UnikernelImage, E>,
    ) -> Result<UnikernelImage, E> {
        let updated = self.change(id, |known| -> Result<_, E> {
            let new = change(known.ok_or_else(|| not_found(id))?)?;
            if new.id != id {
                return Err(UnikernelError::IdChanged { id: shown(id), found: shown(&new.id) }.into());
            }
            Ok(Some(new))
        });
        Ok(updated.await?.ok_or_else(|| not_found(id))?)
    }

    /// Lends a sandbox a copy of an image: like the base copy, with its command line. Its files are the caller's to copy;
    /// where that fails, [`Self::drop_copy`] takes the lease back.
    ///
    /// # Errors
    /// There is no such image or no base copy, the sandbox has one already, nothing can be made of the format, the name is
    /// none for a copy, or the storage failed.
    pub async fn prepare_copy(&self, id: &str, sandbox: &str) -> Result<VmCopy, UnikernelError> {
        let mut prepared = None;
        self.update(id, |mut image| -> Result<_, UnikernelError> {
            let copy = image.copy_for(sandbox)?;
            image.copies.insert(sandbox.to_owned(), copy.clone());
            prepared = Some(copy);
            Ok(image)
        })
        .await?;
        prepared.ok_or_else(|| not_found(id))
    }

    /// Ends the lease of a sandbox, and gives its copy, whose files are the caller's to remove. Nothing where there is no
    /// such image, or the sandbox has none. The base copy is not dropped so.
    ///
    /// # Errors
    /// The name is the base copy's, the record is damaged, or the storage failed.
    pub async fn drop_copy(&self, id: &str, sandbox: &str) -> Result<Option<VmCopy>, UnikernelError> {
        let mut dropped = None;
        self.change(id, |known| -> Result<_, UnikernelError> {
            let Some(mut image) = known else { return Ok(None) };
            if image.base().is_some_and(|base| base.uuid == sandbox) {
                return Err(UnikernelError::CopyName { name: shown(sandbox) });
            }
            dropped = image.copies.remove(sandbox);
            Ok(Some(image))
        })
        .await?;
        Ok(dropped)
    }

    /// Removes an image that no sandbox has a copy of, and gives it: the files of its base copy are the caller's to
    /// remove. Nothing where there is no such image.
    ///
    /// # Errors
    /// Sandboxes have copies, the record is damaged, or the storage failed.
    pub async fn remove(&self, id: &str) -> Result<Option<UnikernelImage>, UnikernelError> {
        let mut removed = None;
        self.change(id, |known| -> Result<_, UnikernelError> {
            if let Some(users) = known.as_ref().map(UnikernelImage::users).filter(|users| !users.is_empty()) {
                return Err(UnikernelError::InUse { id: shown(id), users });
            }
            removed = known;
            Ok(None)
        })
        .await?;
        Ok(removed)
    }

    /// Deletes a record, whoever uses the image, also a damaged one. False when there is none.
    ///
    /// # Errors
    /// The storage failed.
    pub async fn delete(&self, id: &str) -> Result<bool, UnikernelError> {
        let _turn = Turn::take_owned(&self.turn).await;
        let _lock = self.backend.lock().await?;
        let key = key(id);
        let was_there = self.backend.get(&key).await?.is_some();
        self.backend.delete(&key).await?;
        Ok(was_there)
    }

    fn read(&self, key: &str, bytes: &[u8]) -> Result<UnikernelImage, UnikernelError> {
        let image = UnikernelImage::parse(bytes, &self.limits)?;
        let own = self::key(&image.id);
        if own == key {
            Ok(image)
        } else {
            Err(UnikernelError::IdChanged { id: own, found: shown(&image.id) })
        }
    }

    /// Changes one record by one write. `change` is given what is there, and gives what is to be there.
    async fn change<E: From<UnikernelError>>(
        &self,
        id: &str,
        mut change: impl FnMut(Option<UnikernelImage>) -> Result<Option<UnikernelImage>, E>,
    ) -> Result<Option<UnikernelImage>, E> {
        let _turn = Turn::take_owned(&self.turn).await;
        let _lock = self.backend.lock().await.map_err(UnikernelError::from)?;
        let key = key(id);
        for _ in 0..ATTEMPTS {
            let raw = self.backend.get(&key).await.map_err(UnikernelError::from)?;
            let known = raw.as_deref().map(|raw| self.read(&key, raw)).transpose()?;
            let new = change(known.clone())?;
            if new == known {
                return Ok(new);
            }
            let next = known.map_or(1, |known| known.revision.saturating_add(1));
            let new = new.map(|image| UnikernelImage { revision: next, ..image });
            let bytes = new.as_ref().map(UnikernelImage::to_json);
            if let Some(bytes) = &bytes {
                // What could not be read again is not written.
                self.read(&key, bytes)?;
            }
            if self.write(&key, raw.as_deref(), bytes.as_deref()).await? {
                return Ok(new);
            }
        }
        Err(UnikernelError::Contended { key, attempts: ATTEMPTS }.into())
    }

    async fn write(
        &self,
        key: &str,
        expected: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> Result<bool, UnikernelError> {
        if self.backend.sharing() == Sharing::Records {
            return Ok(self.backend.swap(key, expected, new).await?);
        }
        // One writer only: by nature, or by the lock that is held.
        match new {
            Some(new) => self.backend.put(key, new).await?,
            None => self.backend.delete(key).await?,
        }
        Ok(true)
    }
}

fn not_found(id: &str) -> UnikernelError {
    UnikernelError::NotFound { id: shown(id) }
}
