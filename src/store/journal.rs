//! The record of changes that are committed together.
//!
//! ```text
//! record  = "layerglass journal 1\n" *change sha256
//! change  = field field [ field ]                  ; key, "put" and bytes; or key, "delete"
//! field   = length bytes                            ; length: 8 bytes, little-endian
//! sha256  = 32 bytes over everything before
//! ```

use super::change::Change;
use super::key;
use crate::digest::Digest;

const HEAD: &[u8] = b"layerglass journal 1\n";

/// Changes as the bytes of a record.
pub(super) fn write(changes: &[Change]) -> Vec<u8> {
    let mut record = HEAD.to_vec();
    let mut field = |bytes: &[u8]| {
        record.extend((bytes.len() as u64).to_le_bytes());
        record.extend(bytes);
    };
    let mut fields: Vec<&[u8]> = Vec::new();
    for change in changes {
        fields.push(change.key.as_bytes());
        match &change.bytes {
            Some(bytes) => fields.extend([b"put".as_slice(), bytes]),
            None => fields.push(b"delete"),
        }
    }
    fields.into_iter().for_each(&mut field);
    let sum = Digest::sha256(&record);
    record.extend(sum.as_bytes());
    record
}

/// The changes of a record; nothing when it is not one or damaged.
pub(super) fn read(record: &[u8]) -> Option<Vec<Change>> {
    let (record, sum) = record.split_last_chunk::<32>()?;
    if Digest::sha256(record).as_bytes() != sum {
        return None;
    }
    let mut rest = record.strip_prefix(HEAD)?;
    let mut field = || {
        if rest.is_empty() {
            return None;
        }
        let (length, after) = rest.split_first_chunk::<8>()?;
        let (bytes, after) = after.split_at_checked(u64::from_le_bytes(*length).try_into().ok()?)?;
        rest = after;
        Some(bytes)
    };
    let mut changes = Vec::new();
    while let Some(name) = field() {
        let name = std::str::from_utf8(name).ok().filter(|name| key::is_key(name))?;
        changes.push(match field()? {
            b"put" => Change::put(name, field()?),
            b"delete" => Change::delete(name),
            _ => return None,
        });
    }
    Some(changes)
}
