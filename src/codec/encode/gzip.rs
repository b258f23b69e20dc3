//! gzip (RFC 1952): one ordinary member, whose deflate data is made of blocks that know of each other only the bytes.
//!
//! Every block has the 32 KiB before it as a dictionary, which is the whole window of deflate: no match is lost where
//! the input is cut. All but the last end with a sync flush, an empty stored block that fills up the last byte, so
//! that they can be strung together; noise is stored. Readers see a member like any other; `pigz` does the same.

use flate2::{Compress, FlushCompress, Status};

use crate::codec::Compression;
use crate::codec::encoding::EncodeError;

/// Bytes of the input in a block. Smaller ones cost more for their ends and their own codes, larger ones more memory.
pub(super) const BLOCK_BYTES: usize = 512 << 10;
/// How far back deflate refers.
pub(super) const WINDOW_BYTES: usize = 32 << 10;

/// Deflate, no name, no time, no word about the level, and an unknown system: nothing that is not in the contents.
pub(super) const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// Room that is always enough for a block: nine bits for each byte at worst, as the fixed codes have it, and the ends.
const ROOM: usize = BLOCK_BYTES + BLOCK_BYTES / 8 + 1024;

/// What one stored block of deflate holds at most, and what its header takes.
const STORED_BYTES: usize = 0xffff;
const STORED_HEADER_BYTES: usize = 5;

/// Makes blocks of deflate data.
pub(crate) struct Deflate {
    /// Absent where everything is stored.
    compress: Option<Compress>,
}

impl Deflate {
    pub(super) fn new(level: i32) -> Self {
        let compress = |level| Compress::new(flate2::Compression::new(level), false);
        Self { compress: u32::try_from(level).ok().filter(|level| *level > 0).map(compress) }
    }

    pub(super) fn encode(
        &mut self,
        window: &[u8],
        block: &[u8],
        last: bool,
        output: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let Some(compress) = &mut self.compress else {
            store(block, last, output);
            return Ok(());
        };
        let failed = EncodeError::Failed { compression: Compression::Gzip };
        compress.reset();
        if !window.is_empty() {
            compress.set_dictionary(window).map_err(|_| failed)?;
        }
        // All in one call with all the room: how often the compressor is called never shows in what it writes.
        let begin = output.len();
        output.reserve(ROOM);
        let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
        let status = compress.compress_vec(block, output, flush).map_err(|_| failed)?;
        let complete = match status {
            Status::StreamEnd => last,
            Status::Ok => !last && output.len() < output.capacity(),
            Status::BufError => false,
        };
        if !complete || compress.total_in() != block.len() as u64 {
            return Err(failed);
        }
        // The quickest level has fixed codes only, and makes noise longer.
        if output.len() - begin > stored_length(block.len()) {
            output.truncate(begin);
            store(block, last, output);
        }
        Ok(())
    }
}

/// What stored blocks take for so many bytes.
fn stored_length(length: usize) -> usize {
    length + length.div_ceil(STORED_BYTES).max(1) * STORED_HEADER_BYTES
}

/// Adds stored blocks. They begin and end with a whole byte, so that no flush is needed.
fn store(mut block: &[u8], last: bool, output: &mut Vec<u8>) {
    output.reserve(stored_length(block.len()));
    loop {
        let (piece, rest) = block.split_at(block.len().min(STORED_BYTES));
        let length = piece.len() as u16;
        output.push(u8::from(last && rest.is_empty()));
        output.extend_from_slice(&length.to_le_bytes());
        output.extend_from_slice(&(!length).to_le_bytes());
        output.extend_from_slice(piece);
        block = rest;
        if block.is_empty() {
            return;
        }
    }
}
