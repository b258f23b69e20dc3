//! Text as Go's `encoding/json` writes it: compact, members in the order given, characters escaped that mean something
//! in HTML.

use std::collections::BTreeMap;

/// Which short escapes a writer uses. Go learned `\b` and `\f` in 1.22; before that they were `\u0008` and `\u000c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// Go up to 1.21.
    Older,
    /// Go since 1.22.
    Current,
}

/// Appends a string in quotes. `<`, `>`, `&`, U+2028 and U+2029 are escaped.
pub fn write_string(out: &mut Vec<u8>, text: &str, escapes: Escapes) {
    out.push(b'"');
    let mut rest = text;
    // Most texts are plain as a whole. What is plain is ASCII, so it ends between two characters.
    while let Some((copied, after)) =
        rest.split_at_checked(rest.bytes().take_while(|byte| is_plain(*byte)).count())
    {
        out.extend(copied.as_bytes());
        let mut chars = after.chars();
        let Some(c) = chars.next() else { break };
        rest = chars.as_str();
        match c {
            '"' => out.extend(b"\\\""),
            '\\' => out.extend(b"\\\\"),
            '\n' => out.extend(b"\\n"),
            '\r' => out.extend(b"\\r"),
            '\t' => out.extend(b"\\t"),
            '\u{8}' if escapes == Escapes::Current => out.extend(b"\\b"),
            '\u{c}' if escapes == Escapes::Current => out.extend(b"\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => push_escape(out, c),
            _ => out.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}

/// Whether a byte is a character that stands for itself.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&')
}

/// A value of a document as it stands there, without the white space around its parts and with the characters escaped
/// that mean something in HTML: what Go makes of a `RawMessage`. `json` must have been read without error.
pub fn compact(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    let mut in_string = false;
    let mut escaped = false;
    let mut rest = json;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b' ' | b'\t' | b'\n' | b'\r', _) if !in_string => continue,
            (b'<' | b'>' | b'&', _) => push_escape(&mut out, byte.into()),
            (0xe2, [0x80, last @ (0xa8 | 0xa9), after @ ..]) => {
                push_escape(&mut out, if *last == 0xa8 { '\u{2028}' } else { '\u{2029}' });
                rest = after;
            }
            _ => out.push(byte),
        }
        if byte == b'"' && !escaped {
            in_string = !in_string;
        }
        escaped = byte == b'\\' && !escaped;
    }
    out
}

fn push_escape(out: &mut Vec<u8>, c: char) {
    out.extend(format!("\\u{:04x}", u32::from(c)).bytes());
}

/// Writes one object, member by member.
pub(crate) struct ObjectWriter {
    out: Vec<u8>,
    escapes: Escapes,
}

impl ObjectWriter {
    /// An object without members.
    pub(crate) fn new(escapes: Escapes) -> Self {
        Self { out: vec![b'{'], escapes }
    }

    /// The text of the object.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.out.push(b'}');
        self.out
    }

    fn key(&mut self, key: &str) {
        if self.out.len() > 1 {
            self.out.push(b',');
        }
        write_string(&mut self.out, key, self.escapes);
        self.out.push(b':');
    }

    /// A member whose value is JSON already.
    pub(crate) fn raw(&mut self, key: &str, json: &[u8]) {
        self.key(key);
        self.out.extend(json);
    }

    /// A string.
    pub(crate) fn string(&mut self, key: &str, text: &str) {
        self.key(key);
        write_string(&mut self.out, text, self.escapes);
    }

    /// A string, unless it is empty.
    pub(crate) fn string_if_any(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.string(key, text);
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, key: &str, flag: bool) {
        self.raw(key, if flag { b"true" } else { b"false" });
    }

    /// `true`, or nothing.
    pub(crate) fn flag_if_set(&mut self, key: &str, flag: bool) {
        if flag {
            self.flag(key, flag);
        }
    }

    /// An integer.
    pub(crate) fn integer(&mut self, key: &str, value: i64) {
        self.raw(key, value.to_string().as_bytes());
    }

    /// An integer, unless it is 0.
    pub(crate) fn integer_if_any(&mut self, key: &str, value: i64) {
        if value != 0 {
            self.integer(key, value);
        }
    }

    /// An array of strings, or `null`.
    pub(crate) fn strings(&mut self, key: &str, list: Option<&[String]>) {
        self.key(key);
        let Some(list) = list else { return self.out.extend(b"null") };
        self.out.push(b'[');
        for (index, text) in list.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            write_string(&mut self.out, text, self.escapes);
        }
        self.out.push(b']');
    }

    /// An array of strings, unless it is empty.
    pub(crate) fn strings_if_any(&mut self, key: &str, list: Option<&[String]>) {
        if list.is_some_and(|list| !list.is_empty()) {
            self.strings(key, list);
        }
    }

    /// An object by sorted keys, or `null`.
    pub(crate) fn map<T>(
        &mut self,
        key: &str,
        map: Option<&BTreeMap<String, T>>,
        member: impl Fn(&mut Self, &str, &T),
    ) {
        self.key(key);
        let Some(map) = map else { return self.out.extend(b"null") };
        let mut inner = Self::new(self.escapes);
        for (key, value) in map {
            member(&mut inner, key, value);
        }
        self.out.extend(inner.finish());
    }

    /// An array of JSON values.
    pub(crate) fn array(&mut self, key: &str, items: impl Iterator<Item = Vec<u8>>) {
        self.key(key);
        self.out.extend(write_array(items));
    }
}

/// An array of JSON values.
pub(crate) fn write_array(items: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut out = vec![b'['];
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend(item);
    }
    out.push(b']');
    out
}
