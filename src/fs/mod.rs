//! Files and folders on disk: opening them as archives and scanning their layers on all cores, and a folder as the storage
//! of an image store.
//!
//! What a store does is asynchronous, because other storages need that. A folder does not: [`block_on`] waits in the
//! calling thread, with no runtime, from as many threads as one likes.
//!
//! ```
//! use layerglass::fs::{FolderBackend, block_on, host_env};
//! use layerglass::image::ImageId;
//! use layerglass::reference::Reference;
//! use layerglass::store::{CreateOptions, ImageStore, StoreOptions};
//! # let folder = tempfile::tempdir().unwrap();
//! # let folder = folder.path();
//!
//! // The folder of a stopped Docker daemon would be `/var/lib/docker/image/<driver>`.
//! let backend = FolderBackend::open(folder.join("image/overlay2"))?;
//! let (store, report) = block_on(ImageStore::open(backend, StoreOptions::new(host_env())))?;
//! assert!(report.problems.is_empty());
//!
//! let config = br#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers"}}"#;
//! let id = block_on(store.create(config, CreateOptions::default()))?;
//! assert_eq!(id, ImageId::of(config));
//!
//! // Several calls, waited for once.
//! let demo = Reference::parse_normalized("demo:1").unwrap();
//! block_on(async {
//!     store.tag(&demo, id, false).await?;
//!     store.touch(&id).await
//! })?;
//! assert_eq!(store.named(&demo), Some(id));
//! assert!(folder.join("image/overlay2/repositories.json").is_file());
//! # Ok::<(), layerglass::store::StoreError>(())
//! ```

mod blocking;
mod compare;
mod compress;
#[cfg(target_os = "linux")]
mod convert;
#[cfg(unix)]
mod data_root;
mod disk;
mod error;
#[cfg(target_os = "linux")]
mod extract;
mod files;
mod folder;
mod graph;
mod host;
mod image_file;
mod inspect;
mod layer_file;
#[cfg(unix)]
mod layers;
#[cfg(unix)]
mod load;
#[cfg(target_os = "linux")]
mod pack;
mod pull;
#[cfg(target_os = "linux")]
mod repack;
#[cfg(target_os = "linux")]
mod save;
mod sif;
#[cfg(target_os = "linux")]
mod unikernels;
#[cfg(target_os = "linux")]
mod unpack;
#[cfg(target_os = "linux")]
mod write;

pub use blocking::block_on;
pub use compress::{CopyOptions, LayerIoError, MadeLayer, copy_layer, make_layer};
#[cfg(target_os = "linux")]
pub use convert::ConvertOptions;
#[cfg(unix)]
pub use data_root::{DataRoot, DataRootError};
pub use disk::{ChainDisk, DiskFileError, disk_chain, probe_disk};
pub use error::FileError;
#[cfg(target_os = "linux")]
pub use extract::ExtractOptions;
pub use folder::FolderBackend;
pub use graph::{GraphFolder, ReadSource};
#[cfg(target_os = "linux")]
pub use graph::{GraphLayers, VfsContents, VfsReading, VfsWriting, make_skeleton};
pub use host::host_env;
pub use image_file::{ImageFile, OpenOptions};
pub use layer_file::{LayerFile, TocReport};
#[cfg(unix)]
pub use layers::{
    DiffOptions, DiffReport, LayerDriver, LayerFolder, LayerFolderError, LayerInfo, LayerProblem, LayerRef,
    LayersReport, RegisterOptions, SweepReport,
};
#[cfg(unix)]
pub use load::{LoadError, LoadEvent, LoadReport, LoadWatch, LoadedImage, LoadedLayer};
#[cfg(target_os = "linux")]
pub use pack::{PackError, PackOptions, PackOwners, PackReport, PackTimes, pack, pack_changes};
pub use pull::{FilePart, PullFolder};
#[cfg(target_os = "linux")]
pub use save::{SaveError, SaveOptions};
pub use sif::{FileFate, RemovedImage, SifFile, SifFileError, SifFolder};
#[cfg(target_os = "linux")]
pub use unikernels::{UnikernelFolder, UnikernelFolderError};
#[cfg(target_os = "linux")]
pub use unpack::{Denied, UnpackError, UnpackOptions, UnpackReport, Unpacker, Whiteouts};
#[cfg(target_os = "linux")]
pub use write::{OnProgress, SinkOptions, WriteError, WriteProgress, WriteTarget};
