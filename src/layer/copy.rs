//! Copying a layer.

use crate::codec::{Compression, Encoding};
use crate::digest::Digest;
use crate::image::DiffId;

/// In which form a layer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerForm {
    /// As it is stored.
    Stored,
    /// As a plain tar.
    Plain,
    /// Compressed anew.
    Encoded(Encoding),
}

/// What is declared of a layer's stored bytes and of its tar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedLayer {
    /// Digest of the stored bytes.
    pub digest: Option<Digest>,
    /// Digest of the tar.
    pub diff_id: Option<DiffId>,
    /// Number of stored bytes.
    pub size: Option<u64>,
}

/// A layer that was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedLayer {
    /// Digest and number of the stored bytes.
    pub stored: (Digest, u64),
    /// Digest of the tar.
    pub diff_id: DiffId,
    /// Bytes of the tar.
    pub tar_size: u64,
    /// Digest and number of the bytes that were written.
    pub written: (Digest, u64),
    /// What the stored bytes were compressed with.
    pub compression: Compression,
}
