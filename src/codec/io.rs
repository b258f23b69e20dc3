//! What the decoders of all formats share: their two slices, and the search for the next member.

use super::compression::Start;
use super::error::{Corruption, Fault};
use super::seek::Recorder;

/// The input still to be read and the output still to be filled by one step of a decoder.
pub(super) struct Io<'i, 'o> {
    /// What is left of the input.
    pub input: &'i [u8],
    /// The whole output buffer.
    pub output: &'o mut [u8],
    /// How much of the output is filled.
    pub written: usize,
    /// Where the input ends in the stream.
    pub input_end: u64,
    /// Where in the unpacked stream the part of the output begins that this step fills, and where in the output.
    pub unpacked: (u64, usize),
    /// Takes places from which the stream can be decoded, when that is asked for.
    pub recorder: Option<&'o mut Recorder>,
}

impl<'i> Io<'i, '_> {
    /// Takes up to `length` bytes of the input.
    pub fn take(&mut self, length: usize) -> &'i [u8] {
        let (taken, rest) = self.input.split_at(length.min(self.input.len()));
        self.input = rest;
        taken
    }

    /// Stored bytes before the input.
    pub fn stored_place(&self) -> u64 {
        self.input_end - self.input.len() as u64
    }

    /// Unpacked bytes before the rest of the output.
    pub fn unpacked_place(&self) -> u64 {
        let (place, start) = self.unpacked;
        place + (self.written - start) as u64
    }

    /// Takes note that a member or frame begins, of which so many bytes are read.
    pub fn member(&mut self, read: usize) {
        let (stored, unpacked) = (self.stored_place().saturating_sub(read as u64), self.unpacked_place());
        if let Some(recorder) = &mut self.recorder {
            recorder.member(stored, unpacked);
        }
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

    /// Stands behind a member that another decoder began.
    pub fn resume(&mut self) {
        self.members = 1;
        self.next();
    }

    /// Stands at the next boundary.
    pub fn next(&mut self) {
        self.length = 0;
    }
}
