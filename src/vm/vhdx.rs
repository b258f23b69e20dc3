//! VHDX: Microsoft's MS-VHDX. Two headers of which the newer one counts, two region tables, and metadata.

use serde::Serialize;

use super::DiskError;
use super::field::{crc32c, filled, guid, has, le_text, le16, le32, le64, part, text};
use super::places::Places;
use super::view::{Stop, View};
use crate::finding::{Finding, Findings, Severity};
use crate::limits::Limits;

const HEADERS: [u64; 2] = [64 << 10, 128 << 10];
const TABLES: [u64; 2] = [192 << 10, 256 << 10];
const TABLE: u64 = 64 << 10;
/// Nothing else may lie before this.
const RESERVED: u64 = 1 << 20;

const BAT: &str = "2dc27766-f623-4200-9d64-115e9bfd4a08";
const METADATA: &str = "8b7ca206-4790-4b9a-b8fe-575f050f886e";
const FILE_PARAMETERS: &str = "caa16737-fa36-4d43-b3b6-33f0aa44e76b";
const VIRTUAL_SIZE: &str = "2fa54224-cd1b-4876-b211-5dbed83bf4b8";
const LOGICAL_SECTOR: &str = "8141bf1d-a96f-4709-ba47-f233a8faab5f";
const PHYSICAL_SECTOR: &str = "cda348c7-445d-4471-9cc9-e9885251c556";
const DISK_ID: &str = "beca12ab-b2e6-4523-93ef-c309e000c746";
const PARENT_LOCATOR: &str = "a8d35f2d-b30b-454d-abf7-d3d84834ab0c";

/// What a VHDX says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Vhdx {
    /// The program that made it. It comes from the input.
    pub creator: String,
    /// What the disk is known by.
    pub id: String,
    /// Bytes of a block.
    pub block_size: u32,
    /// Bytes of a sector as the guest sees it.
    pub logical_sector_size: u32,
    /// Bytes of a sector as it is written.
    pub physical_sector_size: u32,
    /// Whether all blocks are to be kept, as in a disk of a fixed size.
    pub fixed: bool,
    /// Whether a log has still to be written into the file before it is whole.
    pub has_log: bool,
    /// What is said of the disk that it builds upon, by name; empty where it builds upon none. It comes from the input.
    pub parent_locator: Vec<(String, String)>,
}

struct Header {
    sequence: u64,
    has_log: bool,
    log: (u64, u64),
}

/// What a VHDX is, with the bytes of the disk.
pub(super) fn read(view: &View, limits: &Limits, findings: &mut Findings) -> Result<(Vhdx, u64), Stop> {
    let creator = le_text(part(view.range("VHDX file identifier", 0, 520)?, 8, 512));
    let header = best(HEADERS.map(|at| settle(header(view, at))), findings, |header| header.sequence)?;
    let regions = best(TABLES.map(|at| settle(regions(view, at))), findings, |_| 0)?;
    let mut places = Places::default();
    places.take("headers", 0, RESERVED.min(view.size()), view.size())?;
    if header.log.1 > 0 {
        places.take("log", header.log.0, header.log.1, view.size())?;
    }
    let mut metadata = None;
    for (kind, offset, length, required) in regions {
        match &*kind {
            BAT => places.take("block table", offset, length, view.size())?,
            METADATA => {
                places.take("metadata", offset, length, view.size())?;
                metadata = Some((offset, length));
            }
            _ if required => {
                return Err(DiskError::Version { format: "VHDX with other regions", version: 1 }.into());
            }
            _ => places.take("region", offset, length, view.size())?,
        }
    }
    let Some((offset, length)) = metadata else {
        let (what, expected, found) = ("VHDX region table", "a region of metadata", "none".to_owned());
        return Err(DiskError::Value { what, offset: TABLES[0], expected, found }.into());
    };
    if header.has_log {
        let message = "the disk was not closed: its log has to be replayed before it is whole";
        findings.push(|| Finding::new(Severity::Warning, "vhdx-log", message));
    }
    let mut disk = Vhdx { creator, has_log: header.has_log, ..Vhdx::default() };
    let size = items(view, offset, length, limits, &mut disk)?;
    Ok((disk, size))
}

/// An error as a value; what is wanted stays wanted.
fn settle<T>(result: Result<T, Stop>) -> Result<Result<T, DiskError>, Stop> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Stop::Failed(error)) => Ok(Err(error)),
        Err(want) => Err(want),
    }
}

/// Of two copies the newest that is whole; what is wrong with the other one is a finding.
fn best<T>(
    copies: [Result<Result<T, DiskError>, Stop>; 2],
    findings: &mut Findings,
    newness: impl Fn(&T) -> u64,
) -> Result<T, Stop> {
    let [first, second] = copies;
    match (first?, second?) {
        (Ok(first), Ok(second)) => Ok(if newness(&second) > newness(&first) { second } else { first }),
        (Ok(whole), Err(error)) | (Err(error), Ok(whole)) => {
            findings.push(|| Finding::from_reason(&error));
            Ok(whole)
        }
        (Err(error), Err(_)) => Err(error.into()),
    }
}

fn summed(bytes: &[u8], what: &'static str, offset: u64) -> Result<(), DiskError> {
    let mut copy = bytes.to_vec();
    if let Some(checksum) = copy.get_mut(4..8) {
        checksum.fill(0);
    }
    let (expected, found) = (le32(bytes, 4), crc32c(&copy));
    if expected == found { Ok(()) } else { Err(DiskError::Checksum { what, offset, expected, found }) }
}

fn header(view: &View, at: u64) -> Result<Header, Stop> {
    let bytes = view.range("VHDX header", at, 4096)?;
    if !has(bytes, 0, b"head") {
        let (what, expected, found) = ("start of a VHDX header", "head", text(part(bytes, 0, 4)));
        return Err(DiskError::Value { what, offset: at, expected, found }.into());
    }
    summed(bytes, "VHDX header", at)?;
    let version = le16(bytes, 66);
    if version != 1 {
        return Err(DiskError::Version { format: "VHDX", version: version.into() }.into());
    }
    let has_log = part(bytes, 48, 16).iter().any(|&byte| byte != 0);
    Ok(Header { sequence: le64(bytes, 8), has_log, log: (le64(bytes, 72), le32(bytes, 68).into()) })
}

/// Kind, offset, length, and whether nobody may open the disk who does not know it.
type Region = (String, u64, u64, bool);

fn regions(view: &View, at: u64) -> Result<Vec<Region>, Stop> {
    let bytes = view.range("VHDX region table", at, TABLE)?;
    let wrong = |what, field, expected, found| {
        Stop::from(DiskError::Value { what, offset: at + field, expected, found })
    };
    if !has(bytes, 0, b"regi") {
        return Err(wrong("start of a VHDX region table", 0, "regi", text(part(bytes, 0, 4))));
    }
    summed(bytes, "VHDX region table", at)?;
    let count = le32(bytes, 8);
    if count > 2047 {
        return Err(wrong("count of VHDX regions", 8, "at most 2047", count.to_string()));
    }
    let entry = |index: usize| part(bytes, 16 + index * 32, 32);
    let entries = (0..count as usize).map(entry);
    Ok(entries.map(|e| (guid(e, 0), le64(e, 16), le32(e, 24).into(), le32(e, 28) & 1 == 1)).collect())
}

fn items(view: &View, offset: u64, length: u64, limits: &Limits, disk: &mut Vhdx) -> Result<u64, Stop> {
    let table = view.range("VHDX metadata table", offset, TABLE)?;
    let wrong = |what, field, expected, found| {
        Stop::from(DiskError::Value { what, offset: offset + field, expected, found })
    };
    if !has(table, 0, b"metadata") {
        return Err(wrong("start of the VHDX metadata", 0, "metadata", text(part(table, 0, 8))));
    }
    let count = usize::from(le16(table, 10));
    if count > 2047 {
        return Err(wrong("count of VHDX metadata", 10, "at most 2047", count.to_string()));
    }
    let mut size = None;
    for index in 0..count {
        let entry = part(table, 32 + index * 32, 32);
        let (at, bytes) = (u64::from(le32(entry, 16)), u64::from(le32(entry, 20)));
        if bytes > 0 && (at < TABLE || at.saturating_add(bytes) > length) {
            return Err(DiskError::BeyondEnd {
                what: "metadata item",
                offset: at,
                length: bytes,
                size: length,
            }
            .into());
        }
        let item = |least: u64| {
            if bytes < least {
                let what = "length of a metadata item";
                return Err(wrong(what, 32, "as many bytes as the item has", bytes.to_string()));
            }
            view.range("metadata item", offset + at, bytes)
        };
        match &*guid(entry, 0) {
            FILE_PARAMETERS => {
                let item = item(8)?;
                (disk.block_size, disk.fixed) = (le32(item, 0), le32(item, 4) & 1 == 1);
            }
            VIRTUAL_SIZE => size = Some(le64(item(8)?, 0)),
            LOGICAL_SECTOR => disk.logical_sector_size = le32(item(4)?, 0),
            PHYSICAL_SECTOR => disk.physical_sector_size = le32(item(4)?, 0),
            DISK_ID => disk.id = guid(item(16)?, 0),
            PARENT_LOCATOR => disk.parent_locator = locator(item(20)?, limits)?,
            _ if le32(entry, 24) & 4 != 0 => {
                return Err(DiskError::Version { format: "VHDX with other metadata", version: 1 }.into());
            }
            _ => {}
        }
    }
    if !(1 << 20..=256 << 20).contains(&disk.block_size) || !disk.block_size.is_power_of_two() {
        let (what, expected) = ("VHDX block size", "a power of two from 1 MiB to 256 MiB");
        return Err(wrong(what, 0, expected, disk.block_size.to_string()));
    }
    size.ok_or_else(|| wrong("VHDX metadata", 0, "the size of the disk", "none".to_owned()))
}

fn locator(item: &[u8], limits: &Limits) -> Result<Vec<(String, String)>, DiskError> {
    let count = le16(item, 18);
    crate::limits::LimitExceeded::check("partitions", limits.partitions.into(), count.into())?;
    let text = |at: u32, length: u16| le_text(part(item, at as usize, length.into()));
    let entries = (0..usize::from(count)).map(|index| part(item, 20 + index * 12, 12));
    let pairs = entries.map(|e| (text(le32(e, 0), le16(e, 8)), text(le32(e, 4), le16(e, 10))));
    Ok(pairs.filter_map(|(key, value)| Some((filled(key)?, value))).collect())
}
