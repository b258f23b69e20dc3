//! rpm's database: headers of packages in one of three forms, told apart by their magic numbers.

mod bdb;
mod header;
mod ndb;
mod sqlite;

use super::draft::FilePackages;
use super::error::PackageError;

/// Reads a database in whichever form it is.
pub(super) fn database(bytes: &[u8], found: &mut FilePackages) -> Result<(), PackageError> {
    if bytes.starts_with(sqlite::MAGIC) {
        sqlite::read(bytes, found)
    } else if bytes.starts_with(ndb::MAGIC) {
        ndb::read(bytes, found)
    } else if bdb::is_hash(bytes) {
        bdb::read(bytes, found)
    } else {
        Err(PackageError::NotA { what: "database of rpm's" })
    }
}

/// Takes one header. Damage costs this package alone.
fn take(blob: &[u8], offset: u64, found: &mut FilePackages) -> Result<(), PackageError> {
    match header::read(blob, found) {
        Some(draft) => found.push(draft),
        None => {
            found.note(&PackageError::Damaged { what: "header of a package", offset });
            Ok(())
        }
    }
}

/// Four bytes, high byte first; nothing beyond the end.
fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Four bytes, low byte first; nothing beyond the end.
fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
