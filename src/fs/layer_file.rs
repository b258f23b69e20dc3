//! One file of an image on disk, read without unpacking the image.

use std::io::{self, Read};

use super::error::FileError;
use super::image_file::ImageFile;
use crate::archive::{ArchiveError, ArchiveFile, ArchiveFileStep, LayerSource};
use crate::codec::Compression;
use crate::layer::{Toc, TocError, TocOpener};

/// The contents of one file of an image. They are compared with what the scan found: a difference is an error where the
/// end would be.
///
/// ```
/// use std::io::Read as _;
/// use layerglass::fs::{ImageFile, OpenOptions};
/// let mut image = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
/// image.scan()?;
/// let mut file = image.open_path(0, b"q/hl1")?;
/// let mut contents = String::new();
/// file.read_to_string(&mut contents)?;
/// assert_eq!(contents.len() as u64, file.size());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LayerFile<'a> {
    image: &'a ImageFile,
    file: ArchiveFile,
    size: u64,
    bytes_read: u64,
    /// Contents that were not handed out yet.
    contents: Vec<u8>,
    taken: usize,
}

/// Which layers have a table of contents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TocReport {
    /// Layers that have one.
    pub layers: Vec<usize>,
    /// Layers whose table is of no use, and why.
    pub refused: Vec<(usize, TocError)>,
}

impl ImageFile {
    /// Opens the file at `row` of a scanned layer. Only the part of the layer from the last place before it is read, see
    /// [`SeekIndex`](crate::codec::SeekIndex).
    ///
    /// # Errors
    /// There is no such layer or row, the layer has not been scanned, or the row is no regular file.
    pub fn open_file(&self, layer: usize, row: u32) -> Result<LayerFile<'_>, FileError> {
        let file = self.archive().file(layer, row).map_err(|source| self.failed(source))?;
        Ok(LayerFile { image: self, size: file.size(), file, bytes_read: 0, contents: Vec::new(), taken: 0 })
    }

    /// Opens the file at a path of an image, as all its layers leave it. Symbolic links on the way to it are followed within
    /// the image; it must be no link itself.
    ///
    /// # Errors
    /// There is no such image or path, a layer has not been scanned, or the path is no regular file.
    pub fn open_path(&self, image: usize, path: &[u8]) -> Result<LayerFile<'_>, FileError> {
        let (layer, row) = self.archive().find_file(image, path).map_err(|source| self.failed(source))?;
        self.open_file(layer, row)
    }

    /// Looks for the tables of contents of layers that have not been scanned, as eStargz and zstd:chunked layers carry them.
    /// Where all layers of an image are scanned or have one, [`ImageFile::open_path`] and
    /// [`Archive::tree`](crate::archive::Archive::tree) need no scan.
    ///
    /// Files that are compressed as a whole were scanned while they were opened.
    ///
    /// # Errors
    /// The file cannot be read.
    ///
    /// ```
    /// use layerglass::fs::{ImageFile, OpenOptions};
    /// let mut image = ImageFile::open("tests/fixtures/quirks.estargz.oci.tar", &OpenOptions::default())?;
    /// let found = image.read_tocs()?;
    /// assert_eq!(found.layers.len(), image.archive().layer_count());
    /// assert_eq!(image.open_path(0, b"q/hl1")?.size(), 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_tocs(&mut self) -> Result<TocReport, FileError> {
        let mut report = TocReport::default();
        for layer in 0..self.archive().layer_count() {
            let archive = self.archive();
            if archive.table(layer).is_some() || archive.compression() != Compression::None {
                continue;
            }
            let source = archive.layer_source(layer).map_err(|source| self.failed(source))?;
            match self
                .read_toc(&source, TocOpener::new(source.length, archive.toc_digest(layer), self.limits()))?
            {
                Ok(Some(toc)) => {
                    let added = self.archive_mut().add_toc(layer, toc);
                    added.map_err(|source| self.failed(source))?;
                    report.layers.push(layer);
                }
                Ok(None) => {}
                Err(error) => report.refused.push((layer, error)),
            }
        }
        Ok(report)
    }

    fn read_toc(
        &self,
        source: &LayerSource,
        mut opener: TocOpener,
    ) -> Result<Result<Option<Toc>, TocError>, FileError> {
        let mut response: Option<Vec<u8>> = None;
        loop {
            match opener.next(response.as_deref()) {
                Ok(Some((offset, length))) => {
                    response =
                        Some(self.files.read(source.file, source.offset.saturating_add(offset), length)?);
                }
                Ok(None) => return Ok(Ok(opener.finish())),
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    fn failed(&self, source: ArchiveError) -> FileError {
        FileError::Archive { path: self.path.clone(), source }
    }
}

impl LayerFile<'_> {
    /// Bytes of the contents.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes of the image's file that were read so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The next contents; nothing at their end.
    pub(super) fn next_piece(&mut self) -> Result<Option<&[u8]>, FileError> {
        if self.taken >= self.contents.len() && !self.fill()? {
            return Ok(None);
        }
        let from = std::mem::replace(&mut self.taken, self.contents.len());
        Ok(self.contents.get(from..))
    }

    /// Reads until there are contents; false at their end.
    fn fill(&mut self) -> Result<bool, FileError> {
        let mut response: Option<Vec<u8>> = None;
        loop {
            let step = self.file.next(response.take().as_deref());
            match step.map_err(|source| self.image.failed(source))? {
                ArchiveFileStep::Want(want) => {
                    let bytes = self.image.files.read(want.file, want.offset, want.length)?;
                    self.bytes_read += bytes.len() as u64;
                    response = Some(bytes);
                }
                ArchiveFileStep::Bytes(bytes) => {
                    self.contents.clear();
                    self.contents.extend_from_slice(bytes);
                    self.taken = 0;
                    return Ok(true);
                }
                ArchiveFileStep::Done => return Ok(false),
            }
        }
    }
}

impl Read for LayerFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken >= self.contents.len() {
            if buffer.is_empty() || !self.fill().map_err(io::Error::other)? {
                return Ok(0);
            }
        }
        let mut left = self.contents.get(self.taken..).unwrap_or_default();
        let count = left.read(buffer)?;
        self.taken += count;
        Ok(count)
    }
}
