//! The part of a file that has been read, and what is missing of it.
//!
//! A reader of headers is a plain function of a [`View`]. Where bytes are missing it stops and says which; once they are
//! there it is run again from its start.

use std::collections::BTreeMap;

use super::error::PackageError;
use crate::limits::{LimitExceeded, Limits};

/// A range of bytes of a file that is needed next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    /// First byte.
    pub offset: u64,
    /// Number of bytes: at least one, and never beyond the end of the file.
    pub length: u64,
}

/// Why a reader stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// Bytes are missing.
    Want(Want),
    /// The file cannot be read.
    Failed(PackageError),
}

impl<E: Into<PackageError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Ranges begin and end at multiples of this, so that neighbouring headers come along.
const BLOCK: u64 = 4096;

/// The part of a file that has been read.
#[derive(Debug)]
pub(super) struct View {
    size: u64,
    limit: u64,
    held: u64,
    pieces: BTreeMap<u64, Vec<u8>>,
}

impl View {
    pub(super) fn new(size: u64, limits: &Limits) -> Self {
        Self { size, limit: limits.package_file_bytes, held: 0, pieces: BTreeMap::new() }
    }

    /// A file whose bytes are all there.
    pub(super) fn whole(bytes: Vec<u8>, limits: &Limits) -> Self {
        let mut view = Self::new(bytes.len() as u64, limits);
        view.pieces.insert(0, bytes);
        view
    }

    /// Bytes of the file.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    /// Takes what was wanted.
    pub(super) fn add(&mut self, want: Want, bytes: &[u8]) -> Result<(), PackageError> {
        if (bytes.len() as u64) != want.length {
            let size = want.offset.saturating_add(bytes.len() as u64);
            return Err(PackageError::BeyondEnd {
                what: "range",
                offset: want.offset,
                length: want.length,
                size,
            });
        }
        self.held = self.held.saturating_add(want.length);
        self.pieces.insert(want.offset, bytes.to_vec());
        Ok(())
    }

    /// The bytes of something that has to be there whole.
    pub(super) fn range(&self, what: &'static str, offset: u64, length: u64) -> Result<&[u8], Stop> {
        let end = offset.checked_add(length).filter(|&end| end <= self.size);
        let Some(end) = end else {
            return Err(PackageError::BeyondEnd { what, offset, length, size: self.size }.into());
        };
        if length == 0 {
            return Ok(&[]);
        }
        // A later piece can start within an earlier, longer one; so the last few that start before are looked at.
        let pieces = self.pieces.range(..=offset).rev().take(8);
        let held = pieces.into_iter().find_map(|(&start, piece)| {
            let from = usize::try_from(offset - start).ok()?;
            piece.get(from..)?.get(..usize::try_from(length).ok()?)
        });
        if let Some(bytes) = held {
            return Ok(bytes);
        }
        let start = offset - offset % BLOCK;
        let end = end.checked_next_multiple_of(BLOCK).map_or(self.size, |end| end.min(self.size));
        let want = Want { offset: start, length: end - start };
        LimitExceeded::check("packageFileBytes", self.limit, self.held.saturating_add(want.length))?;
        Err(Stop::Want(want))
    }

    /// The bytes of a range as far as the file has them.
    pub(super) fn upto(&self, what: &'static str, offset: u64, length: u64) -> Result<&[u8], Stop> {
        let offset = offset.min(self.size);
        self.range(what, offset, length.min(self.size - offset))
    }
}
