//! VMDK: sparse extents, streams and descriptors, as VMware's "Virtual Disk Format 5.0" has them.

use serde::Serialize;

use super::DiskError;
use super::field::{byte, has, le16, le32, le64};
use super::places::Places;
use super::view::{Stop, View};
use crate::finding::{Finding, Findings, Severity};
use crate::limits::{LimitExceeded, Limits};

const SECTOR: u64 = 512;
/// Stands where a stream has its directory at the end, behind what it was not known before.
const AT_END: u64 = u64::MAX;
/// What a descriptor begins with.
pub(super) const DESCRIPTOR: &[u8] = b"# Disk DescriptorFile";

/// What a VMDK file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Vmdk {
    /// Version of the header; 0 for a descriptor alone.
    pub version: u32,
    /// Bytes of a grain, the unit in which a sparse extent grows.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::json::size::serialize_option")]
    pub grain_size: Option<u64>,
    /// Whether grains are compressed.
    pub compressed: bool,
    /// The kind of disk, such as `monolithicSparse` or `streamOptimized`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_type: Option<String>,
    /// What this state of the contents is known by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
    /// The same of the disk that this one builds upon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_content_id: Option<String>,
    /// Where that disk is, as it is written there. It comes from the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The files that make up the disk.
    pub extents: Vec<Extent>,
}

/// One file of a VMDK disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Extent {
    /// What may be done: `RW`, `RDONLY` or `NOACCESS`.
    pub access: String,
    /// Bytes of the disk that are in it.
    #[serde(serialize_with = "crate::json::size::serialize")]
    pub size: u64,
    /// How it is stored, such as `SPARSE` or `FLAT`.
    pub kind: String,
    /// The file, where one is named. It comes from the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// A sparse extent, with the bytes of the disk.
pub(super) fn read(view: &View, limits: &Limits, findings: &mut Findings) -> Result<(Vmdk, u64), Stop> {
    let mut at = 0;
    let mut header = view.range("VMDK header", 0, SECTOR)?;
    let version = le32(header, 4);
    if !(1..=3).contains(&version) {
        return Err(DiskError::Version { format: "VMDK", version: version.into() }.into());
    }
    if le64(header, 56) == AT_END {
        at = view.size().saturating_sub(2 * SECTOR);
        header = view.range("VMDK footer", at, SECTOR)?;
        if !has(header, 0, b"KDMV") {
            let (what, expected, found) =
                ("start of the VMDK footer", "KDMV", format!("{:08x}", le32(header, 0)));
            return Err(DiskError::Value { what, offset: at, expected, found }.into());
        }
    }
    if le32(header, 72) >> 8 & 0xff != 0x0a || byte(header, 75) != b'\r' {
        let message =
            "the line ends in the header are changed: the file was transferred as text and is damaged";
        findings.push(|| Finding::new(Severity::Error, "vmdk-line-ends", message).at_offset(at + 73));
    }
    let bytes = |sectors: u64, what, field: u64| {
        let wrong = || DiskError::Value {
            what,
            offset: at + field,
            expected: "a number of sectors whose bytes 64 bits hold",
            found: sectors.to_string(),
        };
        sectors.checked_mul(SECTOR).ok_or_else(wrong)
    };
    let capacity = bytes(le64(header, 12), "capacity", 12)?;
    let grain = le64(header, 20);
    if !grain.is_power_of_two() || grain > 1 << 24 {
        let (what, expected) = ("grain size", "a power of two");
        return Err(DiskError::Value { what, offset: at + 20, expected, found: grain.to_string() }.into());
    }
    let entries = u64::from(le32(header, 44));
    if entries == 0 || entries > 1 << 16 {
        let (what, expected) = ("count of entries of a grain table", "1 to 65536");
        return Err(DiskError::Value { what, offset: at + 44, expected, found: entries.to_string() }.into());
    }
    let descriptor_at = bytes(le64(header, 28), "place of the descriptor", 28)?;
    let descriptor_length = bytes(le64(header, 36), "length of the descriptor", 36)?;
    let directory = bytes(le64(header, 56), "place of the grain directory", 56)?;
    let tables = le64(header, 12).div_ceil(grain.saturating_mul(entries));
    let mut places = Places::default();
    places.take("header", 0, SECTOR, view.size())?;
    places.take("descriptor", descriptor_at, descriptor_length, view.size())?;
    places.take("grain directory", directory, tables.saturating_mul(4), view.size())?;
    let mut disk = Vmdk::default();
    if descriptor_length > 0 {
        LimitExceeded::check("jsonBytes", limits.json_bytes, descriptor_length)?;
        disk = describe(view.range("VMDK descriptor", descriptor_at, descriptor_length)?, limits)?.0;
    }
    disk.version = version;
    disk.grain_size = Some(grain * SECTOR);
    disk.compressed = le32(header, 8) & 1 << 16 != 0 && le16(header, 77) == 1;
    Ok((disk, capacity))
}

/// A descriptor alone: the disk is in other files. What it says is as large as its extents together.
pub(super) fn read_descriptor(view: &View, limits: &Limits) -> Result<(Vmdk, u64), Stop> {
    LimitExceeded::check("jsonBytes", limits.json_bytes, view.size())?;
    Ok(describe(view.range("VMDK descriptor", 0, view.size())?, limits)?)
}

fn describe(bytes: &[u8], limits: &Limits) -> Result<(Vmdk, u64), DiskError> {
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    let text = String::from_utf8_lossy(text);
    let mut disk = Vmdk::default();
    let mut size = 0_u64;
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if let Some(extent) = extent(line) {
            LimitExceeded::check("partitions", limits.partitions.into(), disk.extents.len() as u64 + 1)?;
            size = size.saturating_add(extent.size);
            disk.extents.push(extent);
        } else if let Some((key, value)) = line.split_once('=') {
            let value = Some(value.trim().trim_matches('"').to_owned());
            match key.trim() {
                "createType" => disk.create_type = value,
                "CID" => disk.content_id = value,
                "parentCID" => disk.parent_content_id = value.filter(|id| id != "ffffffff"),
                "parentFileNameHint" => disk.parent = value,
                _ => {}
            }
        }
    }
    Ok((disk, size))
}

/// `RW 2048 SPARSE "disk.vmdk"`, perhaps with an offset behind it.
fn extent(line: &str) -> Option<Extent> {
    let (access, rest) = line.split_once(' ')?;
    if !matches!(access, "RW" | "RDONLY" | "NOACCESS") {
        return None;
    }
    let (sectors, rest) = rest.trim_start().split_once(' ')?;
    let size = sectors.parse::<u64>().ok()?.checked_mul(SECTOR)?;
    let (kind, file) = rest
        .split_once('"')
        .map_or((rest, None), |(kind, rest)| (kind, rest.split('"').next().map(str::to_owned)));
    Some(Extent { access: access.to_owned(), size, kind: kind.trim().to_owned(), file })
}
