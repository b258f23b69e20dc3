//! The bytes of one layer on their way from where they are stored to where they are written.

use std::io::{self, Read, Write};

use crate::archive::LayerRead;
use crate::codec::Compression;
use crate::digest::{Algorithm, Hasher};
use crate::fs::compress::{CopyOptions, LayerIoError, copy_layer};
use crate::layer::{CopiedLayer, LayerCopyError, SizedDigest};

/// What is large is handed on in pieces of so many bytes.
const PIECE: usize = 256 << 10;

/// Copies a layer in the form in which it is wanted, and compares it with what is declared of it.
pub(super) fn copy(
    source: impl Read + Send,
    read: &LayerRead,
    out: &mut dyn Write,
    options: &CopyOptions,
) -> Result<CopiedLayer, LayerIoError> {
    if !read.is_tar {
        return copy_blob(source, read, out);
    }
    copy_layer(source, read.form, &read.expected, out, options)
}

/// Copies what is no tar as it is.
fn copy_blob(source: impl Read, read: &LayerRead, out: &mut dyn Write) -> Result<CopiedLayer, LayerIoError> {
    let algorithm = read.expected.digest.map_or(Algorithm::Sha256, |digest| digest.algorithm());
    let mut hasher = Hasher::new(algorithm);
    let mut size = 0;
    pieces(source, |piece| {
        hasher.update(piece);
        size += piece.len() as u64;
        out.write_all(piece).map_err(|source| LayerIoError::Write { source })
    })?;
    let found = SizedDigest { digest: hasher.finish(), size };
    if let Some(expected) = read.expected.size.filter(|&expected| expected != size) {
        return Err(LayerCopyError::Size { expected, found: size }.into());
    }
    if let Some(expected) = read.expected.digest.filter(|expected| *expected != found.digest) {
        let (expected, found) = (Box::new(expected), Box::new(found.digest));
        return Err(LayerCopyError::Digest { expected, found }.into());
    }
    let none = Compression::None;
    let (stored, tar, written) = (found, found, found);
    Ok(CopiedLayer { stored, stored_compression: none, tar, written, compression: none, trailing: None })
}

fn pieces(
    mut source: impl Read,
    mut take: impl FnMut(&[u8]) -> Result<(), LayerIoError>,
) -> Result<(), LayerIoError> {
    let mut buffer = vec![0; PIECE];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => take(buffer.get(..count).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(LayerIoError::Read { source }),
        }
    }
}
