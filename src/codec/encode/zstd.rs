//! Zstandard (RFC 8878): frames that know nothing of each other, each with its length and a checksum.
//!
//! Tools decode several frames in a row as one stream, and who looks for a place in the middle can begin with the
//! frame that holds it.

use structured_zstd::encoding::{CompressionLevel, FrameCompressor};

/// Bytes of the input in a frame. Matches do not reach from one into another, so that smaller ones compress worse;
/// larger ones cost more memory.
pub(super) const FRAME_BYTES: usize = 4 << 20;

/// Makes frames, each with a compressor of its own: nothing is left of one frame that could show in another.
pub(crate) struct Frames {
    level: CompressionLevel,
}

impl Frames {
    pub(super) fn new(level: i32) -> Self {
        Self { level: CompressionLevel::from_level(level) }
    }

    pub(super) fn encode(&self, block: &[u8], output: &mut Vec<u8>) {
        let mut compressor: FrameCompressor = FrameCompressor::new(self.level);
        compressor.set_content_checksum(true);
        compressor.set_content_size_flag(true);
        compressor.compress_independent_frame_into(block, output);
    }
}
