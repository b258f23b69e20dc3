//! Tar as layers and image archives hold it: V7, USTAR, PAX, GNU and star headers, read without input or output.
//!
//! A [`Reader`] is given bytes in pieces of any size and answers with [`Event`]s. It follows what the engines
//! (Go's archive/tar) accept, because a layer means what the engine that unpacks it makes of it. A [`Writer`] gives the
//! bytes around the contents of members.

mod entry;
mod error;
mod event;
mod header;
mod pax;
mod reader;
mod sparse;
mod write;

pub use entry::{Entry, EntryKind, Format, Timestamp};
pub use error::TarError;
pub use event::{Event, Trailer};
pub use reader::Reader;
pub use sparse::Fragment;
pub use write::{TarWriteError, WriteFormat, Writer};

/// Bytes of a tar block: headers and padded contents are multiples of it.
pub const BLOCK: usize = 512;

/// `size` rounded up to whole blocks, or `u64::MAX` when that does not fit.
pub(crate) fn padded(size: u64) -> u64 {
    size.checked_next_multiple_of(BLOCK as u64).unwrap_or(u64::MAX)
}

/// Does this block look like a header: not zero, and with the right checksum?
///
/// ```
/// assert!(!layerglass::tar::is_header(&[0; 512]));
/// ```
pub fn is_header(block: &[u8]) -> bool {
    block.first_chunk::<BLOCK>().is_some_and(|block| header::checksum(block).is_ok())
}
