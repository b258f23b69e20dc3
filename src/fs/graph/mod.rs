//! Graphs of layers on disk, in the layout of Docker up to version 1.9.

mod folder;
#[cfg(target_os = "linux")]
mod migrate;
#[cfg(target_os = "linux")]
mod pipe;
#[cfg(target_os = "linux")]
mod skeleton;
#[cfg(target_os = "linux")]
mod vfs;

pub use folder::GraphFolder;
#[cfg(target_os = "linux")]
pub use migrate::GraphLayers;
#[cfg(target_os = "linux")]
pub use skeleton::make_skeleton;
#[cfg(target_os = "linux")]
pub use vfs::{VfsContents, VfsReading, VfsWriting};

use std::io::Read;

use crate::graph::{LayerSource, SourceError};

/// Bytes that are read at once.
const READ_BYTES: usize = 256 << 10;

/// What can be read, as the source of a layer. Reading waits in the calling thread.
#[derive(Debug)]
pub struct ReadSource<R>(pub R);

impl<R: Read + Send> LayerSource for ReadSource<R> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SourceError> {
        let mut bytes = vec![0; READ_BYTES];
        loop {
            match self.0.read(&mut bytes) {
                Ok(0) => return Ok(None),
                Ok(read) => {
                    bytes.truncate(read);
                    return Ok(Some(bytes));
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(SourceError { reason: error.to_string() }),
            }
        }
    }
}
