//! The index at the end of an xz stream, compared with the blocks without keeping either.

use super::crc32::Crc;
use super::error::{Checksum, Corruption, Fault};
use super::io::Io;

/// What is remembered of a list of blocks: enough to know that two lists are the same.
#[derive(Default)]
struct Records {
    count: u64,
    stored: u64,
    unpacked: u64,
    crc: Crc,
}

impl Records {
    fn add(&mut self, stored: u64, unpacked: u64) {
        self.count += 1;
        self.stored = self.stored.wrapping_add(stored);
        self.unpacked = self.unpacked.wrapping_add(unpacked);
        self.crc.update(&stored.to_le_bytes());
        self.crc.update(&unpacked.to_le_bytes());
    }

    fn same(&self, other: &Self) -> bool {
        (self.count, self.stored, self.unpacked, self.crc.sum())
            == (other.count, other.stored, other.unpacked, other.crc.sum())
    }
}

/// The blocks of one stream, and its index while it is read.
#[derive(Default)]
pub(super) struct Index {
    blocks: Records,
    listed: Records,
    state: State,
    number: Number,
    crc: Crc,
    /// Bytes of the index so far.
    size: u64,
    crc_bytes: [u8; 4],
    crc_filled: usize,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Count,
    Stored(u64),
    Unpacked(u64, u64),
    Padding,
    Crc,
}

impl Index {
    /// Notes a block: header, data and check without the padding, and what it unpacked to.
    pub fn add_block(&mut self, stored: u64, unpacked: u64) {
        self.blocks.add(stored, unpacked);
    }

    /// Begins with the zero byte that tells the index from a block.
    pub fn begin(&mut self) {
        self.note(0);
    }

    /// Reads on; whether the index is complete.
    pub fn read(&mut self, io: &mut Io<'_, '_>) -> Result<bool, Fault> {
        while let &[byte, ref rest @ ..] = io.input {
            io.input = rest;
            if let State::Crc = self.state {
                if let Some(slot) = self.crc_bytes.get_mut(self.crc_filled) {
                    *slot = byte;
                }
                self.crc_filled += 1;
                self.size += 1;
                if self.crc_filled == self.crc_bytes.len() {
                    return self.check().map(|()| true);
                }
                continue;
            }
            self.note(byte);
            if let State::Padding = self.state {
                if byte != 0 {
                    return Err(Corruption::Padding.into());
                }
            } else if let Some(number) = self.number.push(byte)? {
                self.state = match self.state {
                    State::Count if number == self.blocks.count => State::Stored(number),
                    State::Count => return Err(Corruption::Index.into()),
                    State::Stored(left) => State::Unpacked(left, number),
                    State::Unpacked(left, stored) => {
                        self.listed.add(stored, number);
                        State::Stored(left - 1)
                    }
                    State::Padding | State::Crc => self.state,
                };
                if let State::Stored(0) = self.state {
                    self.state = State::Padding;
                }
            }
            if matches!(self.state, State::Padding) && self.size.is_multiple_of(4) {
                self.state = State::Crc;
            }
        }
        Ok(false)
    }

    /// Its whole size in bytes, as the footer gives it.
    pub fn size(&self) -> u64 {
        self.size
    }

    fn note(&mut self, byte: u8) {
        self.crc.update(&[byte]);
        self.size += 1;
    }

    fn check(&self) -> Result<(), Fault> {
        let (expected, found) = (u32::from_le_bytes(self.crc_bytes), self.crc.sum());
        if expected != found {
            return Err(Fault::Checksum {
                checksum: Checksum::IndexCrc32,
                expected: format!("{expected:08x}"),
                found: format!("{found:08x}"),
            });
        }
        if self.blocks.same(&self.listed) { Ok(()) } else { Err(Corruption::Index.into()) }
    }
}

/// A number in seven-bit groups, low ones first, of at most nine bytes and in its shortest form.
#[derive(Clone, Copy, Default)]
pub(super) struct Number {
    value: u64,
    bits: u32,
}

impl Number {
    /// The number when this byte completes it.
    pub fn push(&mut self, byte: u8) -> Result<Option<u64>, Fault> {
        if byte == 0 && self.bits > 0 || self.bits > 56 {
            return Err(Corruption::Header.into());
        }
        self.value |= u64::from(byte & 0x7f) << self.bits;
        self.bits += 7;
        if byte & 0x80 == 0 {
            return Ok(Some(std::mem::take(self).value));
        }
        Ok(None)
    }

    /// The number that begins `bytes`, which are then behind it.
    pub fn read(bytes: &mut &[u8]) -> Result<u64, Fault> {
        let mut number = Self::default();
        while let &[byte, ref rest @ ..] = *bytes {
            *bytes = rest;
            if let Some(value) = number.push(byte)? {
                return Ok(value);
            }
        }
        Err(Corruption::Header.into())
    }
}
