//! Why a store cannot do what it is asked for.

use super::names::{NameError, NamesError, ResolveError};
use super::{BackendError, LayerError};
use crate::digest::ShortIdError;
use crate::error::{ErrorKind, Reason};
use crate::image::{ChainId, ConfigCheckError, ConfigError, ImageId};

/// Why a store cannot do what it is asked for. Where it says nothing else, nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The storage failed.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The layer store failed.
    #[error(transparent)]
    Layers(#[from] LayerError),
    /// The configuration cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The configuration does not hold together.
    #[error(transparent)]
    Check(#[from] ConfigCheckError),
    /// There is no such image.
    #[error("there is no image {id}")]
    NotFound {
        /// Its id.
        id: ImageId,
    },
    /// What is kept under an image's id is something else.
    #[error("image {id} is damaged: its content is {found}")]
    Corrupt {
        /// The image.
        id: ImageId,
        /// The id of what is there.
        found: Box<ImageId>,
    },
    /// What is kept beside an image cannot be read.
    #[error("`{key}` is damaged: {reason}")]
    Record {
        /// Its key.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No single image has such an id.
    #[error(transparent)]
    Search(#[from] ShortIdError),
    /// A name does not lead to one image.
    #[error(transparent)]
    Resolve(Box<ResolveError>),
    /// A name cannot be given or taken.
    #[error(transparent)]
    Name(Box<NameError>),
    /// The file of names cannot be read.
    #[error(transparent)]
    Names(#[from] NamesError),
    /// Somebody uses the image.
    #[error("image {id} is in use by {}", users.join(", "))]
    InUse {
        /// The image.
        id: ImageId,
        /// Who, sorted.
        users: Vec<String>,
    },
    /// Other images were made from it.
    #[error("image {id} has {} children", children.len())]
    HasChildren {
        /// The image.
        id: ImageId,
        /// Those images, sorted.
        children: Vec<ImageId>,
    },
    /// An image would be its own ancestor.
    #[error("image {parent} cannot be the parent of {id}: it was made from it")]
    ParentCycle {
        /// The image.
        id: ImageId,
        /// What was to be its parent.
        parent: Box<ImageId>,
    },
    /// There is no layer store for the image's operating system.
    #[error("operating system `{os}` is not supported: there is no layer store for it")]
    Os {
        /// The operating system.
        os: String,
    },
    /// The image's layers are not there.
    #[error("layer {chain_id} does not exist")]
    LayerMissing {
        /// The chain id of all its layers.
        chain_id: ChainId,
    },
    /// A name for metadata that cannot be one.
    #[error(
        "`{name}` cannot name metadata: letters, digits, `.`, `_`, `-` and `:`, and not what Docker uses"
    )]
    MetadataName {
        /// The name, cut after 200 characters.
        name: String,
    },
    /// A user of an image has no name, or one that is too long.
    #[error("a user of an image is named by 1 to 1,024 bytes, found {length}")]
    UserName {
        /// Bytes of the name.
        length: usize,
    },
    /// Others changed the same thing again and again.
    #[error("`{key}` was changed by others {attempts} times in a row")]
    Contended {
        /// Its key.
        key: String,
        /// How often it was tried.
        attempts: u32,
    },
}

impl StoreError {
    pub(super) fn not_found(id: &ImageId) -> Box<Self> {
        Box::new(Self::NotFound { id: *id })
    }

    /// Whether the storage has no room.
    pub(super) const fn is_full(&self) -> bool {
        matches!(self, Self::Backend(BackendError::Full { .. }))
    }
}

impl From<NameError> for StoreError {
    fn from(error: NameError) -> Self {
        Self::Name(Box::new(error))
    }
}

impl From<ResolveError> for StoreError {
    fn from(error: ResolveError) -> Self {
        Self::Resolve(Box::new(error))
    }
}

impl From<Box<StoreError>> for StoreError {
    fn from(error: Box<StoreError>) -> Self {
        *error
    }
}

/// What else can go wrong on the way, boxed at once.
macro_rules! boxed {
    ($($error:ty),*) => { $(
        impl From<$error> for Box<StoreError> {
            fn from(error: $error) -> Self {
                Self::new(error.into())
            }
        }
    )* };
}

boxed!(
    BackendError,
    LayerError,
    ConfigError,
    ConfigCheckError,
    ShortIdError,
    ResolveError,
    NameError,
    NamesError
);

impl Reason for StoreError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Backend(error) => error.kind(),
            Self::Layers(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Check(error) => error.kind(),
            Self::Search(error) => error.kind(),
            Self::Resolve(error) => error.kind(),
            Self::Name(error) => error.kind(),
            Self::Names(error) => error.kind(),
            Self::NotFound { .. } | Self::LayerMissing { .. } => ErrorKind::NotFound,
            Self::Corrupt { .. } | Self::Record { .. } => ErrorKind::Corrupt,
            Self::InUse { .. } | Self::HasChildren { .. } => ErrorKind::InUse,
            Self::ParentCycle { .. } | Self::Contended { .. } => ErrorKind::Conflict,
            Self::Os { .. } => ErrorKind::Unsupported,
            Self::MetadataName { .. } | Self::UserName { .. } => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Backend(error) => error.code(),
            Self::Layers(error) => error.code(),
            Self::Config(error) => error.code(),
            Self::Check(error) => error.code(),
            Self::Search(error) => error.code(),
            Self::Resolve(error) => error.code(),
            Self::Name(error) => error.code(),
            Self::Names(error) => error.code(),
            Self::NotFound { .. } => "image-not-found",
            Self::Corrupt { .. } => "image-corrupt",
            Self::Record { .. } => "store-record",
            Self::InUse { .. } => "image-in-use",
            Self::HasChildren { .. } => "image-has-children",
            Self::ParentCycle { .. } => "image-parent-cycle",
            Self::Os { .. } => "image-os",
            Self::LayerMissing { .. } => "layer-missing",
            Self::MetadataName { .. } => "metadata-name",
            Self::UserName { .. } => "user-name",
            Self::Contended { .. } => "store-contended",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Config(error) => error.offset(),
            Self::Names(error) => error.offset(),
            Self::Resolve(error) => error.offset(),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Config(error) => error.expected(),
            Self::Check(error) => error.expected(),
            Self::Corrupt { id, .. } => Some(id.to_string()),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Config(error) => error.found(),
            Self::Check(error) => error.found(),
            Self::Search(error) => error.found(),
            Self::Resolve(error) => error.found(),
            Self::Name(error) => error.found(),
            Self::Corrupt { found, .. } => Some(found.to_string()),
            Self::InUse { users, .. } => Some(users.join(" ")),
            Self::HasChildren { children, .. } => {
                Some(children.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
            }
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Backend(error) => error.path(),
            Self::Layers(error) => error.path(),
            Self::Config(error) => error.path(),
            Self::Check(error) => error.path(),
            Self::Record { key, .. } | Self::Contended { key, .. } => Some(key.clone()),
            _ => None,
        }
    }
}
