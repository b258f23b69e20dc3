//! The crates of a program, as cargo-auditable lists them: JSON, compressed by zlib (cargo-auditable's `PARSING.md`).

use super::draft::{Draft, FilePackages, Files};
use super::error::PackageError;
use super::executable::Section;
use super::package::PackageKind;
use super::view::{Stop, View};
use super::zip::inflate;
use crate::json::{self, Value};
use crate::limits::Limits;

pub(super) fn read(
    view: &View,
    section: Section,
    limits: &Limits,
    found: &mut FilePackages,
) -> Result<(), Stop> {
    let offset = section.offset;
    let damaged = |what| PackageError::Damaged { what, offset };
    let stored = view.range("list of crates", offset, section.size)?;
    let text = inflate(stored, true, limits.json_bytes).ok_or(damaged("list of crates"))?;
    let value = json::parse(&text, limits).map_err(|_| damaged("JSON of crates"))?;
    let crates = value.get("packages").and_then(Value::elements).unwrap_or_default();
    for entry in crates {
        // What only ran while the program was built is not in it.
        if entry.get("kind").and_then(Value::as_str) == Some("build") {
            continue;
        }
        let Some(name) = entry.get("name").and_then(Value::as_str) else { continue };
        let version = entry.get("version").and_then(Value::as_str).unwrap_or_default();
        let mut draft = Draft::new(PackageKind::Rust, name, version);
        if entry.get("root") == Some(&Value::Bool(true)) {
            draft.files = Files::Own;
        }
        found.push(draft)?;
    }
    Ok(())
}
