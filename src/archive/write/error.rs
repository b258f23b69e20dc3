//! Why images cannot be written in a layout.

use crate::codec::Compression;
use crate::error::{ErrorKind, Reason};
use crate::image::ConfigError;
use crate::json::JsonError;
use crate::limits::LimitExceeded;
use crate::manifest::ManifestError;

/// Why images cannot be written in a layout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// There is nothing to write.
    #[error("no image is to be written")]
    Empty,
    /// Nothing has the name, id or number that was asked for.
    #[error("there is no image {choice}")]
    NotFound {
        /// What was asked for.
        choice: String,
    },
    /// The layout holds one image or one index.
    #[error("a folder of skopeo's dir: holds one image, not {count}")]
    OneImage {
        /// How many there are.
        count: usize,
    },
    /// A layer's bytes are not there.
    #[error("layer {layer} of image {image} is not there: {entry}")]
    LayerAbsent {
        /// Position of the image.
        image: usize,
        /// Position of the layer in it.
        layer: usize,
        /// What is known of it.
        entry: String,
    },
    /// An image's config is not there.
    #[error("the config of image {image} is not there")]
    ConfigAbsent {
        /// Position of the image.
        image: usize,
    },
    /// The config lists other layers than the manifest.
    #[error("the config of image {image} has {expected} diff ids, and there are {found} layers")]
    LayerCount {
        /// Position of the image.
        image: usize,
        /// Diff ids of the config.
        expected: usize,
        /// Layers.
        found: usize,
    },
    /// The config says something else of a layer than its list.
    #[error("layer {layer} of image {image} has the diff id {found}, not {expected} as the config says")]
    DiffId {
        /// Position of the image.
        image: usize,
        /// Position of the layer in it.
        layer: usize,
        /// As the config says.
        expected: String,
        /// As is said elsewhere.
        found: String,
    },
    /// A document's bytes are not those of the digest by which it is named.
    #[error("the {what} {expected} of image {image} has the digest {found}")]
    Digest {
        /// `config`, `manifest`, `index` or `blob`.
        what: &'static str,
        /// Position of the image.
        image: usize,
        /// As it is named.
        expected: String,
        /// As computed; what is no digest is shown as such.
        found: String,
    },
    /// The layout holds plain tars.
    #[error("layers of this layout are plain tars and cannot be compressed with {compression}")]
    PlainLayers {
        /// As asked for.
        compression: Compression,
    },
    /// Nothing writes that compression for images.
    #[error("layers of images cannot be compressed with {compression}")]
    Compression {
        /// As asked for.
        compression: Compression,
    },
    /// No such layer is waited for.
    #[error("layer {source_number} is not the one that is to be written")]
    Unexpected {
        /// The number of its stored bytes.
        source_number: usize,
    },
    /// A config cannot be read.
    #[error("the config of image {image} cannot be read: {source}")]
    Config {
        /// Position of the image.
        image: usize,
        /// Why.
        source: ConfigError,
    },
    /// A manifest or index cannot be read.
    #[error("a manifest of image {image} cannot be read: {source}")]
    Manifest {
        /// Position of the image.
        image: usize,
        /// Why.
        source: ManifestError,
    },
    /// A document is no JSON.
    #[error("index.json cannot be read: {0}")]
    Index(#[from] JsonError),
    /// A limit was passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
}

impl Reason for LayoutError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Empty | Self::NotFound { .. } | Self::LayerAbsent { .. } | Self::ConfigAbsent { .. } => {
                ErrorKind::NotFound
            }
            Self::OneImage { .. } | Self::PlainLayers { .. } | Self::Compression { .. } => {
                ErrorKind::Unsupported
            }
            Self::LayerCount { .. } | Self::DiffId { .. } | Self::Digest { .. } => ErrorKind::Corrupt,
            Self::Unexpected { .. } => ErrorKind::Conflict,
            Self::Config { source, .. } => source.kind(),
            Self::Manifest { source, .. } => source.kind(),
            Self::Index(source) => source.kind(),
            Self::Limit(source) => source.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "layout-empty",
            Self::NotFound { .. } => "layout-not-found",
            Self::OneImage { .. } => "layout-one-image",
            Self::LayerAbsent { .. } => "layout-layer-absent",
            Self::ConfigAbsent { .. } => "layout-config-absent",
            Self::LayerCount { .. } => "layout-layer-count",
            Self::DiffId { .. } => "layout-diff-id",
            Self::Digest { .. } => "layout-digest",
            Self::PlainLayers { .. } => "layout-plain-layers",
            Self::Compression { .. } => "layout-compression",
            Self::Unexpected { .. } => "layout-unexpected",
            Self::Config { source, .. } => source.code(),
            Self::Manifest { source, .. } => source.code(),
            Self::Index(source) => source.code(),
            Self::Limit(source) => source.code(),
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::LayerCount { expected, .. } => Some(expected.to_string()),
            Self::DiffId { expected, .. } | Self::Digest { expected, .. } => Some(expected.clone()),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::LayerCount { found, .. } => Some(found.to_string()),
            Self::DiffId { found, .. } | Self::Digest { found, .. } => Some(found.clone()),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::LayerAbsent { entry, .. } => Some(entry.clone()),
            _ => None,
        }
    }
}
