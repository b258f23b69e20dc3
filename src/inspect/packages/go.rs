//! Go's build information: which version of Go made a program, and the modules in it (Go's `debug/buildinfo` and
//! `runtime/debug`).
//!
//! The mark is followed by two texts: Go's version and the modules. Since Go 1.18 they stand right behind it; before, two
//! pointers lead to them.

use super::draft::{Draft, FilePackages, Files};
use super::error::PackageError;
use super::executable::{Program, Section};
use super::package::PackageKind;
use super::view::{Stop, View};

const MAGIC: &[u8] = b"\xff Go buildinf:";
/// Bytes up to the texts; the mark starts at multiples of 16.
const HEADER: u64 = 32;
const ALIGN: usize = 16;
/// Where no section is named after it, the mark is looked for in so many bytes of the data.
const SEARCH: u64 = 1 << 20;
/// The modules of the largest programs take some hundred thousand bytes.
const TEXT: u64 = 16 << 20;
/// What stands before and behind the text of modules.
const SENTINEL: usize = 16;

/// Reads the build information in a section, if it is there.
pub(super) fn read(
    view: &View,
    program: &Program,
    section: Section,
    found: &mut FilePackages,
) -> Result<(), Stop> {
    let searched = view.upto("build information", section.offset, section.size.min(SEARCH))?;
    let Some(at) = searched.chunks(ALIGN).position(|chunk| chunk.starts_with(MAGIC)) else { return Ok(()) };
    let at = section.offset.saturating_add((at * ALIGN) as u64);
    let header = view.range("build information", at, HEADER)?;
    let (word, flags) = match header {
        [_, _, _, _, _, _, _, _, _, _, _, _, _, _, word, flags, ..] => (*word, *flags),
        _ => return Ok(()),
    };
    let (version, modules) = if flags & 2 != 0 {
        let mut at = at.saturating_add(HEADER);
        (inline(view, &mut at)?, inline(view, &mut at)?)
    } else {
        let is_big = flags & 1 != 0;
        let wide = match word {
            4 => false,
            8 => true,
            _ => return Err(PackageError::Damaged { what: "build information", offset: at }.into()),
        };
        let mut pointers = pointers(header.get(16..).unwrap_or_default(), wide, is_big);
        let mut text = || pointed(view, program, pointers.next().unwrap_or(0), wide, is_big);
        (text()?, text()?)
    };
    modules_of(&version, &modules, found)?;
    Ok(())
}

/// A text behind its length, which is written in seven bits a byte, low ones first.
fn inline(view: &View, at: &mut u64) -> Result<Vec<u8>, Stop> {
    let damaged = PackageError::Damaged { what: "build information", offset: *at };
    let mut length = 0;
    let mut used = 0;
    for (shift, &byte) in (0..).step_by(7).zip(view.upto("build information", *at, 5)?) {
        used += 1;
        length |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let text = view.range("build information", at.saturating_add(used), length.min(TEXT))?;
            *at = at.saturating_add(used).saturating_add(length);
            return Ok(text.to_vec());
        }
    }
    Err(damaged.into())
}

/// Numbers of a machine, one after the other.
fn pointers(bytes: &[u8], wide: bool, is_big: bool) -> impl Iterator<Item = u64> + '_ {
    bytes.chunks_exact(if wide { 8 } else { 4 }).map(move |chunk| {
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        if is_big { chunk.iter().fold(0, add) } else { chunk.iter().rev().fold(0, add) }
    })
}

/// The text that a Go string leads to, which is at an address itself: where its bytes are, and how many.
fn pointed(view: &View, program: &Program, address: u64, wide: bool, is_big: bool) -> Result<Vec<u8>, Stop> {
    if address == 0 {
        return Ok(Vec::new());
    }
    let header = program.memory(view, address, if wide { 16 } else { 8 })?;
    let mut numbers = pointers(header, wide, is_big);
    let (data, length) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if length == 0 {
        return Ok(Vec::new());
    }
    Ok(program.memory(view, data, length.min(TEXT))?.to_vec())
}

/// Adds what the two texts name.
fn modules_of(version: &[u8], modules: &[u8], found: &mut FilePackages) -> Result<(), PackageError> {
    let version = String::from_utf8_lossy(version);
    // Experiments are named behind it.
    if let Some(number) = version.trim().strip_prefix("go").and_then(|text| text.split_whitespace().next()) {
        found.push(Draft::new(PackageKind::Go, "stdlib", number))?;
    }
    // The text stands between two marks of the linker's.
    let end = modules.len().saturating_sub(SENTINEL);
    let text = match modules.get(SENTINEL..end) {
        Some(text) if text.ends_with(b"\n") => text,
        _ => return Ok(()),
    };
    let text = String::from_utf8_lossy(text);
    let mut last: Option<Draft> = None;
    for line in text.lines() {
        let mut words = line.split('\t');
        let kind = words.next().unwrap_or_default();
        let (path, version) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        match kind {
            // What replaces the module before it is what is in the program.
            "=>" => last = last.map(|_| module(path, version)),
            "mod" | "dep" => {
                found_one(last.take(), found)?;
                let mut draft = module(path, version);
                if kind == "mod" {
                    draft.files = Files::Own;
                }
                last = Some(draft);
            }
            _ => {}
        }
    }
    found_one(last, found)
}

fn module(path: &str, version: &str) -> Draft {
    // What was built from a working folder has no version.
    Draft::new(PackageKind::Go, path, if version == "(devel)" { "" } else { version })
}

fn found_one(draft: Option<Draft>, found: &mut FilePackages) -> Result<(), PackageError> {
    match draft {
        Some(draft) if !draft.name.is_empty() => found.push(draft),
        _ => Ok(()),
    }
}
