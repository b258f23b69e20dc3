//! Reading the unpacked bytes of a stored stream from any place on.

use super::seek::SeekIndex;
use super::{CodecError, Compression, Decoder};
use crate::limits::Limits;

/// Stored bytes that are asked for at once.
const PIECE: u64 = 64 << 10;

/// What a [`SeekReader`] needs or has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeekStep<'a> {
    /// These stored bytes are needed.
    Want {
        /// First byte in the stored stream.
        offset: u64,
        /// Number of bytes, never beyond the end of the stored stream.
        length: u64,
    },
    /// The next unpacked bytes, not empty.
    Bytes(&'a [u8]),
    /// The stream ended.
    End,
}

/// Reads the unpacked bytes of a stored stream from any place on: says which stored bytes it wants, and is given them.
///
/// ```
/// use layerglass::codec::{CodecError, Compression, Decoder, SeekIndex, SeekReader, SeekStep};
/// use layerglass::limits::Limits;
/// let (index, limits) = (SeekIndex::new(Compression::None), Limits::default());
/// let stored = b"not compressed";
/// let mut reader = SeekReader::new(&index, stored.len() as u64, 4, &limits);
/// let mut unpacked = Vec::new();
/// let mut response: Option<&[u8]> = None;
/// loop {
///     match reader.next(response.take())? {
///         SeekStep::Want { offset, length } => response = Some(&stored[offset as usize..][..length as usize]),
///         SeekStep::Bytes(bytes) => unpacked.extend_from_slice(bytes),
///         SeekStep::End => break,
///     }
/// }
/// assert_eq!(unpacked, b"compressed");
/// # Ok::<(), CodecError>(())
/// ```
#[derive(Debug)]
pub struct SeekReader {
    /// `None` when the stream is not compressed.
    decoder: Option<Decoder>,
    /// The stored bytes given last, and how many of them are used.
    input: Vec<u8>,
    used: usize,
    /// Unpacked bytes left out before the place that is wanted.
    skip: u64,
    /// Where the stored bytes that are needed next begin, and where the stream ends.
    next: u64,
    end: u64,
    /// Stored bytes are asked for and were not given yet.
    waiting: bool,
}

impl SeekReader {
    /// A reader of a stream of `stored_size` stored bytes from byte `unpacked` of its unpacked bytes on.
    pub fn new(index: &SeekIndex, stored_size: u64, unpacked: u64, limits: &Limits) -> Self {
        let start = index.start(unpacked);
        let is_compressed = index.compression() != Compression::None;
        Self {
            decoder: is_compressed.then(|| Decoder::resume(index, unpacked, limits)),
            input: Vec::new(),
            used: 0,
            skip: unpacked - start.unpacked,
            next: start.stored,
            end: stored_size,
            waiting: false,
        }
    }

    /// Takes the stored bytes asked for last, and says what comes next. Fewer bytes than asked for end the stream.
    ///
    /// # Errors
    /// The stream cannot be decoded, or it ends early.
    pub fn next(&mut self, response: Option<&[u8]>) -> Result<SeekStep<'_>, CodecError> {
        if let (Some(bytes), true) = (response, self.waiting) {
            self.waiting = false;
            let wanted = self.wanted();
            let given = bytes.get(..wanted as usize).unwrap_or(bytes);
            self.input.clear();
            self.input.extend_from_slice(given);
            self.used = 0;
            self.next += given.len() as u64;
            if (given.len() as u64) < wanted {
                self.end = self.next;
            }
        }
        let Some(decoder) = &mut self.decoder else {
            let unused = self.input.get(std::mem::replace(&mut self.used, self.input.len())..);
            let unused = unused.unwrap_or_default();
            if !unused.is_empty() {
                return Ok(SeekStep::Bytes(unused));
            }
            let wanted = PIECE.min(self.end.saturating_sub(self.next));
            self.waiting = wanted > 0;
            return Ok(match wanted {
                0 => SeekStep::End,
                length => SeekStep::Want { offset: self.next, length },
            });
        };
        // The piece is found first and borrowed afterwards.
        let piece = loop {
            let mut input = self.input.get(self.used..).unwrap_or_default();
            let given = input.len();
            let piece = decoder.pull(&mut input)?;
            self.used += given - input.len();
            let skipped = self.skip.min(piece.len() as u64);
            self.skip -= skipped;
            if piece.is_empty() || skipped < piece.len() as u64 {
                break piece.start + skipped as usize..piece.end;
            }
        };
        if !piece.is_empty() {
            return Ok(SeekStep::Bytes(decoder.piece(piece)));
        }
        let wanted = PIECE.min(self.end.saturating_sub(self.next));
        if wanted == 0 {
            decoder.finish()?;
            return Ok(SeekStep::End);
        }
        self.waiting = true;
        Ok(SeekStep::Want { offset: self.next, length: wanted })
    }

    fn wanted(&self) -> u64 {
        PIECE.min(self.end.saturating_sub(self.next))
    }
}
