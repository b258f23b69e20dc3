//! A JSON document as the engines read it, and text as they write it.
//!
//! Docker, containerd, podman and most other tools read JSON with Go's `encoding/json`. What that accepts decides which
//! documents exist in the wild, so this reader accepts the same: repeated keys, keys in another letter case, lone
//! surrogates and bytes that are not UTF-8 (both become U+FFFD). It keeps numbers as they are written and the order of
//! members, and it refuses what Go refuses.

mod decode;
mod error;
mod fold;
mod parse;
mod reader;
pub mod size;
mod write;
#[cfg(feature = "archive")]
mod write_value;

use std::borrow::Cow;

pub use decode::{Decode, FieldError, Input};
pub use error::JsonError;
pub use fold::fold_eq;
pub use parse::{Member, decode, decode_first, parse, parse_elements, parse_first, parse_members};
pub use write::{Escapes, compact, write_string};

pub(crate) use decode::{Present, decode_struct, put, read_object};
pub(crate) use write::{ObjectWriter, write_array};
#[cfg(feature = "archive")]
pub(crate) use write_value::write_value;

/// One JSON value. It borrows from the document what stands there literally.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as text.
    Number(Number<'a>),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Value<'a>>),
    /// An object: its members in the order of the document, repeated keys included.
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

impl<'a> Value<'a> {
    /// The value of a member, found as Go finds the field of a struct: the key may be in another letter case, and the
    /// last of several wins. `None` for what is not an object.
    ///
    /// Objects that stand under the same key are not merged here; [`Decode`] does that.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.members()?.iter().rev().find(|(name, _)| fold_eq(name, key)).map(|(_, value)| value)
    }

    /// Whether there is a member of that name, in any letter case, that is not `null`.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| *value != Value::Null)
    }

    /// The members of an object.
    pub fn members(&self) -> Option<&[(Cow<'a, str>, Self)]> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The elements of an array.
    pub fn elements(&self) -> Option<&[Self]> {
        match self {
            Self::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value of an integer literal that fits 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// What kind of value it is, in one word for messages.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }
}

/// A number as the document spells it, so that nothing is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number<'a>(&'a str);

impl<'a> Number<'a> {
    /// The literal.
    pub const fn as_str(&self) -> &'a str {
        self.0
    }

    /// The value of an integer literal. `1e9` and `30.0` are none, as in Go.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }
}
