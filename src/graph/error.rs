//! Why a graph cannot do what it is asked for.

use super::contents::{ContentsError, SourceError};
use super::filter::FilterError;
use super::id::IdError;
use super::tags::TagsError;
use super::url::UrlError;
use crate::digest::Digest;
use crate::error::{ErrorKind, Reason};
use crate::image::ConfigError;
use crate::limits::LimitExceeded;
use crate::store::BackendError;

/// Why a graph cannot do what it is asked for. Where it says nothing else, nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// The storage failed.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// Whoever keeps the contents of layers failed.
    #[error(transparent)]
    Contents(#[from] ContentsError),
    /// What was to be the contents of a layer ended with an error.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A text is no id.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A text is no URL.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// A text is no filter.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// A limit was passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// Names of images cannot be read or changed.
    #[error(transparent)]
    Tags(#[from] TagsError),
    /// A document that was to be kept is none.
    #[error(transparent)]
    Document(#[from] ConfigError),
    /// There is no such layer or store.
    #[error("there is no {what} `{id}`")]
    NotFound {
        /// `layer`, `parent` or `store`.
        what: &'static str,
        /// What was asked for, cut after 200 characters.
        id: String,
    },
    /// Several ids begin so.
    #[error("`{prefix}` is the beginning of {} ids", candidates.len())]
    Ambiguous {
        /// What was asked for.
        prefix: String,
        /// The first of the ids, sorted.
        candidates: Vec<String>,
    },
    /// There is one of that id already. It stays as it is.
    #[error("{what} `{id}` is there already")]
    Exists {
        /// `layer` or `store`.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// There is one of that id already, and it is another one.
    #[error("layer `{id}` is there already with the {what} {found}, not {expected}")]
    Conflict {
        /// Its id.
        id: String,
        /// `checksum` or `parent`.
        what: &'static str,
        /// What was given.
        expected: String,
        /// What is there.
        found: String,
    },
    /// The contents are not those that were announced. Nothing of them was kept.
    #[error("layer `{id}` has the checksum {found}, expected {expected}")]
    Checksum {
        /// Its id.
        id: String,
        /// What was announced.
        expected: Box<Digest>,
        /// What arrived.
        found: Box<Digest>,
    },
    /// The document to be kept is that of another layer.
    #[error("the document is that of `{found}`, not of `{id}`")]
    OtherId {
        /// The id that was given.
        id: String,
        /// The id in the document.
        found: String,
    },
    /// What is kept of a layer is damaged.
    #[error("layer `{id}` is damaged: {fault}")]
    Corrupt {
        /// Its id.
        id: String,
        /// What is wrong.
        fault: Box<Damage>,
    },
    /// Somebody uses the layer.
    #[error("layer `{id}` is in use by {}", users.join(", "))]
    InUse {
        /// Its id.
        id: String,
        /// Who, sorted.
        users: Vec<String>,
    },
    /// Other layers stand on it.
    #[error("layer `{id}` has {} children", children.len())]
    HasChildren {
        /// Its id.
        id: String,
        /// Those layers, sorted.
        children: Vec<String>,
    },
    /// The store holds layers.
    #[error("store `{store}` is not empty: it holds {layers} layers")]
    NotEmpty {
        /// Its name.
        store: String,
        /// How many layers beside its root.
        layers: usize,
    },
    /// The root of a store is neither written nor deleted by itself.
    #[error("`{id}` is reserved for the root of a store")]
    Reserved {
        /// Its id.
        id: String,
    },
    /// A layer would stand on itself.
    #[error("layer `{id}` cannot be its own parent")]
    OwnParent {
        /// Its id.
        id: String,
    },
    /// A layer of a branch is to be kept, so nothing of the branch was deleted.
    #[error("layer `{id}` is to be kept")]
    Kept {
        /// Its id.
        id: String,
    },
    /// A name that cannot name metadata or a user.
    #[error("`{name}` cannot be {what}")]
    Name {
        /// What it was to be.
        what: &'static str,
        /// The name, cut after 200 characters.
        name: String,
    },
    /// The environment has no randomness, see [`Env::with_random`](crate::env::Env::with_random).
    #[error("there is no source of random numbers, which new ids need")]
    NoRandom,
}

/// What is wrong with what is kept of a layer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// Its document cannot be read.
    #[error("{0}")]
    Document(ConfigError),
    /// Its document has the id of another layer.
    #[error("its document is that of `{found}`")]
    WrongId {
        /// The id in the document, cut after 200 characters.
        found: String,
    },
    /// Its size is no number.
    #[error("its size is `{found}`, expected a decimal number")]
    Size {
        /// What stands there, cut after 200 characters.
        found: String,
    },
    /// The record that says what it is cannot be read.
    #[error("its record is unreadable: {reason}")]
    Record {
        /// Why.
        reason: String,
    },
    /// It was being written or deleted and is not whole.
    #[error("it is not whole: `{missing}` is missing")]
    Incomplete {
        /// What is missing.
        missing: &'static str,
    },
    /// A layer below it is not there.
    #[error("the layer `{parent}` that it stands on is missing or damaged")]
    Parent {
        /// That layer.
        parent: String,
    },
    /// It stands on itself.
    #[error("it stands on itself, by way of `{by}`")]
    Cycle {
        /// The layer below which the chain starts again.
        by: String,
    },
}

impl GraphError {
    pub(super) fn not_found(what: &'static str, id: &str) -> Self {
        Self::NotFound { what, id: super::id::shown(id) }
    }

    pub(super) fn corrupt(id: &str, fault: Damage) -> Self {
        Self::Corrupt { id: id.to_owned(), fault: Box::new(fault) }
    }

    /// The errors that this one only passes on.
    fn inner(&self) -> Option<&dyn Reason> {
        Some(match self {
            Self::Backend(error) => error,
            Self::Contents(error) => error,
            Self::Source(error) => error,
            Self::Id(error) => error,
            Self::Url(error) => error,
            Self::Filter(error) => error,
            Self::Limit(error) => error,
            Self::Tags(error) => error,
            Self::Document(error) => error,
            _ => return None,
        })
    }
}

impl Reason for GraphError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Ambiguous { .. } => ErrorKind::Ambiguous,
            Self::Exists { .. } | Self::Conflict { .. } | Self::OtherId { .. } => ErrorKind::Conflict,
            Self::Checksum { .. } | Self::Corrupt { .. } => ErrorKind::Corrupt,
            Self::InUse { .. } | Self::HasChildren { .. } | Self::NotEmpty { .. } | Self::Kept { .. } => {
                ErrorKind::InUse
            }
            Self::NoRandom => ErrorKind::Unsupported,
            _ => self.inner().map_or(ErrorKind::Invalid, Reason::kind),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound { what: "store", .. } => "graph-no-store",
            Self::NotFound { what: "parent", .. } => "graph-no-parent",
            Self::NotFound { .. } => "graph-not-found",
            Self::Ambiguous { .. } => "graph-ambiguous",
            Self::Exists { .. } => "graph-exists",
            Self::Conflict { .. } => "graph-conflict",
            Self::Checksum { .. } => "graph-checksum",
            Self::OtherId { .. } => "graph-other-id",
            Self::Corrupt { .. } => "graph-corrupt",
            Self::InUse { .. } => "graph-in-use",
            Self::HasChildren { .. } => "graph-has-children",
            Self::NotEmpty { .. } => "graph-not-empty",
            Self::Reserved { .. } => "graph-reserved",
            Self::OwnParent { .. } => "graph-own-parent",
            Self::Kept { .. } => "graph-kept",
            Self::Name { .. } => "graph-name",
            Self::NoRandom => "graph-no-random",
            _ => self.inner().map_or("graph", Reason::code),
        }
    }

    fn offset(&self) -> Option<u64> {
        self.inner().and_then(Reason::offset)
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Conflict { expected, .. } => Some(expected.clone()),
            Self::Checksum { expected, .. } => Some(expected.to_string()),
            Self::OtherId { id, .. } => Some(id.clone()),
            _ => self.inner().and_then(Reason::expected),
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Conflict { found, .. } | Self::OtherId { found, .. } => Some(found.clone()),
            Self::Checksum { found, .. } => Some(found.to_string()),
            _ => self.inner().and_then(Reason::found),
        }
    }

    fn path(&self) -> Option<String> {
        self.inner().and_then(Reason::path)
    }
}
