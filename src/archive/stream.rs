//! Images as one tar that is written from its beginning to its end.

use super::stream_error::StreamError;
use super::{Content, LayerRead, Layout, LayoutReport, Member, Step};
use crate::codec::Compression;
use crate::digest::{Algorithm, Hasher};
use crate::layer::{CopiedLayer, LayerCopy, LayerCopyError, SizedDigest};
use crate::limits::Limits;
use crate::tar::{Entry, EntryKind, TarWriteError, Timestamp, WriteFormat, Writer};

/// Bytes of a layer that are held while its size is still to be found. What is larger is compressed twice.
const HELD: usize = 32 << 20;

/// Sizes from which on a header of USTAR cannot say them. GNU's can, in one block as well.
const LARGE: u64 = 1 << 33;

/// Writes what a [`Layout`] says as one tar, for output that cannot go back: the size of each member is known before its
/// contents are written. It is fed the stored bytes of layers, and gives the bytes of the tar.
///
/// A layer that is compressed anew is compressed first and then written, where it is small from memory and else by
/// compressing it once more: nothing has to be kept aside.
///
/// ```
/// use layerglass::archive::{ArchiveFormat, ImageParts, Layout, LayoutStream, WriteOptions};
///
/// let config = br#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers"}}"#.to_vec();
/// let image = ImageParts { config, ..ImageParts::default() };
/// let layout = Layout::new(vec![image], &WriteOptions::new(ArchiveFormat::Oci))?;
/// let mut stream = LayoutStream::new(layout, &Default::default());
/// let mut tar = Vec::new();
/// assert_eq!(stream.next(&mut tar)?, None); // no layer is wanted
/// assert_eq!(tar.len() % 512, 0);
/// assert_eq!(stream.into_report().images.len(), 1);
/// # Ok::<(), layerglass::archive::StreamError>(())
/// ```
pub struct LayoutStream {
    layout: Layout,
    limits: Limits,
    writer: Writer,
    stage: Stage,
}

enum Stage {
    /// Between members.
    Between,
    /// A layer is read, and nothing written.
    Measuring(LayerRead, Box<Reading>),
    /// A layer is read to find the size of what is written of it; the bytes, as long as they are not too many.
    Sizing(Member, LayerRead, Box<Reading>, Option<Vec<u8>>),
    /// A member with what its layer was found to be, which is written in the next reading.
    Sized(Member, LayerRead, Box<CopiedLayer>),
    /// A layer is written: with its size, and what came of it where that is known.
    Writing(LayerRead, Box<Reading>, u64, Option<Box<CopiedLayer>>),
    /// The end marker has been written, or something failed.
    Done,
}

/// A layer that is read.
enum Reading {
    Tar(Box<LayerCopy>),
    /// It is looked into no further.
    Other(Box<(LayerRead, Hasher, u64)>),
}

impl Reading {
    fn new(read: &LayerRead, limits: &Limits) -> Result<Box<Self>, StreamError> {
        if read.is_tar {
            let copy = LayerCopy::new(read.form, &read.expected, limits);
            let copy = copy.map_err(|source| layer_error(read, source))?;
            return Ok(Box::new(Self::Tar(Box::new(copy))));
        }
        let algorithm = read.expected.digest.map_or(Algorithm::Sha256, |digest| digest.algorithm());
        let hasher = Hasher::new(algorithm);
        Ok(Box::new(Self::Other(Box::new((read.clone(), hasher, 0)))))
    }

    fn push(&mut self, bytes: &[u8], mut sink: impl FnMut(&[u8])) -> Result<(), LayerCopyError> {
        match self {
            Self::Tar(copy) => copy.push(bytes, &mut |piece| {
                sink(piece);
                Ok(())
            }),
            Self::Other(other) => {
                let (read, hasher, size) = &mut **other;
                hasher.update(bytes);
                *size += bytes.len() as u64;
                read.expected.check_so_far(*size)?;
                sink(bytes);
                Ok(())
            }
        }
    }

    fn finish(self, mut sink: impl FnMut(&[u8])) -> Result<CopiedLayer, LayerCopyError> {
        match self {
            Self::Tar(copy) => copy.finish(&mut |piece| {
                sink(piece);
                Ok(())
            }),
            Self::Other(other) => {
                let (read, hasher, size) = *other;
                let stored = SizedDigest { digest: hasher.finish(), size };
                let copied = CopiedLayer {
                    stored,
                    stored_compression: Compression::None,
                    tar: stored,
                    written: stored,
                    compression: Compression::None,
                    trailing: None,
                };
                read.expected.check(&copied)?;
                Ok(copied)
            }
        }
    }
}

impl LayoutStream {
    /// A tar of what the layout says. Of the limits, those of [`LayerCopy::new`] apply.
    pub fn new(layout: Layout, limits: &Limits) -> Self {
        let writer = Writer::new(WriteFormat::Pax);
        Self { layout: layout.sizes_first(), limits: *limits, writer, stage: Stage::Between }
    }

    /// Appends what can be written to `out`, and says which layer is to be fed next from its beginning to its end, by its
    /// [`LayerParts::source`](super::LayerParts::source); nothing when the tar is complete.
    ///
    /// # Errors
    /// Why the images cannot be written. The tar is of no worth then.
    pub fn next(&mut self, out: &mut Vec<u8>) -> Result<Option<usize>, StreamError> {
        loop {
            match std::mem::replace(&mut self.stage, Stage::Done) {
                Stage::Between => {}
                Stage::Sized(member, read, copied) => {
                    let (source, size) = (read.source, copied.written.size);
                    self.header(&member, size, out)?;
                    let reading = Reading::new(&read, &self.limits)?;
                    self.stage = Stage::Writing(read, reading, size, Some(copied));
                    return Ok(Some(source));
                }
                Stage::Done => return Ok(None),
                // The layer was not ended.
                stage => {
                    self.stage = stage;
                    self.end(out)?;
                    continue;
                }
            }
            match self.layout.next()? {
                None => {
                    out.extend_from_slice(self.writer.finish().map_err(|source| tar_error("", source))?);
                }
                Some(Step::Measure(read)) => {
                    let (source, reading) = (read.source, Reading::new(&read, &self.limits)?);
                    self.stage = Stage::Measuring(read, reading);
                    return Ok(Some(source));
                }
                Some(Step::Member(mut member)) => {
                    let content = std::mem::replace(&mut member.content, Content::Folder);
                    if let Some(source) = self.member(member, content, out)? {
                        return Ok(Some(source));
                    }
                }
            }
        }
    }

    /// Takes the next stored bytes of the layer that is wanted, and appends what can be written to `out`.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), StreamError> {
        match &mut self.stage {
            Stage::Measuring(read, reading) => {
                reading.push(bytes, |_| {}).map_err(|source| layer_error(read, source))
            }
            Stage::Sizing(_, read, reading, held) => {
                let sized = reading.push(bytes, |piece| hold(held, piece));
                sized.map_err(|source| layer_error(read, source))
            }
            Stage::Writing(read, reading, ..) => {
                let before = out.len();
                let written = reading.push(bytes, |piece| out.extend_from_slice(piece));
                written.map_err(|source| layer_error(read, source))?;
                let counted = self.writer.contents((out.len() - before) as u64);
                counted.map_err(|source| tar_error(&read.entry, source))
            }
            Stage::Between | Stage::Sized(..) | Stage::Done => Ok(()),
        }
    }

    /// The layer has been fed.
    ///
    /// # Errors
    /// As [`Self::next`]; also when the layer is not the one that is declared.
    pub fn end(&mut self, out: &mut Vec<u8>) -> Result<(), StreamError> {
        self.stage = match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Measuring(read, reading) => {
                let copied = reading.finish(|_| {}).map_err(|source| layer_error(&read, source))?;
                self.layout.measured(read.source, &copied);
                Stage::Between
            }
            Stage::Sizing(mut member, read, reading, mut held) => {
                let copied = reading.finish(|piece| hold(&mut held, piece));
                let copied = copied.map_err(|source| layer_error(&read, source))?;
                member.path = Some(self.layout.written(&read, &copied)?);
                match held {
                    Some(held) => {
                        self.whole(&member, &held, out)?;
                        Stage::Between
                    }
                    None => Stage::Sized(member, read, Box::new(copied)),
                }
            }
            Stage::Writing(read, reading, size, known) => {
                let before = out.len();
                let copied = reading.finish(|piece| out.extend_from_slice(piece));
                let copied = copied.map_err(|source| layer_error(&read, source))?;
                if copied.written.size != size {
                    let (entry, expected, found) = (read.entry, size, copied.written.size);
                    return Err(StreamError::Size { entry, expected, found });
                }
                match known {
                    // Between the two readings it may have been changed.
                    Some(known) if known.written.digest != copied.written.digest => {
                        let digest = |copied: &CopiedLayer| Box::new(copied.written.digest);
                        let (expected, found) = (digest(&known), digest(&copied));
                        return Err(layer_error(&read, LayerCopyError::Digest { expected, found }));
                    }
                    Some(_) => {}
                    None => {
                        self.layout.written(&read, &copied)?;
                    }
                }
                let rest = (out.len() - before) as u64;
                let closed = self.writer.contents(rest).and_then(|()| self.writer.padding());
                out.extend_from_slice(closed.map_err(|source| tar_error(&read.entry, source))?);
                Stage::Between
            }
            stage => stage,
        };
        Ok(())
    }

    /// What was written.
    pub fn into_report(self) -> LayoutReport {
        self.layout.into_report()
    }

    /// Writes a member, or begins to; gives the layer that it wants.
    fn member(
        &mut self,
        member: Member,
        content: Content,
        out: &mut Vec<u8>,
    ) -> Result<Option<usize>, StreamError> {
        self.stage = Stage::Between;
        match content {
            Content::Folder => self.entry(&member, entry_of(&member, EntryKind::Directory), out)?,
            Content::Link(target) => {
                let mut entry = entry_of(&member, EntryKind::Symlink);
                entry.link = target.into_bytes();
                self.entry(&member, entry, out)?;
            }
            Content::Bytes(bytes) => self.whole(&member, &bytes, out)?,
            Content::Layer { read, size } => {
                let (source, reading) = (read.source, Reading::new(&read, &self.limits)?);
                self.stage = match size.filter(|_| member.path.is_some()) {
                    Some(size) => {
                        self.header(&member, size, out)?;
                        Stage::Writing(read, reading, size, None)
                    }
                    None => Stage::Sizing(member, read, reading, Some(Vec::new())),
                };
                return Ok(Some(source));
            }
        }
        Ok(None)
    }

    /// Writes a file of these bytes.
    fn whole(&mut self, member: &Member, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), StreamError> {
        self.header(member, bytes.len() as u64, out)?;
        out.extend_from_slice(bytes);
        let closed = self.writer.contents(bytes.len() as u64).and_then(|()| self.writer.padding());
        out.extend_from_slice(closed.map_err(|source| tar_error(path_of(member), source))?);
        Ok(())
    }

    fn header(&mut self, member: &Member, size: u64, out: &mut Vec<u8>) -> Result<(), StreamError> {
        let mut entry = entry_of(member, EntryKind::File);
        entry.size = size;
        self.entry(member, entry, out)
    }

    fn entry(&mut self, member: &Member, entry: Entry, out: &mut Vec<u8>) -> Result<(), StreamError> {
        self.writer = Writer::new(if entry.size < LARGE { WriteFormat::Pax } else { WriteFormat::Gnu });
        let header = self.writer.entry(&entry).map_err(|source| tar_error(path_of(member), source))?;
        out.extend_from_slice(header);
        Ok(())
    }
}

/// Keeps bytes as long as they are not too many.
fn hold(held: &mut Option<Vec<u8>>, piece: &[u8]) {
    match held {
        Some(bytes) if bytes.len() + piece.len() <= HELD => bytes.extend_from_slice(piece),
        _ => *held = None,
    }
}

fn path_of(member: &Member) -> &str {
    member.path.as_deref().unwrap_or_default()
}

fn entry_of(member: &Member, kind: EntryKind) -> Entry {
    let mut entry = Entry::new(path_of(member), kind);
    entry.mode = member.mode;
    entry.mtime = Timestamp { secs: i64::try_from(member.mtime).unwrap_or(i64::MAX), nanos: 0 };
    entry
}

fn layer_error(read: &LayerRead, source: LayerCopyError) -> StreamError {
    StreamError::Layer { entry: read.entry.clone(), source }
}

fn tar_error(path: &str, source: TarWriteError) -> StreamError {
    StreamError::Tar { path: path.to_owned(), source }
}
