//! The contents of compressed blocks: literals and matches.

use super::tables::{DISTANCE_BITS, END, EXCEPTION, LITERAL, LITERAL_BITS, SECOND};
use super::{Inflate, Pause, ROOM, State};
use crate::codec::error::Corruption;

/// Input that the quick loop reads ahead in one turn.
const AHEAD: usize = 32;
/// Output that the quick loop writes in one turn: literals, a match, and what a copy in whole words writes too much.
const TURN: usize = 4 + ROOM + 16;

const LITERAL_MASK: u64 = (1 << LITERAL_BITS) - 1;
const DISTANCE_MASK: u64 = (1 << DISTANCE_BITS) - 1;

impl Inflate {
    /// Decodes symbols as far as input and output go; `None` behind the end of the block.
    pub(super) fn symbols(
        &mut self,
        floor: usize,
        input: &mut &[u8],
        output: &mut [u8],
        at: &mut usize,
    ) -> Result<Option<Pause>, Corruption> {
        loop {
            if self.state == State::Symbols
                && input.len() >= AHEAD
                && output.len().saturating_sub(*at) >= TURN
                && self.quick(floor, input, output, at)?
            {
                return Ok(None);
            }
            // One symbol with care. Those that are left are few: near the end of the input or of the room.
            if self.count < 48 {
                self.refill(input);
            }
            match self.state {
                State::Distance(length) => {
                    let Some((distance, bits)) = self.peek(self.distance_entry()) else {
                        return Ok(Some(Pause::Input));
                    };
                    let distance = distance? as usize;
                    self.drop(bits);
                    if distance > *at - floor {
                        return Err(Corruption::Data);
                    }
                    for to in *at..*at + length {
                        let byte = output.get(to - distance).copied().unwrap_or_default();
                        if let Some(slot) = output.get_mut(to) {
                            *slot = byte;
                        }
                    }
                    *at += length;
                    self.state = State::Symbols;
                }
                _ => {
                    if output.len().saturating_sub(*at) < ROOM {
                        return Ok(Some(Pause::Output));
                    }
                    let entry = self.literal_entry();
                    if entry & LITERAL != 0 {
                        if entry & 0xff > self.count {
                            return Ok(Some(Pause::Input));
                        }
                        self.drop(entry & 0xff);
                        if let Some(slot) = output.get_mut(*at) {
                            *slot = (entry >> 16) as u8;
                        }
                        *at += 1;
                        continue;
                    }
                    let Some((length, bits)) = self.peek(entry) else { return Ok(Some(Pause::Input)) };
                    if entry & (EXCEPTION | END) == EXCEPTION | END {
                        self.drop(bits);
                        return Ok(None);
                    }
                    let length = length? as usize;
                    self.drop(bits);
                    self.state = State::Distance(length);
                }
            }
        }
    }

    /// The value of an entry and how many bits it takes, when they are there.
    fn peek(&self, entry: u32) -> Option<(Result<u32, Corruption>, u32)> {
        // Bits of the first table that were passed on the way to a second one are counted too.
        let (value, bits) = (entry >> 16, entry & 0xff);
        if bits > self.count {
            return None;
        }
        if entry & EXCEPTION != 0 {
            return Some((Err(Corruption::Data), bits));
        }
        let code = entry >> 8 & 0x1f;
        let extra = self.bits & ((1 << bits) - 1);
        Some((Ok(value + (extra >> code) as u32), bits))
    }

    fn literal_entry(&self) -> u32 {
        let entry = self.literals[(self.bits & LITERAL_MASK) as usize];
        self.second(entry, LITERAL_BITS, |index| self.literals[index & 4095])
    }

    fn distance_entry(&self) -> u32 {
        let entry = self.distances[(self.bits & DISTANCE_MASK) as usize];
        self.second(entry, DISTANCE_BITS, |index| self.distances[index & 511])
    }

    /// Follows an entry into a second table. The bits of the first are added to the entry's own.
    fn second(&self, entry: u32, bits: u32, look: impl Fn(usize) -> u32) -> u32 {
        if entry & (EXCEPTION | SECOND) != EXCEPTION | SECOND {
            return entry;
        }
        let second = look(((entry >> 16) as usize) + index(self.bits >> bits, entry >> 8 & 0xf));
        let counts = if second & LITERAL == 0 { bits << 8 | bits } else { bits };
        second + counts
    }

    /// Many symbols at once, while there is input and room for a whole turn; whether the block ended.
    fn quick(
        &mut self,
        floor: usize,
        input: &mut &[u8],
        output: &mut [u8],
        position: &mut usize,
    ) -> Result<bool, Corruption> {
        let (mut bits, mut count, mut rest, mut at) = (self.bits, self.count, *input, *position);
        let (literals, distances) = (&*self.literals, &*self.distances);
        let mut outcome = Ok(false);
        let last = output.len() - TURN;
        while at <= last && rest.len() >= AHEAD {
            refill(&mut bits, &mut count, &mut rest);
            let mut entry = literals[(bits & LITERAL_MASK) as usize];
            if entry & LITERAL != 0 {
                // Four codes of 11 bits fit what was refilled.
                let Some(room) = output.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<4>) else { break };
                room[0] = (entry >> 16) as u8;
                bits >>= entry & 0xff;
                count -= entry & 0xff;
                at += 1;
                entry = literals[(bits & LITERAL_MASK) as usize];
                if entry & LITERAL != 0 {
                    room[1] = (entry >> 16) as u8;
                    bits >>= entry & 0xff;
                    count -= entry & 0xff;
                    at += 1;
                    entry = literals[(bits & LITERAL_MASK) as usize];
                    if entry & LITERAL != 0 {
                        room[2] = (entry >> 16) as u8;
                        bits >>= entry & 0xff;
                        count -= entry & 0xff;
                        at += 1;
                        entry = literals[(bits & LITERAL_MASK) as usize];
                        if entry & LITERAL != 0 {
                            room[3] = (entry >> 16) as u8;
                            bits >>= entry & 0xff;
                            count -= entry & 0xff;
                            at += 1;
                            continue;
                        }
                    }
                }
                refill(&mut bits, &mut count, &mut rest);
            }
            if entry & EXCEPTION != 0 {
                if entry & SECOND != 0 {
                    bits >>= LITERAL_BITS;
                    count -= LITERAL_BITS;
                    entry = literals[(((entry >> 16) as usize) + index(bits, entry >> 8 & 0xf)) & 4095];
                    if entry & LITERAL != 0 {
                        if let Some(slot) = output.get_mut(at) {
                            *slot = (entry >> 16) as u8;
                        }
                        bits >>= entry & 0xff;
                        count -= entry & 0xff;
                        at += 1;
                        continue;
                    }
                }
                if entry & EXCEPTION != 0 {
                    if entry & END == 0 {
                        outcome = Err(Corruption::Data);
                        break;
                    }
                    bits >>= entry & 0xff;
                    count -= entry & 0xff;
                    outcome = Ok(true);
                    break;
                }
            }
            let length = value(entry, bits) as usize;
            bits >>= entry & 0xff;
            count -= entry & 0xff;
            refill(&mut bits, &mut count, &mut rest);
            let mut entry = distances[(bits & DISTANCE_MASK) as usize];
            if entry & EXCEPTION != 0 {
                if entry & SECOND != 0 {
                    bits >>= DISTANCE_BITS;
                    count -= DISTANCE_BITS;
                    entry = distances[(((entry >> 16) as usize) + index(bits, entry >> 8 & 0xf)) & 511];
                }
                if entry & EXCEPTION != 0 {
                    outcome = Err(Corruption::Data);
                    break;
                }
            }
            let distance = value(entry, bits) as usize;
            bits >>= entry & 0xff;
            count -= entry & 0xff;
            if distance > at - floor {
                outcome = Err(Corruption::Data);
                break;
            }
            copy(output, at, distance, length);
            at += length;
        }
        self.bits = bits & ((1 << count) - 1);
        self.count = count;
        *input = rest;
        *position = at;
        outcome
    }
}

/// Where in a second table the next bits lead.
#[inline(always)]
fn index(bits: u64, wide: u32) -> usize {
    (bits & ((1 << wide) - 1)) as usize
}

/// Base and extra bits of a length or a distance.
#[inline(always)]
fn value(entry: u32, bits: u64) -> u32 {
    let extra = (bits & ((1 << (entry & 0xff)) - 1)) >> (entry >> 8 & 0x1f);
    (entry >> 16) + extra as u32
}

/// Fills up to at least 56 bits. Bits above the count may be set: they are those that come next.
#[inline(always)]
fn refill(bits: &mut u64, count: &mut u32, rest: &mut &[u8]) {
    if let Some(word) = rest.first_chunk::<8>() {
        *bits |= u64::from_le_bytes(*word) << *count;
        *rest = rest.get(((63 - *count) >> 3) as usize..).unwrap_or_default();
        *count |= 56;
    }
}

/// Copies a match, in words that may write up to 16 bytes past its end.
#[inline(always)]
fn copy(output: &mut [u8], at: usize, distance: usize, length: usize) {
    let from = at - distance;
    if distance >= 16 {
        let mut done = 0;
        while done < length {
            let Some(word) = output.get(from + done..).and_then(<[u8]>::first_chunk::<16>).copied() else {
                return;
            };
            let Some(to) = output.get_mut(at + done..).and_then(<[u8]>::first_chunk_mut::<16>) else {
                return;
            };
            *to = word;
            done += 16;
        }
    } else if distance == 1 {
        let byte = output.get(from).copied().unwrap_or_default();
        output.get_mut(at..at + length).unwrap_or_default().fill(byte);
    } else {
        // Each word is right in its first `distance` bytes, and the next one goes there.
        let mut done = 0;
        while done < length {
            let Some(word) = output.get(from + done..).and_then(<[u8]>::first_chunk::<8>).copied() else {
                return;
            };
            let Some(to) = output.get_mut(at + done..).and_then(<[u8]>::first_chunk_mut::<8>) else { return };
            *to = word;
            done += distance.min(8);
        }
    }
}
