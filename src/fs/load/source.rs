//! The stored bytes of layers, watched while they are read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;

use super::{LoadError, LoadEvent, Progress};
use crate::archive::LayerSource;
use crate::codec::{CodecError, Compression, Decoder};
use crate::fs::files::failed;
use crate::fs::{FileError, ImageFile, LayerFolder};

/// Bytes between two events.
const EVENT_BYTES: u64 = 4 << 20;
/// Bytes that are read of a compressed file at once.
const READ_BYTES: usize = 256 << 10;

/// Where the layers of a file are read.
pub(super) enum Source<'f> {
    Stored(&'f ImageFile),
    /// What a file holds that is compressed as a whole.
    Unpacked(File),
}

impl<'f> Source<'f> {
    pub(super) fn of(
        file: &'f ImageFile,
        layers: &LayerFolder,
        progress: &Progress<'_>,
    ) -> Result<Self, LoadError> {
        let compression = file.archive().data().compression;
        if compression == Compression::None {
            return Ok(Self::Stored(file));
        }
        Ok(Self::Unpacked(unpack(file, compression, layers, progress)?))
    }

    /// The bytes of a layer.
    pub(super) fn layer(&self, source: &LayerSource) -> Result<io::Take<File>, FileError> {
        match self {
            Self::Stored(file) => Ok(file.files.range(source.file, source.offset, source.length)?.1),
            Self::Unpacked(spool) => {
                let open = || {
                    let mut file = spool.try_clone()?;
                    file.seek(SeekFrom::Start(source.offset))?;
                    Ok(file.take(source.length))
                };
                open().map_err(|error| failed("read", "the unpacked file".as_ref(), error))
            }
        }
    }
}

enum Stop {
    Codec(CodecError),
    Write(io::Error),
    Aborted,
}

impl From<CodecError> for Stop {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
}

/// Decompresses a file into one without a name, on the disk of the layers.
fn unpack(
    file: &ImageFile,
    compression: Compression,
    layers: &LayerFolder,
    progress: &Progress<'_>,
) -> Result<File, LoadError> {
    let mut spool = layers.spool().map_err(LoadError::Layers)?;
    let mut decoder = Decoder::new(compression, &file.options().limits);
    let mut stored = BufReader::with_capacity(READ_BYTES, file.files.range(0, 0, u64::MAX)?.1);
    let in_file = |source: CodecError| {
        LoadError::File(FileError::Archive { path: file.path().to_owned(), source: source.into() })
    };
    let (mut written, mut told) = (0, 0);
    loop {
        let bytes = match stored.fill_buf() {
            Ok([]) => break,
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(source) => return Err(failed("read", file.path(), source).into()),
        };
        let count = bytes.len();
        let pushed = decoder.push(bytes, &mut |plain: &[u8]| {
            spool.write_all(plain).map_err(Stop::Write)?;
            written += plain.len() as u64;
            if written - told >= EVENT_BYTES {
                told = written;
                progress.tell(&LoadEvent::Unpacking { bytes: written }).map_err(|_| Stop::Aborted)?;
            }
            Ok(())
        });
        pushed.map_err(|stop| match stop {
            Stop::Codec(error) => in_file(error),
            Stop::Write(error) => LoadError::Layers(layers.write_error(&error)),
            Stop::Aborted => LoadError::Aborted,
        })?;
        stored.consume(count);
    }
    // Archives are read that break off; a layer that is not whole is told when it is read.
    let _ = decoder.finish();
    Ok(spool)
}

/// A layer's bytes on their way, and whether the caller wants them still.
pub(super) struct Watched<'w> {
    pub(super) stored: io::Take<File>,
    pub(super) entry: &'w str,
    pub(super) progress: &'w Progress<'w>,
    total: u64,
    read: u64,
    told: u64,
}

impl<'w> Watched<'w> {
    pub(super) fn new(stored: io::Take<File>, entry: &'w str, progress: &'w Progress<'w>) -> Self {
        Self { total: stored.limit(), stored, entry, progress, read: 0, told: 0 }
    }

    /// Whether the bytes are those of a tar that is not compressed: its digest is then the diff id, and need not be
    /// computed twice.
    pub(super) fn is_plain(&mut self) -> io::Result<bool> {
        let mut start = Vec::new();
        self.stored.by_ref().take(512).read_to_end(&mut start)?;
        let (read, limit) = (start.len() as u64, self.stored.limit());
        self.stored.get_mut().seek_relative(-i64::try_from(read).unwrap_or_default())?;
        self.stored.set_limit(limit + read);
        Ok(Compression::detect(&start) == Some(Compression::None))
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stored.read(buffer)?;
        self.read += count as u64;
        if count == 0 || self.read - self.told >= EVENT_BYTES {
            self.told = self.read;
            let event = LoadEvent::Reading { entry: self.entry, bytes: self.read, total: self.total };
            if self.progress.tell(&event).is_err() {
                return Err(io::Error::other("ended by the caller"));
            }
        }
        Ok(count)
    }
}

impl Progress<'_> {
    /// Tells how far it is, unless the caller has had enough.
    pub(super) fn tell(&self, event: &LoadEvent<'_>) -> Result<(), LoadError> {
        if self.is_ended() {
            return Err(LoadError::Aborted);
        }
        match (self.callback)(event) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => {
                self.end();
                Err(LoadError::Aborted)
            }
        }
    }
}
