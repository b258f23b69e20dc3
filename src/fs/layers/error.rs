//! Why a layer cannot be stored, read or given back.

use std::io;
use std::path::{Path, PathBuf};

use super::LayerDriver;
use crate::codec::CodecError;
use crate::error::{ErrorKind, Reason};
use crate::image::{ChainId, DiffId};
use crate::layer::TarSplitError;
use crate::limits::LimitExceeded;
use crate::tar::TarError;

/// Why a layer on disk cannot be stored, read or given back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayerFolderError {
    /// The operating system refused.
    #[error("cannot {action} {}: {reason}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// Which kind of refusal it is.
        error: io::ErrorKind,
        /// What the system said.
        reason: String,
    },
    /// What is given as a layer cannot be read on.
    #[error("the layer's bytes cannot be read: {reason}")]
    Source {
        /// What the reader said.
        reason: String,
    },
    /// The bytes cannot be unpacked.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// The bytes are no tar.
    #[error(transparent)]
    Tar(#[from] TarError),
    /// The tar cannot be unpacked into a folder.
    #[error("the layer cannot be unpacked: {reason}")]
    Unpack {
        /// Which class of error it is.
        kind: ErrorKind,
        /// What is wrong with it.
        reason: String,
    },
    /// The stored bytes have another digest than was expected.
    #[error("the layer's stored bytes have the digest {found}, expected {expected}")]
    BlobDigest {
        /// The digest that was expected.
        expected: String,
        /// That of the bytes.
        found: String,
    },
    /// The tar has another digest than was expected.
    #[error("the layer's tar has the diff id {found}, expected {expected}")]
    DiffId {
        /// The digest that was expected.
        expected: DiffId,
        /// That of the tar.
        found: DiffId,
    },
    /// A later entry of the tar replaces or deletes a file of the same tar, so that a folder cannot keep what it held.
    /// Docker refuses all layers in which a path occurs twice.
    #[error("the layer writes the file {} and then something else in its place", path.escape_ascii())]
    Overwritten {
        /// Which file.
        path: Vec<u8>,
    },
    /// A limit was passed, such as `layerDepth`.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// There is no such layer.
    #[error("there is no layer {chain_id}")]
    NotFound {
        /// Which layer.
        chain_id: ChainId,
    },
    /// What the store keeps of a layer is damaged.
    #[error("layer {name}: {reason}")]
    Damaged {
        /// Its folder in `layerdb/sha256`.
        name: String,
        /// Which of its files.
        file: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A layer's contents are not those that were registered.
    #[error("could not verify layer data for {chain_id}: {reason}")]
    Contents {
        /// Which layer.
        chain_id: ChainId,
        /// The file inside the layer, where one is known.
        file: Option<Vec<u8>>,
        /// What is wrong with it.
        reason: String,
    },
    /// What is kept of a layer's tar cannot be read.
    #[error("layer {chain_id}: {source}")]
    TarSplit {
        /// Which layer.
        chain_id: ChainId,
        /// What is wrong with it.
        source: TarSplitError,
    },
    /// A reference was given back that this store did not give out.
    #[error("layer {chain_id} is not retained")]
    NotRetained {
        /// Which layer it is of.
        chain_id: ChainId,
    },
    /// A layer does not lie below another.
    #[error("{ancestor} is not below layer {chain_id}")]
    NotAncestor {
        /// The upper layer.
        chain_id: ChainId,
        /// What should lie below it.
        ancestor: ChainId,
    },
    /// The store was opened for reading only.
    #[error("the layer store was opened for reading only")]
    ReadOnly,
    /// Layers of this driver can be read, not written.
    #[error("layers can be read as {driver} keeps them, not written")]
    Driver {
        /// The driver.
        driver: LayerDriver,
    },
}

impl LayerFolderError {
    /// What the operating system refused.
    pub(super) fn io(action: &'static str, path: &Path, error: &io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), error: error.kind(), reason: error.to_string() }
    }

    /// Whether it is that the disk, or the share of it that one has, is full.
    pub fn is_full(&self) -> bool {
        use io::ErrorKind::{QuotaExceeded, StorageFull};
        matches!(self, Self::Io { error: StorageFull | QuotaExceeded, .. })
    }
}

impl Reason for LayerFolderError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { error: io::ErrorKind::NotFound, .. } | Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Io { .. } | Self::Source { .. } => ErrorKind::Io,
            Self::Codec(error) => error.kind(),
            Self::Tar(error) => error.kind(),
            Self::Unpack { kind, .. } => *kind,
            Self::TarSplit { source, .. } => source.kind(),
            Self::BlobDigest { .. } | Self::DiffId { .. } | Self::Damaged { .. } | Self::Contents { .. } => {
                ErrorKind::Corrupt
            }
            Self::Limit(_) => ErrorKind::Limit,
            Self::NotRetained { .. } => ErrorKind::Conflict,
            Self::NotAncestor { .. } => ErrorKind::Invalid,
            Self::Overwritten { .. } | Self::ReadOnly | Self::Driver { .. } => ErrorKind::Unsupported,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } if self.is_full() => "layer-full",
            Self::Io { .. } => "layer-io",
            Self::Source { .. } => "layer-source",
            Self::Codec(error) => error.code(),
            Self::Tar(error) => error.code(),
            Self::Unpack { .. } => "layer-unpack",
            Self::BlobDigest { .. } => "layer-blob-digest",
            Self::DiffId { .. } => "layer-diff-id",
            Self::Overwritten { .. } => "layer-overwritten",
            Self::Limit(_) => "limit",
            Self::NotFound { .. } => "layer-not-found",
            Self::Damaged { .. } => "layer-damaged",
            Self::Contents { .. } => "layer-contents",
            Self::TarSplit { source, .. } => source.code(),
            Self::NotRetained { .. } => "layer-not-retained",
            Self::NotAncestor { .. } => "layer-not-ancestor",
            Self::ReadOnly => "layer-read-only",
            Self::Driver { .. } => "layer-driver",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Codec(error) => error.offset(),
            Self::Tar(error) => error.offset(),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::BlobDigest { expected, .. } => Some(expected.clone()),
            Self::DiffId { expected, .. } => Some(expected.to_string()),
            Self::TarSplit { source, .. } => source.expected(),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::BlobDigest { found, .. } => Some(found.clone()),
            Self::DiffId { found, .. } => Some(found.to_string()),
            Self::TarSplit { source, .. } => source.found(),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Io { path, .. } => Some(path.display().to_string()),
            Self::Overwritten { path } => Some(String::from_utf8_lossy(path).into_owned()),
            Self::Contents { file: Some(file), .. } => Some(String::from_utf8_lossy(file).into_owned()),
            Self::Damaged { name, file, .. } => Some(format!("{name}/{file}")),
            Self::NotFound { chain_id }
            | Self::Contents { chain_id, .. }
            | Self::TarSplit { chain_id, .. }
            | Self::NotRetained { chain_id }
            | Self::NotAncestor { chain_id, .. } => Some(chain_id.to_string()),
            _ => None,
        }
    }
}
