//! The contents of a file by a layer's table of contents.

use super::{Toc, TocChunk, TocEntry, TocError};
use crate::codec::{Compression, SeekIndex, SeekReader, SeekStep};
use crate::digest::{Digest, Hasher};
use crate::layer::FileStep;
use crate::limits::Limits;
use crate::tar::EntryKind;

const ZEROS: [u8; 16 << 10] = [0; 16 << 10];

/// Reads one file of a layer by its table of contents: says which stored bytes of the layer it wants, and is given them.
///
/// Chunks and file are compared with their digests in the table, as far as it has them, behind the last byte of each.
#[derive(Debug)]
pub struct TocFile {
    compression: Compression,
    path: String,
    size: u64,
    chunks: std::vec::IntoIter<TocChunk>,
    current: Option<Current>,
    whole: Option<(Digest, Hasher)>,
    /// Contents that are handed out next.
    piece: Vec<u8>,
    limits: Limits,
}

#[derive(Debug)]
struct Current {
    /// `None` for zeros.
    stream: Option<SeekReader>,
    left: u64,
    digest: Option<(Digest, Hasher)>,
}

impl TocFile {
    /// A reader of the regular file at a position in [`Toc::entries`]. A hard link is read at the entry that it names.
    ///
    /// # Errors
    /// There is no such entry, or it is no regular file.
    pub fn new(toc: &Toc, entry: usize, limits: &Limits) -> Result<Self, TocError> {
        let found = toc.entries.get(entry).filter(|found| found.kind == EntryKind::File);
        let TocEntry { path, size, digest, chunks, .. } = found.ok_or(TocError::NotAFile { entry })?;
        Ok(Self {
            compression: toc.compression,
            path: String::from_utf8_lossy(path).into_owned(),
            size: *size,
            chunks: chunks.clone().into_iter(),
            current: None,
            whole: hasher(*digest),
            piece: Vec::new(),
            limits: *limits,
        })
    }

    /// Bytes of the contents.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Takes the stored bytes asked for last, and says what comes next. Fewer bytes than asked for end the layer.
    ///
    /// # Errors
    /// A chunk cannot be decoded, or is not what the table says.
    pub fn next(&mut self, mut response: Option<&[u8]>) -> Result<FileStep<'_>, TocError> {
        loop {
            let Some(current) = &mut self.current else {
                let Some(chunk) = self.chunks.next() else {
                    if let Some(whole) = self.whole.take() {
                        check(whole, &self.path)?;
                    }
                    return Ok(FileStep::Done);
                };
                let index = SeekIndex::at(self.compression, chunk.offset);
                let stream = || SeekReader::new(&index, chunk.end, chunk.inner, &self.limits);
                self.current = Some(Current {
                    stream: (!chunk.zeros).then(stream),
                    left: chunk.length,
                    digest: hasher(chunk.digest),
                });
                continue;
            };
            if current.left == 0 {
                if let Some(digest) = current.digest.take() {
                    check(digest, &self.path)?;
                }
                self.current = None;
                continue;
            }
            let bytes = match &mut current.stream {
                None => &ZEROS[..],
                Some(stream) => match stream.next(response.take())? {
                    SeekStep::Want { offset, length } => return Ok(FileStep::Want { offset, length }),
                    SeekStep::Bytes(bytes) => bytes,
                    SeekStep::End => return Err(TocError::Short { path: self.path.clone() }),
                },
            };
            let bytes = bytes.get(..usize::try_from(current.left).unwrap_or(usize::MAX)).unwrap_or(bytes);
            current.left -= bytes.len() as u64;
            for (_, hasher) in current.digest.iter_mut().chain(&mut self.whole) {
                hasher.update(bytes);
            }
            self.piece.clear();
            self.piece.extend_from_slice(bytes);
            return Ok(FileStep::Bytes(&self.piece));
        }
    }
}

fn hasher(digest: Option<Digest>) -> Option<(Digest, Hasher)> {
    digest.map(|digest| (digest, Hasher::new(digest.algorithm())))
}

fn check((expected, hasher): (Digest, Hasher), path: &str) -> Result<(), TocError> {
    let found = hasher.finish();
    if found == expected {
        return Ok(());
    }
    Err(TocError::Contents { path: path.to_owned(), expected: Box::new(expected), found: Box::new(found) })
}
