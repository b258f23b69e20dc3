//! References to layers: each is one of its own, and the last one that is given back frees the layer.
//!
//! A layer stays as long as anybody needs it: whoever holds a reference, in this process or in another one, an image in
//! the same data root, a container of Docker's, or a layer on top of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;

use super::error::LayerFolderError;
use super::holders::{self, Holder};
use super::metadata::{self, Metadata, hex_of};
use super::report::LayerInfo;
use super::{LayerFolder, names, random};
use crate::image::{ChainId, ImageConfig};
use crate::store::FreedLayer;

/// A reference to a layer. It is given back with [`LayerFolder::release`]; when it is dropped instead, the layer is held
/// until the store is closed.
#[derive(Debug)]
#[must_use = "a layer is held until its reference is released"]
pub struct LayerRef {
    store: u64,
    number: u64,
    chain_id: ChainId,
}

impl LayerRef {
    /// Which layer it is of.
    pub const fn chain_id(&self) -> &ChainId {
        &self.chain_id
    }
}

/// What a store knows of its layers, and who holds which.
#[derive(Default)]
pub(super) struct State {
    pub(super) known: BTreeMap<ChainId, Metadata>,
    /// References that were given out and not taken back.
    given: BTreeMap<u64, ChainId>,
    references: BTreeMap<ChainId, u64>,
    last: u64,
    holder: Option<Holder>,
    /// The layers of images by the names of their configurations, whose contents never change.
    images: BTreeMap<String, Option<ChainId>>,
}

impl State {
    pub(super) fn info(&self, chain_id: &ChainId) -> Option<LayerInfo> {
        let layer = self.known.get(chain_id)?;
        let (mut size, mut depth) = (layer.size, 1);
        let mut below = layer.parent.as_ref();
        while let Some(layer) = below.and_then(|below| self.known.get(below)) {
            size = size.saturating_add(layer.size);
            depth += 1;
            below = layer.parent.as_ref();
        }
        Some(LayerInfo {
            chain_id: chain_id.clone(),
            diff_id: layer.diff_id.clone(),
            parent: layer.parent.clone(),
            own_size: layer.size,
            size,
            depth,
            cache_id: layer.cache_id.clone(),
        })
    }
}

impl LayerFolder {
    /// A reference to a layer; nothing when it is not there.
    ///
    /// # Errors
    /// What is wrong with it or with one below it, or that it cannot be noted that it is held.
    pub fn get(&self, chain_id: &ChainId) -> Result<Option<LayerRef>, LayerFolderError> {
        let mut state = self.state();
        // Until it is noted that it is held, nobody may free it.
        let _lock = if self.0.read_only { None } else { Some(self.lock(false)?) };
        match self.load(&mut state, chain_id) {
            Ok(()) => self.retain(&mut state, chain_id).map(Some),
            Err(LayerFolderError::NotFound { chain_id: missing }) if missing == *chain_id => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Gives a reference back, and says what that freed, top layer first.
    ///
    /// # Errors
    /// The reference is of another store, or a layer cannot be freed; the reference is given back all the same.
    pub fn release(&self, layer: LayerRef) -> Result<Vec<FreedLayer>, LayerFolderError> {
        let mut state = self.state();
        let chain_id = layer.chain_id.clone();
        if !self.give_back(&mut state, layer)? {
            return Ok(Vec::new());
        }
        let _lock = self.lock(true)?;
        self.free(&mut state, chain_id)
    }

    /// Frees all layers that nobody needs, those on top first: such as the ones of a process that ended before an image
    /// was there to hold them. Whatever somebody holds, an image or a container consists of, or another layer is on top of
    /// stays.
    ///
    /// # Errors
    /// The store was opened for reading only, it cannot be told who needs what, or a layer cannot be freed; those that were
    /// freed before are gone.
    pub fn collect(&self) -> Result<Vec<FreedLayer>, LayerFolderError> {
        self.writable()?;
        let mut state = self.state();
        let _lock = self.lock(true)?;
        self.refresh(&mut state)?;
        let parents: BTreeSet<&ChainId> =
            state.known.values().filter_map(|layer| layer.parent.as_ref()).collect();
        let tops: Vec<ChainId> =
            state.known.keys().filter(|layer| !parents.contains(layer)).cloned().collect();
        let mut freed = Vec::new();
        for top in tops {
            freed.extend(self.free(&mut state, top)?);
        }
        Ok(freed)
    }

    /// Frees the layers that processes held when they were killed, as far as nobody needs them: what they had added for
    /// an image that was not there yet. Whoever opens a [`DataRoot`](crate::fs::DataRoot) does this as well, once what was
    /// committed to its images has been finished; before that an image may need a layer that nothing says it needs.
    ///
    /// # Errors
    /// The store was opened for reading only, it cannot be told who needs what, or a layer cannot be freed; those that were
    /// freed before are gone, and the rest is looked at the next time.
    pub fn free_abandoned(&self) -> Result<Vec<FreedLayer>, LayerFolderError> {
        self.writable()?;
        let mut state = self.state();
        let _lock = self.lock(true)?;
        let folder = self.paths().holders();
        let fail = |error| LayerFolderError::io("read", &folder, &error);
        let mut freed = Vec::new();
        for (path, held) in holders::ended(&folder, state.holder.as_ref()).map_err(fail)? {
            for chain_id in held.iter().filter_map(|hex| metadata::chain_id_of(hex)) {
                freed.extend(self.free(&mut state, chain_id)?);
            }
            let _ = fs::remove_file(path);
        }
        Ok(freed)
    }

    /// Notes that this store holds a layer which is about to be there: so that it is known whose it was when the process
    /// ends right after. The lock of the store has to be held.
    pub(super) fn announce(&self, state: &mut State, chain_id: &ChainId) -> Result<(), LayerFolderError> {
        if state.references.contains_key(chain_id) {
            return Ok(());
        }
        let folder = self.paths().holders();
        let fail = |error| LayerFolderError::io("hold a layer in", &folder, &error);
        let holder = match &mut state.holder {
            Some(holder) => holder,
            none => none.insert(Holder::create(&folder, &random::id()?).map_err(fail)?),
        };
        holder.add(&hex_of(chain_id).unwrap_or_default()).map_err(fail)
    }

    /// Takes back what was announced, where it did not come to be there.
    pub(super) fn renounce(&self, state: &mut State, chain_id: &ChainId) {
        if !state.references.contains_key(chain_id)
            && let (Some(holder), Some(hex)) = (&mut state.holder, hex_of(chain_id))
        {
            holder.remove(&hex);
        }
    }

    /// A new reference to a layer that is known to be there. The lock of the store has to be held.
    pub(super) fn retain(&self, state: &mut State, chain_id: &ChainId) -> Result<LayerRef, LayerFolderError> {
        if !self.0.read_only {
            self.announce(state, chain_id)?;
        }
        *state.references.entry(chain_id.clone()).or_default() += 1;
        state.last += 1;
        state.given.insert(state.last, chain_id.clone());
        Ok(LayerRef { store: self.0.number, number: state.last, chain_id: chain_id.clone() })
    }

    /// Gives a reference back without freeing anything: to a layer that another one lies on, or somebody holds.
    pub(in crate::fs) fn let_go(&self, layer: LayerRef) {
        let mut state = self.state();
        let hex = hex_of(&layer.chain_id);
        if let (Ok(true), Some(hex)) = (self.give_back(&mut state, layer), hex)
            && let (Ok(_lock), Some(holder)) = (self.lock(true), &mut state.holder)
        {
            holder.remove(&hex);
        }
    }

    /// Takes a reference back; true when it was the last one of this store, which may free the layer.
    fn give_back(&self, state: &mut State, layer: LayerRef) -> Result<bool, LayerFolderError> {
        let LayerRef { store, number, chain_id } = layer;
        if store != self.0.number || state.given.remove(&number).is_none() {
            return Err(LayerFolderError::NotRetained { chain_id });
        }
        let left = state.references.get(&chain_id).copied().unwrap_or_default().saturating_sub(1);
        if left > 0 {
            state.references.insert(chain_id, left);
            return Ok(false);
        }
        state.references.remove(&chain_id);
        Ok(!self.0.read_only)
    }

    /// Frees a layer, and those below it that nobody needs then. The lock of the store has to be held.
    pub(super) fn free(
        &self,
        state: &mut State,
        chain_id: ChainId,
    ) -> Result<Vec<FreedLayer>, LayerFolderError> {
        // Until all of them are freed it is noted that this store has to do with them: whoever opens the store after a
        // process that was killed goes on from there. Where there is no space for that note it is done without.
        let mut noted = vec![chain_id.clone()];
        let _ = self.announce(state, &chain_id);
        let freed = self.free_noting(state, chain_id, &mut noted);
        noted.iter().for_each(|chain_id| self.renounce(state, chain_id));
        freed
    }

    fn free_noting(
        &self,
        state: &mut State,
        chain_id: ChainId,
        noted: &mut Vec<ChainId>,
    ) -> Result<Vec<FreedLayer>, LayerFolderError> {
        self.refresh(state)?;
        let needed = self.needed(state)?;
        let mut freed = Vec::new();
        let mut next = Some(chain_id);
        while let Some(chain_id) = next.take() {
            let has_children = state.known.values().any(|layer| layer.parent.as_ref() == Some(&chain_id));
            if has_children || needed.contains(&chain_id) {
                break;
            }
            let Some(info) = state.info(&chain_id) else { break };
            if let Some(below) = &info.parent {
                let _ = self.announce(state, below);
                noted.push(below.clone());
            }
            self.remove(&chain_id)?;
            state.known.remove(&chain_id);
            next = info.parent;
            let (diff_id, size, own_size) = (info.diff_id, info.size, info.own_size);
            freed.push(FreedLayer { chain_id, diff_id, size, own_size });
        }
        Ok(freed)
    }

    /// The layers that somebody needs by themselves: not only for what is on top of them.
    fn needed(&self, state: &mut State) -> Result<BTreeSet<ChainId>, LayerFolderError> {
        let folder = self.paths().holders();
        let held = holders::held_by_others(&folder, state.holder.as_ref())
            .map_err(|error| LayerFolderError::io("read", &folder, &error))?;
        let mut needed: BTreeSet<ChainId> =
            held.iter().filter_map(|hex| metadata::chain_id_of(hex)).collect();
        needed.extend(state.references.keys().cloned());
        // Containers, which Docker keeps by name.
        for name in names(&self.paths().mounts())? {
            let folder = self.paths().mounts().join(name);
            needed.extend(metadata::read_text(&folder, "mounts", "parent")?.map(ChainId::new));
        }
        let images = names(&self.paths().images)?;
        let mut known = std::mem::take(&mut state.images);
        for name in images {
            let top = known.remove(&name).map_or_else(|| self.top_layer(&name), Ok)?;
            needed.extend(top.clone());
            state.images.insert(name, top);
        }
        Ok(needed)
    }

    /// The top layer of an image; nothing for one without layers, and for what is no configuration.
    fn top_layer(&self, name: &str) -> Result<Option<ChainId>, LayerFolderError> {
        let path = self.paths().images.join(name);
        let fail = |error: io::Error| LayerFolderError::io("read", &path, &error);
        match fs::symlink_metadata(&path) {
            Ok(file) if file.is_file() && file.len() <= self.limits().json_bytes => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fail(error)),
        }
        // What cannot be read just now may be an image that needs its layers.
        let config = ImageConfig::parse(fs::read(&path).map_err(fail)?, self.limits());
        Ok(config.ok().and_then(|config| config.rootfs().chain_id()))
    }
}
