//! Copying and making layers on all cores.
//!
//! Reading and decompressing, hashing, compressing and writing go on at the same time. A layer that is compressed is
//! cut into blocks which the cores share, see [`Encoder`](crate::codec::Encoder); what is written is the same on any
//! number of threads, and the same as that encoder's output.
//!
//! The memory does not depend on the layer: 4 MiB of pieces on their way, and where something is compressed at most
//! [`BLOCKS_BYTES`] of input and as much of output, beside the tables of one compressor for each thread. On two
//! threads at the default levels the whole process took 22 MiB for gzip and 62 MiB for zstd.

mod error;
mod pieces;
mod pipeline;
mod workers;

use std::io::{Read, Write};
use std::num::NonZero;
use std::thread;

pub use error::LayerIoError;

use crate::codec::{Compression, Encoding};
use crate::layer::{CopiedLayer, ExpectedLayer, LayerForm, SizedDigest};
use crate::limits::Limits;

/// Bytes of the input that may be on their way through the compressors.
const BLOCKS_BYTES: usize = 32 << 20;

/// How layers are copied.
#[derive(Clone, Copy, Debug, Default)]
pub struct CopyOptions {
    /// The limits of decompression.
    pub limits: Limits,
    /// How many threads compress; as many as there are cores when absent.
    pub threads: Option<NonZero<usize>>,
}

/// What was made of a tar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeLayer {
    /// The tar: its diff id and length.
    pub tar: SizedDigest,
    /// The bytes that were written.
    pub written: SizedDigest,
    /// What those are compressed with.
    pub compression: Compression,
}

/// Reads a layer and writes it to `out` in the wanted form: what [`LayerCopy`](crate::layer::LayerCopy) does, with the
/// same bytes and results, on all cores. `out` is written to in the calling thread and not flushed.
///
/// ```
/// use layerglass::codec::Encoding;
/// use layerglass::digest::Digest;
/// use layerglass::fs::{CopyOptions, copy_layer};
/// use layerglass::layer::{ExpectedLayer, LayerForm};
///
/// let tar = [0; 1024];
/// let expected = ExpectedLayer { diff_id: Some(Digest::sha256(&tar)), ..ExpectedLayer::default() };
/// let mut zstd = Vec::new();
/// let form = LayerForm::Encoded(Encoding::ZSTD);
/// let copied = copy_layer(&tar[..], form, &expected, &mut zstd, &CopyOptions::default())?;
/// assert_eq!(copied.written.digest, Digest::sha256(&zstd));
/// # Ok::<(), layerglass::fs::LayerIoError>(())
/// ```
///
/// # Errors
/// [`LayerIoError::Read`] and [`LayerIoError::Write`] with what the system said, [`LayerIoError::Copy`] as for
/// `LayerCopy`. What was written before is of no worth then.
pub fn copy_layer(
    source: impl Read + Send,
    form: LayerForm,
    expected: &ExpectedLayer,
    out: &mut dyn Write,
    options: &CopyOptions,
) -> Result<CopiedLayer, LayerIoError> {
    pipeline::copy(source, form, expected, out, options)
}

/// Writes a tar to `out`, compressed or not, that `produce` writes in a thread of its own: hashing, compressing and
/// writing go on meanwhile.
///
/// ```
/// use layerglass::codec::Encoding;
/// use layerglass::fs::{CopyOptions, LayerIoError, make_layer};
///
/// let mut gzip = Vec::new();
/// let made = make_layer(&Encoding::GZIP, &mut gzip, &CopyOptions::default(), |tar| {
///     tar.write_all(&[0; 1024]).map_err(|source| LayerIoError::Read { source })
/// })?;
/// assert_eq!(made.tar.size, 1024);
/// assert_eq!(made.written.size, gzip.len() as u64);
/// # Ok::<(), LayerIoError>(())
/// ```
///
/// # Errors
/// That of `produce`; [`LayerIoError::Write`], of which `produce` sees no more than that nobody listens any longer
/// ([`std::io::ErrorKind::BrokenPipe`]); [`LayerIoError::Copy`] when the encoding cannot be written.
pub fn make_layer<E: From<LayerIoError> + Send>(
    encoding: &Encoding,
    out: &mut dyn Write,
    options: &CopyOptions,
    produce: impl FnOnce(&mut dyn Write) -> Result<(), E> + Send,
) -> Result<MadeLayer, E> {
    pipeline::make(encoding, out, options, produce)
}

impl CopyOptions {
    fn threads(&self) -> usize {
        self.threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get)
    }
}
