//! Counts of bytes on their way to JavaScript: a `number` as long as it is exact, else a `bigint`.
//!
//! Use as `#[serde(serialize_with = "crate::json::size::serialize")]`. The bindings' serialiser refuses a 64-bit
//! integer that a `number` cannot hold and turns a 128-bit one into a `bigint`, so the choice is made here.

use serde::Serializer;

/// The largest count that a JavaScript `number` holds exactly together with all smaller ones: 2^53 - 1.
pub const MAX_NUMBER: u64 = (1 << 53) - 1;

/// A count of bytes.
///
/// # Errors
/// Those of the serialiser.
pub fn serialize<S: Serializer>(size: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    if *size <= MAX_NUMBER {
        serializer.serialize_u64(*size)
    } else {
        serializer.serialize_i128((*size).into())
    }
}

/// A count of bytes that may be absent; pair it with `skip_serializing_if = "Option::is_none"`.
///
/// # Errors
/// Those of the serialiser.
pub fn serialize_option<S: Serializer>(size: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    match size {
        Some(size) => serialize(size, serializer),
        None => serializer.serialize_none(),
    }
}

/// A signed quantity, such as nanoseconds.
///
/// # Errors
/// Those of the serialiser.
pub fn serialize_signed<S: Serializer>(value: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.unsigned_abs() <= MAX_NUMBER {
        serializer.serialize_i64(*value)
    } else {
        serializer.serialize_i128((*value).into())
    }
}
