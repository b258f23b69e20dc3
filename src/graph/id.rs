//! Which texts are ids of layers and names of stores.

use std::fmt;

use crate::error::{ErrorKind, Reason};

/// Bytes that an id or a name may have: what file systems allow, with room for what is put around it.
const MAX: usize = 200;

/// The layer at the root of every named store. No other has its id.
pub const SCRATCH: &str = "scratch";

/// Why a text is no id of a layer or name of a store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {what}: {fault}")]
pub struct IdError {
    /// What it was to be.
    pub what: &'static str,
    /// The text, cut after 200 characters.
    pub text: String,
    /// What is wrong with it.
    pub fault: IdFault,
}

/// What is wrong with an id or a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdFault {
    /// It is empty.
    Empty,
    /// It has too many bytes.
    Length {
        /// How many it has.
        found: usize,
    },
    /// It begins with a sign other than a letter or a digit, as `..`, `.hidden` and `_tmp` do.
    Start {
        /// The sign.
        found: char,
    },
    /// It holds something other than letters, digits, `.`, `_` and `-`.
    Sign {
        /// The first of them.
        found: char,
        /// At which byte.
        offset: usize,
    },
}

impl fmt::Display for IdFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::Length { found } => write!(f, "it has {found} bytes, at most {MAX} are allowed"),
            Self::Start { found } => write!(f, "it begins with {found:?}, expected a letter or a digit"),
            Self::Sign { found, offset } => {
                write!(f, "{found:?} at byte {offset}, expected letters, digits, `.`, `_`, `-`")
            }
        }
    }
}

impl Reason for IdError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        match self.fault {
            IdFault::Empty => "layer-id-empty",
            IdFault::Length { .. } => "layer-id-length",
            IdFault::Start { .. } => "layer-id-start",
            IdFault::Sign { .. } => "layer-id-sign",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self.fault {
            IdFault::Sign { offset, .. } => Some(offset as u64),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        Some(self.text.clone())
    }
}

/// The start of a text, short enough for a message.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}

fn check(what: &'static str, text: &str) -> Result<(), IdError> {
    let fits = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '_' | '-');
    let fault = match text.chars().next() {
        None => IdFault::Empty,
        Some(_) if text.len() > MAX => IdFault::Length { found: text.len() },
        Some(first) if !first.is_ascii_alphanumeric() => IdFault::Start { found: first },
        Some(_) => match text.char_indices().find(|(_, sign)| !fits(*sign)) {
            Some((offset, found)) => IdFault::Sign { found, offset },
            None => return Ok(()),
        },
    };
    Err(IdError { what, text: shown(text), fault })
}

/// Whether a text can be the id of a layer: 1 to 200 letters, digits, `.`, `_` and `-` of ASCII, the first a letter or a
/// digit. So it is one component of a path wherever it is kept, and never one that leads elsewhere.
///
/// # Errors
/// Why it is none.
///
/// ```
/// use layerglass::graph::check_id;
/// assert!(check_id("d1592a710ac3").is_ok());
/// assert!(check_id("../x").is_err());
/// ```
pub fn check_id(text: &str) -> Result<(), IdError> {
    check("id of a layer", text)
}

/// Whether a text can name a store; as [`check_id`].
///
/// # Errors
/// Why it cannot.
pub fn check_store_name(text: &str) -> Result<(), IdError> {
    check("name of a store", text)
}
