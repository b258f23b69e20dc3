//! References from one document to a blob.

use std::collections::BTreeMap;

use super::base64;
use crate::digest::{Algorithms, Digest, DigestError};
use crate::image::Platform;
use crate::json::{Decode, FieldError, Input, Value, read_object, size};

/// What a manifest says of a blob (image-spec descriptor.md).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What the blob is.
    pub media_type: String,
    /// Its digest as written, whatever the algorithm; see [`Self::parsed_digest`].
    pub digest: String,
    /// Its bytes.
    #[serde(serialize_with = "size::serialize")]
    pub size: u64,
    /// What the image that it leads to runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// Annotations.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// For an artifact: what it is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub artifact_type: String,
    /// Where else it can be fetched.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    /// The blob itself, where it is small.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "serialize_bytes")]
    pub data: Option<Vec<u8>>,
}

impl Descriptor {
    /// The digest, typed. All algorithms that are compiled in are accepted, as image-spec (descriptor.md) registers them.
    ///
    /// # Errors
    /// Why it is none, or that its algorithm is not known.
    pub fn parsed_digest(&self) -> Result<Digest, DigestError> {
        Digest::parse_with(&self.digest, Algorithms::ALL)
    }
}

/// As bytes, where the serialiser knows them, and not as a list of numbers.
fn serialize_bytes<S: serde::Serializer>(data: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    match data {
        Some(data) => serializer.serialize_bytes(data),
        None => serializer.serialize_none(),
    }
}

/// A count of bytes: an integer literal from 0 to 2^63 - 1.
struct Size<'a>(&'a mut u64);

impl Decode for Size<'_> {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        const EXPECTED: &str = "size in bytes from 0 to 2^63 - 1";
        let value = input.value()?;
        if value != Value::Null {
            let size = value.as_i64().and_then(|size| size.try_into().ok());
            *self.0 = size.ok_or_else(|| FieldError::of_type(EXPECTED, &value))?;
        }
        Ok(())
    }
}

/// Bytes written as base64. Go reads a list of numbers as well.
struct Data<'a>(&'a mut Option<Vec<u8>>);

impl Decode for Data<'_> {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        const EXPECTED: &str = "bytes in padded base64";
        let value = input.value()?;
        *self.0 = match &value {
            Value::Null => None,
            Value::String(text) => {
                let bytes = base64::standard(text);
                Some(bytes.ok_or_else(|| FieldError::new(EXPECTED, format!("`{text:.40}`")))?)
            }
            Value::Array(numbers) => {
                let byte = |(index, number): (usize, &Value<'_>)| match number {
                    Value::Null => Ok(0),
                    _ => number
                        .as_i64()
                        .and_then(|number| number.try_into().ok())
                        .ok_or_else(|| FieldError::of_type("byte from 0 to 255", number).at(index)),
                };
                Some(numbers.iter().enumerate().map(byte).collect::<Result<_, _>>()?)
            }
            _ => return Err(FieldError::of_type(EXPECTED, &value)),
        };
        Ok(())
    }
}

impl Decode for Descriptor {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        let fields: &mut [(&'static str, &mut dyn Decode)] = &mut [
            ("mediaType", &mut self.media_type),
            ("digest", &mut self.digest),
            ("size", &mut Size(&mut self.size)),
            ("platform", &mut self.platform),
            ("annotations", &mut self.annotations),
            ("artifactType", &mut self.artifact_type),
            ("urls", &mut self.urls),
            ("data", &mut Data(&mut self.data)),
        ];
        read_object(input, fields)
    }
}
