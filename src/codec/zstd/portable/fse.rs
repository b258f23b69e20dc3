//! Finite state entropy: tables that turn states into symbols (RFC 8878, section 4.1).

use super::bits::{Backward, Forward};
use crate::codec::error::{Corruption, Fault};

/// The largest table: 2^9 states.
const STATES: usize = 512;

/// What a state stands for.
#[derive(Clone, Copy, Default)]
pub(super) struct Cell {
    pub symbol: u8,
    /// Bits that follow to find the next state, above `base`.
    pub bits: u8,
    base: u16,
}

/// A decoding table.
#[derive(Clone)]
pub(super) struct Table {
    cells: [Cell; STATES],
    log: usize,
}

impl Table {
    /// A table of a single symbol, which needs no bits.
    pub fn of_one(symbol: u8) -> Self {
        Self { cells: [Cell { symbol, bits: 0, base: 0 }; STATES], log: 0 }
    }

    /// The table for these shares of 2^log states; -1 is a share below one.
    pub fn of_shares(shares: &[i16], log: usize) -> Result<Self, Fault> {
        let size = 1_usize << log;
        let mut cells = [Cell::default(); STATES];
        let mut next = [0_u16; 256];
        let mut high = size;
        for (symbol, &share) in shares.iter().enumerate() {
            if share == -1 {
                high = high.checked_sub(1).ok_or(Fault::Corrupt(Corruption::Data))?;
                cells[high % STATES].symbol = symbol as u8;
            }
            next[symbol % 256] = if share == -1 { 1 } else { share as u16 };
        }
        let step = (size >> 1) + (size >> 3) + 3;
        let mut at = 0;
        for (symbol, &share) in shares.iter().enumerate() {
            for _ in 0..share.max(0) {
                cells[at % STATES].symbol = symbol as u8;
                loop {
                    at = (at + step) & (size - 1);
                    if at < high {
                        break;
                    }
                    // All cells below are taken: only the last symbol can come here, and it ends here.
                    if high == 0 {
                        break;
                    }
                }
            }
        }
        if at != 0 {
            return Err(Corruption::Data.into());
        }
        for cell in cells.iter_mut().take(size) {
            let count = &mut next[usize::from(cell.symbol)];
            let state = usize::from(*count);
            *count += 1;
            let bits = log - state.max(1).ilog2() as usize;
            cell.bits = bits as u8;
            cell.base = ((state << bits) - size) as u16;
        }
        Ok(Self { cells, log })
    }

    /// The table described at the start of `bytes`, which are then behind it. Symbols go up to `symbols - 1`.
    pub fn read(bytes: &mut &[u8], max_log: usize, symbols: usize) -> Result<Self, Fault> {
        let mut input = Forward::new(bytes);
        let log = input.read(4) as usize + 5;
        if log > max_log {
            return Err(Corruption::Data.into());
        }
        let mut shares = [0_i16; 256];
        let mut symbol = 0;
        let mut left = 1_i32 << log;
        while left > 0 {
            if symbol >= symbols {
                return Err(Corruption::Data.into());
            }
            // Small numbers take a bit less: there are more numbers in so many bits than are possible.
            let bits = (left as u32 + 1).ilog2() as usize + 1;
            let spare = (1 << bits) - 1 - (left as u32 + 1);
            let low = input.peek(bits - 1);
            let value = if low < spare {
                input.skip(bits - 1);
                low
            } else {
                let value = input.read(bits);
                if value >= 1 << (bits - 1) { value - spare } else { value }
            };
            let share = value as i16 - 1;
            shares[symbol % 256] = share;
            symbol += 1;
            left -= i32::from(share.abs());
            if share == 0 {
                loop {
                    let zeros = input.read(2) as usize;
                    symbol += zeros;
                    if zeros < 3 || symbol > symbols {
                        break;
                    }
                }
            }
        }
        if left != 0 || symbol > symbols {
            return Err(Corruption::Data.into());
        }
        *bytes = input.rest()?;
        Self::of_shares(shares.get(..symbol).unwrap_or_default(), log)
    }

    /// The first state.
    pub fn start(&self, input: &mut Backward<'_>) -> usize {
        input.read(self.log) as usize
    }

    #[inline(always)]
    pub fn cell(&self, state: usize) -> Cell {
        self.cells[state % STATES]
    }
}

impl Cell {
    /// The state after this one.
    #[inline(always)]
    pub fn next(self, input: &mut Backward<'_>) -> usize {
        usize::from(self.base) + input.read(usize::from(self.bits)) as usize
    }
}
