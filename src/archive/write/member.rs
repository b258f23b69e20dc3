//! What a layout asks of whoever writes it.

use crate::layer::{ExpectedLayer, LayerForm};

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A layer is to be read to its end, and nothing written; see [`Layout::measured`](super::Layout::measured).
    Measure(LayerRead),
    /// A member is to be written. After a layer comes [`Layout::written`](super::Layout::written).
    Member(Member),
}

/// A layer that is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerRead {
    /// Its [`LayerParts::source`](super::LayerParts::source).
    pub source: usize,
    /// What messages call it.
    pub entry: String,
    /// The form that its bytes are to have.
    pub form: LayerForm,
    /// What is declared of it.
    pub expected: ExpectedLayer,
    /// It is a tar. What artifacts store where layers are is not, and is not looked into.
    pub is_tar: bool,
}

/// A member of an archive, or a file of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path. That of a layer which is compressed anew depends on its digest: without one here, it is given by
    /// [`Layout::written`](super::Layout::written).
    pub path: Option<String>,
    /// Its mode, with the type's bits where the layout's own writer has them in tars.
    pub mode: u32,
    /// Seconds since 1970, never less.
    pub mtime: u64,
    /// What it is.
    pub content: Content,
}

/// What a member is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A folder.
    Folder,
    /// A file of these bytes.
    Bytes(Vec<u8>),
    /// A symbolic link to this path, relative to its own folder.
    Link(String),
    /// A file with a layer.
    Layer {
        /// The layer.
        read: LayerRead,
        /// How many bytes it will have, where that is known.
        size: Option<u64>,
    },
}
