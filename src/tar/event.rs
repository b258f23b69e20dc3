//! What a reader answers with.

use super::entry::Entry;

/// What the reader found in the bytes it was given.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'r, 'i> {
    /// A member begins.
    Entry(&'r Entry),
    /// Stored contents of the current member, in order.
    Data(&'i [u8]),
    /// So many zero bytes of the current member that are not stored.
    Hole(u64),
    /// The current member is complete.
    EntryEnd,
}

/// How the tar ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trailer {
    /// Zero blocks seen where the end marker belongs: none, one or two.
    pub end_blocks: u8,
    /// Offset of the first byte behind the end marker that is not zero; `None` for plain padding.
    pub data_offset: Option<u64>,
    /// Bytes behind the end marker, padding included.
    pub bytes: u64,
    /// Global PAX headers met. Their records are ignored, as the engines do.
    pub global_headers: u64,
}
