//! A document, part by part.

use std::borrow::Cow;

use super::{JsonError, Number, Value};
use crate::limits::{LimitExceeded, Limits};

/// Nesting that the reader can be allowed at most. It descends by recursion, so this bounds its stack.
const MAX_DEPTH: u32 = 128;

/// Where one is in a document.
pub struct Reader<'a> {
    bytes: &'a [u8],
    /// The same where all of it is UTF-8, as it should be: checked once and not string by string.
    text: Option<&'a str>,
    at: usize,
    max_depth: u32,
    max_values: u64,
    /// Objects and arrays around this place.
    depth: u32,
    /// Values met so far.
    values: u64,
    /// Room for strings with escapes.
    scratch: String,
}

impl<'a> Reader<'a> {
    /// Before the first value.
    pub(super) fn new(bytes: &'a [u8], limits: &Limits) -> Result<Self, JsonError> {
        LimitExceeded::check("jsonBytes", limits.json_bytes, bytes.len() as u64)?;
        let max_depth = limits.json_depth.min(MAX_DEPTH);
        let (max_values, scratch) = (limits.json_values, String::new());
        let text = str::from_utf8(bytes).ok();
        let mut reader = Self { bytes, text, at: 0, max_depth, max_values, depth: 0, values: 0, scratch };
        reader.skip_white();
        Ok(reader)
    }

    /// Bytes before this place.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// The byte that comes next.
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_white(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The error for whatever stands here.
    pub(super) fn unexpected(&self, expected: &'static str) -> JsonError {
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

    /// After the last value: nothing may follow.
    pub(super) fn end(&mut self) -> Result<(), JsonError> {
        self.skip_white();
        if self.at < self.bytes.len() {
            Err(JsonError::TrailingData { offset: self.at as u64 })
        } else {
            Ok(())
        }
    }

    fn count(&mut self) -> Result<(), JsonError> {
        self.values += 1;
        Ok(LimitExceeded::check("jsonValues", self.max_values, self.values)?)
    }

    /// Goes into the object or array that starts here; false when there is nothing in it, which ends it.
    pub(super) fn enter(&mut self, close: u8) -> Result<bool, JsonError> {
        self.count()?;
        self.at += 1;
        LimitExceeded::check("jsonDepth", self.max_depth.into(), u64::from(self.depth) + 1)?;
        self.skip_white();
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(false);
        }
        self.depth += 1;
        Ok(true)
    }

    /// Goes from one item to the next; false after the last one.
    pub(super) fn another(&mut self, close: u8) -> Result<bool, JsonError> {
        self.skip_white();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.skip_white();
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                self.depth -= 1;
                Ok(false)
            }
            _ => Err(self.unexpected(if close == b'}' { "`,` or `}`" } else { "`,` or `]`" })),
        }
    }

    /// A key and the colon after it.
    pub(super) fn key(&mut self) -> Result<Cow<'a, str>, JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a key in quotes"));
        }
        let key = self.string()?;
        self.colon()?;
        Ok(key)
    }

    fn colon(&mut self) -> Result<(), JsonError> {
        self.skip_white();
        self.expect(b':', "`:`")?;
        self.skip_white();
        Ok(())
    }

    /// Whether this very key comes next. It must have no characters that are escaped in JSON.
    #[inline]
    pub(super) fn is_at_key(&self, key: &str) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = key.len() + 1;
        // What is looked at first tells most keys from each other.
        rest.get(end) == Some(&b'"')
            && rest.first() == Some(&b'"')
            && rest.get(1..end).is_some_and(|found| found == key.as_bytes())
    }

    /// Goes to the value behind a key that [comes next](Self::is_at_key).
    pub(super) fn pass_key(&mut self, key: &str) -> Result<(), JsonError> {
        self.at += key.len() + 2;
        self.colon()
    }

    /// A whole value.
    pub(super) fn value(&mut self) -> Result<Value<'a>, JsonError> {
        match self.peek() {
            Some(b'{') => {
                let mut members = Vec::new();
                let mut more = self.enter(b'}')?;
                while more {
                    let key = self.key()?;
                    members.push((key, self.value()?));
                    more = self.another(b'}')?;
                }
                Ok(Value::Object(members))
            }
            Some(b'[') => {
                let mut elements = Vec::new();
                let mut more = self.enter(b']')?;
                while more {
                    elements.push(self.value()?);
                    more = self.another(b']')?;
                }
                Ok(Value::Array(elements))
            }
            _ => self.scalar(),
        }
    }

    /// Passes over a value, which has to be as right as one that is wanted.
    pub(super) fn skip(&mut self) -> Result<(), JsonError> {
        let (object, close) = match self.peek() {
            Some(b'{') => (true, b'}'),
            Some(b'[') => (false, b']'),
            _ => return self.scalar().map(drop),
        };
        let mut more = self.enter(close)?;
        while more {
            if object {
                self.key()?;
            }
            self.skip()?;
            more = self.another(close)?;
        }
        Ok(())
    }

    /// A value without others in it.
    fn scalar(&mut self) -> Result<Value<'a>, JsonError> {
        self.count()?;
        match self.peek() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true", Value::Bool(true)),
            Some(b'f') => self.word(b"false", Value::Bool(false)),
            Some(b'n') => self.word(b"null", Value::Null),
            _ => Err(self.unexpected("a value")),
        }
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
    #[inline]
    fn plain(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        // Without branches, so that the processor can look at all sixteen at once.
        let is_plain = |bytes: &&[u8; 16]| bytes.iter().fold(0, |any, byte| any | is_special(*byte)) == 0;
        let mut length = rest.as_chunks().0.iter().take_while(is_plain).count() * 16;
        let mut last = rest.get(length..).unwrap_or_default();
        while let Some((bytes, after)) = last.split_first_chunk() {
            let specials = specials(u64::from_le_bytes(*bytes));
            length += (specials.trailing_zeros() / 8) as usize;
            if specials != 0 {
                last = &[];
                break;
            }
            last = after;
        }
        length += last.iter().take_while(|byte| is_special(**byte) == 0).count();
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// A value that is a string.
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.count()?;
        self.string()
    }

    /// What stands in quotes here.
    #[inline]
    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.at += 1;
        let start = self.at;
        let piece = self.plain();
        // Borrowed whenever it stands there as it is, also in a document that is not UTF-8 elsewhere: times depend on it.
        let text = match self.text {
            Some(text) => text.get(start..self.at),
            None => str::from_utf8(piece).ok(),
        };
        if self.peek() == Some(b'"')
            && let Some(text) = text
        {
            self.at += 1;
            return Ok(Cow::Borrowed(text));
        }
        self.unescaped(piece).map(Cow::Owned)
    }

    /// A string that does not stand in the document as it is. Its first piece has been read.
    fn unescaped(&mut self, mut piece: &'a [u8]) -> Result<String, JsonError> {
        // Put together where there is room already, so that it is allocated once and in its size.
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        loop {
            push_utf8(&mut text, piece);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    let string = text.as_str().to_owned();
                    self.scratch = text;
                    return Ok(string);
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

/// 1 for a quote, backslash or control character.
const fn is_special(byte: u8) -> u8 {
    (byte == b'"') as u8 | (byte == b'\\') as u8 | (byte < 0x20) as u8
}

/// Eight bytes with the highest bit set in the first one that is special, and in no byte before it; 0 when none is.
const fn specials(bytes: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    // A byte that is less than the number borrows, which reaches its highest bit and only bytes after it.
    const fn less_than(bytes: u64, number: u8) -> u64 {
        bytes.wrapping_sub(ONES * number as u64) & !bytes
    }
    let quote = less_than(bytes ^ (ONES * b'"' as u64), 1);
    let backslash = less_than(bytes ^ (ONES * b'\\' as u64), 1);
    (quote | backslash | less_than(bytes, 0x20)) & (ONES << 7)
}

/// Appends text in which each byte that is not part of UTF-8 becomes one U+FFFD, as Go has it.
fn push_utf8(text: &mut String, bytes: &[u8]) {
    if let Ok(valid) = str::from_utf8(bytes) {
        return text.push_str(valid);
    }
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
}
