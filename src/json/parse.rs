//! Whole documents.

use std::borrow::Cow;
use std::ops::Range;

use super::decode::{Decode, FieldError, Input};
use super::reader::Reader;
use super::{JsonError, Value};
use crate::limits::Limits;

/// Reads a whole document.
///
/// # Errors
/// The first byte at which it stops being JSON, what follows the document, or the limit `jsonBytes`, `jsonDepth` or
/// `jsonValues`.
///
/// ```
/// use layerglass::{json, limits::Limits};
/// let value = json::parse(br#"{"repoTags":["a:b"]}"#, &Limits::default()).unwrap();
/// assert!(value.get("RepoTags").is_some());
/// ```
pub fn parse<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Value<'a>, JsonError> {
    let mut reader = Reader::new(bytes, limits)?;
    let value = reader.value()?;
    reader.end()?;
    Ok(value)
}

/// Reads the first value of a stream and does not look at what follows it.
///
/// # Errors
/// As [`parse`], without the complaint about more data.
pub fn parse_first<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Value<'a>, JsonError> {
    Reader::new(bytes, limits)?.value()
}

/// One member of an object, with the place of its value in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its key, unescaped.
    pub key: Cow<'a, str>,
    /// Its value.
    pub value: Value<'a>,
    /// The bytes of the value in the document.
    pub span: Range<usize>,
}

/// Reads a document that is one object and tells where in it each member's value stands. `None` for a document that is
/// `null`.
///
/// # Errors
/// As [`parse`]; a document that is neither an object nor `null` is an unexpected byte at its start.
pub fn parse_members<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Option<Vec<Member<'a>>>, JsonError> {
    let mut reader = Reader::new(bytes, limits)?;
    match reader.peek() {
        Some(b'{') => {}
        Some(b'n') => {
            reader.skip()?;
            reader.end()?;
            return Ok(None);
        }
        _ => return Err(reader.unexpected("an object")),
    }
    let mut members = Vec::new();
    let mut more = reader.enter(b'}')?;
    while more {
        let key = reader.key()?;
        let start = reader.at();
        let value = reader.value()?;
        members.push(Member { key, value, span: start..reader.at() });
        more = reader.another(b'}')?;
    }
    reader.end()?;
    Ok(Some(members))
}

/// Reads a document that is one array and tells where in it each element stands. `None` for a document that is `null`.
///
/// # Errors
/// As [`parse`]; a document that is neither an array nor `null` is an unexpected byte at its start.
pub fn parse_elements(bytes: &[u8], limits: &Limits) -> Result<Option<Vec<Range<usize>>>, JsonError> {
    let mut reader = Reader::new(bytes, limits)?;
    match reader.peek() {
        Some(b'[') => {}
        Some(b'n') => {
            reader.skip()?;
            reader.end()?;
            return Ok(None);
        }
        _ => return Err(reader.unexpected("an array")),
    }
    let mut elements = Vec::new();
    let mut more = reader.enter(b']')?;
    while more {
        let start = reader.at();
        reader.skip()?;
        elements.push(start..reader.at());
        more = reader.another(b']')?;
    }
    reader.end()?;
    Ok(Some(elements))
}

/// Reads a whole document right into `data`, without making a [`Value`] of it. As `data` is filled while reading, what
/// is in it after an error is of no use.
///
/// # Errors
/// As [`parse`]; inside, when the document is JSON throughout, that of [`Decode`].
///
/// ```
/// use layerglass::{json, limits::Limits};
/// let mut names: Vec<String> = Vec::new();
/// json::decode(br#"["a","b"]"#, &mut names, &Limits::default()).unwrap().unwrap();
/// assert_eq!(names, ["a", "b"]);
/// ```
pub fn decode(
    bytes: &[u8],
    data: &mut dyn Decode,
    limits: &Limits,
) -> Result<Result<(), FieldError>, JsonError> {
    let mut reader = Reader::new(bytes, limits)?;
    match data.read(Input::document(&mut reader)) {
        Ok(()) => reader.end().map(Ok),
        // What is no JSON at all is told first, wherever it stands. So the rest has to be read as well.
        Err(error) => parse(bytes, limits).map(|_| Err(error)),
    }
}

/// The same with the first value of a stream; what follows it is not looked at.
///
/// # Errors
/// As [`parse_first`]; inside, that of [`Decode`].
pub fn decode_first(
    bytes: &[u8],
    data: &mut dyn Decode,
    limits: &Limits,
) -> Result<Result<(), FieldError>, JsonError> {
    let mut reader = Reader::new(bytes, limits)?;
    match data.read(Input::document(&mut reader)) {
        Ok(()) => Ok(Ok(())),
        Err(error) => parse_first(bytes, limits).map(|_| Err(error)),
    }
}
