//! In which form bytes are to be compressed.

use super::Compression;

/// A compression and how hard it tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// The compression.
    pub compression: Compression,
    /// Its level, or else the usual one.
    pub level: Option<i32>,
}
