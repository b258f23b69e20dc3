//! The store.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::change::Change;
use super::events::{Listeners, StoreChange, Subscription};
use super::index::Index;
use super::problem::Problems;
use super::turn::{Having, Turn};
use super::{
    Backend, BackendError, FreedLayer, LayerStore, LayerStores, Lock, NoLayers, Problem, Sharing, StoreError,
};
use super::{journal, key};
use crate::env::Env;
use crate::image::{ImageConfig, ImageId};
use crate::limits::Limits;

/// A store of images. See [the module](super).
///
/// Every method takes `&self`. A future that is dropped before it is done leaves the store as a crash would: wholly
/// changed or not at all.
///
/// ```
/// use layerglass::env::{Env, UnixTime};
/// use layerglass::image::Platform;
/// use layerglass::reference::Reference;
/// use layerglass::store::{CreateOptions, DeletePolicy, ImageStore, MemoryBackend, StoreOptions};
/// # layerglass::fs::block_on(async {
/// let env = Env::new(|| UnixTime::default(), Platform::new("linux", "amd64"));
/// let (store, report) = ImageStore::open(MemoryBackend::new(), StoreOptions::new(env)).await?;
/// assert!(report.problems.is_empty());
///
/// let config = br#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers"}}"#;
/// let id = store.create(config, CreateOptions::default()).await?;
/// store.tag(&Reference::parse_normalized("demo:1").unwrap(), id, false).await?;
/// assert_eq!(store.get(&id).await?.raw(), config);
/// assert_eq!(store.names_of(&id)[0].familiar(), "demo:1");
///
/// let report = store.delete(&id, DeletePolicy::default()).await?;
/// assert_eq!((report.deleted, report.untagged.len()), (vec![id], 1));
/// # Ok::<(), layerglass::store::StoreError>(())
/// # }).unwrap();
/// ```
pub struct ImageStore<B, L: LayerStore = NoLayers> {
    pub(super) backend: B,
    pub(super) layers: LayerStores<L>,
    pub(super) env: Env,
    pub(super) limits: Limits,
    pub(super) listeners: Arc<Listeners>,
    turn: Turn,
    /// Whether this store committed something that it could not make.
    pub(super) pending: AtomicBool,
    /// A change was begun, and it is not known here how it ended: it failed, or its future was dropped.
    is_stale: AtomicBool,
    index: Mutex<Index<L::Layer>>,
}

/// The right to change the store, and what was changed by it. Changes are told when it is given back.
pub(super) struct Writer<'a, B, L: LayerStore> {
    store: &'a ImageStore<B, L>,
    /// Both are there to be dropped, the lock before the turn.
    held: Option<(Option<Lock>, Having<'a>)>,
}

impl<B, L: LayerStore> Writer<'_, B, L> {
    /// Ends a change after which the index knows what is in the storage. Where this is not reached, everything is read
    /// anew before the next change.
    pub(super) fn done(self) {
        self.store.is_stale.store(false, Ordering::Release);
    }
}

impl<B, L: LayerStore> Drop for Writer<'_, B, L> {
    fn drop(&mut self) {
        if let Some((lock, turn)) = self.held.take() {
            drop(lock);
            drop(turn);
        }
        self.store.listeners.tell();
    }
}

/// How a commit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Committed {
    /// Everything is done.
    Done,
    /// It is committed, and what remains to be done is done by whoever works with the store next.
    CleanupPending,
}

impl Committed {
    pub(super) const fn is_pending(self) -> bool {
        matches!(self, Self::CleanupPending)
    }
}

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    pub(super) fn empty(backend: B, layers: LayerStores<L>, env: Env, limits: Limits) -> Self {
        Self {
            backend,
            layers,
            env,
            limits,
            listeners: Arc::default(),
            turn: Turn::default(),
            pending: AtomicBool::new(false),
            is_stale: AtomicBool::new(false),
            index: Mutex::default(),
        }
    }

    /// The index. No guard of it lives across an `await`.
    pub(super) fn index(&self) -> MutexGuard<'_, Index<L::Layer>> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The backend.
    pub const fn backend(&self) -> &B {
        &self.backend
    }

    /// How far several writers can share this store.
    pub fn concurrency(&self) -> Sharing {
        self.backend.sharing()
    }

    /// Calls back after each change, in the order of the changes, until the subscription is dropped. It is called when no
    /// lock is held and may work with the store itself.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn subscribe(&self, callback: impl Fn(&StoreChange) + Send + Sync + 'static) -> Subscription {
        self.listeners.add(Arc::new(callback))
    }

    /// Calls back after each change, in the order of the changes, until the subscription is dropped. It is called when no
    /// lock is held and may work with the store itself.
    #[cfg(target_arch = "wasm32")]
    pub fn subscribe(&self, callback: impl Fn(&StoreChange) + 'static) -> Subscription {
        self.listeners.add(Arc::new(callback))
    }

    /// An image: read, checked against its id, and parsed. Images that were found to lack their layers are given as well.
    ///
    /// # Errors
    /// That it is not there, that it is damaged, or why it cannot be read.
    pub async fn get(&self, id: &ImageId) -> Result<ImageConfig, Box<StoreError>> {
        Ok(ImageConfig::parse(self.raw(id).await?, &self.limits)?)
    }

    /// The exact bytes of an image's configuration, checked against its id.
    ///
    /// # Errors
    /// That it is not there, that it is damaged, or why it cannot be read.
    pub async fn raw(&self, id: &ImageId) -> Result<Vec<u8>, Box<StoreError>> {
        self.settle().await;
        let bytes = self.content(id).await?.ok_or_else(|| StoreError::not_found(id))?;
        let found = ImageId::of(&bytes);
        if found == *id {
            Ok(bytes)
        } else {
            Err(StoreError::Corrupt { id: *id, found: Box::new(found) }.into())
        }
    }

    pub(super) async fn content(&self, id: &ImageId) -> Result<Option<Vec<u8>>, Box<StoreError>> {
        if id.digest().algorithm() != crate::digest::Algorithm::Sha256 {
            return Ok(None);
        }
        Ok(self.backend.get(&key::content(id)).await?)
    }

    /// Whether an image is there and whole.
    pub fn contains(&self, id: &ImageId) -> bool {
        self.index().images.contains_key(id)
    }

    /// The one image whose id starts with a text: digits, or `sha256:` and digits.
    ///
    /// # Errors
    /// That none does, or which do.
    pub fn search(&self, prefix: &str) -> Result<ImageId, Box<StoreError>> {
        Ok(self.index().ids.lookup(prefix)?.into())
    }

    /// How many images there are.
    pub fn len(&self) -> usize {
        self.index().images.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All images, sorted.
    pub fn list(&self) -> Vec<ImageId> {
        self.index().images.keys().copied().collect()
    }

    /// The image after another one in the order of [`Self::list`], or the first one: for going through a large store that
    /// changes meanwhile.
    pub fn next_after(&self, id: Option<&ImageId>) -> Option<ImageId> {
        let index = self.index();
        match id {
            Some(id) => index.images.iter_from(id).map(|(next, _)| *next).find(|next| next != id),
            None => index.images.keys().next().copied(),
        }
    }

    /// Images that are there and cannot be used, with the reason. They can be deleted, and most can be repaired.
    pub fn damaged(&self) -> Vec<Problem> {
        self.index().damaged.values().cloned().collect()
    }

    /// Takes the turn and the lock, and makes what changes are committed and not yet made.
    pub(super) async fn writer(&self) -> Result<Writer<'_, B, L>, Box<StoreError>> {
        let turn = self.turn.take().await;
        let lock = self.backend.lock().await?;
        let writer = Writer { store: self, held: Some((lock, turn)) };
        self.finish().await?;
        if self.is_stale.load(Ordering::Acquire) {
            self.read_all(&mut Problems::new(&self.limits)).await?;
            self.listeners.note([StoreChange::Reloaded]);
            self.is_stale.store(false, Ordering::Release);
        }
        Ok(writer)
    }

    /// The same for changing an image, which has to be there.
    pub(super) async fn writer_of(&self, id: &ImageId) -> Result<Writer<'_, B, L>, Box<StoreError>> {
        let writer = self.writer().await?;
        if self.refresh(id).await? { Ok(writer) } else { Err(StoreError::not_found(id)) }
    }

    /// Makes what is committed and not yet made.
    pub(super) async fn finish(&self) -> Result<(), BackendError> {
        let record = self.backend.get(key::JOURNAL).await?;
        let changes = record.as_deref().and_then(journal::read);
        if let Some(changes) = &changes {
            self.begin();
            self.make(changes).await?;
            self.backend.delete(key::JOURNAL).await?;
        } else if let Some(record) = record {
            if self.is_marked(&record).await? {
                self.begin();
                self.make_marked().await?;
                self.pending.store(false, Ordering::Release);
                return Ok(());
            }
            // It is none of ours or damaged; opening has reported it.
            self.set_aside(key::JOURNAL, record).await?;
        }
        self.pending.store(false, Ordering::Release);
        Ok(())
    }

    /// Whether nothing is committed that is not made yet.
    pub(crate) async fn is_finished(&self) -> bool {
        matches!(self.backend.get(key::JOURNAL).await, Ok(None))
    }

    /// Makes what this store committed and could not make, so that what is read next shows it. Where that fails again,
    /// what is there is read; whoever changes something next fails or makes it.
    pub(super) async fn settle(&self) {
        if self.pending.load(Ordering::Acquire) {
            let _ = self.writer().await;
        }
    }

    /// Takes the turn for reading everything, with the lock where the storage can be written to.
    pub(super) async fn reader(&self) -> Result<Writer<'_, B, L>, Box<StoreError>> {
        match self.writer().await {
            Err(error) if matches!(*error, StoreError::Backend(BackendError::ReadOnly { .. })) => {
                Ok(Writer { store: self, held: Some((None, self.turn.take().await)) })
            }
            other => other,
        }
    }

    /// From here on the index may differ from the storage, until [`Writer::done`].
    pub(super) fn begin(&self) {
        self.is_stale.store(true, Ordering::Release);
    }

    /// Commits changes, all or none.
    ///
    /// # Errors
    /// Nothing was changed.
    pub(super) async fn commit(&self, changes: &[Change]) -> Result<Committed, Box<StoreError>> {
        if !changes.is_empty() {
            self.begin();
        }
        match changes {
            [] => Ok(Committed::Done),
            [change] => {
                self.make(std::slice::from_ref(change)).await?;
                Ok(Committed::Done)
            }
            changes => {
                // There is one journal. What it still holds would be lost.
                if self.pending.load(Ordering::Acquire) {
                    self.finish().await?;
                }
                if let Err(error) = self.backend.put(key::JOURNAL, &journal::write(changes)).await {
                    // The write may have happened all the same. If it cannot be taken back either, the next writer finds
                    // it, makes it and says so.
                    let _ = self.backend.delete(key::JOURNAL).await;
                    return Err(error.into());
                }
                let made = async {
                    self.make(changes).await?;
                    self.backend.delete(key::JOURNAL).await
                };
                Ok(self.made(made.await))
            }
        }
    }

    /// How making what was committed ended.
    pub(super) fn made(&self, result: Result<(), BackendError>) -> Committed {
        if result.is_ok() {
            return Committed::Done;
        }
        self.pending.store(true, Ordering::Release);
        Committed::CleanupPending
    }

    pub(super) async fn make(&self, changes: &[Change]) -> Result<(), BackendError> {
        for Change { key, bytes } in changes {
            match bytes {
                Some(bytes) => self.backend.put(key, bytes).await?,
                None => self.backend.delete(key).await?,
            }
        }
        Ok(())
    }

    /// Gives back a reference to layers, and says what that freed and whether it went well.
    pub(super) async fn release(&self, layer: Option<(String, L::Layer)>) -> (Vec<FreedLayer>, Committed) {
        let Some((os, layer)) = layer else { return (Vec::new(), Committed::Done) };
        let Some(layers) = self.layers.get(&os) else { return (Vec::new(), Committed::Done) };
        match layers.release(layer).await {
            Ok(freed) => (freed, Committed::Done),
            Err(_) => (Vec::new(), Committed::CleanupPending),
        }
    }

    /// Moves a damaged record to where it is in nobody's way.
    pub(super) async fn set_aside(&self, key: &str, bytes: Vec<u8>) -> Result<(), BackendError> {
        let aside = self.aside_key(key, &bytes).await?;
        self.backend.put(&aside, &bytes).await?;
        self.backend.delete(key).await
    }

    /// Where a damaged record is moved to: to a place of its own, unless the same bytes are there already.
    pub(super) async fn aside_key(&self, key: &str, bytes: &[u8]) -> Result<String, BackendError> {
        let mut aside = format!("{}{key}", key::DAMAGED);
        let mut number = 1;
        while self.backend.get(&aside).await?.is_some_and(|there| there != bytes) {
            number += 1;
            aside = format!("{}{key}.{number}", key::DAMAGED);
        }
        Ok(aside)
    }
}

impl<B: fmt::Debug, L: LayerStore> fmt::Debug for ImageStore<B, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageStore").field("backend", &self.backend).finish_non_exhaustive()
    }
}
