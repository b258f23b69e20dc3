//! [`Value`] to typed data, by the rules of Go's `encoding/json`.

use std::collections::BTreeMap;
use std::fmt;

use super::Value;
use super::fold::fold_eq;
use crate::error::{ErrorKind, Reason};

/// A value in a document has the wrong type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Keys from the outermost, with dots between them and indices in brackets, such as `history[2].created`. Empty for
    /// the document itself.
    pub path: String,
    /// What was expected.
    pub expected: &'static str,
    /// What stands there: its type, or the text when that is what is wrong.
    pub found: String,
}

impl FieldError {
    /// An error about the very value that was to be decoded.
    pub fn new(expected: &'static str, found: impl Into<String>) -> Self {
        Self { path: String::new(), expected, found: found.into() }
    }

    /// An error about a value of the wrong type.
    pub fn of_type(expected: &'static str, found: &Value<'_>) -> Self {
        match found {
            Value::Number(number) => Self::new(expected, format!("number {:.40}", number.as_str())),
            _ => Self::new(expected, found.type_name()),
        }
    }

    /// The same error seen from the object around the value. Long keys are cut.
    #[must_use]
    pub fn under(mut self, key: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{key:.100}{dot}{}", self.path);
        self
    }

    /// The same error seen from the array around the value.
    #[must_use]
    pub fn at(self, index: usize) -> Self {
        self.under(&format!("[{index}]"))
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the document" } else { &self.path };
        write!(f, "{path} is {}, expected {}", self.found, self.expected)
    }
}

impl std::error::Error for FieldError {}

impl Reason for FieldError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "json-type"
    }

    fn expected(&self) -> Option<String> {
        Some(self.expected.to_owned())
    }

    fn found(&self) -> Option<String> {
        Some(self.found.clone())
    }

    fn path(&self) -> Option<String> {
        (!self.path.is_empty()).then(|| self.path.clone())
    }
}

/// Data that is filled in from a JSON value the way Go fills in a variable.
///
/// Decoding goes *into* what is there: `null` leaves scalars alone, repeated objects are merged, repeated scalars and
/// arrays replace.
pub trait Decode {
    /// Takes over `value`.
    ///
    /// # Errors
    /// The first place where the type is wrong.
    fn decode(&mut self, value: Value<'_>) -> Result<(), FieldError>;
}

/// Fills in what stands beside the keys of `fields` from the members of an object. Other members are passed over.
/// `null` is an object without members.
pub(crate) fn decode_object(
    value: Value<'_>,
    fields: &mut [(&'static str, &mut dyn Decode)],
) -> Result<(), FieldError> {
    let members = match value {
        Value::Null => return Ok(()),
        Value::Object(members) => members,
        _ => return Err(FieldError::of_type("object", &value)),
    };
    for (name, value) in members {
        if let Some((key, field)) = fields.iter_mut().find(|(key, _)| fold_eq(key, &name)) {
            field.decode(value).map_err(|error| error.under(key))?;
        }
    }
    Ok(())
}

/// Implements [`Decode`] for a struct: which key fills which field. Other keys are passed over.
macro_rules! decode_struct {
    ($type:ty { $($key:literal => $field:ident),* $(,)? }) => {
        impl $crate::json::Decode for $type {
            fn decode(&mut self, value: $crate::json::Value<'_>) -> Result<(), $crate::json::FieldError> {
                $crate::json::decode_object(value, &mut [$(($key, &mut self.$field)),*])
            }
        }
    };
}
pub(crate) use decode_struct;

impl Decode for String {
    fn decode(&mut self, value: Value<'_>) -> Result<(), FieldError> {
        match value {
            Value::Null => {}
            Value::String(text) => *self = text.into_owned(),
            _ => return Err(FieldError::of_type("string", &value)),
        }
        Ok(())
    }
}

impl Decode for bool {
    fn decode(&mut self, value: Value<'_>) -> Result<(), FieldError> {
        match value {
            Value::Null => {}
            Value::Bool(flag) => *self = flag,
            _ => return Err(FieldError::of_type("bool", &value)),
        }
        Ok(())
    }
}

impl Decode for i64 {
    fn decode(&mut self, value: Value<'_>) -> Result<(), FieldError> {
        match value {
            Value::Null => {}
            _ => match value.as_i64() {
                Some(number) => *self = number,
                None => return Err(FieldError::of_type("integer of 64 bits", &value)),
            },
        }
        Ok(())
    }
}

impl<T: Decode + ?Sized> Decode for Box<T> {
    fn decode(&mut self, value: Value<'_>) -> Result<(), FieldError> {
        (**self).decode(value)
    }
}

/// Go's pointer, slice or map: `null` makes it absent.
impl<T: Decode + Default> Decode for Option<T> {
    fn decode(&mut self, value: Value<'_>) -> Result<(), FieldError> {
        match value {
            Value::Null => *self = None,
            _ => self.get_or_insert_default().decode(value)?,
        }
        Ok(())
    }
}

/// Hands the elements of an array to `element`, one after the other. `null` has none.
fn decode_elements(
    value: Value<'_>,
    element: &mut dyn FnMut(Value<'_>) -> Result<(), FieldError>,
) -> Result<(), FieldError> {
    match value {
        Value::Null => Ok(()),
        Value::Array(elements) => {
            let mut elements = elements.into_iter().enumerate();
            elements.try_for_each(|(index, value)| element(value).map_err(|error| error.at(index)))
        }
        _ => Err(FieldError::of_type("array", &value)),
    }
}

/// `null` empties it; use `Option<Vec<_>>` where absent and empty have to be told apart.
///
/// Go fills the elements of a repeated array into those that are there: objects are merged, and `null` leaves a scalar
/// as the earlier array had it.
impl<T: Decode + Default> Decode for Vec<T> {
    fn decode(&mut self, value: Value<'_>) -> Result<(), FieldError> {
        let mut length = 0;
        decode_elements(value, &mut |element| {
            if length == self.len() {
                self.push(T::default());
            }
            if let Some(item) = self.get_mut(length) {
                item.decode(element)?;
            }
            length += 1;
            Ok(())
        })?;
        self.truncate(length);
        Ok(())
    }
}

/// Keys are taken literally, not in any letter case; a repeated key replaces. `null` empties it.
impl<T: Decode + Default> Decode for BTreeMap<String, T> {
    fn decode(&mut self, value: Value<'_>) -> Result<(), FieldError> {
        match value {
            Value::Null => self.clear(),
            Value::Object(members) => {
                for (key, value) in members {
                    let mut item = T::default();
                    item.decode(value).map_err(|error| error.under(&key))?;
                    self.insert(key.into_owned(), item);
                }
            }
            _ => return Err(FieldError::of_type("object", &value)),
        }
        Ok(())
    }
}

/// Go's `struct{}`: an object whose members do not matter.
impl Decode for () {
    fn decode(&mut self, value: Value<'_>) -> Result<(), FieldError> {
        match value {
            Value::Null | Value::Object(_) => Ok(()),
            _ => Err(FieldError::of_type("object", &value)),
        }
    }
}
