//! The packages of real roots, beside what the tools list that made them: dpkg, rpm and apk.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use layerglass::fs::{ImageFile, OpenOptions};
use layerglass::inspect::packages::{Package, PackageKind, Packages};
use tempfile::TempDir;

use super::support::fixture;

/// Whether a program is there; a test that needs one which is not says so.
fn is_there(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output();
    if let Err(error) = &found {
        println!("SKIPPED: {program} is not installed ({error}), so nothing is compared with what it lists");
    }
    found.is_ok()
}

/// Runs a program, which must do what it is asked; what it writes.
fn run<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> String {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("LC_ALL", "C")
        .env("PATH", "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin");
    let output = command.output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).expect("text")
}

/// The packages of what is below a folder: it is packed, and opened as a bare root file system.
fn packages_of(root: &Path, paths: &[&str]) -> Packages {
    let folder = TempDir::new().unwrap();
    let tar = folder.path().join("root.tar");
    let fixed = ["-cf".as_ref(), tar.as_os_str(), "-C".as_ref(), root.as_os_str()];
    run("tar", fixed.into_iter().chain(paths.iter().map(OsStr::new)));
    let mut file = ImageFile::open(&tar, &OpenOptions::default()).unwrap();
    file.scan().unwrap();
    file.packages(0).unwrap()
}

fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn sorted(packages: &Packages, kind: PackageKind, line: impl Fn(&Package) -> String) -> Vec<String> {
    let mut lines: Vec<String> =
        packages.packages.iter().filter(|package| package.kind == kind).map(line).collect();
    lines.sort();
    lines
}

/// What dpkg says of a root, and what we say of it, package by package.
fn check_dpkg(root: &Path, found: &Packages) -> usize {
    let database = root.join("var/lib/dpkg");
    let format = "${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\t${Installed-Size}\t${source:Package}\t${Maintainer}\t${Homepage}\n";
    let arguments =
        ["--admindir".as_ref(), database.as_os_str(), "-W".as_ref(), "-f".as_ref(), format.as_ref()];
    let mut told: Vec<String> = lines(&run("dpkg-query", arguments))
        .iter()
        // Of these, at most the configuration is left.
        .filter(|line| !line.starts_with("config-files\t") && !line.starts_with("not-installed\t"))
        .map(|line| line.split_once('\t').unwrap().1.to_owned())
        .collect();
    let own = sorted(found, PackageKind::Deb, |package| {
        let kib = package.installed_size.map(|bytes| (bytes >> 10).to_string());
        let source = package.source.as_ref().map_or(&package.name, |source| &source.name);
        let (arch, maintainer) = (package.architecture.as_deref(), package.supplier.as_deref());
        let [arch, kib, maintainer, homepage] =
            [arch, kib.as_deref(), maintainer, package.homepage.as_deref()].map(Option::unwrap_or_default);
        format!("{}\t{}\t{arch}\t{kib}\t{source}\t{maintainer}\t{homepage}", package.name, package.version)
    });
    told.sort();
    assert_eq!(own, told);
    told.len()
}

/// Builds a package of Debian's form.
fn build_deb(folder: &Path, name: &str, version: &str, arch: &str, more: &str) -> std::path::PathBuf {
    let tree = folder.join(format!("{name}-{arch}-{}", version.replace(':', "-")));
    let put = |path: &str, text: &str| {
        let path = tree.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put(&format!("usr/lib/{name}/{arch}/file"), version);
    put(&format!("usr/share/doc/{name}-{arch}/copyright"), "free");
    put(
        "DEBIAN/control",
        &format!(
            "Package: {name}\nVersion: {version}\nArchitecture: {arch}\nMaintainer: A <a@example.com>\nInstalled-Size: {}\nDescription: x\n y\n{more}",
            version.len()
        ),
    );
    let package = tree.with_extension("deb");
    run("dpkg-deb", ["--build".as_ref(), tree.as_os_str(), package.as_os_str()]);
    package
}

/// Packages are installed, removed, upgraded, left half-way and made for two architectures; then dpkg lists them, and so do we.
#[test]
fn dpkg() {
    if !is_there("dpkg") || !is_there("dpkg-deb") || !is_there("dpkg-query") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("root");
    for path in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "etc"] {
        fs::create_dir_all(root.join(path)).unwrap();
    }
    fs::write(root.join("var/lib/dpkg/status"), "").unwrap();
    fs::write(root.join("etc/os-release"), "ID=debian\nVERSION_ID=12\n").unwrap();
    let own = run("dpkg", ["--print-architecture"]);
    let own = own.trim();
    let other = if own == "i386" { "amd64" } else { "i386" };
    let dpkg = |arguments: &[&OsStr]| {
        let at = format!("--root={}", root.display());
        let fixed = [at.as_ref(), "--force-not-root".as_ref()];
        run("dpkg", fixed.into_iter().chain(arguments.iter().copied()))
    };
    let install = |how: &str, name: &str, version: &str, arch: &str, more: &str| {
        dpkg(&[how.as_ref(), build_deb(folder.path(), name, version, arch, more).as_os_str()])
    };
    dpkg(&["--add-architecture".as_ref(), other.as_ref()]);
    install("-i", "plain", "1.0", own, "Source: origin (3)\nHomepage: https://example.com/\n");
    install("-i", "epoch", "2:1.0~rc1+b1-1", "all", "");
    install("-i", "both", "1-1", own, "Multi-Arch: same\n");
    install("-i", "both", "1-1", other, "Multi-Arch: same\n");
    install("-i", "upgraded", "1", "all", "");
    install("-i", "upgraded", "1.1", "all", "Section: misc\n");
    install("-i", "removed", "1", "all", "");
    dpkg(&["--remove".as_ref(), "removed".as_ref()]);
    install("--unpack", "unpacked", "7", "all", "");
    // A file of configuration stays when its package goes, and the package stays listed for it.
    let kept = folder.path().join("kept-all-1");
    fs::create_dir_all(kept.join("DEBIAN")).unwrap();
    fs::create_dir_all(kept.join("etc")).unwrap();
    fs::write(kept.join("etc/kept.conf"), "kept").unwrap();
    fs::write(kept.join("DEBIAN/conffiles"), "/etc/kept.conf\n").unwrap();
    install("-i", "kept", "1", "all", "");
    dpkg(&["--remove".as_ref(), "kept".as_ref()]);
    let list = run(
        "dpkg-query",
        ["--admindir", &root.join("var/lib/dpkg").to_string_lossy(), "-W", "-f", "${db:Status-Status}\n"],
    );
    for status in ["installed", "unpacked", "config-files"] {
        assert!(list.lines().any(|line| line == status), "{status} in {list}");
    }

    let found = packages_of(&root, &["."]);
    assert_eq!(found.findings, []);
    assert_eq!(check_dpkg(&root, &found), 6);
    for package in &found.packages {
        assert_eq!((package.files.len(), package.missing), (2, 0), "{}", package.name);
        assert_eq!(package.size, package.version.len() as u64 + 4, "{}", package.name);
        let arch = package.architecture.as_deref().unwrap();
        let told = run(
            "dpkg-query",
            [
                "--admindir",
                &root.join("var/lib/dpkg").to_string_lossy(),
                "-L",
                &format!("{}:{arch}", package.name),
            ],
        );
        let files = told.lines().filter(|path| root.join(path.trim_start_matches('/')).is_file());
        assert_eq!(files.count(), package.files.len(), "{told}");
    }
}

/// The root that the tests themselves run on, where it is one of Debian's.
#[test]
fn dpkg_of_this_machine() {
    if !Path::new("/var/lib/dpkg/status").exists() || !is_there("dpkg-query") {
        println!("SKIPPED: this machine has no packages of dpkg's to compare with");
        return;
    }
    let found = packages_of(
        Path::new("/"),
        &["var/lib/dpkg/status", "var/lib/dpkg/info", "etc/os-release", "usr/lib/os-release"],
    );
    assert_eq!(found.findings, []);
    let count = check_dpkg(Path::new("/"), &found);
    assert!(count > 0);
    println!("{count} packages are as dpkg-query lists them");
}

const SPEC: &str = "\
Name: parts
Version: 1.2
Release: 4
Summary: A package of three
License: MIT and BSD
URL: https://example.com/parts
Vendor: Example
BuildArch: noarch
%description
Parts.
%package -n later
Epoch: 2
Version: 3.0~rc1
Summary: A package with an epoch
License: GPL-2.0-or-later
%description -n later
Later.
%package -n nothing
Summary: A package without files
%description -n nothing
Nothing.
%install
mkdir -p %{buildroot}/opt/parts %{buildroot}/opt/later
echo parts > %{buildroot}/opt/parts/file
echo later > %{buildroot}/opt/later/file
%files
/opt/parts
%files -n later
/opt/later
%files -n nothing
";

const RPM_FORMAT: &str = "%{NAME}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{LICENSE}\\t%{SIZE}\\t%{SOURCERPM}\\t%{VENDOR}\\t%{URL}\\n";

/// What rpm says of a root, and what we say of it. None if this rpm cannot read that form.
fn check_rpm(root: &Path, backend: &str) -> Option<usize> {
    let database = "_dbpath /var/lib/rpm";
    let backend = format!("_db_backend {backend}");
    let root_text = root.to_string_lossy();
    let mut command = Command::new("rpm");
    command
        .args(["--root", &root_text, "--define", database, "--define", &backend, "-qa", "--qf", RPM_FORMAT]);
    let output = command.env("LC_ALL", "C").output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    if errors.contains("_db_backend") || errors.contains("dummy database") {
        println!(
            "SKIPPED: this rpm has no {backend}, so its form is compared with what another rpm listed alone"
        );
        return None;
    }
    assert!(output.status.success(), "{errors}");
    let told = lines(&String::from_utf8(output.stdout).unwrap());
    let found = packages_of(root, &["."]);
    assert_eq!(found.findings, []);
    let own = sorted(&found, PackageKind::Rpm, |package| {
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "(none)".to_owned());
        format!(
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            package.name,
            package.version,
            text(&package.architecture),
            text(&package.license),
            package.installed_size.map_or_else(|| "0".to_owned(), |size| size.to_string()),
            package.source.as_ref().map_or("(none)", |source| &source.name),
            text(&package.supplier),
            text(&package.homepage),
        )
    });
    assert_eq!(own, told, "{backend}");
    Some(told.len())
}

#[test]
fn rpm() {
    if !is_there("rpm") || !is_there("rpmbuild") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let spec = folder.path().join("parts.spec");
    fs::write(&spec, SPEC).unwrap();
    let top = format!("_topdir {}", folder.path().join("top").display());
    run("rpmbuild", ["--quiet", "-bb", "--define", &top, &spec.to_string_lossy()]);
    let built = folder.path().join("top/RPMS/noarch");
    let files: Vec<_> = fs::read_dir(built).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 3);
    let root = folder.path().join("root");
    fs::create_dir(&root).unwrap();
    let database = ["--define", "_dbpath /var/lib/rpm"];
    let root_text = root.to_string_lossy().into_owned();
    let fixed = ["--root", &root_text].into_iter().chain(database);
    // Owners are set by root alone; the database is what is compared.
    let install = fixed.clone().chain(["--nodeps", "--justdb", "-i"]).map(str::to_owned);
    run("rpm", install.chain(files.iter().map(|file| file.to_string_lossy().into_owned())));
    assert_eq!(check_rpm(&root, "sqlite"), Some(3));
    run("rpm", fixed.chain(["--nodeps", "--justdb", "-e", "parts"]));
    assert_eq!(check_rpm(&root, "sqlite"), Some(2), "what was removed is no longer listed");
}

/// The fixtures of the other forms, beside what rpm reads in them itself.
#[test]
fn rpm_of_other_forms() {
    if !is_there("rpm") {
        return;
    }
    let native = if cfg!(target_endian = "little") { "Packages.1234.gz" } else { "Packages.4321.gz" };
    for (backend, path, name) in [
        ("sqlite", "var/lib/rpm/rpmdb.sqlite", "rpmdb.sqlite.gz"),
        ("bdb_ro", "var/lib/rpm/Packages", native),
        ("ndb", "var/lib/rpm/Packages.db", "Packages.db.gz"),
    ] {
        let root = TempDir::new().unwrap();
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, fixture(name)).unwrap();
        if let Some(count) = check_rpm(root.path(), backend) {
            assert_eq!(count, 26, "{name}");
        }
    }
}

/// A root of two packages that `apk` makes and lists.
#[test]
fn apk() {
    if !is_there("apk") {
        return;
    }
    let root = TempDir::new().unwrap();
    let at = root.path().to_string_lossy().into_owned();
    run("apk", ["--root", &at, "--initdb", "add"]);
    let installed = root.path().join("lib/apk/db/installed");
    let entry = |name: &str, version: &str| {
        format!(
            "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:{name}\nV:{version}\nA:noarch\nS:1\nI:2\nT:x\nU:https://example.com\nL:MIT\n\n"
        )
    };
    fs::write(&installed, entry("one", "1.0-r0") + &entry("two", "2.3_rc1-r7")).unwrap();
    let told = lines(&run("apk", ["--root", &at, "info", "-v"]));
    let own = sorted(&packages_of(root.path(), &["."]), PackageKind::Apk, |package| {
        format!("{}-{}", package.name, package.version)
    });
    assert_eq!(own, told);
    assert_eq!(own.len(), 2);
}
