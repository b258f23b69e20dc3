//! Ruby's specifications of installed gems: Ruby code in a fixed form, as RubyGems' `Gem::Specification#to_ruby` writes it.

use super::draft::{Draft, FilePackages, Files};
use super::error::PackageError;
use super::fields::{self, filled};
use super::package::PackageKind;
use crate::layer::split_path;

/// Reads a `.gemspec`. `path` is that of the file.
pub(super) fn specification(bytes: &[u8], path: &[u8], found: &mut FilePackages) -> Result<(), PackageError> {
    let mut draft = Draft::new(PackageKind::Ruby, String::new(), String::new());
    for line in fields::lines(bytes) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim();
        // `# stub: name version platform folders`
        if let Some(stub) = line.strip_prefix("# stub: ") {
            let mut words = stub.split_whitespace();
            draft.name = words.next().unwrap_or_default().to_owned();
            draft.version = words.next().unwrap_or_default().to_owned();
            draft.architecture = words.next().filter(|&platform| platform != "ruby").map(str::to_owned);
            continue;
        }
        let Some((field, value)) = line.split_once(" = ") else { continue };
        let Some((_, field)) = field.split_once('.') else { continue };
        let mut strings = strings(value);
        let mut first = || strings.next();
        match field {
            "name" if draft.name.is_empty() => draft.name = first().unwrap_or_default(),
            "version" if draft.version.is_empty() => draft.version = first().unwrap_or_default(),
            "homepage" => draft.homepage = first().as_deref().and_then(filled),
            "licenses" | "license" => {
                let all: Vec<String> = strings.collect();
                draft.license = filled(&all.join(" OR "));
            }
            "authors" | "author" => {
                let all: Vec<String> = strings.collect();
                draft.supplier = filled(&all.join(", "));
            }
            _ => {}
        }
    }
    if draft.name.is_empty() {
        return Err(PackageError::Nameless { what: "specification" });
    }
    // `specifications/x-1.0.gemspec` belongs to `gems/x-1.0`; those that come with Ruby have no folder of their own.
    let (folder, file) = split_path(path);
    let full_name = file.strip_suffix(b".gemspec").unwrap_or(file);
    draft.files = match folder.strip_suffix(b"specifications") {
        Some(home) => Files::Folder([home, b"gems/", full_name].concat()),
        None => Files::Own,
    };
    found.push(draft)
}

/// The quoted strings of a line, with escaped quotes.
fn strings(value: &str) -> impl Iterator<Item = String> + '_ {
    let mut chars = value.chars();
    std::iter::from_fn(move || {
        let quote = chars.by_ref().find(|c| matches!(c, '"' | '\''))?;
        let mut text = String::new();
        while let Some(c) = chars.next() {
            match c {
                '\\' => text.extend(chars.next()),
                c if c == quote => return Some(text),
                c => text.push(c),
            }
        }
        None
    })
}
