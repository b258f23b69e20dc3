//! VHD: Microsoft's "Virtual Hard Disk Image Format Specification" 1.0. The footer at the end of the file counts.

use serde::Serialize;

use super::DiskError;
use super::field::{be_text, be16, be32, be64, byte, filled, has, part, text, uuid};
use super::partitions::{self, PartitionTable};
use super::places::Places;
use super::view::{Stop, View};
use crate::finding::{Finding, Findings};
use crate::limits::Limits;

const FOOTER: u64 = 512;
const DYNAMIC_HEADER: u64 = 1024;
/// Seconds from 1970 to 2000, from where the format counts.
const EPOCH: i64 = 946_684_800;

/// How a VHD keeps its data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VhdKind {
    /// As it is.
    #[default]
    Fixed,
    /// In blocks, as they are written.
    Dynamic,
    /// In blocks, over another disk.
    Differencing,
}

/// What a VHD says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Vhd {
    /// How it keeps its data.
    pub kind: VhdKind,
    /// What it is known by.
    pub id: String,
    /// The program that made it, by four letters.
    pub creator: String,
    /// When it was made, in seconds since 1970 in UTC.
    pub created: i64,
    /// Cylinders, heads and sectors, for which some programs take the disk to be as large as these make it.
    pub geometry: [u16; 3],
    /// Bytes of a block; not of a fixed disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_size: Option<u32>,
    /// The id of the disk that it builds upon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// The name of that disk. It comes from the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Where that disk may be found: other spellings of its place. They come from the input.
    pub parent_locators: Vec<String>,
    /// The partitions of a fixed disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<PartitionTable>,
}

/// Whether the file ends like a VHD. A dynamic one has a copy of its footer at the start.
pub(super) fn is_vhd(view: &View) -> Result<bool, Stop> {
    if view.size() < FOOTER {
        return Ok(false);
    }
    Ok(has(view.range("VHD footer", view.size() - FOOTER, FOOTER)?, 0, b"conectix"))
}

fn checked(bytes: &[u8], what: &'static str, offset: u64, at: usize) -> Result<(), DiskError> {
    let all = bytes.iter().fold(0_u32, |sum, &byte| sum.wrapping_add(byte.into()));
    let own = part(bytes, at, 4).iter().fold(0_u32, |sum, &byte| sum.wrapping_add(byte.into()));
    let (expected, found) = (be32(bytes, at), !all.wrapping_sub(own));
    if expected == found { Ok(()) } else { Err(DiskError::Checksum { what, offset, expected, found }) }
}

/// What a VHD is, with the bytes of the disk.
pub(super) fn read(view: &View, limits: &Limits, findings: &mut Findings) -> Result<(Vhd, u64), Stop> {
    let mut at = view.size().saturating_sub(FOOTER);
    let mut footer = view.range("VHD footer", at, FOOTER)?;
    if !has(footer, 0, b"conectix") {
        // The end is lost; the copy at the start says the same.
        let error = DiskError::Value {
            what: "start of the VHD footer",
            offset: at,
            expected: "conectix",
            found: text(part(footer, 0, 8)),
        };
        findings.push(|| Finding::from_reason(&error));
        at = 0;
        footer = view.range("copy of the VHD footer", 0, FOOTER)?;
    }
    if let Err(error) = checked(footer, "VHD footer", at, 64) {
        findings.push(|| Finding::from_reason(&error));
    }
    let version = be32(footer, 12);
    if version >> 16 != 1 {
        return Err(DiskError::Version { format: "VHD", version: version.into() }.into());
    }
    let kind = match be32(footer, 60) {
        2 => VhdKind::Fixed,
        3 => VhdKind::Dynamic,
        4 => VhdKind::Differencing,
        other => {
            let (what, expected) = ("VHD disk type", "2, 3 or 4");
            return Err(DiskError::Value { what, offset: at + 60, expected, found: other.to_string() }.into());
        }
    };
    let size = be64(footer, 48);
    let mut disk = Vhd {
        kind,
        id: uuid(footer, 68),
        creator: text(part(footer, 28, 4)),
        created: EPOCH + i64::from(be32(footer, 24)),
        geometry: [be16(footer, 56), byte(footer, 58).into(), byte(footer, 59).into()],
        ..Vhd::default()
    };
    if kind == VhdKind::Fixed {
        let room = view.size() - FOOTER;
        if size > room {
            return Err(DiskError::BeyondEnd { what: "data", offset: 0, length: size, size: room }.into());
        }
        disk.table = partitions::read(view, size, limits, findings)?;
    } else {
        dynamic(view, be64(footer, 16), size, at, &mut disk, findings)?;
    }
    Ok((disk, size))
}

fn dynamic(
    view: &View,
    at: u64,
    size: u64,
    footer: u64,
    disk: &mut Vhd,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let header = view.range("VHD dynamic header", at, DYNAMIC_HEADER)?;
    let wrong = |what, field, expected, found: String| {
        Stop::from(DiskError::Value { what, offset: at + field, expected, found })
    };
    if !has(header, 0, b"cxsparse") {
        return Err(wrong("start of the VHD dynamic header", 0, "cxsparse", text(part(header, 0, 8))));
    }
    if let Err(error) = checked(header, "VHD dynamic header", at, 36) {
        findings.push(|| Finding::from_reason(&error));
    }
    let block = be32(header, 32);
    if !block.is_power_of_two() || block < 512 {
        return Err(wrong("VHD block size", 32, "a power of two from 512", block.to_string()));
    }
    let (table, entries) = (be64(header, 16), u64::from(be32(header, 28)));
    if entries < size.div_ceil(block.into()) {
        return Err(wrong("count of VHD blocks", 28, "as many as the disk needs", entries.to_string()));
    }
    let mut places = Places::default();
    if footer > 0 {
        places.take("footer", footer, FOOTER, view.size())?;
    }
    places.take("copy of the footer", 0, FOOTER, view.size())?;
    places.take("dynamic header", at, DYNAMIC_HEADER, view.size())?;
    places.take("block table", table, entries * 4, view.size())?;
    disk.block_size = Some(block);
    if disk.kind == VhdKind::Differencing {
        disk.parent_id = Some(uuid(header, 40));
        disk.parent = filled(be_text(part(header, 64, 512)));
        for index in 0..8 {
            let entry = part(header, 576 + index * 24, 24);
            let (code, length, offset) = (part(entry, 0, 4), be32(entry, 8), be64(entry, 16));
            if !has(code, 0, b"W2") || length == 0 {
                continue;
            }
            places.take("parent locator", offset, length.into(), view.size())?;
            let locator = view.range("parent locator", offset, length.into())?;
            disk.parent_locators.extend(filled(super::field::le_text(locator)));
        }
    }
    Ok(())
}
