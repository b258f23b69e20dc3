//! Text as Go's `encoding/json` writes it.

/// Which short escapes a writer uses. Go learned `\b` and `\f` in 1.22; before that they were `\u0008` and `\u000c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// Go up to 1.21.
    Go2020,
    /// Go since 1.22.
    Current,
}

/// Appends a string in quotes. `<`, `>`, `&`, U+2028 and U+2029 are escaped, so that the text can stand in HTML.
pub fn write_string(out: &mut String, text: &str, escapes: Escapes) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' if escapes == Escapes::Current => out.push_str("\\b"),
            '\u{c}' if escapes == Escapes::Current => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => push_escape(out, c),
            _ => out.push(c),
        }
    }
    out.push('"');
}

/// A value of a document as it stands there, without the white space around its parts and with the characters escaped
/// that [`write_string`] escapes for HTML: what Go makes of a `RawMessage`.
///
/// `json` must have been read without error; bytes that are not UTF-8 become U+FFFD.
pub fn compact(json: &[u8]) -> String {
    let mut out = String::with_capacity(json.len());
    let mut in_string = false;
    let mut escaped = false;
    for c in String::from_utf8_lossy(json).chars() {
        match c {
            ' ' | '\t' | '\n' | '\r' if !in_string => continue,
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => push_escape(&mut out, c),
            _ => out.push(c),
        }
        if c == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = c == '\\' && !escaped;
    }
    out
}

fn push_escape(out: &mut String, c: char) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let code = u32::from(c);
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        out.push(DIGITS.get((code >> shift & 0xf) as usize).copied().unwrap_or('0'));
    }
}
