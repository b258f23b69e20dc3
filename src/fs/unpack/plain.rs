//! Unpacking for those who read, decompress and hash by themselves.

use std::io::{self, Read};

use super::place::Placer;
use super::placed::Placed;
use super::report::Denied;
use super::{UnpackError, Unpacker, Whiteouts};
use crate::finding::Finding;
use crate::tar::Reader;

/// Bytes that are read at once.
const BUFFER_BYTES: usize = 256 << 10;

/// What could not be done as the tar says.
pub(in crate::fs) struct Shortcomings {
    pub(in crate::fs) denied: Denied,
    pub(in crate::fs) findings: Vec<Finding>,
    pub(in crate::fs) more_findings: u64,
}

impl Unpacker {
    /// Unpacks an uncompressed tar in the calling thread.
    pub(in crate::fs) fn plain(&mut self, tar: &mut dyn Read) -> Result<Shortcomings, UnpackError> {
        let is_first = std::mem::replace(&mut self.is_empty, false);
        let marks = !is_first && self.options.whiteouts == Whiteouts::Apply;
        self.folders.placed = marks.then(Placed::default);
        let limits = &self.options.limits;
        let mut reader = Reader::new(limits);
        let mut placer = Placer::new(&mut self.folders, self.options.whiteouts, limits, is_first);
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let read = match tar.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(UnpackError::Read { source }),
            };
            let mut bytes = buffer.get(..read).unwrap_or_default();
            while let Some(event) = reader.next(&mut bytes)? {
                placer.event(&event)?;
            }
        }
        reader.finish()?;
        let Placer { findings, counts, .. } = placer;
        self.folders.leave_all()?;
        let (findings, more_findings) = findings.into_parts();
        Ok(Shortcomings { denied: counts.denied, findings, more_findings })
    }
}
