//! File systems that take a whole file: squashfs, and ext2 to ext4.

use serde::Serialize;

use super::DiskError;
use super::field::{filled, le16, le32, le64, part, text, uuid};
use super::view::{Stop, View};
use crate::finding::{Finding, Findings};

/// What the superblock of a file system says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileSystem {
    /// Which one: `squashfs`, `ext2`, `ext3` or `ext4`.
    pub kind: &'static str,
    /// Bytes of a block.
    pub block_size: u32,
    /// Number of files, folders and links; of ext, how many there may be.
    pub inodes: u32,
    /// Its name. It comes from the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it is known by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How it is compressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<String>,
    /// When it was made, in seconds since 1970 in UTC.
    pub created: u32,
}

fn check_size(what: &'static str, length: u64, view: &View, findings: &mut Findings) {
    if length > view.size() {
        let error = DiskError::BeyondEnd { what, offset: 0, length, size: view.size() };
        findings.push(|| Finding::from_reason(&error));
    }
}

/// A squashfs, with its bytes.
pub(super) fn read_squashfs(view: &View, findings: &mut Findings) -> Result<(FileSystem, u64), Stop> {
    let block = view.range("squashfs superblock", 0, 96)?;
    let version = u64::from(le16(block, 28));
    if version != 4 {
        return Err(DiskError::Version { format: "squashfs", version }.into());
    }
    let block_size = le32(block, 12);
    if !block_size.is_power_of_two() || block_size > 1 << 20 {
        let (what, expected) = ("squashfs block size", "a power of two to 1 MiB");
        return Err(DiskError::Value { what, offset: 12, expected, found: block_size.to_string() }.into());
    }
    let names = ["gzip", "lzma", "lzo", "xz", "lz4", "zstd"];
    let id = usize::from(le16(block, 20));
    let name =
        names.get(id.wrapping_sub(1)).map_or_else(|| format!("unknown ({id})"), |name| (*name).to_owned());
    let size = le64(block, 40);
    check_size("squashfs", size, view, findings);
    let inodes = le32(block, 4);
    let created = le32(block, 8);
    let kind = "squashfs";
    Ok((
        FileSystem { kind, block_size, inodes, created, compression: Some(name), ..FileSystem::default() },
        size,
    ))
}

/// An ext2, ext3 or ext4, with its bytes.
pub(super) fn read_ext(view: &View, findings: &mut Findings) -> Result<(FileSystem, u64), Stop> {
    let block = view.range("ext superblock", 1024, 1024)?;
    let exponent = le32(block, 24);
    if exponent > 6 {
        let (what, expected) = ("ext block size", "1 KiB to 64 KiB");
        return Err(DiskError::Value { what, offset: 1048, expected, found: exponent.to_string() }.into());
    }
    let block_size = 1024 << exponent;
    let (compatible, incompatible) = (le32(block, 92), le32(block, 96));
    // Extents, 64 bits, flexible groups: no ext3 has them.
    let kind = match (incompatible & 0x2c0 != 0, compatible & 4 != 0) {
        (true, _) => "ext4",
        (false, true) => "ext3",
        (false, false) => "ext2",
    };
    let high = if incompatible & 0x80 != 0 { u64::from(le32(block, 336)) } else { 0 };
    let blocks = high << 32 | u64::from(le32(block, 4));
    let size = blocks.saturating_mul(block_size.into());
    check_size("file system", size, view, findings);
    let disk = FileSystem {
        kind,
        block_size,
        inodes: le32(block, 0),
        label: filled(text(part(block, 120, 16))),
        id: Some(uuid(block, 104)),
        compression: None,
        created: le32(block, 264),
    };
    Ok((disk, size))
}
