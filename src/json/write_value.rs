//! Whole values written again, where a document is made of parts of others.

use super::{Escapes, Value, write_string};

/// A value as Go writes it, its members in the order in which they stand. Numbers stay as they are spelled.
pub(crate) fn write_value(out: &mut Vec<u8>, value: &Value<'_>, escapes: Escapes) {
    match value {
        Value::Null => out.extend(b"null"),
        Value::Bool(flag) => out.extend(if *flag { &b"true"[..] } else { b"false" }),
        Value::Number(number) => out.extend(number.as_str().bytes()),
        Value::String(text) => write_string(out, text, escapes),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(out, item, escapes);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (index, (key, value)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_string(out, key, escapes);
                out.push(b':');
                write_value(out, value, escapes);
            }
            out.push(b'}');
        }
    }
}
