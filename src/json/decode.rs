//! [`Value`] to typed data, by the rules of Go's `encoding/json`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::fold::fold_eq;
use super::reader::Reader;
use super::{JsonError, Value};
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
    /// Takes over a value that has still to be read. What consists of other data passes it on in parts, so that the
    /// whole is never held twice.
    ///
    /// # Errors
    /// The first place where the type is wrong.
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError>;
}

/// A value for [`Decode`]: what comes next in a document.
pub struct Input<'a, 'r>(&'r mut Reader<'a>);

/// What takes the members of an object.
type MemberSink<'f, 'a> = &'f mut dyn FnMut(Cow<'a, str>, Input<'a, '_>) -> Result<(), FieldError>;

/// In place of an error in the JSON itself. [`super::decode`], where all reading starts, finds that error again.
fn broken(_: JsonError) -> FieldError {
    FieldError::new("JSON", String::new())
}

impl<'a, 'r> Input<'a, 'r> {
    /// The value that comes next in a document.
    pub(super) const fn document(reader: &'r mut Reader<'a>) -> Self {
        Self(reader)
    }

    /// The value as a whole.
    ///
    /// # Errors
    /// It is not JSON.
    pub fn value(self) -> Result<Value<'a>, FieldError> {
        self.0.value().map_err(broken)
    }

    /// The byte that the value starts with, which tells its type.
    pub(crate) fn first(&self) -> Option<u8> {
        self.0.peek()
    }

    /// The text of a string; else the value.
    fn text(self) -> Result<Result<Cow<'a, str>, Value<'a>>, FieldError> {
        match self.first() {
            Some(b'"') => self.0.text().map(Ok).map_err(broken),
            _ => self.value().map(Err),
        }
    }

    /// `None` instead of `null`.
    fn not_null(self) -> Result<Option<Self>, FieldError> {
        match self.first() {
            Some(b'n') => self.0.skip().map_err(broken).map(|()| None),
            _ => Ok(Some(self)),
        }
    }

    /// Hands the members of an object to `member`, one after the other. False for `null`, which has none.
    fn members(self, member: MemberSink<'_, 'a>) -> Result<bool, FieldError> {
        let Self(reader) = self;
        if reader.peek() != Some(b'{') {
            return Self(reader).nothing("object").map(|()| false);
        }
        let mut more = reader.enter(b'}').map_err(broken)?;
        while more {
            let key = reader.key().map_err(broken)?;
            member(key, Input::document(reader))?;
            more = reader.another(b'}').map_err(broken)?;
        }
        Ok(true)
    }

    /// Hands the elements of an array to `element`, one after the other. `null` has none.
    fn elements(
        self,
        element: &mut dyn FnMut(Input<'a, '_>) -> Result<(), FieldError>,
    ) -> Result<(), FieldError> {
        let Self(reader) = self;
        if reader.peek() != Some(b'[') {
            return Self(reader).nothing("array");
        }
        let mut index = 0;
        let mut more = reader.enter(b']').map_err(broken)?;
        while more {
            element(Input::document(reader)).map_err(|error| error.at(index))?;
            index += 1;
            more = reader.another(b']').map_err(broken)?;
        }
        Ok(())
    }

    /// Passes over `null`; all else is of the wrong type.
    fn nothing(self, expected: &'static str) -> Result<(), FieldError> {
        match self.value()? {
            Value::Null => Ok(()),
            value => Err(FieldError::of_type(expected, &value)),
        }
    }
}

/// Fills in what stands beside the keys of `fields` from the members of an object. Other members are passed over.
/// `null` is an object without members.
pub(crate) fn read_object(
    input: Input<'_, '_>,
    fields: &mut [(&'static str, &mut dyn Decode)],
) -> Result<(), FieldError> {
    let Input(reader) = input;
    if reader.peek() != Some(b'{') {
        return Input(reader).nothing("object");
    }
    let mut next = 0;
    let mut more = reader.enter(b'}').map_err(broken)?;
    while more {
        // Nearly all keys are written as they should be, and stand in the order of the fields.
        let after = fields.iter().enumerate().skip(next);
        let mut in_turn = after.chain(fields.iter().enumerate().take(next));
        let field = match in_turn.find(|(_, (key, _))| reader.is_at_key(key)) {
            Some((field, (key, _))) => {
                reader.pass_key(key).map_err(broken)?;
                Some(field)
            }
            None => {
                let name = reader.key().map_err(broken)?;
                fields.iter().position(|(key, _)| fold_eq(key, &name))
            }
        };
        match field.and_then(|field| fields.get_mut(field)) {
            Some((key, field)) => field.read(Input::document(reader)).map_err(|error| error.under(key))?,
            None => reader.skip().map_err(broken)?,
        }
        next = field.map_or(next, |field| field + 1);
        more = reader.another(b'}').map_err(broken)?;
    }
    Ok(())
}

/// Implements [`Decode`] for a struct: which key fills which field. Other keys are passed over.
macro_rules! decode_struct {
    ($type:ty { $($key:literal => $field:ident),* $(,)? }) => {
        impl $crate::json::Decode for $type {
            fn read(&mut self, input: $crate::json::Input<'_, '_>) -> Result<(), $crate::json::FieldError> {
                $crate::json::read_object(input, &mut [$(($key, &mut self.$field)),*])
            }
        }
    };
}
pub(crate) use decode_struct;

impl Decode for String {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        match input.text()? {
            Ok(text) => *self = text.into_owned(),
            Err(Value::Null) => {}
            Err(value) => return Err(FieldError::of_type("string", &value)),
        }
        Ok(())
    }
}

impl Decode for bool {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        match input.value()? {
            Value::Null => {}
            Value::Bool(flag) => *self = flag,
            value => return Err(FieldError::of_type("bool", &value)),
        }
        Ok(())
    }
}

impl Decode for i64 {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        match input.value()? {
            Value::Null => {}
            value => match value.as_i64() {
                Some(number) => *self = number,
                None => return Err(FieldError::of_type("integer of 64 bits", &value)),
            },
        }
        Ok(())
    }
}

impl<T: Decode + ?Sized> Decode for Box<T> {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        (**self).read(input)
    }
}

/// Go's pointer, slice or map: `null` makes it absent.
impl<T: Decode + Default> Decode for Option<T> {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        match input.not_null()? {
            Some(input) => self.get_or_insert_default().read(input)?,
            None => *self = None,
        }
        Ok(())
    }
}

/// `null` empties it; use `Option<Vec<_>>` where absent and empty have to be told apart.
///
/// Go fills the elements of a repeated array into those that are there: objects are merged, and `null` leaves a scalar
/// as the earlier array had it.
impl<T: Decode + Default> Decode for Vec<T> {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        let mut length = 0;
        input.elements(&mut |element| {
            if length == self.len() {
                self.push(T::default());
            }
            if let Some(item) = self.get_mut(length) {
                item.read(element)?;
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
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        let members = input.members(&mut |key, value| {
            let mut item = T::default();
            item.read(value).map_err(|error| error.under(&key))?;
            put(self, key.into_owned(), item);
            Ok(())
        })?;
        if !members {
            self.clear();
        }
        Ok(())
    }
}

/// Inserts, replacing what was there: in one place, because the code for it is long.
#[inline(never)]
pub(crate) fn put<T>(map: &mut BTreeMap<String, T>, key: String, item: T) {
    map.insert(key, item);
}

/// Whether there is a value, and not `null`. The last one that is read tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Present(pub(crate) bool);

impl Decode for Present {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        self.0 = input.first() != Some(b'n');
        input.0.skip().map_err(broken)
    }
}

/// Go's `struct{}`: an object whose members do not matter.
impl Decode for () {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        match input.value()? {
            Value::Null | Value::Object(_) => Ok(()),
            value => Err(FieldError::of_type("object", &value)),
        }
    }
}
