//! Zstandard (RFC 8878): any number of frames and skippable frames one after another.
//!
//! Blocks that lie complete in the pushed bytes are decoded from there; one that is split between pushes (at most
//! 128 KiB) is put together first.
//!
//! Natively the blocks go to a library that uses what the processor offers. In WebAssembly none of that helps, and
//! the library is as large as all other decoders together; there a small decoder of our own takes its place.

#[cfg(not(any(target_arch = "wasm32", fuzzing)))]
#[path = "native.rs"]
mod frame;
#[cfg(any(target_arch = "wasm32", fuzzing))]
#[path = "portable/mod.rs"]
mod frame;

use frame::Frame;

use super::compression::zstd_start;
use super::error::{Corruption, Fault};
use super::io::{Boundary, Found, Gather, Io, Stand};

/// A zstd decoder.
pub(super) struct Zstd {
    state: State,
    boundary: Boundary,
    gather: Gather,
    /// The block that is being put together.
    block: Vec<u8>,
    frame: Frame,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Boundary,
    SkipLength,
    Skip(u64),
    /// Up to the byte that tells how long the header is.
    Descriptor,
    Header(usize),
    Blocks,
}

impl Zstd {
    pub fn new(window_bytes: u64) -> Self {
        Self {
            state: State::Boundary,
            boundary: Boundary::default(),
            gather: Gather::default(),
            block: Vec::new(),
            frame: Frame::new(window_bytes),
        }
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
                State::Boundary => match self.boundary.find(io, zstd_start)? {
                    Found::Unsure => return Ok(self.stand()),
                    Found::Trailing(read) => return Ok(Stand::Trailing(read)),
                    Found::Member => match self.boundary.held() {
                        magic @ [0x28, ..] => {
                            io.member(magic.len());
                            self.gather.restart(magic);
                            State::Descriptor
                        }
                        _ => {
                            self.gather.restart(&[]);
                            State::SkipLength
                        }
                    },
                },
                State::SkipLength => match self.gather.fill(io, 4) {
                    Some(&[a, b, c, d]) => State::Skip(u64::from(u32::from_le_bytes([a, b, c, d]))),
                    _ => return Ok(Stand::Inside),
                },
                State::Skip(0) => self.end_of_frame(),
                State::Skip(left) => {
                    let skipped = io.take(usize::try_from(left).unwrap_or(usize::MAX)).len();
                    if skipped == 0 {
                        return Ok(Stand::Inside);
                    }
                    State::Skip(left - skipped as u64)
                }
                State::Descriptor => match self.gather.fill(io, 5) {
                    Some(&[.., descriptor]) => State::Header(header_length(descriptor)),
                    _ => return Ok(Stand::Inside),
                },
                State::Header(length) => {
                    let Some(header) = self.gather.fill(io, length) else { return Ok(Stand::Inside) };
                    self.frame.begin(header)?;
                    State::Blocks
                }
                State::Blocks => {
                    if !self.blocks(io)? {
                        return Ok(Stand::Inside);
                    }
                    self.end_of_frame()
                }
            };
        }
    }

    fn end_of_frame(&mut self) -> State {
        self.boundary.next();
        State::Boundary
    }

    /// Decodes blocks as far as input and output go; whether the frame ended.
    fn blocks(&mut self, io: &mut Io<'_, '_>) -> Result<bool, Fault> {
        loop {
            if io.space().is_empty() {
                return Ok(false);
            }
            let complete = self.block.is_empty() || self.complete_block(io);
            // Without a whole block only what is already decoded is handed out.
            let source: &[u8] = match (self.block.is_empty(), complete) {
                // One block at a time: an error in a later one would take the output of this one with it.
                (true, _) => io.input.get(..self.frame.input_needed(io.input)).unwrap_or(io.input),
                (false, true) => &self.block,
                (false, false) => &[],
            };
            let offered = source.len();
            let space = io.output.get_mut(io.written..).unwrap_or_default();
            let (read, written) = self.frame.decode(source, space).inspect_err(|fault| {
                // A wrong checksum is known behind it.
                if let (true, Fault::Checksum { .. }) = (self.block.is_empty(), fault) {
                    io.take(offered);
                }
            })?;
            io.written += written;
            if self.block.is_empty() {
                io.take(read);
            } else if read > 0 {
                self.block.drain(..read.min(self.block.len()));
            }
            if self.frame.is_done() {
                return Ok(true);
            }
            if read > 0 || written > 0 {
                continue;
            }
            if self.block.is_empty()
                && !io.input.is_empty()
                && self.frame.input_needed(io.input) > io.input.len()
            {
                self.block.extend_from_slice(io.take(offered));
            } else if complete && offered > 0 {
                // A whole block neither read nor refused.
                return Err(Corruption::Data.into());
            }
            return Ok(false);
        }
    }

    /// Adds input to the split block; whether it is complete.
    fn complete_block(&mut self, io: &mut Io<'_, '_>) -> bool {
        loop {
            let missing = self.frame.input_needed(&self.block).saturating_sub(self.block.len());
            if missing == 0 {
                return true;
            }
            let more = io.take(missing);
            if more.is_empty() {
                return false;
            }
            self.block.extend_from_slice(more);
        }
    }
}

/// Length of a frame header with its magic number: descriptor, window, dictionary id, content size.
fn header_length(descriptor: u8) -> usize {
    let single_segment = descriptor & 0x20 != 0;
    let window = usize::from(!single_segment);
    let dictionary = match descriptor & 3 {
        0 => 0,
        1 => 1,
        2 => 2,
        _ => 4,
    };
    let content_size = match descriptor >> 6 {
        0 => usize::from(single_segment),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    5 + window + dictionary + content_size
}
