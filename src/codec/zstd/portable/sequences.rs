//! The sequences of a block: so many literals, then so many bytes from so far back (RFC 8878, section 3.1.1.3.2).

use super::bits::Backward;
use super::fse::Table;
use super::window::Window;
use crate::codec::error::{Corruption, Fault};

const WRONG: Fault = Fault::Corrupt(Corruption::Data);

/// Base values and extra bits of the codes of literal lengths from 16 on.
const LITERALS: [(u32, u8); 20] = [
    (16, 1),
    (18, 1),
    (20, 1),
    (22, 1),
    (24, 2),
    (28, 2),
    (32, 3),
    (40, 3),
    (48, 4),
    (64, 6),
    (128, 7),
    (256, 8),
    (512, 9),
    (1024, 10),
    (2048, 11),
    (4096, 12),
    (8192, 13),
    (16384, 14),
    (32768, 15),
    (65536, 16),
];
/// The same of match lengths from code 32 on.
const MATCHES: [(u32, u8); 21] = [
    (35, 1),
    (37, 1),
    (39, 1),
    (41, 1),
    (43, 2),
    (47, 2),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 5),
    (131, 7),
    (259, 8),
    (515, 9),
    (1027, 10),
    (2051, 11),
    (4099, 12),
    (8195, 13),
    (16387, 14),
    (32771, 15),
    (65539, 16),
];
const LITERAL_SHARES: [i16; 36] = [
    4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1,
    -1, -1,
];
const MATCH_SHARES: [i16; 53] = [
    1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
];
const OFFSET_SHARES: [i16; 29] =
    [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1];

/// One of the three kinds of numbers in a sequence.
struct Kind {
    shares: &'static [i16],
    log: usize,
    max_log: usize,
    symbols: usize,
}

const KINDS: [Kind; 3] = [
    Kind { shares: &LITERAL_SHARES, log: 6, max_log: 9, symbols: 36 },
    Kind { shares: &OFFSET_SHARES, log: 5, max_log: 8, symbols: 32 },
    Kind { shares: &MATCH_SHARES, log: 6, max_log: 9, symbols: 53 },
];

/// What one block hands on to the next of its frame.
pub(super) struct Sequences {
    /// The tables of literal lengths, offsets and match lengths.
    tables: [Option<Box<Table>>; 3],
    /// The three last offsets.
    offsets: [usize; 3],
}

impl Sequences {
    pub fn new() -> Self {
        Self { tables: [None, None, None], offsets: [1, 4, 8] }
    }

    /// Decodes the sequences of a block and carries them out.
    pub fn run(&mut self, block: &[u8], literals: &[u8], window: &mut Window) -> Result<(), Fault> {
        let (count, mut rest) = match *block {
            [0, ref rest @ ..] => (0, rest),
            [first @ ..=127, ref rest @ ..] => (usize::from(first), rest),
            [first @ ..=254, second, ref rest @ ..] => {
                ((usize::from(first) - 128) << 8 | usize::from(second), rest)
            }
            [_, low, high, ref rest @ ..] => (usize::from(u16::from_le_bytes([low, high])) + 0x7f00, rest),
            _ => return Err(WRONG),
        };
        if count == 0 {
            return if rest.is_empty() { window.push(literals, literals.len()) } else { Err(WRONG) };
        }
        let (&modes, behind) = rest.split_first().ok_or(WRONG)?;
        rest = behind;
        if modes & 3 != 0 {
            return Err(WRONG);
        }
        for ((kind, table), shift) in KINDS.iter().zip(&mut self.tables).zip([6, 4, 2]) {
            match modes >> shift & 3 {
                0 => *table = Some(Box::new(Table::of_shares(kind.shares, kind.log)?)),
                1 => {
                    let (&symbol, behind) = rest.split_first().ok_or(WRONG)?;
                    if usize::from(symbol) >= kind.symbols {
                        return Err(WRONG);
                    }
                    rest = behind;
                    *table = Some(Box::new(Table::of_one(symbol)));
                }
                2 => *table = Some(Box::new(Table::read(&mut rest, kind.max_log, kind.symbols)?)),
                _ => {}
            }
        }
        let [Some(literal_lengths), Some(offsets), Some(match_lengths)] = &self.tables else {
            return Err(WRONG);
        };
        let mut input = Backward::new(rest)?;
        let mut literal_state = literal_lengths.start(&mut input);
        let mut offset_state = offsets.start(&mut input);
        let mut match_state = match_lengths.start(&mut input);
        let mut literals = literals;
        for left in (0..count).rev() {
            let literal_cell = literal_lengths.cell(literal_state);
            let offset_cell = offsets.cell(offset_state);
            let match_cell = match_lengths.cell(match_state);
            let offset_code = usize::from(offset_cell.symbol);
            let offset = (1 << offset_code) + input.read(offset_code) as usize;
            let match_length = match match_cell.symbol {
                code @ ..=31 => usize::from(code) + 3,
                code => value(&MATCHES, code - 32, &mut input),
            };
            let literal_length = match literal_cell.symbol {
                code @ ..=15 => usize::from(code),
                code => value(&LITERALS, code - 16, &mut input),
            };
            if left > 0 {
                literal_state = literal_cell.next(&mut input);
                match_state = match_cell.next(&mut input);
                offset_state = offset_cell.next(&mut input);
            }
            let distance = distance(&mut self.offsets, offset, literal_length == 0);
            window.push(literals, literal_length)?;
            literals = literals.get(literal_length..).ok_or(WRONG)?;
            window.repeat(distance, match_length)?;
        }
        if !input.is_used_up() {
            return Err(WRONG);
        }
        window.push(literals, literals.len())
    }
}

#[inline(always)]
fn value(codes: &[(u32, u8)], code: u8, input: &mut Backward<'_>) -> usize {
    let (base, bits) = codes.get(usize::from(code)).copied().unwrap_or_default();
    base as usize + input.read(usize::from(bits)) as usize
}

/// The distance that an offset value means: 1 to 3 are the last ones, in an order that depends on whether literals
/// come before.
#[inline(always)]
fn distance(last: &mut [usize; 3], value: usize, no_literals: bool) -> usize {
    let [first, second, third] = *last;
    if value > 3 {
        *last = [value - 3, first, second];
        return value - 3;
    }
    match value + usize::from(no_literals) {
        1 => first,
        2 => {
            *last = [second, first, third];
            second
        }
        3 => {
            *last = [third, first, second];
            third
        }
        _ => {
            // Zero is no distance and will be refused.
            *last = [first.wrapping_sub(1), first, second];
            first.wrapping_sub(1)
        }
    }
}
