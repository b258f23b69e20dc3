//! Tables of contents that some layers carry at their end: with one, the files of a layer are known and can be read
//! without a scan.
//!
//! - eStargz (stargz-snapshotter, `docs/estargz.md`): a gzip layer whose last member is empty and says in its header where
//!   the member with `stargz.index.json` begins. The footer takes 51 bytes, of the first layers 47.
//! - zstd:chunked (containers-storage, `pkg/chunked`): a zstd layer whose last frame is skippable and says where another
//!   skippable frame holds the table. Which of the two is there is told by the last bytes, whatever the media type says.

mod entries;
mod error;
mod read;

pub use entries::{TocChunk, TocEntry};
pub use error::TocError;
pub use read::TocFile;

use super::table::FileTable;
use crate::codec::{CodecError, Compression, Decoder};
use crate::digest::{Digest, Hasher};
use crate::limits::{LimitExceeded, Limits};
use crate::tar::{Entry, EntryKind, Event, Reader};

/// Bytes of the longest footer: a skippable frame of zstd with its header.
const FOOTER: u64 = 72;
/// Name of the table in its tar.
const INDEX: &[u8] = b"stargz.index.json";
/// The only kind of zstd:chunked table there is.
const CRFS: u64 = 1;

/// The table of contents of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toc {
    compression: Compression,
    digest: Digest,
    entries: Vec<TocEntry>,
}

impl Toc {
    /// gzip for eStargz, zstd for zstd:chunked.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// SHA-256 of the table, as annotations name it: for eStargz of its JSON, for zstd:chunked of its compressed bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The files of the layer in the order of its tar.
    pub fn entries(&self) -> &[TocEntry] {
        &self.entries
    }

    /// The files as a scan would list them, without hashes. The numbers of its rows are those of the entries.
    pub fn table(&self) -> FileTable {
        let mut table = FileTable::default();
        for entry in &self.entries {
            let mut member = Entry::new(entry.path.clone(), entry.kind);
            member.link.clone_from(&entry.link);
            (member.size, member.mode, member.mtime, member.device) =
                (entry.size, entry.mode, entry.mtime, entry.device);
            (member.uid, member.gid) = (entry.uid, entry.gid);
            member.owner.clone_from(&entry.owner);
            member.group.clone_from(&entry.group);
            member.xattrs.clone_from(&entry.xattrs);
            let clean = super::clean_path(&entry.path);
            table.push(clean.as_deref().unwrap_or(&entry.path), clean.is_ok(), &member, false);
        }
        table
    }
}

enum Stage {
    Footer,
    Table(Place),
    Done(Option<Toc>),
}

/// Where a table lies.
#[derive(Clone, Copy, Debug)]
struct Place {
    compression: Compression,
    offset: u64,
    length: u64,
    /// Bytes of the JSON, as far as the footer says.
    unpacked: u64,
}

/// Looks for a layer's table of contents: says which stored bytes of the layer it wants, and is given them.
///
/// ```
/// use layerglass::layer::TocOpener;
/// let layer = b"a layer without a table";
/// let mut opener = TocOpener::new(layer.len() as u64, None, &Default::default());
/// let mut want = opener.next(None)?;
/// while let Some((offset, length)) = want {
///     want = opener.next(Some(&layer[offset as usize..][..length as usize]))?;
/// }
/// assert!(opener.finish().is_none());
/// # Ok::<(), layerglass::layer::TocError>(())
/// ```
pub struct TocOpener {
    size: u64,
    expected: Option<Digest>,
    limits: Limits,
    stage: Stage,
}

impl TocOpener {
    /// A search in a layer of so many stored bytes. What the annotation `containerd.io/snapshot/stargz/toc.digest` or
    /// `io.github.containers.zstd-chunked.manifest-checksum` of its descriptor says is compared with the table.
    pub fn new(size: u64, expected: Option<Digest>, limits: &Limits) -> Self {
        Self { size, expected, limits: *limits, stage: Stage::Footer }
    }

    /// Takes the bytes asked for last and says which are needed next: offset and length in the stored layer.
    ///
    /// # Errors
    /// The layer has a footer, and its table is malformed, passes a limit, or is not the one expected.
    pub fn next(&mut self, response: Option<&[u8]>) -> Result<Option<(u64, u64)>, TocError> {
        match (&self.stage, response) {
            (Stage::Footer, None) => {
                let length = FOOTER.min(self.size);
                Ok((length > 0).then_some((self.size - length, length)))
            }
            (Stage::Footer, Some(footer)) => {
                let Some(place) = place(footer, self.size)? else {
                    self.stage = Stage::Done(None);
                    return Ok(None);
                };
                LimitExceeded::check("jsonBytes", self.limits.json_bytes, place.length.max(place.unpacked))?;
                self.stage = Stage::Table(place);
                Ok(Some((place.offset, place.length)))
            }
            (Stage::Table(place), Some(stored)) => {
                let toc = self.table(*place, stored)?;
                self.stage = Stage::Done(Some(toc));
                Ok(None)
            }
            (Stage::Table(place), None) => Ok(Some((place.offset, place.length))),
            (Stage::Done(_), _) => Ok(None),
        }
    }

    /// The table; nothing when the layer has none.
    pub fn finish(self) -> Option<Toc> {
        if let Stage::Done(toc) = self.stage { toc } else { None }
    }

    fn table(&self, place: Place, stored: &[u8]) -> Result<Toc, TocError> {
        if stored.len() as u64 != place.length {
            return Err(TocError::Absent);
        }
        let unpacked = self.unpack(place.compression, stored)?;
        let json = match place.compression {
            Compression::Gzip => self.index(&unpacked)?,
            _ => unpacked,
        };
        let digested = if place.compression == Compression::Gzip { &json } else { stored };
        let digest = Digest::sha256(digested);
        if let Some(expected) = self.expected {
            let mut hasher = Hasher::new(expected.algorithm());
            hasher.update(digested);
            let found = hasher.finish();
            if found != expected {
                return Err(TocError::Digest { expected: Box::new(expected), found: Box::new(found) });
            }
        }
        let entries = entries::parse(&json, place, &self.limits)?;
        Ok(Toc { compression: place.compression, digest, entries })
    }

    /// The bytes of the table's member or frame, which are no more than a document may have and a tar around it.
    fn unpack(&self, compression: Compression, stored: &[u8]) -> Result<Vec<u8>, TocError> {
        let most = self.limits.json_bytes.saturating_add(64 << 10);
        let limits = Limits { unpacked_bytes: self.limits.unpacked_bytes.min(most), ..self.limits };
        let mut decoder = Decoder::new(compression, &limits);
        let mut unpacked = Vec::new();
        decoder.push(stored, &mut |piece: &[u8]| {
            unpacked.extend_from_slice(piece);
            Ok::<(), CodecError>(())
        })?;
        decoder.finish()?;
        Ok(unpacked)
    }

    /// The table in the tar of an eStargz layer.
    fn index(&self, mut tar: &[u8]) -> Result<Vec<u8>, TocError> {
        let mut reader = Reader::new(&self.limits);
        let (mut is_index, mut json) = (false, Vec::new());
        while let Some(event) = reader.next(&mut tar)? {
            match event {
                Event::Entry(entry) => is_index = entry.path == INDEX && entry.kind == EntryKind::File,
                Event::Data(data) if is_index => json.extend_from_slice(data),
                Event::EntryEnd if is_index => return Ok(json),
                _ => {}
            }
        }
        Err(TocError::Absent)
    }
}

/// Where the footer says that the table lies; nothing when it is none.
fn place(footer: &[u8], size: u64) -> Result<Option<Place>, TocError> {
    let place = match (estargz_footer(footer), chunked_footer(footer)) {
        (Some((offset, footer)), _) => {
            let length = size.saturating_sub(footer).saturating_sub(offset);
            Place { compression: Compression::Gzip, offset, length, unpacked: 0 }
        }
        (None, Some(place)) => place,
        (None, None) => return Ok(None),
    };
    let Place { offset, length, .. } = place;
    if length == 0 || offset.checked_add(length).is_none_or(|end| end > size) {
        return Err(TocError::Place { offset, length, size });
    }
    Ok(Some(place))
}

/// The table's offset and the footer's length: an empty gzip member whose extra field ends in `STARGZ`.
fn estargz_footer(bytes: &[u8]) -> Option<(u64, u64)> {
    for (length, extra) in [(51, &[26, 0, b'S', b'G', 22, 0][..]), (47, &[22, 0][..])] {
        let footer = bytes.len().checked_sub(length).and_then(|start| bytes.get(start..))?;
        let (head, rest) = footer.split_at_checked(10)?;
        let Some(text) = rest.strip_prefix(extra).and_then(|rest| rest.split_at_checked(22)) else {
            continue;
        };
        if head.starts_with(&[0x1f, 0x8b, 8, 4])
            && let Some(offset) = text.0.strip_suffix(b"STARGZ")
            && offset.iter().all(u8::is_ascii_hexdigit)
        {
            let offset = std::str::from_utf8(offset).ok()?;
            return Some((u64::from_str_radix(offset, 16).ok()?, length as u64));
        }
    }
    None
}

/// A skippable frame of 64 bytes: the place of the table, its kind, the place of the tar-split, and a magic number.
fn chunked_footer(bytes: &[u8]) -> Option<Place> {
    let footer = bytes.len().checked_sub(FOOTER as usize).and_then(|start| bytes.get(start..))?;
    let fields = footer.strip_prefix(&[0x50, 0x2a, 0x4d, 0x18, 64, 0, 0, 0])?.strip_suffix(b"GNUlInUx")?;
    let mut numbers = fields.chunks_exact(8).filter_map(|field| field.first_chunk().copied());
    let mut number = || numbers.next().map(u64::from_le_bytes);
    let (offset, length, unpacked, kind) = (number()?, number()?, number()?, number()?);
    (kind == CRFS).then_some(Place { compression: Compression::Zstd, offset, length, unpacked })
}
