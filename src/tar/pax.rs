//! PAX records: `length key=value\n`.

use super::entry::{Entry, Timestamp};
use super::error::TarError;
use super::sparse::{self, Fragment};
use crate::limits::{LimitExceeded, Limits};

const XATTR_PREFIX: &[u8] = b"SCHILY.xattr.";

/// What the records of one extended header say; `None` where they are silent or take a value back.
#[derive(Debug, Default)]
pub(super) struct Records {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    owner: Option<Vec<u8>>,
    group: Option<Vec<u8>>,
    size: Option<u64>,
    uid: Option<i64>,
    gid: Option<i64>,
    mtime: Option<Timestamp>,
    xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    sparse: SparseRecords,
}

#[derive(Debug, Default)]
struct SparseRecords {
    major: Option<u64>,
    minor: Option<u64>,
    name: Option<Vec<u8>>,
    real_size: Option<u64>,
    numbers: Vec<u64>,
    present: bool,
}

/// What is still to be read before a sparse member's contents.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SparseMap {
    /// Not sparse.
    None,
    /// The records held the map.
    Known(Vec<Fragment>),
    /// The map stands before the contents (version 1.0).
    InData,
}

impl Records {
    /// Parses a whole extended header.
    pub(super) fn parse(mut data: &[u8], offset: u64, limits: &Limits) -> Result<Self, TarError> {
        let fail = |reason| TarError::Pax { offset, reason };
        let mut records = Self::default();
        while !data.is_empty() {
            let space = data.iter().take(20).position(|&byte| byte == b' ');
            let space = space.ok_or_else(|| fail("a record has no length"))?;
            let length = decimal(&data[..space]).ok_or_else(|| fail("a record's length is not a number"))?;
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if length <= space + 1 || length > data.len() {
                return Err(fail("a record's length does not fit the header"));
            }
            let (record, rest) = data.split_at(length);
            data = rest;
            let record = &record[space + 1..];
            let Some((b'\n', record)) = record.split_last() else {
                return Err(fail("a record does not end in a newline"));
            };
            let equals = record.iter().position(|&byte| byte == b'=');
            let equals = equals.ok_or_else(|| fail("a record has no `=`"))?;
            records.apply(&record[..equals], &record[equals + 1..], offset, limits)?;
        }
        Ok(records)
    }

    fn apply(&mut self, key: &[u8], value: &[u8], offset: u64, limits: &Limits) -> Result<(), TarError> {
        let fail = |reason| TarError::Pax { offset, reason };
        let number = |field| decimal(value).ok_or(TarError::Number { offset, field });
        let signed = |field| {
            let text = std::str::from_utf8(value).ok();
            text.and_then(|text| text.parse().ok()).ok_or(TarError::Number { offset, field })
        };
        if key.is_empty() || key.contains(&0) {
            return Err(fail("a record's key is empty or holds a NUL"));
        }
        let is_text = matches!(key, b"path" | b"linkpath" | b"uname" | b"gname");
        if is_text && value.contains(&0) {
            return Err(fail("a name holds a NUL"));
        }
        let given = !value.is_empty();
        match key {
            b"path" => self.path = given.then(|| value.to_vec()),
            b"linkpath" => self.link = given.then(|| value.to_vec()),
            b"uname" => self.owner = given.then(|| value.to_vec()),
            b"gname" => self.group = given.then(|| value.to_vec()),
            b"size" => self.size = if given { Some(number("size")?) } else { None },
            b"uid" => self.uid = if given { Some(signed("uid")?) } else { None },
            b"gid" => self.gid = if given { Some(signed("gid")?) } else { None },
            b"mtime" => {
                let invalid = TarError::Number { offset, field: "mtime" };
                self.mtime = if given { Some(timestamp(value).ok_or(invalid)?) } else { None };
            }
            _ if key.starts_with(XATTR_PREFIX) => {
                let name = &key[XATTR_PREFIX.len()..];
                self.xattrs.retain(|(other, _)| other != name);
                if given {
                    self.xattrs.push((name.to_vec(), value.to_vec()));
                }
            }
            _ if key.starts_with(b"GNU.sparse.") => {
                self.sparse.apply(&key[b"GNU.sparse.".len()..], value, offset, limits)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Lays the records over the header.
    pub(super) fn merge(self, entry: &mut Entry, header_only: bool) -> Result<SparseMap, TarError> {
        if let Some(path) = self.path {
            entry.path = path;
        }
        if let Some(link) = self.link {
            entry.link = link;
        }
        if let Some(owner) = self.owner {
            entry.owner = owner;
        }
        if let Some(group) = self.group {
            entry.group = group;
        }
        if let Some(size) = self.size
            && !header_only
        {
            if i64::try_from(size).is_err() {
                return Err(TarError::Number { offset: entry.header_offset, field: "size" });
            }
            entry.stored_size = size;
            entry.size = size;
        }
        entry.uid = self.uid.unwrap_or(entry.uid);
        entry.gid = self.gid.unwrap_or(entry.gid);
        entry.mtime = self.mtime.unwrap_or(entry.mtime);
        entry.xattrs = self.xattrs;
        self.sparse.merge(entry)
    }
}

impl SparseRecords {
    fn apply(&mut self, key: &[u8], value: &[u8], offset: u64, limits: &Limits) -> Result<(), TarError> {
        let number = || decimal(value).ok_or(TarError::Number { offset, field: "GNU.sparse" });
        let room = |numbers: &[u64]| {
            let found = numbers.len() as u64 / 2 + 1;
            LimitExceeded::check("sparseFragments", u64::from(limits.sparse_fragments), found)
                .map_err(|source| TarError::Limit { offset, source })
        };
        match key {
            b"major" => self.major = Some(number()?),
            b"minor" => self.minor = Some(number()?),
            b"name" => self.name = Some(value.to_vec()),
            b"size" | b"realsize" => self.real_size = Some(number()?),
            b"offset" | b"numbytes" => {
                let expected = if key == b"offset" { 0 } else { 1 };
                if self.numbers.len() % 2 != expected {
                    return Err(TarError::Sparse { offset, reason: "offsets and lengths do not alternate" });
                }
                room(&self.numbers)?;
                self.present = true;
                self.numbers.push(number()?);
            }
            b"map" => {
                self.present = true;
                self.numbers.clear();
                if value.is_empty() {
                    return Ok(());
                }
                for part in value.split(|&byte| byte == b',') {
                    room(&self.numbers)?;
                    let part = decimal(part);
                    self.numbers.push(part.ok_or(TarError::Number { offset, field: "GNU.sparse.map" })?);
                }
            }
            b"numblocks" => self.present = true,
            _ => {}
        }
        Ok(())
    }

    fn merge(self, entry: &mut Entry) -> Result<SparseMap, TarError> {
        let in_data = (self.major, self.minor) == (Some(1), Some(0));
        if !in_data && !self.present {
            return Ok(SparseMap::None);
        }
        if let Some(name) = self.name.filter(|name| !name.is_empty()) {
            entry.path = name;
        }
        if let Some(size) = self.real_size {
            if i64::try_from(size).is_err() {
                return Err(TarError::Number { offset: entry.header_offset, field: "GNU.sparse.realsize" });
            }
            entry.size = size;
        }
        if in_data {
            return Ok(SparseMap::InData);
        }
        sparse::from_pairs(&self.numbers, entry.header_offset).map(SparseMap::Known)
    }
}

fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Decimal seconds with an optional fraction, of which nine digits count.
fn timestamp(text: &[u8]) -> Option<Timestamp> {
    let (whole, fraction) = match text.iter().position(|&byte| byte == b'.') {
        Some(dot) => (&text[..dot], &text[dot + 1..]),
        None => (text, &[][..]),
    };
    let negative = whole.starts_with(b"-");
    let secs: i64 = std::str::from_utf8(whole).ok()?.parse().ok()?;
    if !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut nanos = 0_u32;
    for place in 0..9 {
        nanos = nanos * 10 + u32::from(fraction.get(place).map_or(0, |digit| digit - b'0'));
    }
    if negative && nanos > 0 {
        return Some(Timestamp { secs: secs.checked_sub(1)?, nanos: 1_000_000_000 - nanos });
    }
    Some(Timestamp { secs, nanos })
}
