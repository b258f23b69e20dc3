//! The push encoder of all formats that are written.

use std::convert::Infallible;

use super::encode::{Block, BlockEncoder, Blocks, Frame};
use super::encoding::{EncodeError, Encoding};

/// Compresses one stream that is pushed into it piece by piece.
///
/// The output depends on the input and the [`Encoding`] alone, not on how the input is split:
///
/// - gzip: one member without name and time. The input is cut every 512 KiB; each block is compressed with the 32 KiB
///   before it as dictionary and ended by a sync flush.
/// - zstd: a frame of its own for every 4 MiB, each with its length and a checksum.
/// - none: the input.
///
/// It holds one block of the input, the compressed block and the tables of the compressor.
///
/// ```
/// use layerglass::codec::{Encoder, Encoding};
/// let mut encoder = Encoder::new(&Encoding::GZIP)?;
/// let mut stored = Vec::new();
/// encoder.push(b"hel", &mut stored)?;
/// encoder.push(b"lo", &mut stored)?;
/// encoder.finish(&mut stored)?;
/// assert_eq!(stored, [
///     0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0, 0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0,
/// ]);
/// # Ok::<(), layerglass::codec::EncodeError>(())
/// ```
pub struct Encoder {
    encoding: Encoding,
    /// Absent where nothing is compressed.
    inner: Option<Inner>,
    total_in: u64,
    total_out: u64,
    failed: Option<EncodeError>,
}

struct Inner {
    frame: Frame,
    blocks: Blocks,
    encoder: BlockEncoder,
    /// The memory of the block before.
    spare: Vec<u8>,
    compressed: Vec<u8>,
    begun: bool,
}

impl Encoder {
    /// An encoder at the start of a stream.
    ///
    /// # Errors
    /// [`EncodeError::Unsupported`] for a compression that is read only, [`EncodeError::Level`] for a level that it
    /// does not have.
    pub fn new(encoding: &Encoding) -> Result<Self, EncodeError> {
        let compression = encoding.compression;
        let inner = BlockEncoder::new(encoding)?.map(|encoder| Inner {
            frame: Frame::new(compression),
            blocks: Blocks::new(compression),
            encoder,
            spare: Vec::new(),
            compressed: Vec::new(),
            begun: false,
        });
        Ok(Self { encoding: *encoding, inner, total_in: 0, total_out: 0, failed: None })
    }

    /// Takes the next bytes of the input, and adds to `output` what is compressed by then.
    ///
    /// # Errors
    /// [`EncodeError::Failed`], then and ever after.
    pub fn push(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.encode(input, false, output)
    }

    /// Ends the stream: adds the rest to `output`. The encoder then stands at the end, and takes no more input.
    ///
    /// # Errors
    /// [`EncodeError::Failed`].
    pub fn finish(mut self, output: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.encode(&[], true, output)
    }

    /// What it compresses with.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Bytes taken so far.
    pub fn total_in(&self) -> u64 {
        self.total_in
    }

    /// Compressed bytes given out so far.
    pub fn total_out(&self) -> u64 {
        self.total_out
    }

    fn encode(&mut self, input: &[u8], last: bool, output: &mut Vec<u8>) -> Result<(), EncodeError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let before = output.len();
        let outcome = match &mut self.inner {
            Some(inner) => inner.encode(input, last, output),
            None => {
                output.extend_from_slice(input);
                Ok(())
            }
        };
        self.total_in += input.len() as u64;
        self.total_out += (output.len() - before) as u64;
        outcome.inspect_err(|error| self.failed = Some(*error))
    }
}

impl Inner {
    fn encode(&mut self, mut input: &[u8], last: bool, output: &mut Vec<u8>) -> Result<(), EncodeError> {
        if !self.begun {
            self.begun = true;
            output.extend_from_slice(self.frame.header());
        }
        self.frame.count(input);
        while !input.is_empty() {
            let spare = &mut self.spare;
            let taken = self.blocks.take(&mut input, || Ok::<_, Infallible>(std::mem::take(spare)));
            let Ok(taken) = taken;
            if let Some(block) = taken {
                self.block(block, output)?;
            }
        }
        if last {
            if let Some(block) = self.blocks.last() {
                self.block(block, output)?;
            }
            self.frame.trailer(output);
        }
        Ok(())
    }

    fn block(&mut self, block: Block, output: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.encoder.encode(&block, &mut self.compressed)?;
        output.extend_from_slice(&self.compressed);
        self.spare = block.into_memory();
        Ok(())
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder")
            .field("encoding", &self.encoding)
            .field("total_in", &self.total_in)
            .field("total_out", &self.total_out)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}
