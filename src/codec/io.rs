//! What the decoders of all formats share: their two slices, and the search for the next member.

use super::compression::Start;
use super::error::{Corruption, Fault};

/// The input still to be read and the output still to be filled by one step of a decoder.
pub(super) struct Io<'i, 'o> {
    /// What is left of the input.
    pub input: &'i [u8],
    /// The whole output buffer.
    pub output: &'o mut [u8],
    /// How much of the output is filled.
    pub written: usize,
}

impl<'i> Io<'i, '_> {
    /// Takes up to `length` bytes of the input.
    pub fn take(&mut self, length: usize) -> &'i [u8] {
        let (taken, rest) = self.input.split_at(length.min(self.input.len()));
        self.input = rest;
        taken
    }

    /// The part of the output that is not filled yet.
    pub fn space(&mut self) -> &mut [u8] {
        self.output.get_mut(self.written..).unwrap_or_default()
    }
}

/// What a decoder stands at after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// Somewhere in a member.
    Inside,
    /// Behind a complete member: the stream may end here.
    Between,
    /// Behind the last member. So many bytes before the unread input belong to no member.
    Trailing(usize),
}

/// Collects a known number of bytes over several pushes.
#[derive(Default)]
pub(super) struct Gather {
    bytes: Vec<u8>,
}

impl Gather {
    /// The bytes once there are `length` of them; the input is then read just as far.
    pub fn fill(&mut self, io: &mut Io<'_, '_>, length: usize) -> Option<&[u8]> {
        let missing = length.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(io.take(missing));
        self.bytes.get(..length)
    }

    /// Starts over with these bytes.
    pub fn restart(&mut self, with: &[u8]) {
        self.bytes.clear();
        self.bytes.extend_from_slice(with);
    }
}

/// Looks for the next member where one may begin.
#[derive(Default)]
pub(super) struct Boundary {
    held: [u8; 6],
    length: usize,
    members: u64,
}

/// What was found at a boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The input ended too early to tell.
    Unsure,
    /// A member; its first bytes are [`Boundary::held`].
    Member,
    /// No member, and so many bytes were read to know it.
    Trailing(usize),
}

impl Boundary {
    /// Reads byte by byte until `start` is sure.
    pub fn find(&mut self, io: &mut Io<'_, '_>, start: fn(&[u8]) -> Start) -> Result<Found, Fault> {
        loop {
            let &[byte, ref rest @ ..] = io.input else { return Ok(Found::Unsure) };
            let Some(slot) = self.held.get_mut(self.length) else { return Err(Corruption::Magic.into()) };
            *slot = byte;
            self.length += 1;
            match start(self.held()) {
                Start::Unsure => io.input = rest,
                Start::Member => {
                    io.input = rest;
                    self.members += 1;
                    return Ok(Found::Member);
                }
                Start::Foreign if self.members == 0 => return Err(Corruption::Magic.into()),
                Start::Foreign => {
                    io.input = rest;
                    return Ok(Found::Trailing(self.length));
                }
            }
        }
    }

    /// The bytes read since the boundary.
    pub fn held(&self) -> &[u8] {
        self.held.get(..self.length).unwrap_or_default()
    }

    /// Whether the stream may end here: after a member, and not within the first bytes of the next.
    pub fn stand(&self) -> Stand {
        if self.members > 0 && self.length == 0 { Stand::Between } else { Stand::Inside }
    }

    /// Stands at the next boundary.
    pub fn next(&mut self) {
        self.length = 0;
    }
}
