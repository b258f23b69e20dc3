//! Portable executables: sections (Microsoft's "PE Format").

use super::{Fields, Program, SECTIONS, Section, name};
use crate::inspect::packages::view::{Stop, View};

/// Bytes of a section's header.
const SECTION: usize = 40;
/// Flags of the section in which Go puts its build information: initialised data that is read and written.
const DATA: u32 = 0xc000_0040;

pub(super) fn read(view: &View) -> Result<Option<Program>, Stop> {
    let start = view.upto("header", 0, 4096)?;
    let at = u64::from(Fields { bytes: start, is_big: false }.u32(60));
    let bytes = view.upto("header", at, 4096)?;
    if !bytes.starts_with(b"PE\0\0") {
        return Ok(None);
    }
    let header = Fields { bytes, is_big: false };
    let (count, optional) = (usize::from(header.u16(6)), u64::from(header.u16(20)));
    let wide = header.u16(24) == 0x20b;
    let base = if wide { header.u64(24 + 24) } else { u64::from(header.u32(24 + 28)) };
    let table = view.range("sections", at + 24 + optional, (count.min(SECTIONS) * SECTION) as u64)?;
    let mut program = Program::default();
    for bytes in table.chunks_exact(SECTION) {
        let section = Fields { bytes, is_big: false };
        let place = Section {
            address: base.wrapping_add(section.u32(12).into()),
            offset: section.u32(20).into(),
            size: section.u32(16).into(),
        };
        program.mapped.push(place);
        match name(bytes.get(..8).unwrap_or_default()) {
            b".dep-v0" => {
                // Its size in memory is without the filling.
                let size = u64::from(section.u32(8)).min(place.size);
                program.rust = Some(Section { size, ..place });
            }
            _ if section.u32(36) & DATA == DATA && place.size > 0 => {
                program.go.get_or_insert(place);
            }
            _ => {}
        }
    }
    Ok(Some(program))
}
