//! Opening a file that can be read anywhere: headers are read, contents are jumped over.

use super::dialect::{self, FileKind};
use super::documents::Documents;
use super::error::ArchiveError;
use super::listing::{Listing, Member, MemberKind};
use super::model::{Archive, Draft, Interpretation, Outline};
use super::sniff;
use crate::codec::Compression;
use crate::finding::{Finding, Findings, Severity};
use crate::layer::clean_path;
use crate::limits::Limits;
use crate::tar::{self, Event, Reader};

/// A range of bytes that opening needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    /// Which file of a folder; 0 for an archive.
    pub file: u32,
    /// First byte.
    pub offset: u64,
    /// Number of bytes, never beyond the end of the file.
    pub length: u64,
}

/// Bytes read ahead at a header, at first and at most.
const AHEAD: (u64, u64) = (4 << 10, 256 << 10);
/// Members after which a tar that does not begin like an image is taken for a root file system.
const ROOTFS_AFTER: usize = 4096;
/// Files of a folder whose first bytes are looked at.
const SNIFFED_FILES: usize = 64;

enum Stage {
    /// The first bytes of the file are wanted.
    Start,
    /// The members of the tar are listed.
    Walk { reader: Box<Reader>, ahead: u64 },
    /// What the members make of the file is to be told.
    Detect,
    /// Documents are wanted, the next one last.
    Documents { left: Vec<usize> },
    /// The first bytes of a folder's files are wanted, the next one last.
    Sniff { left: Vec<usize> },
    /// The file is compressed as a whole: only a pass can read it.
    Compressed,
    /// Everything is known.
    Done(Box<Archive>),
    /// An error was returned, or the archive taken.
    Ended,
}

/// Opens a file without reading it: says which bytes it wants, and is given them.
///
/// ```
/// use layerglass::archive::Opener;
/// let file = std::fs::read("tests/fixtures/quirks.docker28.tar").unwrap();
/// let mut opener = Opener::new(file.len() as u64, &Default::default());
/// let mut want = opener.next(None).unwrap();
/// while let Some(range) = want {
///     let bytes = &file[range.offset as usize..][..range.length as usize];
///     want = opener.next(Some(bytes)).unwrap();
/// }
/// assert_eq!(opener.finish().unwrap().data().images[0].familiar_names, ["quirks:1"]);
/// ```
pub struct Opener {
    stage: Stage,
    size: u64,
    is_folder: bool,
    want: Option<Want>,
    compression: Compression,
    listing: Listing,
    documents: Documents,
    findings: Findings,
    facts: Vec<(String, String)>,
    kind: Option<FileKind>,
    limits: Limits,
}

impl Opener {
    /// Opens one file of `size` bytes.
    pub fn new(size: u64, limits: &Limits) -> Self {
        Self {
            stage: Stage::Start,
            size,
            is_folder: false,
            want: None,
            compression: Compression::None,
            listing: Listing::default(),
            documents: Documents::default(),
            findings: Findings::new(limits.findings),
            facts: Vec::new(),
            kind: None,
            limits: *limits,
        }
    }

    /// Opens a folder of files, given by their paths below it and their sizes.
    ///
    /// # Errors
    /// There are more files than the limit `archiveEntries` allows.
    pub fn for_folder<P: AsRef<[u8]>>(
        files: impl IntoIterator<Item = (P, u64)>,
        limits: &Limits,
    ) -> Result<Self, ArchiveError> {
        let mut opener = Self::new(0, limits);
        opener.is_folder = true;
        opener.stage = Stage::Detect;
        for (file, (path, size)) in files.into_iter().enumerate() {
            let path = path.as_ref();
            let path = clean_path(path).map_or_else(|_| path.to_vec(), std::borrow::Cow::into_owned);
            let file = u32::try_from(file).unwrap_or(u32::MAX);
            let member = Member { path, kind: MemberKind::File, size, file, offset: 0, is_sparse: false };
            opener.size = opener.size.saturating_add(size);
            opener.listing.push(member, limits)?;
        }
        Ok(opener)
    }

    /// What the whole file is compressed with; known after the first bytes. Any but `None` asks for a [`super::Pass`].
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// Takes the bytes that were wanted last and says which it wants next; `None` when it wants no more.
    ///
    /// Fewer bytes than wanted mean that the file ends there.
    ///
    /// # Errors
    /// The file is of no known kind, or so damaged that nothing can be learned from it.
    pub fn next(&mut self, response: Option<&[u8]>) -> Result<Option<Want>, ArchiveError> {
        let answered = match (self.want.take(), response) {
            (Some(want), Some(bytes)) => self.take(want, bytes),
            (Some(want), None) => {
                self.want = Some(want);
                return Ok(self.want);
            }
            (None, _) => Ok(()),
        };
        self.want = match answered.and_then(|()| self.advance()) {
            Ok(want) => want,
            Err(error) => {
                self.stage = Stage::Ended;
                return Err(error);
            }
        };
        Ok(self.want)
    }

    /// The opened file.
    ///
    /// # Errors
    /// [`ArchiveError::Unfinished`] before [`Opener::next`] has answered `None`, or for a file compressed as a whole.
    pub fn finish(self) -> Result<Archive, ArchiveError> {
        match self.stage {
            Stage::Done(archive) => Ok(*archive),
            _ => Err(ArchiveError::Unfinished),
        }
    }

    /// The next range of the file, cut at its end; `None` behind it.
    fn range(&self, offset: u64, length: u64) -> Option<Want> {
        let length = length.min(self.size.saturating_sub(offset));
        (length > 0).then_some(Want { file: 0, offset, length })
    }

    fn advance(&mut self) -> Result<Option<Want>, ArchiveError> {
        loop {
            match &mut self.stage {
                Stage::Start => {
                    let want = self.range(0, sniff::PREFIX as u64);
                    return want.map(Some).ok_or(ArchiveError::Empty);
                }
                Stage::Walk { reader, ahead } => {
                    let (offset, ahead) = (reader.offset(), *ahead);
                    if !reader.ended()
                        && let Some(want) = self.range(offset, ahead)
                    {
                        return Ok(Some(want));
                    }
                    self.end_walk()?;
                }
                Stage::Detect => self.detect()?,
                Stage::Documents { left } | Stage::Sniff { left } if left.is_empty() => {
                    let sniffed = matches!(self.stage, Stage::Sniff { .. });
                    if sniffed && self.kind.is_none() {
                        return Err(ArchiveError::NotAnImageFolder);
                    }
                    self.stage = Stage::Detect;
                }
                Stage::Documents { left } => {
                    let member = left.last().and_then(|&member| self.listing.get(member));
                    // A truncated archive holds less than its headers say.
                    let held = if self.is_folder { u64::MAX } else { self.size };
                    let want = member.map(|member| Want {
                        file: member.file,
                        offset: member.offset,
                        length: member.size.min(held.saturating_sub(member.offset)),
                    });
                    match want {
                        Some(want) if want.length > 0 => return Ok(Some(want)),
                        _ => {
                            if let Some(member) = left.pop() {
                                self.documents.insert(member, Vec::new());
                            }
                        }
                    }
                }
                Stage::Sniff { left } => {
                    let member = left.last().and_then(|&member| self.listing.get(member));
                    let want = member.map(|member| Want {
                        file: member.file,
                        offset: 0,
                        length: member.size.min(sniff::PREFIX as u64),
                    });
                    match want {
                        Some(want) if want.length > 0 => return Ok(Some(want)),
                        _ => {
                            left.pop();
                        }
                    }
                }
                Stage::Compressed | Stage::Done(_) | Stage::Ended => return Ok(None),
            }
        }
    }

    fn take(&mut self, want: Want, bytes: &[u8]) -> Result<(), ArchiveError> {
        match &mut self.stage {
            Stage::Start => self.start(bytes),
            Stage::Walk { .. } => self.walk(want, bytes),
            Stage::Documents { left } => {
                if let Some(member) = left.pop() {
                    self.documents.insert(member, bytes.to_vec());
                }
                Ok(())
            }
            Stage::Sniff { left } => {
                let member = left.pop().and_then(|member| self.listing.get(member));
                if let (Some(member), Some(kind)) = (member, sniff::kind(bytes)) {
                    self.kind = Some(FileKind::DiskFolder);
                    self.facts.push((member.display(), kind.label().to_owned()));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.compression = Compression::detect(bytes).unwrap_or(Compression::None);
        if self.compression != Compression::None {
            self.stage = Stage::Compressed;
        } else if tar::is_header(bytes) {
            self.stage = Stage::Walk { reader: Box::new(Reader::new(&self.limits)), ahead: AHEAD.0 };
            return self.walk(Want { file: 0, offset: 0, length: bytes.len() as u64 }, bytes);
        } else {
            let kind = sniff::kind(bytes).ok_or_else(|| not_an_image(bytes))?;
            self.facts = sniff::facts(kind, bytes);
            self.kind = Some(kind);
            self.stage = Stage::Detect;
        }
        Ok(())
    }

    fn walk(&mut self, want: Want, bytes: &[u8]) -> Result<(), ArchiveError> {
        let Stage::Walk { reader, ahead } = &mut self.stage else { return Ok(()) };
        let end = want.offset + bytes.len() as u64;
        let mut stop = (bytes.len() as u64) < want.length;
        while reader.offset() < end && !reader.ended() && !stop {
            let at = usize::try_from(reader.offset() - want.offset).unwrap_or(usize::MAX);
            let mut input = bytes.get(at..).unwrap_or_default();
            match reader.next(&mut input) {
                Ok(Some(Event::Entry(entry))) => {
                    let member = Member::of_entry(entry);
                    self.listing.push(member, &self.limits)?;
                    reader.skip_contents();
                    stop = self.listing.len() > ROOTFS_AFTER && !dialect::starts_like_images(&self.listing);
                }
                Ok(_) => {}
                Err(error) if self.listing.len() == 0 => return Err(error.into()),
                Err(error) => {
                    self.findings.push(|| Finding::from_reason(&error));
                    stop = true;
                }
            }
        }
        // Members that follow each other closely are read in one piece, large ones are jumped over.
        let is_near = reader.offset().saturating_sub(end) < *ahead;
        *ahead = if is_near { (*ahead * 2).min(AHEAD.1) } else { AHEAD.0 };
        if stop {
            self.stage = Stage::Detect;
        }
        Ok(())
    }

    fn end_walk(&mut self) -> Result<(), ArchiveError> {
        let stage = std::mem::replace(&mut self.stage, Stage::Detect);
        let Stage::Walk { mut reader, .. } = stage else { return Ok(()) };
        let last = self.listing.len().checked_sub(1).and_then(|last| self.listing.get(last));
        let name = last.map(Member::display).unwrap_or_default();
        let beyond = reader.offset().saturating_sub(self.size);
        if beyond > 0 {
            let error = tar::TarError::Truncated { offset: self.size, missing: beyond };
            self.findings.push(|| Finding::from_reason(&error).in_file(name));
            return Ok(());
        }
        match reader.finish() {
            Ok(trailer) if trailer.end_blocks == 0 => self.findings.push(no_end_marker),
            Ok(_) => {}
            Err(error) if self.listing.len() == 0 => return Err(error.into()),
            Err(error) => self.findings.push(|| Finding::from_reason(&error).in_file(name)),
        }
        Ok(())
    }

    fn detect(&mut self) -> Result<(), ArchiveError> {
        let kind = match self.kind {
            Some(kind) => kind,
            None => match dialect::detect(&self.listing, &self.documents, &self.limits) {
                Err(()) => {
                    self.stage = Stage::Documents { left: self.documents.take_wanted() };
                    return Ok(());
                }
                Ok(Some(kind)) => kind,
                Ok(None) if self.is_folder => {
                    let mut left: Vec<usize> = (0..self.listing.len().min(SNIFFED_FILES)).collect();
                    left.reverse();
                    self.stage = Stage::Sniff { left };
                    return Ok(());
                }
                Ok(None) => FileKind::Rootfs,
            },
        };
        self.kind = Some(kind);
        if kind == FileKind::DockerDataRoot && self.facts.is_empty() {
            self.facts = dialect::data_root_facts(&self.listing);
        }
        let outline = Outline {
            kind,
            compression: self.compression,
            size: self.size,
            facts: std::mem::take(&mut self.facts),
            findings: std::mem::take(&mut self.findings),
        };
        let (listing, documents) = (std::mem::take(&mut self.listing), std::mem::take(&mut self.documents));
        match Archive::interpret(Draft { outline, listing, documents }, &self.limits) {
            Interpretation::Complete(archive) => self.stage = Stage::Done(archive),
            Interpretation::Wanting(draft, mut wanted) => {
                (self.facts, self.findings) = (draft.outline.facts, draft.outline.findings);
                (self.listing, self.documents) = (draft.listing, draft.documents);
                wanted.reverse();
                self.stage = Stage::Documents { left: wanted };
            }
        }
        Ok(())
    }
}

/// The finding for an archive that just stops.
pub(super) fn no_end_marker() -> Finding {
    let message = "the archive has no end marker: engines read it, but it may have been cut short";
    Finding::new(Severity::Info, "no-end-marker", message)
}

/// The error for bytes of no known kind.
pub(super) fn not_an_image(bytes: &[u8]) -> ArchiveError {
    use std::fmt::Write;
    let mut start = String::new();
    for byte in bytes.iter().take(16) {
        let _ = write!(start, "{byte:02x}");
    }
    if bytes.is_empty() { ArchiveError::Empty } else { ArchiveError::NotAnImage { start } }
}
