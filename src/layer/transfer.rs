//! A scanned layer as bytes, so that a worker can hand it on without a copy of the whole in memory.
//!
//! Little-endian: magic, report, then each column. It is no storage format: both ends are the same build.

use super::column::{Arena, Column, Span};
use super::packed;
use super::report::LayerReport;
use super::scan::ScannedLayer;
use super::table::FileTable;
use crate::codec::{SeekIndex, SeekIndexError};
use crate::error::{ErrorKind, Reason};

const MAGIC: [u8; 4] = *b"LGL2";

/// Why bytes are not a scanned layer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The bytes do not begin with the magic of this version.
    #[error("the bytes are not a scanned layer of this version")]
    Magic,
    /// The bytes end early.
    #[error("the scanned layer is truncated: it ends at byte {offset}, {wanted} more are needed")]
    Truncated {
        /// Where the bytes end.
        offset: u64,
        /// How many more are needed.
        wanted: u64,
    },
    /// The places from which the layer can be decoded are malformed.
    #[error("the scanned layer's places are malformed: {0}")]
    Seek(#[from] SeekIndexError),
    /// The report is not what a scan writes.
    #[error("the scanned layer's report is malformed: {0}")]
    Report(&'static str),
}

impl Reason for TransferError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Magic => "scan-magic",
            Self::Truncated { .. } => "scan-truncated",
            Self::Seek(error) => error.code(),
            Self::Report(_) => "scan-report",
        }
    }
}

/// A value of a column.
trait Cell: Copy {
    const SIZE: usize;
    fn put(self, out: &mut Vec<u8>);
    fn take(bytes: &[u8]) -> Option<Self>;
}

macro_rules! number_cell {
    ($($type:ty),*) => {$(
        impl Cell for $type {
            const SIZE: usize = size_of::<$type>();
            fn put(self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
            fn take(bytes: &[u8]) -> Option<Self> {
                bytes.first_chunk().map(|bytes| Self::from_le_bytes(*bytes))
            }
        }
    )*};
}
number_cell!(u8, u16, u32, u64, i64, u128);

impl Cell for [u8; 32] {
    const SIZE: usize = 32;
    fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self);
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        bytes.first_chunk().copied()
    }
}

impl Cell for Span {
    const SIZE: usize = 12;
    fn put(self, out: &mut Vec<u8>) {
        self.chunk.put(out);
        self.start.put(out);
        self.length.put(out);
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        let part = |at: usize| bytes.get(at..).and_then(u32::take);
        Some(Self { chunk: part(0)?, start: part(4)?, length: part(8)? })
    }
}

impl Cell for (u32, Span) {
    const SIZE: usize = 16;
    fn put(self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        Some((u32::take(bytes)?, Span::take(bytes.get(4..)?)?))
    }
}

impl Cell for (u32, u32, u32) {
    const SIZE: usize = 12;
    fn put(self, out: &mut Vec<u8>) {
        Span { chunk: self.0, start: self.1, length: self.2 }.put(out);
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        Span::take(bytes).map(|span| (span.chunk, span.start, span.length))
    }
}

/// A scanned layer that others hold parts of.
#[derive(Clone, Copy, Debug)]
pub struct ScannedParts<'a> {
    /// Digests, sizes, counts and findings.
    pub report: &'a LayerReport,
    /// The files.
    pub table: &'a FileTable,
    /// Places from which the stored bytes can be decoded.
    pub seek: &'a SeekIndex,
}

impl ScannedParts<'_> {
    /// Hands the encoded layer to `out`, piece by piece: no more than a piece of a column is in memory beside it.
    pub fn write(&self, out: &mut dyn FnMut(&[u8])) {
        let table = self.table;
        out(&MAGIC);
        write_bytes(&packed::pack(self.report), out);
        let has_sha256 = u8::from(table.sha256.len() > 0);
        out(&(table.kinds.len() as u32).to_le_bytes());
        out(&[has_sha256]);
        out(&(table.text.chunks().len() as u32).to_le_bytes());
        for chunk in table.text.chunks() {
            write_bytes(chunk, out);
        }
        write_column(&table.paths, out);
        write_column(&table.kinds, out);
        write_column(&table.flags, out);
        write_column(&table.modes, out);
        write_column(&table.uids, out);
        write_column(&table.gids, out);
        write_column(&table.owners, out);
        write_column(&table.groups, out);
        write_column(&table.sizes, out);
        write_column(&table.offsets, out);
        write_column(&table.seconds, out);
        write_column(&table.nanos, out);
        write_column(&table.xxh3, out);
        write_column(&table.sha256, out);
        write_list(&table.links, out);
        write_list(&table.xattrs, out);
        write_list(&table.devices, out);
        out(&(table.names.len() as u32).to_le_bytes());
        for name in &table.names {
            write_bytes(name, out);
        }
        self.seek.write(out);
    }

    /// Bytes that [`ScannedParts::write`] hands out.
    pub fn encoded_len(&self) -> u64 {
        let table = self.table;
        let report = packed::pack(self.report).len();
        let rows = table.kinds.len();
        let text: usize = table.text.chunks().iter().map(|chunk| chunk.len() + 4).sum();
        let names: usize = table.names.iter().map(|name| name.len() + 4).sum();
        let columns = Span::SIZE + 2 + 2 + 4 + 4 + 2 + 2 + 8 + 8 + 8 + 4 + 16;
        let lists = table.links.len() * 16 + table.xattrs.len() * 16 + table.devices.len() * 12;
        let fixed = MAGIC.len() + 4 + 4 + 1 + 4 + 3 * 4 + 4;
        let whole = fixed + report + text + names + lists + rows * columns + table.sha256.len() * 32;
        whole as u64 + self.seek.encoded_len()
    }
}

impl ScannedLayer {
    /// The layer as what is written.
    pub const fn parts(&self) -> ScannedParts<'_> {
        ScannedParts { report: &self.report, table: &self.table, seek: &self.seek }
    }

    /// Reads what [`ScannedParts::write`] wrote. `length` bytes are to be had; `read` fills its buffer with the next.
    ///
    /// # Errors
    /// The bytes are not a scanned layer.
    pub fn read(length: u64, read: &mut dyn FnMut(&mut [u8])) -> Result<Self, TransferError> {
        let mut input = Input { left: length, offset: 0, read };
        let mut magic = [0; 4];
        input.fill(&mut magic)?;
        if magic != MAGIC {
            return Err(TransferError::Magic);
        }
        let report = packed::unpack(&input.bytes()?).map_err(TransferError::Report)?;
        let rows = input.number()? as usize;
        let has_sha256 = input.cell::<u8>()? != 0;
        let mut chunks = Vec::new();
        for _ in 0..input.number()? {
            chunks.push(input.bytes()?);
        }
        let mut table = FileTable { text: Arena::from_chunks(chunks), ..FileTable::default() };
        table.paths = input.column(rows)?;
        table.kinds = input.column(rows)?;
        table.flags = input.column(rows)?;
        table.modes = input.column(rows)?;
        table.uids = input.column(rows)?;
        table.gids = input.column(rows)?;
        table.owners = input.column(rows)?;
        table.groups = input.column(rows)?;
        table.sizes = input.column(rows)?;
        table.offsets = input.column(rows)?;
        table.seconds = input.column(rows)?;
        table.nanos = input.column(rows)?;
        table.xxh3 = input.column(rows)?;
        table.sha256 = input.column(if has_sha256 { rows } else { 0 })?;
        table.links = input.list()?;
        table.xattrs = input.list()?;
        table.devices = input.list()?;
        for _ in 0..input.number()? {
            table.names.push(input.bytes()?);
        }
        let seek = SeekIndex::read(&input.rest()?)?;
        Ok(Self { report, table, seek })
    }
}

fn write_bytes(bytes: &[u8], out: &mut dyn FnMut(&[u8])) {
    out(&(bytes.len() as u32).to_le_bytes());
    out(bytes);
}

fn write_column<T: Cell>(column: &Column<T>, out: &mut dyn FnMut(&[u8])) {
    let mut buffer = Vec::new();
    for chunk in column.chunks() {
        buffer.clear();
        chunk.iter().for_each(|value| value.put(&mut buffer));
        out(&buffer);
    }
}

fn write_list<T: Cell>(list: &[T], out: &mut dyn FnMut(&[u8])) {
    out(&(list.len() as u32).to_le_bytes());
    let mut buffer = Vec::new();
    for piece in list.chunks(PIECE) {
        buffer.clear();
        piece.iter().for_each(|value| value.put(&mut buffer));
        out(&buffer);
    }
}

/// Values decoded at once.
const PIECE: usize = 4096;

struct Input<'a> {
    left: u64,
    offset: u64,
    read: &'a mut dyn FnMut(&mut [u8]),
}

impl Input<'_> {
    /// Fails before anything is allocated for bytes that are not there.
    fn claim(&mut self, wanted: u64) -> Result<(), TransferError> {
        match self.left.checked_sub(wanted) {
            Some(left) => {
                self.left = left;
                self.offset += wanted;
                Ok(())
            }
            None => Err(TransferError::Truncated { offset: self.offset, wanted }),
        }
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), TransferError> {
        self.claim(buffer.len() as u64)?;
        (self.read)(buffer);
        Ok(())
    }

    fn cell<T: Cell>(&mut self) -> Result<T, TransferError> {
        let mut buffer = [0; 32];
        let buffer = &mut buffer[..T::SIZE];
        self.fill(buffer)?;
        T::take(buffer).ok_or(TransferError::Magic)
    }

    fn number(&mut self) -> Result<u32, TransferError> {
        self.cell()
    }

    fn bytes(&mut self) -> Result<Vec<u8>, TransferError> {
        let length = self.number()?;
        self.claim(u64::from(length))?;
        let mut bytes = vec![0; length as usize];
        (self.read)(&mut bytes);
        Ok(bytes)
    }

    /// All bytes that are left.
    fn rest(&mut self) -> Result<Vec<u8>, TransferError> {
        let mut bytes = vec![0; usize::try_from(self.left).unwrap_or_default()];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// Hands `count` values of `size` bytes each to `values`, piece by piece.
    fn pieces(
        &mut self,
        count: usize,
        size: usize,
        values: &mut dyn FnMut(&[u8]),
    ) -> Result<(), TransferError> {
        let mut buffer = vec![0; count.min(PIECE) * size];
        let mut left = count;
        while left > 0 {
            let piece = left.min(PIECE);
            let buffer = &mut buffer[..piece * size];
            self.fill(buffer)?;
            values(buffer);
            left -= piece;
        }
        Ok(())
    }

    fn column<T: Cell>(&mut self, rows: usize) -> Result<Column<T>, TransferError> {
        let mut column = Column::default();
        self.pieces(rows, T::SIZE, &mut |values| {
            values.chunks_exact(T::SIZE).filter_map(T::take).for_each(|value| column.push(value));
        })?;
        Ok(column)
    }

    fn list<T: Cell>(&mut self) -> Result<Vec<T>, TransferError> {
        let count = self.number()? as usize;
        let mut list = Vec::new();
        self.pieces(count, T::SIZE, &mut |values| {
            list.extend(values.chunks_exact(T::SIZE).filter_map(T::take));
        })?;
        Ok(list)
    }
}
