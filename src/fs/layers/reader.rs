//! A layer's tar as something that is read.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::error::LayerFolderError;
use super::{LayerDriver, LayerFolder, contents};
use crate::image::ChainId;

/// Pieces that are on their way at once.
const PIECES: usize = 8;
/// Bytes of a piece.
const PIECE_BYTES: usize = 256 << 10;

impl LayerFolder {
    /// A layer's tar, to be read. Whoever reads it to the end compares its digest with the diff id: where the tar is put
    /// together from files, reading fails if one of them is not what was registered; where it is kept as it is, nothing is
    /// compared.
    ///
    /// # Errors
    /// There is no such layer, or its contents cannot be opened.
    pub fn reader(&self, chain_id: &ChainId) -> Result<Box<dyn Read + Send>, LayerFolderError> {
        let metadata = self.metadata(chain_id)?;
        if self.driver() == LayerDriver::Tar {
            let path = contents::tar(&self.paths().contents, &metadata.cache_id);
            let file = File::open(&path).map_err(|error| LayerFolderError::io("read", &path, &error))?;
            return Ok(Box::new(file));
        }
        let (sender, pieces) = sync_channel(PIECES);
        let (layers, chain_id) = (self.clone(), chain_id.clone());
        thread::spawn(move || {
            let mut out = Pieces { sender, piece: Vec::new() };
            let exported = layers.export(&chain_id, &mut out).map_err(io::Error::other);
            if let Err(error) = exported.and_then(|_| out.flush()) {
                // Nobody is told who reads no more.
                let _ = out.sender.send(Err(error));
            }
        });
        Ok(Box::new(Reader { pieces, piece: Vec::new(), read: 0 }))
    }
}

struct Pieces {
    sender: SyncSender<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = std::mem::take(&mut self.piece);
        if piece.is_empty() {
            return Ok(());
        }
        self.sender.send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

struct Reader {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    read: usize,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.piece.len() {
            match self.pieces.recv() {
                Ok(piece) => (self.piece, self.read) = (piece?, 0),
                Err(_) => return Ok(0),
            }
        }
        let count = self.piece.get(self.read..).unwrap_or_default().read(buffer)?;
        self.read += count;
        Ok(count)
    }
}
