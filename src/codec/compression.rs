//! Which compression a stream has, told by its first bytes.

use std::fmt;

/// How a stream of bytes is compressed.
///
/// ```
/// use layerglass::codec::Compression;
/// assert_eq!(Compression::detect(&[0x1f, 0x8b, 8, 0]), Some(Compression::Gzip));
/// assert_eq!(Compression::detect(b"ustar archive"), Some(Compression::None));
/// assert_eq!(Compression::detect(&[0x1f]), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Stored as it is.
    None,
    /// gzip, RFC 1952.
    Gzip,
    /// Zstandard, RFC 8878.
    Zstd,
    /// bzip2.
    Bzip2,
    /// The .xz container of LZMA2.
    Xz,
}

impl Compression {
    /// So many first bytes always suffice for [`Compression::detect`].
    pub const PREFIX_LEN: usize = 6;

    /// Tells the compression by the first bytes of a stream. Declared media types are often wrong; these bytes are not.
    ///
    /// `None` when the prefix could still become a known one with more bytes. At the end of a stream that is
    /// shorter than that, it is not compressed. A zstd stream may begin with a skippable frame.
    pub fn detect(prefix: &[u8]) -> Option<Self> {
        let mut unsure = false;
        for (compression, start) in [
            (Self::Gzip, gzip_start as fn(&[u8]) -> Start),
            (Self::Zstd, zstd_start),
            (Self::Bzip2, bzip2_start),
            (Self::Xz, xz_start),
        ] {
            match start(prefix) {
                Start::Member => return Some(compression),
                Start::Unsure => unsure = true,
                Start::Foreign => {}
            }
        }
        if unsure { None } else { Some(Self::None) }
    }

    /// The name: `none`, `gzip`, `zstd`, `bzip2` or `xz`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }

    /// The compression of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::None, Self::Gzip, Self::Zstd, Self::Bzip2, Self::Xz]
            .into_iter()
            .find(|compression| compression.as_str() == name)
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether some bytes begin a member (gzip), frame (zstd) or stream (bzip2, xz).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// They do.
    Member,
    /// They do not.
    Foreign,
    /// They may, as far as they go.
    Unsure,
}

fn start_with(magic: &[u8], bytes: &[u8]) -> Start {
    if bytes.starts_with(magic) {
        Start::Member
    } else if magic.starts_with(bytes) {
        Start::Unsure
    } else {
        Start::Foreign
    }
}

pub(super) fn gzip_start(bytes: &[u8]) -> Start {
    start_with(&[0x1f, 0x8b], bytes)
}

/// A frame, or a skippable frame with any of its sixteen magic numbers.
pub(super) fn zstd_start(bytes: &[u8]) -> Start {
    match bytes {
        [first, rest @ ..] if first & 0xf0 == 0x50 => start_with(&[0x2a, 0x4d, 0x18], rest),
        _ => start_with(&[0x28, 0xb5, 0x2f, 0xfd], bytes),
    }
}

/// `BZh`, the block size `1` to `9`, and either the first byte of a block's magic number (0x31) or of the
/// end of an empty stream (0x17): three letters alone would take too many text files for bzip2.
pub(super) fn bzip2_start(bytes: &[u8]) -> Start {
    match bytes {
        [b'B', b'Z', b'h', level, rest @ ..] => match (level, rest) {
            (b'1'..=b'9', []) => Start::Unsure,
            (b'1'..=b'9', [0x31 | 0x17, ..]) => Start::Member,
            _ => Start::Foreign,
        },
        _ if b"BZh".starts_with(bytes) => Start::Unsure,
        _ => Start::Foreign,
    }
}

pub(super) fn xz_start(bytes: &[u8]) -> Start {
    start_with(&[0xfd, b'7', b'z', b'X', b'Z', 0], bytes)
}
