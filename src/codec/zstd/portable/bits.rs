//! The two kinds of bit streams that zstd has.

use crate::codec::error::{Corruption, Fault};

/// Bits from the end of the bytes towards their start, below a first one that marks the end. Reading past the
/// start gives zeros and is remembered.
pub(super) struct Backward<'a> {
    bytes: &'a [u8],
    left: usize,
    passed: bool,
}

impl<'a> Backward<'a> {
    pub fn new(bytes: &'a [u8]) -> Result<Self, Fault> {
        match bytes.last() {
            None | Some(0) => Err(Corruption::Data.into()),
            Some(last) => {
                Ok(Self { bytes, left: bytes.len() * 8 - last.leading_zeros() as usize - 1, passed: false })
            }
        }
    }

    /// Bits not read yet.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Whether exactly all bits were read.
    pub fn is_used_up(&self) -> bool {
        self.left == 0 && !self.passed
    }

    /// Whether more bits were wanted than there are.
    pub fn is_passed(&self) -> bool {
        self.passed
    }

    /// The next `count` bits, at most 56, without reading them; past the start they are zero.
    #[inline(always)]
    pub fn peek(&self, count: usize) -> u64 {
        let mask = (1_u64 << count) - 1;
        if count > self.left {
            return (self.window(0) & ((1 << self.left) - 1)) << (count - self.left) & mask;
        }
        let at = self.left - count;
        (self.window(at / 8) >> (at % 8)) & mask
    }

    #[inline(always)]
    pub fn skip(&mut self, count: usize) {
        self.passed |= count > self.left;
        self.left = self.left.saturating_sub(count);
    }

    #[inline(always)]
    pub fn read(&mut self, count: usize) -> u64 {
        let bits = self.peek(count);
        self.skip(count);
        bits
    }

    /// Eight bytes from a position on; zeros behind the end.
    #[inline(always)]
    fn window(&self, at: usize) -> u64 {
        match self.bytes.get(at..).and_then(|bytes| bytes.first_chunk()) {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => self.last_window(at),
        }
    }

    #[cold]
    fn last_window(&self, at: usize) -> u64 {
        let bytes = self.bytes.get(at..).unwrap_or_default();
        bytes.iter().rev().fold(0, |window, &byte| window << 8 | u64::from(byte))
    }
}

/// Bits from the start of the bytes on.
pub(super) struct Forward<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Forward<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next `count` bits, at most 16, without reading them; behind the end they are zero.
    pub fn peek(&self, count: usize) -> u32 {
        let byte = |at: usize| self.bytes.get(at).map_or(0, |&byte| u32::from(byte));
        let at = self.at / 8;
        let window = byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16;
        (window >> (self.at % 8)) & ((1 << count) - 1)
    }

    pub fn skip(&mut self, count: usize) {
        self.at += count;
    }

    pub fn read(&mut self, count: usize) -> u32 {
        let bits = self.peek(count);
        self.skip(count);
        bits
    }

    /// The whole bytes that were read, and the bytes behind them.
    pub fn rest(self) -> Result<&'a [u8], Fault> {
        self.bytes.get(self.at.div_ceil(8)..).ok_or(Fault::Corrupt(Corruption::Data))
    }
}
