//! One member of a tar.

use super::sparse::Fragment;

/// What kind of thing a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// Regular file, also contiguous (`7`) and sparse (`S`).
    File,
    /// Another name of a member, relative to the root of the archive.
    HardLink,
    /// Symbolic link.
    Symlink,
    /// Character device.
    CharDevice,
    /// Block device.
    BlockDevice,
    /// Directory, also GNU's incremental `D`.
    Directory,
    /// Named pipe.
    Fifo,
    /// A type that engines skip.
    Other,
}

/// The header family of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Before 1988: no magic.
    V7,
    /// POSIX 1988.
    Ustar,
    /// POSIX 2001: USTAR with extended records.
    Pax,
    /// GNU tar's own.
    Gnu,
    /// Schilling's star.
    Star,
}

/// A point in time: whole seconds since 1970, rounded down, and the nanoseconds above them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z, negative before.
    pub secs: i64,
    /// 0 to 999,999,999 nanoseconds after `secs`.
    pub nanos: u32,
}

/// The header of one member, with extended headers applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name as written, without conversion: may be absolute, hold `..`, or not be UTF-8.
    pub path: Vec<u8>,
    /// Target of a link, as written.
    pub link: Vec<u8>,
    /// What the member is.
    pub kind: EntryKind,
    /// The type byte, with NUL kept.
    pub type_flag: u8,
    /// Header family.
    pub format: Format,
    /// Permission and set-id bits, and whatever else the header's mode field holds.
    pub mode: u32,
    /// Owner's number.
    pub uid: i64,
    /// Group's number.
    pub gid: i64,
    /// Owner's name, often empty.
    pub owner: Vec<u8>,
    /// Group's name, often empty.
    pub group: Vec<u8>,
    /// Bytes of the contents as unpacked.
    pub size: u64,
    /// Bytes of the contents as stored: less than `size` for a sparse file.
    pub stored_size: u64,
    /// Time of last change.
    pub mtime: Timestamp,
    /// Major and minor number of a device.
    pub device: (u32, u32),
    /// Extended attributes, in the order of the records, with binary values.
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    /// Stored fragments of a sparse file, ascending; what lies between them is zero.
    pub sparse: Option<Vec<Fragment>>,
    /// Offset of the member's first header block in the tar.
    pub header_offset: u64,
    /// Offset of its stored contents in the tar.
    pub data_offset: u64,
}

impl Entry {
    pub(super) fn empty() -> Self {
        Self {
            path: Vec::new(),
            link: Vec::new(),
            kind: EntryKind::Other,
            type_flag: 0,
            format: Format::V7,
            mode: 0,
            uid: 0,
            gid: 0,
            owner: Vec::new(),
            group: Vec::new(),
            size: 0,
            stored_size: 0,
            mtime: Timestamp::default(),
            device: (0, 0),
            xattrs: Vec::new(),
            sparse: None,
            header_offset: 0,
            data_offset: 0,
        }
    }
}
