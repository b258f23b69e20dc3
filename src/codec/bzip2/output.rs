//! From a block's sorted bytes back to the contents: the inverse of the Burrows-Wheeler transform, then of the run
//! lengths.

use crate::codec::error::{Corruption, Fault};
use crate::codec::io::Io;

/// The CRC-32 of bzip2, highest bit first.
pub(super) struct Crc {
    table: Box<[u32; 256]>,
    register: u32,
}

impl Crc {
    pub fn new() -> Self {
        let mut table = Box::new([0; 256]);
        for (byte, slot) in (0_u32..).zip(table.iter_mut()) {
            *slot = (0..8).fold(byte << 24, |crc, _| (crc << 1) ^ (0x04c1_1db7 * (crc >> 31)));
        }
        Self { table, register: !0 }
    }

    pub fn reset(&mut self) {
        self.register = !0;
    }

    #[inline(always)]
    fn update(&mut self, byte: u8) {
        self.register = (self.register << 8) ^ self.table[usize::from((self.register >> 24) as u8 ^ byte)];
    }

    pub fn sum(&self) -> u32 {
        !self.register
    }
}

/// The contents of one block on their way out.
#[derive(Default)]
pub(super) struct Output {
    /// While the block is read: its bytes. Then also, above them, where the next byte lies.
    pub cells: Vec<u32>,
    at: u32,
    left: usize,
    /// The last byte, how often it came in a row, and how often it is still to come.
    last: u8,
    run: u8,
    repeat: u8,
}

impl Output {
    /// Turns the sorted bytes of a block around, from the position of the original.
    pub fn begin(&mut self, counts: &[u32; 256], origin: u32) -> Result<(), Fault> {
        let mut starts = [0; 256];
        let mut sum = 0;
        for (start, count) in starts.iter_mut().zip(counts) {
            *start = sum;
            sum += count;
        }
        for at in 0..self.cells.len() {
            let Some(&cell) = self.cells.get(at) else { break };
            let start = &mut starts[cell as usize & 0xff];
            if let Some(next) = self.cells.get_mut(*start as usize) {
                *next |= (at as u32) << 8;
            }
            *start += 1;
        }
        let Some(&cell) = self.cells.get(origin as usize) else { return Err(Corruption::Data.into()) };
        *self = Self { cells: std::mem::take(&mut self.cells), at: cell >> 8, ..Self::default() };
        self.left = self.cells.len();
        Ok(())
    }

    /// Writes as much as there is room for; whether that was all.
    pub fn write(&mut self, io: &mut Io<'_, '_>, crc: &mut Crc) -> bool {
        let mut written = 0;
        let space = io.space();
        'room: for slot in space {
            while self.repeat == 0 {
                if self.left == 0 {
                    break 'room;
                }
                self.left -= 1;
                let cell = self.cells.get(self.at as usize).copied().unwrap_or_default();
                self.at = cell >> 8;
                let byte = cell as u8;
                if self.run == 4 {
                    // Behind four equal bytes stands how many more there are.
                    self.run = 0;
                    self.repeat = byte;
                    continue;
                }
                self.run = if byte == self.last && self.run > 0 { self.run + 1 } else { 1 };
                self.last = byte;
                self.repeat = 1;
            }
            self.repeat -= 1;
            *slot = self.last;
            crc.update(self.last);
            written += 1;
        }
        io.written += written;
        self.left == 0 && self.repeat == 0
    }
}
