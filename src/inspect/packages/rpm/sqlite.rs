//! SQLite, as far as reading one table without an index needs it (SQLite's `fileformat2.html`; numbers high byte first).

use std::collections::HashSet;

use super::{be32, take};
use crate::inspect::packages::draft::FilePackages;
use crate::inspect::packages::error::PackageError;

pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";

/// Pages of table b-trees.
const INTERIOR: u8 = 5;
const LEAF: u8 = 13;
/// B-trees are not deeper; SQLite itself stops at 20.
const DEPTH: u32 = 20;

struct File<'a> {
    bytes: &'a [u8],
    page_size: usize,
    /// Bytes of each page that are used.
    usable: usize,
    /// Pages that were read. Each belongs to one place, so that all values together cannot be larger than the file.
    used: HashSet<u32>,
    /// Bytes that further records may have. Cells that overlap would have more than the file.
    left: usize,
}

pub(super) fn read(bytes: &[u8], found: &mut FilePackages) -> Result<(), PackageError> {
    let damaged = |what, offset| PackageError::Damaged { what, offset };
    let size = bytes.get(16..).and_then(<[u8]>::first_chunk::<2>).map(|size| u16::from_be_bytes(*size));
    // One stands for 65,536, which does not fit.
    let page_size = match size {
        Some(1) => 65_536,
        Some(size) if size >= 512 && size.is_power_of_two() => usize::from(size),
        _ => return Err(damaged("database's header", 16)),
    };
    let usable = page_size - usize::from(bytes.get(20).copied().unwrap_or(0));
    if usable < 480 {
        return Err(damaged("database's header", 20));
    }
    let mut file = File { bytes, page_size, usable, used: HashSet::new(), left: bytes.len() };
    let mut root = None;
    file.walk(1, 0, found, &mut |record, _, _| {
        // type, name, table, root page, text
        if let Some(columns) = columns(record)
            && let [Column::Bytes(b"table"), Column::Bytes(b"Packages"), _, Column::Number(page), ..] =
                columns.as_slice()
        {
            root = u32::try_from(*page).ok();
        }
        Ok(())
    })?;
    let Some(root) = root else {
        return Err(PackageError::NotA { what: "database of rpm's: it has no table `Packages`" });
    };
    file.walk(root, 0, found, &mut |record, offset, found| {
        // The first column is the number, which stands in the key instead.
        match columns(record).as_deref() {
            Some([_, Column::Bytes(blob), ..]) => take(blob, offset, found),
            _ => {
                found.note(&PackageError::Damaged { what: "row", offset });
                Ok(())
            }
        }
    })
}

type OnRecord<'f> = dyn FnMut(&[u8], u64, &mut FilePackages) -> Result<(), PackageError> + 'f;

impl<'a> File<'a> {
    fn page(&mut self, number: u32) -> Option<&'a [u8]> {
        let start = (number.checked_sub(1)? as usize).checked_mul(self.page_size)?;
        let page = self.bytes.get(start..)?.get(..self.page_size)?;
        self.used.insert(number).then_some(page)
    }

    /// Shows every record of a table, in the order of its keys. What is damaged is noted and passed over.
    fn walk(
        &mut self,
        number: u32,
        depth: u32,
        found: &mut FilePackages,
        on_record: &mut OnRecord<'_>,
    ) -> Result<(), PackageError> {
        let start = u64::from(number.saturating_sub(1)).saturating_mul(self.page_size as u64);
        let damaged = PackageError::Damaged { what: "page", offset: start };
        let page = if depth < DEPTH { self.page(number) } else { None };
        let Some(page) = page else {
            found.note(&damaged);
            return Ok(());
        };
        // The file's own header stands before that of the first page.
        let header = if number == 1 { 100 } else { 0 };
        let u16 = |at: usize| {
            page.get(at..)
                .and_then(<[u8]>::first_chunk::<2>)
                .map_or(0, |bytes| usize::from(u16::from_be_bytes(*bytes)))
        };
        let (count, kind) = (u16(header + 3), page.get(header).copied());
        let first = match kind {
            Some(LEAF) => header + 8,
            Some(INTERIOR) => header + 12,
            _ => {
                found.note(&damaged);
                return Ok(());
            }
        };
        // A cell has at least four bytes, so no page has more of them than this.
        for index in 0..count.min(self.page_size / 4) {
            let at = u16(first + 2 * index);
            if kind == Some(INTERIOR) {
                match be32(page, at) {
                    Some(child) => self.walk(child, depth + 1, found, on_record)?,
                    None => found.note(&damaged),
                }
                continue;
            }
            let offset = start.saturating_add(at as u64);
            match self.record(page, at) {
                Some(record) => on_record(&record, offset, found)?,
                None => found.note(&PackageError::Damaged { what: "row", offset }),
            }
        }
        if kind == Some(INTERIOR) {
            match be32(page, header + 8) {
                Some(child) => self.walk(child, depth + 1, found, on_record)?,
                None => found.note(&damaged),
            }
        }
        Ok(())
    }

    /// The record of a cell in a leaf: its length, its key, what fits of it, and the first page of the rest.
    fn record(&mut self, page: &[u8], at: usize) -> Option<Vec<u8>> {
        let mut cell = page.get(at..self.usable)?;
        let length = usize::try_from(varint(&mut cell)?).ok().filter(|&length| length <= self.bytes.len())?;
        varint(&mut cell)?;
        self.left = self.left.checked_sub(length)?;
        // By the format: as much stays in the page as makes the rest fill whole ones, within these bounds.
        let most = self.usable - 35;
        if length <= most {
            return cell.get(..length).map(<[u8]>::to_vec);
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let fitting = least + (length - least) % (self.usable - 4);
        let local = if fitting <= most { fitting } else { least };
        let (start, rest) = cell.split_at_checked(local)?;
        let mut next = be32(rest, 0)?;
        let mut record = start.to_vec();
        while record.len() < length {
            let page = self.page(next)?;
            next = be32(page, 0)?;
            let part = page.get(4..self.usable)?;
            record.extend_from_slice(part.get(..part.len().min(length - record.len()))?);
        }
        Some(record)
    }
}

/// The columns that are looked at.
const COLUMNS: usize = 5;

enum Column<'r> {
    Number(i64),
    Bytes(&'r [u8]),
    Other,
}

/// The columns of a record: the length of its header, the type of each column, then the columns.
fn columns(record: &[u8]) -> Option<Vec<Column<'_>>> {
    let mut rest = record;
    let length = usize::try_from(varint(&mut rest)?).ok()?;
    let (header, mut body) = record.split_at_checked(length)?;
    let mut header = header.get(record.len() - rest.len()..)?;
    let mut columns = Vec::new();
    while !header.is_empty() && columns.len() < COLUMNS {
        let kind = varint(&mut header)?;
        let size = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => (kind - 12) / 2,
        };
        let (value, after) = body.split_at_checked(usize::try_from(size).ok()?)?;
        body = after;
        columns.push(match kind {
            1..=6 => {
                let sign = if value.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
                Column::Number(value.iter().fold(sign, |number, &byte| number << 8 | i64::from(byte)))
            }
            8 | 9 => Column::Number(kind as i64 - 8),
            12.. => Column::Bytes(value),
            _ => Column::Other,
        });
    }
    Some(columns)
}

/// A number in seven bits a byte, high ones first; of a ninth byte all bits count.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for index in 0..9 {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if index == 8 {
            return Some(value << 8 | u64::from(byte));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(value)
}
