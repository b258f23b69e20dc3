//! Reading files as records.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::failure;
use crate::limits::LimitExceeded;
use crate::store::BackendError;

/// Bytes that are asked for at first: most records are smaller.
const AT_ONCE: usize = 32 << 10;

/// Reads files one after the other through one buffer.
pub(super) struct Reader {
    buffer: Vec<u8>,
    limit: u64,
}

impl Reader {
    /// Of files with at most so many bytes.
    pub(super) fn new(limit: u64) -> Self {
        Self { buffer: vec![0; AT_ONCE], limit }
    }

    /// The contents of a file; nothing when there is none, or when what has the name is something else, such as a pipe,
    /// which could not even be opened without waiting for a writer. Links are not followed, as they are not listed either.
    pub(super) fn get(&mut self, path: &Path, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_file() => self.opened(File::open(path), key),
            Ok(_) => Ok(None),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(failure("get", key, &error)),
        }
    }

    /// The contents of what was opened as a file; nothing when it is gone.
    pub(super) fn opened(
        &mut self,
        file: io::Result<File>,
        key: &str,
    ) -> Result<Option<Vec<u8>>, BackendError> {
        match file.and_then(|file| self.read(file)) {
            Ok(bytes) => Ok(Some(bytes?)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(failure("get", key, &error)),
        }
    }

    /// Asks neither for the length nor for the position: each would take as long as reading.
    fn read(&mut self, mut file: File) -> io::Result<Result<Vec<u8>, LimitExceeded>> {
        let mut bytes = Vec::new();
        loop {
            let read = match file.read(&mut self.buffer) {
                Ok(0) => return Ok(Ok(bytes)),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            bytes.extend_from_slice(self.buffer.get(..read).unwrap_or_default());
            if let Err(error) = LimitExceeded::check("recordBytes", self.limit, bytes.len() as u64) {
                return Ok(Err(error));
            }
        }
    }
}

/// Whether an error says that there is no such file.
pub(super) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
