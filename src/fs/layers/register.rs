//! Adding layers.

use std::fs::File;
use std::io::Read;

use super::error::LayerFolderError;
use super::metadata::{self, chain_on};
use super::pipeline::{self, Passed};
use super::references::LayerRef;
use super::staging::Staging;
use super::{LayerDriver, LayerFolder, contents};
use crate::digest::Digest;
use crate::image::{ChainId, DiffId};
use crate::limits::LimitExceeded;

/// What a layer is added with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegisterOptions {
    /// The layer below it. It has to be there.
    pub parent: Option<ChainId>,
    /// The digest that its tar has to have.
    pub diff_id: Option<DiffId>,
    /// The digest that its bytes have to have as they are given, compressed or not.
    pub blob: Option<Digest>,
    /// Do not wait until the contents are on the disk, as Docker does not. A power failure soon after may then leave a
    /// layer with contents that are not whole, which exporting it tells; the end of the process never does.
    pub unsynced: bool,
}

impl RegisterOptions {
    /// On top of a layer.
    pub fn on(parent: Option<ChainId>) -> Self {
        Self { parent, ..Self::default() }
    }

    /// The same with the digest that the tar has to have.
    #[must_use]
    pub fn with_diff_id(mut self, diff_id: DiffId) -> Self {
        self.diff_id = Some(diff_id);
        self
    }

    /// The same with the digest that the given bytes have to have.
    #[must_use]
    pub fn with_blob(mut self, blob: Digest) -> Self {
        self.blob = Some(blob);
        self
    }
}

impl LayerFolder {
    /// Adds a layer, whose tar may be compressed by any means that [`codec`](crate::codec) knows, and gives a reference to
    /// it. All of `stored` is read. A layer that is there already stays as it is, and what was read is discarded; one whose
    /// metadata or contents are damaged is replaced.
    ///
    /// # Errors
    /// The layer below is not there, the bytes are no layer or not the expected one, a limit is passed (such as
    /// `layerDepth`), or the disk is full or fails. Nothing of it is left then.
    pub fn register(
        &self,
        stored: &mut (dyn Read + Send),
        options: &RegisterOptions,
    ) -> Result<LayerRef, LayerFolderError> {
        self.writable()?;
        if self.driver() == LayerDriver::Vfs {
            return Err(LayerFolderError::Driver { driver: self.driver() });
        }
        // The layer below must not go before this one is there.
        let below = match &options.parent {
            Some(parent) => {
                let not_found = || LayerFolderError::NotFound { chain_id: parent.clone() };
                Some(self.get(parent)?.ok_or_else(not_found)?)
            }
            None => None,
        };
        let registered = self.register_on(stored, options);
        if let Some(below) = below {
            self.let_go(below);
        }
        registered
    }

    fn register_on(
        &self,
        stored: &mut (dyn Read + Send),
        options: &RegisterOptions,
    ) -> Result<LayerRef, LayerFolderError> {
        let below = options.parent.as_ref().and_then(|parent| self.state().info(parent));
        let depth = below.as_ref().map_or(0, |below| below.depth) + 1;
        let limits = self.limits();
        LimitExceeded::check("layerDepth", limits.layer_depth.into(), depth.into())?;
        let staging = {
            let _lock = self.lock(true)?;
            Staging::begin(self.paths(), self.driver())?
        };
        let mut split = staging.create("tar-split.json.gz")?;
        let blob = options.blob.as_ref().map(Digest::algorithm);
        let (place, cache_id, sync) = (&self.paths().contents, &staging.cache_id, !options.unsynced);
        let parent = below.as_ref().map(|below| below.cache_id.as_str());
        let write = |tar: &mut dyn Read| match self.driver() {
            LayerDriver::Tar => contents::write_tar(place, cache_id, tar, sync),
            LayerDriver::Overlay2 => contents::write_overlay2(place, cache_id, parent, tar, limits, sync),
            driver @ LayerDriver::Vfs => Err(LayerFolderError::Driver { driver }),
        };
        let passed = pipeline::pass(stored, blob, &mut split, write, limits)?;
        drop(split);
        let diff_id = check(&passed, options, self.driver())?;
        staging.write("diff", diff_id.as_str())?;
        staging.write("size", &passed.summary.size.to_string())?;
        if let Some(parent) = &options.parent {
            staging.write("parent", parent.as_str())?;
        }
        self.commit(staging, &chain_on(options.parent.as_ref(), &diff_id))
    }

    /// A file that nobody else sees and that goes with this process, on the disk of the layers.
    pub(in crate::fs) fn spool(&self) -> Result<File, LayerFolderError> {
        self.writable()?;
        let staging = {
            let _lock = self.lock(true)?;
            Staging::begin(self.paths(), self.driver())?
        };
        // The folder goes at the end of this, and the name with it.
        staging.create("spool")
    }

    /// That such a file cannot be written.
    pub(in crate::fs) fn write_error(&self, error: &std::io::Error) -> LayerFolderError {
        LayerFolderError::io("write below", &self.paths().staging(), error)
    }

    /// Makes what is staged a layer, unless it is there.
    fn commit(&self, staging: Staging, chain_id: &ChainId) -> Result<LayerRef, LayerFolderError> {
        let mut state = self.state();
        let lock = self.lock(true)?;
        let target = self.paths().layer(chain_id).unwrap_or_default();
        let is_whole = match metadata::read(&self.paths().layers(), chain_id) {
            Ok(there) => contents::exist(&self.paths().contents, self.driver(), &there.cache_id),
            Err(LayerFolderError::Io { action, path, error, reason }) => {
                // It may be whole, and cannot be read just now.
                return Err(LayerFolderError::Io { action, path, error, reason });
            }
            Err(_) => false,
        };
        if !is_whole {
            // What is there is damaged, unless it is an empty folder, which a rename replaces.
            if std::fs::symlink_metadata(&target).is_ok() && std::fs::remove_dir(&target).is_err() {
                self.put_aside(&target)?;
            }
            state.known.remove(chain_id);
        }
        self.announce(&mut state, chain_id)?;
        let committed = if is_whole { Ok(()) } else { staging.commit(&target) };
        let layer = committed
            .and_then(|()| self.load(&mut state, chain_id))
            .and_then(|()| self.retain(&mut state, chain_id));
        if layer.is_err() {
            self.renounce(&mut state, chain_id);
        }
        drop(lock);
        layer
    }
}

fn check(
    passed: &Passed,
    options: &RegisterOptions,
    driver: LayerDriver,
) -> Result<DiffId, LayerFolderError> {
    if let (Some(expected), Some(found)) = (&options.blob, &passed.blob)
        && expected != found
    {
        let (expected, found) = (expected.to_string(), found.to_string());
        return Err(LayerFolderError::BlobDigest { expected, found });
    }
    let found = DiffId::from(passed.tar);
    if let Some(expected) = options.diff_id.clone().filter(|expected| *expected != found) {
        return Err(LayerFolderError::DiffId { expected, found });
    }
    match &passed.summary.overwritten {
        Some(path) if driver != LayerDriver::Tar => Err(LayerFolderError::Overwritten { path: path.clone() }),
        _ => Ok(found),
    }
}
