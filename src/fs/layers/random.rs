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
