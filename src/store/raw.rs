//! Parts of a document that are kept as they are.

use crate::json::{Escapes, Number, Value, write_string};

/// Characters of foreign text that a problem or an error quotes.
const SHOWN: usize = 200;

/// The start of a text, short enough for a message.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// A value as JSON without white space. Numbers stay as they are written, members in their order.
pub(super) fn json_text(value: &Value<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out, value);
    out
}

/// A text as JSON.
pub(super) fn quoted(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    write_string(&mut out, text, Escapes::Current);
    out
}

/// The reader bounds how deep a value nests, so this does not go deeper.
fn write(out: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Null => out.extend(b"null"),
        Value::Bool(flag) => out.extend(if *flag { b"true".as_slice() } else { b"false" }),
        Value::Number(number) => out.extend(Number::as_str(number).as_bytes()),
        Value::String(text) => write_string(out, text, Escapes::Current),
        Value::Array(elements) => {
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(out, element);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (index, (key, value)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_string(out, key, Escapes::Current);
                out.push(b':');
                write(out, value);
            }
            out.push(b'}');
        }
    }
}
