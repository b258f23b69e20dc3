//! Layers in a folder, as Docker keeps them.
//!
//! A data root holds `image/<driver>/layerdb`, where each layer has a folder with five small files (`diff`, `size`,
//! `cache-id`, `parent`, `tar-split.json.gz`), and `<driver>`, where the contents are. A layer is put together in
//! `layerdb/tmp` and committed by one rename; it is freed by a rename as well, and what it held is removed afterwards.
//! What interrupted work leaves behind is swept when the folder is opened again.

pub(in crate::fs) mod contents;
mod diff;
mod error;
mod export;
mod holders;
mod metadata;
mod paths;
mod pipeline;
mod random;
mod reader;
mod references;
mod register;
mod report;
mod staging;
mod store;
mod sweep;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use diff::{DiffOptions, DiffReport};
pub use error::LayerFolderError;
pub use references::LayerRef;
pub use register::RegisterOptions;
pub use report::{LayerInfo, LayerProblem, LayersReport, SweepReport};

use self::metadata::Metadata;
use self::paths::Paths;
use self::references::State;
use super::folder::write::{is_at, make_folders, open_lock};
use crate::image::ChainId;
use crate::limits::Limits;

/// How the contents of layers are kept. Its name is the one of Docker's driver, and of the folders in a data root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LayerDriver {
    /// The tar itself, in a folder `tar`, which Docker does not know. It needs no privilege.
    #[default]
    Tar,
    /// Folders for Linux's overlayfs. To write them one has to be root.
    Overlay2,
    /// A folder with the whole tree for each layer. These are read, not written.
    Vfs,
}

impl LayerDriver {
    /// The name: `tar`, `overlay2` or `vfs`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tar => "tar",
            Self::Overlay2 => "overlay2",
            Self::Vfs => "vfs",
        }
    }

    /// The driver of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Tar, Self::Overlay2, Self::Vfs].into_iter().find(|driver| driver.name() == name)
    }
}

impl fmt::Display for LayerDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The layers of one driver in a data root. Clones share what they know; several processes can share the folder.
///
/// ```
/// use layerglass::fs::{LayerDriver, LayerFolder, RegisterOptions};
/// # let root = tempfile::tempdir().unwrap();
/// # let root = root.path();
/// let (layers, report) = LayerFolder::open(root, LayerDriver::Tar, &Default::default())?;
/// assert!(report.problems.is_empty());
///
/// let tar = [0; 1024]; // a tar without entries
/// let layer = layers.register(&mut &tar[..], &RegisterOptions::default())?;
/// let mut exported = Vec::new();
/// layers.export(layer.chain_id(), &mut exported)?;
/// assert_eq!(exported, tar);
///
/// let freed = layers.release(layer)?;
/// assert_eq!(freed.len(), 1);
/// # Ok::<(), layerglass::fs::LayerFolderError>(())
/// ```
#[derive(Clone)]
pub struct LayerFolder(Arc<Inner>);

struct Inner {
    root: PathBuf,
    driver: LayerDriver,
    paths: Paths,
    limits: Limits,
    read_only: bool,
    /// Tells the references of this store from those of others.
    number: u64,
    state: Mutex<State>,
}

impl LayerFolder {
    /// Opens the layers of a data root, and makes the folders where there are none. Nothing that is wrong with a layer
    /// stops it. The data root of a Docker daemon has to be that of a stopped one.
    ///
    /// # Errors
    /// The folders cannot be made, listed or locked.
    pub fn open(
        root: impl AsRef<Path>,
        driver: LayerDriver,
        limits: &Limits,
    ) -> Result<(Self, LayersReport), LayerFolderError> {
        let root = root.as_ref();
        make_folders(root).map_err(|error| LayerFolderError::io("open", root, &error))?;
        let layers = Self::at(root, driver, limits, false)?;
        let folder = layers.paths().layers();
        make_folders(&folder).map_err(|error| LayerFolderError::io("open", &folder, &error))?;
        let swept = layers.sweep()?;
        let mut report = layers.read_all()?;
        report.swept = swept;
        Ok((layers, report))
    }

    /// Opens the layers of a data root for reading only, such as that of a running daemon. Nothing is written to it, not
    /// even a lock.
    ///
    /// # Errors
    /// There is no such folder, or it cannot be listed.
    pub fn open_read_only(
        root: impl AsRef<Path>,
        driver: LayerDriver,
        limits: &Limits,
    ) -> Result<(Self, LayersReport), LayerFolderError> {
        let layers = Self::at(root.as_ref(), driver, limits, true)?;
        let report = layers.read_all()?;
        Ok((layers, report))
    }

    fn at(
        root: &Path,
        driver: LayerDriver,
        limits: &Limits,
        read_only: bool,
    ) -> Result<Self, LayerFolderError> {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let root = root.canonicalize().map_err(|error| LayerFolderError::io("open", root, &error))?;
        let (paths, number) = (Paths::new(&root, driver), LAST.fetch_add(1, Ordering::Relaxed));
        let state = Mutex::new(State::default());
        Ok(Self(Arc::new(Inner { root, driver, paths, limits: *limits, read_only, number, state })))
    }

    /// The data root.
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// How the contents are kept.
    pub fn driver(&self) -> LayerDriver {
        self.0.driver
    }

    /// All layers that are whole, sorted by chain id.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn list(&self) -> Result<Vec<LayerInfo>, LayerFolderError> {
        let mut state = self.state();
        self.refresh(&mut state)?;
        Ok(state.known.keys().filter_map(|chain_id| state.info(chain_id)).collect())
    }

    /// What is known of a layer; nothing when it is not there.
    ///
    /// # Errors
    /// What is wrong with it, or with one below it.
    pub fn info(&self, chain_id: &ChainId) -> Result<Option<LayerInfo>, LayerFolderError> {
        let mut state = self.state();
        match self.load(&mut state, chain_id) {
            Ok(()) => Ok(state.info(chain_id)),
            Err(LayerFolderError::NotFound { chain_id: missing }) if missing == *chain_id => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn metadata(&self, chain_id: &ChainId) -> Result<Metadata, LayerFolderError> {
        metadata::read(&self.paths().layers(), chain_id)
    }

    fn paths(&self) -> &Paths {
        &self.0.paths
    }

    fn limits(&self) -> &Limits {
        &self.0.limits
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writable(&self) -> Result<(), LayerFolderError> {
        if self.0.read_only { Err(LayerFolderError::ReadOnly) } else { Ok(()) }
    }

    /// Takes the lock of the store among processes, which ends when the file is dropped.
    fn lock(&self, is_change: bool) -> Result<File, LayerFolderError> {
        let path = self.paths().lock();
        let fail = |error: io::Error| LayerFolderError::io("lock", &path, &error);
        loop {
            let file = open_lock(&path).map_err(fail)?;
            if is_change { file.lock() } else { file.lock_shared() }.map_err(fail)?;
            // Somebody may have removed the file while this waited; others then lock another one.
            if is_at(&file, &path) {
                return Ok(file);
            }
        }
    }

    /// Reads everything, and says what is wrong with it.
    fn read_all(&self) -> Result<LayersReport, LayerFolderError> {
        let mut state = self.state();
        let mut problems = self.refresh(&mut state)?;
        for (chain_id, layer) in &state.known {
            if !contents::exist(&self.paths().contents, self.driver(), &layer.cache_id) {
                let reason = "its contents are not there".to_owned();
                let error = LayerFolderError::Contents { chain_id: chain_id.clone(), file: None, reason };
                let name = metadata::hex_of(chain_id).unwrap_or_default();
                problems.push(LayerProblem { name, error });
            }
        }
        problems.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(LayersReport { layers: state.known.len(), problems, ..LayersReport::default() })
    }

    /// Learns which layers there are now. Only new ones are read.
    fn refresh(&self, state: &mut State) -> Result<Vec<LayerProblem>, LayerFolderError> {
        let layers = self.paths().layers();
        let mut found = BTreeMap::new();
        let mut problems = Vec::new();
        for name in names(&layers)? {
            let Some(chain_id) = metadata::chain_id_of(&name) else {
                if !name.ends_with(sweep::REMOVING) {
                    let error = metadata::damaged(&name, "diff", "this is not the name of a layer");
                    problems.push(LayerProblem { name, error });
                }
                continue;
            };
            let known = state.known.remove(&chain_id).filter(|layer| layer.is_current(&layers.join(&name)));
            match known.map_or_else(|| metadata::read(&layers, &chain_id), Ok) {
                Ok(layer) => drop(found.insert(chain_id, layer)),
                Err(LayerFolderError::NotFound { .. }) => {}
                Err(error) => problems.push(LayerProblem { name, error }),
            }
        }
        // A layer is of no use without those below it.
        loop {
            let is_lost =
                |layer: &Metadata| layer.parent.as_ref().is_some_and(|parent| !found.contains_key(parent));
            let lost: Vec<ChainId> = found
                .iter()
                .filter(|(_, layer)| is_lost(layer))
                .map(|(chain_id, _)| chain_id.clone())
                .collect();
            if lost.is_empty() {
                break;
            }
            for chain_id in lost {
                found.remove(&chain_id);
                let name = metadata::hex_of(&chain_id).unwrap_or_default();
                let error = metadata::damaged(&name, "parent", "the layer below it is missing or damaged");
                problems.push(LayerProblem { name, error });
            }
        }
        state.known = found;
        Ok(problems)
    }

    /// Makes a layer known with all below it, if it is there.
    fn load(&self, state: &mut State, chain_id: &ChainId) -> Result<(), LayerFolderError> {
        let not_found = || LayerFolderError::NotFound { chain_id: chain_id.clone() };
        let folder = self.paths().layer(chain_id).ok_or_else(not_found)?;
        if state.known.get(chain_id).is_some_and(|layer| layer.is_current(&folder)) {
            return Ok(());
        }
        state.known.remove(chain_id);
        let mut new = BTreeMap::new();
        let mut next = Some(chain_id.clone());
        // A chain id is a hash over that of the layer below, so this comes to an end.
        while let Some(chain_id) = next.take().filter(|chain_id| !state.known.contains_key(chain_id)) {
            let layer = self.metadata(&chain_id)?;
            next = layer.parent.clone();
            new.insert(chain_id, layer);
        }
        state.known.extend(new);
        Ok(())
    }
}

/// The names in a folder, sorted; none when there is no such folder. What is no text is no name of ours.
fn names(folder: &Path) -> Result<Vec<String>, LayerFolderError> {
    let list = || -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut names = Vec::new();
        for entry in entries {
            names.extend(entry?.file_name().into_string());
        }
        names.sort_unstable();
        Ok(names)
    };
    list().map_err(|error| LayerFolderError::io("list", folder, &error))
}

impl fmt::Debug for LayerFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayerFolder")
            .field("root", &self.0.root)
            .field("driver", &self.0.driver)
            .field("read_only", &self.0.read_only)
            .finish_non_exhaustive()
    }
}
