//! Making images on disk anew.

use std::fs::File;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use super::convert::{LayerFiles, spool_folder};
use super::image_file::ImageFile;
use super::write::{OnProgress, Range, SinkOptions, WriteError, WriteTarget, unnamed, write_layout};
use crate::archive::{
    ArchiveFormat, Contents, LayerEncoding, LayerRead, Layout, NewLayer, RangeWork, RepackOptions,
    RepackPlan, RepackReport, WriteOptions,
};
use crate::codec::{Compression, Encoder, Encoding};
use crate::digest::{Algorithm, Hasher};
use crate::layer::Squash;

/// Bytes that are written at once.
const PIECE: usize = 256 << 10;

impl ImageFile {
    /// Writes an image anew: layers made one, files left out, times and owners made alike, and in any layout and compression.
    /// Layers must have been [scanned](ImageFile::scan). The config keeps all that the changes are not about; it has another id,
    /// and the image another manifest.
    ///
    /// Layers that would not change stay byte by byte. New ones are compressed as `write` says; where it keeps what is stored,
    /// as the uppermost layer is that they take the place of. Every layer that is read is compared with what is declared of it.
    /// The same image and options give the same bytes.
    ///
    /// The file or folder appears when it is complete, as [`ImageFile::convert`] has it. New layers are kept in files without
    /// a name until then, beside the target or where `sink` says.
    ///
    /// # Errors
    /// What is asked for cannot be, the image is not whole or not what it declares, the layout cannot hold it, there is
    /// something at the place, or reading or writing failed.
    ///
    /// ```
    /// use layerglass::archive::{ArchiveFormat, RepackOptions, SquashLayers, WriteOptions};
    /// use layerglass::fs::{ImageFile, OpenOptions, WriteTarget};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let target = folder.path().join("one.oci");
    /// let mut file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
    /// file.scan()?;
    /// let options = RepackOptions { squash: SquashLayers::All, ..RepackOptions::default() };
    /// let write = WriteOptions::new(ArchiveFormat::Oci);
    /// let target = WriteTarget::Folder(target);
    /// let report = file.repack(0, target, &options, &write, &Default::default())?;
    /// assert_eq!(report.layers.len(), 1);
    /// assert!(report.tar_after < report.tar_before);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn repack(
        &self,
        image: usize,
        target: WriteTarget<'_>,
        options: &RepackOptions,
        write: &WriteOptions,
        sink: &SinkOptions,
    ) -> Result<RepackReport, WriteError> {
        self.repack_with(image, target, options, write, sink, &mut |_| ControlFlow::Continue(()))
    }

    /// The same, telling what is being written in the end.
    ///
    /// # Errors
    /// As [`Self::repack`], and [`WriteError::Aborted`] when `progress` says so.
    pub fn repack_with(
        &self,
        image: usize,
        target: WriteTarget<'_>,
        options: &RepackOptions,
        write: &WriteOptions,
        sink: &SinkOptions,
        progress: OnProgress<'_>,
    ) -> Result<RepackReport, WriteError> {
        if write.format == ArchiveFormat::Dir && !matches!(target, WriteTarget::Folder(_)) {
            return Err(WriteError::FolderOnly);
        }
        let folder = spool_folder(&target, sink);
        let layers = LayerFiles::spooled(self, &folder, sink)?;
        let mut plan = RepackPlan::new(self.archive(), image, options)?;
        let mut made: Vec<Option<(Arc<File>, u64)>> = Vec::new();
        while let Some((range, work)) = plan.next_range()? {
            let RangeWork::Squash(squash) = work else {
                plan.tell(None);
                made.push(None);
                continue;
            };
            let encoding = match (write.encoding, write.format) {
                (LayerEncoding::Keep, format) if format != ArchiveFormat::Docker => {
                    encoding_of(plan.compression(self.archive(), &range))
                }
                // Whoever writes it compresses it.
                _ => None,
            };
            let (new, file) = self.make_layer(&layers, image, *squash, encoding, &folder)?;
            made.push(Some((Arc::new(file), new.stored.1)));
            plan.tell(Some(new));
        }
        let first = self.archive().layer_count();
        let (parts, mut report) = plan.finish(self.archive(), first)?;
        let contents = layers.sniffed(Contents::from(vec![parts]))?;
        let layout = Layout::new(contents, write)?;
        let mut open = |read: &LayerRead| {
            let new = read.source.checked_sub(first).and_then(|index| made.get(index)?.as_ref());
            match new {
                Some((file, length)) => {
                    Ok(Box::new(Range { file: Arc::clone(file), offset: 0, length: *length })
                        as Box<dyn io::Read + Send>)
                }
                None => layers.open(read),
            }
        };
        report.written(&write_layout(layout, target, &mut open, sink, progress)?);
        Ok(report)
    }

    /// Writes a new layer into a file without a name.
    fn make_layer(
        &self,
        layers: &LayerFiles<'_>,
        image: usize,
        squash: Squash,
        encoding: Option<Encoding>,
        folder: &Path,
    ) -> Result<(NewLayer, File), WriteError> {
        let file = unnamed(folder).map_err(|source| WriteError::io("make a file in", folder, source))?;
        let encoder = match &encoding {
            Some(encoding) => Some(Encoder::new(encoding).map_err(|error| encode_error(error.into()))?),
            None => None,
        };
        let mut out = NewTar {
            file: io::BufWriter::with_capacity(PIECE, file),
            encoder,
            buffer: Vec::new(),
            tar: (Hasher::new(Algorithm::Sha256), 0),
            stored: (Hasher::new(Algorithm::Sha256), 0),
        };
        let report = self.run_squash(layers, image, squash, &mut out)?;
        let failed = |source| WriteError::io("write a new layer in", folder, source);
        let (file, tar, stored) = out.finish().map_err(failed)?;
        let (diff_id, tar_size) = (tar.0.finish(), tar.1);
        let compression = encoding.map_or(Compression::None, |encoding| encoding.compression);
        // What is not compressed is hashed once.
        let stored = if encoding.is_some() { (stored.0.finish(), stored.1) } else { (diff_id, tar_size) };
        let new = NewLayer { diff_id, tar_size, report, stored: (stored.0, stored.1, compression) };
        Ok((new, file))
    }
}

fn encode_error(source: crate::layer::LayerCopyError) -> WriteError {
    WriteError::Layer { entry: "a new layer".to_owned(), source }
}

/// How layers are written that take the place of such.
fn encoding_of(compression: Compression) -> Option<Encoding> {
    match compression {
        Compression::Gzip | Compression::Zstd => Some(Encoding { compression, level: None }),
        Compression::None | Compression::Bzip2 | Compression::Xz => None,
    }
}

/// A new tar on its way to disk.
struct NewTar {
    file: io::BufWriter<File>,
    encoder: Option<Encoder>,
    buffer: Vec<u8>,
    tar: (Hasher, u64),
    stored: (Hasher, u64),
}

impl NewTar {
    fn put(&mut self) -> io::Result<()> {
        self.stored.0.update(&self.buffer);
        self.stored.1 += self.buffer.len() as u64;
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<(File, (Hasher, u64), (Hasher, u64))> {
        if let Some(encoder) = self.encoder.take() {
            encoder.finish(&mut self.buffer).map_err(io::Error::other)?;
            self.put()?;
        }
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok((file, self.tar, self.stored))
    }
}

impl Write for NewTar {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tar.0.update(bytes);
        self.tar.1 += bytes.len() as u64;
        match &mut self.encoder {
            Some(encoder) => {
                encoder.push(bytes, &mut self.buffer).map_err(io::Error::other)?;
                self.put()?;
            }
            None => self.file.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
