//! The entries of a table of contents. Both kinds of table have the same fields; what has contents in several chunks is
//! followed by entries of the type `chunk`.

use super::{Place, TocError};
use crate::codec::Compression;
use crate::digest::{Algorithms, Digest};
use crate::image;
use crate::json::{self, Value};
use crate::limits::{LimitExceeded, Limits};
use crate::tar::{EntryKind, Timestamp};

/// A file of a table of contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TocEntry {
    /// The name as written.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes of the contents.
    pub size: u64,
    /// Permission and set-id bits.
    pub mode: u32,
    /// Owner's number.
    pub uid: i64,
    /// Group's number.
    pub gid: i64,
    /// Owner's name, often empty.
    pub owner: Vec<u8>,
    /// Group's name, often empty.
    pub group: Vec<u8>,
    /// Time of last change.
    pub mtime: Timestamp,
    /// Target of a link.
    pub link: Vec<u8>,
    /// Major and minor number of a device.
    pub device: (u32, u32),
    /// Extended attributes.
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    /// Digest of the contents, as the table says.
    pub digest: Option<Digest>,
    /// Where the contents lie, in order and without gaps.
    pub chunks: Vec<TocChunk>,
}

/// A piece of a file's contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TocChunk {
    /// First stored byte of the gzip member or zstd frame that holds it.
    pub offset: u64,
    /// Where the stored bytes of that member or frame end, or a place behind.
    pub end: u64,
    /// Unpacked bytes of the member before the piece.
    pub inner: u64,
    /// Bytes of the piece.
    pub length: u64,
    /// Digest of the piece, as the table says.
    pub digest: Option<Digest>,
    /// The piece is zeros that are not stored.
    pub zeros: bool,
}

/// A chunk as it is written: the last one's length is what is left of the file.
struct Raw {
    at: u64,
    size: u64,
    chunk: TocChunk,
}

pub(super) fn parse(bytes: &[u8], place: Place, limits: &Limits) -> Result<Vec<TocEntry>, TocError> {
    let document = json::parse(bytes, limits)?;
    let list = document.get("entries").and_then(Value::elements).unwrap_or_default();
    let mut entries: Vec<TocEntry> = Vec::new();
    let mut raw: Vec<Raw> = Vec::new();
    for (index, value) in list.iter().enumerate() {
        let wrong = |reason| TocError::Entry { entry: index, reason };
        let field = Fields { value, entry: index };
        let kind = field.text("type")?;
        if kind == "chunk" {
            if entries.last().is_none_or(|entry| entry.kind != EntryKind::File || entry.path != field.path())
            {
                return Err(wrong("a chunk follows no file of its name"));
            }
            raw.push(field.chunk(place)?);
            continue;
        }
        complete(entries.last_mut(), &mut raw, index)?;
        let count = entries.len() as u64 + 1;
        LimitExceeded::check("layerEntries", limits.layer_entries.min(u64::from(u32::MAX) - 1), count)?;
        let entry = field.entry(kind)?;
        LimitExceeded::check("pathBytes", limits.path_bytes, entry.path.len().max(entry.link.len()) as u64)?;
        if entry.kind == EntryKind::File && entry.size > 0 {
            raw.push(field.chunk(place)?);
        }
        entries.push(entry);
    }
    complete(entries.last_mut(), &mut raw, list.len())?;
    if place.compression == Compression::Gzip {
        end_chunks(&mut entries, place.offset);
    }
    Ok(entries)
}

/// Gives a file its chunks, which must follow each other and make its size.
fn complete(entry: Option<&mut TocEntry>, raw: &mut Vec<Raw>, index: usize) -> Result<(), TocError> {
    let Some(entry) = entry else { return Ok(()) };
    let wrong = |reason| TocError::Entry { entry: index.saturating_sub(1), reason };
    let mut at = 0;
    // zstd:chunked says where a file ends, not each chunk.
    let file_end = raw.first().map_or(0, |first| first.chunk.end);
    let mut chunks = raw.drain(..).peekable();
    while let Some(mut next) = chunks.next() {
        let end = chunks.peek().map_or(entry.size, |following| following.at);
        let length = end.checked_sub(next.at).filter(|&length| length > 0);
        let length = length.ok_or_else(|| wrong("its chunks do not ascend"))?;
        if next.at != at || (next.size != 0 && next.size != length) {
            return Err(wrong("its chunks leave gaps or overlap"));
        }
        if !next.chunk.zeros && next.chunk.offset >= file_end {
            return Err(wrong("a chunk of it lies outside of the file's data"));
        }
        at = end;
        (next.chunk.length, next.chunk.end) = (length, file_end);
        entry.chunks.push(next.chunk);
    }
    Ok(())
}

/// Members of an eStargz layer end where the next one that is known begins.
fn end_chunks(entries: &mut [TocEntry], toc: u64) {
    let mut starts: Vec<u64> =
        entries.iter().flat_map(|entry| &entry.chunks).map(|chunk| chunk.offset).collect();
    starts.push(toc);
    starts.sort_unstable();
    for chunk in entries.iter_mut().flat_map(|entry| &mut entry.chunks) {
        let behind = starts.partition_point(|&start| start <= chunk.offset);
        chunk.end = starts.get(behind).copied().unwrap_or(toc);
    }
}

/// The fields of one entry.
struct Fields<'v, 'a> {
    value: &'v Value<'a>,
    entry: usize,
}

impl Fields<'_, '_> {
    fn wrong(&self, reason: &'static str) -> TocError {
        TocError::Entry { entry: self.entry, reason }
    }

    fn text(&self, key: &str) -> Result<&str, TocError> {
        match self.value.get(key) {
            None | Some(Value::Null) => Ok(""),
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(self.wrong("a text of it is none")),
        }
    }

    fn signed(&self, key: &str) -> Result<i64, TocError> {
        match self.value.get(key) {
            None | Some(Value::Null) => Ok(0),
            Some(value) => value.as_i64().ok_or_else(|| self.wrong("a number of it is none")),
        }
    }

    fn number(&self, key: &str) -> Result<u64, TocError> {
        u64::try_from(self.signed(key)?).map_err(|_| self.wrong("a number of it is negative"))
    }

    fn small(&self, key: &str) -> Result<u32, TocError> {
        u32::try_from(self.signed(key)?).map_err(|_| self.wrong("a number of it is negative or too large"))
    }

    fn digest(&self, key: &str) -> Result<Option<Digest>, TocError> {
        match self.text(key)? {
            "" => Ok(None),
            text => Digest::parse_with(text, Algorithms::ALL)
                .map(Some)
                .map_err(|_| self.wrong("a digest of it is malformed")),
        }
    }

    fn path(&self) -> &[u8] {
        self.value.get("name").and_then(Value::as_str).unwrap_or_default().as_bytes()
    }

    fn entry(&self, kind: &str) -> Result<TocEntry, TocError> {
        let kind = match kind {
            "reg" => EntryKind::File,
            "dir" => EntryKind::Directory,
            "symlink" => EntryKind::Symlink,
            "hardlink" => EntryKind::HardLink,
            "char" => EntryKind::CharDevice,
            "block" => EntryKind::BlockDevice,
            "fifo" => EntryKind::Fifo,
            _ => return Err(self.wrong("it is of an unknown type")),
        };
        let is_file = kind == EntryKind::File;
        let is_link = matches!(kind, EntryKind::HardLink | EntryKind::Symlink);
        let mtime = image::Timestamp::parse(self.text("modtime")?);
        let mut xattrs = Vec::new();
        for (name, value) in self.value.get("xattrs").and_then(Value::members).unwrap_or_default() {
            let value = value.as_str().and_then(crate::manifest::base64::standard);
            let value = value.ok_or_else(|| self.wrong("an extended attribute of it is not in Base64"))?;
            xattrs.push((name.as_bytes().to_vec(), value));
        }
        Ok(TocEntry {
            path: self.path().to_vec(),
            kind,
            size: if is_file { self.number("size")? } else { 0 },
            mode: self.small("mode")? & 0o7777,
            uid: self.signed("uid")?,
            gid: self.signed("gid")?,
            owner: self.text("userName")?.as_bytes().to_vec(),
            group: self.text("groupName")?.as_bytes().to_vec(),
            mtime: Timestamp { secs: mtime.and_then(|time| time.unix_seconds()).unwrap_or(0), nanos: 0 },
            link: if is_link { self.text("linkName")?.as_bytes().to_vec() } else { Vec::new() },
            device: (self.small("devMajor")?, self.small("devMinor")?),
            xattrs,
            digest: if is_file { self.digest("digest")? } else { None },
            chunks: Vec::new(),
        })
    }

    fn chunk(&self, place: Place) -> Result<Raw, TocError> {
        let zeros = match self.text("chunkType")? {
            "" => false,
            "zeros" => true,
            _ => return Err(self.wrong("a chunk of it is of an unknown type")),
        };
        let offset = self.number("offset")?;
        let end = match (place.compression, self.number("endOffset")?) {
            (Compression::Gzip, _) | (_, 0) => place.offset,
            (_, end) => end,
        };
        if !zeros && (offset >= end || end > place.offset) {
            return Err(self.wrong("a chunk of it lies outside of the layer's data"));
        }
        let chunk = TocChunk {
            offset,
            end,
            inner: self.number("innerOffset")?,
            length: 0,
            digest: self.digest("chunkDigest")?,
            zeros,
        };
        Ok(Raw { at: self.number("chunkOffset")?, size: self.number("chunkSize")?, chunk })
    }
}
