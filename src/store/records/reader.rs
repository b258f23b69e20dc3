//! Bytes of a file of records to records, as they come.

use super::{ImageRecord, LineError};
use crate::error::Reason as _;
use crate::json::{self, JsonError};
use crate::limits::{LimitExceeded, Limits};

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordLine {
    /// A record.
    Record {
        /// Which line, counted from 1.
        line: u64,
        /// Where it starts in the file.
        offset: u64,
        /// The record.
        record: Box<ImageRecord>,
    },
    /// A line, or the rest of one, that is no record.
    Damaged(DamagedLine),
}

/// A line, or the rest of one, that is no record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedLine {
    /// Which line, counted from 1.
    pub line: u64,
    /// The byte of the file at which it stops being a record.
    pub offset: u64,
    /// What is wrong.
    pub error: LineError,
    /// What stands there, without its newline; `None` when it is too long to be kept.
    pub bytes: Option<Vec<u8>>,
}

/// Reads records from bytes that are pushed in pieces of any size. Empty lines are passed over; several records in one
/// line are read as singularity reads them.
#[derive(Clone, Debug)]
pub struct RecordReader {
    limits: Limits,
    /// The line so far.
    buffer: Vec<u8>,
    /// The line so far is too long, and was thrown away. How long it was.
    skipped: u64,
    line: u64,
    /// Where the line starts in the file.
    offset: u64,
    /// Records and damaged lines so far.
    found: u64,
}

impl RecordReader {
    /// A reader at the start of a file. Of the limits, `records` holds for the file, and those of JSON for each line.
    pub fn new(limits: &Limits) -> Self {
        Self { limits: *limits, buffer: Vec::new(), skipped: 0, line: 1, offset: 0, found: 0 }
    }

    /// Takes more of the file; gives what its whole lines hold.
    ///
    /// # Errors
    /// There are more lines than `records`.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<RecordLine>, LimitExceeded> {
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            match piece.split_last() {
                Some((b'\n', piece)) => {
                    self.hold(piece);
                    self.end_line(1, &mut lines)?;
                }
                _ => self.hold(piece),
            }
        }
        Ok(lines)
    }

    /// Ends the file; gives what its last line holds when that has no newline.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn finish(mut self) -> Result<Vec<RecordLine>, LimitExceeded> {
        let mut lines = Vec::new();
        self.end_line(0, &mut lines)?;
        Ok(lines)
    }

    fn hold(&mut self, piece: &[u8]) {
        if self.skipped > 0 || (self.buffer.len() + piece.len()) as u64 > self.limits.json_bytes {
            self.skipped += (self.buffer.len() + piece.len()) as u64;
            self.buffer = Vec::new();
        } else {
            self.buffer.extend(piece);
        }
    }

    fn end_line(&mut self, newline: u64, lines: &mut Vec<RecordLine>) -> Result<(), LimitExceeded> {
        let buffer = std::mem::take(&mut self.buffer);
        let skipped = std::mem::take(&mut self.skipped);
        if skipped > 0 {
            let limit = self.limits.json_bytes;
            let error = LimitExceeded { name: "jsonBytes", limit, found: skipped }.into();
            let (line, offset) = (self.line, self.offset);
            self.give(RecordLine::Damaged(DamagedLine { line, offset, error, bytes: None }), lines)?;
        }
        let mut at = 0;
        while let Some(rest) = buffer.get(at..).filter(|rest| !rest.iter().all(is_space)) {
            at += self.value(rest, self.offset + at as u64, lines)?;
        }
        self.offset += skipped + buffer.len() as u64 + newline;
        self.line += newline;
        // The room is used again for the next line.
        self.buffer = buffer;
        self.buffer.clear();
        Ok(())
    }

    /// Reads the first value of the rest of a line, which starts at `offset`; gives how long it is.
    fn value(
        &mut self,
        rest: &[u8],
        offset: u64,
        lines: &mut Vec<RecordLine>,
    ) -> Result<usize, LimitExceeded> {
        let whole = match json::parse(rest, &self.limits) {
            Err(JsonError::TrailingData { offset }) => usize::try_from(offset).unwrap_or(rest.len()),
            _ => rest.len(),
        };
        let value = rest.get(..whole).unwrap_or(rest);
        let line = self.line;
        let read = match ImageRecord::parse(value, &self.limits) {
            Ok(record) => RecordLine::Record { line, offset, record: Box::new(record) },
            Err(error) => {
                let offset = offset + error.offset().unwrap_or_default();
                let bytes = Some(trim(value).to_vec());
                RecordLine::Damaged(DamagedLine { line, offset, error, bytes })
            }
        };
        self.give(read, lines)?;
        Ok(whole)
    }

    fn give(&mut self, line: RecordLine, lines: &mut Vec<RecordLine>) -> Result<(), LimitExceeded> {
        self.found += 1;
        LimitExceeded::check("records", self.limits.records.into(), self.found)?;
        lines.push(line);
        Ok(())
    }
}

/// White space of JSON; of the other kinds a line would be another one without them.
const fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn trim(value: &[u8]) -> &[u8] {
    let start = value.iter().position(|byte| !is_space(byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| !is_space(byte)).map_or(start, |last| last + 1);
    value.get(start..end).unwrap_or_default()
}
