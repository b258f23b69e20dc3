//! Decoding tables of the deflate format's prefix codes.
//!
//! A table is looked up with the next bits of the stream. Codes longer than the table's own bits lead to a second
//! table behind it. An entry tells what to do and how many bits to drop in one word:
//!
//! ```text
//! literal      1 | value (15) at 16 |             code bits at 0
//! length       base (9)   at 16     | code bits at 8 | code and extra bits at 0
//! distance     base (15)  at 16     | code bits at 8 | code and extra bits at 0
//! second table start (15) at 16     | EXCEPTION, SECOND | its bits at 8 | bits of the first at 0
//! end of block                        EXCEPTION, END    | code bits at 8 and at 0
//! no code                             EXCEPTION         | 1 at 0
//! ```

use crate::codec::error::Corruption;

/// Marks a literal.
pub(super) const LITERAL: u32 = 1 << 31;
/// Marks whatever is neither a literal nor a length nor a distance.
pub(super) const EXCEPTION: u32 = 1 << 15;
/// With [`EXCEPTION`]: the code goes on in a second table.
pub(super) const SECOND: u32 = 1 << 14;
/// With [`EXCEPTION`]: the block ends.
pub(super) const END: u32 = 1 << 13;

/// Bits that the table of literals and lengths is looked up with.
pub(super) const LITERAL_BITS: u32 = 11;
/// Bits that the table of distances is looked up with.
pub(super) const DISTANCE_BITS: u32 = 8;
/// Bits of the longest code for the length of a code.
pub(super) const LENGTH_BITS: u32 = 7;

/// Bits of the longest code.
const LONGEST: usize = 15;
/// Symbols of the largest alphabet.
pub(super) const SYMBOLS: usize = 288;

/// A table of literals and lengths with its second tables: 2,342 entries at most for 288 codes of up to 15 bits,
/// rounded up so that a masked index needs no check.
pub(super) type LiteralTable = [u32; 4096];
/// A table of distances with its second tables: 402 entries at most for 32 codes.
pub(super) type DistanceTable = [u32; 512];
/// A table of the lengths of codes.
pub(super) type LengthTable = [u32; 1 << LENGTH_BITS];

/// What the symbols of a code stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Lengths of the codes of the other two.
    Lengths,
    /// Literals, the end of the block and lengths of matches.
    Literals,
    /// Distances of matches.
    Distances,
}

/// Base and extra bits of the lengths from symbol 257 on (RFC 1951, 3.2.5).
const LENGTHS: [(u16, u8); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

impl Alphabet {
    /// Entry of a symbol without the bits of its code.
    fn entry(self, symbol: u16) -> u32 {
        let symbol = u32::from(symbol);
        match self {
            Self::Lengths => symbol << 16,
            Self::Literals if symbol < 256 => LITERAL | symbol << 16,
            Self::Literals if symbol == 256 => EXCEPTION | END,
            Self::Literals => match LENGTHS.get(symbol as usize - 257) {
                Some(&(base, extra)) => u32::from(base) << 16 | u32::from(extra),
                None => EXCEPTION,
            },
            // 1, 2, 3, 4, then two bases for each number of extra bits.
            Self::Distances if symbol < 4 => (symbol + 1) << 16,
            Self::Distances if symbol < 30 => {
                let extra = (symbol - 2) / 2;
                (((2 + symbol % 2) << extra) + 1) << 16 | extra
            }
            Self::Distances => EXCEPTION,
        }
    }
}

/// Entry of bits that no code begins with.
const NO_CODE: u32 = EXCEPTION | 1;

/// Fills a table that is looked up with `bits` bits, given the length of each symbol's code.
///
/// # Errors
/// The lengths make no prefix code. As in zlib, a code may be incomplete only when it has a single symbol of one bit,
/// or no symbol at all.
pub(super) fn build<const N: usize>(
    table: &mut [u32; N],
    bits: u32,
    alphabet: Alphabet,
    lengths: &[u8],
) -> Result<(), Corruption> {
    let mut counts = [0_u16; LONGEST + 1];
    for &length in lengths {
        counts[usize::from(length) & LONGEST] += 1;
    }
    counts[0] = 0;
    let mut left = 1_i32;
    let mut offsets = [0_u16; LONGEST + 2];
    for (length, &count) in counts.iter().enumerate().skip(1) {
        left = 2 * left - i32::from(count);
        if left < 0 {
            return Err(Corruption::Data);
        }
        offsets[length + 1] = offsets[length] + count;
    }
    let used = usize::from(offsets[LONGEST + 1]);
    let mut sorted = [0_u16; SYMBOLS];
    for (symbol, &length) in lengths.iter().enumerate().take(SYMBOLS) {
        if length > 0 {
            let at = &mut offsets[usize::from(length) & LONGEST];
            if let Some(slot) = sorted.get_mut(usize::from(*at)) {
                *slot = symbol as u16;
            }
            *at += 1;
        }
    }
    let mut symbols = sorted.iter().copied().take(used);
    if left > 0 {
        let single = used == 1 && counts[1] == 1;
        if alphabet == Alphabet::Lengths || (used > 0 && !single) {
            return Err(Corruption::Data);
        }
        let entry = symbols.next().map(|symbol| with_bits(alphabet.entry(symbol), 1));
        for (index, slot) in table.iter_mut().enumerate().take(1 << bits) {
            *slot = entry.filter(|_| index % 2 == 0).unwrap_or(NO_CODE);
        }
        return Ok(());
    }
    fill(table, bits, &counts, &mut symbols.map(|symbol| alphabet.entry(symbol)));
    Ok(())
}

fn with_bits(entry: u32, bits: u32) -> u32 {
    entry + (bits << 8) + bits
}

/// The next code of `length` bits, first bit lowest; `None` behind the last.
fn next_code(code: usize, length: u32) -> Option<usize> {
    let zeros = code ^ ((1 << length) - 1);
    let highest = 1 << zeros.checked_ilog2()?;
    Some(code & (highest - 1) | highest)
}

/// Lays down a complete code. The table is filled for the shortest codes first and doubled for each further bit.
fn fill(table: &mut [u32], bits: u32, counts: &[u16; LONGEST + 1], entries: &mut dyn Iterator<Item = u32>) {
    let (mut code, mut end) = (0, 1);
    let mut length = 0;
    while length < bits {
        length += 1;
        table.copy_within(..end, end);
        end *= 2;
        for entry in (&mut *entries).take(counts[length as usize & LONGEST].into()) {
            if let Some(slot) = table.get_mut(code) {
                *slot = with_bits(entry, length);
            }
            match next_code(code, length) {
                Some(next) => code = next,
                None => {
                    while length < bits {
                        length += 1;
                        table.copy_within(..end, end);
                        end *= 2;
                    }
                    return;
                }
            }
        }
    }
    let prefix_mask = (1 << bits) - 1;
    let (mut prefix, mut start) = (usize::MAX, 0);
    for length in bits + 1..=LONGEST as u32 {
        let count = counts[length as usize & LONGEST];
        for (nth, entry) in (0..count).zip(&mut *entries) {
            if code & prefix_mask != prefix {
                prefix = code & prefix_mask;
                start = end;
                // As many bits as it takes until the codes of this prefix are complete.
                let mut second = length - bits;
                let mut filled = u32::from(count - nth);
                while filled < 1 << second && bits + second < LONGEST as u32 {
                    second += 1;
                    filled = 2 * filled + u32::from(counts[(bits + second) as usize & LONGEST]);
                }
                end = start + (1 << second);
                if let Some(slot) = table.get_mut(prefix) {
                    *slot = (start as u32) << 16 | EXCEPTION | SECOND | second << 8 | bits;
                }
            }
            let entry = with_bits(entry, length - bits);
            let slots = table.get_mut(start + (code >> bits)..end).unwrap_or_default();
            slots.iter_mut().step_by(1 << (length - bits)).for_each(|slot| *slot = entry);
            match next_code(code, length) {
                Some(next) => code = next,
                None => return,
            }
        }
    }
}
