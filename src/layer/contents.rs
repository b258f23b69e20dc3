//! The contents of one file of a layer.

use super::table::{Row, RowKind};
use crate::error::{ErrorKind, Reason};
use crate::limits::{LimitExceeded, Limits};
use crate::tar::{Event, Reader, TarError};
use xxhash_rust::xxh3::Xxh3;

/// Why the contents of a file cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileContentsError {
    /// The entry is no regular file.
    #[error("{} is no regular file", shown(path))]
    NotAFile {
        /// Its path.
        path: Vec<u8>,
    },
    /// The tar is damaged.
    #[error(transparent)]
    Tar(#[from] TarError),
    /// The file is larger than is allowed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// The tar ends before the file.
    #[error("the layer ends before {}", shown(path))]
    Missing {
        /// Its path.
        path: Vec<u8>,
    },
    /// The layer is not the one that was scanned: the file has other contents.
    #[error("{} is not what was scanned", shown(path))]
    Differs {
        /// Its path.
        path: Vec<u8>,
    },
}

fn shown(path: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(path)
}

impl Reason for FileContentsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotAFile { .. } => ErrorKind::Unsupported,
            Self::Tar(error) => error.kind(),
            Self::Limit(error) => error.kind(),
            Self::Missing { .. } | Self::Differs { .. } => ErrorKind::Corrupt,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotAFile { .. } => "contents-not-a-file",
            Self::Tar(error) => error.code(),
            Self::Limit(error) => error.code(),
            Self::Missing { .. } => "contents-missing",
            Self::Differs { .. } => "contents-differ",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Tar(error) => error.offset(),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::NotAFile { path } | Self::Missing { path } | Self::Differs { path } => {
                Some(shown(path).into_owned())
            }
            _ => None,
        }
    }
}

/// Takes a layer's tar, uncompressed, and gives the contents of one of its files. They are compared with what the scan found.
pub struct FileContents {
    reader: Reader,
    path: Vec<u8>,
    size: u64,
    hash: Option<u128>,
    hasher: Box<Xxh3>,
    /// Entries to pass over.
    ahead: u32,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Before,
    Inside,
    Done,
}

/// Zeros, for holes.
const ZEROS: [u8; 16 << 10] = [0; 16 << 10];

impl FileContents {
    /// The contents of the file that a row of the layer's table describes.
    ///
    /// # Errors
    /// It is no regular file, or is larger than the limit `unpacked_bytes` allows, holes included.
    pub fn new(row: Row<'_>, limits: &Limits) -> Result<Self, FileContentsError> {
        let path = row.path().to_vec();
        if row.kind() != RowKind::File {
            return Err(FileContentsError::NotAFile { path });
        }
        LimitExceeded::check("unpackedBytes", limits.unpacked_bytes, row.size())?;
        Ok(Self {
            reader: Reader::new(limits),
            path,
            size: row.size(),
            hash: row.xxh3(),
            hasher: Box::new(Xxh3::new()),
            ahead: row.index(),
            state: State::Before,
        })
    }

    /// Is the file complete? No more of the layer is needed then.
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Takes more of the tar, and hands on what it holds of the file.
    ///
    /// # Errors
    /// The tar is damaged or not the one that was scanned, or what `take` says.
    pub fn push<E: From<FileContentsError>>(
        &mut self,
        mut bytes: &[u8],
        take: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while self.state != State::Done {
            let Some(event) = self.reader.next(&mut bytes).map_err(FileContentsError::from)? else { break };
            match event {
                Event::Entry(_) if self.ahead > 0 => self.ahead -= 1,
                Event::Entry(entry) => {
                    let is_it = RowKind::from(entry.kind) == RowKind::File && entry.size == self.size;
                    if self.state == State::Inside || !is_it {
                        return Err(self.differs().into());
                    }
                    self.state = State::Inside;
                }
                Event::Data(data) if self.state == State::Inside => {
                    self.hasher.update(data);
                    take(data)?;
                }
                Event::Hole(mut left) if self.state == State::Inside => {
                    while left > 0 {
                        let piece = ZEROS.get(..left.min(ZEROS.len() as u64) as usize).unwrap_or(&ZEROS);
                        self.hasher.update(piece);
                        take(piece)?;
                        left -= piece.len() as u64;
                    }
                }
                Event::EntryEnd if self.state == State::Inside => {
                    if self.hash.is_some_and(|hash| hash != self.hasher.digest128()) {
                        return Err(self.differs().into());
                    }
                    self.state = State::Done;
                }
                Event::Data(_) | Event::Hole(_) | Event::EntryEnd => {}
            }
        }
        Ok(())
    }

    /// Ends the layer.
    ///
    /// # Errors
    /// The file is not complete.
    pub fn finish(mut self) -> Result<(), FileContentsError> {
        if self.state == State::Done {
            return Ok(());
        }
        self.reader.finish()?;
        Err(FileContentsError::Missing { path: self.path })
    }

    fn differs(&self) -> FileContentsError {
        FileContentsError::Differs { path: self.path.clone() }
    }
}
