//! What is in the images of a file on disk: packages, issues, waste, and what takes their space.

use std::io::{self, Read};

use super::error::FileError;
use super::image_file::ImageFile;
use super::layer_file::LayerFile;
use crate::archive::ArchiveError;
use crate::codec::{CodecError, Compression, Decoder};
use crate::image::ImageConfig;
use crate::inspect::lint::{Issue, Lint, LintOptions};
use crate::inspect::packages::{
    FilePackages, Inventory, PackageError, PackageFile, PackageReader, Packages, Role, Selection,
};
use crate::inspect::usage::{UsageKey, UsageNode, usage};
use crate::inspect::waste::{Waste, waste};
use crate::tar::{Event, Reader, TarError};

/// Bytes of a layer that are read at once.
const PIECE: u64 = 1 << 20;

impl ImageFile {
    /// The packages of an image. The layers must have been [scanned](ImageFile::scan); those that hold something of packages
    /// are read once more. A layer that cannot be read is a finding.
    ///
    /// # Errors
    /// There is no such image, or a layer has not been scanned.
    ///
    /// ```
    /// use layerglass::fs::{ImageFile, OpenOptions};
    /// let mut file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
    /// file.scan()?;
    /// assert!(file.packages(0)?.packages.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn packages(&self, image: usize) -> Result<Packages, FileError> {
        let limits = &self.options().limits;
        let tree = self.archive().tree(image, usize::MAX).map_err(|source| self.of_archive(source))?;
        let selection = Selection::new(&tree, limits);
        let mut inventory = Inventory::new(&tree, limits);
        for files in selection.files().chunk_by(|a, b| a.layer == b.layer) {
            // Of large files parts are read, each from the nearest place that the scan kept.
            let is_whole = |file: &&PackageFile| {
                !matches!(file.role, Role::Program | Role::JavaArchive)
                    && file.size <= limits.package_file_bytes
            };
            let (whole, ranged): (Vec<&PackageFile>, Vec<&PackageFile>) = files.iter().partition(is_whole);
            let Some(position) = files.first().map(|file| usize::from(file.layer)) else { continue };
            let layer = self.archive().image_layer(image, position).map_err(|error| error.to_string());
            let rows: Vec<(u32, u64)> = whole.iter().map(|file| (file.row, file.size)).collect();
            let mut next = whole.iter();
            let passed = layer.clone().and_then(|layer| {
                self.pass(layer, &rows, &mut |contents| {
                    if let Some(file) = next.next() {
                        inventory.add(file, PackageReader::new(file, limits).read(contents));
                    }
                })
            });
            let why = passed.err().unwrap_or_else(|| "the layer ended before it".to_owned());
            for file in next {
                inventory.add(file, Err(PackageError::Unreadable { why: why.clone() }));
            }
            for file in ranged {
                let read = layer.clone().map_err(|why| PackageError::Unreadable { why });
                inventory.add(file, read.and_then(|layer| self.read_ranges(layer, file)));
            }
        }
        Ok(inventory.finish(selection))
    }

    /// The issues of an image, and how many more there are than the limit `lintIssues` keeps. The layers must have been
    /// [scanned](ImageFile::scan), and are read once more for secrets and certificates. Files of a layer that cannot be
    /// read are not looked into; the scan tells of it.
    ///
    /// # Errors
    /// There is no such image, or a layer has not been scanned.
    pub fn lint(
        &self,
        image: usize,
        config: &ImageConfig,
        options: &LintOptions,
    ) -> Result<(Vec<Issue>, u64), FileError> {
        let tree = self.archive().tree(image, usize::MAX).map_err(|source| self.of_archive(source))?;
        let mut lint = Lint::new(&tree, options, &self.options().limits);
        lint.config(config);
        for files in lint.files().chunk_by(|a, b| a.layer == b.layer) {
            let rows: Vec<(u32, u64)> = files.iter().map(|file| (file.row, file.size)).collect();
            let Some(position) = files.first().map(|file| usize::from(file.layer)) else { continue };
            let Ok(layer) = self.archive().image_layer(image, position) else { continue };
            let mut next = files.iter();
            // What was read before the layer broke off is looked into.
            let _broken = self.pass(layer, &rows, &mut |contents| {
                if let Some(file) = next.next() {
                    lint.add(file, contents);
                }
            });
        }
        Ok(lint.finish())
    }

    /// What of an image is of no use. The layers must have been [scanned](ImageFile::scan); the config tells the commands.
    ///
    /// # Errors
    /// There is no such image, or a layer has not been scanned.
    ///
    /// ```
    /// use layerglass::fs::{ImageFile, OpenOptions};
    /// let mut file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
    /// file.scan()?;
    /// let waste = file.waste(0, None)?;
    /// assert_eq!(waste.squashed, waste.content_size - waste.overwritten - waste.removed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn waste(&self, image: usize, config: Option<&ImageConfig>) -> Result<Waste, FileError> {
        let tables = self.archive().tables(image, usize::MAX).map_err(|source| self.of_archive(source))?;
        let found = waste(&tables, config, &self.options().limits);
        found.map_err(|error| self.of_archive(error.into()))
    }

    /// What takes an image's space. The layers must have been [scanned](ImageFile::scan).
    ///
    /// # Errors
    /// There is no such image, or a layer has not been scanned.
    pub fn usage(&self, image: usize, by: &UsageKey<'_>) -> Result<UsageNode, FileError> {
        let tree = self.archive().tree(image, usize::MAX).map_err(|source| self.of_archive(source))?;
        Ok(usage(&tree, by, &self.options().limits))
    }

    pub(super) fn of_archive(&self, source: ArchiveError) -> FileError {
        FileError::Archive { path: self.path.clone(), source }
    }

    /// Reads a layer up to the last of some rows, and shows the contents of each. Rows are ascending, with their sizes.
    fn pass(&self, layer: usize, rows: &[(u32, u64)], visit: &mut dyn FnMut(&[u8])) -> Result<(), String> {
        let source = self.archive().layer_source(layer).map_err(|error| error.to_string())?;
        let limits = &self.options().limits;
        let mut collector = Collector { reader: Reader::new(limits), rows, entry: 0, held: None, visit };
        let mut decoder = None;
        let mut at = 0;
        while at < source.length && !collector.rows.is_empty() {
            let length = PIECE.min(source.length - at);
            let bytes = self.files.read(source.file, source.offset + at, length);
            let bytes = bytes.map_err(|error| error.to_string())?;
            if bytes.is_empty() {
                break;
            }
            at += bytes.len() as u64;
            let decoder = decoder.get_or_insert_with(|| {
                Decoder::new(Compression::detect(&bytes).unwrap_or(Compression::None), limits)
            });
            decoder.push::<Stop>(&bytes, &mut |piece| collector.push(piece)).map_err(|stop| match stop {
                Stop::Codec(error) => error.to_string(),
                Stop::Tar(error) => error.to_string(),
            })?;
        }
        Ok(())
    }

    /// Reads the parts of a file that are wanted.
    fn read_ranges(&self, layer: usize, file: &PackageFile) -> Result<FilePackages, PackageError> {
        let unreadable = |why: String| PackageError::Unreadable { why };
        let mut reader = PackageReader::new(file, &self.options().limits);
        let mut open: Option<(LayerFile<'_>, u64)> = None;
        let mut want = reader.next(None);
        while let Some(range) = want {
            // What lies behind has to be opened again.
            let (mut contents, at) = match open.take().filter(|(_, at)| *at <= range.offset) {
                Some(open) => open,
                None => (self.open_file(layer, file.row).map_err(|error| unreadable(error.to_string()))?, 0),
            };
            let mut bytes = Vec::new();
            let read = io::copy(&mut (&mut contents).take(range.offset - at), &mut io::sink())
                .and_then(|_| (&mut contents).take(range.length).read_to_end(&mut bytes));
            read.map_err(|error| unreadable(error.to_string()))?;
            open = Some((contents, range.offset + bytes.len() as u64));
            want = reader.next(Some(&bytes));
        }
        reader.finish()
    }
}

/// Why a layer is read no further.
enum Stop {
    Codec(CodecError),
    Tar(TarError),
}

impl From<CodecError> for Stop {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
}

/// Shows the contents of some entries of a tar.
struct Collector<'a> {
    reader: Reader,
    /// What is still to come.
    rows: &'a [(u32, u64)],
    /// The entry that comes next.
    entry: u32,
    held: Option<Vec<u8>>,
    visit: &'a mut dyn FnMut(&[u8]),
}

impl Collector<'_> {
    fn push(&mut self, mut piece: &[u8]) -> Result<(), Stop> {
        while let Some((&(row, size), rest)) = self.rows.split_first() {
            let Some(event) = self.reader.next(&mut piece).map_err(Stop::Tar)? else { break };
            match (event, &mut self.held) {
                (Event::Entry(_), held) => {
                    *held = (self.entry == row).then(Vec::new);
                    self.entry = self.entry.saturating_add(1);
                }
                // Never more than the scan found.
                (Event::Data(data), Some(held)) => {
                    let left = size.saturating_sub(held.len() as u64);
                    held.extend_from_slice(
                        data.get(..usize::try_from(left).unwrap_or(usize::MAX)).unwrap_or(data),
                    );
                }
                (Event::Hole(length), Some(held)) => {
                    let length = length.min(size.saturating_sub(held.len() as u64));
                    held.resize(held.len().saturating_add(usize::try_from(length).unwrap_or(0)), 0);
                }
                (Event::EntryEnd, held) => {
                    if let Some(contents) = held.take() {
                        (self.visit)(&contents);
                        self.rows = rest;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}
