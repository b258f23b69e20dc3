//! What a stream is to be compressed with, and how hard.

use std::fmt;
use std::ops::RangeInclusive;

use super::Compression;
use crate::error::{ErrorKind, Reason};

/// A compression and its level, for writing.
///
/// | compression | levels | without a level |
/// |---|---|---|
/// | none | | |
/// | gzip | 0 (stored) to 9 | [`Encoding::GZIP_LEVEL`] |
/// | zstd | 1 to 19 | [`Encoding::ZSTD_LEVEL`] |
///
/// bzip2 and xz are read only.
///
/// ```
/// use layerglass::codec::{Compression, Encoding};
/// assert_eq!(Encoding::GZIP, Encoding { compression: Compression::Gzip, level: None });
/// assert!(Encoding::GZIP.with_level(9).check().is_ok());
/// assert!(Encoding::GZIP.with_level(10).check().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Encoding {
    /// What the stream is compressed with.
    pub compression: Compression,
    /// How hard; the default of the compression when absent.
    pub level: Option<i32>,
}

impl Encoding {
    /// No compression.
    pub const NONE: Self = Self { compression: Compression::None, level: None };
    /// gzip at its default level.
    pub const GZIP: Self = Self { compression: Compression::Gzip, level: None };
    /// Zstandard at its default level.
    pub const ZSTD: Self = Self { compression: Compression::Zstd, level: None };

    /// The level of gzip that is taken when none is named: on layers of programs, libraries and sources it is as small as
    /// level 6 to a third of a percent, and a fifth quicker.
    pub const GZIP_LEVEL: i32 = 5;
    /// The level of Zstandard that is taken when none is named, as in `zstd` itself.
    pub const ZSTD_LEVEL: i32 = 3;

    /// Levels of gzip.
    const GZIP_LEVELS: RangeInclusive<i32> = 0..=9;
    /// Levels of Zstandard, without those that only give more memory to windows that a frame here never has.
    const ZSTD_LEVELS: RangeInclusive<i32> = 1..=19;

    /// The same compression at another level.
    pub const fn with_level(self, level: i32) -> Self {
        Self { level: Some(level), ..self }
    }

    /// Whether that can be written.
    ///
    /// # Errors
    /// [`EncodeError::Unsupported`] for a compression that is read only, [`EncodeError::Level`] for a level that it
    /// does not have.
    pub fn check(&self) -> Result<(), EncodeError> {
        self.checked_level().map(|_| ())
    }

    /// The level that holds.
    pub(super) fn checked_level(&self) -> Result<i32, EncodeError> {
        let (levels, default) = match self.compression {
            Compression::None => (0..=0, 0),
            Compression::Gzip => (Self::GZIP_LEVELS, Self::GZIP_LEVEL),
            Compression::Zstd => (Self::ZSTD_LEVELS, Self::ZSTD_LEVEL),
            compression @ (Compression::Bzip2 | Compression::Xz) => {
                return Err(EncodeError::Unsupported { compression });
            }
        };
        let level = self.level.unwrap_or(default);
        if levels.contains(&level) {
            return Ok(level);
        }
        let (least, greatest) = levels.into_inner();
        Err(EncodeError::Level { compression: self.compression, level, least, greatest })
    }
}

/// The compression and the level as in `gzip` or `zstd:19`.
impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(f, "{}:{level}", self.compression),
            None => self.compression.fmt(f),
        }
    }
}

/// Why something cannot be compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The compression is read only.
    #[error("{compression} cannot be written, only none, gzip and zstd")]
    Unsupported {
        /// Which one.
        compression: Compression,
    },
    /// The compression has no such level.
    #[error("{compression} has no level {level}, only {least} to {greatest}")]
    Level {
        /// Which compression.
        compression: Compression,
        /// The level that was asked for.
        level: i32,
        /// The lowest that it has.
        least: i32,
        /// The highest that it has.
        greatest: i32,
    },
    /// The compressor stopped working, which no input makes it do.
    #[error("the {compression} encoder failed")]
    Failed {
        /// Which compression.
        compression: Compression,
    },
}

impl Reason for EncodeError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unsupported { .. } => ErrorKind::Unsupported,
            Self::Level { .. } => ErrorKind::Invalid,
            Self::Failed { .. } => ErrorKind::Aborted,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unsupported { .. } => "encode-unsupported",
            Self::Level { .. } => "encode-level",
            Self::Failed { .. } => "encode-failed",
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Level { least, greatest, .. } => Some(format!("{least} to {greatest}")),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Level { level, .. } => Some(level.to_string()),
            _ => None,
        }
    }
}
