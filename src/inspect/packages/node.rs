//! Node's `package.json` of installed packages.

use super::draft::{Draft, FilePackages, Files};
use super::error::PackageError;
use super::fields::filled;
use super::package::PackageKind;
use crate::json::{self, Value};
use crate::layer::split_path;
use crate::limits::Limits;

/// Reads a `package.json`. `path` is that of the file.
pub(super) fn package(
    bytes: &[u8],
    path: &[u8],
    limits: &Limits,
    found: &mut FilePackages,
) -> Result<(), PackageError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value = json::parse(bytes, limits).map_err(|error| {
        let offset = crate::error::Reason::offset(&error).unwrap_or(0);
        PackageError::Damaged { what: "JSON", offset }
    })?;
    let string = |name: &str| value.get(name).and_then(Value::as_str).and_then(filled);
    // Without a name it is no package but says how the files beside it are to be loaded.
    let Some(name) = string("name") else { return Ok(()) };
    let mut draft = Draft::new(PackageKind::Node, name, string("version").unwrap_or_default());
    draft.license = value.get("license").and_then(license).or_else(|| {
        let all = value.get("licenses")?.elements()?.iter().filter_map(license).collect::<Vec<_>>();
        (!all.is_empty()).then(|| all.join(" OR "))
    });
    draft.supplier = value.get("author").and_then(person);
    draft.homepage = string("homepage");
    draft.files = Files::Folder(split_path(path).0.to_vec());
    found.push(draft)
}

/// A name, or an object with one under `type`.
fn license(value: &Value<'_>) -> Option<String> {
    value.as_str().or_else(|| value.get("type")?.as_str()).and_then(filled)
}

/// A name, or an object with `name` and `email`.
fn person(value: &Value<'_>) -> Option<String> {
    if let Some(text) = value.as_str() {
        return filled(text);
    }
    let name = value.get("name")?.as_str()?;
    match value.get("email").and_then(Value::as_str) {
        Some(email) => Some(format!("{name} <{email}>")),
        None => filled(name),
    }
}
