//! Why a text is not a reference.

use std::fmt;

use super::MAX_PATH;
use crate::digest::DigestError;
use crate::error::{ErrorKind, Reason};

/// A part of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The path, or a domain that cannot be one.
    Name,
    /// What follows the colon.
    Tag,
    /// What follows the `@`.
    Digest,
}

impl Part {
    /// What the part consists of.
    const fn expected(self) -> &'static str {
        match self {
            Self::Name => {
                "lower-case letters and digits, with `.`, `_`, `__` or dashes between them, and slashes between components"
            }
            Self::Tag => "letters, digits and `_`, and after the first of them `.` and `-`",
            Self::Digest => "an algorithm, a colon, and 32 hexadecimal digits or more",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "name",
            Self::Tag => "tag",
            Self::Digest => "digest",
        })
    }
}

/// A character for a message: in quotes where it can be seen, else by its number.
struct Quoted(char);

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_ascii_graphic() {
            write!(f, "`{}`", self.0)
        } else {
            write!(f, "U+{:04X}", u32::from(self.0))
        }
    }
}

/// Why a text is not a reference. Offsets count bytes of the text that was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// There is nothing.
    #[error("the reference is empty")]
    Empty,
    /// A part, or a component of the name, has nothing in it.
    #[error("empty {part} at byte {offset}")]
    EmptyPart {
        /// Which part.
        part: Part,
        /// Where it should be.
        offset: usize,
    },
    /// A character that the part cannot have at that place.
    #[error("{} at byte {offset} cannot stand there in a {part}", Quoted(*character))]
    InvalidCharacter {
        /// Which part.
        part: Part,
        /// The character.
        character: char,
        /// Where it is.
        offset: usize,
    },
    /// A component of the name ends in a separator, or the digest lacks its digits.
    #[error("the {part} stops too early at byte {offset}")]
    Incomplete {
        /// Which part.
        part: Part,
        /// Where it stops.
        offset: usize,
    },
    /// More than 128 bytes of tag.
    #[error("a tag has 128 bytes at most, found {length}")]
    TagTooLong {
        /// Bytes of the tag.
        length: usize,
        /// Where the first one too many is.
        offset: usize,
    },
    /// The text would be a reference in lower case.
    #[error("repository name ({name}) must be lowercase")]
    Uppercase {
        /// The name, cut after 300 characters.
        name: String,
        /// The first character that is not in lower case.
        offset: usize,
    },
    /// The path is longer than 255 bytes.
    #[error("repository path must not be more than {MAX_PATH} bytes, found {length}")]
    PathTooLong {
        /// Bytes of the path.
        length: usize,
        /// Where the first one too many is.
        offset: usize,
    },
    /// 64 hexadecimal digits could not be told from an image id.
    #[error("invalid repository name ({identifier}), cannot specify 64-byte hexadecimal strings")]
    Identifier {
        /// The digits.
        identifier: String,
    },
    /// A form was asked for that has all its parts, and this one relies on defaults.
    #[error("the reference is not written in full: {canonical}")]
    NotCanonical {
        /// The full form.
        canonical: String,
    },
    /// A reference without a name cannot take a tag or digest.
    #[error("a digest alone has no name to which a tag or digest could be put")]
    NoName,
    /// The digest has the right form but is none.
    #[error("{error}; the digest starts at byte {offset}")]
    Digest {
        /// What is wrong with it.
        error: DigestError,
        /// Where the digest starts.
        offset: usize,
    },
}

impl ReferenceError {
    /// The same error about a text of which `removed` bytes at the start were replaced by `added` bytes.
    pub(super) fn shifted(mut self, added: usize, removed: usize) -> Self {
        match &mut self {
            Self::EmptyPart { offset, .. }
            | Self::InvalidCharacter { offset, .. }
            | Self::Incomplete { offset, .. }
            | Self::TagTooLong { offset, .. }
            | Self::PathTooLong { offset, .. }
            | Self::Uppercase { offset, .. }
            | Self::Digest { offset, .. } => *offset = (*offset + removed).saturating_sub(added),
            Self::Empty | Self::Identifier { .. } | Self::NotCanonical { .. } | Self::NoName => {}
        }
        self
    }
}

impl Reason for ReferenceError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Digest { error, .. } => error.kind(),
            _ => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "reference-empty",
            Self::EmptyPart { .. } => "reference-empty-part",
            Self::InvalidCharacter { .. } => "reference-character",
            Self::Incomplete { .. } => "reference-incomplete",
            Self::TagTooLong { .. } => "reference-tag-too-long",
            Self::Uppercase { .. } => "reference-uppercase",
            Self::PathTooLong { .. } => "reference-path-too-long",
            Self::Identifier { .. } => "reference-identifier",
            Self::NotCanonical { .. } => "reference-not-canonical",
            Self::NoName => "reference-no-name",
            Self::Digest { error, .. } => error.code(),
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Empty | Self::Identifier { .. } | Self::NotCanonical { .. } => Some(0),
            Self::EmptyPart { offset, .. }
            | Self::InvalidCharacter { offset, .. }
            | Self::Incomplete { offset, .. }
            | Self::TagTooLong { offset, .. }
            | Self::PathTooLong { offset, .. }
            | Self::Uppercase { offset, .. } => Some(*offset as u64),
            Self::Digest { error, offset } => Some(*offset as u64 + error.offset().unwrap_or_default()),
            Self::NoName => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Empty => Some("a name".to_owned()),
            Self::EmptyPart { part, .. }
            | Self::InvalidCharacter { part, .. }
            | Self::Incomplete { part, .. } => Some(part.expected().to_owned()),
            Self::TagTooLong { .. } => Some("128 bytes at most".to_owned()),
            Self::PathTooLong { .. } => Some(format!("{MAX_PATH} bytes at most")),
            Self::Uppercase { name, .. } => Some(name.to_ascii_lowercase()),
            Self::Identifier { .. } => Some("a name, or `sha256:` before the digits".to_owned()),
            Self::NotCanonical { canonical } => Some(canonical.clone()),
            Self::NoName => Some("a reference with a name".to_owned()),
            Self::Digest { error, .. } => error.expected(),
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::InvalidCharacter { character, .. } => Some(Quoted(*character).to_string()),
            Self::TagTooLong { length, .. } | Self::PathTooLong { length, .. } => Some(length.to_string()),
            Self::Uppercase { name, .. } => Some(name.clone()),
            Self::Identifier { identifier } => Some(identifier.clone()),
            Self::Digest { error, .. } => error.found(),
            _ => None,
        }
    }
}
