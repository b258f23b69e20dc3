//! Reading the lines of a tar-split file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::TarSplitError;
use crate::json::{self, JsonError, decode_struct};
use crate::limits::{LimitExceeded, Limits};

/// Raw bytes of the tar.
const RAW: i64 = 2;
/// A file whose contents lie elsewhere.
const FILE: i64 = 1;

/// A part of the tar, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TarSplitPiece {
    /// These bytes.
    Raw(Vec<u8>),
    /// The contents of a file. Entries without contents are passed over: their headers are all there is of them.
    File {
        /// Its name as in the tar, which is not to be trusted.
        name: Vec<u8>,
        /// Its number of bytes.
        size: u64,
        /// [`Crc64`](super::Crc64) of its contents.
        crc: [u8; 8],
    },
}

/// One line, with the keys that the program tar-split uses.
#[derive(Default)]
struct Line {
    kind: i64,
    name: Option<String>,
    name_raw: Option<String>,
    size: i64,
    payload: Option<String>,
}

decode_struct!(Line {
    "type" => kind,
    "name" => name,
    "name_raw" => name_raw,
    "size" => size,
    "payload" => payload,
});

/// Reads lines that arrive in pieces, unpacked from gzip.
#[derive(Debug)]
pub struct TarSplitReader {
    line: Vec<u8>,
    lines: u64,
    limits: Limits,
}

impl TarSplitReader {
    /// Before the first line. Of the limits, `jsonBytes` bounds a line.
    pub fn new(limits: &Limits) -> Self {
        Self { line: Vec::new(), lines: 0, limits: *limits }
    }

    /// Takes more bytes, and hands over what the lines that are complete say.
    ///
    /// # Errors
    /// What is wrong with a line, or the error of `take`.
    pub fn push<E: From<TarSplitError>>(
        &mut self,
        mut bytes: &[u8],
        take: &mut impl FnMut(TarSplitPiece) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (head, tail) = bytes.split_at(end);
            self.extend(head)?;
            bytes = tail.get(1..).unwrap_or_default();
            let line = std::mem::take(&mut self.line);
            self.read(&line, take)?;
            self.line = line;
            self.line.clear();
        }
        Ok(self.extend(bytes)?)
    }

    /// Says that the file ends here.
    ///
    /// # Errors
    /// It ends within a line.
    pub fn finish(self) -> Result<(), TarSplitError> {
        if self.line.iter().all(u8::is_ascii_whitespace) {
            Ok(())
        } else {
            Err(TarSplitError::Truncated { line: self.lines + 1 })
        }
    }

    fn extend(&mut self, bytes: &[u8]) -> Result<(), TarSplitError> {
        let length = self.line.len() as u64 + bytes.len() as u64;
        LimitExceeded::check("jsonBytes", self.limits.json_bytes, length)
            .map_err(|source| TarSplitError::Limit { line: self.lines + 1, source })?;
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn read<E: From<TarSplitError>>(
        &mut self,
        text: &[u8],
        take: &mut impl FnMut(TarSplitPiece) -> Result<(), E>,
    ) -> Result<(), E> {
        self.lines += 1;
        if text.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        match piece(text, self.lines, &self.limits)? {
            Some(piece) => take(piece),
            None => Ok(()),
        }
    }
}

fn piece(text: &[u8], line: u64, limits: &Limits) -> Result<Option<TarSplitPiece>, TarSplitError> {
    let mut read = Line::default();
    json::decode(text, &mut read, limits)
        .map_err(|source: JsonError| TarSplitError::Json { line, source })?
        .map_err(|source| TarSplitError::Field { line, source })?;
    let wrong = |reason| TarSplitError::Entry { line, reason };
    let bytes = |text: String| STANDARD.decode(text).map_err(|_| wrong("it is no base64"));
    let size = u64::try_from(read.size).map_err(|_| wrong("its size is negative"))?;
    match read.kind {
        RAW => Ok(read.payload.map(bytes).transpose()?.map(TarSplitPiece::Raw)),
        FILE if size == 0 => Ok(None),
        FILE => {
            let payload = read.payload.map(bytes).transpose()?.unwrap_or_default();
            let crc = payload.try_into().map_err(|_| wrong("its checksum has not eight bytes"))?;
            let raw = read.name_raw.map(bytes).transpose()?.filter(|name| !name.is_empty());
            let name = raw.unwrap_or_else(|| read.name.unwrap_or_default().into_bytes());
            Ok(Some(TarSplitPiece::File { name, size, crc }))
        }
        found => Err(TarSplitError::Type { line, found }),
    }
}
