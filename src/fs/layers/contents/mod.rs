//! What is in the layers, as the drivers keep it.
//!
//! | driver | where | as what |
//! |---|---|---|
//! | `tar` | `tar/<cache id>.tar` | the tar itself |
//! | `overlay2` | `overlay2/<cache id>/diff` | what the layer changes, with the marks of overlayfs |
//! | `vfs` | `vfs/dir/<cache id>` | everything that is there after the layer |

mod confined;
#[cfg(target_os = "linux")]
mod overlay2;
#[cfg(not(target_os = "linux"))]
mod overlay2 {
    //! Elsewhere there is no overlayfs.

    use std::io::Read;
    use std::path::Path;

    use super::super::{LayerDriver, LayerFolderError};
    use crate::limits::Limits;

    pub(in crate::fs::layers) fn write(
        _: &Path,
        _: &str,
        _: Option<&str>,
        _: &mut dyn Read,
        _: &Limits,
        _: bool,
    ) -> Result<(), LayerFolderError> {
        Err(LayerFolderError::Driver { driver: LayerDriver::Overlay2 })
    }
}

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

pub(in crate::fs) use confined::Folder;
pub(super) use overlay2::write as write_overlay2;

use super::LayerDriver;
use super::error::LayerFolderError;
use crate::fs::folder::write::{make_folders, sync_folder};

/// Bytes that are copied at once.
const COPY_BYTES: usize = 256 << 10;

/// The tar of a layer.
pub(super) fn tar(contents: &Path, cache_id: &str) -> PathBuf {
    contents.join(format!("{cache_id}.tar"))
}

/// Where the contents of a layer lie: a file or a folder.
pub(super) fn place(contents: &Path, driver: LayerDriver, cache_id: &str) -> PathBuf {
    match driver {
        LayerDriver::Tar => tar(contents, cache_id),
        LayerDriver::Overlay2 => contents.join(cache_id).join("diff"),
        LayerDriver::Vfs => contents.join("dir").join(cache_id),
    }
}

/// Whether the contents of a layer are there.
pub(super) fn exist(contents: &Path, driver: LayerDriver, cache_id: &str) -> bool {
    let place = fs::symlink_metadata(place(contents, driver, cache_id));
    place.is_ok_and(|place| if driver == LayerDriver::Tar { place.is_file() } else { place.is_dir() })
}

/// Writes a tar as it passes, and waits until it is on the disk if that is asked for.
pub(super) fn write_tar(
    contents: &Path,
    cache_id: &str,
    tar_bytes: &mut dyn Read,
    sync: bool,
) -> Result<(), LayerFolderError> {
    let path = tar(contents, cache_id);
    let mut write = || {
        make_folders(contents)?;
        let mut file = File::options().write(true).create_new(true).open(&path)?;
        copy(tar_bytes, &mut file)?;
        if sync {
            file.sync_all()?;
            sync_folder(contents)?;
        }
        Ok(())
    };
    write().map_err(|error| LayerFolderError::io("write", &path, &error))
}

fn copy(from: &mut dyn Read, to: &mut File) -> io::Result<()> {
    let mut buffer = vec![0; COPY_BYTES];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => to.write_all(buffer.get(..read).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Removes the contents of a layer, as far as they are there.
pub(super) fn remove(contents: &Path, driver: LayerDriver, cache_id: &str) -> io::Result<()> {
    let gone = |result: io::Result<()>| match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    match driver {
        LayerDriver::Tar => gone(fs::remove_file(tar(contents, cache_id))),
        LayerDriver::Overlay2 => {
            let folder = contents.join(cache_id);
            // The link is named in the folder, so it goes first.
            if let Ok(link) = fs::read_to_string(folder.join("link"))
                && super::metadata::is_cache_id(&link)
            {
                gone(fs::remove_file(contents.join("l").join(link)))?;
            }
            gone(fs::remove_dir_all(folder))
        }
        LayerDriver::Vfs => gone(fs::remove_dir_all(contents.join("dir").join(cache_id))),
    }
}
