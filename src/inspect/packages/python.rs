//! Python's metadata of installed distributions: `METADATA` and `RECORD` of a `.dist-info` (PEP 376, PEP 566, PEP 639), and
//! `PKG-INFO` of the older `.egg-info`.

use super::draft::{Draft, FilePackages, Files};
use super::error::PackageError;
use super::fields::{self, Paragraph};
use super::package::PackageKind;
use crate::layer::split_path;

/// Reads the headers. `path` is that of the file.
pub(super) fn metadata(bytes: &[u8], path: &[u8], found: &mut FilePackages) -> Result<(), PackageError> {
    let headers = fields::headers(bytes);
    let Some(name) = headers.get("Name") else {
        return Err(PackageError::Nameless { what: "metadata" });
    };
    let mut draft = Draft::new(PackageKind::Python, name, headers.get("Version").unwrap_or_default());
    draft.license = license(&headers);
    let people = ["Author", "Author-email", "Maintainer", "Maintainer-email"];
    draft.supplier = people.into_iter().find_map(|field| headers.get(field));
    draft.homepage = headers.get("Home-page").or_else(|| {
        let urls: Vec<String> = headers.all("Project-URL").collect();
        urls.iter().find_map(|url| {
            let (label, url) = url.split_once(',')?;
            label.trim().eq_ignore_ascii_case("homepage").then(|| url.trim().to_owned())
        })
    });
    // With a `RECORD` the paths come from there; it is laid over this.
    draft.files = match split_path(path).0 {
        b"" => Files::Own,
        folder if folder.ends_with(b".egg-info") || folder.ends_with(b".dist-info") => {
            Files::Folder(folder.to_vec())
        }
        _ => Files::Own,
    };
    found.push(draft)
}

/// An expression before free text, which can be a whole licence; then what the classifiers say.
fn license(headers: &Paragraph<'_>) -> Option<String> {
    let short = |text: &String| text.len() <= 200 && !text.contains('\n') && text != "UNKNOWN";
    let stated = headers.get("License-Expression").or_else(|| headers.get("License")).filter(short);
    stated.or_else(|| {
        let named = headers.all("Classifier").filter_map(|text| {
            let name = text.strip_prefix("License :: ")?.rsplit(" :: ").next()?.to_owned();
            (name != "OSI Approved").then_some(name)
        });
        let names: Vec<String> = named.collect();
        (!names.is_empty()).then(|| names.join(", "))
    })
}

/// Reads a `RECORD`: lines of path, hash and size, with quotes where a path holds a comma. Paths are relative to the
/// folder that holds the `.dist-info`.
pub(super) fn record(bytes: &[u8], path: &[u8], found: &mut FilePackages) {
    let site = split_path(split_path(path).0).0;
    let mut list = found.path_list();
    for line in fields::lines(bytes) {
        let name = match line.strip_prefix(b"\"") {
            Some(rest) => unquoted(rest),
            None => line.split(|&byte| byte == b',').next().unwrap_or_default().to_vec(),
        };
        if name.starts_with(b"/") || site.is_empty() {
            list.path(&name);
        } else if !name.is_empty() {
            let (folder, name) = split_path(&name);
            let parts: &[&[u8]] = if folder.is_empty() { &[site] } else { &[site, folder] };
            list.folder(&parts.join(&b'/'));
            list.name(name);
        }
    }
    found.set_list(list);
}

/// A quoted field up to its end; two quotes stand for one.
fn unquoted(rest: &[u8]) -> Vec<u8> {
    let mut name = Vec::new();
    let mut bytes = rest.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'"' && bytes.next_if_eq(&b'"').is_none() {
            break;
        }
        name.push(byte);
    }
    name
}
