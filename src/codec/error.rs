//! Why a compressed stream cannot be decoded.

use std::fmt;

use super::Compression;
use crate::error::{ErrorKind, Reason};
use crate::limits::LimitExceeded;

/// Why a compressed stream cannot be decoded. Offsets count bytes of the compressed stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The stream ends inside a member.
    #[error("the {format} stream ends too early, after {offset} bytes")]
    Truncated {
        /// The format of the stream.
        format: Compression,
        /// Its length in bytes.
        offset: u64,
    },
    /// The stream is not well-formed.
    #[error("the {format} stream is corrupt at byte {offset}: {reason}")]
    Corrupt {
        /// The format of the stream.
        format: Compression,
        /// Where it was noticed.
        offset: u64,
        /// What is wrong there.
        reason: Corruption,
    },
    /// A checksum in the stream is not that of the contents.
    #[error(
        "the {format} stream is corrupt before byte {offset}: its {checksum} says {expected}, found {found}"
    )]
    Checksum {
        /// The format of the stream.
        format: Compression,
        /// Where the checksum ends.
        offset: u64,
        /// Which checksum.
        checksum: Checksum,
        /// What the stream says, in lower-case hexadecimal digits.
        expected: String,
        /// What was computed, likewise.
        found: String,
    },
    /// The stream uses a part of its format that is not supported.
    #[error("the {format} stream uses {feature} at byte {offset}, which is not supported")]
    Unsupported {
        /// The format of the stream.
        format: Compression,
        /// Where it is used.
        offset: u64,
        /// What is used.
        feature: Feature,
    },
    /// The stream passes a limit: `unpackedBytes`, `expansionRatio` or `windowBytes`.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// The receiver of the unpacked bytes failed before, so that what follows cannot be decoded in order.
    #[error("the {format} decoder was stopped by the receiver of its output")]
    Stopped {
        /// The format of the stream.
        format: Compression,
    },
}

/// What is wrong with a corrupt stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Corruption {
    /// The first bytes are not those of the format.
    Magic,
    /// A header of a member, frame or block is invalid.
    Header,
    /// The compressed data itself is invalid.
    Data,
    /// The member, frame or block unpacks to another length than it says.
    UnpackedLength {
        /// What it says, in bytes (gzip: modulo 2^32).
        expected: u64,
        /// What came out, in bytes (gzip: modulo 2^32).
        found: u64,
    },
    /// A block is stored in another length than its header says.
    StoredLength {
        /// What its header says, in bytes.
        expected: u64,
        /// What it took, in bytes.
        found: u64,
    },
    /// The index at the end does not describe the blocks before it.
    Index,
    /// The footer contradicts the header or the index.
    Footer,
    /// Padding is not zero or has a wrong length.
    Padding,
}

impl fmt::Display for Corruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Magic => f.write_str("it does not begin as the format does"),
            Self::Header => f.write_str("a header is invalid"),
            Self::Data => f.write_str("the compressed data is invalid"),
            Self::UnpackedLength { expected, found } => {
                write!(f, "it unpacks to {found} bytes where it says {expected}")
            }
            Self::StoredLength { expected, found } => {
                write!(f, "a block is {found} bytes long where it says {expected}")
            }
            Self::Index => f.write_str("the index does not describe the blocks"),
            Self::Footer => f.write_str("the footer contradicts the rest"),
            Self::Padding => f.write_str("the padding is invalid"),
        }
    }
}

/// A checksum inside a compressed stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Checksum {
    /// The lower half of a CRC-32 over a header.
    HeaderCrc16,
    /// A CRC-32 over a header.
    HeaderCrc32,
    /// A CRC-32 over an index.
    IndexCrc32,
    /// A CRC-32 over a footer.
    FooterCrc32,
    /// A CRC-32 over the contents.
    Crc32,
    /// A CRC-64 over the contents.
    Crc64,
    /// A SHA-256 over the contents.
    Sha256,
    /// The lower half of an XXH64 over the contents.
    Xxh64,
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HeaderCrc16 => "header CRC-16",
            Self::HeaderCrc32 => "header CRC-32",
            Self::IndexCrc32 => "index CRC-32",
            Self::FooterCrc32 => "footer CRC-32",
            Self::Crc32 => "CRC-32",
            Self::Crc64 => "CRC-64",
            Self::Sha256 => "SHA-256",
            Self::Xxh64 => "XXH64",
        })
    }
}

/// A part of a format that is not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Feature {
    /// gzip: a compression method other than deflate.
    Method(u8),
    /// zstd: a dictionary, by its id.
    Dictionary(u32),
    /// xz: a filter other than LZMA2, by its id.
    Filter(u64),
    /// xz: a check other than CRC-32, CRC-64 and SHA-256, by its id.
    Check(u8),
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method(id) => write!(f, "compression method {id}"),
            Self::Dictionary(id) => write!(f, "dictionary {id}"),
            Self::Filter(id) => write!(f, "filter {id:#x}"),
            Self::Check(id) => write!(f, "check {id}"),
        }
    }
}

impl Reason for CodecError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Truncated { .. } | Self::Corrupt { .. } | Self::Checksum { .. } => ErrorKind::Corrupt,
            Self::Unsupported { .. } => ErrorKind::Unsupported,
            Self::Limit(_) => ErrorKind::Limit,
            Self::Stopped { .. } => ErrorKind::Aborted,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "codec-truncated",
            Self::Corrupt { .. } => "codec-corrupt",
            Self::Checksum { .. } => "codec-checksum",
            Self::Unsupported { .. } => "codec-unsupported",
            Self::Limit(limit) => limit.code(),
            Self::Stopped { .. } => "codec-stopped",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Truncated { offset, .. }
            | Self::Corrupt { offset, .. }
            | Self::Checksum { offset, .. }
            | Self::Unsupported { offset, .. } => Some(*offset),
            Self::Limit(_) | Self::Stopped { .. } => None,
        }
    }
}

/// The same without format and offset, which the [`Decoder`](super::Decoder) adds.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    Corrupt(Corruption),
    Checksum { checksum: Checksum, expected: String, found: String },
    Unsupported(Feature),
    Limit(LimitExceeded),
}

impl Fault {
    pub(super) fn at(self, format: Compression, offset: u64) -> CodecError {
        match self {
            Self::Corrupt(reason) => CodecError::Corrupt { format, offset, reason },
            Self::Checksum { checksum, expected, found } => {
                CodecError::Checksum { format, offset, checksum, expected, found }
            }
            Self::Unsupported(feature) => CodecError::Unsupported { format, offset, feature },
            Self::Limit(limit) => CodecError::Limit(limit),
        }
    }
}

impl From<Corruption> for Fault {
    fn from(reason: Corruption) -> Self {
        Self::Corrupt(reason)
    }
}
