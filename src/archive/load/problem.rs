//! What is wrong with an image that is to be loaded, what is left out, and what else there is to say.

use crate::error::{ErrorKind, Reason};
use crate::image::{ConfigCheckError, ConfigError, DiffId, ImageId, Platform};
use crate::reference::{Reference, ReferenceError};

/// Why an image of a file, or the whole file, cannot be loaded. Each names the entry of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadProblem {
    /// The file holds no images and is no list of none.
    #[error("the file holds no image that can be loaded: it is {label}")]
    NoImages {
        /// What it is.
        label: &'static str,
    },
    /// An image was asked for by a number that none has.
    #[error("there is no image {image}: the file holds {count}")]
    NoImage {
        /// The number.
        image: usize,
        /// How many there are.
        count: usize,
    },
    /// A document of the file cannot be read, or does not hold together.
    #[error("{entry}: {message}")]
    Document {
        /// Which entry; empty where it is the file as a whole.
        entry: String,
        /// The stable name of what is wrong.
        code: String,
        /// What is wrong with it.
        message: String,
    },
    /// The manifest has another digest than it is listed under.
    #[error("{entry}: the manifest has the digest {found}, expected {expected}")]
    ManifestDigest {
        /// Which entry.
        entry: String,
        /// The digest that was expected.
        expected: String,
        /// The digest of the bytes.
        found: String,
    },
    /// The image's configuration is not in the file.
    #[error("the config `{entry}` is not in the file")]
    ConfigMissing {
        /// The entry where it should be.
        entry: String,
    },
    /// The configuration has another digest than its manifest or its name says.
    #[error("{entry}: the config has the digest {found}, expected {expected}")]
    ConfigDigest {
        /// Which entry.
        entry: String,
        /// The digest that was expected.
        expected: String,
        /// The digest of the bytes.
        found: String,
    },
    /// The configuration cannot be read.
    #[error("{entry}: {source}")]
    Config {
        /// Which entry.
        entry: String,
        /// What is wrong with it.
        source: ConfigError,
    },
    /// The configuration does not hold together.
    #[error("{entry}: {source}")]
    Check {
        /// Which entry.
        entry: String,
        /// What is wrong with it.
        source: ConfigCheckError,
    },
    /// The image is for another operating system than the store.
    #[error("{entry}: an image for `{found}` cannot be loaded into a store of images for `{expected}`")]
    OperatingSystem {
        /// The configuration.
        entry: String,
        /// The operating system of the store's images.
        expected: String,
        /// That of the image.
        found: String,
    },
    /// The manifest names more or fewer layers than the configuration.
    #[error("{entry} names {found} layers, the config {expected}")]
    LayerCount {
        /// The entry that names them.
        entry: String,
        /// Layers of the configuration.
        expected: usize,
        /// Layers that are named.
        found: usize,
    },
    /// A layer is not in the file.
    #[error("the layer `{entry}` is not in the file")]
    LayerMissing {
        /// The entry where it should be.
        entry: String,
    },
    /// A layer has another size than its descriptor says.
    #[error("{entry}: the layer has {found} bytes, expected {expected}")]
    LayerSize {
        /// Which entry.
        entry: String,
        /// The size that was expected, in bytes.
        expected: u64,
        /// That of the entry.
        found: u64,
    },
    /// One entry stands for two different layers.
    #[error("{entry} stands for two layers: {first} and {second}")]
    TwoLayers {
        /// Which entry.
        entry: String,
        /// The one.
        first: DiffId,
        /// The other.
        second: DiffId,
    },
    /// A name is none.
    #[error("{entry}: `{name}` is no name: {source}")]
    Name {
        /// The entry that has it.
        entry: String,
        /// The name, as it is written.
        name: String,
        /// What is wrong with it.
        source: ReferenceError,
    },
    /// A name has no tag. Docker refuses such an archive.
    #[error("{entry}: `{name}` has no tag")]
    NoTag {
        /// The entry that has it.
        entry: String,
        /// The name, as it is written.
        name: String,
    },
}

impl Reason for LoadProblem {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoImage { .. } | Self::ConfigMissing { .. } | Self::LayerMissing { .. } => {
                ErrorKind::NotFound
            }
            Self::ManifestDigest { .. } | Self::ConfigDigest { .. } | Self::LayerSize { .. } => {
                ErrorKind::Corrupt
            }
            Self::Config { source, .. } => source.kind(),
            Self::Check { source, .. } => source.kind(),
            Self::OperatingSystem { .. } => ErrorKind::Unsupported,
            Self::Name { source, .. } => source.kind(),
            _ => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoImages { .. } => "load-no-images",
            Self::NoImage { .. } => "no-image",
            Self::Document { .. } => "load-document",
            Self::ManifestDigest { .. } => "load-manifest-digest",
            Self::ConfigMissing { .. } => "load-config-missing",
            Self::ConfigDigest { .. } => "load-config-digest",
            Self::Config { source, .. } => source.code(),
            Self::Check { source, .. } => source.code(),
            Self::OperatingSystem { .. } => "load-os",
            Self::LayerCount { .. } => "load-layer-count",
            Self::LayerMissing { .. } => "load-layer-missing",
            Self::LayerSize { .. } => "load-layer-size",
            Self::TwoLayers { .. } => "load-two-layers",
            Self::Name { source, .. } => source.code(),
            Self::NoTag { .. } => "load-no-tag",
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::ManifestDigest { expected, .. }
            | Self::ConfigDigest { expected, .. }
            | Self::OperatingSystem { expected, .. } => Some(expected.clone()),
            Self::LayerCount { expected, .. } => Some(expected.to_string()),
            Self::LayerSize { expected, .. } => Some(expected.to_string()),
            Self::TwoLayers { first, .. } => Some(first.to_string()),
            Self::Config { source, .. } => source.expected(),
            Self::Check { source, .. } => source.expected(),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::ManifestDigest { found, .. }
            | Self::ConfigDigest { found, .. }
            | Self::OperatingSystem { found, .. } => Some(found.clone()),
            Self::LayerCount { found, .. } => Some(found.to_string()),
            Self::LayerSize { found, .. } => Some(found.to_string()),
            Self::TwoLayers { second, .. } => Some(second.to_string()),
            Self::Name { name, .. } | Self::NoTag { name, .. } => Some(name.clone()),
            Self::Config { source, .. } => source.found(),
            Self::Check { source, .. } => source.found(),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::NoImages { .. } | Self::NoImage { .. } => None,
            Self::Document { entry, .. }
            | Self::ManifestDigest { entry, .. }
            | Self::ConfigMissing { entry }
            | Self::ConfigDigest { entry, .. }
            | Self::Config { entry, .. }
            | Self::Check { entry, .. }
            | Self::OperatingSystem { entry, .. }
            | Self::LayerCount { entry, .. }
            | Self::LayerMissing { entry }
            | Self::LayerSize { entry, .. }
            | Self::TwoLayers { entry, .. }
            | Self::Name { entry, .. }
            | Self::NoTag { entry, .. } => Some(entry.clone()),
        }
    }
}

/// Why an image of a file is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadSkip {
    /// Other images were asked for.
    NotAsked,
    /// It is for a platform that was not asked for.
    Platform {
        /// Which.
        platform: Platform,
    },
    /// It is a statement about another image, such as its provenance.
    Attestation,
    /// It is something else that is kept as a manifest.
    Artifact,
    /// Only an index names it: the file was made without it.
    Absent,
}

/// What became of something that an image brings along.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadNote {
    /// Several images of the file have the name, and another one gets it: such as the one for the preferred platform.
    NameOfAnother {
        /// The name, in full.
        reference: Reference,
        /// The number of the image in the file that does not get it.
        image: usize,
        /// The number of the image that does.
        given_to: usize,
    },
    /// The image that it is said to be made from cannot have been it: its history is not the beginning of that image's,
    /// with one step missing.
    InvalidParent {
        /// The number of the image in the file.
        image: usize,
        /// The id of what was to be its parent.
        parent: ImageId,
    },
    /// The image that it is said to be made from is not loaded with it.
    NoParent {
        /// The number of the image in the file.
        image: usize,
        /// What is written in the file.
        parent: String,
    },
}
