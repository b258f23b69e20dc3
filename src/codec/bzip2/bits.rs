//! Bits from the highest of each byte down, over several pushes.

use crate::codec::io::Io;

/// Bits that were read from the input and not used yet.
#[derive(Default)]
pub(super) struct Bits {
    held: u64,
    count: u32,
}

impl Bits {
    /// Reads input until there are so many bits, at most 56; whether there are.
    #[inline(always)]
    pub fn has(&mut self, count: u32, io: &mut Io<'_, '_>) -> bool {
        while self.count < count {
            let &[byte, ref rest @ ..] = io.input else { return false };
            io.input = rest;
            self.held = self.held << 8 | u64::from(byte);
            self.count += 8;
        }
        true
    }

    /// How many bits there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The next bits, of which there must be so many; at most 32.
    #[inline(always)]
    pub fn peek(&self, count: u32) -> u32 {
        (self.held >> self.count.saturating_sub(count)) as u32 & ((1_u64 << count) - 1) as u32
    }

    #[inline(always)]
    pub fn skip(&mut self, count: u32) {
        self.count = self.count.saturating_sub(count);
    }

    /// The next bits when there are so many; at most 32.
    #[inline(always)]
    pub fn read(&mut self, count: u32, io: &mut Io<'_, '_>) -> Option<u32> {
        if !self.has(count, io) {
            return None;
        }
        let bits = self.peek(count);
        self.skip(count);
        Some(bits)
    }
}
