//! A layer's way into the store: reading and unpacking, hashing, taking apart and writing at the same time, each in a
//! thread, with a few pieces of the tar between them.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, ScopedJoinHandle};

use flate2::write::GzEncoder;

use super::error::LayerFolderError;
use crate::codec::{CodecError, Compression, Decoder};
use crate::digest::{Algorithm, Digest, Hasher};
use crate::layer::{TarSplitSummary, TarSplitWriter};
use crate::limits::Limits;

/// Bytes of a piece of the tar.
const PIECE_BYTES: usize = 256 << 10;
/// Pieces that wait for one of the threads at most.
const PIECES: usize = 16;

type Piece = Arc<Vec<u8>>;

/// What was found of a layer on its way.
pub(super) struct Passed {
    /// Digest of the stored bytes, if it was asked for.
    pub(super) blob: Option<Digest>,
    /// Digest of the tar.
    pub(super) tar: Digest,
    pub(super) summary: TarSplitSummary,
}

/// Why reading ends early.
enum Stop {
    Codec(CodecError),
    /// One of the threads takes no more; it says why.
    Refused,
}

impl From<CodecError> for Stop {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
}

/// Passes a layer through. `split` takes the gzipped lines of tar-split, `contents` reads the tar and keeps it.
pub(super) fn pass(
    stored: &mut (dyn Read + Send),
    blob: Option<Algorithm>,
    split: &mut File,
    contents: impl FnOnce(&mut dyn Read) -> Result<(), LayerFolderError> + Send,
    limits: &Limits,
) -> Result<Passed, LayerFolderError> {
    thread::scope(|scope| {
        let (to_hash, hashed) = sync_channel::<Piece>(PIECES);
        let (to_split, splitted) = sync_channel::<Piece>(PIECES);
        let (to_contents, kept) = sync_channel::<Piece>(PIECES);
        let hash = scope.spawn(move || {
            let mut hasher = Hasher::new(Algorithm::Sha256);
            hashed.iter().for_each(|piece| hasher.update(&piece));
            Ok(hasher.finish())
        });
        let split = scope.spawn(move || take_apart(&splitted, split, limits));
        let contents = scope.spawn(move || {
            let mut tar = Pieces { pieces: kept, piece: Piece::default(), at: 0 };
            contents(&mut tar)?;
            // What unpacks a tar may not read behind its end.
            io::copy(&mut tar, &mut io::sink()).map_err(|error| source(&error))?;
            Ok(())
        });
        // The senders are dropped with this call, which is the end of the tar for the others.
        let read = read(stored, blob, [to_hash, to_split, to_contents], limits);
        let (hash, split, contents) = (join(hash), join(split), join(contents));
        let blob = match read {
            Err(Err(error)) => return Err(error),
            Err(Ok(())) => None,
            Ok(blob) => blob,
        };
        match (split, contents, hash?) {
            (Ok(summary), Ok(()), tar) => Ok(Passed { blob, tar, summary }),
            // Where it cannot be written the tar broke off for the others.
            (_, Err(error @ LayerFolderError::Io { .. }), _) | (Err(error), _, _) | (_, Err(error), _) => {
                Err(error)
            }
        }
    })
}

/// Reads to the end. `Err(Ok)` when one of the threads took no more.
fn read(
    stored: &mut dyn Read,
    blob: Option<Algorithm>,
    to: [SyncSender<Piece>; 3],
    limits: &Limits,
) -> Result<Option<Digest>, Result<(), LayerFolderError>> {
    let mut hasher = blob.map(Hasher::new);
    let mut decoder = None;
    let mut buffer = vec![0; PIECE_BYTES];
    let mut filled = 0;
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    let send = |piece: Vec<u8>| {
        let piece = Arc::new(piece);
        to.iter().try_for_each(|to| to.send(Arc::clone(&piece)).map_err(|_| Stop::Refused))
    };
    loop {
        let room = buffer.get_mut(filled..).unwrap_or_default();
        let read = match stored.read(room) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Err(source(&error))),
        };
        if let Some(hasher) = &mut hasher {
            hasher.update(room.get(..read).unwrap_or_default());
        }
        filled += read;
        let bytes = buffer.get(..filled).unwrap_or_default();
        if decoder.is_none() {
            // A few bytes may not be enough to tell, unless there are no more.
            let compression = Compression::detect(bytes).or((read == 0).then_some(Compression::None));
            let Some(compression) = compression else { continue };
            decoder = Some(Decoder::new(compression, limits));
        }
        let Some(decoder) = &mut decoder else { continue };
        let pushed = decoder.push(bytes, &mut |mut bytes: &[u8]| {
            while !bytes.is_empty() {
                let (taken, rest) = bytes.split_at(bytes.len().min(PIECE_BYTES - piece.len()));
                piece.extend_from_slice(taken);
                bytes = rest;
                if piece.len() == PIECE_BYTES {
                    send(std::mem::replace(&mut piece, Vec::with_capacity(PIECE_BYTES)))?;
                }
            }
            Ok::<(), Stop>(())
        });
        let ended = pushed.and_then(|()| if read == 0 { Ok(decoder.finish()?) } else { Ok(()) });
        let ended = ended.and_then(|()| if read == 0 { send(std::mem::take(&mut piece)) } else { Ok(()) });
        match ended {
            Ok(()) if read == 0 => return Ok(hasher.map(Hasher::finish)),
            Ok(()) => filled = 0,
            Err(Stop::Codec(error)) => return Err(Err(error.into())),
            Err(Stop::Refused) => return Err(Ok(())),
        }
    }
}

fn take_apart(
    pieces: &Receiver<Piece>,
    file: &mut File,
    limits: &Limits,
) -> Result<TarSplitSummary, LayerFolderError> {
    let written = |error: io::Error| LayerFolderError::io("write", "tar-split.json.gz".as_ref(), &error);
    let mut writer = TarSplitWriter::new(limits);
    // Headers compress well at any level.
    let mut gzip = GzEncoder::new(file, flate2::Compression::fast());
    for piece in pieces {
        writer.push(&piece)?;
        io::Write::write_all(&mut gzip, &writer.take_lines()).map_err(written)?;
    }
    let mut summary = writer.finish()?;
    io::Write::write_all(&mut gzip, &std::mem::take(&mut summary.lines)).map_err(written)?;
    gzip.finish().and_then(|file| file.sync_all()).map_err(written)?;
    Ok(summary)
}

fn source(error: &io::Error) -> LayerFolderError {
    LayerFolderError::Source { reason: error.to_string() }
}

fn join<T>(thread: ScopedJoinHandle<'_, Result<T, LayerFolderError>>) -> Result<T, LayerFolderError> {
    let ended = || Err(LayerFolderError::Source { reason: "a thread ended early".to_owned() });
    thread.join().unwrap_or_else(|_| ended())
}

/// The tar as its pieces arrive.
struct Pieces {
    pieces: Receiver<Piece>,
    piece: Piece,
    at: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.piece.len() {
            match self.pieces.recv() {
                Ok(piece) => (self.piece, self.at) = (piece, 0),
                Err(_) => return Ok(0),
            }
        }
        let read = self.piece.get(self.at..).unwrap_or_default().read(buffer)?;
        self.at += read;
        Ok(read)
    }
}
