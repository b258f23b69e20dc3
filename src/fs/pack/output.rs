//! The tar on its way out: written, hashed and counted.

use std::io::Write;

use super::error::PackError;
use crate::digest::{Algorithm, Digest, Hasher};
use crate::limits::LimitExceeded;
use crate::tar::{Entry, WriteFormat, Writer};

pub(super) struct Output<W> {
    to: W,
    writer: Writer,
    hasher: Hasher,
    written: u64,
    limit: u64,
}

impl<W: Write> Output<W> {
    pub(super) fn new(to: W, format: WriteFormat, limit: u64) -> Self {
        Self { to, writer: Writer::new(format), hasher: Hasher::new(Algorithm::Sha256), written: 0, limit }
    }

    pub(super) fn entry(&mut self, entry: &Entry) -> Result<(), PackError> {
        let header = self.writer.entry(entry)?;
        write(&mut self.to, &mut self.hasher, &mut self.written, self.limit, header)
    }

    pub(super) fn contents(&mut self, bytes: &[u8]) -> Result<(), PackError> {
        self.writer.contents(bytes.len() as u64)?;
        write(&mut self.to, &mut self.hasher, &mut self.written, self.limit, bytes)
    }

    pub(super) fn padding(&mut self) -> Result<(), PackError> {
        let padding = self.writer.padding()?;
        write(&mut self.to, &mut self.hasher, &mut self.written, self.limit, padding)
    }

    /// Ends the tar: its digest and its size.
    pub(super) fn finish(mut self) -> Result<(Digest, u64), PackError> {
        let end = self.writer.finish()?;
        write(&mut self.to, &mut self.hasher, &mut self.written, self.limit, end)?;
        self.to.flush().map_err(|source| PackError::Write { source })?;
        Ok((self.hasher.finish(), self.written))
    }
}

fn write(
    to: &mut impl Write,
    hasher: &mut Hasher,
    written: &mut u64,
    limit: u64,
    bytes: &[u8],
) -> Result<(), PackError> {
    *written = written.saturating_add(bytes.len() as u64);
    LimitExceeded::check("unpackedBytes", limit, *written)?;
    hasher.update(bytes);
    to.write_all(bytes).map_err(|source| PackError::Write { source })
}
