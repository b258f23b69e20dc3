//! Writing tar: header blocks, extended records and padding, without input or output.
//!
//! The same entries give the same bytes: nothing is taken from a clock, a host or a random number.

mod block;
mod error;
mod records;

use block::Block;
use records::Records;

pub use error::TarWriteError;

use super::entry::{Entry, EntryKind, Timestamp};
use super::sparse::{self, Fragment};
use super::{BLOCK, padded};

/// The family of headers that a [`Writer`] writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WriteFormat {
    /// USTAR, with PAX records where USTAR cannot say it: long and non-ASCII names, large numbers, fractions of seconds
    /// and times before 1970, extended attributes, maps of sparse files (version 1.0).
    #[default]
    Pax,
    /// GNU tar's own: long names in members of their own, large numbers in base 256. It has whole seconds only (fractions
    /// are rounded down) and no extended attributes.
    Gnu,
}

/// Zeros for padding and for the end marker.
const ZEROS: [u8; 2 * BLOCK] = [0; 2 * BLOCK];
/// Pairs of a sparse map in a header of GNU's old form, and in each block that follows it.
const PAIRS: (usize, usize) = (4, 21);

/// Writes a tar member by member. It gives the bytes around the contents; the contents go from the caller straight to where
/// the tar is written.
///
/// ```
/// use layerglass::tar::{Entry, EntryKind, WriteFormat, Writer};
/// let mut writer = Writer::new(WriteFormat::Pax);
/// let mut tar = Vec::new();
/// let mut entry = Entry::new("etc/hostname", EntryKind::File);
/// entry.size = 4;
/// tar.extend_from_slice(writer.entry(&entry)?);
/// writer.contents(4)?;
/// tar.extend_from_slice(b"moon");
/// tar.extend_from_slice(writer.padding()?);
/// tar.extend_from_slice(writer.finish()?);
/// assert_eq!(tar.len(), 2048);
/// # Ok::<(), layerglass::tar::TarWriteError>(())
/// ```
#[derive(Debug)]
pub struct Writer {
    format: WriteFormat,
    out: Vec<u8>,
    /// Contents of the current member that are still to come.
    left: u64,
    padding: usize,
}

impl Writer {
    /// A writer at the start of a tar.
    pub fn new(format: WriteFormat) -> Self {
        Self { format, out: Vec::new(), left: 0, padding: 0 }
    }

    /// The blocks that stand before a member's contents.
    ///
    /// Of the entry count its kind and what it says of itself; where it lay in another tar, its type byte and its header
    /// family do not. The contents that are to follow are `size` bytes, or the fragments of `sparse` one after another.
    ///
    /// # Errors
    /// The member before is not complete, or the tar cannot hold what the entry says.
    pub fn entry(&mut self, entry: &Entry) -> Result<&[u8], TarWriteError> {
        self.check_complete()?;
        self.out.clear();
        check(entry)?;
        let map = if entry.kind == EntryKind::File { map_of(entry)? } else { None };
        let stored = match (&map, entry.kind) {
            (Some(map), _) => map.iter().map(|fragment| fragment.length).sum(),
            (None, EntryKind::File) => entry.size,
            _ => 0,
        };
        match self.format {
            WriteFormat::Pax => self.pax(entry, map.as_deref(), stored)?,
            WriteFormat::Gnu => self.gnu(entry, map.as_deref(), stored)?,
        }
        self.left = stored;
        self.padding = (padded(stored).saturating_sub(stored)) as usize;
        Ok(&self.out)
    }

    /// Says that so many bytes of the current member's contents were written.
    ///
    /// # Errors
    /// They are more than its header says.
    pub fn contents(&mut self, bytes: u64) -> Result<(), TarWriteError> {
        let left = self.left.checked_sub(bytes);
        self.left = left.ok_or(TarWriteError::Contents { expected: self.left, found: bytes })?;
        Ok(())
    }

    /// What follows the current member's contents.
    ///
    /// # Errors
    /// They are fewer bytes than its header says.
    pub fn padding(&mut self) -> Result<&'static [u8], TarWriteError> {
        if self.left > 0 {
            return Err(TarWriteError::Contents { expected: self.left, found: 0 });
        }
        Ok(ZEROS.get(..std::mem::take(&mut self.padding)).unwrap_or_default())
    }

    /// The end marker: two blocks of zeros.
    ///
    /// # Errors
    /// The last member is not complete.
    pub fn finish(&mut self) -> Result<&'static [u8], TarWriteError> {
        self.check_complete()?;
        Ok(&ZEROS)
    }

    fn check_complete(&self) -> Result<(), TarWriteError> {
        match self.left + self.padding as u64 {
            0 => Ok(()),
            expected => Err(TarWriteError::Contents { expected, found: 0 }),
        }
    }

    fn pax(&mut self, entry: &Entry, map: Option<&[Fragment]>, stored: u64) -> Result<(), TarWriteError> {
        let fail = |field| TarWriteError::Unrepresentable { path: entry.path.clone(), field };
        let mut records = Records::default();
        let mut block = Block::new(block::USTAR, type_flag(entry.kind));
        let map = map.map(map_text);
        let size = stored.saturating_add(map.as_ref().map_or(0, |map| map.len() as u64));
        if map.is_some() {
            records.push(b"GNU.sparse.major", b"1");
            records.push(b"GNU.sparse.minor", b"0");
            records.push(b"GNU.sparse.name", &entry.path);
            records.number(b"GNU.sparse.realsize", entry.size);
            block.text(block::NAME, &stand_in(b"GNUSparseFile.0/", &entry.path));
        } else if let Some((prefix, name)) = split(&entry.path) {
            block.text(block::PREFIX, prefix);
            block.text(block::NAME, name);
        } else {
            records.push(b"path", &entry.path);
            block.text(block::NAME, &stand_in(b"", &entry.path));
        }
        if is_link(entry.kind) {
            if entry.link.len() <= block::LINK.len() && entry.link.is_ascii() {
                block.text(block::LINK, &entry.link);
            } else {
                records.push(b"linkpath", &entry.link);
                block.text(block::LINK, &stand_in(b"", &entry.link));
            }
        }
        let names = [(block::OWNER, &entry.owner, &b"uname"[..]), (block::GROUP, &entry.group, b"gname")];
        for (field, text, key) in names {
            if text.len() <= field.len() && text.is_ascii() {
                block.text(field, text);
            } else {
                records.push(key, text);
            }
        }
        if !block.octal(block::MODE, i64::from(entry.mode)) {
            return Err(fail("mode"));
        }
        for (field, id, key) in [(block::UID, entry.uid, &b"uid"[..]), (block::GID, entry.gid, b"gid")] {
            if !block.octal(field, id) {
                records.number(key, id);
            }
        }
        let signed = i64::try_from(size).map_err(|_| fail("size"))?;
        if !block.octal(block::SIZE, signed) {
            records.number(b"size", size);
        }
        if !block.octal(block::MTIME, entry.mtime.secs) || entry.mtime.nanos > 0 {
            records.time(b"mtime", entry.mtime);
        }
        if !devices(entry).into_iter().all(|(field, number)| block.octal(field, number)) {
            return Err(fail("device numbers"));
        }
        for (name, value) in &entry.xattrs {
            records.push(&[&b"SCHILY.xattr."[..], name].concat(), value);
        }
        let records = records.as_bytes();
        if !records.is_empty() {
            let mut header = Block::new(block::USTAR, b'x');
            header.text(block::NAME, &stand_in(b"PaxHeaders.0/", &entry.path));
            self.extended(header, records);
        }
        self.out.extend_from_slice(&block.sealed());
        self.out.extend_from_slice(&map.unwrap_or_default());
        Ok(())
    }

    fn gnu(&mut self, entry: &Entry, map: Option<&[Fragment]>, stored: u64) -> Result<(), TarWriteError> {
        let fail = |field| TarWriteError::Unrepresentable { path: entry.path.clone(), field };
        let flag = if map.is_some() { b'S' } else { type_flag(entry.kind) };
        let mut block = Block::new(block::GNU, flag);
        let link: &[u8] = if is_link(entry.kind) { &entry.link } else { b"" };
        for (text, field, kind) in [(link, block::LINK, b'K'), (&entry.path, block::NAME, b'L')] {
            block.text(field.clone(), text);
            if text.len() > field.len() {
                let mut header = Block::new(block::GNU, kind);
                header.text(block::NAME, b"././@LongLink");
                self.extended(header, &[text, b"\0"].concat());
            }
        }
        for (text, field, name) in
            [(&entry.owner, block::OWNER, "owner"), (&entry.group, block::GROUP, "group")]
        {
            if text.len() > field.len() {
                return Err(fail(name));
            }
            block.text(field, text);
        }
        if !entry.xattrs.is_empty() {
            return Err(fail("extended attributes"));
        }
        let size = i64::try_from(stored).map_err(|_| fail("size"))?;
        let numbers = [
            (block::MODE, i64::from(entry.mode), "mode"),
            (block::UID, entry.uid, "uid"),
            (block::GID, entry.gid, "gid"),
            (block::SIZE, size, "size"),
            (block::MTIME, entry.mtime.secs, "time"),
        ];
        for (field, number, name) in numbers {
            if !block.number(field, number) {
                return Err(fail(name));
            }
        }
        if !devices(entry).into_iter().all(|(field, number)| block.number(field, number)) {
            return Err(fail("device numbers"));
        }
        let Some(map) = map else {
            self.out.extend_from_slice(&block.sealed());
            return Ok(());
        };
        let real = i64::try_from(entry.size).map_err(|_| fail("size"))?;
        block.number(483..495, real);
        let (first, rest) = map.split_at(map.len().min(PAIRS.0));
        pairs(&mut block, 386, first);
        block.byte(482, u8::from(!rest.is_empty()));
        self.out.extend_from_slice(&block.sealed());
        for (index, chunk) in rest.chunks(PAIRS.1).enumerate() {
            // These blocks are no headers and have no checksum.
            let mut bytes = [0; BLOCK];
            for (pair, fragment) in bytes.chunks_exact_mut(24).zip(chunk) {
                let mut scratch = Block::new(block::GNU, 0);
                pairs(&mut scratch, 0, &[*fragment]);
                pair.copy_from_slice(scratch.start());
            }
            bytes[504] = u8::from((index + 1) * PAIRS.1 < rest.len());
            self.out.extend_from_slice(&bytes);
        }
        Ok(())
    }

    /// A member that says something of the next.
    fn extended(&mut self, mut header: Block, data: &[u8]) {
        for (field, number) in [
            (block::MODE, 0o644),
            (block::UID, 0),
            (block::GID, 0),
            (block::SIZE, i64::try_from(data.len()).unwrap_or(i64::MAX)),
            (block::MTIME, 0),
        ] {
            header.octal(field, number);
        }
        self.out.extend_from_slice(&header.sealed());
        self.out.extend_from_slice(data);
        self.out.resize(self.out.len().next_multiple_of(BLOCK), 0);
    }
}

fn check(entry: &Entry) -> Result<(), TarWriteError> {
    let fail = |field| Err(TarWriteError::Name { path: entry.path.clone(), field });
    let is_bad = |text: &[u8]| text.is_empty() || text.contains(&0);
    if entry.kind == EntryKind::Other {
        return Err(TarWriteError::Kind { path: entry.path.clone() });
    }
    if is_bad(&entry.path) {
        return fail("name");
    }
    if is_link(entry.kind) && is_bad(&entry.link) {
        return fail("link target");
    }
    if entry.owner.contains(&0) || entry.group.contains(&0) {
        return fail("owner");
    }
    // A record's key ends at its first `=`, and an empty value takes an attribute back.
    if entry.xattrs.iter().any(|(name, value)| is_bad(name) || name.contains(&b'=') || value.is_empty()) {
        return Err(TarWriteError::Unrepresentable {
            path: entry.path.clone(),
            field: "extended attributes",
        });
    }
    if entry.mtime.nanos >= 1_000_000_000 {
        return Err(TarWriteError::Unrepresentable { path: entry.path.clone(), field: "time" });
    }
    Ok(())
}

/// The map of a sparse file, which says where the file ends when it ends in a hole.
fn map_of(entry: &Entry) -> Result<Option<Vec<Fragment>>, TarWriteError> {
    let Some(fragments) = &entry.sparse else { return Ok(None) };
    let fail = |reason| TarWriteError::Sparse { path: entry.path.clone(), reason };
    let stored = fragments.iter().map(|fragment| fragment.length).fold(0, u64::saturating_add);
    match sparse::validate(fragments, entry.size, stored, 0) {
        Ok(()) => {}
        Err(super::TarError::Sparse { reason, .. }) => return Err(fail(reason)),
        Err(_) => return Err(fail("it is invalid")),
    }
    let mut map: Vec<Fragment> = fragments.iter().copied().filter(|fragment| fragment.length > 0).collect();
    if map.last().is_none_or(|last| last.offset + last.length < entry.size) {
        map.push(Fragment { offset: entry.size, length: 0 });
    }
    Ok(Some(map))
}

/// The map as it stands before the contents in PAX's version 1.0.
fn map_text(map: &[Fragment]) -> Vec<u8> {
    let mut text = format!("{}\n", map.len());
    for fragment in map {
        text.push_str(&format!("{}\n{}\n", fragment.offset, fragment.length));
    }
    let mut text = text.into_bytes();
    text.resize(text.len().next_multiple_of(BLOCK), 0);
    text
}

fn pairs(block: &mut Block, at: usize, fragments: &[Fragment]) {
    for (index, fragment) in fragments.iter().enumerate() {
        let at = at + 24 * index;
        for (field, number) in [(at..at + 12, fragment.offset), (at + 12..at + 24, fragment.length)] {
            // Both lie within the file, whose size fits.
            block.number(field, i64::try_from(number).unwrap_or(i64::MAX));
        }
    }
}

fn devices(entry: &Entry) -> Vec<(std::ops::Range<usize>, i64)> {
    let (major, minor) = match entry.kind {
        EntryKind::CharDevice | EntryKind::BlockDevice => entry.device,
        _ => (0, 0),
    };
    vec![(block::MAJOR, i64::from(major)), (block::MINOR, i64::from(minor))]
}

fn is_link(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::HardLink | EntryKind::Symlink)
}

fn type_flag(kind: EntryKind) -> u8 {
    match kind {
        EntryKind::File | EntryKind::Other => b'0',
        EntryKind::HardLink => b'1',
        EntryKind::Symlink => b'2',
        EntryKind::CharDevice => b'3',
        EntryKind::BlockDevice => b'4',
        EntryKind::Directory => b'5',
        EntryKind::Fifo => b'6',
    }
}

/// Prefix and name of a path that USTAR can say.
fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    if !path.is_ascii() {
        return None;
    }
    if path.len() <= block::NAME.len() {
        return Some((&[], path));
    }
    let slash = path.iter().take(block::PREFIX.len() + 1).rposition(|&byte| byte == b'/')?;
    let (prefix, name) = (path.get(..slash)?, path.get(slash + 1..)?);
    let fits = !prefix.is_empty() && !name.is_empty() && name.len() <= block::NAME.len();
    fits.then_some((prefix, name))
}

/// A name for the header of what is named in a record, for readers that know no records.
fn stand_in(prefix: &[u8], path: &[u8]) -> Vec<u8> {
    let path = path.strip_suffix(b"/").unwrap_or(path);
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let mut text = prefix.to_vec();
    text.extend(name.iter().filter(|byte| byte.is_ascii()));
    text.truncate(block::NAME.len() - 1);
    text
}

impl Entry {
    /// A member to be written, with mode 0755 for a directory and 0644 for all else, and nothing else set.
    pub fn new(path: impl Into<Vec<u8>>, kind: EntryKind) -> Self {
        let mode = if kind == EntryKind::Directory { 0o755 } else { 0o644 };
        let format = super::Format::Pax;
        let mtime = Timestamp::default();
        Self { path: path.into(), kind, type_flag: type_flag(kind), format, mode, mtime, ..Self::empty() }
    }
}
