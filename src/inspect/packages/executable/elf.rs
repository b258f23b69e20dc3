//! ELF: program headers and sections (System V ABI, chapters 4 and 5).

use super::{Fields, Program, SECTIONS, Section, name};
use crate::inspect::packages::view::{Stop, View};

/// A segment that is loaded, and the flag of those that are written to.
const LOAD: u32 = 1;
const WRITE: u32 = 2;
/// A section that takes no place in the file.
const NO_BITS: u32 = 8;

pub(super) fn read(view: &View) -> Result<Option<Program>, Stop> {
    let start = view.upto("header", 0, 64)?;
    let (wide, is_big) = match start {
        [_, _, _, _, class @ (1 | 2), order @ (1 | 2), ..] => (*class == 2, *order == 2),
        _ => return Ok(None),
    };
    let header = Fields { bytes: start, is_big };
    let (segments, sections, counts) = if wide {
        (header.u64(32), header.u64(40), 54)
    } else {
        (u64::from(header.u32(28)), u64::from(header.u32(32)), 42)
    };
    let [segment_size, segment_count, section_size, section_count, names] =
        [0, 2, 4, 6, 8].map(|at| u64::from(header.u16(counts + at)));
    let mut program = Program::default();
    let mut data = None;
    if segment_size >= if wide { 56 } else { 32 } {
        let table = view.range("segments", segments, segment_size * segment_count)?;
        for bytes in table.chunks_exact(segment_size as usize) {
            let segment = Fields { bytes, is_big };
            if segment.u32(0) != LOAD {
                continue;
            }
            let (flags, at, step) = if wide { (segment.u32(4), 8, 8) } else { (segment.u32(24), 4, 4) };
            let (offset, address) = (segment.word(wide, at), segment.word(wide, at + step));
            let part = Section { address, offset, size: segment.word(wide, at + 3 * step) };
            program.mapped.push(part);
            if flags & WRITE != 0 {
                data.get_or_insert(part);
            }
        }
    }
    if sections != 0 && section_size >= if wide { 64 } else { 40 } && section_count <= SECTIONS as u64 {
        let table = view.range("sections", sections, section_size * section_count)?;
        let table: Vec<Fields<'_>> =
            table.chunks_exact(section_size as usize).map(|bytes| Fields { bytes, is_big }).collect();
        let place = |section: Fields<'_>| {
            let (at, step) = if wide { (16, 8) } else { (12, 4) };
            Section {
                address: section.word(wide, at),
                offset: section.word(wide, at + step),
                size: section.word(wide, at + 2 * step),
            }
        };
        if let Some(text) = table.get(names as usize) {
            let text = place(*text);
            let text = view.range("names of sections", text.offset, text.size)?;
            for section in table.iter().filter(|section| section.u32(4) != NO_BITS) {
                match name(text.get(section.u32(0) as usize..).unwrap_or_default()) {
                    b".go.buildinfo" => program.go = Some(place(*section)),
                    b".dep-v0" => program.rust = Some(place(*section)),
                    _ => {}
                }
            }
        }
    } else {
        // Without sections Go's linker still puts it at the start of the data.
        program.go = data;
    }
    Ok(Some(program))
}
