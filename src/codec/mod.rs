//! What a stream is compressed with, decoders that are fed by pushing bytes, and an [`Encoder`] likewise.
//!
//! All decoders read several members in one stream (gzip members of pigz and eStargz, zstd frames and
//! skippable frames of zstd:chunked, concatenated bzip2 and xz streams), verify every checksum they meet,
//! trust no declared size, keep within the [`Limits`](crate::limits::Limits), and use memory that depends
//! on the format's window only. Bytes behind the last member that begin no further one are not an error,
//! as for the command-line tools; they are counted, see [`Trailing`].
//!
//! ```
//! use layerglass::codec::{CodecError, Compression, Decoder};
//! use layerglass::limits::Limits;
//!
//! let stored = [
//!     0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0, 0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0,
//! ];
//! let compression = Compression::detect(&stored).unwrap_or(Compression::None);
//! let mut decoder = Decoder::new(compression, &Limits::default());
//! let mut unpacked = Vec::new();
//! for piece in stored.chunks(7) {
//!     decoder.push(piece, &mut |bytes| {
//!         unpacked.extend_from_slice(bytes);
//!         Ok::<(), CodecError>(())
//!     })?;
//! }
//! decoder.finish()?;
//! assert_eq!(unpacked, b"hello");
//! # Ok::<(), CodecError>(())
//! ```

mod bzip2;
mod compression;
#[cfg(target_arch = "wasm32")]
mod crc32;
#[cfg(not(target_arch = "wasm32"))]
mod crc32 {
    pub use flate2::Crc;
}
mod decoder;
mod encode;
mod encoder;
mod encoding;
mod error;
mod gzip;
mod inflate;
mod io;
mod seek;
mod seek_reader;
mod xz;
mod xz_check;
mod xz_index;
mod zstd;

pub use compression::Compression;
pub(crate) use crc32::Crc;
pub use decoder::{Decoder, Trailing};
pub use encoder::Encoder;
pub use encoding::{EncodeError, Encoding};
pub use error::{Checksum, CodecError, Corruption, Feature};
pub use seek::{SeekIndex, SeekIndexError, SeekStart};
pub use seek_reader::{SeekReader, SeekStep};

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use encode::{Block, BlockEncoder, Blocks, Frame};
