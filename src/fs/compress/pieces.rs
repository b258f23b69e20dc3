//! Pieces of a layer that several threads look at.
//!
//! A fixed number of buffers goes round: whoever fills them waits for one that all others are done with. So nothing piles
//! up, however different the speeds are.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::digest::{Algorithm, Digest, Hasher};

/// What fits a processor's cache goes fastest from thread to thread.
pub(super) const PIECE_BYTES: usize = 256 << 10;
const PIECES: usize = 16;

/// The thread that takes the pieces is gone, and knows why.
#[derive(Debug)]
pub(super) struct Gone;

/// Bytes that several threads look at; the buffer goes back when the last of them is done.
pub(super) struct Piece {
    pub(super) bytes: Vec<u8>,
    home: Sender<Vec<u8>>,
}

impl Drop for Piece {
    fn drop(&mut self) {
        // Nobody waits for it any more when the pass has ended.
        let _ = self.home.send(std::mem::take(&mut self.bytes));
    }
}

/// The buffers.
pub(super) struct Buffers {
    home: Sender<Vec<u8>>,
    free: Receiver<Vec<u8>>,
}

impl Buffers {
    pub(super) fn new() -> Self {
        let (home, free) = channel();
        for _ in 0..PIECES {
            let _ = home.send(Vec::new());
        }
        Self { home, free }
    }

    /// An empty buffer, as soon as one is free.
    pub(super) fn take(&self) -> Result<Vec<u8>, Gone> {
        let mut buffer = self.free.recv().map_err(|_| Gone)?;
        buffer.clear();
        buffer.reserve(PIECE_BYTES);
        Ok(buffer)
    }

    /// A filled buffer, which comes back by itself.
    pub(super) fn piece(&self, bytes: Vec<u8>) -> Arc<Piece> {
        Arc::new(Piece { bytes, home: self.home.clone() })
    }
}

/// The digest of all pieces that come.
pub(super) fn hash(algorithm: Algorithm, pieces: &Receiver<Arc<Piece>>) -> Digest {
    let mut hasher = Hasher::new(algorithm);
    for piece in pieces {
        hasher.update(&piece.bytes);
    }
    hasher.finish()
}
