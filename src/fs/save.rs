//! Saving images of a store into files, folders and streams.

use std::ops::ControlFlow;

use super::write::{OnProgress, SinkOptions, WriteError, WriteTarget, write_layout};
use super::{DataRoot, LayerFolder, LayerFolderError, LayerRef, block_on};
use crate::archive::{
    ArchiveFormat, Contents, ImageParts, LayerParts, LayerRead, Layout, LayoutReport, WriteOptions,
};
use crate::codec::Compression;
use crate::error::{Reason, delegate_reason};
use crate::image::{ChainId, ImageId};
use crate::reference::Reference;
use crate::store::{Backend, ImageStore, LayerStore, StoreError};

/// How images are saved.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SaveOptions {
    /// The layout, and the form of layers.
    pub write: WriteOptions,
    /// How the result comes to disk.
    pub sink: SinkOptions,
}

impl SaveOptions {
    /// In that layout, with layers as plain tars.
    pub fn new(format: ArchiveFormat) -> Self {
        Self { write: WriteOptions::new(format), sink: SinkOptions::default() }
    }
}

impl DataRoot {
    /// Saves images: whole ids, first digits of ids, names with tag or digest, and repositories, which stand for all their
    /// names ([`select`](crate::store::select)). Each image is saved once with the tags that were asked for, and its layers
    /// byte for byte as they were registered, which is verified. The same images, in the same order, give the same bytes.
    ///
    /// A file or folder appears when it is complete. After an error nothing of it is left. The layers are held meanwhile.
    ///
    /// # Errors
    /// Which name stands for no image; a layer is missing or damaged; the layout cannot hold the images; there is something
    /// at the place; writing failed.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use layerglass::archive::ArchiveFormat;
    /// use layerglass::fs::{DataRoot, ImageFile, LayerDriver, OpenOptions, SaveOptions, WriteTarget, host_env};
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path();
    /// let root = DataRoot::open(folder.join("root"), LayerDriver::Tar, host_env(), &Default::default())?;
    /// let file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
    /// let loaded = root.load(&file, &Default::default(), &|_| ControlFlow::Continue(()))?;
    ///
    /// let target = folder.join("quirks.tar");
    /// root.save(&["quirks:1"], WriteTarget::File(target.clone()), &SaveOptions::new(ArchiveFormat::Docker))?;
    /// let saved = ImageFile::open(&target, &OpenOptions::default())?;
    /// assert_eq!(saved.archive().data().images[0].id, Some(loaded.images[0].id.to_string()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn save(
        &self,
        names: &[&str],
        target: WriteTarget<'_>,
        options: &SaveOptions,
    ) -> Result<LayoutReport, SaveError> {
        self.save_with(names, target, options, &mut |_| ControlFlow::Continue(()))
    }

    /// The same, telling what is being done.
    ///
    /// # Errors
    /// As [`Self::save`], and [`WriteError::Aborted`] when `progress` says so.
    pub fn save_with(
        &self,
        names: &[&str],
        target: WriteTarget<'_>,
        options: &SaveOptions,
        progress: OnProgress<'_>,
    ) -> Result<LayoutReport, SaveError> {
        self.layers.save(&self.images, names, target, options, progress)
    }
}

impl LayerFolder {
    /// Saves images of a store whose layers these are. [`DataRoot::save`] has both.
    ///
    /// # Errors
    /// As there.
    pub fn save<B: Backend, L: LayerStore>(
        &self,
        images: &ImageStore<B, L>,
        names: &[&str],
        target: WriteTarget<'_>,
        options: &SaveOptions,
        progress: OnProgress<'_>,
    ) -> Result<LayoutReport, SaveError> {
        if options.write.format == ArchiveFormat::Dir && !matches!(target, WriteTarget::Folder(_)) {
            return Err(WriteError::FolderOnly.into());
        }
        let selected = images.select(names)?;
        let mut held = Held { layers: self, references: Vec::new(), chains: Vec::new() };
        let mut parts = Vec::with_capacity(selected.len());
        for (id, names) in selected {
            parts.push(held.image(images, id, names)?);
        }
        let layout = Layout::new(Contents::from(parts), &options.write).map_err(WriteError::from)?;
        let mut open = |read: &LayerRead| {
            let absent = || WriteError::Read {
                entry: read.entry.clone(),
                source: std::io::ErrorKind::NotFound.into(),
            };
            let chain_id = held.chains.get(read.source).ok_or_else(absent)?;
            self.reader(chain_id).map_err(|error| WriteError::Read {
                entry: read.entry.clone(),
                source: std::io::Error::other(error),
            })
        };
        Ok(write_layout(layout, target, &mut open, &options.sink, progress)?)
    }
}

/// The layers of the images that are saved, held meanwhile.
struct Held<'h> {
    layers: &'h LayerFolder,
    references: Vec<LayerRef>,
    /// By the numbers that the layout knows them by. Layers of one diff id are the same bytes.
    chains: Vec<ChainId>,
}

impl Held<'_> {
    fn image<B: Backend, L: LayerStore>(
        &mut self,
        images: &ImageStore<B, L>,
        id: ImageId,
        names: Vec<Reference>,
    ) -> Result<ImageParts, SaveError> {
        let config = block_on(images.get(&id))?;
        let diff_ids = &config.rootfs().diff_ids;
        let failed = |source| SaveError::Layer { id, source: Box::new(source) };
        if let Some(top) = config.rootfs().chain_id() {
            let missing = || LayerFolderError::NotFound { chain_id: top.clone() };
            let reference = self.layers.get(&top).and_then(|layer| layer.ok_or_else(missing));
            self.references.push(reference.map_err(failed)?);
        }
        let mut layers = Vec::with_capacity(diff_ids.len());
        for (diff_id, chain_id) in diff_ids.iter().zip(config.rootfs().chain_ids()) {
            let size = self.layers.tar_size(&chain_id).map_err(failed)?;
            let place = self.chains.iter().position(|known| *known == chain_id);
            let source = place.unwrap_or_else(|| {
                self.chains.push(chain_id.clone());
                self.chains.len() - 1
            });
            layers.push(LayerParts {
                source: Some(source),
                entry: chain_id.as_str().to_owned(),
                diff_id: Some(diff_id.clone()),
                size: Some(size),
                tar_size: Some(size),
                compression: Some(Compression::None),
                ..LayerParts::default()
            });
        }
        let platform = Some(config.platform()).filter(|platform| !platform.os.is_empty());
        let (config, parent) = (config.raw().to_vec(), images.parent(&id));
        Ok(ImageParts { config, names, platform, parent, layers, ..ImageParts::default() })
    }
}

/// An error on the way or none: what was held is given back.
impl Drop for Held<'_> {
    fn drop(&mut self) {
        for reference in self.references.drain(..) {
            let _ = self.layers.release(reference);
        }
    }
}

/// Why images cannot be saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// A name stands for no image, or the image cannot be read.
    #[error(transparent)]
    Store(#[from] Box<StoreError>),
    /// A layer of an image cannot be read.
    #[error("image {id}: {source}")]
    Layer {
        /// The image.
        id: ImageId,
        /// What is wrong with it.
        source: Box<LayerFolderError>,
    },
    /// It cannot be written.
    #[error(transparent)]
    Write(Box<WriteError>),
}

impl From<WriteError> for SaveError {
    fn from(error: WriteError) -> Self {
        Self::Write(Box::new(error))
    }
}

impl SaveError {
    fn reason(&self) -> &dyn Reason {
        match self {
            Self::Store(error) => error,
            Self::Layer { source, .. } => &**source,
            Self::Write(error) => &**error,
        }
    }
}

delegate_reason!(SaveError);
