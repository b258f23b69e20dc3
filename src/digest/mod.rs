//! Digests: names of contents, such as `sha256:e3b0c442…`.
//!
//! A digest is an algorithm, a colon and lower-case hexadecimal digits, as the OCI image-spec (descriptor.md) and
//! `go-digest` have it. The algorithms are those of the SHA-2 family that image-spec registers, SHA-384, and by option
//! BLAKE3; [`Algorithms`] says which of them are accepted.

mod algorithm;
mod algorithms;
mod blake3;
mod error;
mod hasher;
mod short_ids;
mod sorted;
mod verifier;

use std::fmt;
use std::str::FromStr;

pub use algorithm::Algorithm;
pub use algorithms::Algorithms;
pub use error::DigestError;
pub use hasher::{Hasher, HasherStateError};
pub use short_ids::{ShortIdError, ShortIds};
pub use verifier::Verifier;

/// A digest of a known algorithm.
///
/// Digests are ordered as their texts are.
///
/// ```
/// use layerglass::digest::Digest;
/// let digest = Digest::sha256(b"");
/// assert_eq!(digest.to_string(), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
/// assert_eq!(digest, digest.to_string().parse().unwrap());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    algorithm: Algorithm,
    /// As many bytes as the algorithm gives; the rest is zero.
    bytes: [u8; 64],
}

impl Digest {
    /// Parses `algorithm:hex` with an algorithm of [`Algorithms::DEFAULT`].
    ///
    /// # Errors
    /// Those of [`Self::parse_with`].
    pub fn parse(text: &str) -> Result<Self, DigestError> {
        Self::parse_with(text, Algorithms::DEFAULT)
    }

    /// Parses `algorithm:hex` with an algorithm of those. For them the length is looked at before the characters, as
    /// `go-digest` does.
    ///
    /// # Errors
    /// [`DigestError::Format`] when the text is no digest of any algorithm, [`DigestError::Unsupported`] when it is one
    /// of another algorithm, [`DigestError::Length`] when one of those has another number of digits.
    pub fn parse_with(text: &str, algorithms: Algorithms) -> Result<Self, DigestError> {
        let Some((name, encoded)) = text.split_once(':') else {
            return Err(DigestError::Format { offset: text.len() });
        };
        let start = name.len() + 1;
        if encoded.is_empty() {
            return Err(DigestError::Format { offset: start });
        }
        let Some(algorithm) = Algorithm::from_name(name).filter(|known| algorithms.contains(*known)) else {
            return Err(match check_form(text) {
                Ok(()) => DigestError::unsupported(name),
                Err(offset) => DigestError::Format { offset },
            });
        };
        let expected = algorithm.size() * 2;
        if encoded.len() != expected {
            return Err(DigestError::Length { algorithm, expected, found: encoded.len(), offset: start });
        }
        let mut bytes = [0; 64];
        for (index, (byte, pair)) in bytes.iter_mut().zip(encoded.as_bytes().chunks_exact(2)).enumerate() {
            for (half, &digit) in pair.iter().enumerate() {
                let Some(value) = hex_value(digit) else {
                    return Err(DigestError::Format { offset: start + index * 2 + half });
                };
                *byte = *byte << 4 | value;
            }
        }
        Ok(Self { algorithm, bytes })
    }

    /// A digest from its digits alone: as many as the algorithm has, in lower case.
    pub(crate) fn from_hex(algorithm: Algorithm, digits: &str) -> Option<Self> {
        let mut bytes = [0; 64];
        let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
        if pairs.len() != algorithm.size() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = hex_value(*high)? << 4 | hex_value(*low)?;
        }
        Some(Self { algorithm, bytes })
    }

    /// The SHA-256 of some bytes.
    pub fn sha256(bytes: &[u8]) -> Self {
        hasher::sha256(bytes)
    }

    /// The digest of some bytes.
    pub fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(bytes);
        hasher.finish()
    }

    /// A digest from what an algorithm computed; `None` unless there are as many bytes as it gives.
    pub fn from_bytes(algorithm: Algorithm, computed: &[u8]) -> Option<Self> {
        let mut bytes = [0; 64];
        bytes.get_mut(..algorithm.size())?.copy_from_slice(computed.get(..algorithm.size())?);
        (computed.len() == algorithm.size()).then_some(Self { algorithm, bytes })
    }

    /// The algorithm.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What the algorithm computed.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.algorithm.size()).unwrap_or(&self.bytes)
    }

    /// The hexadecimal digits after the colon.
    pub fn hex(&self) -> String {
        let mut hex = String::with_capacity(self.algorithm.size() * 2);
        // Writing to a string cannot fail.
        let _ = self.write_hex(&mut hex);
        hex
    }

    /// The first twelve hexadecimal digits, as Docker abbreviates ids.
    pub fn short(&self) -> String {
        let mut hex = self.hex();
        hex.truncate(12);
        hex
    }

    fn write_hex(&self, out: &mut impl fmt::Write) -> fmt::Result {
        let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
        let mut text = [0; 128];
        let mut length = 0;
        for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(self.as_bytes()) {
            *pair = [digit(byte >> 4), digit(byte & 15)];
            length += 2;
        }
        out.write_str(text.get(..length).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.algorithm.name())?;
        f.write_str(":")?;
        self.write_hex(f)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// As [`Digest::parse`].
impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        Self::parse(text)
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Whether the text has the form of a digest of any algorithm.
///
/// ```text
/// digest    = algorithm ":" encoded
/// algorithm = component *( ( "+" / "." / "-" / "_" ) component )
/// component = 1*( %x61-7A / DIGIT )
/// encoded   = 1*( ALPHA / DIGIT / "=" / "_" / "-" )
/// ```
///
/// # Errors
/// The offset of the first byte that does not fit, or the length of the text when something is missing.
fn check_form(text: &str) -> Result<(), usize> {
    let (mut in_algorithm, mut starts) = (true, true);
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => starts = false,
            b'A'..=b'Z' | b'=' | b'_' | b'-' if !in_algorithm => starts = false,
            b'+' | b'.' | b'-' | b'_' if in_algorithm && !starts => starts = true,
            b':' if in_algorithm && !starts => (in_algorithm, starts) = (false, true),
            _ => return Err(offset),
        }
    }
    if in_algorithm || starts { Err(text.len()) } else { Ok(()) }
}

/// What a hexadecimal digit in lower case counts.
const fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Whether these are hexadecimal digits as digests are written: in lower case, and as many as wanted.
pub(crate) fn are_digits(text: &[u8], wanted: usize) -> bool {
    text.len() == wanted && text.iter().all(|digit| hex_value(*digit).is_some())
}
