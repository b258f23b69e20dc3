//! Removing layers, and what interrupted work left behind.

use std::fs;
use std::io;
use std::path::Path;

use super::error::LayerFolderError;
use super::metadata::{self, read_cache_id};
use super::report::SweepReport;
use super::{LayerFolder, contents, names, random, staging};
use crate::fs::folder::write::sync_folder;
use crate::image::ChainId;

/// Names of layers end so while they are removed, as Docker's do.
pub(super) const REMOVING: &str = "-removing";

impl LayerFolder {
    /// Removes what interrupted work left behind: layers that were to be removed, layers that were not finished, and
    /// folders of layers in which there is nothing. Opening does this as well. Whatever another process works with stays.
    ///
    /// # Errors
    /// The store was opened for reading only, or it cannot be listed or locked. What cannot be removed is reported.
    pub fn sweep(&self) -> Result<SweepReport, LayerFolderError> {
        self.writable()?;
        let mut state = self.state();
        let _lock = self.lock(true)?;
        self.refresh(&mut state)?;
        let is_used = |cache_id: &str| state.known.values().any(|layer| layer.cache_id == cache_id);
        let mut report = SweepReport::default();
        let layers = self.paths().layers();
        for name in names(&layers)? {
            let folder = layers.join(&name);
            let swept = if name.ends_with(REMOVING) {
                Some((&mut report.removals, self.finish_removal(&folder, is_used)))
            } else if metadata::chain_id_of(&name).is_some() && is_empty(&folder) {
                Some((&mut report.empty, remove_folder(&folder)))
            } else {
                None
            };
            note(swept, name, &mut report.failed);
        }
        let staging = self.paths().staging();
        for name in names(&staging)? {
            let folder = staging.join(&name);
            if name.starts_with(staging::PREFIX) && staging::is_left_over(&folder) {
                let swept = self.finish_removal(&folder, is_used);
                note(Some((&mut report.unfinished, swept)), name, &mut report.failed);
            }
        }
        Ok(report)
    }

    /// Removes a layer that nobody needs. The rename is what does it; the rest is removed afterwards, by a sweep if need
    /// be. The lock of the store has to be held.
    pub(super) fn remove(&self, chain_id: &ChainId) -> Result<(), LayerFolderError> {
        let Some(folder) = self.paths().layer(chain_id) else { return Ok(()) };
        let aside = self.put_aside(&folder)?;
        let Some(cache_id) = read_cache_id(&aside) else { return Ok(()) };
        let removed = contents::remove(&self.paths().contents, self.driver(), &cache_id);
        if removed.is_ok() {
            let _ = fs::remove_dir_all(aside);
        }
        Ok(())
    }

    /// Gives the folder of a layer a name under which it is none any more.
    pub(super) fn put_aside(&self, folder: &Path) -> Result<std::path::PathBuf, LayerFolderError> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let random = random::id()?;
        let aside =
            folder.with_file_name(format!("{name}-{}{REMOVING}", random.get(..16).unwrap_or(&random)));
        let rename = || {
            fs::rename(folder, &aside)?;
            folder.parent().map_or(Ok(()), sync_folder)
        };
        rename().map_err(|error| LayerFolderError::io("remove", folder, &error))?;
        Ok(aside)
    }

    /// Removes a folder with the contents that it names, unless a layer has them.
    fn finish_removal(&self, folder: &Path, is_used: impl Fn(&str) -> bool) -> Result<(), LayerFolderError> {
        if let Some(cache_id) = read_cache_id(folder).filter(|cache_id| !is_used(cache_id)) {
            let place = contents::place(&self.paths().contents, self.driver(), &cache_id);
            contents::remove(&self.paths().contents, self.driver(), &cache_id)
                .map_err(|error| LayerFolderError::io("remove", &place, &error))?;
        }
        remove_folder(folder)
    }
}

fn note(
    swept: Option<(&mut Vec<String>, Result<(), LayerFolderError>)>,
    name: String,
    failed: &mut Vec<(String, LayerFolderError)>,
) {
    match swept {
        None => {}
        Some((list, Ok(()))) => list.push(name),
        Some((_, Err(error))) => failed.push((name, error)),
    }
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

fn remove_folder(folder: &Path) -> Result<(), LayerFolderError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(LayerFolderError::io("remove", folder, &error))
        }
        _ => Ok(()),
    }
}
