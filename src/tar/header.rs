//! The 512-byte header block.

use super::entry::{Entry, EntryKind, Format, Timestamp};
use super::error::TarError;
use super::{BLOCK, sparse};

const USTAR_MAGIC: &[u8] = b"ustar\0";
const GNU_MAGIC: &[u8] = b"ustar  \0";

/// The block's checksum, `Err((declared, computed))` when it does not fit. Ancient tools summed signed bytes.
pub(super) fn checksum(block: &[u8; BLOCK]) -> Result<(), (u64, u64)> {
    let mut unsigned = 0_u64;
    let mut high = 0_u64;
    for (index, &byte) in block.iter().enumerate() {
        let byte = if (148..156).contains(&index) { b' ' } else { byte };
        unsigned += u64::from(byte);
        high += u64::from(byte >> 7);
    }
    let declared = octal(&block[148..156]).ok_or((0, unsigned))?;
    let signed = unsigned.wrapping_sub(high * 256);
    if declared == unsigned || declared == signed { Ok(()) } else { Err((declared, unsigned)) }
}

/// Octal digits between spaces and NULs; an empty field is 0.
fn octal(field: &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    let mut seen = false;
    let mut ended = false;
    for &byte in field {
        match byte {
            b'0'..=b'7' if !ended => {
                seen = true;
                value = value.checked_mul(8)?.checked_add(u64::from(byte - b'0'))?;
            }
            b' ' | 0 => ended = seen,
            _ if ended => break,
            _ => return None,
        }
    }
    Some(value)
}

/// A number in octal or, with the high bit set, in big-endian two's complement.
pub(super) fn number(field: &[u8]) -> Option<i64> {
    let Some(&first) = field.first() else { return Some(0) };
    if first & 0x80 == 0 {
        return octal(field).and_then(|value| i64::try_from(value).ok());
    }
    let invert = if first & 0x40 == 0 { 0x00 } else { 0xff_u8 };
    let mut value = 0_u64;
    for (index, &byte) in field.iter().enumerate() {
        let byte = if index == 0 { (byte ^ invert) & 0x7f } else { byte ^ invert };
        if value >> 56 != 0 {
            return None;
        }
        value = value << 8 | u64::from(byte);
    }
    let value = i64::try_from(value).ok()?;
    Some(if invert == 0 { value } else { !value })
}

/// The bytes of a text field up to its first NUL.
pub(super) fn text(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// Reads `block` into `entry`, whose buffers are reused. The checksum has been checked.
pub(super) fn parse(block: &[u8; BLOCK], offset: u64, entry: &mut Entry) -> Result<(), TarError> {
    let numeric = |range: std::ops::Range<usize>, field| {
        number(&block[range]).ok_or(TarError::Number { offset, field })
    };
    entry.format = match () {
        () if block[257..].starts_with(GNU_MAGIC) => Format::Gnu,
        () if block[257..].starts_with(USTAR_MAGIC) && &block[508..512] == b"tar\0" => Format::Star,
        () if block[257..].starts_with(USTAR_MAGIC) => Format::Ustar,
        () => Format::V7,
    };
    entry.type_flag = block[156];
    entry.mode = (numeric(100..108, "mode")? & 0xffff_ffff) as u32;
    entry.uid = numeric(108..116, "uid")?;
    entry.gid = numeric(116..124, "gid")?;
    let size = numeric(124..136, "size")?;
    entry.size = u64::try_from(size).map_err(|_| TarError::Number { offset, field: "size" })?;
    entry.stored_size = entry.size;
    entry.mtime = Timestamp { secs: numeric(136..148, "mtime")?, nanos: 0 };
    entry.link.clear();
    entry.link.extend_from_slice(text(&block[157..257]));
    entry.owner.clear();
    entry.group.clear();
    entry.device = (0, 0);
    entry.xattrs.clear();
    entry.sparse = None;
    entry.path.clear();
    if entry.format != Format::V7 {
        entry.owner.extend_from_slice(text(&block[265..297]));
        entry.group.extend_from_slice(text(&block[297..329]));
        if matches!(entry.type_flag, b'3' | b'4') {
            let (major, minor) = (numeric(329..337, "devmajor")?, numeric(337..345, "devminor")?);
            entry.device = ((major & 0xffff_ffff) as u32, (minor & 0xffff_ffff) as u32);
        }
        let prefix = match entry.format {
            Format::Ustar => text(&block[345..500]),
            Format::Star => text(&block[345..476]),
            _ => &[],
        };
        if !prefix.is_empty() {
            entry.path.extend_from_slice(prefix);
            entry.path.push(b'/');
        }
    }
    entry.path.extend_from_slice(text(&block[..100]));
    if entry.type_flag == b'S' && entry.format == Format::Gnu {
        let size = numeric(483..495, "realsize")?;
        entry.size = u64::try_from(size).map_err(|_| TarError::Number { offset, field: "realsize" })?;
        let mut fragments = Vec::new();
        sparse::old_gnu(&block[386..482], offset, &mut fragments)?;
        entry.sparse = Some(fragments);
    }
    entry.kind = kind(entry);
    Ok(())
}

/// The kind that a type byte means; in old archives a directory is a regular file with a trailing slash.
pub(super) fn kind(entry: &Entry) -> EntryKind {
    match entry.type_flag {
        0 if entry.path.ends_with(b"/") => EntryKind::Directory,
        0 | b'0' | b'7' | b'S' => EntryKind::File,
        b'1' => EntryKind::HardLink,
        b'2' => EntryKind::Symlink,
        b'3' => EntryKind::CharDevice,
        b'4' => EntryKind::BlockDevice,
        b'5' | b'D' => EntryKind::Directory,
        b'6' => EntryKind::Fifo,
        _ => EntryKind::Other,
    }
}

/// Types whose size field says nothing: no contents follow them (as Go and GNU tar have it).
pub(super) fn is_header_only(type_flag: u8) -> bool {
    matches!(type_flag, b'1'..=b'6')
}
