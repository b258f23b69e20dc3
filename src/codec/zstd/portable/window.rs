//! What was decoded last: the bytes that matches refer to, and those that are not handed out yet.

use crate::codec::error::{Corruption, Fault};

const WRONG: Fault = Fault::Corrupt(Corruption::Data);

/// Copies are made in pieces of so many bytes and may write so many too much.
const PIECE: usize = 16;

/// A buffer that holds the window and what came after it.
pub(super) struct Window {
    bytes: Vec<u8>,
    /// End of what is decoded.
    end: usize,
    /// End of what is handed out.
    taken: usize,
    /// How far back a match may go.
    size: usize,
    /// The most that the current block may still give.
    block_left: usize,
    /// Bytes decoded in this frame.
    total: u64,
}

impl Window {
    pub fn new() -> Self {
        Self { bytes: Vec::new(), end: 0, taken: 0, size: 0, block_left: 0, total: 0 }
    }

    /// Starts a frame.
    pub fn reset(&mut self, size: usize) {
        (self.end, self.taken, self.size, self.total) = (0, 0, size, 0);
    }

    /// Bytes decoded in this frame.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Makes room for a block of so many bytes at most. Nothing may be left to hand out.
    pub fn begin_block(&mut self, most: usize) {
        self.block_left = most;
        let needed = most + PIECE;
        if self.end + needed <= self.bytes.len() {
            return;
        }
        // Room for half a window more: so the window is moved once for that many bytes.
        let full = self.size + needed.max(self.size / 2);
        if self.end + needed > full && self.end > self.size {
            self.bytes.copy_within(self.end - self.size..self.end, 0);
            self.end = self.size;
            self.taken = self.end;
        }
        if self.end + needed > self.bytes.len() {
            // It grows with what is decoded, whatever the frame declares.
            let length = (self.end + needed).max((self.bytes.len() * 2).min(full));
            self.bytes.resize(length, 0);
        }
    }

    /// What is decoded and not handed out.
    pub fn pending(&self) -> &[u8] {
        self.bytes.get(self.taken..self.end).unwrap_or_default()
    }

    /// Hands out so many bytes.
    pub fn take(&mut self, count: usize) {
        self.taken = (self.taken + count).min(self.end);
    }

    #[inline(always)]
    fn advance(&mut self, length: usize) -> Result<usize, Fault> {
        self.block_left = self.block_left.checked_sub(length).ok_or(WRONG)?;
        let at = self.end;
        self.end += length;
        self.total += length as u64;
        Ok(at)
    }

    /// Appends the first `length` of these bytes. A few are copied quicker when at least [`PIECE`] more follow them.
    #[inline(always)]
    pub fn push(&mut self, bytes: &[u8], length: usize) -> Result<(), Fault> {
        let at = self.advance(length)?;
        let to = self.bytes.get_mut(at..).ok_or(WRONG)?;
        if length <= PIECE
            && let (Some(from), Some(to)) = (bytes.first_chunk::<PIECE>(), to.first_chunk_mut::<PIECE>())
        {
            *to = *from;
        } else {
            to.get_mut(..length).ok_or(WRONG)?.copy_from_slice(bytes.get(..length).ok_or(WRONG)?);
        }
        Ok(())
    }

    /// Appends one byte many times.
    pub fn fill(&mut self, byte: u8, count: usize) -> Result<(), Fault> {
        let at = self.advance(count)?;
        self.bytes.get_mut(at..at + count).ok_or(WRONG)?.fill(byte);
        Ok(())
    }

    /// Appends bytes from so far back.
    #[inline(always)]
    pub fn repeat(&mut self, distance: usize, length: usize) -> Result<(), Fault> {
        if distance == 0 || distance > self.size || distance as u64 > self.total {
            return Err(WRONG);
        }
        let at = self.advance(length)?;
        let from = at.checked_sub(distance).ok_or(WRONG)?;
        let bytes = self.bytes.get_mut(from..at + length + PIECE).ok_or(WRONG)?;
        let mut done = 0;
        let mut apart = distance;
        if distance < PIECE {
            // Byte by byte until what is written can be read again in whole pieces.
            apart = distance * PIECE.div_ceil(distance);
            let start = apart.min(length + PIECE);
            for at in distance..start {
                let Some(&byte) = bytes.get(at - distance) else { return Err(WRONG) };
                if let Some(to) = bytes.get_mut(at) {
                    *to = byte;
                }
            }
            done = start - distance;
        }
        while done < length {
            let (from, to) = (distance + done - apart, distance + done);
            let piece = bytes.get(from..).and_then(|bytes| bytes.first_chunk::<PIECE>()).copied();
            let to = bytes.get_mut(to..).and_then(|bytes| bytes.first_chunk_mut::<PIECE>());
            let (Some(piece), Some(to)) = (piece, to) else { return Err(WRONG) };
            *to = piece;
            done += PIECE;
        }
        Ok(())
    }
}
