//! Giving a layer's tar back, byte by byte as it was registered.

use std::fs::File;
use std::io::{self, Read, Write};

use super::contents::{self, Folder};
use super::error::LayerFolderError;
use super::metadata::Metadata;
use super::{LayerDriver, LayerFolder};
use crate::codec::{CodecError, Compression, Decoder};
use crate::digest::{Algorithm, Hasher};
use crate::image::{ChainId, DiffId};
use crate::layer::{Crc64, TarSplitError, TarSplitPiece, TarSplitReader};

/// Bytes that are read at once.
const READ_BYTES: usize = 256 << 10;

/// Why putting a tar together ends early.
enum Stop {
    Codec(CodecError),
    Split(TarSplitError),
    Other(LayerFolderError),
}

impl From<CodecError> for Stop {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
}

impl From<TarSplitError> for Stop {
    fn from(error: TarSplitError) -> Self {
        Self::Split(error)
    }
}

impl From<LayerFolderError> for Stop {
    fn from(error: LayerFolderError) -> Self {
        Self::Other(error)
    }
}

impl LayerFolder {
    /// Writes a layer's tar, and gives its length in bytes. What is written is verified on the way: only when this
    /// succeeds is it what was registered.
    ///
    /// # Errors
    /// There is no such layer, its contents are not those that were registered, or one of the two sides failed.
    pub fn export(&self, chain_id: &ChainId, to: &mut dyn Write) -> Result<u64, LayerFolderError> {
        let metadata = self.metadata(chain_id)?;
        let mut output = Output { to, hasher: Hasher::new(Algorithm::Sha256), length: 0 };
        match self.driver() {
            LayerDriver::Tar => self.copy_tar(chain_id, &metadata, &mut output)?,
            LayerDriver::Overlay2 | LayerDriver::Vfs => {
                self.put_together(chain_id, &metadata, &mut output)?
            }
        }
        let found = DiffId::from(output.hasher.finish());
        if found != metadata.diff_id {
            let reason = format!("the tar has the digest {found}, expected {}", metadata.diff_id);
            return Err(LayerFolderError::Contents { chain_id: chain_id.clone(), file: None, reason });
        }
        Ok(output.length)
    }

    /// The bytes of a layer's tar.
    ///
    /// # Errors
    /// There is no such layer, or what is kept of it cannot be read.
    pub fn tar_size(&self, chain_id: &ChainId) -> Result<u64, LayerFolderError> {
        let metadata = self.metadata(chain_id)?;
        if self.driver() == LayerDriver::Tar {
            let path = contents::tar(&self.paths().contents, &metadata.cache_id);
            return Ok(path.metadata().map_err(|error| missing(chain_id, None, &error))?.len());
        }
        let mut length: u64 = 0;
        self.read_split(chain_id, &mut |piece| {
            length = length.saturating_add(match piece {
                TarSplitPiece::Raw(bytes) => bytes.len() as u64,
                TarSplitPiece::File { size, .. } => size,
            });
            Ok(())
        })?;
        Ok(length)
    }

    fn copy_tar(
        &self,
        chain_id: &ChainId,
        metadata: &Metadata,
        output: &mut Output<'_>,
    ) -> Result<(), LayerFolderError> {
        let path = contents::tar(&self.paths().contents, &metadata.cache_id);
        let mut file = File::open(&path).map_err(|error| missing(chain_id, None, &error))?;
        let mut buffer = vec![0; READ_BYTES];
        loop {
            match read(&mut file, &mut buffer).map_err(|error| LayerFolderError::io("read", &path, &error))? {
                [] => return Ok(()),
                bytes => output.write(bytes)?,
            }
        }
    }

    fn put_together(
        &self,
        chain_id: &ChainId,
        metadata: &Metadata,
        output: &mut Output<'_>,
    ) -> Result<(), LayerFolderError> {
        let place = contents::place(&self.paths().contents, self.driver(), &metadata.cache_id);
        let folder = Folder::open(&place).map_err(|error| missing(chain_id, None, &error))?;
        self.read_split(chain_id, &mut |piece| match piece {
            TarSplitPiece::Raw(bytes) => Ok(output.write(&bytes)?),
            TarSplitPiece::File { name, size, crc } => {
                Ok(copy_file(chain_id, &folder, &name, size, crc, output)?)
            }
        })
    }

    /// Reads what a tar consists of.
    fn read_split(
        &self,
        chain_id: &ChainId,
        take: &mut dyn FnMut(TarSplitPiece) -> Result<(), Stop>,
    ) -> Result<(), LayerFolderError> {
        let found = self.paths().layer(chain_id);
        let split = found.unwrap_or_default().join("tar-split.json.gz");
        let mut file = File::open(&split).map_err(|error| LayerFolderError::io("read", &split, &error))?;
        let mut decoder = Decoder::new(Compression::Gzip, self.limits());
        let mut lines = TarSplitReader::new(self.limits());
        let mut buffer = vec![0; READ_BYTES];
        let mut read_all = || -> Result<(), Stop> {
            loop {
                let bytes = read(&mut file, &mut buffer)
                    .map_err(|error| LayerFolderError::io("read", &split, &error))?;
                if bytes.is_empty() {
                    return Ok(decoder.finish()?);
                }
                decoder.push(bytes, &mut |bytes| lines.push(bytes, &mut |piece| take(piece)))?;
            }
        };
        let split_error = |source| LayerFolderError::TarSplit { chain_id: chain_id.clone(), source };
        match read_all() {
            Ok(()) => lines.finish().map_err(split_error),
            Err(Stop::Other(error)) => Err(error),
            Err(Stop::Split(source)) => Err(split_error(source)),
            Err(Stop::Codec(error)) => {
                let reason = format!("tar-split.json.gz: {error}");
                Err(LayerFolderError::Contents { chain_id: chain_id.clone(), file: None, reason })
            }
        }
    }
}

/// Writes the contents of a file, which have to have the size and the checksum that were noted.
fn copy_file(
    chain_id: &ChainId,
    folder: &Folder,
    name: &[u8],
    size: u64,
    crc: [u8; 8],
    output: &mut Output<'_>,
) -> Result<(), LayerFolderError> {
    let differs = |reason: &str| {
        let (chain_id, file) = (chain_id.clone(), Some(name.to_vec()));
        let reason = format!("file {}: {reason}", name.escape_ascii());
        LayerFolderError::Contents { chain_id, file, reason }
    };
    let mut file = folder.file(name).map_err(|error| missing(chain_id, Some(name), &error))?.take(size);
    let mut sum = Crc64::default();
    let mut buffer = vec![0; READ_BYTES.min(usize::try_from(size).unwrap_or(READ_BYTES))];
    loop {
        let bytes = read(&mut file, &mut buffer).map_err(|error| differs(&error.to_string()))?;
        if bytes.is_empty() {
            break;
        }
        sum.update(bytes);
        output.write(bytes)?;
    }
    match file.limit() {
        0 if sum.finish() == crc => Ok(()),
        0 => Err(differs("its contents are others than were registered")),
        left => Err(differs(&format!("it ends {left} bytes too early"))),
    }
}

fn read<'b>(from: &mut impl Read, buffer: &'b mut [u8]) -> io::Result<&'b [u8]> {
    loop {
        match from.read(buffer) {
            Ok(read) => return Ok(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn missing(chain_id: &ChainId, name: Option<&[u8]>, error: &io::Error) -> LayerFolderError {
    let reason = match name {
        Some(name) => format!("file {}: {error}", name.escape_ascii()),
        None => format!("its contents cannot be opened: {error}"),
    };
    LayerFolderError::Contents { chain_id: chain_id.clone(), file: name.map(<[u8]>::to_vec), reason }
}

/// Where the tar goes, and what it is verified by.
struct Output<'w> {
    to: &'w mut dyn Write,
    hasher: Hasher,
    length: u64,
}

impl Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), LayerFolderError> {
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        self.to
            .write_all(bytes)
            .map_err(|error| LayerFolderError::io("write", "the exported layer".as_ref(), &error))
    }
}
