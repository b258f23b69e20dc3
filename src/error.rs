//! What all errors of this crate share.

use std::fmt;

/// The class of an error: stable across the whole API and the same in Rust and in JavaScript.
///
/// Programs decide by the kind; the error value itself carries the data (what, where, expected, found).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input is not well-formed.
    Invalid,
    /// What was asked for does not exist.
    NotFound,
    /// The request fits several things.
    Ambiguous,
    /// The request contradicts what is there.
    Conflict,
    /// Something still uses what was to be changed or deleted.
    InUse,
    /// Data is not what its digest, size or checksum says.
    Corrupt,
    /// Well-formed, but of a kind that is not supported.
    Unsupported,
    /// A named limit was passed.
    Limit,
    /// The caller ended the work.
    Aborted,
    /// The storage or the transport failed.
    Io,
}

impl ErrorKind {
    /// The name that JavaScript sees, such as `not_found`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::NotFound => "not_found",
            Self::Ambiguous => "ambiguous",
            Self::Conflict => "conflict",
            Self::InUse => "in_use",
            Self::Corrupt => "corrupt",
            Self::Unsupported => "unsupported",
            Self::Limit => "limit",
            Self::Aborted => "aborted",
            Self::Io => "io",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Invalid,
            Self::NotFound,
            Self::Ambiguous,
            Self::Conflict,
            Self::InUse,
            Self::Corrupt,
            Self::Unsupported,
            Self::Limit,
            Self::Aborted,
            Self::Io,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What every error enumeration of this crate can say about itself beside its sentence.
pub trait Reason: std::error::Error {
    /// The class of the error.
    fn kind(&self) -> ErrorKind;

    /// The stable name of this very reason, in kebab-case, such as `digest-length`.
    fn code(&self) -> &'static str;

    /// The byte offset in the input at which the error was found, where that means something.
    fn offset(&self) -> Option<u64> {
        None
    }

    /// What should have been there, in text.
    fn expected(&self) -> Option<String> {
        None
    }

    /// What was there instead, in text.
    fn found(&self) -> Option<String> {
        None
    }

    /// The file inside the archive, or the path inside the layer or document, that the error is about.
    fn path(&self) -> Option<String> {
        None
    }
}

/// Lets an error that only carries others speak by their words: by those of its method `reason`.
macro_rules! delegate_reason {
    ($error:ty) => {
        impl $crate::error::Reason for $error {
            fn kind(&self) -> $crate::error::ErrorKind {
                self.reason().kind()
            }

            fn code(&self) -> &'static str {
                self.reason().code()
            }

            fn offset(&self) -> Option<u64> {
                self.reason().offset()
            }

            fn expected(&self) -> Option<String> {
                self.reason().expected()
            }

            fn found(&self) -> Option<String> {
                self.reason().found()
            }

            fn path(&self) -> Option<String> {
                self.reason().path()
            }
        }
    };
}
pub(crate) use delegate_reason;

/// A reason that travels in a box, where results are to stay small.
impl<E: Reason> Reason for Box<E> {
    fn kind(&self) -> ErrorKind {
        (**self).kind()
    }

    fn code(&self) -> &'static str {
        (**self).code()
    }

    fn offset(&self) -> Option<u64> {
        (**self).offset()
    }

    fn expected(&self) -> Option<String> {
        (**self).expected()
    }

    fn found(&self) -> Option<String> {
        (**self).found()
    }

    fn path(&self) -> Option<String> {
        (**self).path()
    }
}
