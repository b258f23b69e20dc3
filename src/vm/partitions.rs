//! Partition tables: MBR with its extended partitions, and GPT as UEFI has it.

use serde::Serialize;

use super::DiskError;
use super::field::{byte, crc32, filled, guid, has, le_text, le32, le64, part};
use super::view::{Stop, View};
use crate::finding::{Finding, Findings, Severity};
use crate::limits::{LimitExceeded, Limits};

/// Which table a disk has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// The table of the first sector.
    Mbr,
    /// That of UEFI.
    Gpt,
}

/// The partition table of a disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartitionTable {
    /// Which one it is.
    pub scheme: Scheme,
    /// What the disk is known by: eight hexadecimal digits, or a GUID.
    pub disk_id: String,
    /// Bytes of a sector: what the table counts in.
    pub sector_size: u32,
    /// The partitions, in the order of the table; those inside an extended one after it.
    pub partitions: Vec<Partition>,
}

/// One partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Partition {
    /// Its number, as Linux counts.
    pub number: u32,
    /// First byte on the disk.
    #[serde(serialize_with = "crate::json::size::serialize")]
    pub offset: u64,
    /// Number of bytes.
    #[serde(serialize_with = "crate::json::size::serialize")]
    pub size: u64,
    /// Its type: two hexadecimal digits, or a GUID.
    pub kind: String,
    /// What that type is for, where it is a usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<&'static str>,
    /// Its name; GPT only. It comes from the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is known by; GPT only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whether it is marked as the one to boot from.
    pub bootable: bool,
}

/// Bytes of a sector in an MBR.
const SECTOR: u64 = 512;
/// Entries of an MBR lie here.
const ENTRIES: usize = 446;
/// What a GPT may have as entries: 16 MiB is far beyond all that partitions disks.
const ENTRIES_BYTES: u64 = 16 << 20;

/// The partition table of a disk that takes the first `size` bytes of a file, if it has one.
pub(super) fn read(
    view: &View,
    size: u64,
    limits: &Limits,
    findings: &mut Findings,
) -> Result<Option<PartitionTable>, Stop> {
    let start = view.upto("first sectors", 0, size.min(8192))?;
    let is_mbr = has(start, 510, &[0x55, 0xaa]) && is_plausible(start);
    let table = if let Some(sector) = [512, 4096].into_iter().find(|&at| has(start, at, b"EFI PART")) {
        Some(gpt(view, sector as u64, size, limits, findings)?)
    } else if is_mbr && has_protective(start) {
        // The first header is gone, but the disk was partitioned by GPT.
        backup_only(view, size, limits, findings)?
    } else {
        None
    };
    let table = match table {
        Some(table) => Some(table),
        None if is_mbr => Some(mbr(view, start, size, limits)?),
        None => None,
    };
    if let Some(table) = &table {
        check(table, size, findings);
    }
    Ok(table)
}

fn entries(sector: &[u8]) -> impl Iterator<Item = &[u8]> {
    part(sector, ENTRIES, 64).chunks_exact(16)
}

/// A boot sector ends like an MBR. It is none when what stands in the place of the table is none.
fn is_plausible(sector: &[u8]) -> bool {
    entries(sector).all(|entry| matches!(byte(entry, 0), 0 | 0x80))
        && entries(sector).any(|entry| byte(entry, 4) != 0 && le32(entry, 12) != 0)
}

fn has_protective(sector: &[u8]) -> bool {
    entries(sector).any(|entry| byte(entry, 4) == 0xee)
}

const fn is_extended(kind: u8) -> bool {
    matches!(kind, 0x05 | 0x0f | 0x85)
}

fn mbr_partition(number: u32, entry: &[u8], base: u64) -> Partition {
    let kind = byte(entry, 4);
    Partition {
        number,
        offset: (base + u64::from(le32(entry, 8))) * SECTOR,
        size: u64::from(le32(entry, 12)) * SECTOR,
        kind: format!("{kind:02x}"),
        purpose: mbr_purpose(kind),
        name: None,
        id: None,
        bootable: byte(entry, 0) == 0x80,
    }
}

fn mbr(view: &View, start: &[u8], size: u64, limits: &Limits) -> Result<PartitionTable, Stop> {
    let mut partitions = Vec::new();
    let mut extended = Vec::new();
    for (number, entry) in (1..).zip(entries(start)) {
        let kind = byte(entry, 4);
        if kind != 0 {
            partitions.push(mbr_partition(number, entry, 0));
            extended.extend(is_extended(kind).then(|| u64::from(le32(entry, 8))));
        }
    }
    for base in extended {
        logical(view, base, size, limits, &mut partitions)?;
    }
    let disk_id = format!("{:08x}", le32(start, 440));
    Ok(PartitionTable { scheme: Scheme::Mbr, disk_id, sector_size: 512, partitions })
}

/// The chain of boot records in an extended partition: each names one partition and the next record.
fn logical(
    view: &View,
    base: u64,
    size: u64,
    limits: &Limits,
    partitions: &mut Vec<Partition>,
) -> Result<(), Stop> {
    let mut seen = std::collections::BTreeSet::new();
    let mut sector = base;
    loop {
        let offset = sector * SECTOR;
        if !seen.insert(sector) {
            return Err(
                DiskError::Cycle { what: "extended partitions", at: format!("sector {sector}") }.into()
            );
        }
        if offset.saturating_add(SECTOR) > size {
            return Err(
                DiskError::BeyondEnd { what: "extended boot record", offset, length: SECTOR, size }.into()
            );
        }
        let record = view.range("extended boot record", offset, SECTOR)?;
        if !has(record, 510, &[0x55, 0xaa]) {
            let found = format!("{:02x}{:02x}", byte(record, 510), byte(record, 511));
            let (what, expected) = ("end of an extended boot record", "55aa");
            return Err(DiskError::Value { what, offset: offset + 510, expected, found }.into());
        }
        let mut next = None;
        for entry in entries(record).take(2).filter(|entry| byte(entry, 4) != 0) {
            if is_extended(byte(entry, 4)) {
                next = Some(base + u64::from(le32(entry, 8)));
            } else {
                let count = partitions.len() as u64 + 1;
                LimitExceeded::check("partitions", limits.partitions.into(), count)?;
                // Those inside an extended one are counted from 5.
                let number = partitions.iter().map(|known| known.number + 1).max().unwrap_or(5).max(5);
                partitions.push(mbr_partition(number, entry, sector));
            }
        }
        match next {
            Some(next) => sector = next,
            None => return Ok(()),
        }
        LimitExceeded::check("partitions", limits.partitions.into(), seen.len() as u64 + 1)?;
    }
}

/// One of the two headers of a GPT.
struct GptHeader {
    alternate: u64,
    disk_id: String,
    entries: u64,
    count: u64,
    entry_size: u64,
    entries_crc: u32,
}

fn gpt_header(view: &View, lba: u64, sector: u64) -> Result<GptHeader, Stop> {
    let offset = lba.saturating_mul(sector);
    let bytes = view.range("GPT header", offset, sector)?;
    let wrong = |what, at, expected, found: String| {
        Stop::from(DiskError::Value { what, offset: offset + at, expected, found })
    };
    if !has(bytes, 0, b"EFI PART") {
        let found = String::from_utf8_lossy(part(bytes, 0, 8)).into_owned();
        return Err(wrong("start of a GPT header", 0, "EFI PART", found));
    }
    let length = le32(bytes, 12);
    if !(92..=sector).contains(&length.into()) {
        return Err(wrong("length of a GPT header", 12, "92 to one sector", length.to_string()));
    }
    let mut summed = part(bytes, 0, length as usize).to_vec();
    if let Some(crc) = summed.get_mut(16..20) {
        crc.fill(0);
    }
    let (expected, found) = (le32(bytes, 16), crc32(&summed));
    if expected != found {
        return Err(DiskError::Checksum { what: "GPT header", offset, expected, found }.into());
    }
    if le64(bytes, 24) != lba {
        return Err(wrong(
            "place of a GPT header",
            24,
            "the sector that it is in",
            le64(bytes, 24).to_string(),
        ));
    }
    let entry_size = u64::from(le32(bytes, 84));
    if entry_size < 128 || entry_size % 8 != 0 || entry_size > 4096 {
        return Err(wrong(
            "size of a GPT entry",
            84,
            "a multiple of 8 from 128 to 4096",
            entry_size.to_string(),
        ));
    }
    Ok(GptHeader {
        alternate: le64(bytes, 32),
        disk_id: guid(bytes, 56),
        entries: le64(bytes, 72),
        count: le32(bytes, 80).into(),
        entry_size,
        entries_crc: le32(bytes, 88),
    })
}

fn gpt_entries<'a>(view: &'a View, header: &GptHeader, sector: u64) -> Result<&'a [u8], Stop> {
    let offset = header.entries.saturating_mul(sector);
    let length = header.count * header.entry_size;
    if length > ENTRIES_BYTES {
        let (what, expected, found) =
            ("count of GPT entries", "at most 16 MiB together", header.count.to_string());
        return Err(DiskError::Value { what, offset, expected, found }.into());
    }
    let bytes = view.range("GPT entries", offset, length)?;
    let (expected, found) = (header.entries_crc, crc32(bytes));
    if expected != found {
        return Err(DiskError::Checksum { what: "GPT entries", offset, expected, found }.into());
    }
    Ok(bytes)
}

/// One header with its entries.
fn gpt_half(view: &View, lba: u64, sector: u64) -> Result<(GptHeader, &[u8]), Stop> {
    let header = gpt_header(view, lba, sector)?;
    let entries = gpt_entries(view, &header, sector)?;
    Ok((header, entries))
}

/// An error as a value; what is wanted stays wanted.
fn settle<T>(result: Result<T, Stop>) -> Result<Result<T, DiskError>, Stop> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Stop::Failed(error)) => Ok(Err(error)),
        Err(want) => Err(want),
    }
}

fn gpt(
    view: &View,
    sector: u64,
    size: u64,
    limits: &Limits,
    findings: &mut Findings,
) -> Result<PartitionTable, Stop> {
    let last = (size / sector).saturating_sub(1);
    let first = settle(gpt_half(view, 1, sector))?;
    // Where the first half is damaged, the other one is in the last sector.
    let place = first.as_ref().map_or(last, |(header, _)| header.alternate);
    let second = settle(gpt_half(view, place, sector))?;
    let (header, bytes) = match (first, second) {
        (Ok(first), Ok(second)) => {
            if first.1 != second.1 || first.0.disk_id != second.0.disk_id {
                let message = "the two copies of the GPT differ; the first one counts";
                findings.push(|| Finding::new(Severity::Warning, "gpt-copies-differ", message));
            }
            if place != last {
                let message =
                    "the second copy of the GPT is not at the end of the disk: the disk has grown or was cut";
                findings.push(|| Finding::new(Severity::Warning, "gpt-copy-place", message));
            }
            first
        }
        (Ok(first), Err(error)) => {
            findings.push(|| Finding::from_reason(&error));
            first
        }
        (Err(error), Ok(second)) => {
            findings.push(|| Finding::from_reason(&error));
            second
        }
        (Err(error), Err(_)) => return Err(error.into()),
    };
    gpt_table(&header, bytes, sector, limits)
}

/// The second header, where the first one is gone.
fn backup_only(
    view: &View,
    size: u64,
    limits: &Limits,
    findings: &mut Findings,
) -> Result<Option<PartitionTable>, Stop> {
    let last = (size / SECTOR).saturating_sub(1);
    match settle(gpt_half(view, last, SECTOR))? {
        Ok((header, bytes)) => {
            let message = "the first copy of the GPT is gone; this is the second one";
            findings.push(|| Finding::new(Severity::Error, "gpt-first-gone", message));
            gpt_table(&header, bytes, SECTOR, limits).map(Some)
        }
        Err(_) => Ok(None),
    }
}

fn gpt_table(header: &GptHeader, bytes: &[u8], sector: u64, limits: &Limits) -> Result<PartitionTable, Stop> {
    let mut partitions = Vec::new();
    for (number, entry) in (1..).zip(bytes.chunks_exact(header.entry_size as usize)) {
        if part(entry, 0, 16).iter().all(|&byte| byte == 0) {
            continue;
        }
        LimitExceeded::check("partitions", limits.partitions.into(), partitions.len() as u64 + 1)?;
        let (first, last) = (le64(entry, 32), le64(entry, 40));
        let kind = guid(entry, 0);
        partitions.push(Partition {
            number,
            offset: first.saturating_mul(sector),
            size: last.saturating_add(1).saturating_sub(first).saturating_mul(sector),
            purpose: gpt_purpose(&kind),
            kind,
            name: filled(le_text(part(entry, 56, 72))),
            id: Some(guid(entry, 16)),
            bootable: le64(entry, 48) & 4 != 0,
        });
    }
    let (disk_id, sector_size) = (header.disk_id.clone(), sector as u32);
    Ok(PartitionTable { scheme: Scheme::Gpt, disk_id, sector_size, partitions })
}

/// What is wrong with the places of partitions. The table can be shown all the same.
fn check(table: &PartitionTable, size: u64, findings: &mut Findings) {
    let is_container = |partition: &Partition| {
        table.scheme == Scheme::Mbr && matches!(&*partition.kind, "05" | "0f" | "85" | "ee")
    };
    let mut places: Vec<_> = table.partitions.iter().filter(|partition| partition.size > 0).collect();
    for partition in places.iter().filter(|partition| partition.kind != "ee") {
        let (offset, length) = (partition.offset, partition.size);
        if offset.saturating_add(length) > size {
            let error = DiskError::BeyondEnd { what: "partition", offset, length, size };
            findings.push(|| Finding::from_reason(&error));
        }
    }
    places.retain(|partition| !is_container(partition));
    places.sort_by_key(|partition| partition.offset);
    let mut end = 0;
    for partition in places {
        if partition.offset < end {
            let error = DiskError::Overlap {
                what: "partition",
                offset: partition.offset,
                with: "partition before it",
            };
            findings.push(|| Finding::from_reason(&error));
        }
        end = end.max(partition.offset.saturating_add(partition.size));
    }
}

const fn mbr_purpose(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0x01 | 0x04 | 0x06 | 0x0e => "FAT",
        0x05 | 0x0f | 0x85 => "extended",
        0x07 => "NTFS or exFAT",
        0x0b | 0x0c => "FAT32",
        0x82 => "Linux swap",
        0x83 => "Linux",
        0x8e => "Linux LVM",
        0xa5 => "FreeBSD",
        0xee => "GPT protective",
        0xef => "EFI system",
        0xfd => "Linux RAID",
        _ => return None,
    })
}

fn gpt_purpose(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "c12a7328-f81f-11d2-ba4b-00a0c93ec93b" => "EFI system",
        "21686148-6449-6e6f-744e-656564454649" => "BIOS boot",
        "0fc63daf-8483-4772-8e79-3d69d8477de4" => "Linux",
        "4f68bce3-e8cd-4db1-96e7-fbcaf984b709" => "Linux root (x86-64)",
        "b921b045-1df0-41c3-af44-4c6f280d3fae" => "Linux root (ARM 64)",
        "bc13c2ff-59e6-4262-a352-b275fd6f7172" => "Linux extended boot",
        "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f" => "Linux swap",
        "e6d6d379-f507-44c2-a23c-238f2a3df928" => "Linux LVM",
        "a19d880f-05fc-4d3b-a006-743f0f84911e" => "Linux RAID",
        "e3c9e316-0b5c-4db8-817d-f92df00215ae" => "Microsoft reserved",
        "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7" => "Microsoft basic data",
        _ => return None,
    })
}
