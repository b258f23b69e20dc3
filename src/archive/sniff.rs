//! Files that hold no images, named by their magic numbers.

use super::dialect::FileKind;

/// So many first bytes are looked at.
pub(super) const PREFIX: usize = 64 << 10;

/// What a file that is no tar is, and what its header says of it.
pub(super) fn kind(start: &[u8]) -> Option<FileKind> {
    let at = |offset: usize, magic: &[u8]| start.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    let boot_sector = at(510, &[0x55, 0xaa]);
    Some(match () {
        () if at(32, b"SIF_MAGIC\0") => FileKind::Sif,
        () if at(0, b"hsqs") || at(0, b"sqsh") => FileKind::Squashfs,
        () if at(0, b"QFI\xfb") => FileKind::Qcow2,
        () if at(0, b"KDMV") || at(0, b"# Disk DescriptorFile") => FileKind::Vmdk,
        () if at(0, b"vhdxfile") => FileKind::Vhdx,
        () if at(0, b"conectix") => FileKind::Vhd,
        () if at(0x202, b"HdrS") => FileKind::Kernel,
        () if at(0, b"070701") || at(0, b"070702") || at(0, b"070707") => FileKind::Cpio,
        () if at(512, b"EFI PART") => FileKind::GptDisk,
        () if at(0x8001, b"CD001") => FileKind::Iso9660,
        () if boot_sector && has_partition(start) => FileKind::MbrDisk,
        () => return None,
    })
}

/// Is there a plausible entry in the partition table of a boot sector?
fn has_partition(start: &[u8]) -> bool {
    let Some(table) = start.get(446..510) else { return false };
    let entries = table.chunks_exact(16);
    entries.clone().all(|entry| matches!(entry[0], 0 | 0x80))
        && entries.into_iter().any(|entry| entry[4] != 0)
}

/// What the header says, as pairs of name and value.
pub(super) fn facts(kind: FileKind, start: &[u8]) -> Vec<(String, String)> {
    let big32 = |at: usize| bytes(start, at).map(u32::from_be_bytes);
    let big64 = |at: usize| bytes(start, at).map(u64::from_be_bytes);
    let little16 = |at: usize| bytes(start, at).map(u16::from_le_bytes);
    let little32 = |at: usize| bytes(start, at).map(u32::from_le_bytes);
    let little64 = |at: usize| bytes(start, at).map(u64::from_le_bytes);
    let text = |range: std::ops::Range<usize>| {
        let field = start.get(range)?.split(|&byte| byte == 0).next()?;
        Some(String::from_utf8_lossy(field).trim().to_owned()).filter(|text| !text.is_empty())
    };
    let mut facts = Vec::new();
    let mut fact = |name: &str, value: Option<String>| {
        facts.extend(value.map(|value| (name.to_owned(), value)));
    };
    match kind {
        FileKind::Qcow2 => {
            fact("Version", big32(4).map(|version| version.to_string()));
            fact("Virtual size", big64(24).map(|size| format!("{size} bytes")));
            fact(
                "Cluster size",
                big32(20).and_then(|bits| 1_u64.checked_shl(bits)).map(|size| format!("{size} bytes")),
            );
            fact("Snapshots", big32(60).map(|count| count.to_string()));
            let name = big64(8).filter(|&offset| offset > 0).zip(big32(16));
            let name = name.and_then(|(offset, length)| {
                let offset = usize::try_from(offset).ok()?;
                text(offset..offset.checked_add(usize::try_from(length.min(1023)).ok()?)?)
            });
            fact("Backing file", name);
        }
        FileKind::Sif => {
            fact("Launch script", text(0..32));
            fact("SIF version", text(42..45));
            fact("Architecture", text(45..48).map(|code| sif_architecture(&code)));
            fact(
                "Descriptors",
                little64(88)
                    .zip(little64(80))
                    .map(|(all, free)| format!("{} used of {all}", all.saturating_sub(free))),
            );
        }
        FileKind::Squashfs => {
            fact("Inodes", little32(4).map(|count| count.to_string()));
            fact("Block size", little32(12).map(|size| format!("{size} bytes")));
            let names = ["gzip", "lzma", "lzo", "xz", "lz4", "zstd"];
            let name = little16(20).and_then(|id| names.get(usize::from(id).checked_sub(1)?));
            fact("Compression", name.map(|&name| name.to_owned()));
            fact("Size", little64(40).map(|size| format!("{size} bytes")));
        }
        FileKind::Vmdk => {
            fact(
                "Capacity",
                little64(12).and_then(|sectors| sectors.checked_mul(512)).map(|size| format!("{size} bytes")),
            );
        }
        FileKind::Kernel => {
            let version = little16(0x20e).map(|offset| usize::from(offset) + 0x200).filter(|&at| at > 0x200);
            fact("Version", version.and_then(|at| text(at..(at + 128).min(start.len()))));
        }
        FileKind::Iso9660 => fact("Volume", text(0x8028..0x8048)),
        FileKind::MbrDisk => {
            let types = start.get(446..510).map(|table| {
                table.chunks_exact(16).filter(|entry| entry[4] != 0).map(|entry| format!("{:#04x}", entry[4]))
            });
            fact("Partition types", types.map(|types| types.collect::<Vec<_>>().join(", ")));
        }
        _ => {}
    }
    facts
}

fn bytes<const N: usize>(start: &[u8], at: usize) -> Option<[u8; N]> {
    start.get(at..)?.first_chunk::<N>().copied()
}

/// SIF's two-digit codes of architectures.
fn sif_architecture(code: &str) -> String {
    match code {
        "01" => "386",
        "02" => "amd64",
        "03" => "arm",
        "04" => "arm64",
        "05" => "ppc64",
        "06" => "ppc64le",
        "07" => "mips",
        "08" => "mipsle",
        "09" => "mips64",
        "10" => "mips64le",
        "11" => "s390x",
        "12" => "riscv64",
        _ => return format!("unknown ({code})"),
    }
    .to_owned()
}
