//! One file of an image on disk, read without unpacking the image.

use std::io::{self, Read};

use super::error::FileError;
use super::image_file::ImageFile;
use crate::archive::{ArchiveError, ArchiveFile, ArchiveFileStep};

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
