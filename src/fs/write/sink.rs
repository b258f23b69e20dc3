//! Where members go: into a folder, into a file, or down a pipe.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::error::WriteError;
use super::spool::unnamed;
use crate::archive::{Content, Member};
use crate::layer::CopiedLayer;
use crate::tar::{self, Entry, EntryKind, TarWriteError, WriteFormat};

/// Sizes from which on a header of USTAR cannot say them. GNU's can, in one block as well.
const LARGE: u64 = 1 << 33;
const BLOCK: usize = 512;
/// The name of a file in a folder of layers whose digest is not known yet.
const UNNAMED: &str = ".layer";

/// Copies a layer to where it is told.
pub(super) type Copy<'c> = &'c mut dyn FnMut(&mut dyn Write, &Path) -> Result<CopiedLayer, WriteError>;
/// Tells the path of a layer that was copied.
pub(super) type Place<'p> = &'p mut dyn FnMut(&CopiedLayer) -> Result<String, WriteError>;

/// Where members go.
pub(super) enum Sink<'w> {
    /// A tar in a file, in which one can go back.
    File { out: BufWriter<File>, path: PathBuf },
    /// A tar in one direction. What has no size yet is spooled in that folder.
    Stream { out: &'w mut dyn Write, spool: PathBuf },
    /// A folder.
    Folder(PathBuf),
}

impl Sink<'_> {
    /// Writes a member that is no layer.
    pub(super) fn member(&mut self, member: &Member) -> Result<(), WriteError> {
        let path = member.path.as_deref().unwrap_or_default();
        if let Sink::Folder(folder) = self {
            return in_folder(folder, path, member);
        }
        let contents = match &member.content {
            Content::Bytes(bytes) => bytes.as_slice(),
            _ => &[],
        };
        let header = header(member, path, contents.len() as u64)?;
        self.write(&header)?;
        self.write(contents)?;
        self.pad(contents.len() as u64)
    }

    /// Writes a layer. Its digest, and with that its path, and its size may not be known before it is written.
    pub(super) fn layer(
        &mut self,
        member: &Member,
        size: Option<u64>,
        copy: Copy<'_>,
        place: Place<'_>,
    ) -> Result<CopiedLayer, WriteError> {
        let known = member.path.as_deref().zip(size);
        match self {
            Self::Folder(folder) => {
                let staged = folder.join(UNNAMED);
                let failed = |source| WriteError::io("write", &staged, source);
                let mut file = File::create(&staged).map_err(failed)?;
                let copied = copy(&mut file, &staged)?;
                file.set_permissions(fs::Permissions::from_mode(member.mode & 0o777)).map_err(failed)?;
                let path = folder.join(place(&copied)?);
                fs::rename(&staged, &path).map_err(|source| WriteError::io("rename", &path, source))?;
                Ok(copied)
            }
            Self::File { out, path } => {
                let failed = |source| WriteError::io("write", &*path, source);
                let start = out.stream_position().map_err(failed)?;
                out.write_all(&[0; BLOCK]).map_err(failed)?;
                let copied = copy(out, path)?;
                let header = header(member, &place(&copied)?, copied.written.size)?;
                let padding = vec![0; padding(copied.written.size)];
                out.write_all(&padding).map_err(failed)?;
                let end = out.stream_position().map_err(failed)?;
                out.seek(SeekFrom::Start(start)).map_err(failed)?;
                out.write_all(&header).map_err(failed)?;
                out.seek(SeekFrom::Start(end)).map_err(failed)?;
                Ok(copied)
            }
            Self::Stream { .. } if known.is_some() => {
                let (path, size) = known.unwrap_or_default();
                self.write(&header(member, path, size)?)?;
                let Self::Stream { out, .. } = self else { return Err(WriteError::FolderOnly) };
                let copied = copy(*out, Path::new(path))?;
                place(&copied)?;
                check(path, size, copied.written.size)?;
                self.pad(size)?;
                Ok(copied)
            }
            Self::Stream { spool, .. } => {
                let spool = spool.clone();
                let failed = |source| WriteError::io("spool a layer in", &spool, source);
                let mut file = unnamed(&spool).map_err(failed)?;
                let copied = copy(&mut file, &spool)?;
                let size = copied.written.size;
                let header = header(member, &place(&copied)?, size)?;
                self.write(&header)?;
                file.rewind().map_err(failed)?;
                let Self::Stream { out, .. } = self else { return Err(WriteError::FolderOnly) };
                io::copy(&mut file, out).map_err(|source| WriteError::io("write", "the stream", source))?;
                self.pad(size)?;
                Ok(copied)
            }
        }
    }

    /// Ends what is written.
    pub(super) fn finish(mut self) -> Result<(), WriteError> {
        match &mut self {
            Self::Folder(_) => Ok(()),
            _ => {
                self.write(&[0; 2 * BLOCK])?;
                match self {
                    Self::File { out, path } => {
                        let flushed = out.into_inner().map_err(io::IntoInnerError::into_error);
                        flushed.map(|_| ()).map_err(|source| WriteError::io("write", path, source))
                    }
                    Self::Stream { out, .. } => {
                        out.flush().map_err(|source| WriteError::io("write", "the stream", source))
                    }
                    Self::Folder(_) => Ok(()),
                }
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        match self {
            Self::File { out, path } => {
                out.write_all(bytes).map_err(|source| WriteError::io("write", &*path, source))
            }
            Self::Stream { out, .. } => {
                out.write_all(bytes).map_err(|source| WriteError::io("write", "the stream", source))
            }
            Self::Folder(_) => Ok(()),
        }
    }

    fn pad(&mut self, size: u64) -> Result<(), WriteError> {
        self.write(&vec![0; padding(size)])
    }
}

fn check(path: &str, expected: u64, found: u64) -> Result<(), WriteError> {
    if expected == found {
        return Ok(());
    }
    Err(WriteError::Changed { entry: path.to_owned(), expected, found })
}

const fn padding(size: u64) -> usize {
    (size.next_multiple_of(BLOCK as u64) - size) as usize
}

/// The header of a member: always one block, so that it can be written after its contents.
fn header(member: &Member, path: &str, size: u64) -> Result<Vec<u8>, TarWriteError> {
    let kind = match &member.content {
        Content::Folder => EntryKind::Directory,
        Content::Link(_) => EntryKind::Symlink,
        Content::Bytes(_) | Content::Layer { .. } => EntryKind::File,
    };
    let mut entry = Entry::new(path, kind);
    if let Content::Link(target) = &member.content {
        entry.link = target.clone().into_bytes();
    }
    entry.mode = member.mode;
    entry.mtime.secs = i64::try_from(member.mtime).unwrap_or_default();
    entry.size = size;
    let format = if size < LARGE { WriteFormat::Pax } else { WriteFormat::Gnu };
    Ok(tar::Writer::new(format).entry(&entry)?.to_vec())
}

fn in_folder(folder: &Path, path: &str, member: &Member) -> Result<(), WriteError> {
    let place = folder.join(path);
    let mode = fs::Permissions::from_mode(member.mode & 0o777);
    let made = match &member.content {
        Content::Folder => fs::create_dir_all(&place).and_then(|()| fs::set_permissions(&place, mode)),
        Content::Bytes(bytes) => fs::write(&place, bytes).and_then(|()| fs::set_permissions(&place, mode)),
        Content::Link(target) => symlink(target, &place),
        Content::Layer { .. } => Ok(()),
    };
    made.map_err(|source| WriteError::io("write", place, source))
}
