//! gzip (RFC 1952): one ordinary member, whose deflate data is made of blocks that know of each other only the bytes.
//!
//! Every block has the 32 KiB before it as a dictionary, which is the whole window of deflate: no match is lost where
//! the input is cut. All but the last end with a sync flush, an empty stored block that fills up the last byte, so
//! that they can be strung together. Readers see a member like any other; `pigz` does the same.

use flate2::{Compress, FlushCompress, Status};

use crate::codec::Compression;
use crate::codec::encoding::EncodeError;

/// Bytes of the input in a block. Smaller ones cost more for their ends and their own codes, larger ones more memory.
pub(super) const BLOCK_BYTES: usize = 512 << 10;
/// How far back deflate refers.
pub(super) const WINDOW_BYTES: usize = 32 << 10;

/// Deflate, no name, no time, no word about the level, and an unknown system: nothing that is not in the contents.
pub(super) const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// Room that is always enough for a block: stored, with five bytes for each 16 KiB at worst, and the flush.
const ROOM: usize = BLOCK_BYTES + (BLOCK_BYTES >> 10) + 64;

/// Makes blocks of deflate data.
pub(crate) struct Deflate {
    compress: Compress,
}

impl Deflate {
    pub(super) fn new(level: i32) -> Self {
        let level = flate2::Compression::new(level.unsigned_abs());
        Self { compress: Compress::new(level, false) }
    }

    pub(super) fn encode(
        &mut self,
        window: &[u8],
        block: &[u8],
        last: bool,
        output: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let failed = EncodeError::Failed { compression: Compression::Gzip };
        self.compress.reset();
        if !window.is_empty() {
            self.compress.set_dictionary(window).map_err(|_| failed)?;
        }
        // All in one call with all the room: how often the compressor is called never shows in what it writes.
        output.reserve(ROOM);
        let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
        let status = self.compress.compress_vec(block, output, flush).map_err(|_| failed)?;
        let complete = match status {
            Status::StreamEnd => last,
            Status::Ok => !last && output.len() < output.capacity(),
            Status::BufError => false,
        };
        if complete && self.compress.total_in() == block.len() as u64 { Ok(()) } else { Err(failed) }
    }
}
