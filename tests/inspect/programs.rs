//! The same packages as the distributions' own programs list.

use std::path::Path;
use std::process::Command;

use layerglass::inspect::packages::{PackageKind, Packages};

use super::support::{Layer, fixture, packages};

/// What a program prints, as sorted lines; nothing when it is not there or fails.
fn lines(name: &str, arguments: &[&str]) -> Option<Vec<String>> {
    let run = match Command::new(name).args(arguments).output() {
        Ok(run) if run.status.success() => run,
        Ok(run) => {
            eprintln!("SKIPPED: {name} failed: {}", String::from_utf8_lossy(&run.stderr).trim());
            return None;
        }
        Err(error) => {
            eprintln!("SKIPPED: {name} cannot be run: {error}");
            return None;
        }
    };
    let mut lines: Vec<String> = String::from_utf8_lossy(&run.stdout).lines().map(str::to_owned).collect();
    lines.sort();
    Some(lines)
}

fn ours(found: &Packages, kind: PackageKind) -> Vec<String> {
    let of_kind = found.packages.iter().filter(|package| package.kind == kind);
    let line = |package: &layerglass::inspect::packages::Package| {
        let architecture = package.architecture.as_deref().unwrap_or_default();
        let size = package.installed_size.unwrap_or(0);
        format!("{}\t{}\t{architecture}\t{size}", package.name, package.version)
    };
    let mut lines: Vec<String> = of_kind.map(line).collect();
    lines.sort();
    lines
}

/// The machine's own packages, on a system that has dpkg.
#[test]
fn dpkg_query_lists_the_same() {
    let status = Path::new("/var/lib/dpkg/status");
    let Ok(contents) = std::fs::read(status) else {
        eprintln!("SKIPPED: {} cannot be read", status.display());
        return;
    };
    let format = "${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\t${Installed-Size}\n";
    let Some(listed) = lines("dpkg-query", &["-W", "-f", format]) else { return };
    let mut expected = Vec::new();
    for line in listed {
        let fields: Vec<&str> = line.split('\t').collect();
        if !matches!(fields[0], "config-files" | "not-installed") {
            let kib: u64 = fields[4].parse().unwrap_or(0);
            expected.push(format!("{}\t{}\t{}\t{}", fields[1], fields[2], fields[3], kib * 1024));
        }
    }
    expected.sort();
    let found = packages(&[Layer::default().file("var/lib/dpkg/status", contents)]);
    assert!(!expected.is_empty());
    assert_eq!(ours(&found, PackageKind::Deb), expected);
    assert_eq!(found.findings, []);
}

/// rpm reads the SQLite database, and the Berkeley DB where it was built to.
#[test]
fn rpm_lists_the_same() {
    for (backend, file, name) in
        [("sqlite", "rpmdb.sqlite", "rpmdb.sqlite.gz"), ("bdb_ro", "Packages", "Packages.1234.gz")]
    {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("var/lib/rpm");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(file), fixture(name)).unwrap();
        let backend = format!("_db_backend {backend}");
        let format = "%{NAME}\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SIZE}\n";
        let arguments = [
            "--root",
            &root.path().to_string_lossy(),
            "--define",
            &backend,
            "--define",
            "_dbpath /var/lib/rpm",
            "-qa",
            "--qf",
            format,
        ];
        let Some(expected) = lines("rpm", &arguments) else { return };
        let found = packages(&[Layer::default().file(&format!("var/lib/rpm/{file}"), fixture(name))]);
        assert_eq!(expected.len(), 26, "{name}");
        assert_eq!(ours(&found, PackageKind::Rpm), expected, "{name}");
    }
}

/// A root with a database, as apk reads it.
#[test]
fn apk_lists_the_same() {
    let database = "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:one\nV:1.0-r0\nA:x86_64\nS:1\nI:10\nT:one\nL:MIT\n\n\
        C:Q1BAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:two\nV:2.0_rc1-r3\nA:x86_64\nS:1\nI:10\nT:two\nL:MIT\n\n";
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("lib/apk/db");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("installed"), database).unwrap();
    let path = root.path().to_string_lossy().into_owned();
    let Some(expected) = lines("apk", &["--root", &path, "info", "-v"]) else { return };
    let found = packages(&[Layer::default().file("lib/apk/db/installed", database)]);
    let ours: Vec<String> =
        found.packages.iter().map(|package| format!("{}-{}", package.name, package.version)).collect();
    assert_eq!(ours, expected);
}
