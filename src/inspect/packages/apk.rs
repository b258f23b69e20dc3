//! apk's database `installed`: a paragraph a package, fields of one letter, paths in their order (apk-package(5)).

use super::draft::{Draft, FilePackages, Files, PathList};
use super::error::PackageError;
use super::fields::{self, filled, text};
use super::package::{PackageKind, SourcePackage};

pub(super) fn installed(bytes: &[u8], found: &mut FilePackages) -> Result<(), PackageError> {
    let mut draft: Option<(Draft, PathList)> = None;
    let mut at = 0;
    for line in fields::lines(bytes).chain([&b""[..]]) {
        let offset = at;
        at += line.len() as u64 + 1;
        let Some((&field, value)) = line.split_first() else {
            finish(draft.take(), found)?;
            continue;
        };
        let Some(value) = value.strip_prefix(b":") else {
            found.note(&PackageError::Damaged { what: "line", offset });
            continue;
        };
        let (draft, paths) =
            draft.get_or_insert_with(|| (Draft::new(PackageKind::Apk, "", ""), found.path_list()));
        match field {
            b'P' => draft.name = text(value),
            b'V' => draft.version = text(value),
            b'A' => draft.architecture = filled(&text(value)),
            b'L' => draft.license = filled(&text(value)),
            b'U' => draft.homepage = filled(&text(value)),
            b'm' => draft.supplier = filled(&text(value)),
            b'o' => draft.source = filled(&text(value)).map(|name| SourcePackage { name, version: None }),
            b'I' => draft.installed_size = text(value).parse().ok(),
            b'F' => paths.folder(value),
            b'R' => paths.name(value),
            _ => {}
        }
    }
    Ok(())
}

fn finish(draft: Option<(Draft, PathList)>, found: &mut FilePackages) -> Result<(), PackageError> {
    let Some((mut draft, paths)) = draft else { return Ok(()) };
    if draft.name.is_empty() {
        found.note(&PackageError::Nameless { what: "paragraph" });
        return Ok(());
    }
    draft.files = Files::Paths(paths);
    found.push(draft)
}
