//! Places in a compressed stream from which it can be decoded, found while it is decoded once.
//!
//! - gzip: the starts of members, and places in their deflate data, with the 32 KiB before that matches refer to. In the
//!   middle of a block (zlib-ng's quickest level writes blocks of megabytes) the block's codes are kept too.
//! - zstd: the starts of frames. One frame has no places inside: what a decoder keeps between its blocks (window, tables,
//!   repeated offsets) is as large as the window, often megabytes.
//! - bzip2 and xz: none, they are decoded from their start.
//! - What is not compressed can be read anywhere.

use super::Compression;
use super::inflate::WINDOW;
use crate::error::{ErrorKind, Reason};
use crate::limits::Limits;

/// Unpacked bytes from one place to the next.
const UNPACKED_SPACING: u64 = 16 << 20;
/// Stored bytes from one place to the next: so much is read in vain at most.
const STORED_SPACING: u64 = 3 << 20;
/// Starts of members and frames cost next to nothing, and are kept closer together by this factor.
const FREE: u64 = 8;
/// Bytes that one place takes beside its window.
const POINT_BYTES: u64 = size_of::<Point>() as u64;

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Point {
    /// Stored bytes before it.
    pub(super) stored: u64,
    /// Unpacked bytes before it.
    pub(super) unpacked: u64,
    /// Present within a gzip member.
    pub(super) block: Option<Block>,
}

/// What it takes to go on between two blocks of deflate data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The byte before the place.
    pub(super) byte: u8,
    /// How many of its upper bits belong to the next block.
    pub(super) unread: u8,
    /// Up to 32 KiB of unpacked bytes before the place.
    pub(super) window: Box<[u8]>,
    /// Present in the middle of a block.
    pub(super) codes: Option<Codes>,
}

/// The codes of a block of deflate data that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Codes {
    /// No block follows it.
    pub(super) is_last: bool,
    /// How many of the lengths are those of literals; the others are those of distances.
    pub(super) literals: u16,
    /// Lengths of the codes.
    pub(super) lengths: Box<[u8]>,
}

/// Places in one compressed stream from which it can be decoded.
///
/// They lie about 16 MiB of unpacked and 3 MiB of stored bytes apart, as far as the stream has blocks and frames there. For
/// gzip each takes 32 KiB. More than the limit `seekBytes` are never kept: when they come to so much, every second one is
/// dropped, and from then on they are taken twice as far apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeekIndex {
    compression: Compression,
    points: Vec<Point>,
}

/// Where decoding begins to reach a place of the unpacked stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeekStart {
    /// First stored byte to be read.
    pub stored: u64,
    /// Place in the unpacked stream at which that begins.
    pub unpacked: u64,
}

impl SeekIndex {
    /// An index without places: reading begins at the start, or anywhere when nothing is compressed.
    pub fn new(compression: Compression) -> Self {
        Self { compression, points: Vec::new() }
    }

    /// An index of a stream that begins somewhere in the stored bytes.
    pub(crate) fn at(compression: Compression, stored: u64) -> Self {
        Self { compression, points: vec![Point { stored, unpacked: 0, block: None }] }
    }

    /// The compression of the stream.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// Number of places besides the start.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there is no place but the start.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Whether the stream can only be read from its start: it is compressed and has no places.
    pub fn from_start(&self) -> bool {
        self.compression != Compression::None && self.is_empty()
    }

    /// Bytes of memory that the places take.
    pub fn memory_bytes(&self) -> u64 {
        self.points.iter().map(Point::memory_bytes).sum()
    }

    /// Where decoding begins to reach byte `unpacked`.
    pub fn start(&self, unpacked: u64) -> SeekStart {
        if self.compression == Compression::None {
            return SeekStart { stored: unpacked, unpacked };
        }
        let point = self.point(unpacked);
        point.map_or(SeekStart { stored: 0, unpacked: 0 }, |point| SeekStart {
            stored: point.stored,
            unpacked: point.unpacked,
        })
    }

    /// The last place at or before byte `unpacked`.
    pub(super) fn point(&self, unpacked: u64) -> Option<&Point> {
        let behind = self.points.partition_point(|point| point.unpacked <= unpacked);
        self.points.get(behind.checked_sub(1)?)
    }

    /// Hands the index as bytes to `out`, piece by piece: the compression's name, then the places. It is no storage
    /// format: both ends are the same build.
    pub fn write(&self, out: &mut dyn FnMut(&[u8])) {
        let name = self.compression.as_str();
        out(&[name.len() as u8]);
        out(name.as_bytes());
        for point in &self.points {
            out(&point.stored.to_le_bytes());
            out(&point.unpacked.to_le_bytes());
            match &point.block {
                None => out(&[MEMBER]),
                Some(block) => {
                    let [low, high] = (block.window.len() as u16).to_le_bytes();
                    out(&[block.unread, block.byte, low, high]);
                    out(&block.window);
                    let codes = block.codes.as_ref();
                    let [low, high] = codes.map_or(0, |codes| codes.lengths.len() as u16).to_le_bytes();
                    out(&[low, high]);
                    if let Some(codes) = codes {
                        let [low, high] = codes.literals.to_le_bytes();
                        out(&[low, high, codes.is_last.into()]);
                        out(&codes.lengths);
                    }
                }
            }
        }
    }

    /// Bytes that [`SeekIndex::write`] hands out.
    pub fn encoded_len(&self) -> u64 {
        let blocks = self.points.iter().filter_map(|point| point.block.as_ref());
        let codes = |block: &Block| block.codes.as_ref().map_or(0, |codes| 3 + codes.lengths.len());
        let blocks: usize = blocks.map(|block| 5 + block.window.len() + codes(block)).sum();
        (1 + self.compression.as_str().len() + 17 * self.points.len() + blocks) as u64
    }

    /// Reads what [`SeekIndex::write`] wrote; nothing may follow it.
    ///
    /// # Errors
    /// The bytes are no index.
    pub fn read(bytes: &[u8]) -> Result<Self, SeekIndexError> {
        let whole = bytes.len();
        let mut rest = bytes;
        let at = |rest: &[u8], reason| SeekIndexError { offset: (whole - rest.len()) as u64, reason };
        let early = "it ends early";
        let [length] = take(&mut rest).ok_or_else(|| at(rest, early))?;
        let name = split(&mut rest, length.into()).ok_or_else(|| at(rest, early))?;
        let name = std::str::from_utf8(name).unwrap_or_default();
        let compression =
            Compression::from_name(name).ok_or_else(|| at(rest, "it names an unknown compression"))?;
        let mut index = Self::new(compression);
        while !rest.is_empty() {
            let start = rest;
            let mut read = || {
                let stored = u64::from_le_bytes(take(&mut rest)?);
                let unpacked = u64::from_le_bytes(take(&mut rest)?);
                let block = match take(&mut rest)? {
                    [MEMBER] => None,
                    [unread] => {
                        let [byte] = take(&mut rest)?;
                        let length = u16::from_le_bytes(take(&mut rest)?);
                        let window = split(&mut rest, length.into())?.into();
                        let codes = match u16::from_le_bytes(take(&mut rest)?) {
                            0 => None,
                            length => {
                                let literals = u16::from_le_bytes(take(&mut rest)?);
                                let [is_last] = take(&mut rest)?;
                                let lengths = split(&mut rest, length.into())?.into();
                                Some(Codes { is_last: is_last != 0, literals, lengths })
                            }
                        };
                        Some(Block { byte, unread, window, codes })
                    }
                };
                Some(Point { stored, unpacked, block })
            };
            let point = read().ok_or_else(|| at(rest, early))?;
            if let Some(block) = &point.block
                && (block.unread > 7 || block.window.len() > WINDOW || compression != Compression::Gzip)
            {
                return Err(at(start, "a place in it is none of its compression"));
            }
            let last = index.points.last();
            if last.is_some_and(|last| last.stored >= point.stored || last.unpacked > point.unpacked) {
                return Err(at(start, "its places do not ascend"));
            }
            index.points.push(point);
        }
        Ok(index)
    }
}

/// In place of the unread bits: the place is the start of a member or frame.
const MEMBER: u8 = 0xff;

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(*taken)
}

fn split<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(taken)
}

impl Point {
    fn memory_bytes(&self) -> u64 {
        let block = self.block.as_ref();
        let codes = block.and_then(|block| block.codes.as_ref()).map_or(0, |codes| codes.lengths.len());
        POINT_BYTES + (block.map_or(0, |block| block.window.len()) + codes) as u64
    }
}

/// Bytes that are no [`SeekIndex`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the index of places is malformed at byte {offset}: {reason}")]
pub struct SeekIndexError {
    /// Where they are wrong.
    pub offset: u64,
    /// What is wrong with them.
    pub reason: &'static str,
}

impl Reason for SeekIndexError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "seek-index"
    }

    fn offset(&self) -> Option<u64> {
        Some(self.offset)
    }
}

/// Takes places while a stream is decoded.
pub(super) struct Recorder {
    index: SeekIndex,
    bytes: u64,
    limit: u64,
    /// How many times farther apart than usual places are taken.
    scale: u64,
    /// The place taken last.
    last: (u64, u64),
}

impl Recorder {
    pub fn new(compression: Compression, limits: &Limits) -> Self {
        let index = SeekIndex::new(compression);
        Self { index, bytes: 0, limit: limits.seek_bytes, scale: 1, last: (0, 0) }
    }

    pub fn finish(self) -> SeekIndex {
        self.index
    }

    /// A member or frame begins here.
    pub fn member(&mut self, stored: u64, unpacked: u64) {
        if self.is_due(stored, unpacked, FREE) {
            self.add(Point { stored, unpacked, block: None });
        }
    }

    /// Deflate data can be decoded from here.
    pub fn block(&mut self, stored: u64, unpacked: u64, block: impl FnOnce() -> Option<Block>) {
        if self.is_due(stored, unpacked, 1)
            && let Some(block) = block()
        {
            self.add(Point { stored, unpacked, block: Some(block) });
        }
    }

    fn is_due(&self, stored: u64, unpacked: u64, factor: u64) -> bool {
        let (last_stored, last_unpacked) = self.last;
        self.limit >= POINT_BYTES + WINDOW as u64
            && (stored.saturating_sub(last_stored) >= self.scale.saturating_mul(STORED_SPACING / factor)
                || unpacked.saturating_sub(last_unpacked)
                    >= self.scale.saturating_mul(UNPACKED_SPACING / factor))
    }

    fn add(&mut self, point: Point) {
        self.last = (point.stored, point.unpacked);
        self.bytes += point.memory_bytes();
        self.index.points.push(point);
        while self.bytes > self.limit && !self.index.points.is_empty() {
            let mut nth = 0;
            self.index.points.retain(|_| {
                nth += 1;
                nth % 2 == 0
            });
            self.bytes = self.index.memory_bytes();
            self.scale = self.scale.saturating_mul(2);
        }
    }
}
