//! The header of a package as databases keep it: number of entries, bytes of data, the entries, the data (rpm's
//! `docs/manual/format_header.md`; numbers high byte first).

use super::be32;
use crate::inspect::packages::draft::{Draft, FilePackages, Files, PathList};
use crate::inspect::packages::fields::{filled, text};
use crate::inspect::packages::package::{PackageKind, SourcePackage};

const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;
const SIZE: u32 = 1009;
const VENDOR: u32 = 1011;
const LICENSE: u32 = 1014;
const PACKAGER: u32 = 1015;
const URL: u32 = 1020;
const ARCH: u32 = 1022;
const OLD_FILE_NAMES: u32 = 1027;
const SOURCE_RPM: u32 = 1044;
const DIR_INDEXES: u32 = 1116;
const BASE_NAMES: u32 = 1117;
const DIR_NAMES: u32 = 1118;
const LONG_SIZE: u32 = 5009;

/// Bytes of an entry: tag, type, offset, count.
const ENTRY: usize = 16;

struct Header<'a> {
    entries: &'a [[u8; ENTRY]],
    data: &'a [u8],
}

impl<'a> Header<'a> {
    fn parse(blob: &'a [u8]) -> Option<Self> {
        let entries = (be32(blob, 0)? as usize).checked_mul(ENTRY)?;
        let length = be32(blob, 4)? as usize;
        let (entries, data) = blob.get(8..)?.split_at_checked(entries)?;
        Some(Self { entries: entries.as_chunks::<ENTRY>().0, data: data.get(..length)? })
    }

    /// Type, data from where it starts, and count.
    fn find(&self, tag: u32) -> Option<(u32, &'a [u8], usize)> {
        let entry = self.entries.iter().find(|entry| be32(*entry, 0) == Some(tag))?;
        let data = self.data.get(be32(entry, 8)? as usize..)?;
        Some((be32(entry, 4)?, data, be32(entry, 12)? as usize))
    }

    /// One text, or the first of several.
    fn string(&self, tag: u32) -> Option<String> {
        let (kind, data, _) = self.find(tag)?;
        matches!(kind, 6 | 8 | 9).then_some(())?;
        filled(&text(data.split(|&byte| byte == 0).next()?)).filter(|text| text != "(none)")
    }

    /// Several texts; no more than their bytes allow.
    fn strings(&self, tag: u32) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (data, count) = match self.find(tag) {
            Some((6 | 8 | 9, data, count)) => (data, count),
            _ => (&[][..], 0),
        };
        data.split(|&byte| byte == 0).take(count)
    }

    fn number(&self, tag: u32) -> Option<u32> {
        let (kind, data, _) = self.find(tag)?;
        if kind == 4 { be32(data, 0) } else { None }
    }

    fn long(&self, tag: u32) -> Option<u64> {
        let (kind, data, _) = self.find(tag)?;
        if kind == 5 { Some(u64::from_be_bytes(*data.first_chunk()?)) } else { None }
    }
}

/// The package that a header describes; `None` for one that is damaged or has no name.
pub(super) fn read(blob: &[u8], found: &FilePackages) -> Option<Draft> {
    let header = Header::parse(blob)?;
    let name = header.string(NAME)?;
    let (version, release) = (header.string(VERSION)?, header.string(RELEASE));
    let epoch = header.number(EPOCH);
    let mut full = epoch.map(|epoch| format!("{epoch}:")).unwrap_or_default();
    full.push_str(&version);
    if let Some(release) = release {
        full.push('-');
        full.push_str(&release);
    }
    let mut draft = Draft::new(PackageKind::Rpm, name, full);
    draft.epoch = epoch;
    draft.architecture = header.string(ARCH);
    draft.license = header.string(LICENSE);
    draft.supplier = header.string(VENDOR).or_else(|| header.string(PACKAGER));
    draft.homepage = header.string(URL);
    draft.source = header.string(SOURCE_RPM).map(|name| SourcePackage { name, version: None });
    draft.installed_size = header.long(LONG_SIZE).or_else(|| header.number(SIZE).map(u64::from));
    draft.files = Files::Paths(paths(&header, found));
    Some(draft)
}

fn paths(header: &Header<'_>, found: &FilePackages) -> PathList {
    let mut list = found.path_list();
    for path in header.strings(OLD_FILE_NAMES) {
        list.path(path);
    }
    if header.find(BASE_NAMES).is_none() {
        return list;
    }
    let mut list = found.path_list();
    header.strings(DIR_NAMES).for_each(|folder| list.add_folder(folder));
    let (indexes, count) = match header.find(DIR_INDEXES) {
        Some((4, data, count)) => (data.as_chunks::<4>().0, count),
        _ => (&[][..], 0),
    };
    for (at, name) in indexes.iter().take(count).zip(header.strings(BASE_NAMES)) {
        list.name_in(u32::from_be_bytes(*at), name);
    }
    list
}
