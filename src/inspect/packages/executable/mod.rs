//! Programs: what their sections tell of the packages that they were built from.

mod elf;
mod macho;
mod pe;

use super::draft::FilePackages;
use super::error::PackageError;
use super::view::{Stop, View};
use super::{go, rust};
use crate::limits::Limits;

/// A part of a program: where it stands in the file, and where in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    pub(super) address: u64,
    pub(super) offset: u64,
    pub(super) size: u64,
}

/// What a program's headers tell.
#[derive(Debug, Default)]
pub(super) struct Program {
    /// Where Go's build information stands, or may start.
    pub(super) go: Option<Section>,
    /// The compressed list of crates.
    pub(super) rust: Option<Section>,
    /// What of the file is mapped where.
    pub(super) mapped: Vec<Section>,
}

impl Program {
    /// The bytes at an address.
    pub(super) fn memory<'v>(&self, view: &'v View, address: u64, length: u64) -> Result<&'v [u8], Stop> {
        let place = self.mapped.iter().find_map(|part| {
            let within = address.checked_sub(part.address)?;
            let end = within.checked_add(length)?;
            (end <= part.size).then(|| part.offset.checked_add(within))?
        });
        match place {
            Some(offset) => view.range("build information", offset, length),
            None => {
                Err(PackageError::Damaged { what: "address in the build information", offset: address }
                    .into())
            }
        }
    }
}

/// Sections of a program are not more; the largest programs have some thousands.
const SECTIONS: usize = 65_536;

/// Reads a program. What is none, such as a script, tells nothing.
pub(super) fn read(view: &View, limits: &Limits, found: &mut FilePackages) -> Result<(), Stop> {
    let start = view.upto("start", 0, 4096)?;
    let program = if start.starts_with(b"\x7fELF") {
        elf::read(view)?
    } else if start.starts_with(b"MZ") {
        pe::read(view)?
    } else {
        macho::read(view)?
    };
    let Some(program) = program else { return Ok(()) };
    if let Some(section) = program.go {
        go::read(view, &program, section, found)?;
    }
    if let Some(section) = program.rust {
        rust::read(view, section, limits, found)?;
    }
    Ok(())
}

/// Fields of headers in either byte order. Beyond the end all is zero.
#[derive(Clone, Copy)]
struct Fields<'a> {
    bytes: &'a [u8],
    is_big: bool,
}

impl Fields<'_> {
    fn field<const N: usize>(self, at: usize) -> [u8; N] {
        let mut field = self.bytes.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N]);
        if self.is_big {
            field.reverse();
        }
        field
    }

    fn u16(self, at: usize) -> u16 {
        u16::from_le_bytes(self.field(at))
    }

    fn u32(self, at: usize) -> u32 {
        u32::from_le_bytes(self.field(at))
    }

    fn u64(self, at: usize) -> u64 {
        u64::from_le_bytes(self.field(at))
    }

    /// A number of 64 bits, or of 32 in programs for such machines.
    fn word(self, wide: bool, at: usize) -> u64 {
        if wide { self.u64(at) } else { u64::from(self.u32(at)) }
    }
}

/// A name that ends at its first NUL.
fn name(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}
