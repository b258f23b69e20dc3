//! Mach-O: load commands and sections (Apple's `mach-o/loader.h` and `fat.h`).

use super::{Fields, Program, Section, name};
use crate::inspect::packages::error::PackageError;
use crate::inspect::packages::view::{Stop, View};

const SEGMENT: u32 = 1;
const SEGMENT_64: u32 = 0x19;

pub(super) fn read(view: &View) -> Result<Option<Program>, Stop> {
    let start = view.upto("header", 0, 4096)?;
    // A file for several machines: all say the same, so the first is enough. Java's classes have the same magic number,
    // and at the place of the number of machines a version that is larger than any such number.
    let fat = Fields { bytes: start, is_big: true };
    let is_fat = matches!(fat.u32(0), 0xcafe_babe | 0xcafe_babf) && (1..=20).contains(&fat.u32(4));
    let slice = match (is_fat, fat.u32(0)) {
        (false, _) => 0,
        (true, 0xcafe_babe) => u64::from(fat.u32(16)),
        (true, _) => fat.u64(16),
    };
    let bytes = view.upto("header", slice, 32)?;
    let (wide, is_big) = match bytes {
        [0xcf, 0xfa, 0xed, 0xfe, ..] => (true, false),
        [0xce, 0xfa, 0xed, 0xfe, ..] => (false, false),
        [0xfe, 0xed, 0xfa, 0xcf, ..] => (true, true),
        [0xfe, 0xed, 0xfa, 0xce, ..] => (false, true),
        _ => return Ok(None),
    };
    let header = Fields { bytes, is_big };
    let length = u64::from(header.u32(20));
    let at = slice.saturating_add(if wide { 32 } else { 28 });
    let mut commands = view.range("load commands", at, length)?;
    let mut program = Program::default();
    while commands.len() >= 8 {
        let command = Fields { bytes: commands, is_big };
        let (kind, size) = (command.u32(0), command.u32(4) as usize);
        let Some((bytes, rest)) = commands.split_at_checked(size).filter(|_| size >= 8) else {
            return Err(PackageError::Damaged { what: "load command", offset: at }.into());
        };
        commands = rest;
        if kind == SEGMENT || kind == SEGMENT_64 {
            segment(Fields { bytes, is_big }, kind == SEGMENT_64, slice, &mut program);
        }
    }
    Ok(Some(program))
}

fn segment(command: Fields<'_>, wide: bool, slice: u64, program: &mut Program) {
    let word = if wide { 8 } else { 4 };
    program.mapped.push(Section {
        address: command.word(wide, 24),
        offset: slice.saturating_add(command.word(wide, 24 + 2 * word)),
        size: command.word(wide, 24 + 3 * word),
    });
    let (head, each) = if wide { (72, 80) } else { (56, 68) };
    for bytes in command.bytes.get(head..).unwrap_or_default().chunks_exact(each) {
        let section = Fields { bytes, is_big: command.is_big };
        let place = Section {
            address: section.word(wide, 32),
            offset: slice.saturating_add(section.u32(32 + 2 * word).into()),
            size: section.word(wide, 32 + word),
        };
        match name(bytes.get(..16).unwrap_or_default()) {
            b"__go_buildinfo" => program.go = Some(place),
            b".dep-v0" => program.rust = Some(place),
            _ => {}
        }
    }
}
