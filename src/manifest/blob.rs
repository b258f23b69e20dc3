//! Whether bytes are what a descriptor says.

use super::Descriptor;
use crate::digest::{Digest, DigestError};
use crate::error::{ErrorKind, Reason};

/// Why bytes are not the blob that a descriptor describes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// More or fewer bytes.
    #[error("the blob has {found} bytes, expected {expected}")]
    Size {
        /// Bytes that the descriptor tells.
        expected: u64,
        /// Bytes that there are.
        found: u64,
    },
    /// Other bytes.
    #[error("the blob has the digest {found}, expected {expected}")]
    Digest {
        /// The digest that the descriptor tells.
        expected: String,
        /// The digest of the bytes.
        found: String,
    },
    /// The descriptor's own digest cannot be used.
    #[error("the blob cannot be checked: {0}")]
    Unusable(#[from] DigestError),
}

impl Reason for BlobError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Size { .. } | Self::Digest { .. } => ErrorKind::Corrupt,
            Self::Unusable(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Size { .. } => "blob-size",
            Self::Digest { .. } => "blob-digest",
            Self::Unusable(error) => error.code(),
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Size { expected, .. } => Some(expected.to_string()),
            Self::Digest { expected, .. } => Some(expected.clone()),
            Self::Unusable(error) => error.expected(),
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Size { found, .. } => Some(found.to_string()),
            Self::Digest { found, .. } => Some(found.clone()),
            Self::Unusable(error) => error.found(),
        }
    }
}

impl Descriptor {
    /// Whether bytes are the blob: their number is [`Self::size`] and their digest [`Self::digest`] (image-spec
    /// descriptor.md, Verification).
    ///
    /// # Errors
    /// What differs, or why the digest cannot be used. The size is looked at first, since that costs nothing.
    pub fn check(&self, bytes: &[u8]) -> Result<(), BlobError> {
        if bytes.len() as u64 != self.size {
            return Err(BlobError::Size { expected: self.size, found: bytes.len() as u64 });
        }
        let expected = self.parsed_digest()?;
        let found = Digest::of(expected.algorithm(), bytes);
        if found != expected {
            return Err(BlobError::Digest { expected: expected.to_string(), found: found.to_string() });
        }
        Ok(())
    }

    /// The blob itself where the descriptor carries it, once it was found to be what the descriptor says; reading a
    /// manifest does not check it (image-spec descriptor.md, Embedded Content).
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn inline_blob(&self) -> Result<Option<&[u8]>, BlobError> {
        let Some(data) = &self.data else { return Ok(None) };
        self.check(data)?;
        Ok(Some(data))
    }
}
