//! Writing images: what a [`Layout`] says, into files, folders and streams.

mod copy;
mod error;
mod sink;
mod spool;

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub use error::WriteError;
use sink::Sink;
pub(super) use spool::{Range, unnamed};

use super::compress::CopyOptions;
use super::unpack::Staged;
use crate::archive::{Content, LayerRead, Layout, LayoutReport, Step};
use crate::layer::CopiedLayer;
use crate::limits::Limits;

/// What is large is handed on in pieces of so many bytes.
const PIECE: usize = 256 << 10;
/// The file in its staging folder.
const STAGED: &str = "archive";

/// Where images are written.
pub enum WriteTarget<'a> {
    /// A tar of that path. It appears there when it is complete.
    File(PathBuf),
    /// A folder of that path, which is not there or empty. It appears when it is complete.
    Folder(PathBuf),
    /// A tar, in one direction. What had been written before an error is of no worth.
    Stream(&'a mut dyn Write),
}

/// What is being done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteProgress {
    /// The layer.
    pub entry: String,
    /// It is only read, because something has to be known of it before anything is written.
    pub is_measured: bool,
    /// Bytes that were written of it so far.
    pub written: u64,
}

/// Hears of what is being done, and may end it.
pub type OnProgress<'p> = &'p mut dyn FnMut(&WriteProgress) -> ControlFlow<()>;

/// How images are written to disk.
#[derive(Clone, Debug, Default)]
pub struct SinkOptions {
    /// A file that is there gives way. Folders never do.
    pub replace: bool,
    /// Wait until all is on the disk before it appears at its place.
    pub sync: bool,
    /// Threads that compress; by default as many as there are cores.
    pub threads: Option<NonZero<usize>>,
    /// Where layers are kept for a moment that are compressed on their way into a stream; by default the folder for
    /// temporary files.
    pub spool: Option<PathBuf>,
    /// Limits of decompression.
    pub limits: Limits,
}

/// The stored bytes of a layer, or why they cannot be had.
pub(super) type StoredLayer<'s> = Result<Box<dyn Read + Send + 's>, WriteError>;

/// Writes all that a layout says. `open` gives the stored bytes of its layers.
pub(super) fn write_layout<'s>(
    layout: Layout,
    target: WriteTarget<'_>,
    open: &mut dyn FnMut(&LayerRead) -> StoredLayer<'s>,
    options: &SinkOptions,
    progress: OnProgress<'_>,
) -> Result<LayoutReport, WriteError> {
    let mut work = Work { open, options, progress };
    match target {
        WriteTarget::File(path) => {
            let staged = Staged::beside(&path).map_err(|error| WriteError::staged(error, &path))?;
            if !options.replace && path.symlink_metadata().is_ok() {
                return Err(WriteError::Exists { path });
            }
            let inner = staged.path().join(STAGED);
            let file = File::create(&inner).map_err(|source| WriteError::io("make", &inner, source))?;
            let out = BufWriter::with_capacity(PIECE, file);
            let report = work.run(layout, Sink::File { out, path: inner })?;
            let committed = staged.commit_file(STAGED, options.replace, options.sync);
            committed.map_err(|error| WriteError::staged(error, &path))?;
            Ok(report)
        }
        WriteTarget::Folder(path) => {
            let staged = Staged::begin(&path).map_err(|error| WriteError::staged(error, &path))?;
            let report = work.run(layout, Sink::Folder(staged.path()))?;
            staged.commit(options.sync).map_err(|error| WriteError::staged(error, &path))?;
            Ok(report)
        }
        WriteTarget::Stream(out) => {
            let spool = options.spool.clone().unwrap_or_else(std::env::temp_dir);
            work.run(layout.sizes_first(), Sink::Stream { out, spool })
        }
    }
}

struct Work<'w, 's> {
    open: &'w mut dyn FnMut(&LayerRead) -> StoredLayer<'s>,
    options: &'w SinkOptions,
    progress: OnProgress<'w>,
}

impl Work<'_, '_> {
    fn run(&mut self, mut layout: Layout, mut sink: Sink<'_>) -> Result<LayoutReport, WriteError> {
        while let Some(step) = layout.next()? {
            match step {
                Step::Measure(read) => {
                    let copied = self.copy(&read, true, &mut io::sink(), Path::new(""))?;
                    layout.measured(read.source, &copied);
                }
                Step::Member(member) => match &member.content {
                    Content::Layer { read, size } => {
                        let mut copy = |out: &mut dyn Write, path: &Path| self.copy(read, false, out, path);
                        let mut place = |copied: &CopiedLayer| Ok(layout.written(read, copied)?);
                        sink.layer(&member, *size, &mut copy, &mut place)?;
                    }
                    _ => sink.member(&member)?,
                },
            }
        }
        sink.finish()?;
        Ok(layout.into_report())
    }

    fn copy(
        &mut self,
        read: &LayerRead,
        is_measured: bool,
        out: &mut dyn Write,
        path: &Path,
    ) -> Result<CopiedLayer, WriteError> {
        let entry = read.entry.clone();
        let told = WriteProgress { entry, is_measured, written: 0 };
        let mut out = Watched { out, progress: &mut *self.progress, told, is_aborted: false };
        out.tell()?;
        let source = (self.open)(read)?;
        let options = CopyOptions { limits: self.options.limits, threads: self.options.threads };
        let copied = copy::copy(source, read, &mut out, &options);
        if out.is_aborted {
            return Err(WriteError::Aborted);
        }
        copied.map_err(|error| WriteError::layer(&read.entry, path, error))
    }
}

/// Output that tells how far it is.
struct Watched<'w, 'p> {
    out: &'w mut dyn Write,
    progress: &'w mut (dyn FnMut(&WriteProgress) -> ControlFlow<()> + 'p),
    told: WriteProgress,
    is_aborted: bool,
}

impl Watched<'_, '_> {
    fn tell(&mut self) -> Result<(), WriteError> {
        match (self.progress)(&self.told) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(WriteError::Aborted),
        }
    }
}

impl Write for Watched<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.told.written += count as u64;
        if self.tell().is_err() {
            self.is_aborted = true;
            return Err(io::ErrorKind::Other.into());
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
