//! Deflate (RFC 1951), decoded from any bit of a stream.
//!
//! Libraries decode deflate as quickly, but none that is safe also tells where its blocks begin and starts there again
//! with the 32 KiB before: that is what opening a file deep in a layer takes.
//!
//! The caller owns the buffer that is written to. What was written last stays there in front of what comes next, since
//! matches refer to it; so a match is a copy within one slice.

mod symbols;
mod tables;

use super::error::Corruption;
use super::seek::Codes;
use tables::{
    Alphabet, DISTANCE_BITS, DistanceTable, LENGTH_BITS, LITERAL_BITS, LengthTable, LiteralTable, build,
};

/// How far back a match may refer.
pub(super) const WINDOW: usize = 32 << 10;

/// Room that [`Inflate::run`] needs behind what is written, to write anything: a match is never cut in two.
pub(super) const ROOM: usize = 258;

/// What stopped [`Inflate::run`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// The input is read.
    Input,
    /// There is no more room for a match.
    Output,
    /// A block ended that is not the last.
    Block,
    /// The last block ended.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Block,
    StoredLength,
    Stored(usize),
    Counts,
    /// So many lengths of codes for lengths of codes are read.
    CodeLengths(usize),
    /// So many lengths of codes are read.
    Lengths(usize),
    Symbols,
    /// The distance of a match of this length comes next.
    Distance(usize),
    End,
}

/// The order in which the lengths of codes for lengths of codes are stored.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// A decoder of one deflate stream after another.
pub(super) struct Inflate {
    state: State,
    is_last: bool,
    /// Bits that were read and not used, the next one lowest; those above `count` are zero.
    bits: u64,
    count: u32,
    /// Bytes in front of the next one that a match may refer to.
    history: usize,
    literals: Box<LiteralTable>,
    distances: Box<DistanceTable>,
    /// Lengths of the codes of literals, lengths and distances, and how many of the two kinds there are.
    lengths: [u8; 320],
    literal_count: usize,
    distance_count: usize,
    length_table: LengthTable,
    code_lengths: [u8; 19],
    code_length_count: usize,
}

impl Default for Inflate {
    fn default() -> Self {
        Self {
            state: State::Block,
            is_last: false,
            bits: 0,
            count: 0,
            history: 0,
            literals: Box::new([0; 4096]),
            distances: Box::new([0; 512]),
            lengths: [0; 320],
            literal_count: 0,
            distance_count: 0,
            length_table: [0; 1 << LENGTH_BITS],
            code_lengths: [0; 19],
            code_length_count: 0,
        }
    }
}

impl Inflate {
    /// Stands at the start of a stream.
    pub fn reset(&mut self) {
        self.resume(0, 0, 0);
    }

    /// Stands before a block: with so many bits of `byte`, its upper ones, still to be read, and so many bytes in front
    /// of the next one written.
    pub fn resume(&mut self, byte: u8, unread: u32, history: usize) {
        self.state = State::Block;
        self.is_last = false;
        self.count = unread.min(7);
        self.bits = u64::from(byte) >> (8 - self.count);
        self.history = history;
    }

    /// Goes on in the middle of a block. Lengths that make no codes are found when it does.
    pub fn resume_block(&mut self, codes: &Codes) {
        self.is_last = codes.is_last;
        self.literal_count = codes.literals.into();
        self.distance_count = codes.lengths.len().saturating_sub(self.literal_count);
        self.lengths = [0; 320];
        self.lengths.iter_mut().zip(&codes.lengths).for_each(|(slot, &length)| *slot = length);
        self.state = State::Lengths(self.literal_count + self.distance_count);
    }

    /// The codes of the block that goes on here; `None` where that is no place to go on from.
    pub fn codes(&self) -> Option<Codes> {
        let count = self.literal_count + self.distance_count;
        let lengths = self.lengths.get(..count).filter(|_| self.state == State::Symbols)?;
        Some(Codes { is_last: self.is_last, literals: self.literal_count as u16, lengths: lengths.into() })
    }

    /// Where the bits that come next stand: so many upper bits of a byte, behind which so many bytes are read ahead.
    pub fn unread_bits(&self) -> (u8, u8, u64) {
        let unread = self.count % 8;
        let byte = (self.bits & ((1 << unread) - 1)) << (8 - unread);
        ((byte & 0xff) as u8, unread as u8, u64::from(self.count / 8))
    }

    /// Bytes in front of the next one that a match may refer to.
    pub fn history(&self) -> usize {
        self.history
    }

    /// Decodes `input` into `output` from `at` on, up to the next thing worth a [`Pause`].
    ///
    /// The caller moves nothing but whole histories: the bytes in front of `at` are those written last.
    pub fn run(&mut self, input: &mut &[u8], output: &mut [u8], at: &mut usize) -> Result<Pause, Corruption> {
        let (whole, before) = (*input, *at);
        let paused = self.blocks(input, output, at);
        self.history = self.history.saturating_add(*at - before).min(WINDOW);
        if paused != Ok(Pause::Input) {
            self.give_back(whole, input);
        }
        paused
    }

    fn blocks(&mut self, input: &mut &[u8], output: &mut [u8], at: &mut usize) -> Result<Pause, Corruption> {
        let floor = at.saturating_sub(self.history);
        loop {
            self.state = match self.state {
                State::Block => {
                    let Some(header) = self.take(input, 3) else { return Ok(Pause::Input) };
                    self.is_last = header & 1 != 0;
                    match header >> 1 {
                        0 => {
                            let partial = self.count % 8;
                            self.drop(partial);
                            State::StoredLength
                        }
                        1 => {
                            self.fixed()?;
                            State::Symbols
                        }
                        2 => State::Counts,
                        _ => return Err(Corruption::Data),
                    }
                }
                State::StoredLength => {
                    let Some(both) = self.take(input, 32) else { return Ok(Pause::Input) };
                    let length = both & 0xffff;
                    if both >> 16 != !both & 0xffff {
                        return Err(Corruption::Data);
                    }
                    State::Stored(length as usize)
                }
                State::Stored(0) => match self.end_of_block() {
                    Some(pause) => return Ok(pause),
                    None => continue,
                },
                State::Stored(left) => {
                    let copied = self.stored(left, input, output, at);
                    self.state = State::Stored(left - copied);
                    if copied < left && input.is_empty() && self.count < 8 {
                        return Ok(Pause::Input);
                    }
                    if copied < left && *at >= output.len() {
                        return Ok(Pause::Output);
                    }
                    continue;
                }
                State::Counts => {
                    let Some(counts) = self.take(input, 14) else { return Ok(Pause::Input) };
                    self.literal_count = 257 + (counts & 31) as usize;
                    self.distance_count = 1 + (counts >> 5 & 31) as usize;
                    self.code_length_count = 4 + (counts >> 10) as usize;
                    if self.literal_count > 286 || self.distance_count > 30 {
                        return Err(Corruption::Data);
                    }
                    self.code_lengths = [0; 19];
                    State::CodeLengths(0)
                }
                State::CodeLengths(read) if read < self.code_length_count => {
                    let Some(length) = self.take(input, 3) else { return Ok(Pause::Input) };
                    let symbol = ORDER.get(read).copied().unwrap_or_default();
                    if let Some(slot) = self.code_lengths.get_mut(symbol) {
                        *slot = length as u8;
                    }
                    State::CodeLengths(read + 1)
                }
                State::CodeLengths(_) => {
                    build(&mut self.length_table, LENGTH_BITS, Alphabet::Lengths, &self.code_lengths)?;
                    State::Lengths(0)
                }
                State::Lengths(read) => match self.read_lengths(read, input)? {
                    read if read < self.literal_count + self.distance_count => {
                        self.state = State::Lengths(read);
                        return Ok(Pause::Input);
                    }
                    _ => {
                        self.dynamic()?;
                        State::Symbols
                    }
                },
                State::Symbols | State::Distance(_) => match self.symbols(floor, input, output, at)? {
                    Some(pause) => return Ok(pause),
                    None => match self.end_of_block() {
                        Some(pause) => return Ok(pause),
                        None => continue,
                    },
                },
                State::End => return Ok(Pause::End),
            };
        }
    }

    /// Behind a block.
    fn end_of_block(&mut self) -> Option<Pause> {
        let (state, pause) =
            if self.is_last { (State::End, Pause::End) } else { (State::Block, Pause::Block) };
        self.state = state;
        Some(pause)
    }

    /// Copies stored bytes; how many.
    fn stored(&mut self, left: usize, input: &mut &[u8], output: &mut [u8], at: &mut usize) -> usize {
        let mut copied = 0;
        while copied < left && self.count >= 8 {
            let Some(slot) = output.get_mut(*at) else { return copied };
            *slot = self.bits as u8;
            self.drop(8);
            *at += 1;
            copied += 1;
        }
        let space = output.get_mut(*at..).unwrap_or_default();
        let length = (left - copied).min(space.len()).min(input.len());
        let (taken, rest) = input.split_at(length);
        space[..length].copy_from_slice(taken);
        *input = rest;
        *at += length;
        copied + length
    }

    /// Reads lengths of codes; how many there are then.
    fn read_lengths(&mut self, mut read: usize, input: &mut &[u8]) -> Result<usize, Corruption> {
        let wanted = self.literal_count + self.distance_count;
        while read < wanted {
            if self.count < LENGTH_BITS + 7 {
                self.refill(input);
            }
            let entry = self.length_table[(self.bits & ((1 << LENGTH_BITS) - 1)) as usize];
            let (symbol, code) = (entry >> 16, entry & 0xff);
            // Repetitions: of the length before, of zeros, and of more zeros.
            let (extra, least) = match symbol {
                0..16 => (0, 1),
                16 => (2, 3),
                17 => (3, 3),
                _ => (7, 11),
            };
            if code + extra > self.count {
                return Ok(read);
            }
            let repeat = least + (self.bits >> code & ((1 << extra) - 1)) as usize;
            let length = match symbol {
                0..16 => symbol as u8,
                16 => *read.checked_sub(1).and_then(|at| self.lengths.get(at)).ok_or(Corruption::Data)?,
                _ => 0,
            };
            if read + repeat > wanted {
                return Err(Corruption::Data);
            }
            self.drop(code + extra);
            self.lengths.get_mut(read..read + repeat).unwrap_or_default().fill(length);
            read += repeat;
        }
        Ok(read)
    }

    /// The codes that the lengths make.
    fn dynamic(&mut self) -> Result<(), Corruption> {
        let all = self.lengths.get(..self.literal_count + self.distance_count).unwrap_or_default();
        let (literals, distances) = all.split_at_checked(self.literal_count).ok_or(Corruption::Data)?;
        // A block without an end is none.
        if literals.get(256).is_none_or(|&length| length == 0) {
            return Err(Corruption::Data);
        }
        build(&mut self.literals, LITERAL_BITS, Alphabet::Literals, literals)?;
        build(&mut self.distances, DISTANCE_BITS, Alphabet::Distances, distances)
    }

    /// The codes of a fixed block.
    fn fixed(&mut self) -> Result<(), Corruption> {
        self.lengths = [8; 320];
        self.lengths[144..256].fill(9);
        self.lengths[256..280].fill(7);
        self.lengths[288..].fill(5);
        (self.literal_count, self.distance_count) = (288, 32);
        self.dynamic()
    }

    /// Up to 32 bits, when they are there.
    fn take(&mut self, input: &mut &[u8], bits: u32) -> Option<u32> {
        if self.count < bits {
            self.refill(input);
        }
        if self.count < bits {
            return None;
        }
        let taken = self.bits & ((1 << bits) - 1);
        self.drop(bits);
        Some(taken as u32)
    }

    fn drop(&mut self, bits: u32) {
        self.bits >>= bits;
        self.count -= bits;
    }

    /// Reads as many whole bytes as the 63 bits hold.
    fn refill(&mut self, input: &mut &[u8]) {
        if let Some(word) = input.first_chunk::<8>() {
            let bytes = (63 - self.count) / 8;
            self.bits |= u64::from_le_bytes(*word) << self.count;
            self.count += bytes * 8;
            self.bits &= (1 << self.count) - 1;
            *input = input.get(bytes as usize..).unwrap_or_default();
            return;
        }
        while let (..56, [byte, rest @ ..]) = (self.count, *input) {
            self.bits |= u64::from(*byte) << self.count;
            self.count += 8;
            *input = rest;
        }
    }

    /// Leaves whole bytes that were read ahead in the input.
    fn give_back<'i>(&mut self, whole: &'i [u8], input: &mut &'i [u8]) {
        let read = whole.len() - input.len();
        let back = (self.count as usize / 8).min(read);
        *input = whole.get(read - back..).unwrap_or_default();
        self.count -= back as u32 * 8;
        self.bits &= (1 << self.count) - 1;
    }
}
