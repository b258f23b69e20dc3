//! The literals of a block: as they are, one byte repeated, or in a Huffman code (RFC 8878, section 3.1.1.3.1).

use super::bits::Backward;
use super::fse::Table;
use crate::codec::error::{Corruption, Fault};

/// The longest code.
const MAX_BITS: usize = 11;
const CELLS: usize = 1 << MAX_BITS;
/// The most literals of one block.
const MAX_LITERALS: usize = 128 << 10;

/// A Huffman code: for every sequence of `bits` bits the symbol that begins it and the length of its code.
#[derive(Clone)]
pub(super) struct Huffman {
    cells: Box<[(u8, u8); CELLS]>,
    bits: usize,
}

/// Decodes the literals section at the start of `block`, which is then behind it, into `literals`.
pub(super) fn read(
    block: &mut &[u8],
    huffman: &mut Option<Huffman>,
    literals: &mut Vec<u8>,
) -> Result<(), Fault> {
    const WRONG: Fault = Fault::Corrupt(Corruption::Data);
    literals.clear();
    let &[first, ..] = *block else { return Err(WRONG) };
    let (kind, format) = (first & 3, first >> 2 & 3);
    let header_length = match (kind, format) {
        (0 | 1, 0 | 2) => 1,
        (0 | 1, 1) => 2,
        (2 | 3, 2) => 4,
        (2 | 3, 3) => 5,
        _ => 3,
    };
    let (header, rest) = block.split_at_checked(header_length).ok_or(WRONG)?;
    let header = header.iter().rev().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    if kind < 2 {
        let length = (header >> if header_length == 1 { 3 } else { 4 }) as usize;
        let stored = if kind == 0 { length } else { 1 };
        let (bytes, rest) = rest.split_at_checked(stored).ok_or(WRONG)?;
        if length > MAX_LITERALS {
            return Err(WRONG);
        }
        match bytes {
            &[byte] if kind == 1 => literals.resize(length, byte),
            _ => literals.extend_from_slice(bytes),
        }
        *block = rest;
        return Ok(());
    }
    let width = [10, 10, 14, 18][usize::from(format)];
    let length = (header >> 4) as usize & ((1 << width) - 1);
    let stored = (header >> (4 + width)) as usize & ((1 << width) - 1);
    if length > MAX_LITERALS {
        return Err(WRONG);
    }
    let (mut bytes, rest) = rest.split_at_checked(stored).ok_or(WRONG)?;
    *block = rest;
    if kind == 2 {
        *huffman = Some(Huffman::read(&mut bytes)?);
    }
    let huffman = huffman.as_ref().ok_or(WRONG)?;
    literals.resize(length, 0);
    if format == 0 {
        return huffman.decode(bytes, literals);
    }
    let (jump, mut bytes) = bytes.split_first_chunk::<6>().ok_or(WRONG)?;
    let &[a0, a1, b0, b1, c0, c1] = jump;
    let each = length.div_ceil(4);
    let mut rest = &mut literals[..];
    for stored in [[a0, a1], [b0, b1], [c0, c1]] {
        let (stream, behind) = bytes.split_at_checked(u16::from_le_bytes(stored).into()).ok_or(WRONG)?;
        let (part, others) = rest.split_at_mut_checked(each).ok_or(WRONG)?;
        huffman.decode(stream, part)?;
        (bytes, rest) = (behind, others);
    }
    huffman.decode(bytes, rest)
}

impl Huffman {
    /// The code described at the start of `bytes`, which are then behind it.
    fn read(bytes: &mut &[u8]) -> Result<Self, Fault> {
        const WRONG: Fault = Fault::Corrupt(Corruption::Data);
        let (&header, rest) = bytes.split_first().ok_or(WRONG)?;
        let mut weights = [0_u8; 256];
        let mut count = 0;
        if header >= 128 {
            let listed = usize::from(header) - 127;
            let (nibbles, rest) = rest.split_at_checked(listed.div_ceil(2)).ok_or(WRONG)?;
            for (pair, byte) in weights.chunks_mut(2).zip(nibbles) {
                pair.copy_from_slice(&[byte >> 4, byte & 15]);
            }
            count = listed;
            *bytes = rest;
        } else {
            let (mut coded, rest) = rest.split_at_checked(header.into()).ok_or(WRONG)?;
            *bytes = rest;
            let table = Table::read(&mut coded, 6, 256)?;
            let mut input = Backward::new(coded)?;
            // Two states take turns; whichever first wants bits that are not there ends it with the other's symbol.
            let mut states = [table.start(&mut input), table.start(&mut input)];
            if input.is_passed() {
                return Err(WRONG);
            }
            loop {
                let cell = table.cell(states[0]);
                let slot = weights.get_mut(count).filter(|_| count < 254).ok_or(WRONG)?;
                *slot = cell.symbol;
                count += 1;
                if usize::from(cell.bits) > input.left() {
                    weights[count % 256] = table.cell(states[1]).symbol;
                    count += 1;
                    break;
                }
                states = [states[1], cell.next(&mut input)];
            }
        }
        Self::of_weights(weights.get_mut(..=count).ok_or(WRONG)?)
    }

    /// The code for these weights; that of the last symbol, which is not stored, completes it.
    fn of_weights(weights: &mut [u8]) -> Result<Self, Fault> {
        const WRONG: Fault = Fault::Corrupt(Corruption::Data);
        let (last, stored) = weights.split_last_mut().ok_or(WRONG)?;
        if stored.iter().any(|&weight| usize::from(weight) > MAX_BITS) {
            return Err(WRONG);
        }
        let sum: u32 = stored.iter().map(|&weight| if weight > 0 { 1 << (weight - 1) } else { 0 }).sum();
        if sum == 0 {
            return Err(WRONG);
        }
        let bits = sum.ilog2() as usize + 1;
        let missing = (1_u32 << bits) - sum;
        if bits > MAX_BITS || !missing.is_power_of_two() {
            return Err(WRONG);
        }
        *last = missing.ilog2() as u8 + 1;
        // The longest code is never alone.
        if weights.iter().filter(|&&weight| weight == 1).count() < 2 {
            return Err(WRONG);
        }
        let mut cells = Box::new([(0, 0); CELLS]);
        let mut at = 0;
        // From the longest codes to the shortest, each weight's symbols in their order.
        for weight in 1..=bits as u8 {
            let length = bits as u8 + 1 - weight;
            for (symbol, _) in weights.iter().enumerate().filter(|(_, found)| **found == weight) {
                let end = at + (1 << (weight - 1));
                cells.get_mut(at..end).ok_or(WRONG)?.fill((symbol as u8, length));
                at = end;
            }
        }
        Ok(Self { cells, bits })
    }

    /// Decodes one stream, which must hold exactly these literals.
    fn decode(&self, bytes: &[u8], literals: &mut [u8]) -> Result<(), Fault> {
        let mut input = Backward::new(bytes)?;
        let bits = self.bits;
        // Five codes of at most eleven bits fit the window of one look.
        let (groups, rest) = literals.as_chunks_mut::<5>();
        for group in groups {
            if input.left() < 5 * MAX_BITS {
                for literal in group {
                    *literal = self.one(&mut input);
                }
                continue;
            }
            let window = input.peek(5 * MAX_BITS) << (64 - 5 * MAX_BITS);
            let mut used = 0;
            for literal in group {
                let (symbol, length) = self.cells[((window << used) >> (64 - bits)) as usize % CELLS];
                *literal = symbol;
                used += usize::from(length);
            }
            input.skip(used);
        }
        for literal in rest {
            *literal = self.one(&mut input);
        }
        if input.is_used_up() { Ok(()) } else { Err(Corruption::Data.into()) }
    }

    fn one(&self, input: &mut Backward<'_>) -> u8 {
        let (symbol, length) = self.cells[input.peek(self.bits) as usize % CELLS];
        input.skip(usize::from(length));
        symbol
    }
}
