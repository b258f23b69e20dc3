//! Unpacking for those who read, decompress and hash by themselves.

use std::io::{self, Read};

use super::report::Denied;
use super::{UnpackError, Unpacker, Written};
use crate::finding::Finding;

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
        let ((), Written { counts, findings, .. }) = self.write(|write| {
            let mut buffer = vec![0; BUFFER_BYTES];
            loop {
                match tar.read(&mut buffer) {
                    Ok(0) => return Ok(()),
                    Ok(read) => write(buffer.get(..read).unwrap_or_default())?,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(source) => return Err(UnpackError::Read { source }),
                }
            }
        })?;
        let (findings, more_findings) = findings.into_parts();
        Ok(Shortcomings { denied: counts.denied, findings, more_findings })
    }
}
