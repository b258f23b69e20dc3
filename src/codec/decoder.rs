//! The push decoder of all formats: drives one of them, counts, and keeps the limits.

use std::ops::Range;

use super::Compression;
use super::bzip2::Bzip2;
use super::error::{CodecError, Fault};
use super::gzip::Gzip;
use super::inflate::WINDOW;
use super::io::{Io, Stand};
use super::seek::{Recorder, SeekIndex};
use super::xz::Xz;
use super::zstd::Zstd;
use crate::limits::{LimitExceeded, Limits};

/// The output buffer, handed out piece by piece and reused; a piece still fits a processor's second-level cache.
const OUTPUT_BYTES: usize = 128 << 10;

/// Bytes behind the last member of a stream that begin no further member. Decoders ignore them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trailing {
    /// Where they begin in the compressed stream.
    pub offset: u64,
    /// How many there are.
    pub bytes: u64,
    /// Whether all of them are zero, as padding is.
    pub zeros: bool,
}

/// Decodes one compressed stream that is pushed into it piece by piece.
///
/// After an error every further call returns that error again.
pub struct Decoder {
    format: Compression,
    inner: Inner,
    output: Box<[u8]>,
    /// Where the next output goes: behind the window that inflating refers to, else at the start.
    place: usize,
    unpacked_bytes: u64,
    expansion_ratio: u64,
    expansion_floor: u64,
    total_in: u64,
    total_out: u64,
    trailing: Option<Trailing>,
    recorder: Option<Recorder>,
    failed: Option<CodecError>,
}

enum Inner {
    Stored,
    Gzip(Box<Gzip>),
    Zstd(Box<Zstd>),
    Bzip2(Box<Bzip2>),
    Xz(Box<Xz>),
}

impl Decoder {
    /// A decoder for one stream. Of the limits, `unpacked_bytes`, `expansion_ratio`, `expansion_floor` and
    /// `window_bytes` apply.
    pub fn new(compression: Compression, limits: &Limits) -> Self {
        let inner = match compression {
            Compression::None => Inner::Stored,
            Compression::Gzip => Inner::Gzip(Box::default()),
            Compression::Zstd => Inner::Zstd(Box::new(Zstd::new(limits.window_bytes))),
            Compression::Bzip2 => Inner::Bzip2(Box::default()),
            Compression::Xz => Inner::Xz(Box::new(Xz::new(limits.window_bytes))),
        };
        let output = match compression {
            Compression::None => 0,
            Compression::Gzip => WINDOW + OUTPUT_BYTES,
            _ => OUTPUT_BYTES,
        };
        Self {
            format: compression,
            inner,
            output: vec![0; output].into_boxed_slice(),
            place: 0,
            unpacked_bytes: limits.unpacked_bytes,
            expansion_ratio: limits.expansion_ratio,
            expansion_floor: limits.expansion_floor,
            total_in: 0,
            total_out: 0,
            trailing: None,
            recorder: None,
            failed: None,
        }
    }

    /// Takes places on the way from which the stream can be decoded later, within the limit `seek_bytes`.
    pub fn with_seek_index(mut self, limits: &Limits) -> Self {
        self.recorder = Some(Recorder::new(self.format, limits));
        self
    }

    /// The places taken so far, if that was asked for; none are taken afterwards.
    pub fn take_seek_index(&mut self) -> Option<SeekIndex> {
        self.recorder.take().map(Recorder::finish)
    }

    /// A decoder that goes on at the last place of an index at or before byte `unpacked` of the unpacked stream. It is
    /// to be fed from where [`SeekIndex::start`] tells, and hands out what follows there.
    ///
    /// The checksum of a gzip member that it enters in the middle is not checked.
    pub fn resume(index: &SeekIndex, unpacked: u64, limits: &Limits) -> Self {
        let mut decoder = Self::new(index.compression(), limits);
        let start = index.start(unpacked);
        (decoder.total_in, decoder.total_out) = (start.stored, start.unpacked);
        let block = index.point(unpacked).and_then(|point| point.block.as_ref());
        if let (Inner::Gzip(gzip), Some(block)) = (&mut decoder.inner, block) {
            gzip.resume(block);
            let window = decoder.output.get_mut(..block.window.len()).unwrap_or_default();
            window.copy_from_slice(&block.window);
            decoder.place = block.window.len();
        }
        decoder
    }

    /// Decodes a piece of `input`, which is read as far as it is used, and tells where the piece is; an empty one when
    /// more is needed.
    ///
    /// # Errors
    /// As [`Decoder::push`]. What was decoded before it is not handed out.
    pub(super) fn pull(&mut self, input: &mut &[u8]) -> Result<Range<usize>, CodecError> {
        loop {
            if let Some(error) = &self.failed {
                return Err(error.clone());
            }
            let (written, outcome) = self.step(input);
            let more = outcome.inspect_err(|error| self.failed = Some(error.clone()))?;
            if !written.is_empty() || !more {
                return Ok(written);
            }
        }
    }

    /// A part of the piece decoded last.
    pub(super) fn piece(&self, range: Range<usize>) -> &[u8] {
        self.output.get(range).unwrap_or_default()
    }

    /// Decodes all of `input` and hands every piece of output to `sink`, in order. What could be decoded
    /// before an error is handed out before the error is returned.
    ///
    /// # Errors
    /// The sink's error as it is, after which the decoder is of no more use ([`CodecError::Stopped`]); else
    /// any [`CodecError`] but [`CodecError::Truncated`].
    pub fn push<E: From<CodecError>>(
        &mut self,
        mut input: &[u8],
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Some(error) = &self.failed {
            return Err(error.clone().into());
        }
        if let Inner::Stored = self.inner {
            let (allowed, outcome) = self.pass(input);
            if !allowed.is_empty() {
                sink(allowed).inspect_err(|_| self.stop())?;
            }
            return Ok(outcome.inspect_err(|error| self.failed = Some(error.clone()))?);
        }
        loop {
            let (written, outcome) = self.step(&mut input);
            if !written.is_empty() {
                let piece = self.output.get(written).unwrap_or_default();
                sink(piece).inspect_err(|_| self.stop())?;
            }
            if !outcome.inspect_err(|error| self.failed = Some(error.clone()))? {
                return Ok(());
            }
        }
    }

    /// Says that the stream ends here.
    ///
    /// # Errors
    /// [`CodecError::Truncated`] when it ends inside a member or holds none at all, or the error that an
    /// earlier call returned.
    pub fn finish(&mut self) -> Result<(), CodecError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let stand = match &self.inner {
            Inner::Stored => Stand::Between,
            Inner::Gzip(gzip) => gzip.stand(),
            Inner::Zstd(zstd) => zstd.stand(),
            Inner::Bzip2(bzip2) => bzip2.stand(),
            Inner::Xz(xz) => xz.stand(),
        };
        if stand == Stand::Inside && self.trailing.is_none() {
            let error = CodecError::Truncated { format: self.format, offset: self.total_in };
            self.failed = Some(error.clone());
            return Err(error);
        }
        Ok(())
    }

    /// The compression that is decoded.
    pub fn compression(&self) -> Compression {
        self.format
    }

    /// Compressed bytes read so far, trailing ones included.
    pub fn total_in(&self) -> u64 {
        self.total_in
    }

    /// Unpacked bytes handed out so far.
    pub fn total_out(&self) -> u64 {
        self.total_out
    }

    /// What was found behind the last member so far. `None` for uncompressed streams.
    pub fn trailing(&self) -> Option<Trailing> {
        self.trailing
    }

    fn stop(&mut self) {
        self.failed = Some(CodecError::Stopped { format: self.format });
    }

    /// The part of uncompressed input that the limits allow.
    fn pass<'i>(&mut self, input: &'i [u8]) -> (&'i [u8], Result<(), CodecError>) {
        self.total_in += input.len() as u64;
        let allowed = self.allowed(input.len());
        (input.get(..allowed).unwrap_or_default(), self.check_limits(input.len(), allowed))
    }

    /// One turn: which part of the output buffer is filled, and whether there is more to do.
    fn step(&mut self, input: &mut &[u8]) -> (Range<usize>, Result<bool, CodecError>) {
        if self.trailing.is_some() {
            self.trail(input);
            return (0..0, Ok(false));
        }
        let given = input.len();
        let start = self.make_room();
        let mut io = Io {
            input_end: self.total_in + given as u64,
            input,
            output: &mut self.output,
            written: start,
            unpacked: (self.total_out, start),
            recorder: self.recorder.as_mut(),
        };
        let outcome = match &mut self.inner {
            Inner::Stored => Ok(Stand::Between),
            Inner::Gzip(gzip) => gzip.step(&mut io),
            Inner::Zstd(zstd) => zstd.step(&mut io),
            Inner::Bzip2(bzip2) => bzip2.step(&mut io),
            Inner::Xz(xz) => xz.step(&mut io),
        };
        let written = io.written - start;
        self.place = io.written;
        *input = io.input;
        let consumed = given - input.len();
        self.total_in += consumed as u64;
        let allowed = self.allowed(written);
        let limits = self.check_limits(written, allowed);
        let outcome = match outcome {
            _ if limits.is_err() => limits.map(|()| false),
            Err(fault) => Err(Fault::at(fault, self.format, self.total_in)),
            Ok(Stand::Trailing(read)) => {
                // The bytes that showed it are at most a magic number long; whether they are zeros is
                // known from their kind: a zero begins no member, so nothing before it was kept back.
                let offset = self.total_in.saturating_sub(read as u64);
                self.trailing = Some(Trailing { offset, bytes: read as u64, zeros: self.held_zeros() });
                Ok(true)
            }
            Ok(_) => Ok(consumed > 0 || written > 0),
        };
        (start..start + allowed, outcome)
    }

    /// Where the next output goes. What inflating may refer to is moved to the front once half of the buffer is used.
    fn make_room(&mut self) -> usize {
        match self.inner {
            Inner::Gzip(_) if self.output.len() - self.place >= self.output.len() / 2 => {}
            Inner::Gzip(_) => {
                self.output.copy_within(self.place - WINDOW..self.place, 0);
                self.place = WINDOW;
            }
            _ => self.place = 0,
        }
        self.place
    }

    /// Counts what follows the last member.
    fn trail(&mut self, input: &mut &[u8]) {
        self.total_in += input.len() as u64;
        if let Some(trailing) = &mut self.trailing {
            trailing.bytes += input.len() as u64;
            trailing.zeros = trailing.zeros && input.iter().all(|&byte| byte == 0);
        }
        *input = &[];
    }

    fn held_zeros(&self) -> bool {
        let held = match &self.inner {
            Inner::Stored => &[],
            Inner::Gzip(gzip) => gzip.held(),
            Inner::Zstd(zstd) => zstd.held(),
            Inner::Bzip2(bzip2) => bzip2.held(),
            Inner::Xz(xz) => xz.held(),
        };
        held.iter().all(|&byte| byte == 0)
    }

    /// How many of so many new bytes may be handed out.
    fn allowed(&self, written: usize) -> usize {
        let left = self.unpacked_bytes.saturating_sub(self.total_out);
        written.min(usize::try_from(left).unwrap_or(usize::MAX))
    }

    /// Counts the output and compares it with the limits.
    fn check_limits(&mut self, written: usize, allowed: usize) -> Result<(), CodecError> {
        let found = self.total_out.saturating_add(written as u64);
        self.total_out += allowed as u64;
        LimitExceeded::check("unpackedBytes", self.unpacked_bytes, found)?;
        if found > self.expansion_floor && found > self.expansion_ratio.saturating_mul(self.total_in) {
            let ratio = found.div_ceil(self.total_in.max(1));
            LimitExceeded::check("expansionRatio", self.expansion_ratio, ratio)?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder")
            .field("format", &self.format)
            .field("total_in", &self.total_in)
            .field("total_out", &self.total_out)
            .field("trailing", &self.trailing)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}
