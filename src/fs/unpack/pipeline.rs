//! Reading, decompressing, hashing and writing at the same time, each in a thread of its own.
//!
//! A fixed number of buffers goes round: whoever reads waits for one that all others are done with. So nothing piles up,
//! however different the speeds are.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::error::UnpackError;
use crate::codec::{CodecError, Compression, Decoder, Trailing};
use crate::digest::{Algorithm, Digest, Hasher};
use crate::limits::Limits;

/// What fits a processor's cache goes fastest from thread to thread.
const BUFFER_BYTES: usize = 256 << 10;
const BUFFERS: usize = 16;

/// What is known of a layer when it has been read to its end.
pub(super) struct Passed {
    pub digest: Digest,
    pub diff_id: Digest,
    pub compression: Compression,
    pub stored_size: u64,
    pub tar_size: u64,
    pub trailing: Option<Trailing>,
}

/// Bytes that several threads look at; the buffer goes back when the last of them is done.
struct Piece {
    bytes: Vec<u8>,
    home: Sender<Vec<u8>>,
}

impl Drop for Piece {
    fn drop(&mut self) {
        // Nobody waits for it any more when the pass has ended.
        let _ = self.home.send(std::mem::take(&mut self.bytes));
    }
}

/// Why the reading thread ended early.
enum Stop {
    Read(io::Error),
    Codec(CodecError),
    /// The one who writes has given up, and knows why.
    Given,
}

impl From<CodecError> for Stop {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
}

/// Hands the uncompressed bytes of a layer to `take`, in the calling thread.
pub(super) fn pass<R: Read + Send>(
    source: R,
    limits: &Limits,
    mut take: impl FnMut(&[u8]) -> Result<(), UnpackError>,
) -> Result<Passed, UnpackError> {
    let (home, free) = channel();
    for _ in 0..BUFFERS {
        let _ = home.send(Vec::with_capacity(BUFFER_BYTES));
    }
    let (to_writer, pieces) = channel::<Arc<Piece>>();
    let (to_stored, stored) = channel();
    let (to_plain, plain) = channel();
    thread::scope(|scope| {
        let stored = scope.spawn(move || hash(&stored));
        let plain = scope.spawn(move || hash(&plain));
        let reader = scope.spawn(move || {
            let out = Out { to_writer, to_plain, home, free };
            out.read(source, to_stored, limits)
        });
        let taken = pieces.iter().try_for_each(|piece| take(&piece.bytes));
        drop(pieces);
        let read = joined(reader);
        let (digest, plain) = (joined(stored), joined(plain));
        taken?;
        match read {
            Ok((compression, stored_size, tar_size, trailing)) => {
                let diff_id = if compression == Compression::None { digest } else { plain };
                Ok(Passed { digest, diff_id, compression, stored_size, tar_size, trailing })
            }
            Err(Stop::Read(source)) => Err(UnpackError::Read { source }),
            Err(Stop::Codec(error)) => Err(error.into()),
            Err(Stop::Given) => {
                Err(UnpackError::Read { source: io::Error::other("the layer was not read to its end") })
            }
        }
    })
}

fn joined<T>(handle: thread::ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn hash(pieces: &Receiver<Arc<Piece>>) -> Digest {
    let mut hasher = Hasher::new(Algorithm::Sha256);
    for piece in pieces.iter() {
        hasher.update(&piece.bytes);
    }
    hasher.finish()
}

/// Where the reading thread puts what it read.
struct Out {
    to_writer: Sender<Arc<Piece>>,
    to_plain: Sender<Arc<Piece>>,
    home: Sender<Vec<u8>>,
    free: Receiver<Vec<u8>>,
}

impl Out {
    fn read(
        self,
        mut source: impl Read,
        to_stored: Sender<Arc<Piece>>,
        limits: &Limits,
    ) -> Result<(Compression, u64, u64, Option<Trailing>), Stop> {
        let mut decoder: Option<Decoder> = None;
        let mut stored_size = 0;
        loop {
            let mut buffer = self.buffer()?;
            // A buffer may come back larger than what is read at once, never smaller.
            let read = source.by_ref().take(BUFFER_BYTES as u64).read_to_end(&mut buffer);
            let count = read.map_err(Stop::Read)?;
            stored_size += count as u64;
            let decoder = decoder.get_or_insert_with(|| {
                Decoder::new(Compression::detect(&buffer).unwrap_or(Compression::None), limits)
            });
            if count == 0 {
                decoder.finish()?;
                return Ok((decoder.compression(), stored_size, decoder.total_out(), decoder.trailing()));
            }
            let piece = Arc::new(Piece { bytes: buffer, home: self.home.clone() });
            let _ = to_stored.send(Arc::clone(&piece));
            if decoder.compression() == Compression::None {
                // Only counted: the limits hold for plain bytes as well.
                decoder.push::<Stop>(&piece.bytes, &mut |_| Ok(()))?;
                self.to_writer.send(piece).map_err(|_| Stop::Given)?;
            } else {
                decoder.push(&piece.bytes, &mut |bytes| self.plain(bytes))?;
            }
        }
    }

    fn buffer(&self) -> Result<Vec<u8>, Stop> {
        let mut buffer = self.free.recv().map_err(|_| Stop::Given)?;
        buffer.clear();
        Ok(buffer)
    }

    fn plain(&self, bytes: &[u8]) -> Result<(), Stop> {
        let mut buffer = self.buffer()?;
        buffer.extend_from_slice(bytes);
        let piece = Arc::new(Piece { bytes: buffer, home: self.home.clone() });
        let _ = self.to_plain.send(Arc::clone(&piece));
        self.to_writer.send(piece).map_err(|_| Stop::Given)
    }
}
