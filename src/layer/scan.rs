//! One pass over a layer: both digests, the decompression's own checks, the file table and a hash of every file.

use sha2::{Digest as _, Sha256};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::path::{self, PathProblem, clean_path};
use super::report::LayerReport;
use super::table::{FileTable, RowKind};
use super::whiteout::Whiteout;
use crate::codec::{CodecError, Compression, Decoder, SeekIndex};
use crate::digest::{Algorithm, Hasher};
use crate::finding::{ErrorData, Finding, Findings, Severity};
use crate::limits::{LimitExceeded, Limits};
use crate::tar::{Entry, EntryKind, Event, Reader};

/// Which hash of every file's contents the scan computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContentHash {
    /// XXH3 with 128 bits: quick, and good enough to tell what probably changed.
    #[default]
    Xxh3,
    /// SHA-256 as well, by which equal contents are certain.
    Sha256,
}

impl ContentHash {
    /// The hash of that name: `xxh3` or `sha256`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "xxh3" => Some(Self::Xxh3),
            "sha256" => Some(Self::Sha256),
            _ => None,
        }
    }
}

/// What a pass over a layer leaves.
#[derive(Clone, Debug)]
pub struct ScannedLayer {
    /// Digests, sizes, counts and findings.
    pub report: LayerReport,
    /// The files.
    pub table: FileTable,
    /// Places from which the stored bytes can be decoded, so that a file opens without those before it.
    pub seek: SeekIndex,
}

/// Reads a layer that arrives in pieces.
///
/// Nothing that the bytes hold makes it fail: a layer that breaks off keeps what was read, its report carries the
/// reason, and the digest of the stored bytes is computed to the end.
///
/// ```
/// use layerglass::layer::{ContentHash, LayerScan};
/// let mut scan = LayerScan::new(ContentHash::Xxh3, &Default::default());
/// scan.push(&[0; 1024]);
/// let layer = scan.finish();
/// assert_eq!(layer.report.diff_id.unwrap().hex(), "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");
/// ```
pub struct LayerScan {
    stored: Hasher,
    stored_size: u64,
    /// First bytes, until they are enough to tell the compression.
    prefix: Vec<u8>,
    decoder: Option<Decoder>,
    compression: Compression,
    tar: TarScan,
    limits: Limits,
}

/// Why the pass over the uncompressed bytes ended early.
enum Stop {
    Codec(CodecError),
}

impl From<CodecError> for Stop {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
}

impl LayerScan {
    /// A scan at the start of a layer's stored bytes.
    pub fn new(contents: ContentHash, limits: &Limits) -> Self {
        Self {
            stored: Hasher::new(Algorithm::Sha256),
            stored_size: 0,
            prefix: Vec::new(),
            decoder: None,
            compression: Compression::None,
            tar: TarScan::new(contents, limits),
            limits: *limits,
        }
    }

    /// Takes the next stored bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.stored.update(bytes);
        self.stored_size += bytes.len() as u64;
        if self.decoder.is_some() {
            self.decode(bytes);
        } else if self.prefix.is_empty() && bytes.len() >= Compression::PREFIX_LEN {
            self.start(bytes);
        } else {
            self.prefix.extend_from_slice(bytes);
            if self.prefix.len() >= Compression::PREFIX_LEN {
                let prefix = std::mem::take(&mut self.prefix);
                self.start(&prefix);
            }
        }
    }

    fn start(&mut self, bytes: &[u8]) {
        self.compression = Compression::detect(bytes).unwrap_or(Compression::None);
        // The stored bytes of a plain tar are the tar: they are hashed once.
        self.tar.hasher = (self.compression != Compression::None).then(|| Hasher::new(Algorithm::Sha256));
        self.decoder = Some(Decoder::new(self.compression, &self.limits).with_seek_index(&self.limits));
        self.decode(bytes);
    }

    fn decode(&mut self, bytes: &[u8]) {
        let Some(decoder) = &mut self.decoder else { return };
        if self.tar.error.is_some() {
            return;
        }
        let tar = &mut self.tar;
        let pushed = decoder.push::<Stop>(bytes, &mut |piece| {
            tar.push(piece);
            Ok(())
        });
        if let Err(Stop::Codec(error)) = pushed {
            self.tar.error = Some(ErrorData::of(&error));
        }
    }

    /// Ends the layer.
    pub fn finish(mut self) -> ScannedLayer {
        if self.decoder.is_none() {
            let prefix = std::mem::take(&mut self.prefix);
            self.start(&prefix);
        }
        if let Some(decoder) = &mut self.decoder {
            if self.tar.error.is_none()
                && let Err(error) = decoder.finish()
            {
                self.tar.error = Some(ErrorData::of(&error));
            }
            if let Some(trailing) = decoder.trailing() {
                self.tar.findings.push(|| {
                    let message = format!(
                        "{} bytes follow the last {} member and are ignored",
                        trailing.bytes,
                        self.compression.as_str()
                    );
                    Finding::new(Severity::Warning, "trailing-bytes", message).at_offset(trailing.offset)
                });
            }
        }
        let seek = self.decoder.as_mut().and_then(Decoder::take_seek_index);
        let seek = seek.unwrap_or_else(|| SeekIndex::new(self.compression));
        let digest = self.stored.finish();
        self.tar.finish(digest, self.stored_size, seek)
    }
}

/// The pass over the uncompressed tar.
struct TarScan {
    /// Present when the tar's hash is not that of the stored bytes.
    hasher: Option<Hasher>,
    size: u64,
    reader: Reader,
    /// The tar cannot be read on, while its bytes still arrive and count.
    broken: bool,
    builder: Builder,
    findings: Findings,
    /// Why the uncompressed bytes end early.
    error: Option<ErrorData>,
}

impl TarScan {
    fn new(contents: ContentHash, limits: &Limits) -> Self {
        Self {
            hasher: None,
            size: 0,
            reader: Reader::new(limits),
            broken: false,
            builder: Builder::new(contents, limits),
            findings: Findings::new(limits.findings),
            error: None,
        }
    }

    fn push(&mut self, mut bytes: &[u8]) {
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        self.size += bytes.len() as u64;
        while !self.broken {
            match self.reader.next(&mut bytes) {
                Ok(Some(event)) => {
                    if let Err(error) = self.builder.event(&event, &mut self.findings) {
                        self.broken = true;
                        self.findings.push(|| Finding::from_reason(&error));
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    self.broken = true;
                    self.findings.push(|| Finding::from_reason(&error));
                }
            }
        }
    }

    fn finish(mut self, digest: crate::digest::Digest, stored_size: u64, seek: SeekIndex) -> ScannedLayer {
        if !self.broken && self.error.is_none() {
            match self.reader.finish() {
                Ok(trailer) => self.trailer(&trailer),
                Err(error) => self.findings.push(|| Finding::from_reason(&error)),
            }
        }
        let tar_digest = self.hasher.map_or(digest, Hasher::finish);
        let (findings, more_findings) = self.findings.into_parts();
        let Builder { table, counts, .. } = self.builder;
        let report = LayerReport {
            digest,
            diff_id: self.error.is_none().then_some(tar_digest),
            compression: seek.compression(),
            stored_size,
            tar_size: self.size,
            entries: table.len() as u32,
            files: counts.files,
            directories: counts.directories,
            symlinks: counts.symlinks,
            hardlinks: counts.hardlinks,
            devices: counts.devices,
            whiteouts: counts.whiteouts,
            content_size: counts.content_size,
            error: self.error,
            findings,
            more_findings,
        };
        ScannedLayer { report, table, seek }
    }

    fn trailer(&mut self, trailer: &crate::tar::Trailer) {
        if let Some(offset) = trailer.data_offset {
            let code = if trailer.end_blocks < 2 { "lone-zero-block" } else { "data-after-end" };
            self.findings.push(|| {
                let message = format!("{} bytes follow the tar's end marker", trailer.bytes);
                Finding::new(Severity::Info, code, message).at_offset(offset)
            });
        } else if trailer.end_blocks < 2 && self.size > 0 {
            self.findings.push(|| {
                Finding::new(Severity::Info, "no-end-marker", "the tar has no complete end marker")
                    .at_offset(self.size)
            });
        }
    }
}

#[derive(Default)]
struct Counts {
    files: u32,
    directories: u32,
    symlinks: u32,
    hardlinks: u32,
    devices: u32,
    whiteouts: u32,
    content_size: u64,
}

/// Turns tar events into rows.
struct Builder {
    table: FileTable,
    counts: Counts,
    limits: Limits,
    contents: ContentHash,
    /// The current member is a regular file whose contents are hashed.
    hashing: bool,
    /// Its contents came in one piece and are hashed already.
    done: Option<(u128, Option<[u8; 32]>)>,
    xxh3: Box<Xxh3>,
    sha256: Sha256,
    size: u64,
    holes: u64,
}

impl Builder {
    fn new(contents: ContentHash, limits: &Limits) -> Self {
        Self {
            table: FileTable::default(),
            counts: Counts::default(),
            limits: *limits,
            contents,
            hashing: false,
            done: None,
            xxh3: Box::new(Xxh3::new()),
            sha256: Sha256::new(),
            size: 0,
            holes: 0,
        }
    }

    fn event(&mut self, event: &Event<'_, '_>, findings: &mut Findings) -> Result<(), LimitExceeded> {
        match event {
            Event::Entry(entry) => return self.entry(entry, findings),
            Event::Data(data) if self.hashing => {
                let with_sha256 = self.contents == ContentHash::Sha256;
                if data.len() as u64 == self.size {
                    let sha256 = with_sha256.then(|| Sha256::digest(data).into());
                    self.done = Some((xxh3_128(data), sha256));
                } else {
                    self.xxh3.update(data);
                    if with_sha256 {
                        self.sha256.update(data);
                    }
                }
            }
            Event::Hole(length) if self.hashing => self.hole(*length, findings),
            Event::EntryEnd if self.hashing => {
                self.hashing = false;
                let (xxh3, sha256) = match self.done.take() {
                    Some(done) => done,
                    None if self.contents == ContentHash::Sha256 => {
                        (self.xxh3.digest128(), Some(self.sha256.finalize_reset().into()))
                    }
                    None => (self.xxh3.digest128(), None),
                };
                self.table.set_contents(xxh3, sha256);
            }
            Event::Data(_) | Event::Hole(_) | Event::EntryEnd => {}
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry, findings: &mut Findings) -> Result<(), LimitExceeded> {
        let count = self.table.len() as u64 + 1;
        LimitExceeded::check("layerEntries", self.limits.layer_entries.min(u64::from(u32::MAX) - 1), count)?;
        let cleaned = clean_path(&entry.path);
        let problem = match &cleaned {
            Err(PathProblem::Escapes) => Some(("path-escapes", "the name climbs out of the root")),
            Err(PathProblem::Nul) => Some(("path-nul", "the name holds a NUL byte")),
            Ok(path) if path.len() as u64 > self.limits.path_bytes => {
                Some(("path-too-long", "the name passes the limit `pathBytes`"))
            }
            Ok(path) if path::depth(path) > u64::from(self.limits.path_depth) => {
                Some(("path-too-deep", "the name passes the limit `pathDepth`"))
            }
            Ok(_) => None,
        };
        if let Some((code, message)) = problem {
            findings.push(|| {
                Finding::new(
                    Severity::Error,
                    code,
                    format!("{message}: it is listed, but not placed in the tree"),
                )
                .at_path(&entry.path)
                .at_offset(entry.header_offset)
            });
        } else if entry.path.iter().any(|&byte| byte < 0x20 || byte == 0x7f) {
            findings.push(|| {
                Finding::new(Severity::Warning, "control-characters", "the name holds control characters")
                    .at_path(&entry.path)
                    .at_offset(entry.header_offset)
            });
        }
        let stored = cleaned.as_deref().unwrap_or(&entry.path);
        let cut = usize::try_from(self.limits.path_bytes).unwrap_or(usize::MAX).min(stored.len());
        self.table.push(&stored[..cut], problem.is_none(), entry, self.contents == ContentHash::Sha256);
        self.count(entry, problem.is_none().then_some(stored), findings);
        self.hashing = entry.kind == EntryKind::File;
        self.size = entry.size;
        self.done = None;
        self.xxh3.reset();
        Ok(())
    }

    fn count(&mut self, entry: &Entry, path: Option<&[u8]>, findings: &mut Findings) {
        let counts = &mut self.counts;
        match RowKind::from(entry.kind) {
            RowKind::File => {
                counts.files += 1;
                counts.content_size = counts.content_size.saturating_add(entry.size);
            }
            RowKind::Directory => counts.directories += 1,
            RowKind::Symlink => counts.symlinks += 1,
            RowKind::HardLink => counts.hardlinks += 1,
            RowKind::CharDevice | RowKind::BlockDevice => counts.devices += 1,
            RowKind::Fifo => {}
            RowKind::Other => findings.push(|| {
                let message =
                    format!("entry type {:?} is one that engines skip", char::from(entry.type_flag));
                Finding::new(Severity::Warning, "unknown-entry-type", message)
                    .at_path(&entry.path)
                    .at_offset(entry.header_offset)
            }),
        }
        match path.and_then(Whiteout::of) {
            Some(Whiteout::Malformed) => findings.push(|| {
                Finding::new(
                    Severity::Error,
                    "whiteout-malformed",
                    "the deletion mark names nothing below its folder",
                )
                .at_path(&entry.path)
                .at_offset(entry.header_offset)
            }),
            Some(_) => counts.whiteouts += 1,
            None => {}
        }
    }

    fn hole(&mut self, length: u64, findings: &mut Findings) {
        self.holes = self.holes.saturating_add(length);
        if let Err(error) = LimitExceeded::check("sparseBytes", self.limits.sparse_bytes, self.holes) {
            self.hashing = false;
            findings.push(|| {
                let mut finding = Finding::from_reason(&error);
                finding.message = format!("the contents of a sparse file are left without a hash: {error}");
                let last = self.table.row((self.table.len() as u32).saturating_sub(1));
                if let Some(row) = last { finding.at_path(row.path()) } else { finding }
            });
            self.sha256.reset();
            return;
        }
        const ZEROS: [u8; 16384] = [0; 16384];
        let mut left = length;
        while left > 0 {
            let piece = &ZEROS[..left.min(ZEROS.len() as u64) as usize];
            self.xxh3.update(piece);
            if self.contents == ContentHash::Sha256 {
                self.sha256.update(piece);
            }
            left -= piece.len() as u64;
        }
    }
}
