//! bzip2: any number of streams one after another.

use ::bzip2::{Decompress, Error, Status};

use super::compression::bzip2_start;
use super::error::{Corruption, Fault};
use super::io::{Boundary, Found, Io, Stand};

/// A bzip2 decoder.
#[derive(Default)]
pub(super) struct Bzip2 {
    boundary: Boundary,
    /// The stream that is being decoded; `None` between streams.
    stream: Option<Decompress>,
}

impl Bzip2 {
    pub fn stand(&self) -> Stand {
        if self.stream.is_none() { self.boundary.stand() } else { Stand::Inside }
    }

    pub fn held(&self) -> &[u8] {
        self.boundary.held()
    }

    /// Decodes until the input is read or the output is full.
    pub fn step(&mut self, io: &mut Io<'_, '_>) -> Result<Stand, Fault> {
        loop {
            let Some(stream) = &mut self.stream else {
                match self.boundary.find(io, bzip2_start)? {
                    Found::Unsure => return Ok(self.stand()),
                    Found::Trailing(read) => return Ok(Stand::Trailing(read)),
                    Found::Member => {
                        let mut stream = Decompress::new(false);
                        decode(&mut stream, self.boundary.held(), &mut [])?;
                        self.stream = Some(stream);
                    }
                }
                continue;
            };
            let (read, written, ended) = decode(stream, io.input, io.space())?;
            io.take(read);
            io.written += written;
            if ended {
                self.stream = None;
                self.boundary.next();
            } else if io.input.is_empty() || io.space().is_empty() {
                return Ok(Stand::Inside);
            } else if read == 0 && written == 0 {
                return Err(Corruption::Data.into());
            }
        }
    }
}

/// Bytes read, bytes written, and whether the stream ended.
fn decode(stream: &mut Decompress, input: &[u8], output: &mut [u8]) -> Result<(usize, usize, bool), Fault> {
    let (read, written) = (stream.total_in(), stream.total_out());
    let status = stream.decompress(input, output).map_err(|error| match error {
        Error::DataMagic => Corruption::Header,
        _ => Corruption::Data,
    })?;
    let (read, written) = (stream.total_in() - read, stream.total_out() - written);
    match status {
        Status::MemNeeded => Err(Fault::OutOfMemory),
        status => Ok((read as usize, written as usize, matches!(status, Status::StreamEnd))),
    }
}
