//! Berkeley DB: a hash table in pages, of which the values are wanted (the library's `dbinc/db_page.h`).
//!
//! Numbers are in the byte order of the machine that wrote the file; its magic number tells which.

use super::take;
use crate::inspect::packages::draft::FilePackages;
use crate::inspect::packages::error::PackageError;

const MAGIC: u32 = 0x0006_1561;
/// Where the magic number stands.
const MAGIC_AT: usize = 12;
/// Bytes of a page's header.
const HEADER: usize = 26;

/// Types of pages.
const HASH_UNSORTED: u8 = 2;
const OVERFLOW: u8 = 7;
const HASH_META: u8 = 8;
const HASH: u8 = 13;

/// Types of items.
const KEY_DATA: u8 = 1;
const OFF_PAGE: u8 = 3;

struct File<'a> {
    bytes: &'a [u8],
    is_big: bool,
    page_size: usize,
}

/// Whether a file is a hash table of Berkeley DB's.
pub(super) fn is_hash(bytes: &[u8]) -> bool {
    let magic = bytes.get(MAGIC_AT..).and_then(<[u8]>::first_chunk::<4>);
    magic.is_some_and(|magic| *magic == MAGIC.to_le_bytes() || *magic == MAGIC.to_be_bytes())
}

pub(super) fn read(bytes: &[u8], found: &mut FilePackages) -> Result<(), PackageError> {
    let is_big = bytes.get(MAGIC_AT..).is_some_and(|rest| rest.starts_with(&MAGIC.to_be_bytes()));
    let mut file = File { bytes, is_big, page_size: 0 };
    let damaged = PackageError::Damaged { what: "database's first page", offset: 0 };
    file.page_size = file.u32(bytes, 20).ok_or(damaged.clone())? as usize;
    if !(512..=65_536).contains(&file.page_size) || !file.page_size.is_power_of_two() {
        return Err(damaged);
    }
    if bytes.get(24) != Some(&0) {
        return Err(PackageError::Unsupported { what: "an encrypted database" });
    }
    if bytes.get(25) != Some(&HASH_META) {
        return Err(damaged);
    }
    let pages = bytes.len() / file.page_size;
    let last = file.u32(bytes, 32).ok_or(damaged)? as usize;
    if last >= pages {
        let error = PackageError::BeyondEnd {
            what: "last page",
            offset: (last as u64).saturating_mul(file.page_size as u64),
            length: file.page_size as u64,
            size: bytes.len() as u64,
        };
        found.note(&error);
    }
    // Each page belongs to one value only, so that together they cannot be larger than the file.
    let mut used = vec![false; pages];
    for number in 1..=last.min(pages.saturating_sub(1)) {
        let Some(page) = file.page(number) else { continue };
        if !matches!(page.get(25), Some(&(HASH | HASH_UNSORTED))) {
            continue;
        }
        let offset = (number * file.page_size) as u64;
        let Some(items) = file.items(page) else {
            found.note(&PackageError::Damaged { what: "page", offset });
            continue;
        };
        for pair in items.chunks_exact(2) {
            let [key, value] = pair else { continue };
            // Number 0 is not a package but the highest number that was given.
            if matches!(key, [KEY_DATA, 0, 0, 0, 0]) {
                continue;
            }
            match value {
                [KEY_DATA, blob @ ..] => take(blob, offset, found)?,
                [OFF_PAGE, ..] => match file.overflow(value, &mut used) {
                    Some(blob) => take(&blob, offset, found)?,
                    None => found.note(&PackageError::Damaged { what: "value in pages of its own", offset }),
                },
                _ => found.note(&PackageError::Damaged { what: "value", offset }),
            }
        }
    }
    Ok(())
}

impl<'a> File<'a> {
    fn u32(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let field = *bytes.get(at..)?.first_chunk()?;
        Some(if self.is_big { u32::from_be_bytes(field) } else { u32::from_le_bytes(field) })
    }

    fn u16(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let field = *bytes.get(at..)?.first_chunk()?;
        Some(usize::from(if self.is_big { u16::from_be_bytes(field) } else { u16::from_le_bytes(field) }))
    }

    fn page(&self, number: usize) -> Option<&'a [u8]> {
        self.bytes.get(number.checked_mul(self.page_size)?..)?.get(..self.page_size)
    }

    /// The items of a page, keys and values in turn: they are filled in from its end.
    fn items(&self, page: &'a [u8]) -> Option<Vec<&'a [u8]>> {
        let mut end = page.len();
        let mut items = Vec::new();
        for index in 0..self.u16(page, 20)? {
            let start = self.u16(page, HEADER + 2 * index)?;
            let item = page.get(start..end).filter(|_| start >= HEADER)?;
            items.push(item);
            end = start;
        }
        Some(items)
    }

    /// A value that stands in a chain of pages. The item has a type, three empty bytes, the first page and the length.
    fn overflow(&self, item: &[u8], used: &mut [bool]) -> Option<Vec<u8>> {
        let mut number = self.u32(item, 4)? as usize;
        let length = self.u32(item, 8)? as usize;
        let mut value = Vec::new();
        while number != 0 {
            let place = used.get_mut(number)?;
            if std::mem::replace(place, true) {
                return None;
            }
            let page = self.page(number)?;
            if page.get(25) != Some(&OVERFLOW) {
                return None;
            }
            value.extend_from_slice(page.get(HEADER..)?.get(..self.u16(page, 22)?)?);
            number = self.u32(page, 16)? as usize;
        }
        (value.len() == length).then_some(value)
    }
}
