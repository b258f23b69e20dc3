//! Bytes on their way from one thread to another, a few pieces at a time.

use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Pieces that are on their way at once.
const PIECES: usize = 8;

/// The end that is written to. It fails once nobody reads any more.
#[derive(Debug)]
pub(super) struct PipeWriter(SyncSender<Vec<u8>>);

/// The end that is read from. It ends when the other one is dropped.
#[derive(Debug)]
pub(super) struct PipeReader {
    pieces: Receiver<Vec<u8>>,
    piece: Vec<u8>,
    read: usize,
}

/// Both ends.
pub(super) fn pipe() -> (PipeWriter, PipeReader) {
    let (sender, pieces) = sync_channel(PIECES);
    (PipeWriter(sender), PipeReader { pieces, piece: Vec::new(), read: 0 })
}

impl PipeWriter {
    /// Sends a piece as a whole. False when nobody reads any more.
    pub(super) fn send(&self, piece: Vec<u8>) -> bool {
        piece.is_empty() || self.0.send(piece).is_ok()
    }
}

impl PipeReader {
    /// The next piece; nothing at the end.
    pub(super) fn next(&mut self) -> Option<Vec<u8>> {
        self.pieces.recv().ok()
    }
}

impl Write for PipeWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.send(bytes.to_vec()) { Ok(bytes.len()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for PipeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.piece.len() {
            let Some(piece) = self.next() else { return Ok(0) };
            (self.piece, self.read) = (piece, 0);
        }
        let rest = self.piece.get(self.read..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        self.read += count;
        Ok(count)
    }
}
