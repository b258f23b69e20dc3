//! The threads of one layer: one reads, two hash, several compress, and the calling one writes.

use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, ScopedJoinHandle};

use super::error::LayerIoError;
use super::pieces::{Buffers, Gone, PIECE_BYTES, Piece, hash};
use super::workers::{Cutter, Done, Slot, Workers, work};
use super::{CopyOptions, MadeLayer};
use crate::codec::{CodecError, Compression, Decoder, Encoding, Trailing};
use crate::digest::{Algorithm, Digest, Hasher};
use crate::layer::{CopiedLayer, ExpectedLayer, LayerCopyError, LayerForm, SizedDigest};
use crate::limits::Limits;

/// What is to be written next.
pub(super) enum Message {
    Piece(Arc<Piece>),
    Bytes(Vec<u8>),
    Block(Receiver<Done>),
}

/// Why the reading thread ended early.
enum Stop<E> {
    Error(E),
    /// The one who writes has given up, and knows why.
    Gone,
}

impl<E> From<Gone> for Stop<E> {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl From<CodecError> for Stop<LayerIoError> {
    fn from(error: CodecError) -> Self {
        Self::Error(error.into())
    }
}

impl From<LayerCopyError> for Stop<LayerIoError> {
    fn from(error: LayerCopyError) -> Self {
        Self::Error(error.into())
    }
}

/// What the reading thread knows of the stored bytes at their end.
#[derive(Clone, Copy)]
struct Found {
    size: u64,
    tar_size: u64,
    compression: Compression,
    trailing: Option<Trailing>,
}

pub(super) fn copy(
    source: impl Read + Send,
    form: LayerForm,
    expected: &ExpectedLayer,
    out: &mut dyn Write,
    options: &CopyOptions,
) -> Result<CopiedLayer, LayerIoError> {
    let form = form.settled();
    let encoding = match form {
        LayerForm::Encoded(encoding) => encoding,
        LayerForm::Stored | LayerForm::Plain => Encoding::NONE,
    };
    let (to_stored, stored) = channel();
    let algorithms = [expected.stored_algorithm(), expected.tar_algorithm()];
    let passed = pass(&encoding, out, options, stored, algorithms, move |mut feed| {
        feed.writes_tar = form != LayerForm::Stored;
        read(source, expected, &options.limits, &to_stored, &mut feed)
    })?;
    let read = passed.read;
    let stored = SizedDigest { digest: passed.stored, size: read.size };
    let tar = match expected.hashes_tar(read.compression) {
        true => SizedDigest { digest: passed.tar, size: read.tar_size },
        false => stored,
    };
    let (written, compression) = match form {
        LayerForm::Stored => (stored, read.compression),
        LayerForm::Plain => (tar, Compression::None),
        LayerForm::Encoded(encoding) => (passed.written, encoding.compression),
    };
    let trailing = read.trailing;
    let copied =
        CopiedLayer { stored, stored_compression: read.compression, tar, written, compression, trailing };
    expected.check(&copied)?;
    Ok(copied)
}

pub(super) fn make<E: From<LayerIoError> + Send>(
    encoding: &Encoding,
    out: &mut dyn Write,
    options: &CopyOptions,
    produce: impl FnOnce(&mut dyn Write) -> Result<(), E> + Send,
) -> Result<MadeLayer, E> {
    // Nothing is stored yet, and so nobody sends.
    let (_, stored) = channel();
    let algorithms = [Algorithm::Sha256; 2];
    let passed = pass(encoding, out, options, stored, algorithms, |mut feed| {
        let mut tar = Tar { feed: &mut feed, size: 0 };
        produce(&mut tar).map_err(Stop::Error)?;
        let size = tar.size;
        feed.finish()?;
        Ok(size)
    })?;
    let tar = SizedDigest { digest: passed.tar, size: passed.read };
    let written = if encoding.compression == Compression::None { tar } else { passed.written };
    Ok(MadeLayer { tar, written, compression: encoding.compression })
}

/// What all threads found.
struct Passed<T> {
    read: T,
    stored: Digest,
    tar: Digest,
    written: SizedDigest,
}

/// Runs the threads. `fill` has one of its own and fills the [`Feed`].
fn pass<T: Send, E: From<LayerIoError> + Send>(
    encoding: &Encoding,
    out: &mut dyn Write,
    options: &CopyOptions,
    stored: Receiver<Arc<Piece>>,
    [stored_algorithm, tar_algorithm]: [Algorithm; 2],
    fill: impl FnOnce(Feed) -> Result<T, Stop<E>> + Send,
) -> Result<Passed<T>, E> {
    let workers = Workers::new(encoding, options.threads()).map_err(LayerIoError::from)?;
    let (to_tar, tar) = channel();
    let (to_writer, messages) = channel();
    let (to_workers, jobs) = channel();
    let jobs = Mutex::new(jobs);
    let (cutter, home) = if workers.encoders.is_empty() {
        (None, channel().0)
    } else {
        let (cutter, home) = Cutter::new(encoding, workers.slots, to_workers, to_writer.clone());
        (Some(cutter), home)
    };
    let feed =
        Feed { buffers: Buffers::new(), current: Vec::new(), writes_tar: true, to_tar, cutter, to_writer };
    thread::scope(|scope| {
        let stored = scope.spawn(move || hash(stored_algorithm, &stored));
        let tar = scope.spawn(move || hash(tar_algorithm, &tar));
        for encoder in workers.encoders {
            let jobs = &jobs;
            scope.spawn(move || work(encoder, jobs));
        }
        let filling = scope.spawn(move || {
            if let Some(cutter) = &feed.cutter {
                cutter.begin()?;
            }
            fill(feed)
        });
        let wrote = write(messages, &home, encoding, out);
        // Who waits for memory sees that no more comes.
        drop(home);
        let read = joined(filling);
        let (stored, tar) = (joined(stored), joined(tar));
        match (wrote, read) {
            (Err(error), Err(Stop::Gone) | Ok(_)) => Err(error.into()),
            // A failed write shows to who fills as well.
            (Err(error @ LayerIoError::Write { .. }), _) => Err(error.into()),
            (_, Err(Stop::Error(error))) => Err(error),
            (Ok(_), Err(Stop::Gone)) => Err(LayerIoError::from(LayerCopyError::Stopped).into()),
            (Ok(written), Ok(read)) => Ok(Passed { read, stored, tar, written }),
        }
    })
}

fn joined<T>(handle: ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Writes what comes, in order.
fn write(
    messages: Receiver<Message>,
    home: &Sender<Slot>,
    encoding: &Encoding,
    out: &mut dyn Write,
) -> Result<SizedDigest, LayerIoError> {
    // What is not compressed anew has the digest of the tar or of the stored bytes.
    let mut hasher = (encoding.compression != Compression::None).then(|| Hasher::new(Algorithm::Sha256));
    let mut size = 0;
    let mut write = |bytes: &[u8]| {
        if let Some(hasher) = &mut hasher {
            hasher.update(bytes);
        }
        size += bytes.len() as u64;
        out.write_all(bytes).map_err(|source| LayerIoError::Write { source })
    };
    for message in messages {
        match message {
            Message::Piece(piece) => write(&piece.bytes)?,
            Message::Bytes(bytes) => write(&bytes)?,
            Message::Block(done) => {
                let Done { outcome, slot } = done.recv().map_err(|_| LayerCopyError::Stopped)?;
                outcome?;
                write(&slot.output)?;
                // All blocks may be cut by now.
                let _ = home.send(slot);
            }
        }
    }
    let digest = hasher.unwrap_or_else(|| Hasher::new(Algorithm::Sha256)).finish();
    Ok(SizedDigest { digest, size })
}

/// Reads the stored bytes to their end.
fn read(
    mut source: impl Read,
    expected: &ExpectedLayer,
    limits: &Limits,
    to_stored: &Sender<Arc<Piece>>,
    feed: &mut Feed,
) -> Result<Found, Stop<LayerIoError>> {
    let mut decoder: Option<Decoder> = None;
    let mut size = 0;
    loop {
        let mut buffer = feed.buffers.take()?;
        let read = source.by_ref().take(PIECE_BYTES as u64).read_to_end(&mut buffer);
        let count = read.map_err(|source| Stop::Error(LayerIoError::Read { source }))?;
        size += count as u64;
        expected.check_so_far(size)?;
        // The first bytes come together, or there are no more.
        let decoder = decoder.get_or_insert_with(|| {
            Decoder::new(Compression::detect(&buffer).unwrap_or(Compression::None), limits)
        });
        let compression = decoder.compression();
        if count == 0 {
            decoder.finish()?;
            feed.finish()?;
            let (tar_size, trailing) = (decoder.total_out(), decoder.trailing());
            return Ok(Found { size, tar_size, compression, trailing });
        }
        let piece = feed.buffers.piece(buffer);
        // Who hashes listens to the end.
        let _ = to_stored.send(Arc::clone(&piece));
        if !feed.writes_tar {
            feed.to_writer.send(Message::Piece(Arc::clone(&piece))).map_err(|_| Gone)?;
        }
        if compression == Compression::None {
            // Only counted: the limits hold for plain bytes as well.
            decoder.push::<Stop<LayerIoError>>(&piece.bytes, &mut |_| Ok(()))?;
            if expected.hashes_tar(compression) {
                let _ = feed.to_tar.send(Arc::clone(&piece));
            }
            if feed.writes_tar {
                feed.pass_on(piece)?;
            }
        } else {
            decoder.push::<Stop<LayerIoError>>(&piece.bytes, &mut |bytes| Ok(feed.tar(bytes)?))?;
        }
    }
}

/// Where the reading thread puts what it has.
struct Feed {
    buffers: Buffers,
    /// A piece of the tar that is being filled.
    current: Vec<u8>,
    /// The tar is what is wanted, in whatever form.
    writes_tar: bool,
    to_tar: Sender<Arc<Piece>>,
    cutter: Option<Cutter>,
    to_writer: Sender<Message>,
}

impl Feed {
    /// Takes bytes of the tar, to be hashed and perhaps written.
    fn tar(&mut self, mut bytes: &[u8]) -> Result<(), Gone> {
        while !bytes.is_empty() {
            if self.current.capacity() == 0 {
                self.current = self.buffers.take()?;
            }
            let (taken, rest) = bytes.split_at(bytes.len().min(PIECE_BYTES - self.current.len()));
            self.current.extend_from_slice(taken);
            bytes = rest;
            if self.current.len() >= PIECE_BYTES {
                self.complete()?;
            }
        }
        Ok(())
    }

    fn complete(&mut self) -> Result<(), Gone> {
        let piece = self.buffers.piece(std::mem::take(&mut self.current));
        let _ = self.to_tar.send(Arc::clone(&piece));
        if self.writes_tar { self.pass_on(piece) } else { Ok(()) }
    }

    fn finish(&mut self) -> Result<(), Gone> {
        if !self.current.is_empty() {
            self.complete()?;
        }
        self.cutter.as_mut().map_or(Ok(()), Cutter::finish)
    }

    /// To be written, compressed or not.
    fn pass_on(&mut self, piece: Arc<Piece>) -> Result<(), Gone> {
        match &mut self.cutter {
            Some(cutter) => cutter.push(&piece.bytes),
            None => self.to_writer.send(Message::Piece(piece)).map_err(|_| Gone),
        }
    }
}

/// The feed for who writes a tar.
struct Tar<'f> {
    feed: &'f mut Feed,
    size: u64,
}

impl Write for Tar<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.feed.tar(bytes).map_err(|Gone| io::Error::from(io::ErrorKind::BrokenPipe))?;
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
