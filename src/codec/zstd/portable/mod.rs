//! One frame, decoded here (RFC 8878, section 3.1.1).

mod bits;
mod fse;
mod literals;
mod sequences;
mod window;

use literals::Huffman;
use sequences::Sequences;
use window::Window;
use xxhash_rust::xxh64::Xxh64;

use crate::codec::error::{Checksum, Corruption, Fault, Feature};
use crate::limits::LimitExceeded;

/// The most bytes of a block, stored or decoded.
const MAX_BLOCK: u64 = 128 << 10;
/// No frame has a smaller window, and none needs a larger one.
const WINDOW_BYTES: std::ops::RangeInclusive<u64> = 1 << 10..=1 << 31;

/// The decoder of one frame after another.
pub(super) struct Frame {
    window_bytes: u64,
    window: Window,
    step: Step,
    /// The most bytes of a block of this frame.
    block_bytes: usize,
    content_size: Option<u64>,
    has_checksum: bool,
    hash: Xxh64,
    huffman: Option<Huffman>,
    sequences: Sequences,
    literals: Vec<u8>,
}

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Block,
    Checksum,
    Nothing,
}

impl Frame {
    pub fn new(window_bytes: u64) -> Self {
        Self {
            window_bytes,
            window: Window::new(),
            step: Step::Nothing,
            block_bytes: 0,
            content_size: None,
            has_checksum: false,
            hash: Xxh64::new(0),
            huffman: None,
            sequences: Sequences::new(),
            literals: Vec::new(),
        }
    }

    /// Starts a frame with its whole header, magic number included.
    pub fn begin(&mut self, header: &[u8]) -> Result<(), Fault> {
        let wrong = || Fault::Corrupt(Corruption::Header);
        let &[_, _, _, _, descriptor, ref rest @ ..] = header else { return Err(wrong()) };
        if descriptor & 0x08 != 0 {
            return Err(wrong());
        }
        let single_segment = descriptor & 0x20 != 0;
        let mut rest = rest;
        let mut number = |length: usize| -> Result<u64, Fault> {
            let (bytes, behind) = rest.split_at_checked(length).ok_or_else(wrong)?;
            rest = behind;
            Ok(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
        };
        let window = if single_segment { None } else { Some(number(1)?) };
        let dictionary = number([0, 1, 2, 4][usize::from(descriptor & 3)])?;
        self.content_size = match descriptor >> 6 {
            0 if single_segment => Some(number(1)?),
            0 => None,
            1 => Some(number(2)? + 256),
            2 => Some(number(4)?),
            _ => Some(number(8)?),
        };
        let size = match window {
            Some(byte) => {
                let base = 1 << (10 + (byte >> 3));
                base + base / 8 * (byte & 7)
            }
            None => self.content_size.unwrap_or(0),
        };
        let limit = self.window_bytes.clamp(*WINDOW_BYTES.start(), *WINDOW_BYTES.end());
        let too_large =
            || Fault::Limit(LimitExceeded { name: "windowBytes", limit: self.window_bytes, found: size });
        let window = usize::try_from(size).ok().filter(|_| size <= limit).ok_or_else(too_large)?;
        if dictionary != 0 {
            return Err(Fault::Unsupported(Feature::Dictionary(dictionary as u32)));
        }
        self.has_checksum = descriptor & 0x04 != 0;
        self.block_bytes = size.min(MAX_BLOCK) as usize;
        self.window.reset(window);
        self.hash.reset(0);
        self.huffman = None;
        self.sequences = Sequences::new();
        self.step = Step::Block;
        Ok(())
    }

    /// How many bytes from the start of `pending` the next step takes.
    pub fn input_needed(&self, pending: &[u8]) -> usize {
        match (self.step, pending) {
            (Step::Nothing, _) => 0,
            (Step::Checksum, _) => 4,
            (Step::Block, &[a, b, c, ..]) => {
                let (_, kind, size) = block_header([a, b, c]);
                match kind {
                    1 => 4,
                    // The header alone is refused.
                    3 => 3,
                    _ if size > self.block_bytes => 3,
                    _ => 3 + size,
                }
            }
            (Step::Block, _) => 3,
        }
    }

    /// Takes the next step, a block or the checksum, when `source` holds it, and hands out what is decoded: how many
    /// bytes were read and written.
    pub fn decode(&mut self, source: &[u8], target: &mut [u8]) -> Result<(usize, usize), Fault> {
        let mut written = self.hand_out(target);
        let needed = self.input_needed(source);
        if !self.window.pending().is_empty() || needed == 0 {
            return Ok((0, written));
        }
        let Some(step) = source.get(..needed) else { return Ok((0, written)) };
        match (self.step, step) {
            (Step::Block, &[a, b, c, ref body @ ..]) => self.block([a, b, c], body)?,
            (Step::Checksum, &[a, b, c, d]) => self.checksum(u32::from_le_bytes([a, b, c, d]))?,
            _ => return Err(Corruption::Data.into()),
        }
        written += self.hand_out(target.get_mut(written..).unwrap_or_default());
        Ok((needed, written))
    }

    /// Whether the frame is decoded, checked and handed out.
    pub fn is_done(&self) -> bool {
        self.step == Step::Nothing && self.window.pending().is_empty()
    }

    fn hand_out(&mut self, target: &mut [u8]) -> usize {
        let pending = self.window.pending();
        let count = pending.len().min(target.len());
        for (to, from) in target.get_mut(..count).into_iter().zip(pending.get(..count)) {
            to.copy_from_slice(from);
        }
        self.window.take(count);
        count
    }

    fn block(&mut self, header: [u8; 3], body: &[u8]) -> Result<(), Fault> {
        let (last, kind, size) = block_header(header);
        if size > self.block_bytes {
            return Err(Corruption::Data.into());
        }
        self.window.begin_block(self.block_bytes);
        match (kind, body) {
            (0, _) => self.window.push(body, body.len())?,
            (1, &[byte]) => self.window.fill(byte, size)?,
            (2, _) => {
                let mut block = body;
                literals::read(&mut block, &mut self.huffman, &mut self.literals)?;
                self.sequences.run(block, &self.literals, &mut self.window)?;
            }
            _ => return Err(Corruption::Data.into()),
        }
        if self.has_checksum {
            self.hash.update(self.window.pending());
        }
        if last {
            let found = self.window.total();
            if let Some(expected) = self.content_size.filter(|&expected| expected != found) {
                return Err(Corruption::UnpackedLength { expected, found }.into());
            }
            self.step = if self.has_checksum { Step::Checksum } else { Step::Nothing };
        }
        Ok(())
    }

    fn checksum(&mut self, expected: u32) -> Result<(), Fault> {
        let found = self.hash.digest() as u32;
        if expected != found {
            return Err(Fault::Checksum {
                checksum: Checksum::Xxh64,
                expected: format!("{expected:08x}"),
                found: format!("{found:08x}"),
            });
        }
        self.step = Step::Nothing;
        Ok(())
    }
}

/// Whether it is the last block, its kind, and its size.
fn block_header([a, b, c]: [u8; 3]) -> (bool, u8, usize) {
    let header = u32::from_le_bytes([a, b, c, 0]);
    (header & 1 != 0, (header >> 1 & 3) as u8, (header >> 3) as usize)
}
