//! Streams that are cut into blocks which are compressed each on its own.
//!
//! Where a stream is cut depends on its bytes alone, and so does what becomes of a block. That makes the output the
//! same for every split of the input, on one thread or on several: [`Blocks`] cuts, a [`BlockEncoder`] compresses one
//! block after another in whatever order, and [`Frame`] has what stands before and behind them.

mod gzip;
mod zstd;

use super::Compression;
use super::crc32::Crc;
use super::encoding::{EncodeError, Encoding};

/// A piece of the input.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// The bytes before the block that it may refer to, then its own.
    bytes: Vec<u8>,
    /// How many are not its own.
    window: usize,
    /// Nothing comes behind it.
    last: bool,
}

impl Block {
    fn window(&self) -> &[u8] {
        self.bytes.get(..self.window).unwrap_or_default()
    }

    fn own(&self) -> &[u8] {
        self.bytes.get(self.window..).unwrap_or_default()
    }

    /// Its memory, for a further one.
    pub(crate) fn into_memory(self) -> Vec<u8> {
        self.bytes
    }
}

/// Cuts the input.
pub(crate) struct Blocks {
    compression: Compression,
    current: Block,
    /// Blocks given out.
    count: u64,
}

impl Blocks {
    pub(crate) fn new(compression: Compression) -> Self {
        Self { compression, current: Block::default(), count: 0 }
    }

    /// Bytes of a block that are its own.
    pub(crate) fn block_bytes(compression: Compression) -> usize {
        match compression {
            Compression::Gzip => gzip::BLOCK_BYTES,
            Compression::Zstd => zstd::FRAME_BYTES,
            _ => 0,
        }
    }

    /// Bytes before a block that it may refer to.
    fn window_bytes(compression: Compression) -> usize {
        if compression == Compression::Gzip { gzip::WINDOW_BYTES } else { 0 }
    }

    /// Takes of the input what fits the current block, and gives that out when it is full. `memory` gives the memory
    /// of the next one; its contents are of no matter.
    pub(crate) fn take<E>(
        &mut self,
        input: &mut &[u8],
        memory: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Option<Block>, E> {
        let full = self.current.window + Self::block_bytes(self.compression);
        let missing = full.saturating_sub(self.current.bytes.len());
        let (taken, rest) = input.split_at(missing.min(input.len()));
        self.current.bytes.extend_from_slice(taken);
        *input = rest;
        if self.current.bytes.len() < full {
            return Ok(None);
        }
        let mut bytes = memory()?;
        bytes.clear();
        bytes.reserve(Self::window_bytes(self.compression) + Self::block_bytes(self.compression));
        let window = Self::window_bytes(self.compression).min(full);
        bytes.extend_from_slice(self.current.bytes.get(full - window..).unwrap_or_default());
        self.count += 1;
        Ok(Some(std::mem::replace(&mut self.current, Block { bytes, window, last: false })))
    }

    /// What is left at the end. gzip always has a last block, zstd only where there is something for it or nothing
    /// before it.
    pub(crate) fn last(&mut self) -> Option<Block> {
        let block = Block { last: true, ..std::mem::take(&mut self.current) };
        let needed = match self.compression {
            Compression::Gzip => true,
            Compression::Zstd => self.count == 0 || !block.own().is_empty(),
            _ => false,
        };
        needed.then_some(block)
    }
}

/// Compresses blocks, each as if it were the first that it gets.
pub(crate) enum BlockEncoder {
    Gzip(gzip::Deflate),
    Zstd(zstd::Frames),
}

impl BlockEncoder {
    /// An encoder of blocks; `None` for what is not compressed.
    pub(crate) fn new(encoding: &Encoding) -> Result<Option<Self>, EncodeError> {
        let level = encoding.checked_level()?;
        Ok(match encoding.compression {
            Compression::Gzip => Some(Self::Gzip(gzip::Deflate::new(level))),
            Compression::Zstd => Some(Self::Zstd(zstd::Frames::new(level))),
            _ => None,
        })
    }

    /// Replaces `output` by the compressed block.
    pub(crate) fn encode(&mut self, block: &Block, output: &mut Vec<u8>) -> Result<(), EncodeError> {
        output.clear();
        match self {
            Self::Gzip(deflate) => deflate.encode(block.window(), block.own(), block.last, output),
            Self::Zstd(frames) => {
                frames.encode(block.own(), output);
                Ok(())
            }
        }
    }
}

/// What stands before and behind the blocks.
pub(crate) struct Frame {
    compression: Compression,
    crc: Crc,
    size: u64,
}

impl Frame {
    pub(crate) fn new(compression: Compression) -> Self {
        Self { compression, crc: Crc::new(), size: 0 }
    }

    /// What the stream begins with.
    pub(crate) fn header(&self) -> &'static [u8] {
        if self.compression == Compression::Gzip { &gzip::HEADER } else { &[] }
    }

    /// Takes note of bytes of the input.
    pub(crate) fn count(&mut self, input: &[u8]) {
        if self.compression == Compression::Gzip {
            self.crc.update(input);
        }
        self.size = self.size.wrapping_add(input.len() as u64);
    }

    /// Adds what the stream ends with, when all of the input is counted.
    pub(crate) fn trailer(&self, output: &mut Vec<u8>) {
        if self.compression == Compression::Gzip {
            output.extend_from_slice(&self.crc.sum().to_le_bytes());
            // Modulo 2^32, as the format has it.
            output.extend_from_slice(&(self.size as u32).to_le_bytes());
        }
    }
}
