//! Why a file cannot be read as what its first bytes say it is.

use crate::error::{ErrorKind, Reason};
use crate::limits::LimitExceeded;

/// Why a disk, kernel or other file of a virtual machine cannot be read. Some of these do not end the work; they are
/// then findings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiskError {
    /// The file is empty.
    #[error("the file is empty")]
    Empty,
    /// Something is said to lie where the file has ended.
    #[error("the {what} at byte {offset} has {length} bytes, but the file ends at {size}")]
    BeyondEnd {
        /// What it is.
        what: &'static str,
        /// Its first byte.
        offset: u64,
        /// Its bytes.
        length: u64,
        /// Bytes of the file.
        size: u64,
    },
    /// Two things lie in the same place.
    #[error("the {what} at byte {offset} overlaps the {with}")]
    Overlap {
        /// What it is.
        what: &'static str,
        /// Its first byte.
        offset: u64,
        /// What lies there too.
        with: &'static str,
    },
    /// A field has a value that cannot be.
    #[error("the {what} at byte {offset} is {found}, expected {expected}")]
    Value {
        /// Which field.
        what: &'static str,
        /// Where it stands.
        offset: u64,
        /// What could stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A version of the format that nobody here reads.
    #[error("{format} of version {version} is not supported")]
    Version {
        /// The format's name.
        format: &'static str,
        /// Its version.
        version: u64,
    },
    /// A checksum does not fit.
    #[error("the checksum of the {what} at byte {offset} is {expected:08x}, but its bytes give {found:08x}")]
    Checksum {
        /// Of what.
        what: &'static str,
        /// Its first byte.
        offset: u64,
        /// What is written there.
        expected: u32,
        /// What the bytes give.
        found: u32,
    },
    /// A chain leads back to where it has been.
    #[error("the chain of {what} comes back to {at}")]
    Cycle {
        /// What the chain consists of.
        what: &'static str,
        /// Where it comes back to.
        at: String,
    },
    /// A limit was passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// Reading ended before all was there that is needed.
    #[error("the file has not been read as far as its headers need")]
    Unfinished,
}

impl Reason for DiskError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Empty
            | Self::Overlap { .. }
            | Self::Value { .. }
            | Self::Cycle { .. }
            | Self::Unfinished => ErrorKind::Invalid,
            Self::BeyondEnd { .. } | Self::Checksum { .. } => ErrorKind::Corrupt,
            Self::Version { .. } => ErrorKind::Unsupported,
            Self::Limit(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty-file",
            Self::BeyondEnd { .. } => "disk-beyond-end",
            Self::Overlap { .. } => "disk-overlap",
            Self::Value { .. } => "disk-value",
            Self::Version { .. } => "disk-version",
            Self::Checksum { .. } => "disk-checksum",
            Self::Cycle { .. } => "disk-cycle",
            Self::Limit(error) => error.code(),
            Self::Unfinished => "unfinished",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::BeyondEnd { offset, .. }
            | Self::Overlap { offset, .. }
            | Self::Value { offset, .. }
            | Self::Checksum { offset, .. } => Some(*offset),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Value { expected, .. } => Some((*expected).to_owned()),
            Self::Checksum { expected, .. } => Some(format!("{expected:08x}")),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Value { found, .. } => Some(found.clone()),
            Self::Checksum { found, .. } => Some(format!("{found:08x}")),
            Self::Version { version, .. } => Some(version.to_string()),
            Self::Cycle { at, .. } => Some(at.clone()),
            _ => None,
        }
    }
}
