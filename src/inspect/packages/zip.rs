//! Zip archives: their directory and single members (PKWARE's `APPNOTE.TXT`; numbers low byte first).

use flate2::{Decompress, FlushDecompress, Status};

use super::error::PackageError;
use super::view::{Stop, View};
use crate::codec::Crc;
use crate::limits::LimitExceeded;

const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
/// The comment behind the end of the directory is not longer.
const COMMENT_BYTES: u64 = 65_535;
const LOCATOR_64: &[u8] = b"PK\x06\x07";
const LOCATOR_BYTES: u64 = 20;
const END_64: &[u8] = b"PK\x06\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_BYTES: usize = 46;
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_BYTES: u64 = 30;

/// A member, by the directory.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: Vec<u8>,
    pub(super) size: u64,
    stored: u64,
    offset: u64,
    method: u16,
    flags: u16,
    crc: u32,
}

fn le16(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u16::from_le_bytes(*bytes))
}

fn le32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn le64(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// The members of an archive of which `wants` says so, in the order of the directory. `count` counts all.
pub(super) fn directory(
    view: &View,
    count: &mut u64,
    limit: u32,
    mut wants: impl FnMut(&[u8]) -> bool,
) -> Result<Vec<Member>, Stop> {
    let not_zip = PackageError::NotA { what: "zip archive" };
    let tail_bytes = (COMMENT_BYTES + END_BYTES as u64 + LOCATOR_BYTES).min(view.size());
    let tail_start = view.size() - tail_bytes;
    let tail = view.range("end of the directory", tail_start, tail_bytes)?;
    let last = tail.len().checked_sub(END_BYTES).ok_or(not_zip.clone())?;
    let is_end = |&at: &usize| {
        let rest = tail.get(at..).unwrap_or_default();
        rest.starts_with(END) && usize::from(le16(rest, 20)) <= rest.len() - END_BYTES
    };
    let at = (0..=last).rev().find(is_end).ok_or(not_zip)?;
    let end = tail.get(at..).unwrap_or_default();
    let end_at = tail_start + at as u64;
    let (mut length, mut offset) = (u64::from(le32(end, 12)), u64::from(le32(end, 16)));
    let locator = at.checked_sub(LOCATOR_BYTES as usize).and_then(|at| tail.get(at..));
    let mut behind = end_at;
    if let Some(locator) = locator.filter(|locator| locator.starts_with(LOCATOR_64)) {
        let place = le64(locator, 8);
        let end = view.range("end of the large directory", place, 56)?;
        if end.starts_with(END_64) {
            (length, offset, behind) = (le64(end, 40), le64(end, 48), place);
        }
    }
    // What stands before the archive, such as a script that starts it, is not counted in its offsets.
    let stub = behind.saturating_sub(length.saturating_add(offset));
    let mut entries = view.range("directory", offset.saturating_add(stub), length)?;
    let mut members = Vec::new();
    while entries.starts_with(ENTRY) {
        *count += 1;
        LimitExceeded::check("jarEntries", limit.into(), *count)?;
        let (name, extra, comment) = (le16(entries, 28), le16(entries, 30), le16(entries, 32));
        let variable = entries.get(ENTRY_BYTES..).unwrap_or_default();
        let Some((name, rest)) = variable.split_at_checked(name.into()) else { break };
        let Some((extra, rest)) = rest.split_at_checked(extra.into()) else { break };
        if wants(name) {
            let mut member = Member {
                name: name.to_vec(),
                size: le32(entries, 24).into(),
                stored: le32(entries, 20).into(),
                offset: le32(entries, 42).into(),
                method: le16(entries, 10),
                flags: le16(entries, 8),
                crc: le32(entries, 16),
            };
            member.widen(extra);
            member.offset = member.offset.saturating_add(stub);
            members.push(member);
        }
        entries = rest.get(usize::from(comment)..).unwrap_or_default();
    }
    Ok(members)
}

impl Member {
    /// Takes the numbers that need 64 bits: those that do not fit 32 follow each other, in this order.
    fn widen(&mut self, mut extra: &[u8]) {
        while let Some((head, rest)) = extra.split_first_chunk::<4>() {
            let (kind, length) = (le16(head, 0), le16(head, 2));
            let Some((mut field, rest)) = rest.split_at_checked(length.into()) else { return };
            if kind == 1 {
                for number in [&mut self.size, &mut self.stored, &mut self.offset] {
                    if *number == u64::from(u32::MAX)
                        && let Some((wide, rest)) = field.split_first_chunk()
                    {
                        *number = u64::from_le_bytes(*wide);
                        field = rest;
                    }
                }
            }
            extra = rest;
        }
    }

    /// What reading it costs, in bytes, whether it succeeds or not.
    pub(super) fn cost(&self) -> u64 {
        self.size.max(self.stored)
    }

    /// The contents, unpacked and checked.
    pub(super) fn read(&self, view: &View) -> Result<Vec<u8>, Stop> {
        if self.flags & 1 != 0 {
            return Err(PackageError::Unsupported { what: "an encrypted member" }.into());
        }
        let damaged = PackageError::Damaged { what: "member", offset: self.offset };
        // Its own header is as long as the directory's entry but for other extra fields; a guess saves a second wish.
        let guess = LOCAL_BYTES + self.name.len() as u64 + 512;
        let start = view.upto("member", self.offset, guess.saturating_add(self.stored))?;
        if !start.starts_with(LOCAL) {
            return Err(damaged.into());
        }
        let before = LOCAL_BYTES + u64::from(le16(start, 26)) + u64::from(le16(start, 28));
        let stored = view.range("member", self.offset.saturating_add(before), self.stored)?;
        let contents = match self.method {
            0 => stored.to_vec(),
            8 => inflate(stored, false, self.size).ok_or(damaged.clone())?,
            _ => {
                return Err(
                    PackageError::Unsupported { what: "a member compressed other than by deflate" }.into()
                );
            }
        };
        let mut crc = Crc::new();
        crc.update(&contents);
        let is_right = contents.len() as u64 == self.size && crc.sum() == self.crc;
        if is_right { Ok(contents) } else { Err(damaged.into()) }
    }
}

/// Unpacks a deflated stream, bare or in zlib's wrapping; `None` when it is damaged or longer than `limit`.
pub(super) fn inflate(bytes: &[u8], zlib: bool, limit: u64) -> Option<Vec<u8>> {
    let mut decoder = Decompress::new(zlib);
    let mut unpacked = Vec::new();
    let mut buffer = vec![0; 32 << 10];
    loop {
        let rest = bytes.get(usize::try_from(decoder.total_in()).ok()?..)?;
        let before = (decoder.total_in(), decoder.total_out());
        let status = decoder.decompress(rest, &mut buffer, FlushDecompress::None).ok()?;
        let made = usize::try_from(decoder.total_out() - before.1).ok()?;
        unpacked.extend_from_slice(buffer.get(..made)?);
        if unpacked.len() as u64 > limit {
            return None;
        }
        match status {
            Status::StreamEnd => return Some(unpacked),
            _ if before == (decoder.total_in(), decoder.total_out()) => return None,
            _ => {}
        }
    }
}
