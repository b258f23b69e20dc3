//! gzip (RFC 1952): any number of members one after another.
//!
//! ```text
//! member  = 1f 8b, method, flags, mtime (4), xfl, os,
//!           [extra length (2), extra] [name, 0] [comment, 0] [header CRC-16],
//!           deflate data, CRC-32 (4), length modulo 2^32 (4)
//! ```
//! A member costs no new allocation: an eStargz layer has one for each file.

use super::compression::gzip_start;
use super::crc32::Crc;
use super::error::{Checksum, Corruption, Fault, Feature};
use super::inflate::{Inflate, Pause};
use super::io::{Boundary, Found, Io, Stand};
use super::seek::Block;

const FLAG_HEADER_CRC: u8 = 0x02;
const FLAG_EXTRA: u8 = 0x04;
const FLAG_NAME: u8 = 0x08;
const FLAG_COMMENT: u8 = 0x10;
const FLAGS_RESERVED: u8 = 0xe0;
const DEFLATE: u8 = 8;

/// A gzip decoder.
pub(super) struct Gzip {
    state: State,
    boundary: Boundary,
    /// Fields of a fixed length while they come in.
    field: [u8; 8],
    filled: usize,
    flags: u8,
    header_crc: Crc,
    inflate: Inflate,
    contents_crc: Crc,
    /// The member was begun by another decoder: its checksum and length cannot be checked.
    is_partial: bool,
    /// Bytes that the member unpacked to so far.
    unpacked: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Boundary,
    Fixed,
    ExtraLength,
    Extra(usize),
    Name,
    Comment,
    HeaderCrc,
    Deflate,
    Trailer,
}

impl Default for Gzip {
    fn default() -> Self {
        Self {
            state: State::Boundary,
            boundary: Boundary::default(),
            field: [0; 8],
            filled: 0,
            flags: 0,
            header_crc: Crc::new(),
            inflate: Inflate::default(),
            contents_crc: Crc::new(),
            is_partial: false,
            unpacked: 0,
        }
    }
}

impl Gzip {
    /// Stands before a block of deflate data.
    pub fn resume(&mut self, block: &Block) {
        self.boundary.resume();
        self.inflate.resume(block.byte, block.unread.into(), block.window.len());
        if let Some(codes) = &block.codes {
            self.inflate.resume_block(codes);
        }
        self.is_partial = true;
        self.state = State::Deflate;
    }

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
                State::Boundary => match self.boundary.find(io, gzip_start)? {
                    Found::Unsure => return Ok(self.stand()),
                    Found::Trailing(read) => return Ok(Stand::Trailing(read)),
                    Found::Member => {
                        io.member(self.boundary.held().len());
                        self.header_crc.reset();
                        self.header_crc.update(self.boundary.held());
                        State::Fixed
                    }
                },
                State::Fixed => {
                    let Some([method, flags, ..]) = self.field(io, 8, true) else { return Ok(Stand::Inside) };
                    if method != DEFLATE {
                        return Err(Fault::Unsupported(Feature::Method(method)));
                    }
                    if flags & FLAGS_RESERVED != 0 {
                        return Err(Corruption::Header.into());
                    }
                    self.flags = flags;
                    State::ExtraLength
                }
                State::ExtraLength if self.flags & FLAG_EXTRA == 0 => State::Name,
                State::ExtraLength => match self.field(io, 2, true) {
                    Some([low, high, ..]) => State::Extra(usize::from(u16::from_le_bytes([low, high]))),
                    None => return Ok(Stand::Inside),
                },
                State::Extra(0) => State::Name,
                State::Extra(left) => {
                    let extra = io.take(left);
                    if extra.is_empty() {
                        return Ok(Stand::Inside);
                    }
                    self.header_crc.update(extra);
                    State::Extra(left - extra.len())
                }
                State::Name => {
                    if self.flags & FLAG_NAME != 0 && !self.skip_text(io) {
                        return Ok(Stand::Inside);
                    }
                    State::Comment
                }
                State::Comment => {
                    if self.flags & FLAG_COMMENT != 0 && !self.skip_text(io) {
                        return Ok(Stand::Inside);
                    }
                    State::HeaderCrc
                }
                State::HeaderCrc => {
                    if self.flags & FLAG_HEADER_CRC != 0 {
                        let found = self.header_crc.sum() & 0xffff;
                        let Some([low, high, ..]) = self.field(io, 2, false) else {
                            return Ok(Stand::Inside);
                        };
                        let expected = u32::from(u16::from_le_bytes([low, high]));
                        if expected != found {
                            return Err(Fault::Checksum {
                                checksum: Checksum::HeaderCrc16,
                                expected: format!("{expected:04x}"),
                                found: format!("{found:04x}"),
                            });
                        }
                    }
                    self.inflate.reset();
                    self.contents_crc.reset();
                    self.unpacked = 0;
                    self.is_partial = false;
                    State::Deflate
                }
                State::Deflate => {
                    if !self.inflate(io)? {
                        return Ok(Stand::Inside);
                    }
                    State::Trailer
                }
                State::Trailer => {
                    let Some(trailer) = self.field(io, 8, false) else { return Ok(Stand::Inside) };
                    self.check(trailer)?;
                    self.boundary.next();
                    State::Boundary
                }
            };
        }
    }

    /// Inflates as far as input and output go; whether the deflate data ended.
    fn inflate(&mut self, io: &mut Io<'_, '_>) -> Result<bool, Fault> {
        loop {
            let start = io.written;
            let paused = self.inflate.run(&mut io.input, io.output, &mut io.written);
            let new = io.output.get(start..io.written).unwrap_or_default();
            self.contents_crc.update(new);
            self.unpacked += new.len() as u64;
            match paused? {
                Pause::Block => self.record(io, false),
                Pause::Input | Pause::Output => {
                    self.record(io, true);
                    return Ok(false);
                }
                Pause::End => return Ok(true),
            }
        }
    }

    /// Takes note of a place between two blocks, or inside one.
    fn record(&self, io: &mut Io<'_, '_>, inside: bool) {
        let (byte, unread, ahead) = self.inflate.unread_bits();
        let (stored, unpacked) = (io.stored_place().saturating_sub(ahead), io.unpacked_place());
        let Some(recorder) = &mut io.recorder else { return };
        recorder.block(stored, unpacked, || {
            let codes = if inside { Some(self.inflate.codes()?) } else { None };
            let start = io.written - self.inflate.history();
            let window = io.output.get(start..io.written).unwrap_or_default().into();
            Some(Block { byte, unread, window, codes })
        });
    }

    fn check(&self, [c0, c1, c2, c3, l0, l1, l2, l3]: [u8; 8]) -> Result<(), Fault> {
        if self.is_partial {
            return Ok(());
        }
        let (expected, found) = (u32::from_le_bytes([c0, c1, c2, c3]), self.contents_crc.sum());
        if expected != found {
            return Err(Fault::Checksum {
                checksum: Checksum::Crc32,
                expected: format!("{expected:08x}"),
                found: format!("{found:08x}"),
            });
        }
        let (expected, found) = (u32::from_le_bytes([l0, l1, l2, l3]), self.unpacked as u32);
        if expected != found {
            let (expected, found) = (u64::from(expected), u64::from(found));
            return Err(Corruption::UnpackedLength { expected, found }.into());
        }
        Ok(())
    }

    /// A field of up to eight bytes, once all of it is there.
    fn field(&mut self, io: &mut Io<'_, '_>, length: usize, in_header: bool) -> Option<[u8; 8]> {
        let bytes = io.take(length - self.filled);
        if in_header {
            self.header_crc.update(bytes);
        }
        for (slot, &byte) in self.field.iter_mut().skip(self.filled).zip(bytes) {
            *slot = byte;
        }
        self.filled += bytes.len();
        if self.filled < length {
            return None;
        }
        self.filled = 0;
        Some(self.field)
    }

    /// Passes over a text up to its zero byte; whether it was reached.
    fn skip_text(&mut self, io: &mut Io<'_, '_>) -> bool {
        let end = io.input.iter().position(|&byte| byte == 0);
        let text = io.take(end.map_or(io.input.len(), |end| end + 1));
        self.header_crc.update(text);
        end.is_some()
    }
}
