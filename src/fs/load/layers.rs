//! Bringing the layers of images in, each once.

use std::collections::BTreeMap;

use super::source::Watched;
use super::{LoadError, LoadEvent, LoadedLayer, Progress, Source};
use crate::archive::{LoadOptions, LoadProblem, PlannedImage, PlannedLayer};
use crate::fs::{FileError, ImageFile, LayerFolder, LayerFolderError, LayerRef, RegisterOptions};
use crate::image::{ChainId, DiffId, chain_ids};

/// The layers of the images that are loaded, held until the images are there.
pub(super) struct Layers<'l> {
    file: &'l ImageFile,
    layers: &'l LayerFolder,
    options: &'l LoadOptions,
    progress: &'l Progress<'l>,
    source: Option<Source<'l>>,
    held: BTreeMap<ChainId, LayerRef>,
    /// Layers of legacy images by what they lie on and where they are stored.
    found: BTreeMap<(Option<ChainId>, usize), DiffId>,
    report: Vec<LoadedLayer>,
    /// How much of the report is of images that came in.
    settled: usize,
}

impl<'l> Layers<'l> {
    pub(super) fn new(
        file: &'l ImageFile,
        layers: &'l LayerFolder,
        options: &'l LoadOptions,
        progress: &'l Progress<'l>,
    ) -> Self {
        let (source, held, found, report) = (None, BTreeMap::new(), BTreeMap::new(), Vec::new());
        Self { file, layers, options, progress, source, held, found, report, settled: 0 }
    }

    /// Brings the layers of an image in, and gives their diff ids.
    pub(super) fn bring(&mut self, image: &PlannedImage) -> Result<Vec<DiffId>, LoadError> {
        self.settled = self.report.len();
        let known: Option<Vec<DiffId>> = image.layers.iter().map(|layer| layer.diff_id.clone()).collect();
        match known {
            Some(diff_ids) => {
                self.bring_known(image, &diff_ids)?;
                Ok(diff_ids)
            }
            None => self.bring_unknown(image),
        }
    }

    /// The highest layer that is there makes it needless to look at those below it.
    fn bring_known(&mut self, image: &PlannedImage, diff_ids: &[DiffId]) -> Result<(), LoadError> {
        let chain_ids = chain_ids(diff_ids);
        let mut there = 0;
        for (position, chain_id) in chain_ids.iter().enumerate().rev() {
            if self.hold(chain_id)? {
                there = position + 1;
                break;
            }
        }
        let mut below = None;
        for (position, ((layer, diff_id), chain_id)) in
            image.layers.iter().zip(diff_ids).zip(&chain_ids).enumerate()
        {
            if position < there {
                if !self.report.iter().any(|known| known.chain_id == *chain_id) {
                    self.note(layer, diff_id, chain_id, true)?;
                }
            } else {
                self.read(layer, below, Some(diff_id))?;
                self.note(layer, diff_id, chain_id, false)?;
            }
            below = Some(chain_id);
        }
        Ok(())
    }

    fn bring_unknown(&mut self, image: &PlannedImage) -> Result<Vec<DiffId>, LoadError> {
        let mut diff_ids: Vec<DiffId> = Vec::new();
        let mut below: Option<ChainId> = None;
        for layer in &image.layers {
            let place = layer.blob.map(|blob| (below.clone(), blob));
            let found = place.as_ref().and_then(|place| self.found.get(place)).cloned();
            let is_found = found.is_some();
            if !is_found {
                let read = self.read(layer, below.as_ref(), None)?;
                diff_ids.push(read.1);
                below = Some(read.0);
            } else if let Some(diff_id) = found {
                diff_ids.push(diff_id);
                below = chain_ids(&diff_ids).pop();
            }
            if let (Some(diff_id), Some(chain_id), false) = (diff_ids.last(), &below, is_found) {
                self.found.extend(place.map(|place| (place, diff_id.clone())));
                let is_told = self.report.iter().any(|known| known.chain_id == *chain_id);
                if !is_told {
                    self.note(layer, diff_id, chain_id, false)?;
                }
            }
        }
        Ok(diff_ids)
    }

    fn note(
        &mut self,
        layer: &PlannedLayer,
        diff_id: &DiffId,
        chain_id: &ChainId,
        known: bool,
    ) -> Result<(), LoadError> {
        let entry = layer.entry.as_str();
        self.progress.tell(&if known {
            LoadEvent::Known { entry, chain_id }
        } else {
            LoadEvent::Read { entry, chain_id }
        })?;
        let (entry, diff_id, chain_id) = (entry.to_owned(), diff_id.clone(), chain_id.clone());
        self.report.push(LoadedLayer { entry, diff_id, chain_id, known });
        Ok(())
    }

    /// Holds a layer, if it is there.
    fn hold(&mut self, chain_id: &ChainId) -> Result<bool, LoadError> {
        if self.held.contains_key(chain_id) {
            return Ok(true);
        }
        match self.layers.get(chain_id) {
            Ok(Some(layer)) => {
                self.held.insert(chain_id.clone(), layer);
                Ok(true)
            }
            // One that is damaged is replaced by the one of the file.
            Ok(None) | Err(LayerFolderError::Damaged { .. }) => Ok(false),
            Err(error) => Err(LoadError::Layers(error)),
        }
    }

    /// Reads a layer of the file and holds it.
    fn read(
        &mut self,
        layer: &PlannedLayer,
        below: Option<&ChainId>,
        diff_id: Option<&DiffId>,
    ) -> Result<(ChainId, DiffId), LoadError> {
        let blob = layer.blob.ok_or_else(|| {
            let first = Box::new(LoadProblem::LayerMissing { entry: layer.entry.clone() });
            LoadError::Wrong { image: None, first, more: Vec::new() }
        })?;
        let in_file = |source| FileError::Archive { path: self.file.path().to_owned(), source };
        let place = self.file.archive().layer_source(blob).map_err(in_file)?;
        let source = match &mut self.source {
            Some(source) => source,
            none => none.insert(Source::of(self.file, self.layers, self.progress)?),
        };
        let mut stored = Watched::new(source.layer(&place)?, &layer.entry, self.progress);
        let in_layer = |source| LoadError::Layer { entry: layer.entry.clone(), source };
        let unreadable =
            |error: std::io::Error| in_layer(LayerFolderError::Source { reason: error.to_string() });
        let is_plain = stored.is_plain().map_err(unreadable)?;
        let mut options = RegisterOptions::on(below.cloned());
        options.diff_id = diff_id.cloned();
        options.unsynced = self.options.unsynced;
        // The stored bytes of a plain tar have the digest that its diff id is.
        let is_same = is_plain
            && layer.digest.is_some_and(|digest| diff_id.is_some_and(|id| id.as_str() == digest.to_string()));
        options.blob = layer.digest.filter(|_| !is_same);
        let registered = self.layers.register(&mut stored, &options);
        if self.progress.is_ended() {
            if let Ok(layer) = registered {
                let _ = self.layers.release(layer);
            }
            return Err(LoadError::Aborted);
        }
        let registered = registered.map_err(in_layer)?;
        let chain_id = registered.chain_id().clone();
        let info = self.layers.info(&chain_id);
        self.held.insert(chain_id.clone(), registered);
        // What lies below is held by what lies on it.
        if let Some(below) = below.and_then(|below| self.held.remove(below)) {
            self.layers.let_go(below);
        }
        let info = info.map_err(in_layer)?;
        let found = info.map(|info| info.diff_id).or_else(|| diff_id.cloned());
        let found =
            found.ok_or_else(|| in_layer(LayerFolderError::NotFound { chain_id: chain_id.clone() }))?;
        Ok((chain_id, found))
    }

    /// Takes what was noted of an image that did not come in out of the report.
    pub(super) fn forget_failed(&mut self) {
        self.report.truncate(self.settled);
    }

    pub(super) fn take_report(&mut self) -> Vec<LoadedLayer> {
        std::mem::take(&mut self.report)
    }

    /// Holds the layers until the store is closed: it is not certain that no image needs them.
    pub(super) fn keep(&mut self) {
        self.held.clear();
    }

    /// Gives the layers back, the upper ones first: those that no image holds now are freed.
    ///
    /// # Errors
    /// What went wrong with one of them; all are given back.
    pub(super) fn release(self) -> Result<(), LayerFolderError> {
        let mut result = Ok(());
        for (_, layer) in self.held {
            result = result.and(self.layers.release(layer).map(drop));
        }
        result
    }
}
