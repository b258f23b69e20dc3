//! bzip2: any number of streams one after another.
//!
//! ```text
//! stream = "BZh", '1' to '9', block*, 17 72 45 38 50 90, CRC of the block CRCs (32 bits), up to 7 bits of padding
//! block  = 31 41 59 26 53 59, CRC (32), randomised (1), origin (24), bytes in use (16 + up to 256),
//!          number of codes (3), number of groups (15), a code for each group, the codes, the symbols
//! ```
//! Blocks are of at most 900,000 bytes and stand at any bit. Nothing of a block comes out before it is complete.

mod bits;
mod block;
mod codes;
mod output;

use bits::Bits;
use block::Block;
use output::{Crc, Output};

use super::compression::bzip2_start;
use super::error::{Checksum, Corruption, Fault};
use super::io::{Boundary, Found, Io, Stand};

const BLOCK: u64 = 0x3141_5926_5359;
const END: u64 = 0x1772_4538_5090;

/// A bzip2 decoder.
pub(super) struct Bzip2 {
    state: State,
    boundary: Boundary,
    bits: Bits,
    block: Box<Block>,
    output: Output,
    crc: Crc,
    /// CRC of the CRCs of the blocks.
    combined: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Boundary,
    /// At so many bits of a magic number already read.
    Magic(u32, u64),
    Block,
    Output,
    End,
}

impl Default for Bzip2 {
    fn default() -> Self {
        Self {
            state: State::Boundary,
            boundary: Boundary::default(),
            bits: Bits::default(),
            block: Box::default(),
            output: Output::default(),
            crc: Crc::new(),
            combined: 0,
        }
    }
}

impl Bzip2 {
    pub fn stand(&self) -> Stand {
        if self.state == State::Boundary { self.boundary.stand() } else { Stand::Inside }
    }

    pub fn held(&self) -> &[u8] {
        self.boundary.held()
    }

    /// Decodes until the input is read or the output is full.
    pub fn step(&mut self, io: &mut Io<'_, '_>) -> Result<Stand, Fault> {
        loop {
            self.state = match self.state {
                State::Boundary => match self.boundary.find(io, bzip2_start)? {
                    Found::Unsure => return Ok(self.stand()),
                    Found::Trailing(read) => return Ok(Stand::Trailing(read)),
                    Found::Member => {
                        let &[_, _, _, level, first] = self.boundary.held() else {
                            return Err(Corruption::Magic.into());
                        };
                        self.block.level = level.saturating_sub(b'0').clamp(1, 9);
                        self.combined = 0;
                        State::Magic(8, first.into())
                    }
                },
                State::Magic(48, BLOCK) => {
                    self.block.begin();
                    self.output.cells.clear();
                    State::Block
                }
                State::Magic(48, END) => State::End,
                State::Magic(48, _) => return Err(Corruption::Header.into()),
                State::Magic(count, magic) => match self.bits.read(8, io) {
                    Some(bits) => State::Magic(count + 8, magic << 8 | u64::from(bits)),
                    None => return Ok(Stand::Inside),
                },
                State::Block => {
                    if !self.block.read(&mut self.bits, io, &mut self.output.cells)? {
                        return Ok(Stand::Inside);
                    }
                    self.output.begin(&self.block.counts, self.block.origin)?;
                    self.crc.reset();
                    State::Output
                }
                State::Output => {
                    if !self.output.write(io, &mut self.crc) {
                        return Ok(Stand::Inside);
                    }
                    check(self.block.crc, self.crc.sum())?;
                    self.combined = self.combined.rotate_left(1) ^ self.block.crc;
                    State::Magic(0, 0)
                }
                State::End => {
                    let Some(expected) = self.bits.read(32, io) else { return Ok(Stand::Inside) };
                    check(expected, self.combined)?;
                    // Bits are read by the byte, and never more bytes than are needed.
                    self.bits = Bits::default();
                    self.boundary.next();
                    State::Boundary
                }
            };
        }
    }
}

fn check(expected: u32, found: u32) -> Result<(), Fault> {
    if expected == found {
        return Ok(());
    }
    Err(Fault::Checksum {
        checksum: Checksum::Crc32,
        expected: format!("{expected:08x}"),
        found: format!("{found:08x}"),
    })
}
