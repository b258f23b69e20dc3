//! A whole data root of Docker's: images, names and layers.

use std::path::{Path, PathBuf};

use super::{FolderBackend, LayerDriver, LayerFolder, LayerFolderError, LayersReport, block_on};
use crate::env::Env;
use crate::error::{Reason, delegate_reason};
use crate::limits::Limits;
use crate::store::{BackendError, ImageStore, LayerStores, OpenReport, StoreError, StoreOptions};

/// The data root of a stopped Docker daemon, or one in the same layout: `image/<driver>` with configurations, names and
/// what is known of layers, and `<driver>` with their contents.
///
/// ```
/// use layerglass::fs::{DataRoot, LayerDriver, RegisterOptions, block_on, host_env};
/// use layerglass::image::DiffId;
/// use layerglass::store::{CreateOptions, DeletePolicy};
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
///
/// // Docker's would be `/var/lib/docker` with the driver `Overlay2`.
/// let root = DataRoot::open(folder, LayerDriver::Tar, host_env(), &Default::default())?;
/// let layer = root.layers.register(&mut &[0; 1024][..], &RegisterOptions::default())?;
/// let config = format!(
///     r#"{{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":["{}"]}}}}"#,
///     layer.chain_id(),
/// );
/// let id = block_on(root.images.create(config.as_bytes(), CreateOptions::default()))?;
/// root.layers.release(layer)?; // now the image holds it
///
/// let report = block_on(root.images.delete(&id, DeletePolicy::default()))?;
/// assert_eq!(report.freed[0].diff_id, DiffId::new(DiffId::EMPTY_TAR));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct DataRoot {
    /// The images and their names.
    pub images: ImageStore<FolderBackend, LayerFolder>,
    /// The layers; the images hold theirs.
    pub layers: LayerFolder,
    /// How the images were found.
    pub opened: OpenReport,
    /// How the layers were found.
    pub opened_layers: LayersReport,
}

impl DataRoot {
    /// Opens a data root, and makes it where there is none.
    ///
    /// # Errors
    /// The folders cannot be made, listed or locked. Damage in them is reported instead.
    pub fn open(
        root: impl AsRef<Path>,
        driver: LayerDriver,
        env: Env,
        limits: &Limits,
    ) -> Result<Self, DataRootError> {
        let root = root.as_ref();
        let (layers, found) = LayerFolder::open(root, driver, limits)?;
        let backend = FolderBackend::open(images_of(root, driver))?;
        Self::of(backend, layers, found, env, limits)
    }

    /// Opens a data root for reading only, such as that of a running daemon.
    ///
    /// # Errors
    /// There is no such data root, or it cannot be listed.
    pub fn open_read_only(
        root: impl AsRef<Path>,
        driver: LayerDriver,
        env: Env,
        limits: &Limits,
    ) -> Result<Self, DataRootError> {
        let root = root.as_ref();
        let (layers, found) = LayerFolder::open_read_only(root, driver, limits)?;
        let backend = FolderBackend::open_read_only(images_of(root, driver))?;
        Self::of(backend, layers, found, env, limits)
    }

    fn of(
        backend: FolderBackend,
        layers: LayerFolder,
        mut opened_layers: LayersReport,
        env: Env,
        limits: &Limits,
    ) -> Result<Self, DataRootError> {
        let options = StoreOptions::new(env).with_layers(LayerStores::any(layers.clone()));
        let opening = ImageStore::open(backend.with_limits(limits), options.with_limits(*limits));
        let (images, opened) = block_on(opening)?;
        // Where it cannot be told what is needed, everything stays.
        if block_on(images.is_finished()) {
            opened_layers.abandoned = layers.free_abandoned().unwrap_or_default();
        }
        Ok(Self { images, layers, opened, opened_layers })
    }
}

/// Where the images of a driver are in a data root.
fn images_of(root: &Path, driver: LayerDriver) -> PathBuf {
    root.join("image").join(driver.name())
}

/// Why a data root cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataRootError {
    /// The layers cannot be opened.
    #[error(transparent)]
    Layers(#[from] LayerFolderError),
    /// The folder of the images cannot be opened.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The images cannot be opened.
    #[error(transparent)]
    Store(#[from] Box<StoreError>),
}

impl DataRootError {
    fn reason(&self) -> &dyn Reason {
        match self {
            Self::Layers(error) => error,
            Self::Backend(error) => error,
            Self::Store(error) => error,
        }
    }
}

delegate_reason!(DataRootError);
