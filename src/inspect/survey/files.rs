//! Parts of one large file, read from the nearest place that the scan kept.

use crate::archive::{Archive, ArchiveFile, ArchiveFileStep, Want};
use crate::inspect::packages::{self, FilePackages, PackageError, PackageFile, PackageReader};
use crate::limits::Limits;

/// Reads the parts of a file that its [`PackageReader`] wants.
pub(super) struct RangedFile {
    layer: usize,
    row: u32,
    reader: PackageReader,
    /// What is wanted of the file, and as much of it as is there.
    want: Option<packages::Want>,
    got: Vec<u8>,
    open: Option<Open>,
    /// What was asked for of the image's file and has come.
    response: Option<Vec<u8>>,
    failed: Option<String>,
}

/// The file as it is read: it goes forward only.
struct Open {
    file: ArchiveFile,
    /// The last piece, and where in the file it begins.
    piece: Vec<u8>,
    start: u64,
    is_done: bool,
}

impl RangedFile {
    pub(super) fn new(layer: usize, file: &PackageFile, limits: &Limits) -> Self {
        let mut reader = PackageReader::new(file, limits);
        let want = reader.next(None);
        let (got, open, response, failed) = (Vec::new(), None, None, None);
        Self { layer, row: file.row, reader, want, got, open, response, failed }
    }

    /// The range of the image's file that is wanted next; nothing when all is known.
    pub(super) fn next(&mut self, archive: &Archive) -> Option<Want> {
        while let (Some(range), None) = (self.want, &self.failed) {
            match self.advance(archive, range) {
                Ok(Some(want)) => {
                    self.response = Some(Vec::new());
                    return Some(want);
                }
                Ok(None) => {
                    self.want = self.reader.next(Some(&self.got));
                    self.got.clear();
                }
                Err(why) => self.failed = Some(why),
            }
        }
        None
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        if let Some(response) = &mut self.response {
            response.extend_from_slice(bytes);
        }
    }

    /// What was asked for could not be read.
    pub(super) fn fail(&mut self, why: String) {
        self.failed = Some(why);
    }

    pub(super) fn finish(self) -> Result<FilePackages, PackageError> {
        match self.failed {
            Some(why) => Err(PackageError::Unreadable { why }),
            None => self.reader.finish(),
        }
    }

    /// Reads on until the range is there or bytes are wanted.
    fn advance(&mut self, archive: &Archive, range: packages::Want) -> Result<Option<Want>, String> {
        loop {
            // What lies behind has to be opened again.
            let at = range.offset.saturating_add(self.got.len() as u64);
            let mut open = match self.open.take().filter(|open| open.start <= at) {
                Some(open) => open,
                None => {
                    let file = archive.file(self.layer, self.row).map_err(|error| error.to_string())?;
                    Open { file, piece: Vec::new(), start: 0, is_done: false }
                }
            };
            let skipped = usize::try_from(at - open.start).unwrap_or(usize::MAX);
            let held = open.piece.get(skipped..).unwrap_or_default();
            let missing = usize::try_from(range.length).unwrap_or(usize::MAX).saturating_sub(self.got.len());
            self.got.extend_from_slice(held.get(..missing).unwrap_or(held));
            if self.got.len() as u64 >= range.length || open.is_done {
                self.open = Some(open);
                return Ok(None);
            }
            let response = self.response.take();
            let step = open.file.next(response.as_deref()).map_err(|error| error.to_string())?;
            let wanted = match step {
                ArchiveFileStep::Want(want) => Some(want),
                ArchiveFileStep::Bytes(bytes) => {
                    open.start = open.start.saturating_add(open.piece.len() as u64);
                    open.piece.clear();
                    open.piece.extend_from_slice(bytes);
                    None
                }
                ArchiveFileStep::Done => {
                    open.is_done = true;
                    None
                }
            };
            self.open = Some(open);
            if wanted.is_some() {
                return Ok(wanted);
            }
        }
    }
}
