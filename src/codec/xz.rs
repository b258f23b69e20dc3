//! The .xz container: any number of streams one after another, with zero padding between them.
//!
//! ```text
//! stream = header (12), block*, index, footer (12)
//! block  = header, LZMA2 data, padding to 4 bytes, check
//! ```
//! Only the LZMA2 data goes to the library; the container is read here, so that nothing grows with the
//! number of blocks and every disagreement has its reason.

use lzma_rust2::{Action, Lzma2Stream, Status};

use super::compression::xz_start;
use super::error::{Checksum, Corruption, Fault, Feature};
use super::io::{Boundary, Found, Gather, Io, Stand};
use super::xz_check::{Check, CheckKind, verify_crc32};
use super::xz_index::{Index, Number};
use crate::limits::LimitExceeded;

const LZMA2: u64 = 0x21;
const STREAM_HEADER_BYTES: usize = 12;
const FOOTER_BYTES: usize = 12;

/// An xz decoder.
pub(super) struct Xz {
    state: State,
    boundary: Boundary,
    gather: Gather,
    /// Zero bytes since the last stream.
    padding: u64,
    check_kind: CheckKind,
    stream_flags: [u8; 2],
    index: Index,
    block: Option<Block>,
    window_bytes: u64,
}

struct Block {
    lzma: Lzma2Stream,
    check: Check,
    header_bytes: u64,
    stored: Option<u64>,
    unpacked: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Boundary,
    StreamHeader,
    /// At the byte that tells a block's header length, or that the index follows.
    Block,
    BlockHeader(usize),
    Data,
    Padding(u64),
    Check,
    Index,
    Footer,
}

impl Xz {
    pub fn new(window_bytes: u64) -> Self {
        Self {
            state: State::Boundary,
            boundary: Boundary::default(),
            gather: Gather::default(),
            padding: 0,
            check_kind: CheckKind::None,
            stream_flags: [0; 2],
            index: Index::default(),
            block: None,
            window_bytes,
        }
    }

    pub fn stand(&self) -> Stand {
        if self.state == State::Boundary && self.padding.is_multiple_of(4) {
            self.boundary.stand()
        } else {
            Stand::Inside
        }
    }

    pub fn held(&self) -> &[u8] {
        self.boundary.held()
    }

    /// Decodes until the input is read or the output is full.
    pub fn step(&mut self, io: &mut Io<'_, '_>) -> Result<Stand, Fault> {
        loop {
            let more = match self.state {
                State::Boundary => match self.seek(io)? {
                    Some(stand) => return Ok(stand),
                    None => true,
                },
                State::StreamHeader => self.stream_header(io)?,
                State::Block => self.block_or_index(io),
                State::BlockHeader(length) => self.block_header(io, length)?,
                State::Data => self.data(io)?,
                State::Padding(0) => {
                    self.state = State::Check;
                    true
                }
                State::Padding(left) => match io.take(1) {
                    [] => false,
                    [0] => {
                        self.state = State::Padding(left - 1);
                        true
                    }
                    _ => return Err(Corruption::Padding.into()),
                },
                State::Check => self.check(io)?,
                State::Index => {
                    let complete = self.index.read(io)?;
                    if complete {
                        self.state = State::Footer;
                    }
                    complete
                }
                State::Footer => self.footer(io)?,
            };
            if !more {
                return Ok(self.stand());
            }
        }
    }

    /// Passes over padding and looks for a stream: where the decoder then stands, or nothing when one was found.
    fn seek(&mut self, io: &mut Io<'_, '_>) -> Result<Option<Stand>, Fault> {
        if self.boundary.stand() == Stand::Between {
            let zeros = io.input.iter().take_while(|&&byte| byte == 0).count();
            io.take(zeros);
            self.padding += zeros as u64;
            if io.input.is_empty() {
                return Ok(Some(self.stand()));
            }
            if !self.padding.is_multiple_of(4) {
                return Err(Corruption::Padding.into());
            }
        }
        match self.boundary.find(io, xz_start)? {
            Found::Unsure => Ok(Some(self.stand())),
            Found::Trailing(read) => Ok(Some(Stand::Trailing(read))),
            Found::Member => {
                self.gather.restart(self.boundary.held());
                self.index = Index::default();
                self.padding = 0;
                self.state = State::StreamHeader;
                Ok(None)
            }
        }
    }

    fn stream_header(&mut self, io: &mut Io<'_, '_>) -> Result<bool, Fault> {
        let Some(&[_, _, _, _, _, _, f0, f1, ref crc @ ..]) = self.gather.fill(io, STREAM_HEADER_BYTES)
        else {
            return Ok(false);
        };
        verify_crc32(Checksum::HeaderCrc32, &[f0, f1], crc)?;
        if f0 != 0 || f1 & 0xf0 != 0 {
            return Err(Corruption::Header.into());
        }
        self.check_kind = CheckKind::from_id(f1)?;
        self.stream_flags = [f0, f1];
        self.state = State::Block;
        Ok(true)
    }

    fn block_or_index(&mut self, io: &mut Io<'_, '_>) -> bool {
        match io.take(1) {
            [] => return false,
            [0] => {
                self.index.begin();
                self.gather.restart(&[]);
                self.state = State::Index;
            }
            first => {
                self.gather.restart(first);
                let words = first.first().map_or(0, |&byte| usize::from(byte)) + 1;
                self.state = State::BlockHeader(words * 4);
            }
        }
        true
    }

    fn block_header(&mut self, io: &mut Io<'_, '_>, length: usize) -> Result<bool, Fault> {
        let Some(bytes) = self.gather.fill(io, length) else { return Ok(false) };
        let (header, crc) = bytes.split_at(length.saturating_sub(4));
        verify_crc32(Checksum::HeaderCrc32, header, crc)?;
        let &[_, flags, ref rest @ ..] = header else { return Err(Corruption::Header.into()) };
        let mut rest = rest;
        if flags & 0x3c != 0 {
            return Err(Corruption::Header.into());
        }
        let stored = if flags & 0x40 != 0 { Some(Number::read(&mut rest)?) } else { None };
        let unpacked = if flags & 0x80 != 0 { Some(Number::read(&mut rest)?) } else { None };
        let filter = Number::read(&mut rest)?;
        if filter != LZMA2 {
            return Err(Fault::Unsupported(Feature::Filter(filter)));
        }
        // LZMA2 must be the last filter, and its properties are one byte.
        let &[1, properties, ref padding @ ..] = rest else { return Err(Corruption::Header.into()) };
        if flags & 3 != 0 || padding.iter().any(|&byte| byte != 0) {
            return Err(Corruption::Header.into());
        }
        let window = dictionary_bytes(properties)?;
        LimitExceeded::check("windowBytes", self.window_bytes, window.into()).map_err(Fault::Limit)?;
        self.block = Some(Block {
            // The dictionary grows with what is decoded, up to the size told here.
            lzma: Lzma2Stream::new(window),
            check: Check::new(self.check_kind),
            header_bytes: length as u64,
            stored,
            unpacked,
        });
        self.state = State::Data;
        Ok(true)
    }

    /// Decodes LZMA2 data as far as input and output go; whether it ended.
    fn data(&mut self, io: &mut Io<'_, '_>) -> Result<bool, Fault> {
        let Some(block) = &mut self.block else { return Err(Corruption::Data.into()) };
        loop {
            let (read, written) = (block.lzma.total_in(), block.lzma.total_out());
            let input = io.input;
            let status = block.lzma.process(input, io.space(), Action::Run).map(|result| result.status);
            let read = block.lzma.total_in() - read;
            let written = (block.lzma.total_out() - written) as usize;
            io.take(read as usize);
            block.check.update(io.space().get(..written).unwrap_or_default());
            io.written += written;
            match status {
                Ok(Status::StreamEnd) => break,
                Ok(Status::Ok) if io.input.is_empty() || io.space().is_empty() => return Ok(false),
                Ok(Status::Ok) if read > 0 || written > 0 => {}
                Ok(Status::Ok) | Err(_) => return Err(Corruption::Data.into()),
            }
        }
        let (stored, unpacked) = (block.lzma.total_in(), block.lzma.total_out());
        if let Some(expected) = block.stored.filter(|&expected| expected != stored) {
            return Err(Corruption::StoredLength { expected, found: stored }.into());
        }
        if let Some(expected) = block.unpacked.filter(|&expected| expected != unpacked) {
            return Err(Corruption::UnpackedLength { expected, found: unpacked }.into());
        }
        self.index.add_block(block.header_bytes + stored + self.check_kind.size() as u64, unpacked);
        self.gather.restart(&[]);
        self.state = State::Padding(stored.wrapping_neg() % 4);
        Ok(true)
    }

    fn check(&mut self, io: &mut Io<'_, '_>) -> Result<bool, Fault> {
        let Some(stored) = self.gather.fill(io, self.check_kind.size()) else { return Ok(false) };
        if let Some(block) = self.block.take() {
            block.check.verify(stored)?;
        }
        self.state = State::Block;
        Ok(true)
    }

    fn footer(&mut self, io: &mut Io<'_, '_>) -> Result<bool, Fault> {
        let Some(footer) = self.gather.fill(io, FOOTER_BYTES) else { return Ok(false) };
        let (crc, rest) = footer.split_at(4);
        let (&[s0, s1, s2, s3, f0, f1], b"YZ") = rest.split_at(6) else {
            // `split_at` of eight bytes by six always gives such pieces; only the letters can differ.
            return Err(Corruption::Footer.into());
        };
        verify_crc32(Checksum::FooterCrc32, &[s0, s1, s2, s3, f0, f1], crc)?;
        let index_bytes = (u64::from(u32::from_le_bytes([s0, s1, s2, s3])) + 1) * 4;
        if index_bytes != self.index.size() || [f0, f1] != self.stream_flags {
            return Err(Corruption::Footer.into());
        }
        self.boundary.next();
        self.state = State::Boundary;
        Ok(true)
    }
}

/// The dictionary size that a byte of LZMA2 properties stands for.
fn dictionary_bytes(properties: u8) -> Result<u32, Fault> {
    match properties {
        0..=39 => Ok((2 | u32::from(properties & 1)) << (properties / 2 + 11)),
        40 => Ok(u32::MAX),
        _ => Err(Corruption::Header.into()),
    }
}
