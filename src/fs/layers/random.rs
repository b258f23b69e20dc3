//! Names that nobody else has.

use std::io;
use std::path::Path;

use super::error::LayerFolderError;
use crate::image::random_id;

/// 64 hexadecimal digits, of which the first twelve are no number.
pub(super) fn id() -> Result<String, LayerFolderError> {
    let mut failed = None;
    let id = random_id(|bytes| {
        if let Err(error) = getrandom::fill(bytes) {
            failed = Some(error);
        }
    });
    match (id, failed) {
        (Some(id), None) => Ok(id),
        (_, failed) => {
            let reason =
                failed.map_or_else(|| "it gives no random bytes".to_owned(), |error| error.to_string());
            Err(LayerFolderError::io("ask", Path::new("the operating system"), &io::Error::other(reason)))
        }
    }
}

/// So many characters of base 32, as Docker's overlay driver names its links.
#[cfg(target_os = "linux")]
pub(super) fn base32(length: usize) -> Result<String, LayerFolderError> {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let id = id()?;
    let values =
        id.as_bytes().chunks(2).filter_map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok());
    let digits = values.filter_map(|value| DIGITS.get(usize::from(value % 32)));
    Ok(digits.take(length).map(|digit| char::from(*digit)).collect())
}
