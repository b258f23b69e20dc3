//! Linux kernels: bzImage by Linux's `Documentation/arch/x86/boot.rst`, and the Image of 64-bit ARM and RISC-V.

use serde::Serialize;

use super::DiskError;
use super::field::{byte, filled, has, le16, le32, le64, text};
use super::view::{Stop, View};
use crate::finding::{Finding, Findings};

/// Bytes that the text of a version may have.
const VERSION_BYTES: u64 = 512;
const SECTOR: u64 = 512;

/// What the header of a kernel says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kernel {
    /// For which processors: `x86`, `arm64` or `riscv64`.
    pub architecture: &'static str,
    /// Version of the protocol that boots it, such as `2.15`; x86 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// The kernel's version, as it says itself. It comes from the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Bytes that the command line may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_line_bytes: Option<u32>,
    /// Whether it can be loaded anywhere.
    pub relocatable: bool,
    /// Whether UEFI can start it by itself.
    pub efi_stub: bool,
    /// Bytes of memory that it takes when it starts, where that is known.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::json::size::serialize_option")]
    pub memory: Option<u64>,
}

/// Which kernel begins like that, if one does.
pub(super) fn is_kernel(start: &[u8]) -> bool {
    (has(start, 0x202, b"HdrS") && has(start, 0x1fe, &[0x55, 0xaa])) || other_architecture(start).is_some()
}

fn other_architecture(start: &[u8]) -> Option<&'static str> {
    if has(start, 0x38, b"ARM\x64") {
        Some("arm64")
    } else if has(start, 0x30, b"RISCV\0\0\0") && has(start, 0x38, b"RSC\x05") {
        Some("riscv64")
    } else {
        None
    }
}

/// What a kernel is.
pub(super) fn read(view: &View, findings: &mut Findings) -> Result<Kernel, Stop> {
    let start = view.upto("kernel header", 0, 1024)?;
    let efi_stub = has(start, 0, b"MZ");
    if let Some(architecture) = other_architecture(start) {
        let memory = Some(le64(start, 16)).filter(|&size| size > 0);
        return Ok(Kernel { architecture, efi_stub, memory, relocatable: true, ..Kernel::default() });
    }
    let header = view.range("kernel header", 0, 0x268)?;
    let protocol = le16(header, 0x206);
    let since = |version: u16| protocol >= version;
    let pointer = u64::from(le16(header, 0x20e));
    let version =
        if since(0x200) && pointer > 0 { version(view, header, pointer + 0x200, findings)? } else { None };
    let setup = (u64::from(match byte(header, 0x1f1) {
        0 => 4,
        sectors => sectors,
    }) + 1)
        * SECTOR;
    let code = u64::from(le32(header, 0x1f4)) * 16;
    if setup + code > view.size() {
        let error =
            DiskError::BeyondEnd { what: "kernel's code", offset: setup, length: code, size: view.size() };
        findings.push(|| Finding::from_reason(&error));
    }
    Ok(Kernel {
        architecture: "x86",
        protocol: Some(format!("{}.{:02}", protocol >> 8, protocol & 0xff)),
        version,
        command_line_bytes: since(0x206).then(|| le32(header, 0x238)),
        relocatable: since(0x205) && byte(header, 0x234) != 0,
        efi_stub,
        memory: since(0x20a).then(|| le32(header, 0x260).into()),
    })
}

/// The text that the header points at. It has to lie within the part that is read first.
fn version(view: &View, header: &[u8], at: u64, findings: &mut Findings) -> Result<Option<String>, Stop> {
    let setup = (u64::from(byte(header, 0x1f1)).max(4) + 1) * SECTOR;
    if at >= setup.min(view.size()) {
        let (size, length) = (setup.min(view.size()), 1);
        let error = DiskError::BeyondEnd { what: "kernel's version", offset: at, length, size };
        findings.push(|| Finding::from_reason(&error));
        return Ok(None);
    }
    Ok(filled(text(view.upto("kernel's version", at, VERSION_BYTES)?)))
}
