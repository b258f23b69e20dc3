//! A document as JavaScript values, with every integer as it is.

use js_sys::{Array, BigInt, Object, parse_float};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_thrown;
use crate::error::{ErrorKind, Reason};
use crate::json::{self, Number, Value, size};
use crate::limits::Limits;

/// Digits that an integer may have: JavaScript takes long for very long ones.
const MAX_DIGITS: usize = 1_000;

/// A number is longer than can be told exactly.
#[derive(Debug, thiserror::Error)]
#[error("an integer of {digits} characters; {MAX_DIGITS} are the limit")]
struct LongInteger {
    digits: usize,
}

impl Reason for LongInteger {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Limit
    }

    fn code(&self) -> &'static str {
        "json-integer-digits"
    }
}

/// The document as plain values. An integer literal is a `number` up to 2^53 - 1 and a `bigint` above; the last of
/// several members with one key stays.
#[wasm_bindgen(js_name = jsonValue)]
pub fn json_value(bytes: &[u8]) -> Result<JsValue, JsValue> {
    convert(&json::parse(bytes, &Limits::default()).map_err(to_thrown)?)
}

/// The depth is that of the parser, which has a limit.
fn convert(value: &Value<'_>) -> Result<JsValue, JsValue> {
    Ok(match value {
        Value::Null => JsValue::NULL,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => convert_number(*number)?,
        Value::String(text) => JsValue::from_str(text),
        Value::Array(elements) => elements.iter().map(convert).collect::<Result<Array, JsValue>>()?.into(),
        Value::Object(members) => {
            let entries = Array::new();
            for (key, value) in members {
                entries.push(&Array::of2(&JsValue::from_str(key), &convert(value)?));
            }
            // Unlike an assignment this makes a member of `__proto__` too.
            Object::from_entries(&entries)?.into()
        }
    })
}

fn convert_number(number: Number<'_>) -> Result<JsValue, JsValue> {
    let text = number.as_str();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let exact = digits.parse::<u64>().is_ok_and(|digits| digits <= size::MAX_NUMBER);
    // An integer that is small, or anything with a fraction or an exponent; a minus sign before 0 stays.
    if exact || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        // By JavaScript's own reader: Rust's would bring 16 KB along.
        return Ok(parse_float(text).into());
    }
    if digits.len() > MAX_DIGITS {
        return Err(to_thrown(LongInteger { digits: digits.len() }));
    }
    // The conversion takes no sign before the zeros that a literal cannot have, so the text is one it knows.
    BigInt::new(&JsValue::from_str(text)).map(JsValue::from).map_err(JsValue::from)
}
