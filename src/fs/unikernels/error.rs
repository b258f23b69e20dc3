//! Why an image of a unikernel cannot be kept in a folder.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{ErrorKind, Reason};
use crate::fs::{DiskFileError, UnpackError};
use crate::store::BackendError;
use crate::vm::unikernel::UnikernelError;

/// Why an image of a unikernel cannot be kept, copied or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnikernelFolderError {
    /// The operating system refused.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The archive cannot be unpacked.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// The manifest or the record refuses it.
    #[error(transparent)]
    Unikernel(#[from] UnikernelError),
    /// The image file's headers are wrong.
    #[error(transparent)]
    Disk(#[from] DiskFileError),
    /// What the manifest names is no file of the archive, or a link that leads out of it.
    #[error("the archive has no file `{name}`")]
    NoFile {
        /// What is named.
        name: String,
    },
    /// The disk takes its contents from another file: whoever runs it would hand out what lies there.
    #[error("the disk builds upon `{name}`, which is not in the archive")]
    Backing {
        /// The other file, as it is written there.
        name: String,
    },
}

impl UnikernelFolderError {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

impl From<BackendError> for UnikernelFolderError {
    fn from(error: BackendError) -> Self {
        Self::Unikernel(error.into())
    }
}

impl Reason for UnikernelFolderError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => ErrorKind::NotFound,
            Self::Io { .. } => ErrorKind::Io,
            Self::Unpack(error) => error.kind(),
            Self::Unikernel(error) => error.kind(),
            Self::Disk(error) => error.kind(),
            Self::NoFile { .. } | Self::Backing { .. } => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "file-io",
            Self::Unpack(error) => error.code(),
            Self::Unikernel(error) => error.code(),
            Self::Disk(error) => error.code(),
            Self::NoFile { .. } => "unikernel-no-file",
            Self::Backing { .. } => "unikernel-backing",
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Io { path, .. } => Some(path.display().to_string()),
            Self::Unpack(error) => error.path(),
            Self::Unikernel(error) => error.path(),
            Self::Disk(error) => error.path(),
            Self::NoFile { name } | Self::Backing { name } => Some(name.clone()),
        }
    }
}
