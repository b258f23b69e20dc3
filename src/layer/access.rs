//! The contents of one file of a scanned layer, without the layer's bytes before it.

use std::ops::Range;

use sha2::{Digest as _, Sha256};
use xxhash_rust::xxh3::Xxh3;

use super::path::clean_path;
use super::table::{FileTable, Row, RowKind};
use crate::codec::{CodecError, SeekIndex, SeekReader, SeekStep};
use crate::error::{ErrorKind, Reason};
use crate::limits::Limits;
use crate::tar::{EntryKind, Event, Reader, TarError};

/// Why a file of a layer cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileReadError {
    /// No row has this number.
    #[error("there is no row {index}: the layer has {count}")]
    NoRow {
        /// The number asked for.
        index: u32,
        /// How many there are.
        count: usize,
    },
    /// The row is a directory, a symbolic link, a device or the like.
    #[error("{path}: this is no regular file")]
    NotAFile {
        /// The row's path.
        path: String,
    },
    /// The row is a hard link to what this layer does not hold, or holds only behind it.
    #[error("{path}: the layer holds no file {target} before this link to it")]
    LinkTarget {
        /// The row's path.
        path: String,
        /// What it links to.
        target: String,
    },
    /// The layer's bytes are not those that were scanned: another member, or none, lies where the file was.
    #[error("{path}: the layer is not the one that was scanned: the file is not where it was")]
    Moved {
        /// The file's path.
        path: String,
    },
    /// The contents are not those that were scanned.
    #[error("{path}: the contents hash to {found}, the scan found {expected}")]
    Contents {
        /// The file's path.
        path: String,
        /// XXH3 or SHA-256 of the scan, in hex.
        expected: String,
        /// The same hash of what was read now.
        found: String,
    },
    /// The layer cannot be decompressed.
    #[error("the layer cannot be decompressed: {0}")]
    Codec(#[from] CodecError),
    /// The tar is damaged at the file.
    #[error("the layer's tar is damaged: {0}")]
    Tar(#[from] TarError),
}

impl Reason for FileReadError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoRow { .. } | Self::LinkTarget { .. } => ErrorKind::NotFound,
            Self::NotAFile { .. } => ErrorKind::Invalid,
            Self::Moved { .. } | Self::Contents { .. } => ErrorKind::Corrupt,
            Self::Codec(error) => error.kind(),
            Self::Tar(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoRow { .. } => "no-row",
            Self::NotAFile { .. } => "not-a-file",
            Self::LinkTarget { .. } => "hardlink-target-missing",
            Self::Moved { .. } => "file-moved",
            Self::Contents { .. } => "file-contents",
            Self::Codec(error) => error.code(),
            Self::Tar(error) => error.code(),
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Codec(error) => error.offset(),
            Self::Tar(error) => error.offset(),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        if let Self::Contents { expected, .. } = self { Some(expected.clone()) } else { None }
    }

    fn found(&self) -> Option<String> {
        if let Self::Contents { found, .. } = self { Some(found.clone()) } else { None }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::NotAFile { path }
            | Self::LinkTarget { path, .. }
            | Self::Moved { path }
            | Self::Contents { path, .. } => Some(path.clone()),
            _ => None,
        }
    }
}

/// What a [`FileReader`] needs or has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStep<'a> {
    /// These bytes of the stored layer are needed.
    Want {
        /// First byte in the stored layer.
        offset: u64,
        /// Number of bytes, never beyond the end of the stored layer.
        length: u64,
    },
    /// The next bytes of the contents, not empty; holes of a sparse file are zeros.
    Bytes(&'a [u8]),
    /// That was all, and it is what the scan found.
    Done,
}

/// Reads the contents of one file of a scanned layer: says which stored bytes of the layer it wants, and is given them.
///
/// It begins at the last place of the layer's [`SeekIndex`] before the file and reads no further than the file's end. The
/// contents are compared with the hash of the scan, SHA-256 if that was computed, else XXH3; so whoever needs to be sure
/// takes note of the error behind the last bytes.
///
/// ```
/// use layerglass::layer::{ContentHash, FileReadError, FileReader, FileStep, LayerScan};
/// use layerglass::limits::Limits;
/// # use layerglass::tar::{Entry, EntryKind, WriteFormat, Writer};
/// # let mut writer = Writer::new(WriteFormat::Pax);
/// # let mut entry = Entry::new("etc/hostname", EntryKind::File);
/// # entry.size = 4;
/// # let mut stored = writer.entry(&entry).unwrap().to_vec();
/// # writer.contents(4).unwrap();
/// # stored.extend_from_slice(b"moon");
/// # stored.extend_from_slice(writer.padding().unwrap());
/// # stored.extend_from_slice(writer.finish().unwrap());
/// let limits = Limits::default();
/// let mut scan = LayerScan::new(ContentHash::Xxh3, &limits);
/// scan.push(&stored);
/// let layer = scan.finish();
///
/// let mut reader = FileReader::new(&layer.table, &layer.seek, layer.report.stored_size, 0, &limits)?;
/// let (mut contents, mut response) = (Vec::new(), None);
/// loop {
///     match reader.next(response.take())? {
///         FileStep::Want { offset, length } => response = Some(&stored[offset as usize..][..length as usize]),
///         FileStep::Bytes(bytes) => contents.extend_from_slice(bytes),
///         FileStep::Done => break,
///     }
/// }
/// assert_eq!(contents, b"moon");
/// # Ok::<(), FileReadError>(())
/// ```
pub struct FileReader {
    stream: SeekReader,
    tar: Reader,
    /// Unpacked bytes that the tar reader takes from, and how many it took.
    piece: Vec<u8>,
    used: usize,
    hole: u64,
    stage: Stage,
    expected: Expected,
    xxh3: Box<Xxh3>,
    sha256: Option<Sha256>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Header,
    Contents,
    Done,
}

/// What the scan found.
struct Expected {
    path: Vec<u8>,
    is_placed: bool,
    size: u64,
    xxh3: Option<u128>,
    sha256: Option<[u8; 32]>,
}

const ZEROS: [u8; 16 << 10] = [0; 16 << 10];

impl FileReader {
    /// A reader of the file at `row`, given what the scan of its layer left: the files, the places, and the number of
    /// stored bytes. A hard link is read as the file that it links to in the same layer.
    ///
    /// # Errors
    /// There is no such row, it is no regular file, or a hard link to none of this layer.
    pub fn new(
        table: &FileTable,
        seek: &SeekIndex,
        stored_size: u64,
        row: u32,
        limits: &Limits,
    ) -> Result<Self, FileReadError> {
        let row = Self::file_row(table, row)?;
        let expected = Expected {
            path: row.path().to_vec(),
            is_placed: row.is_placed(),
            size: row.size(),
            xxh3: row.xxh3(),
            sha256: row.sha256(),
        };
        Ok(Self {
            stream: SeekReader::new(seek, stored_size, row.offset(), limits),
            tar: Reader::new(limits),
            piece: Vec::new(),
            used: 0,
            hole: 0,
            stage: Stage::Header,
            xxh3: Box::new(Xxh3::new()),
            sha256: expected.sha256.map(|_| Sha256::new()),
            expected,
        })
    }

    /// The row of a table that holds the contents of `row`: itself, or what a hard link leads to.
    ///
    /// # Errors
    /// As [`FileReader::new`].
    pub fn file_row(table: &FileTable, row: u32) -> Result<Row<'_>, FileReadError> {
        let count = table.len();
        let link = table.row(row).ok_or(FileReadError::NoRow { index: row, count })?;
        let mut found = link;
        // Every step leads to a row before: a link refers to what a reader of the tar has seen.
        while found.kind() == RowKind::HardLink {
            let target = found.link().unwrap_or_default();
            let wanted = clean_path(target).unwrap_or_default();
            let mut before = (0..found.index()).rev().filter_map(|index| table.row(index));
            found = before.find(|row| row.is_placed() && row.path() == &*wanted).ok_or_else(|| {
                FileReadError::LinkTarget { path: shown(link.path()), target: shown(target) }
            })?;
        }
        if found.kind() == RowKind::File {
            return Ok(found);
        }
        Err(FileReadError::NotAFile { path: shown(link.path()) })
    }

    /// Bytes of the contents.
    pub fn size(&self) -> u64 {
        self.expected.size
    }

    /// Takes the stored bytes asked for last, and says what comes next. Fewer bytes than asked for end the layer.
    ///
    /// # Errors
    /// The layer cannot be decoded, ends early, or holds something else than the scan found.
    pub fn next(&mut self, response: Option<&[u8]>) -> Result<FileStep<'_>, FileReadError> {
        Ok(match self.advance(response)? {
            Advance::Want(offset, length) => FileStep::Want { offset, length },
            Advance::Bytes(part) => FileStep::Bytes(self.part(part)),
            Advance::Done => FileStep::Done,
        })
    }

    /// [`FileReader::next`] without a borrow.
    pub(crate) fn advance(&mut self, mut response: Option<&[u8]>) -> Result<Advance, FileReadError> {
        loop {
            if self.hole > 0 {
                let length = self.hole.min(ZEROS.len() as u64) as usize;
                self.hole -= length as u64;
                let part = Part { zeros: true, range: 0..length };
                self.hash(&part);
                return Ok(Advance::Bytes(part));
            }
            if self.stage == Stage::Done {
                return Ok(Advance::Done);
            }
            match self.event()? {
                Found::Hole(length) => self.hole = length,
                Found::Data(range) => {
                    let part = Part { zeros: false, range };
                    self.hash(&part);
                    return Ok(Advance::Bytes(part));
                }
                Found::Entry => {}
                Found::End => {
                    self.check()?;
                    self.stage = Stage::Done;
                }
                Found::Nothing => match self.stream.next(response.take())? {
                    SeekStep::Want { offset, length } => return Ok(Advance::Want(offset, length)),
                    SeekStep::Bytes(bytes) => {
                        self.piece.clear();
                        self.piece.extend_from_slice(bytes);
                        self.used = 0;
                    }
                    SeekStep::End => {
                        self.tar.finish()?;
                        return Err(self.moved());
                    }
                },
            }
        }
    }

    /// The contents that a step found.
    pub(crate) fn part(&self, part: Part) -> &[u8] {
        let bytes = if part.zeros { &ZEROS } else { &*self.piece };
        bytes.get(part.range).unwrap_or_default()
    }

    /// What the tar reader finds in the piece.
    fn event(&mut self) -> Result<Found, FileReadError> {
        let mut input = self.piece.get(self.used..).unwrap_or_default();
        let event = self.tar.next(&mut input)?;
        let used = self.piece.len() - input.len();
        let found = match event {
            None => Found::Nothing,
            Some(Event::Entry(entry)) => {
                let expected = &self.expected;
                let path = clean_path(&entry.path).unwrap_or_default();
                let same_path = !expected.is_placed || *path == *expected.path;
                if self.stage != Stage::Header
                    || entry.kind != EntryKind::File
                    || entry.size != expected.size
                    || !same_path
                {
                    return Err(self.moved());
                }
                self.stage = Stage::Contents;
                Found::Entry
            }
            // The reader takes the contents and nothing else.
            Some(Event::Data(data)) => Found::Data(used - data.len()..used),
            Some(Event::Hole(length)) => Found::Hole(length),
            Some(Event::EntryEnd) => Found::End,
        };
        self.used = used;
        Ok(found)
    }

    fn moved(&self) -> FileReadError {
        FileReadError::Moved { path: shown(&self.expected.path) }
    }

    fn hash(&mut self, part: &Part) {
        let bytes = if part.zeros { &ZEROS } else { &*self.piece };
        let bytes = bytes.get(part.range.clone()).unwrap_or_default();
        match &mut self.sha256 {
            Some(sha256) => sha256.update(bytes),
            None if self.expected.xxh3.is_some() => self.xxh3.update(bytes),
            None => {}
        }
    }

    fn check(&mut self) -> Result<(), FileReadError> {
        let (expected, found) = match (self.sha256.take(), self.expected.sha256, self.expected.xxh3) {
            (Some(sha256), Some(expected), _) => (hex(&expected), hex(&sha256.finalize())),
            (_, _, Some(expected)) => (format!("{expected:032x}"), format!("{:032x}", self.xxh3.digest128())),
            _ => return Ok(()),
        };
        if expected == found {
            return Ok(());
        }
        Err(FileReadError::Contents { path: shown(&self.expected.path), expected, found })
    }
}

/// A step of a [`FileReader`] without a borrow.
pub(crate) enum Advance {
    Want(u64, u64),
    Bytes(Part),
    Done,
}

/// A part of the contents: of the piece, or of zeros.
pub(crate) struct Part {
    zeros: bool,
    range: Range<usize>,
}

/// A tar event with its data as a part of the piece.
enum Found {
    Nothing,
    Entry,
    Data(Range<usize>),
    Hole(u64),
    End,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn shown(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

impl std::fmt::Debug for FileReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileReader")
            .field("path", &shown(&self.expected.path))
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}
