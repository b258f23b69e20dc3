//! Text to [`Value`].

use std::borrow::Cow;
use std::ops::Range;

use super::{JsonError, Number, Value};
use crate::limits::{LimitExceeded, Limits};

/// Nesting that the reader can be allowed at most. It descends by recursion, so this bounds its stack.
const MAX_DEPTH: u32 = 128;

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
    let mut parser = Parser::new(bytes, limits)?;
    parser.skip_white();
    let value = parser.value(0)?;
    parser.end()?;
    Ok(value)
}

/// Reads the first value of a stream and does not look at what follows it.
///
/// # Errors
/// As [`parse`], without the complaint about more data.
pub fn parse_first<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Value<'a>, JsonError> {
    let mut parser = Parser::new(bytes, limits)?;
    parser.skip_white();
    parser.value(0)
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
    let mut parser = Parser::new(bytes, limits)?;
    parser.skip_white();
    if parser.peek() == Some(b'n') {
        parser.value(0)?;
        parser.end()?;
        return Ok(None);
    }
    parser.expect(b'{', "an object")?;
    let depth = parser.deeper(0)?;
    let mut members = Vec::new();
    parser.sequence(b'}', "`,` or `}`", |parser| {
        let key = parser.key()?;
        let start = parser.at;
        let value = parser.value(depth)?;
        members.push(Member { key, value, span: start..parser.at });
        Ok(())
    })?;
    parser.end()?;
    Ok(Some(members))
}

/// Where the reader is in the document.
struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    max_depth: u32,
    max_values: u64,
    /// Values met so far.
    values: u64,
}

impl<'a> Parser<'a> {
    fn new(bytes: &'a [u8], limits: &Limits) -> Result<Self, JsonError> {
        LimitExceeded::check("jsonBytes", limits.json_bytes, bytes.len() as u64)?;
        let max_depth = limits.json_depth.min(MAX_DEPTH);
        Ok(Self { bytes, at: 0, max_depth, max_values: limits.json_values, values: 0 })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_white(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The error for whatever stands here.
    fn unexpected(&self, expected: &'static str) -> JsonError {
        let offset = self.at as u64;
        match self.peek() {
            Some(byte) => JsonError::UnexpectedByte { offset, byte, expected },
            None => JsonError::UnexpectedEnd { offset, expected },
        }
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), JsonError> {
        if self.peek() != Some(byte) {
            return Err(self.unexpected(expected));
        }
        self.at += 1;
        Ok(())
    }

    fn end(&mut self) -> Result<(), JsonError> {
        self.skip_white();
        if self.at < self.bytes.len() {
            Err(JsonError::TrailingData { offset: self.at as u64 })
        } else {
            Ok(())
        }
    }

    fn deeper(&self, depth: u32) -> Result<u32, JsonError> {
        LimitExceeded::check("jsonDepth", self.max_depth.into(), u64::from(depth) + 1)?;
        Ok(depth + 1)
    }

    fn value(&mut self, depth: u32) -> Result<Value<'a>, JsonError> {
        self.values += 1;
        LimitExceeded::check("jsonValues", self.max_values, self.values)?;
        match self.peek() {
            Some(b'{') => {
                self.at += 1;
                let depth = self.deeper(depth)?;
                let mut members = Vec::new();
                self.sequence(b'}', "`,` or `}`", |parser| {
                    let key = parser.key()?;
                    members.push((key, parser.value(depth)?));
                    Ok(())
                })?;
                Ok(Value::Object(members))
            }
            Some(b'[') => {
                self.at += 1;
                let depth = self.deeper(depth)?;
                let mut elements = Vec::new();
                self.sequence(b']', "`,` or `]`", |parser| {
                    elements.push(parser.value(depth)?);
                    Ok(())
                })?;
                Ok(Value::Array(elements))
            }
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true", Value::Bool(true)),
            Some(b'f') => self.word(b"false", Value::Bool(false)),
            Some(b'n') => self.word(b"null", Value::Null),
            _ => Err(self.unexpected("a value")),
        }
    }

    /// What stands between brackets: items with commas between them. The opening bracket has been read.
    fn sequence(
        &mut self,
        close: u8,
        separator: &'static str,
        mut item: impl FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.skip_white();
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(());
        }
        loop {
            item(self)?;
            self.skip_white();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(byte) if byte == close => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.unexpected(separator)),
            }
            self.skip_white();
        }
    }

    /// A key and the colon after it.
    fn key(&mut self) -> Result<Cow<'a, str>, JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a key in quotes"));
        }
        let key = self.string()?;
        self.skip_white();
        self.expect(b':', "`:`")?;
        self.skip_white();
        Ok(key)
    }

    fn word(&mut self, word: &'static [u8], value: Value<'a>) -> Result<Value<'a>, JsonError> {
        for &byte in word {
            self.expect(byte, "true, false or null")?;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<Value<'a>, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        // Only digits, signs, dots and letters were passed.
        let literal = self.bytes.get(start..self.at).and_then(|literal| str::from_utf8(literal).ok());
        Ok(Value::Number(Number(literal.unwrap_or_default())))
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected("a digit")) } else { Ok(()) }
    }

    /// The bytes up to the next quote, backslash or control character.
    fn plain(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length =
            rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.at += 1;
        let mut piece = self.plain();
        if self.peek() == Some(b'"')
            && let Ok(text) = str::from_utf8(piece)
        {
            self.at += 1;
            return Ok(Cow::Borrowed(text));
        }
        let mut text = String::new();
        loop {
            push_utf8(&mut text, piece);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(byte) => return Err(JsonError::ControlCharacter { offset: self.at as u64, byte }),
                None => return Err(self.unexpected("the end of a string")),
            }
            piece = self.plain();
        }
    }

    /// One escape; two when they are a surrogate pair. A surrogate without its partner is U+FFFD.
    fn escape(&mut self) -> Result<char, JsonError> {
        let start = self.at;
        let byte = self.bytes.get(start + 1).copied();
        self.at += 2;
        let c = match byte {
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let unit = self.hex4(start)?;
                if (0xd800..0xdc00).contains(&unit)
                    && let Some(&[b'\\', b'u']) = self.bytes.get(self.at..self.at + 2)
                {
                    let resume = self.at;
                    self.at += 2;
                    let low = self.hex4(resume)?;
                    if (0xdc00..0xe000).contains(&low) {
                        let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                        return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    // The second escape is not its partner: it is read again on its own.
                    self.at = resume;
                }
                char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            Some(_) => return Err(JsonError::InvalidEscape { offset: start as u64 }),
            None => {
                self.at = self.bytes.len();
                return Err(self.unexpected("an escape"));
            }
        };
        Ok(c)
    }

    /// Four hexadecimal digits; `start` is where the escape began.
    fn hex4(&mut self, start: usize) -> Result<u32, JsonError> {
        let mut unit = 0;
        for _ in 0..4 {
            let Some(byte) = self.peek() else { return Err(self.unexpected("four hexadecimal digits")) };
            let Some(digit) = char::from(byte).to_digit(16) else {
                return Err(JsonError::InvalidEscape { offset: start as u64 });
            };
            unit = unit << 4 | digit;
            self.at += 1;
        }
        Ok(unit)
    }
}

/// Appends text in which each byte that is not part of UTF-8 becomes one U+FFFD, as Go has it.
fn push_utf8(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
}
