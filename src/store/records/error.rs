//! Why a line is no record, and why a change of records was refused.

use crate::error::{ErrorKind, Reason};
use crate::json::{FieldError, JsonError};
use crate::limits::LimitExceeded;
use crate::reference::ImageNamesError;

/// What is wrong with one line of a file of records.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {error}")]
pub struct RecordProblem {
    /// Which line, counted from 1.
    pub line: u64,
    /// The byte of the file at which that was found.
    pub offset: u64,
    /// What is wrong.
    pub error: LineError,
}

impl RecordProblem {
    /// Whether what is wrong is still in the file after it was written again.
    pub fn is_kept(&self) -> bool {
        !matches!(self.error, LineError::Repeated { .. } | LineError::NameMoved { .. } | LineError::Limit(_))
    }
}

impl Reason for RecordProblem {
    fn kind(&self) -> ErrorKind {
        self.error.kind()
    }

    fn code(&self) -> &'static str {
        self.error.code()
    }

    fn offset(&self) -> Option<u64> {
        Some(self.offset)
    }

    fn expected(&self) -> Option<String> {
        self.error.expected()
    }

    fn found(&self) -> Option<String> {
        self.error.found()
    }

    fn path(&self) -> Option<String> {
        self.error.path()
    }
}

/// Why a line is no record of its own. Texts of the file are cut after 200 characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// It is not a JSON object.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A member has the wrong type.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// `ref` cannot be read.
    #[error(transparent)]
    Names(#[from] ImageNamesError),
    /// There is no id.
    #[error("the record has no id")]
    NoId,
    /// An earlier line has the same id. The names and users of both count, and the rest of the earlier one.
    #[error("the image `{id}` has more than one line")]
    Repeated {
        /// The id.
        id: String,
    },
    /// An earlier line has the same name. This one counts.
    #[error("the name `{name}` of `{from}` is also that of `{to}`")]
    NameMoved {
        /// The name.
        name: String,
        /// The id of the image that lost it.
        from: String,
        /// The id of the image that has it.
        to: String,
    },
    /// It cannot stand with the other lines.
    #[error(transparent)]
    Refused(Box<RecordError>),
    /// It is longer than `jsonBytes`, and is not kept.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
}

impl LineError {
    fn inner(&self) -> Option<&dyn Reason> {
        match self {
            Self::Json(error) => Some(error),
            Self::Field(error) => Some(error),
            Self::Names(error) => Some(error),
            Self::Refused(error) => Some(&**error),
            Self::Limit(error) => Some(error),
            Self::NoId | Self::Repeated { .. } | Self::NameMoved { .. } => None,
        }
    }
}

impl Reason for LineError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Repeated { .. } | Self::NameMoved { .. } => ErrorKind::Conflict,
            other => other.inner().map_or(ErrorKind::Invalid, Reason::kind),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoId => "record-no-id",
            Self::Repeated { .. } => "record-repeated",
            Self::NameMoved { .. } => "record-name-moved",
            other => other.inner().map_or("record", Reason::code),
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Json(error) => error.offset(),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        self.inner()?.expected()
    }

    fn found(&self) -> Option<String> {
        self.inner()?.found()
    }

    fn path(&self) -> Option<String> {
        self.inner()?.path()
    }
}

/// Why a record was not found, or a change of records was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Nothing was asked for.
    #[error("an empty text stands for no image")]
    Empty,
    /// The record has no id.
    #[error("the record has no id")]
    NoId,
    /// It is no name, or one of another source than the image's other names.
    #[error(transparent)]
    Name(ImageNamesError),
    /// There is no such image.
    #[error("there is no image `{text}`")]
    NotFound {
        /// What was asked for, cut after 200 characters.
        text: String,
    },
    /// Several ids start like that.
    #[error("`{text}` is ambiguous: several ids start with it")]
    Ambiguous {
        /// What was asked for, cut after 200 characters.
        text: String,
        /// Those ids, sorted, the first hundred of them.
        candidates: Vec<String>,
    },
    /// Somebody uses the image.
    #[error("the image `{id}` is in use by {}", users.join(", "))]
    InUse {
        /// The id.
        id: String,
        /// Who uses it, sorted.
        users: Vec<String>,
    },
}

impl Reason for RecordError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Empty | Self::NoId => ErrorKind::Invalid,
            Self::Name(error) => error.kind(),
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Ambiguous { .. } => ErrorKind::Ambiguous,
            Self::InUse { .. } => ErrorKind::InUse,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "record-empty",
            Self::NoId => "record-no-id",
            Self::Name(error) => error.code(),
            Self::NotFound { .. } => "record-not-found",
            Self::Ambiguous { .. } => "record-ambiguous",
            Self::InUse { .. } => "record-in-use",
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Name(error) => error.found(),
            Self::Ambiguous { candidates, .. } => Some(candidates.join(" ")),
            Self::InUse { users, .. } => Some(users.join(" ")),
            _ => None,
        }
    }
}
