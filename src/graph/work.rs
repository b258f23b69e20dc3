//! What both kinds of graphs do in the same way: taking turns, taking in layers, and making them appear and disappear.
//!
//! A layer is there when the record that commits it is, `json` in a graph and `manifest` in a named store. It is written
//! last and deleted first. Before the first write of either, a mark is put:
//!
//! ```text
//! layerglass/graph/pending/<place>    the key of the record that commits, a newline, the prefix of all its records, a newline
//! ```
//!
//! Whoever finds the mark and not the record removes what is left of the layer. Where several layers go together, one record
//! says so before the first of them does, and whoever finds it finishes:
//!
//! ```text
//! layerglass/graph/dropping/<name>    for each layer its place and its prefix, each with a newline; then the SHA-256 of that
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::GraphError;
use super::contents::{LayerContents, LayerSource};
use crate::digest::{Algorithm, Digest, Hasher};
use crate::env::Env;
use crate::image::random_id;
use crate::limits::Limits;
use crate::store::{Backend, BackendError, Lock, OwnedTurn, Sharing, Turn};

const PENDING: &str = "layerglass/graph/pending/";
const DROPPING: &str = "layerglass/graph/dropping/";

/// Where layers are kept and by what means.
pub(super) struct Workshop<B, C> {
    pub(super) backend: B,
    pub(super) contents: C,
    pub(super) env: Env,
    pub(super) limits: Limits,
    turn: Arc<Turn>,
    /// Whether something was left behind that the next writer has to clear up.
    is_littered: AtomicBool,
}

/// The right to change. The lock is given back before the turn.
pub(super) struct Held {
    _lock: Option<Lock>,
    _turn: OwnedTurn,
}

/// A layer whose bytes have arrived.
pub(super) struct Arrived<W> {
    pub(super) writing: W,
    /// As the contents count them.
    pub(super) size: u64,
    /// SHA-256 of the bytes as they arrived.
    pub(super) checksum: Digest,
}

/// Where a layer and what belongs to it are.
pub(super) struct Spot {
    /// Names its contents.
    pub(super) place: String,
    /// The prefix of all its records, which ends with a slash.
    pub(super) folder: String,
    /// The last part of the key of the record that commits it.
    pub(super) commit: &'static str,
}

impl Spot {
    pub(super) fn key(&self, name: &str) -> String {
        format!("{}{name}", self.folder)
    }

    fn pending(&self) -> String {
        format!("{PENDING}{}", self.place)
    }
}

impl<B: Backend, C: LayerContents> Workshop<B, C> {
    pub(super) fn new(backend: B, contents: C, env: Env, limits: Limits) -> Self {
        Self { backend, contents, env, limits, turn: Arc::default(), is_littered: AtomicBool::new(false) }
    }

    /// Takes the turn and the lock.
    pub(super) async fn writer(&self) -> Result<Held, GraphError> {
        let turn = Turn::take_owned(&self.turn).await;
        let lock = self.backend.lock().await?;
        let held = Held { _lock: lock, _turn: turn };
        if self.is_littered.swap(false, Ordering::AcqRel)
            && let Err(error) = self.clear().await
        {
            self.is_littered.store(true, Ordering::Release);
            return Err(error);
        }
        Ok(held)
    }

    /// Opens: what interrupted changes left behind is cleared up, as far as nobody else can be at work. Says what it was.
    pub(super) async fn open(&self) -> Result<Vec<String>, GraphError> {
        let held = match self.writer().await {
            Err(GraphError::Backend(BackendError::ReadOnly { .. })) => return Ok(Vec::new()),
            held => held?,
        };
        let mut swept = self.backend.sweep().await?;
        swept.extend(self.clear().await?);
        // Others may be writing contents, which they do without the lock.
        if self.backend.sharing() == Sharing::Single {
            swept.extend(self.contents.sweep().await?);
        }
        drop(held);
        Ok(swept)
    }

    /// Clears up what a change of this process left behind, so that what is read next does not show it. Where that fails
    /// again, what is there is read.
    pub(super) async fn settle(&self) {
        if self.is_littered.load(Ordering::Acquire) {
            let _ = self.writer().await;
        }
    }

    /// Removes what is marked and not there, and finishes what was to go together.
    pub(super) async fn clear(&self) -> Result<Vec<String>, GraphError> {
        let mut cleared = Vec::new();
        for key in self.backend.list(DROPPING).await? {
            let mark = self.backend.get(&key).await?.unwrap_or_default();
            for (place, folder) in dropping(&mark).unwrap_or_default() {
                self.remove_all(&place, &folder).await?;
                cleared.push(folder);
            }
            self.backend.delete(&key).await?;
        }
        for key in self.backend.list(PENDING).await? {
            let mark = self.backend.get(&key).await?.unwrap_or_default();
            let lines = str::from_utf8(&mark).ok().map(|text| text.split('\n').collect::<Vec<_>>());
            let place = key.strip_prefix(PENDING).unwrap_or_default();
            if let Some([commit, folder, ""]) = lines.as_deref()
                && is_folder(folder, place)
                && commit.strip_prefix(folder).is_some_and(|name| !name.is_empty() && !name.contains('/'))
                && self.backend.get(commit).await?.is_none()
            {
                self.remove_all(place, folder).await?;
                cleared.push((*folder).to_owned());
            }
            self.backend.delete(&key).await?;
        }
        Ok(cleared)
    }

    /// A name that nothing else has.
    pub(super) fn token(&self) -> Result<String, GraphError> {
        let mut has_random = true;
        let token = random_id(|bytes| has_random &= self.env.fill_random(bytes));
        token.filter(|_| has_random).ok_or(GraphError::NoRandom)
    }

    /// Takes in the bytes of a layer, without the lock. Nothing is to be seen of it yet.
    pub(super) async fn receive(
        &self,
        spot: &Spot,
        parent: Option<&str>,
        source: impl LayerSource,
    ) -> Result<Arrived<C::Writing>, GraphError> {
        let token = self.token()?;
        let mut writing = self.contents.begin(&token, &spot.place, parent).await?;
        match self.fill(&mut writing, source).await {
            Ok((size, checksum)) => Ok(Arrived { writing, size, checksum }),
            Err(error) => {
                // What cannot be thrown away now is swept.
                let _ = self.contents.abort(writing).await;
                Err(error)
            }
        }
    }

    async fn fill(
        &self,
        writing: &mut C::Writing,
        mut source: impl LayerSource,
    ) -> Result<(u64, Digest), GraphError> {
        let mut hasher = Hasher::new(Algorithm::Sha256);
        while let Some(bytes) = source.next().await? {
            hasher.update(&bytes);
            self.contents.write(writing, &bytes).await?;
        }
        let size = self.contents.finish(writing).await?;
        Ok((size, hasher.finish()))
    }

    /// Makes a layer appear: what is left of an earlier one, the contents, the records, and last the one that commits.
    /// The lock is held.
    ///
    /// # Errors
    /// It did not appear.
    pub(super) async fn appear(
        &self,
        spot: &Spot,
        writing: Option<C::Writing>,
        records: &[(String, Vec<u8>)],
        commit: &[u8],
    ) -> Result<(), GraphError> {
        if let Err(error) = self.mark(spot).await {
            if let Some(writing) = writing {
                let _ = self.contents.abort(writing).await;
            }
            return Err(error);
        }
        let made = async {
            self.remove_all(&spot.place, &spot.folder).await?;
            if let Some(writing) = writing {
                self.contents.commit(writing).await?;
            }
            for (key, bytes) in records {
                self.backend.put(key, bytes).await?;
            }
            self.backend.put(&spot.key(spot.commit), commit).await?;
            Ok(())
        };
        if let Err(error) = made.await {
            // The record that commits first: it may be there though writing it failed.
            if self.backend.delete(&spot.key(spot.commit)).await.is_err()
                || self.remove_all(&spot.place, &spot.folder).await.is_err()
                || self.backend.delete(&spot.pending()).await.is_err()
            {
                self.is_littered.store(true, Ordering::Release);
            }
            return Err(error);
        }
        self.unmark(spot).await;
        Ok(())
    }

    /// Makes a layer disappear. The lock is held. True when something is left to be cleared up.
    ///
    /// # Errors
    /// It is still there, or the storage does not say.
    pub(super) async fn disappear(&self, spot: &Spot) -> Result<bool, GraphError> {
        self.mark(spot).await?;
        if let Err(error) = self.backend.delete(&spot.key(spot.commit)).await {
            self.is_littered.store(true, Ordering::Release);
            return Err(error.into());
        }
        if self.remove_all(&spot.place, &spot.folder).await.is_err() {
            self.is_littered.store(true, Ordering::Release);
            return Ok(true);
        }
        Ok(!self.unmark(spot).await)
    }

    /// Makes several layers disappear together, in that order. The lock is held. True when something is left to be done.
    ///
    /// # Errors
    /// All are still there, or the storage does not say.
    pub(super) async fn drop_all(&self, name: &str, spots: &[Spot]) -> Result<bool, GraphError> {
        let key = format!("{DROPPING}{name}");
        let mut mark: String =
            spots.iter().map(|spot| format!("{}\n{}\n", spot.place, spot.folder)).collect();
        mark.push_str(&Digest::sha256(mark.as_bytes()).hex());
        if let Err(error) = self.backend.put(&key, mark.as_bytes()).await {
            // It may be there all the same. If it cannot be taken back either, the next writer finds it.
            if self.backend.delete(&key).await.is_err() {
                self.is_littered.store(true, Ordering::Release);
            }
            return Err(error.into());
        }
        let done = async {
            for spot in spots {
                self.remove_all(&spot.place, &spot.folder).await?;
            }
            Ok::<_, GraphError>(self.backend.delete(&key).await?)
        };
        let is_pending = done.await.is_err();
        if is_pending {
            self.is_littered.store(true, Ordering::Release);
        }
        Ok(is_pending)
    }

    async fn mark(&self, spot: &Spot) -> Result<(), GraphError> {
        let mark = format!("{}\n{}\n", spot.key(spot.commit), spot.folder);
        Ok(self.backend.put(&spot.pending(), mark.as_bytes()).await?)
    }

    async fn unmark(&self, spot: &Spot) -> bool {
        let is_done = self.backend.delete(&spot.pending()).await.is_ok();
        if !is_done {
            self.is_littered.store(true, Ordering::Release);
        }
        is_done
    }

    async fn remove_all(&self, place: &str, folder: &str) -> Result<(), GraphError> {
        self.contents.remove(place).await?;
        for key in self.backend.list(folder).await? {
            self.backend.delete(&key).await?;
        }
        Ok(())
    }
}

/// Whether a text is the prefix of the records of the layer at a place, so that a damaged mark removes nothing else.
fn is_folder(text: &str, place: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    match (parts.as_slice(), place.split_once('/')) {
        (["graph", id, ""], None) => *id == place,
        (["VIC", store, "images", id, ""], Some(named)) => named == (*store, *id),
        _ => false,
    }
}

/// The layers that were to go together: place and prefix of each. Nothing for a mark that is damaged.
fn dropping(mark: &[u8]) -> Option<Vec<(String, String)>> {
    let (text, sum) = str::from_utf8(mark).ok()?.rsplit_once('\n')?;
    if Digest::sha256(format!("{text}\n").as_bytes()).hex() != sum {
        return None;
    }
    let mut lines = text.split('\n');
    let mut found = Vec::new();
    while let Some(place) = lines.next() {
        let folder = lines.next().filter(|folder| is_folder(folder, place))?;
        found.push((place.to_owned(), folder.to_owned()));
    }
    Some(found)
}
