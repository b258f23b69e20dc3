//! What scans leave, and the contents of one file of an image, read where they lie in the image's file.

use std::sync::Arc;

use super::error::ArchiveError;
use super::model::{Archive, LayerSource};
use super::opener::Want;
use crate::codec::{Compression, SeekIndex, SeekReader, SeekStep};
use crate::finding::ErrorData;
use crate::layer::{
    Advance, FileReadError, FileReader, FileStep, FileTable, ScannedLayer, ScannedParts, TocFile, clean_path,
};
use crate::limits::Limits;
use crate::manifest::media_type;

/// What an [`ArchiveFile`] needs or has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveFileStep<'a> {
    /// These bytes of the image's file are needed.
    Want(Want),
    /// The next bytes of the contents, not empty.
    Bytes(&'a [u8]),
    /// That was all, and it is what the scan found.
    Done,
}

/// Reads the contents of one file of a scanned layer: says which bytes of the image's file it wants, and is given them.
///
/// It reads as a [`FileReader`] does. In an image file that is compressed as a whole, the places that the pass took in
/// that are used as well. In a layer that was not scanned and has a [table of contents](Archive::add_toc) it reads as a
/// [`TocFile`] does.
#[derive(Debug)]
pub struct ArchiveFile {
    contents: Contents,
    source: LayerSource,
    outer: Option<Outer>,
    limits: Limits,
}

/// How the contents are found.
#[derive(Debug)]
enum Contents {
    /// By what a scan left.
    Scanned(Box<FileReader>),
    /// By the layer's table of contents.
    Listed(Box<TocFile>),
}

/// What unpacks an image file that is compressed as a whole.
#[derive(Debug)]
struct Outer {
    index: SeekIndex,
    size: u64,
    stream: Option<SeekReader>,
    /// Where the stream stands in the unpacked file, behind the spare bytes.
    place: u64,
    /// Unpacked bytes that were not asked for yet.
    spare: Vec<u8>,
    /// The part of the layer's stored bytes that is wanted, as far as it is there.
    wanted: Option<(u64, u64)>,
    part: Vec<u8>,
}

impl Archive {
    /// Takes what a scan of the layer found.
    ///
    /// # Errors
    /// There is no such layer.
    pub fn add_scan(&mut self, layer: usize, scanned: ScannedLayer) -> Result<(), ArchiveError> {
        self.layer(layer)?;
        let record = &mut self.layers[layer];
        let mut report = scanned.report;
        if record.media_type.as_deref().is_some_and(|kind| !media_type::is_layer(kind)) {
            // Statements and other artifacts are stored where layers are, and are no tars.
            report.findings.retain(|finding| finding.code != "not-a-tar");
        }
        record.error = None;
        record.report = Some(report);
        record.table = Some(Arc::new(scanned.table));
        record.seek = Some(Arc::new(scanned.seek));
        Ok(())
    }

    /// What a scan of the layer left, for another archive of the same file to [take](Archive::add_scan).
    pub fn scan_of(&self, layer: usize) -> Option<ScannedParts<'_>> {
        let record = self.layers.get(layer)?;
        let (report, table, seek) =
            (record.report.as_ref()?, record.table.as_deref()?, record.seek.as_deref()?);
        Some(ScannedParts { report, table, seek })
    }

    /// Notes why a layer could not be scanned at all.
    ///
    /// # Errors
    /// There is no such layer.
    pub fn fail_scan(&mut self, layer: usize, error: ErrorData) -> Result<(), ArchiveError> {
        self.layer(layer)?;
        self.layers[layer].error = Some(error);
        Ok(())
    }

    /// The scanned files of a layer, in the order of its tar.
    pub fn table(&self, layer: usize) -> Option<&Arc<FileTable>> {
        self.layers.get(layer)?.table.as_ref()
    }

    /// Reads the contents of the file at `row` of a scanned layer, without the layer's bytes before it where the layer's
    /// compression allows. A layer that was not scanned is read by its table of contents, whose rows are its entries.
    ///
    /// # Errors
    /// There is no such layer or row, the layer has not been scanned and has no table, or the row is no regular file.
    pub fn file(&self, layer: usize, row: u32) -> Result<ArchiveFile, ArchiveError> {
        let source = self.layer_source(layer)?;
        if let Some(toc) = self.toc(layer).filter(|_| self.table(layer).is_none()) {
            let contents = Contents::Listed(Box::new(TocFile::new(toc, row as usize, &self.limits)?));
            return Ok(ArchiveFile { contents, source, outer: None, limits: self.limits });
        }
        let record = self.layers.get(layer);
        let scanned = record.and_then(|record| {
            Some((record.table.as_ref()?, record.seek.as_ref()?, record.report.as_ref()?))
        });
        let (table, seek, report) = scanned.ok_or(ArchiveError::NotScanned { index: layer })?;
        let outer = (self.compression != Compression::None).then(|| Outer {
            index: self.seek.clone().unwrap_or_else(|| SeekIndex::new(self.compression)),
            size: self.size,
            stream: None,
            place: 0,
            spare: Vec::new(),
            wanted: None,
            part: Vec::new(),
        });
        let reader = FileReader::new(table, seek, report.stored_size, row, &self.limits)?;
        let contents = Contents::Scanned(Box::new(reader));
        Ok(ArchiveFile { contents, source, outer, limits: self.limits })
    }

    /// Which layer and row hold the contents of a path of an image, after all its layers. Symbolic links on the way to it are
    /// followed within the image; it must be no link itself.
    ///
    /// # Errors
    /// There is no such image or path, one of the image's layers has neither been scanned nor a table of contents, or the
    /// path is no regular file.
    pub fn find_file(&self, image: usize, path: &[u8]) -> Result<(usize, u32), ArchiveError> {
        let tree = self.tree(image, usize::MAX)?;
        let shown = || String::from_utf8_lossy(path).into_owned();
        let node = clean_path(path).ok().and_then(|path| tree.find(&path, self.limits.symlinks));
        let node = node.ok_or_else(|| ArchiveError::NoFile { image, path: shown() })?;
        let layer =
            self.images.get(image).and_then(|image| image.layers.get(usize::from(node.layer()))?.layer);
        let found = layer.zip(node.row().map(|row| row.index()));
        Ok(found.ok_or_else(|| FileReadError::NotAFile { path: shown() })?)
    }

    /// Where the bytes of a document lie, by its position in [`ArchiveData::blobs`](super::ArchiveData::blobs): in a file that is
    /// compressed as a whole, in what it decompresses to.
    pub fn blob_source(&self, blob: usize) -> Option<LayerSource> {
        let member = self.listing.get(self.blobs.get(blob)?.member)?;
        Some(LayerSource { file: member.file, offset: member.offset, length: member.size })
    }

    /// The places from which a scanned layer can be read.
    pub fn seek_index(&self, layer: usize) -> Option<&SeekIndex> {
        self.layers.get(layer)?.seek.as_deref()
    }
}

impl ArchiveFile {
    /// Bytes of the contents.
    pub fn size(&self) -> u64 {
        match &self.contents {
            Contents::Scanned(reader) => reader.size(),
            Contents::Listed(file) => file.size(),
        }
    }

    /// Takes the bytes asked for last, and says what comes next. Fewer bytes than asked for end the file.
    ///
    /// # Errors
    /// The file or the layer cannot be decoded, ends early, or holds something else than the scan found.
    pub fn next(&mut self, response: Option<&[u8]>) -> Result<ArchiveFileStep<'_>, ArchiveError> {
        let LayerSource { file, offset: start, .. } = self.source;
        let in_file = |step| match step {
            FileStep::Want { offset, length } => {
                ArchiveFileStep::Want(Want { file, offset: start.saturating_add(offset), length })
            }
            FileStep::Bytes(bytes) => ArchiveFileStep::Bytes(bytes),
            FileStep::Done => ArchiveFileStep::Done,
        };
        let reader = match &mut self.contents {
            Contents::Scanned(reader) => reader,
            Contents::Listed(file) => return Ok(in_file(file.next(response)?)),
        };
        let Some(outer) = &mut self.outer else { return Ok(in_file(reader.next(response)?)) };
        let mut response = response;
        loop {
            // As long as the layer's reader waits for bytes, they are unpacked first.
            if let Some((offset, length)) = outer.fill(response.take())? {
                return Ok(ArchiveFileStep::Want(Want { file, offset, length }));
            }
            let stored = outer.wanted.take().map(|_| &*outer.part);
            match reader.advance(stored)? {
                Advance::Want(offset, length) => {
                    outer.want(start.saturating_add(offset), length, &self.limits);
                }
                Advance::Bytes(part) => return Ok(ArchiveFileStep::Bytes(reader.part(part))),
                Advance::Done => return Ok(ArchiveFileStep::Done),
            }
        }
    }
}

impl Outer {
    /// Asks for a range of the unpacked file.
    fn want(&mut self, offset: u64, length: u64, limits: &Limits) {
        let held = self.place - self.spare.len() as u64;
        if self.stream.is_none() || offset < held || self.index.start(offset).unpacked > self.place {
            self.stream = Some(SeekReader::new(&self.index, self.size, offset, limits));
            self.spare.clear();
            self.place = offset;
        }
        self.part.clear();
        self.wanted = Some((offset, length));
    }

    /// Unpacks as much of what is wanted as there is; the stored range that is needed to go on.
    fn fill(&mut self, mut response: Option<&[u8]>) -> Result<Option<(u64, u64)>, ArchiveError> {
        let (Some((offset, length)), Some(stream)) = (self.wanted, &mut self.stream) else { return Ok(None) };
        loop {
            // What lies before the range is left out.
            let held = self.place - self.spare.len() as u64;
            let wanted = offset + self.part.len() as u64;
            let before = wanted.saturating_sub(held).min(self.spare.len() as u64) as usize;
            self.spare.drain(..before);
            let missing = (length - self.part.len() as u64).min(self.spare.len() as u64) as usize;
            self.part.extend(self.spare.drain(..missing));
            if self.part.len() as u64 >= length {
                return Ok(None);
            }
            match stream.next(response.take())? {
                SeekStep::Want { offset, length } => return Ok(Some((offset, length))),
                SeekStep::Bytes(bytes) => {
                    self.place += bytes.len() as u64;
                    self.spare.extend_from_slice(bytes);
                }
                // The layer's reader is told by a range that is too short.
                SeekStep::End => return Ok(None),
            }
        }
    }
}
