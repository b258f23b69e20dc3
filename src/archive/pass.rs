//! Opening a stream that goes by once: documents are kept and layers scanned as they pass.

use std::collections::HashMap;

use super::dialect::{self, FileKind, Shape};
use super::documents::Documents;
use super::error::ArchiveError;
use super::listing::{Listing, Member, MemberKind};
use super::model::{Archive, Draft, Interpretation, Outline};
use super::opener::{no_end_marker, not_an_image};
use super::sniff;
use crate::codec::{CodecError, Compression, Decoder};
use crate::error::ErrorKind;
use crate::finding::{ErrorData, Finding, Findings};
use crate::layer::{ContentHash, LayerScan, ScannedLayer};
use crate::limits::Limits;
use crate::tar::{self, Event, Reader};

/// Reads a stream once, compressed as a whole or not. Every layer in it is scanned as it goes by.
///
/// Errors in the bytes end nothing: what was read before them stands, and they are among the archive's findings.
pub struct Pass {
    size: u64,
    /// First stored bytes, until they tell the compression.
    prefix: Vec<u8>,
    decoder: Option<Decoder>,
    compression: Compression,
    members: Members,
    limits: Limits,
    error: Option<CodecError>,
}

/// The pass over the uncompressed bytes.
struct Members {
    /// First uncompressed bytes, until they tell what the file is.
    prefix: Vec<u8>,
    known: Known,
    reader: Reader,
    broken: bool,
    listing: Listing,
    documents: Documents,
    document_bytes: u64,
    current: Current,
    scans: HashMap<usize, ScannedLayer>,
    /// The whole stream taken for one layer, as long as it may be a root file system.
    root: Option<Box<LayerScan>>,
    findings: Findings,
    contents: ContentHash,
    limits: Limits,
}

enum Known {
    Nothing,
    Tar,
    Other(FileKind),
    Foreign,
}

/// What becomes of the member that goes by.
enum Current {
    Skipped,
    /// The first byte tells.
    Undecided,
    Document(Vec<u8>),
    Layer(Box<LayerScan>),
}

impl Pass {
    /// A pass at the start of a stream.
    pub fn new(contents: ContentHash, limits: &Limits) -> Self {
        Self {
            size: 0,
            prefix: Vec::new(),
            decoder: None,
            compression: Compression::None,
            members: Members {
                prefix: Vec::new(),
                known: Known::Nothing,
                reader: Reader::new(limits),
                broken: false,
                listing: Listing::default(),
                documents: Documents::default(),
                document_bytes: 0,
                current: Current::Skipped,
                scans: HashMap::new(),
                root: None,
                findings: Findings::new(limits.findings),
                contents,
                limits: *limits,
            },
            limits: *limits,
            error: None,
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// The stream is of no known kind, so that there is no use in going on.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.size += bytes.len() as u64;
        if self.decoder.is_some() {
            self.decode(bytes);
        } else {
            self.prefix.extend_from_slice(bytes);
            if self.prefix.len() >= Compression::PREFIX_LEN {
                self.start();
            }
        }
        self.check()
    }

    /// Ends the stream.
    ///
    /// # Errors
    /// The stream is of no known kind, or so damaged that nothing could be learned from it.
    pub fn finish(mut self) -> Result<Archive, ArchiveError> {
        if self.decoder.is_none() {
            self.start();
        }
        if self.error.is_none()
            && let Some(decoder) = &mut self.decoder
        {
            self.error = decoder.finish().err();
        }
        self.members.decide(true);
        self.check()?;
        if let Some(error) = self.error {
            if self.members.listing.len() == 0 {
                return Err(error.into());
            }
            self.members.findings.push(|| Finding::from_reason(&error));
        }
        let mut archive = self.members.finish(self.compression, self.size)?;
        archive.seek = self.decoder.as_mut().and_then(Decoder::take_seek_index);
        Ok(archive)
    }

    fn check(&self) -> Result<(), ArchiveError> {
        match (&self.members.known, &self.error) {
            (Known::Foreign, _) => Err(not_an_image(&self.members.prefix)),
            (Known::Nothing, Some(error)) => Err(error.clone().into()),
            _ => Ok(()),
        }
    }

    fn start(&mut self) {
        let prefix = std::mem::take(&mut self.prefix);
        self.compression = Compression::detect(&prefix).unwrap_or(Compression::None);
        self.decoder = Some(Decoder::new(self.compression, &self.limits).with_seek_index(&self.limits));
        self.decode(&prefix);
    }

    fn decode(&mut self, bytes: &[u8]) {
        let Some(decoder) = self.decoder.as_mut().filter(|_| self.error.is_none()) else { return };
        let members = &mut self.members;
        let pushed = decoder.push::<CodecError>(bytes, &mut |piece| {
            members.push(piece);
            Ok(())
        });
        self.error = pushed.err();
    }
}

impl Members {
    fn push(&mut self, bytes: &[u8]) {
        match self.known {
            Known::Nothing => {
                self.prefix.extend_from_slice(bytes);
                self.decide(false);
            }
            Known::Tar => self.tar(bytes),
            Known::Other(_) | Known::Foreign => {}
        }
    }

    /// Tells what the file is once enough of it is there, or all.
    fn decide(&mut self, is_end: bool) {
        if !matches!(self.known, Known::Nothing) || !(is_end || self.prefix.len() >= sniff::PREFIX) {
            return;
        }
        if tar::is_header(&self.prefix) {
            self.known = Known::Tar;
            let prefix = std::mem::take(&mut self.prefix);
            self.root = Some(Box::new(LayerScan::new(self.contents, &self.limits)));
            self.tar(&prefix);
        } else {
            self.known = sniff::kind(&self.prefix).map_or(Known::Foreign, Known::Other);
        }
    }

    fn tar(&mut self, bytes: &[u8]) {
        let mut input = bytes;
        while !self.broken {
            match self.reader.next(&mut input) {
                Ok(Some(Event::Entry(entry))) => {
                    let member = Member::of_entry(entry);
                    self.current = self.prepare(&member);
                    if let Err(limit) = self.listing.push(member, &self.limits) {
                        self.findings.push(|| Finding::from_reason(&limit));
                        self.broken = true;
                    }
                    if self.listing.len() == 1 && dialect::starts_like_images(&self.listing) {
                        self.root = None;
                    }
                }
                Ok(Some(Event::Data(data))) => self.data(data),
                Ok(Some(Event::Hole(_))) => self.current = Current::Skipped,
                Ok(Some(Event::EntryEnd)) => self.end_member(),
                Ok(None) => break,
                Err(error) => {
                    self.broken = true;
                    self.findings.push(|| Finding::from_reason(&error));
                }
            }
        }
        if let Some(root) = &mut self.root {
            root.push(bytes);
        }
    }

    fn prepare(&self, member: &Member) -> Current {
        if member.kind != MemberKind::File || member.is_sparse {
            return Current::Skipped;
        }
        match Shape::of(&member.path) {
            Shape::Document => self.document(member.size),
            Shape::Layer => Current::Layer(Box::new(LayerScan::new(self.contents, &self.limits))),
            Shape::Blob if member.size == 0 => Current::Document(Vec::new()),
            Shape::Blob => Current::Undecided,
            Shape::Foreign => Current::Skipped,
        }
    }

    fn document(&self, size: u64) -> Current {
        let total = self.document_bytes.saturating_add(size);
        let fits = size <= self.limits.json_bytes && total <= self.limits.document_bytes;
        if fits { Current::Document(Vec::new()) } else { Current::Skipped }
    }

    fn data(&mut self, data: &[u8]) {
        if matches!(self.current, Current::Undecided) {
            let size = self
                .listing
                .len()
                .checked_sub(1)
                .and_then(|last| self.listing.get(last))
                .map_or(0, |last| last.size);
            let is_json = data
                .iter()
                .find(|byte| !byte.is_ascii_whitespace())
                .is_some_and(|byte| matches!(byte, b'{' | b'['));
            let document = if is_json { self.document(size) } else { Current::Skipped };
            self.current = match document {
                Current::Skipped => Current::Layer(Box::new(LayerScan::new(self.contents, &self.limits))),
                document => document,
            };
        }
        match &mut self.current {
            Current::Document(contents) => contents.extend_from_slice(data),
            Current::Layer(scan) => scan.push(data),
            Current::Skipped | Current::Undecided => {}
        }
    }

    fn end_member(&mut self) {
        let Some(member) = self.listing.len().checked_sub(1) else { return };
        match std::mem::replace(&mut self.current, Current::Skipped) {
            Current::Document(contents) => {
                self.document_bytes += contents.len() as u64;
                self.documents.insert(member, contents);
            }
            Current::Layer(scan) => {
                self.scans.insert(member, scan.finish());
            }
            Current::Skipped | Current::Undecided => {}
        }
    }

    fn finish(mut self, compression: Compression, size: u64) -> Result<Archive, ArchiveError> {
        if !self.broken && matches!(self.known, Known::Tar) {
            match self.reader.finish() {
                Ok(trailer) if trailer.end_blocks == 0 => self.findings.push(no_end_marker),
                Ok(_) => {}
                Err(error) if self.listing.len() == 0 => return Err(error.into()),
                Err(error) => {
                    let last =
                        self.listing.get(self.listing.len() - 1).map(Member::display).unwrap_or_default();
                    self.findings.push(|| Finding::from_reason(&error).in_file(last));
                    self.end_member();
                }
            }
        }
        self.documents.seal();
        let mut facts = Vec::new();
        let kind = match self.known {
            Known::Other(kind) => {
                facts = sniff::facts(kind, &self.prefix);
                kind
            }
            _ => dialect::detect(&self.listing, &self.documents, &self.limits)
                .ok()
                .flatten()
                .unwrap_or(FileKind::Rootfs),
        };
        if kind == FileKind::DockerDataRoot {
            facts = dialect::data_root_facts(&self.listing);
        }
        let outline = Outline { kind, compression, size, facts, findings: self.findings };
        // Nothing is wanted of sealed documents.
        let draft = Draft { outline, listing: self.listing, documents: self.documents };
        let Interpretation::Complete(mut archive) = Archive::interpret(draft, &self.limits) else {
            return Err(ArchiveError::Unfinished);
        };
        let mut root = self.root.map(|root| root.finish());
        for layer in 0..archive.layer_count() {
            let member = archive.layer_member(layer).unwrap_or(usize::MAX);
            let scanned = if kind == FileKind::Rootfs {
                // None when the tar began like an archive of images: a first member of it is not the file system.
                root.take()
            } else {
                self.scans.remove(&member).or_else(|| {
                    let mut scan = LayerScan::new(self.contents, &self.limits);
                    scan.push(archive.document(member)?);
                    Some(scan.finish())
                })
            };
            match scanned {
                Some(scanned) => archive.add_scan(layer, scanned)?,
                None => archive.fail_scan(layer, gone_by())?,
            }
        }
        Ok(*archive)
    }
}

/// A layer under a name that layers do not have went by before the manifest named it.
fn gone_by() -> ErrorData {
    ErrorData {
        kind: ErrorKind::Unsupported,
        code: "layer-gone-by".to_owned(),
        message: "the layer went by in the stream before anything named it as one; unpack the file and open it again"
            .to_owned(),
        offset: None,
        expected: None,
        found: None,
        path: None,
    }
}
