//! ISO 9660 (ECMA-119) with Joliet, and what El Torito boots from.

use serde::Serialize;

use super::DiskError;
use super::field::{be_text, byte, filled, has, le16, le32, part, text};
use super::partitions::{self, PartitionTable};
use super::view::{Stop, View};
use crate::finding::{Finding, Findings};
use crate::limits::{LimitExceeded, Limits};

const SECTOR: u64 = 2048;
/// Descriptors begin here.
const FIRST: u64 = 16;
/// Descriptors that are looked at; usual are three.
const DESCRIPTORS: u64 = 64;

/// What the descriptors of an ISO 9660 image say. Texts come from the input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Iso {
    /// The volume's name.
    pub volume: String,
    /// For which system it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// The program that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// When it was made: year, month, day, hour, minute and second in digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Bytes of a block.
    pub block_size: u16,
    /// The volume's name in Unicode, where there is a Joliet descriptor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joliet: Option<String>,
    /// What can be booted.
    pub boot: Vec<BootEntry>,
    /// The partitions of an image that is a disk too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<PartitionTable>,
}

/// Something that a machine can boot from a CD.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BootEntry {
    /// For which machines: `x86`, `PowerPC`, `Mac`, `EFI`, or the number.
    pub platform: String,
    /// Whether it is to be booted from.
    pub bootable: bool,
    /// What it is shown to the machine as: `none`, a floppy disk or `hard disk`.
    pub media: String,
    /// First byte of what is booted.
    #[serde(serialize_with = "crate::json::size::serialize")]
    pub offset: u64,
    /// Sectors of 512 bytes that are loaded at first.
    pub sectors: u16,
}

/// What an image is, with the bytes of its file system.
pub(super) fn read(view: &View, limits: &Limits, findings: &mut Findings) -> Result<(Iso, u64), Stop> {
    let mut disk = Iso::default();
    let mut size = None;
    let mut catalogue = None;
    for sector in FIRST..FIRST + DESCRIPTORS {
        let at = sector * SECTOR;
        let descriptor = view.range("volume descriptor", at, SECTOR)?;
        if !has(descriptor, 1, b"CD001") {
            let (what, expected, found) =
                ("start of a volume descriptor", "CD001", text(part(descriptor, 1, 5)));
            return Err(DiskError::Value { what, offset: at + 1, expected, found }.into());
        }
        match byte(descriptor, 0) {
            0 if has(descriptor, 7, b"EL TORITO SPECIFICATION") => catalogue = Some(le32(descriptor, 71)),
            1 if size.is_none() => {
                size = Some(u64::from(le32(descriptor, 80)) * u64::from(le16(descriptor, 128)));
                let field = |from, length| filled(text(part(descriptor, from, length)));
                disk.volume = field(40, 32).unwrap_or_default();
                disk.system = field(8, 32);
                disk.publisher = field(318, 128);
                disk.application = field(574, 128);
                disk.created = field(813, 14).filter(|date| date.bytes().any(|digit| digit != b'0'));
                disk.block_size = le16(descriptor, 128);
            }
            2 if [b"%/@", b"%/C", b"%/E"].iter().any(|escape| has(descriptor, 88, *escape)) => {
                disk.joliet = Some(be_text(part(descriptor, 40, 32)));
            }
            255 => break,
            _ => {}
        }
    }
    let Some(size) = size else {
        let (what, expected, found) = ("volume descriptors", "a primary one", "none".to_owned());
        return Err(DiskError::Value { what, offset: FIRST * SECTOR, expected, found }.into());
    };
    if size > view.size() {
        let error = DiskError::BeyondEnd { what: "volume", offset: 0, length: size, size: view.size() };
        findings.push(|| Finding::from_reason(&error));
    }
    if let Some(sector) = catalogue {
        disk.boot = boot(view, u64::from(sector) * SECTOR, limits, findings)?;
    }
    disk.table = partitions::read(view, view.size(), limits, findings)?;
    Ok((disk, size))
}

fn boot(view: &View, at: u64, limits: &Limits, findings: &mut Findings) -> Result<Vec<BootEntry>, Stop> {
    let catalogue = view.range("boot catalogue", at, SECTOR)?;
    let sum = catalogue.chunks_exact(2).take(16).fold(0_u16, |sum, pair| sum.wrapping_add(le16(pair, 0)));
    if byte(catalogue, 0) != 1 || !has(catalogue, 30, &[0x55, 0xaa]) || sum != 0 {
        let (what, expected) = ("boot catalogue", "a validation entry whose words add up to 0");
        let error = DiskError::Value { what, offset: at, expected, found: format!("{sum:04x}") };
        findings.push(|| Finding::from_reason(&error));
        return Ok(Vec::new());
    }
    let mut platform = byte(catalogue, 1);
    let mut boot = Vec::new();
    for entry in catalogue.chunks_exact(32).skip(1) {
        match byte(entry, 0) {
            // The head of a section: for which machines the entries after it are.
            0x90 | 0x91 => platform = byte(entry, 1),
            0x88 | 0x00 if part(entry, 1, 31).iter().any(|&byte| byte != 0) => {
                LimitExceeded::check("partitions", limits.partitions.into(), boot.len() as u64 + 1)?;
                boot.push(boot_entry(entry, platform));
            }
            _ => {}
        }
    }
    for entry in boot.iter().filter(|entry| entry.offset >= view.size()) {
        let (offset, length) = (entry.offset, u64::from(entry.sectors) * 512);
        let error = DiskError::BeyondEnd { what: "boot image", offset, length, size: view.size() };
        findings.push(|| Finding::from_reason(&error));
    }
    Ok(boot)
}

fn boot_entry(entry: &[u8], platform: u8) -> BootEntry {
    let platform = match platform {
        0 => "x86".to_owned(),
        1 => "PowerPC".to_owned(),
        2 => "Mac".to_owned(),
        0xef => "EFI".to_owned(),
        other => other.to_string(),
    };
    let media = match byte(entry, 1) & 0xf {
        0 => "none".to_owned(),
        1 => "floppy disk of 1.2 MB".to_owned(),
        2 => "floppy disk of 1.44 MB".to_owned(),
        3 => "floppy disk of 2.88 MB".to_owned(),
        4 => "hard disk".to_owned(),
        other => other.to_string(),
    };
    BootEntry {
        platform,
        bootable: byte(entry, 0) == 0x88,
        media,
        offset: u64::from(le32(entry, 8)) * SECTOR,
        sectors: le16(entry, 6),
    }
}
