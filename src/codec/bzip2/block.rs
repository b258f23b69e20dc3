//! One block, up to its sorted bytes. It can stop at any bit and go on with the next push.

use super::bits::Bits;
use super::codes::{Code, MAX_BITS, MAX_SYMBOLS};
use crate::codec::error::{Corruption, Fault};
use crate::codec::io::Io;

const WRONG: Fault = Fault::Corrupt(Corruption::Data);
/// Symbols that one code is used for.
const GROUP: u32 = 50;
/// Groups that a block of 900,000 bytes can need; more can be listed and are passed over.
const MAX_GROUPS: usize = 18_002;

/// What is read of a block, and how far.
pub(super) struct Block {
    /// Block size in units of 100,000 bytes.
    pub level: u8,
    pub crc: u32,
    /// Position of the original among the sorted rotations.
    pub origin: u32,
    /// How often each byte occurs.
    pub counts: [u32; 256],
    at: At,
    /// Bytes that are in use, the latest first.
    recent: Vec<u8>,
    ranges: u32,
    code_count: u32,
    group_count: u32,
    /// For each group its code.
    groups: Vec<u8>,
    codes: Vec<Code>,
    lengths: [u8; MAX_SYMBOLS],
    length: u32,
    /// Symbols read of the current group, and the group.
    used: u32,
    group: usize,
    /// A run of the latest byte, while its digits come in: its length so far and the value of the next digit.
    run: u32,
    digit: u32,
}

#[derive(Clone, Copy)]
enum At {
    Crc,
    Origin,
    Ranges,
    /// The bytes of a range of sixteen.
    Range(u32),
    CodeCount,
    GroupCount,
    /// A group's code, as so many steps.
    Group(u32),
    CodeStart,
    /// The length of a symbol's code.
    CodeLength(usize),
    Symbols,
}

impl Default for Block {
    fn default() -> Self {
        Self {
            level: 9,
            crc: 0,
            origin: 0,
            counts: [0; 256],
            at: At::Crc,
            recent: Vec::new(),
            ranges: 0,
            code_count: 0,
            group_count: 0,
            groups: Vec::new(),
            codes: Vec::new(),
            lengths: [0; MAX_SYMBOLS],
            length: 0,
            used: 0,
            group: 0,
            run: 0,
            digit: 1,
        }
    }
}

impl Block {
    /// Stands behind the magic number of a block.
    pub fn begin(&mut self) {
        let Self { level, recent, groups, codes, .. } = std::mem::take(self);
        *self = Self { level, recent, groups, codes, ..Self::default() };
        self.recent.clear();
        self.groups.clear();
        self.codes.clear();
    }

    /// Reads on; whether the block is complete. Its bytes are added to `cells`.
    pub fn read(
        &mut self,
        bits: &mut Bits,
        io: &mut Io<'_, '_>,
        cells: &mut Vec<u32>,
    ) -> Result<bool, Fault> {
        macro_rules! read {
            ($count:expr) => {
                match bits.read($count, io) {
                    Some(bits) => bits,
                    None => return Ok(false),
                }
            };
        }
        loop {
            self.at = match self.at {
                At::Crc => {
                    self.crc = read!(32);
                    At::Origin
                }
                At::Origin => {
                    let field = read!(25);
                    // Randomised blocks have not been written since 1996 (version 0.9.0).
                    if field >> 24 != 0 {
                        return Err(Corruption::Header.into());
                    }
                    self.origin = field;
                    At::Ranges
                }
                At::Ranges => {
                    self.ranges = read!(16);
                    At::Range(0)
                }
                At::Range(16) if self.recent.is_empty() => return Err(WRONG),
                At::Range(16) => At::CodeCount,
                At::Range(range) => {
                    if self.ranges << range & 0x8000 != 0 {
                        let used = read!(16);
                        let in_use = (0..16).filter(|byte| used << byte & 0x8000 != 0);
                        self.recent.extend(in_use.map(|byte| (range * 16 + byte) as u8));
                    }
                    At::Range(range + 1)
                }
                At::CodeCount => {
                    self.code_count = read!(3);
                    if !(2..=6).contains(&self.code_count) {
                        return Err(WRONG);
                    }
                    At::GroupCount
                }
                At::GroupCount => {
                    self.group_count = read!(15);
                    if self.group_count == 0 {
                        return Err(WRONG);
                    }
                    At::Group(0)
                }
                At::Group(steps) => {
                    if read!(1) == 1 {
                        if steps + 1 >= self.code_count {
                            return Err(WRONG);
                        }
                        At::Group(steps + 1)
                    } else {
                        self.groups.push(steps as u8);
                        if self.groups.len() < self.group_count as usize {
                            At::Group(0)
                        } else {
                            self.place_groups();
                            At::CodeStart
                        }
                    }
                }
                At::CodeStart => {
                    self.length = read!(5);
                    At::CodeLength(0)
                }
                At::CodeLength(symbol) => {
                    if !(1..=MAX_BITS).contains(&self.length) {
                        return Err(WRONG);
                    }
                    if !bits.has(1, io) {
                        return Ok(false);
                    }
                    if bits.peek(1) == 0 {
                        bits.skip(1);
                        self.code_length(symbol)?
                    } else {
                        let change = read!(2);
                        self.length = if change == 2 { self.length + 1 } else { self.length - 1 };
                        At::CodeLength(symbol)
                    }
                }
                At::Symbols => return self.symbols(bits, io, cells),
            };
        }
    }

    /// Notes the length of a symbol's code, and makes the code when it was the last.
    fn code_length(&mut self, symbol: usize) -> Result<At, Fault> {
        *self.lengths.get_mut(symbol).ok_or(WRONG)? = self.length as u8;
        let symbols = self.recent.len() + 2;
        if symbol + 1 < symbols {
            return Ok(At::CodeLength(symbol + 1));
        }
        self.codes.push(Code::new(self.lengths.get(..symbols).ok_or(WRONG)?)?);
        Ok(if self.codes.len() < self.code_count as usize { At::CodeStart } else { At::Symbols })
    }

    /// From steps in a list of the latest codes to the codes themselves.
    fn place_groups(&mut self) {
        let mut recent = [0, 1, 2, 3, 4, 5];
        self.groups.truncate(MAX_GROUPS);
        for group in &mut self.groups {
            let steps = usize::from(*group);
            if let Some(front) = recent.get_mut(..=steps) {
                front.rotate_right(1);
            }
            *group = recent[0];
        }
    }

    fn symbols(&mut self, bits: &mut Bits, io: &mut Io<'_, '_>, cells: &mut Vec<u32>) -> Result<bool, Fault> {
        let most = usize::from(self.level) * 100_000;
        let end = self.recent.len() + 1;
        loop {
            let code = self.groups.get(self.group).and_then(|&code| self.codes.get(usize::from(code)));
            let code = code.ok_or(WRONG)?;
            // Fewer bits than the longest code has may do, and at the end of a stream must.
            let count = if bits.has(MAX_BITS, io) { MAX_BITS } else { bits.count() };
            let Some((symbol, length)) = code.find(bits.peek(count), count)? else { return Ok(false) };
            bits.skip(length);
            self.used += 1;
            if self.used == GROUP {
                self.used = 0;
                self.group += 1;
            }
            let symbol = usize::from(symbol);
            if symbol < 2 {
                // The digits 1 and 2, the lowest first.
                self.run += self.digit << symbol;
                self.digit *= 2;
                if self.run as usize > most {
                    return Err(WRONG);
                }
                continue;
            }
            if self.run > 0 {
                let byte = self.recent.first().copied().unwrap_or_default();
                self.add(byte, self.run as usize, most, cells)?;
                (self.run, self.digit) = (0, 1);
            }
            if symbol == end {
                return Ok(true);
            }
            let front = self.recent.get_mut(..symbol).ok_or(WRONG)?;
            front.rotate_right(1);
            let byte = front.first().copied().unwrap_or_default();
            self.add(byte, 1, most, cells)?;
        }
    }

    #[inline(always)]
    fn add(&mut self, byte: u8, count: usize, most: usize, cells: &mut Vec<u32>) -> Result<(), Fault> {
        if cells.len() + count > most {
            return Err(WRONG);
        }
        self.counts[usize::from(byte)] += count as u32;
        cells.extend(std::iter::repeat_n(u32::from(byte), count));
        Ok(())
    }
}
