//! NDB, rpm's own form: pages of slots that say in which blocks of 16 bytes the headers stand (rpm's
//! `lib/backend/ndb/rpmpkg.c`; numbers low byte first).

use std::collections::BTreeMap;

use super::{le32, take};
use crate::inspect::packages::draft::FilePackages;
use crate::inspect::packages::error::PackageError;

pub(super) const MAGIC: &[u8] = b"RpmP";
const SLOT: &[u8] = b"Slot";
const BLOB_START: &[u8] = b"BlbS";
const BLOB_END: &[u8] = b"BlbE";

/// Bytes of a slot, and of a block.
const UNIT: usize = 16;
/// Bytes of a page of slots.
const PAGE: usize = 4096;
/// The first slots of the first page are the file's header.
const HEADER: usize = 32;
/// Bytes behind a header: its Adler-32, its length and a mark.
const TAIL: usize = 12;

pub(super) fn read(bytes: &[u8], found: &mut FilePackages) -> Result<(), PackageError> {
    let field = |at| le32(bytes, at).ok_or(PackageError::Damaged { what: "database's header", offset: 0 });
    if field(4)? != 0 {
        return Err(PackageError::Unsupported { what: "a later version of the database" });
    }
    let length = (field(12)? as usize).saturating_mul(PAGE);
    let slots = bytes.get(HEADER..length).ok_or(PackageError::BeyondEnd {
        what: "table of slots",
        offset: 0,
        length: length as u64,
        size: bytes.len() as u64,
    })?;
    // By number, which is the order in which packages were installed.
    let mut used = BTreeMap::new();
    for (index, slot) in slots.as_chunks::<UNIT>().0.iter().enumerate() {
        let offset = (HEADER + index * UNIT) as u64;
        let (Some(number), Some(block), Some(count)) = (le32(slot, 4), le32(slot, 8), le32(slot, 12)) else {
            continue;
        };
        if !slot.starts_with(SLOT) {
            found.note(&PackageError::Damaged { what: "slot", offset });
        } else if block != 0 {
            used.insert(number, (block as usize * UNIT, count as usize * UNIT));
        }
    }
    // Blobs that overlap would have more bytes than the file.
    let mut left = bytes.len();
    for (number, (offset, length)) in used {
        let rest = left.checked_sub(length);
        left = rest.unwrap_or(0);
        match rest.and_then(|_| blob(bytes, number, offset, length)) {
            Some(blob) => take(blob, offset as u64, found)?,
            None => found.note(&PackageError::Damaged { what: "blob", offset: offset as u64 }),
        }
    }
    Ok(())
}

/// The header in a run of blocks, once its marks, length and checksum are right.
fn blob(bytes: &[u8], number: u32, offset: usize, length: usize) -> Option<&[u8]> {
    let run = bytes.get(offset..)?.get(..length)?;
    let (body, tail) = run.split_at_checked(length.checked_sub(TAIL)?)?;
    let size = le32(body, 12)?;
    let is_right = body.starts_with(BLOB_START)
        && le32(body, 4) == Some(number)
        && le32(tail, 4) == Some(size)
        && tail.ends_with(BLOB_END)
        && le32(tail, 0) == Some(adler32(body));
    if is_right { body.get(UNIT..)?.get(..size as usize) } else { None }
}

/// Adler-32 as RFC 1950 has it.
fn adler32(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    // So many bytes fit before the sums have to be reduced.
    for chunk in bytes.chunks(5552) {
        for &byte in chunk {
            a += u32::from(byte);
            b += a;
        }
        (a, b) = (a % 65_521, b % 65_521);
    }
    b << 16 | a
}
