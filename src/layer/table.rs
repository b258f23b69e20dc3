//! The files of one layer, as columns.

use super::column::{Arena, Column, Span};
use super::whiteout::Whiteout;
use crate::tar::{Entry, EntryKind, Timestamp};

/// What a row of the table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum RowKind {
    /// Regular file.
    File = 0,
    /// Directory.
    Directory = 1,
    /// Symbolic link.
    Symlink = 2,
    /// Further name of an entry of this or a lower layer.
    HardLink = 3,
    /// Character device.
    CharDevice = 4,
    /// Block device.
    BlockDevice = 5,
    /// Named pipe.
    Fifo = 6,
    /// A type that engines skip.
    Other = 7,
}

impl RowKind {
    pub(super) fn from_u8(value: u8) -> Option<Self> {
        Some(match value {
            0 => Self::File,
            1 => Self::Directory,
            2 => Self::Symlink,
            3 => Self::HardLink,
            4 => Self::CharDevice,
            5 => Self::BlockDevice,
            6 => Self::Fifo,
            7 => Self::Other,
            _ => return None,
        })
    }
}

impl From<EntryKind> for RowKind {
    fn from(kind: EntryKind) -> Self {
        match kind {
            EntryKind::File => Self::File,
            EntryKind::HardLink => Self::HardLink,
            EntryKind::Symlink => Self::Symlink,
            EntryKind::CharDevice => Self::CharDevice,
            EntryKind::BlockDevice => Self::BlockDevice,
            EntryKind::Directory => Self::Directory,
            EntryKind::Fifo => Self::Fifo,
            EntryKind::Other => Self::Other,
        }
    }
}

/// The row's name has no place in a tree: it climbs out of the root or passes a limit.
pub(super) const UNPLACED: u8 = 1;
/// The contents' XXH3 is known.
pub(super) const HASHED: u8 = 2;

/// The files of one layer in the order of its tar, stored by column: about 80 bytes a row and its path.
#[derive(Clone, Debug, Default)]
pub struct FileTable {
    pub(super) text: Arena,
    pub(super) paths: Column<Span>,
    pub(super) kinds: Column<u8>,
    pub(super) flags: Column<u8>,
    pub(super) modes: Column<u16>,
    pub(super) uids: Column<u32>,
    pub(super) gids: Column<u32>,
    pub(super) owners: Column<u16>,
    pub(super) groups: Column<u16>,
    pub(super) sizes: Column<u64>,
    /// Where each member's first header begins in the tar.
    pub(super) offsets: Column<u64>,
    pub(super) seconds: Column<i64>,
    pub(super) nanos: Column<u32>,
    pub(super) xxh3: Column<u128>,
    /// One for each row, or none at all.
    pub(super) sha256: Column<[u8; 32]>,
    /// By ascending row; most rows have none.
    pub(super) links: Vec<(u32, Span)>,
    pub(super) xattrs: Vec<(u32, Span)>,
    pub(super) devices: Vec<(u32, u32, u32)>,
    /// Distinct names of owners and groups; the first is empty.
    pub(super) names: Vec<Vec<u8>>,
}

/// One row of a [`FileTable`].
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    table: &'a FileTable,
    index: u32,
}

impl FileTable {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// True when the layer has no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at `index`, in the order of the tar.
    pub fn row(&self, index: u32) -> Option<Row<'_>> {
        ((index as usize) < self.len()).then_some(Row { table: self, index })
    }

    /// All rows, in the order of the tar.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len() as u32).map(|index| Row { table: self, index })
    }

    /// Appends an entry under its clean path; the contents' hash follows with [`FileTable::set_contents`].
    pub(super) fn push(&mut self, path: &[u8], placed: bool, entry: &Entry, with_sha256: bool) {
        let index = self.len() as u32;
        let path = self.text.push(path);
        self.paths.push(path);
        self.kinds.push(RowKind::from(entry.kind) as u8);
        self.flags.push(if placed { 0 } else { UNPLACED });
        self.modes.push((entry.mode & 0o7777) as u16);
        self.uids.push(u32::try_from(entry.uid).unwrap_or(u32::MAX));
        self.gids.push(u32::try_from(entry.gid).unwrap_or(u32::MAX));
        let (owner, group) = (self.intern(&entry.owner), self.intern(&entry.group));
        self.owners.push(owner);
        self.groups.push(group);
        self.sizes.push(entry.size);
        self.offsets.push(entry.header_offset);
        self.seconds.push(entry.mtime.secs);
        self.nanos.push(entry.mtime.nanos);
        self.xxh3.push(0);
        if with_sha256 {
            self.sha256.push([0; 32]);
        }
        if matches!(entry.kind, EntryKind::Symlink | EntryKind::HardLink) {
            let span = self.text.push(&entry.link);
            self.links.push((index, span));
        }
        if matches!(entry.kind, EntryKind::CharDevice | EntryKind::BlockDevice) {
            self.devices.push((index, entry.device.0, entry.device.1));
        }
        if !entry.xattrs.is_empty() {
            let mut packed = Vec::new();
            for (name, value) in &entry.xattrs {
                packed.extend_from_slice(&(name.len() as u32).to_le_bytes());
                packed.extend_from_slice(&(value.len() as u32).to_le_bytes());
                packed.extend_from_slice(name);
                packed.extend_from_slice(value);
            }
            let span = self.text.push(&packed);
            self.xattrs.push((index, span));
        }
    }

    /// Sets the hashes of the last row's contents.
    pub(super) fn set_contents(&mut self, xxh3: u128, sha256: Option<[u8; 32]>) {
        if let Some(last) = self.xxh3.last_mut() {
            *last = xxh3;
        }
        if let Some(flags) = self.flags.last_mut() {
            *flags |= HASHED;
        }
        if let (Some(last), Some(sha256)) = (self.sha256.last_mut(), sha256) {
            *last = sha256;
        }
    }

    fn intern(&mut self, name: &[u8]) -> u16 {
        if self.names.is_empty() {
            self.names.push(Vec::new());
        }
        // A layer knows a handful of owners; the newest are the likeliest.
        if let Some(index) = self.names.iter().rposition(|known| known == name) {
            return index as u16;
        }
        if self.names.len() >= MAX_NAMES {
            return 0;
        }
        self.names.push(name.to_vec());
        (self.names.len() - 1) as u16
    }
}

/// Distinct owner names that a table keeps; rows of further ones keep their numbers only.
const MAX_NAMES: usize = 256;

fn find<T: Copy>(list: &[(u32, T)], row: u32) -> Option<T> {
    list.binary_search_by_key(&row, |&(index, _)| index).ok().map(|at| list[at].1)
}

impl<'a> Row<'a> {
    /// Position in the tar.
    pub fn index(self) -> u32 {
        self.index
    }

    /// Is it the same entry of the same table?
    pub(super) fn is_entry(self, other: Row<'_>) -> bool {
        std::ptr::eq(self.table, other.table) && self.index == other.index
    }

    /// Path relative to the root, clean; as written when [`Row::is_placed`] is false.
    pub fn path(self) -> &'a [u8] {
        self.table.paths.get(self.index).map_or(&[], |span| self.table.text.get(span))
    }

    /// What it is.
    pub fn kind(self) -> RowKind {
        self.table.kinds.get(self.index).and_then(RowKind::from_u8).unwrap_or(RowKind::Other)
    }

    /// Permission, set-id and sticky bits.
    pub fn mode(self) -> u32 {
        u32::from(self.table.modes.get(self.index).unwrap_or(0))
    }

    /// Owner's number.
    pub fn uid(self) -> u32 {
        self.table.uids.get(self.index).unwrap_or(0)
    }

    /// Group's number.
    pub fn gid(self) -> u32 {
        self.table.gids.get(self.index).unwrap_or(0)
    }

    /// Owner's name, often empty.
    pub fn owner(self) -> &'a [u8] {
        self.name(&self.table.owners)
    }

    /// Group's name, often empty.
    pub fn group(self) -> &'a [u8] {
        self.name(&self.table.groups)
    }

    fn name(self, column: &'a Column<u16>) -> &'a [u8] {
        let index = column.get(self.index).unwrap_or(0);
        self.table.names.get(usize::from(index)).map_or(&[], Vec::as_slice)
    }

    /// Bytes of the contents as unpacked.
    pub fn size(self) -> u64 {
        self.table.sizes.get(self.index).unwrap_or(0)
    }

    /// Where the member begins in the layer's tar, at its first header.
    pub fn offset(self) -> u64 {
        self.table.offsets.get(self.index).unwrap_or(0)
    }

    /// Time of last change.
    pub fn mtime(self) -> Timestamp {
        Timestamp {
            secs: self.table.seconds.get(self.index).unwrap_or(0),
            nanos: self.table.nanos.get(self.index).unwrap_or(0),
        }
    }

    /// Target of a link, as written.
    pub fn link(self) -> Option<&'a [u8]> {
        find(&self.table.links, self.index).map(|span| self.table.text.get(span))
    }

    /// Major and minor number of a device.
    pub fn device(self) -> Option<(u32, u32)> {
        let list = &self.table.devices;
        list.binary_search_by_key(&self.index, |&(index, ..)| index).ok().map(|at| (list[at].1, list[at].2))
    }

    /// Extended attributes: name and value.
    pub fn xattrs(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let span = find(&self.table.xattrs, self.index).unwrap_or_default();
        let mut packed = self.table.text.get(span);
        std::iter::from_fn(move || {
            let (name, rest) = packed.split_first_chunk::<4>()?;
            let (value, rest) = rest.split_first_chunk::<4>()?;
            let (name, rest) = rest.split_at_checked(u32::from_le_bytes(*name) as usize)?;
            let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*value) as usize)?;
            packed = rest;
            Some((name, value))
        })
    }

    /// XXH3 with 128 bits over the contents of a regular file; `None` for other kinds, and for a sparse file whose
    /// holes pass the limit `sparseBytes`.
    pub fn xxh3(self) -> Option<u128> {
        self.is_hashed().then(|| self.table.xxh3.get(self.index)).flatten()
    }

    /// SHA-256 of the contents, if the scan was asked for it.
    pub fn sha256(self) -> Option<[u8; 32]> {
        self.is_hashed().then(|| self.table.sha256.get(self.index)).flatten()
    }

    fn is_hashed(self) -> bool {
        self.table.flags.get(self.index).is_some_and(|flags| flags & HASHED != 0)
    }

    /// False when the name climbs out of the root or passes a limit: the row is listed, but has no place in a tree.
    pub fn is_placed(self) -> bool {
        self.table.flags.get(self.index).is_some_and(|flags| flags & UNPLACED == 0)
    }

    /// The deletion mark that the row is, if it is one.
    pub fn whiteout(self) -> Option<Whiteout<'a>> {
        if self.is_placed() { Whiteout::of(self.path()) } else { None }
    }
}
