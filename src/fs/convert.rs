//! Converting image files from any dialect to any.

use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::FileError;
use super::image_file::ImageFile;
use super::write::{
    OnProgress, Range, SinkOptions, StoredLayer, WriteError, WriteTarget, unnamed, write_layout,
};
use crate::archive::{
    ArchiveFormat, Contents, FileKind, LayerRead, Layout, LayoutReport, Selection, WriteOptions,
};
use crate::codec::Compression;

/// How an image file is converted.
#[derive(Clone, Debug)]
pub struct ConvertOptions {
    /// The layout, and the form of layers and manifests.
    pub write: WriteOptions,
    /// Which images.
    pub selection: Selection,
    /// How the result comes to disk.
    pub sink: SinkOptions,
}

impl ConvertOptions {
    /// All images, in that layout, with layers and manifests as they are.
    pub fn new(format: ArchiveFormat) -> Self {
        Self {
            write: WriteOptions::new(format),
            selection: Selection::default(),
            sink: SinkOptions::default(),
        }
    }
}

impl ImageFile {
    /// Writes images of the file in another layout, or in the same one.
    ///
    /// What is kept: the bytes of every config, so the ids; layers as they are stored, and with them manifests, indexes
    /// and their digests, where the layout can hold them and nothing else is asked for. Every layer is compared on its way
    /// with the digests that are declared of it. The same file and options give the same bytes.
    ///
    /// A file or folder appears when it is complete: it is written under another name beside its place and then renamed.
    /// After an error nothing of it is left. What a process left behind that was killed is removed by the next one that
    /// writes to the same place. Nothing is copied into temporary files but a file that is compressed as a whole, which is
    /// decompressed first, and layers that are compressed on their way into a stream.
    ///
    /// # Errors
    /// An image that is selected is not whole, or a document, digest, size or diff id of it is not what another one says it
    /// is; the layout cannot hold it; there is something at the place; reading or writing failed.
    ///
    /// ```
    /// use layerglass::archive::ArchiveFormat;
    /// use layerglass::fs::{ConvertOptions, ImageFile, OpenOptions, WriteTarget};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let target = folder.path().join("quirks.oci");
    /// let file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
    /// let report = file.convert(WriteTarget::Folder(target.clone()), &ConvertOptions::new(ArchiveFormat::Oci))?;
    /// assert_eq!(report.images[0].names, ["docker.io/library/quirks:1"]);
    /// let written = ImageFile::open(&target, &OpenOptions::default())?;
    /// assert_eq!(written.archive().data().images[0].id, file.archive().data().images[0].id);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn convert(
        &self,
        target: WriteTarget<'_>,
        options: &ConvertOptions,
    ) -> Result<LayoutReport, WriteError> {
        self.convert_with(target, options, &mut |_| ControlFlow::Continue(()))
    }

    /// The same, telling what is being done.
    ///
    /// # Errors
    /// As [`Self::convert`], and [`WriteError::Aborted`] when `progress` says so.
    pub fn convert_with(
        &self,
        target: WriteTarget<'_>,
        options: &ConvertOptions,
        progress: OnProgress<'_>,
    ) -> Result<LayoutReport, WriteError> {
        if options.write.format == ArchiveFormat::Dir && !matches!(target, WriteTarget::Folder(_)) {
            return Err(WriteError::FolderOnly);
        }
        let contents = self.archive().contents(&options.selection)?;
        let source = LayerFiles::of(self, &target, options)?;
        let layout = Layout::new(source.sniffed(contents)?, &options.write)?;
        write_layout(layout, target, &mut |read: &LayerRead| source.open(read), &options.sink, progress)
    }
}

/// The stored layers of a file.
pub(super) struct LayerFiles<'f> {
    file: &'f ImageFile,
    /// What it holds when it is decompressed, where it is compressed as a whole.
    spool: Option<Arc<File>>,
}

impl<'f> LayerFiles<'f> {
    fn of(
        file: &'f ImageFile,
        target: &WriteTarget<'_>,
        options: &ConvertOptions,
    ) -> Result<Self, WriteError> {
        Self::spooled(file, &spool_folder(target, &options.sink), &options.sink)
    }

    /// The layers of a file, which is decompressed into a file without a name in that folder if need be.
    pub(super) fn spooled(
        file: &'f ImageFile,
        folder: &Path,
        options: &SinkOptions,
    ) -> Result<Self, WriteError> {
        let data = file.archive();
        if data.compression() == Compression::None || data.kind() == FileKind::Rootfs {
            return Ok(Self { file, spool: None });
        }
        let made = unnamed(folder).map_err(|source| WriteError::io("make a file in", folder, source));
        let mut spool = made?;
        let unpacked = file.decompress(&mut spool, &options.limits, folder);
        unpacked.map_err(|error| WriteError::staged(error, file.path()))?;
        Ok(Self { file, spool: Some(Arc::new(spool)) })
    }

    /// The stored bytes of a layer.
    pub(super) fn open(&self, read: &LayerRead) -> StoredLayer<'static> {
        self.layer(read.source)
    }

    pub(super) fn layer(&self, layer: usize) -> StoredLayer<'static> {
        let failed = |source| FileError::Archive { path: self.file.path().to_owned(), source };
        let source = self.file.archive().layer_source(layer).map_err(failed)?;
        Ok(match &self.spool {
            Some(spool) => {
                Box::new(Range { file: Arc::clone(spool), offset: source.offset, length: source.length })
            }
            None => Box::new(self.file.files.range(source.file, source.offset, source.length)?.1),
        })
    }

    /// The same images with the compression of each layer, told by its first bytes.
    pub(super) fn sniffed(&self, mut contents: Contents) -> Result<Contents, WriteError> {
        let layers = contents.images.iter_mut().flat_map(|image| &mut image.layers);
        for layer in layers.filter(|layer| layer.compression.is_none()) {
            let Some(source) = layer.source else { continue };
            let mut prefix = Vec::new();
            let read = self.layer(source)?.take(Compression::PREFIX_LEN as u64).read_to_end(&mut prefix);
            read.map_err(|source| WriteError::Read { entry: layer.entry.clone(), source })?;
            layer.compression = Some(Compression::detect(&prefix).unwrap_or(Compression::None));
        }
        Ok(contents)
    }
}

/// Where files without a name are made for a moment.
pub(super) fn spool_folder(target: &WriteTarget<'_>, options: &SinkOptions) -> PathBuf {
    match target {
        WriteTarget::File(path) | WriteTarget::Folder(path) => parent(path),
        WriteTarget::Stream(_) => options.spool.clone().unwrap_or_else(std::env::temp_dir),
    }
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}
