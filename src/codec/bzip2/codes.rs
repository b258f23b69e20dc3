//! The Huffman codes of a block.

use crate::codec::error::{Corruption, Fault};

/// The longest code.
pub(super) const MAX_BITS: u32 = 20;
/// The most symbols of a code: 256 bytes, less one that is a run, two run digits, the end.
pub(super) const MAX_SYMBOLS: usize = 258;

/// A canonical code: the codes of one length are consecutive numbers.
#[derive(Clone)]
pub(super) struct Code {
    shortest: u32,
    longest: u32,
    /// For each length: the first code behind its codes, and what to subtract from a code to find its symbol.
    limits: [(u32, u32); MAX_BITS as usize + 1],
    symbols: [u16; MAX_SYMBOLS],
}

impl Code {
    /// The code with these lengths, each from 1 to 20.
    pub fn new(lengths: &[u8]) -> Result<Self, Fault> {
        let shortest = lengths.iter().copied().min().unwrap_or(1).into();
        let longest = lengths.iter().copied().max().unwrap_or(1).into();
        let mut limits = [(0, 0); MAX_BITS as usize + 1];
        let mut symbols = [0; MAX_SYMBOLS];
        let (mut code, mut at) = (0_u32, 0_u32);
        for (length, limit) in (0_u8..).zip(&mut limits).skip(1) {
            code <<= 1;
            let first = code.wrapping_sub(at);
            for (symbol, _) in (0..).zip(lengths).filter(|(_, found)| **found == length) {
                if let Some(slot) = symbols.get_mut(at as usize) {
                    *slot = symbol;
                }
                at += 1;
                code += 1;
            }
            if code > 1 << length {
                return Err(Corruption::Data.into());
            }
            *limit = (code, first);
        }
        Ok(Self { shortest, longest, limits, symbols })
    }

    /// The symbol that `bits` begin with and the length of its code, of `count` bits; nothing when they are too few.
    #[inline(always)]
    pub fn find(&self, bits: u32, count: u32) -> Result<Option<(u16, u32)>, Fault> {
        for length in self.shortest..=self.longest {
            if length > count {
                return Ok(None);
            }
            let code = bits >> (count - length);
            let (end, first) = self.limits[length as usize % (MAX_BITS as usize + 1)];
            if code < end {
                let symbol = self.symbols.get(code.wrapping_sub(first) as usize).copied();
                return symbol.map(|symbol| Some((symbol, length))).ok_or(Fault::Corrupt(Corruption::Data));
            }
        }
        Err(Corruption::Data.into())
    }
}
