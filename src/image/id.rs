//! Ids of images as text.

use std::str::FromStr;

use super::ImageId;
use crate::digest::{Digest, DigestError, are_digits};

/// How often [`random_id`] asks again. A random source gives twelve decimal digits once in 280 times.
const ATTEMPTS: usize = 64;

impl ImageId {
    /// Hexadecimal digits of an id.
    pub const HEX_LEN: usize = 64;

    /// Reads an id: a digest, or 64 hexadecimal digits, which Docker takes for a SHA-256.
    ///
    /// # Errors
    /// Why it is none. Offsets count bytes of the text that was given.
    pub fn parse(text: &str) -> Result<Self, DigestError> {
        if are_digits(text.as_bytes(), Self::HEX_LEN) {
            return Digest::parse(&format!("sha256:{text}")).map(Self::from);
        }
        Digest::parse(text).map(Self::from)
    }

    /// The hexadecimal digits, without the algorithm.
    pub fn hex(&self) -> String {
        self.digest().hex()
    }
}

/// As [`ImageId::parse`].
impl FromStr for ImageId {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        Self::parse(text)
    }
}

/// An id as Docker gave images before they had contents for a name: 64 hexadecimal digits at random, of which the first
/// twelve, the short form, are never all decimal, because a host name may not be a number.
///
/// `fill` fills bytes from a random source. `None` when it gives nothing else however often it is asked, so is none.
///
/// ```
/// use layerglass::image::{ImageId, random_id};
/// let mut seed = 7_u64;
/// let id = random_id(|bytes| {
///     for byte in bytes {
///         seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
///         *byte = (seed >> 56) as u8;
///     }
/// });
/// assert_eq!(id.unwrap().len(), ImageId::HEX_LEN);
/// ```
pub fn random_id(mut fill: impl FnMut(&mut [u8])) -> Option<String> {
    (0..ATTEMPTS).find_map(|_| {
        let mut bytes = [0; 32];
        fill(&mut bytes);
        let id = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let is_number = id.bytes().take(12).all(|digit| digit.is_ascii_digit());
        (!is_number).then_some(id)
    })
}
