//! The first 128 bytes of a SIF file.

use super::error::SifError;
use super::kinds::Architecture;
use super::text::{Fields, field, hex};

/// Bytes of the header.
pub const HEADER_BYTES: usize = 128;

/// What stands behind the launch script of every SIF file.
const MAGIC: &[u8; 10] = b"SIF_MAGIC\0";

/// The newest version of the format that is known, as all files so far have it.
const VERSION: &str = "01";

/// The global header (sif.go of the SIF library). Numbers are as they stand there; nothing is trusted yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The line by which a shell starts the image, without its newline.
    pub launch_script: String,
    /// Version of the format, two digits.
    pub version: String,
    /// What the primary partition runs on.
    pub architecture: Architecture,
    /// The image's id: a UUID.
    pub id: [u8; 16],
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// When it was changed last, in seconds since 1970.
    pub modified: i64,
    /// Descriptors that are free.
    pub descriptors_free: i64,
    /// Descriptors in the table.
    pub descriptors_total: i64,
    /// Where the table starts.
    pub descriptors_offset: i64,
    /// Bytes of the table.
    pub descriptors_size: i64,
    /// Where data start.
    pub data_offset: i64,
    /// Bytes of data.
    pub data_size: i64,
    /// The launch script has no end within its 32 bytes, or something behind it.
    pub(super) launch_is_odd: bool,
    /// What signatures cover: launch script, magic, version and id.
    pub(super) signed: [u8; 61],
}

impl Header {
    /// Reads the first bytes of a file.
    ///
    /// # Errors
    /// They are too few, not those of a SIF file, or of one in a later version.
    pub fn parse(bytes: &[u8]) -> Result<Self, SifError> {
        let Some(bytes) = bytes.first_chunk::<HEADER_BYTES>() else {
            let is_sif = bytes.get(32..).is_some_and(|rest| rest.starts_with(MAGIC));
            let found = bytes.len() as u64;
            return Err(if is_sif { SifError::ShortHeader { found } } else { SifError::not_sif(bytes) });
        };
        let mut fields = Fields(bytes);
        let launch: [u8; 32] = fields.array();
        let magic: [u8; 10] = fields.array();
        if magic != *MAGIC {
            return Err(SifError::not_sif(bytes));
        }
        let version_field: [u8; 3] = fields.array();
        let version = field(&version_field).text;
        // As the SIF library compares them.
        if version.as_str() > VERSION {
            return Err(SifError::Version { found: version });
        }
        let architecture = Architecture(fields.array());
        let id: [u8; 16] = fields.array();
        let script = field(&launch);
        let mut signed = [0; 61];
        let parts = launch.iter().chain(&magic).chain(&version_field).chain(&id);
        signed.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
        Ok(Self {
            launch_script: script.text.trim_end_matches('\n').to_owned(),
            version,
            architecture,
            id,
            created: fields.i64(),
            modified: fields.i64(),
            descriptors_free: fields.i64(),
            descriptors_total: fields.i64(),
            descriptors_offset: fields.i64(),
            descriptors_size: fields.i64(),
            data_offset: fields.i64(),
            data_size: fields.i64(),
            launch_is_odd: !(script.has_end && script.is_clean),
            signed,
        })
    }

    /// The id as UUIDs are written.
    pub fn uuid(&self) -> String {
        let digits = hex(&self.id);
        let part = |from, to| digits.get(from..to).unwrap_or_default();
        [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
    }

    /// What signatures cover of the header: launch script, magic, version and id.
    pub fn signed_bytes(&self) -> &[u8] {
        &self.signed
    }
}
