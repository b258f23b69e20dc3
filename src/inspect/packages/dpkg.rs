//! dpkg's database: `status` with a paragraph a package, `info/*.list` with the paths of each (dpkg-query(1), deb822(5)).

use super::draft::{Draft, FilePackages};
use super::error::PackageError;
use super::fields;
use super::package::{PackageKind, SourcePackage};

/// Reads `status`, or a file of `status.d`, which has one paragraph and says nothing of a state.
pub(super) fn status(bytes: &[u8], found: &mut FilePackages) -> Result<(), PackageError> {
    fields::paragraphs(bytes, found, |paragraph, found| {
        // Wanted state, flag, state: what was removed stays listed for its configuration files.
        if let Some(state) = paragraph.get("Status")
            && matches!(state.split_whitespace().last(), Some("not-installed" | "config-files"))
        {
            return Ok(());
        }
        let Some(name) = paragraph.get("Package") else {
            found.note(&PackageError::Nameless { what: "paragraph" });
            return Ok(());
        };
        let version = paragraph.get("Version").unwrap_or_default();
        let mut draft = Draft::new(PackageKind::Deb, name, version);
        draft.architecture = paragraph.get("Architecture");
        draft.supplier = paragraph.get("Maintainer");
        draft.homepage = paragraph.get("Homepage");
        draft.source = paragraph.get("Source").map(|text| source(&text));
        // In KiB, rounded up by whoever built the package.
        let kib = paragraph.get("Installed-Size").and_then(|text| text.parse::<u64>().ok());
        draft.installed_size = kib.and_then(|kib| kib.checked_mul(1024));
        found.push(draft)
    })
}

/// `name` or `name (version)`.
fn source(text: &str) -> SourcePackage {
    match text.split_once('(') {
        Some((name, version)) => SourcePackage {
            name: name.trim().to_owned(),
            version: fields::filled(version.trim_end_matches([')', ' '])),
        },
        None => SourcePackage { name: text.to_owned(), version: None },
    }
}

/// Reads a list of paths, one a line.
pub(super) fn list(bytes: &[u8], found: &mut FilePackages) {
    let mut list = found.path_list();
    for line in fields::lines(bytes).filter(|line| *line != b"/.") {
        list.path(line);
    }
    found.set_list(list);
}

/// Reads the sums of `status.d`: a line is a hash, two spaces and a path.
pub(super) fn sums(bytes: &[u8], found: &mut FilePackages) {
    let mut list = found.path_list();
    for line in fields::lines(bytes) {
        if let Some(space) = line.iter().position(|&byte| byte == b' ') {
            list.path(line.get(space..).unwrap_or_default().trim_ascii_start());
        }
    }
    found.set_list(list);
}
