//! The databases of distributions.

use layerglass::inspect::packages::PackageKind;

use super::support::{Layer, find, findings, fixture, names, packages};

const STATUS: &str = "\
Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Source: glibc (2.36-9)
Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>
Version: 2.36-9+deb12u4
Installed-Size: 12
Homepage: https://www.gnu.org/software/libc/libc.html
Description: shared libraries
 Contains the standard libraries.
 .
 Package: not a field

Package: gone
Status: deinstall ok config-files
Version: 1.0
Architecture: all

Package: half
Status: install ok half-configured
Version: 2:1.0~rc1-1
Architecture: all
";

#[test]
fn dpkg_with_its_lists() {
    let layer = Layer::default()
        .file("usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='Debian GNU/Linux 12'\n")
        .symlink("etc/os-release", "../usr/lib/os-release")
        .symlink("lib", "usr/lib")
        .file("var/lib/dpkg/status", STATUS)
        .file(
            "var/lib/dpkg/info/libc6:amd64.list",
            "/.\n/lib\n/lib/libc.so.6\n/usr/share/doc/libc6/copyright\n/lib/hard\n",
        )
        .file("var/lib/dpkg/info/half.list", "/.\n")
        .file("usr/lib/libc.so.6", [b'x'; 1000])
        .hardlink("usr/lib/hard", "usr/lib/libc.so.6");
    let found = packages(&[layer]);
    assert_eq!(names(&found), ["half 2:1.0~rc1-1", "libc6 2.36-9+deb12u4"]);
    let libc = find(&found, "libc6");
    assert_eq!(libc.kind, PackageKind::Deb);
    assert_eq!(libc.purl, "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12");
    assert_eq!(find(&found, "half").purl, "pkg:deb/debian/half@2:1.0~rc1-1?arch=all&distro=debian-12");
    let source = libc.source.as_ref().unwrap();
    assert_eq!((source.name.as_str(), source.version.as_deref()), ("glibc", Some("2.36-9")));
    assert_eq!((libc.installed_size, libc.size), (Some(12 << 10), 1000), "a file with two names counts once");
    assert_eq!((libc.files.len(), libc.missing), (3, 1), "through the link `lib`, which is listed too");
    assert_eq!(found.distribution.as_ref().unwrap().pretty_name.as_deref(), Some("Debian GNU/Linux 12"));
    assert_eq!(found.findings, []);
}

#[test]
fn distroless_images_have_a_file_a_package() {
    let layer = Layer::default()
        .file("var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n")
        .file("var/lib/dpkg/status.d/base.md5sums", "d41d8cd98f00b204e9800998ecf8427e  etc/debian_version\n")
        .file("etc/debian_version", "12.4\n");
    let found = packages(&[layer]);
    let base = find(&found, "base-files");
    assert_eq!((base.size, base.files.len()), (5, 1));
    assert_eq!(base.locations[0].path, "var/lib/dpkg/status.d/base");
}

#[test]
fn each_package_is_of_the_layer_that_brought_it() {
    let status = |names: &[&str]| {
        let one = |name: &&str| format!("Package: {name}\nVersion: 1\nStatus: install ok installed\n\n");
        names.iter().map(one).collect::<String>()
    };
    let layers = [
        Layer::default().file("var/lib/dpkg/status", status(&["base", "removed"])),
        Layer::default().file("etc/motd", "no package"),
        Layer::default().file("var/lib/dpkg/status", status(&["base", "removed", "added"])),
        Layer::default().file("var/lib/dpkg/status", status(&["added", "base", "last"])),
    ];
    let found = packages(&layers);
    assert_eq!(["added", "base", "last"].map(|name| find(&found, name).layer), [2, 0, 3]);
    let removed = &found.removed;
    assert_eq!(removed.len(), 1);
    assert_eq!(
        (removed[0].name.as_str(), removed[0].last_layer, removed[0].removed_in),
        ("removed", 2, Some(3))
    );

    // The database itself can be removed, to hide packages or to save room.
    let mut hidden = layers.to_vec();
    hidden.push(Layer::default().file("var/lib/dpkg/.wh.status", ""));
    let found = packages(&hidden);
    assert_eq!(names(&found), [""; 0]);
    assert_eq!(found.removed.len(), 4);
    assert_eq!(findings(&found)["var/lib/dpkg/status"], "package-database-removed");
}

#[test]
fn apk_with_its_paths() {
    let installed = "\
C:Q1abcdefghijklmnopqrstuvwxyz0123456=
P:musl
V:1.2.4-r2
A:x86_64
S:390000
I:622592
T:the musl c library
U:https://musl.libc.org/
L:MIT
o:musl
m:Timo Teras <timo.teras@iki.fi>
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
R:gone

P:zlib
V:1.3-r0
A:x86_64
L:Zlib
F:usr/lib
R:libz.so.1
F:lib
R:also
";
    let layer = Layer::default()
        .file("etc/os-release", "ID=alpine\nVERSION_ID=3.18.4\n")
        .file("lib/apk/db/installed", installed)
        .file("lib/ld-musl-x86_64.so.1", [0; 700])
        .file("usr/lib/libz.so.1", [0; 50])
        .file("lib/also", [0; 5]);
    let found = packages(&[layer]);
    assert_eq!(names(&found), ["musl 1.2.4-r2", "zlib 1.3-r0"]);
    let musl = find(&found, "musl");
    assert_eq!(musl.purl, "pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64&distro=alpine-3.18.4");
    assert_eq!((musl.size, musl.missing, musl.installed_size), (700, 1, Some(622_592)));
    assert_eq!((musl.license.as_deref(), musl.source.as_ref().unwrap().name.as_str()), (Some("MIT"), "musl"));
    assert_eq!(find(&found, "zlib").size, 55);
}

/// What `rpm -qa` says of the same database, line by line.
fn rpm_lines() -> Vec<String> {
    let text = std::fs::read_to_string("tests/fixtures/inspect/rpm.tsv").unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn rpm_in_all_three_forms() {
    let forms = [
        ("var/lib/rpm/rpmdb.sqlite", "rpmdb.sqlite.gz"),
        ("usr/lib/sysimage/rpm/Packages.db", "Packages.db.gz"),
        ("var/lib/rpm/Packages", "Packages.1234.gz"),
        ("var/lib/rpm/Packages", "Packages.4321.gz"),
    ];
    for (path, name) in forms {
        let layer = Layer::default()
            .file("etc/os-release", "ID=fedora\nVERSION_ID=40\n")
            .file(path, fixture(name))
            .file("usr/share/parts/many/a-file-of-many-7", "12345")
            .file("opt/later/file", "later\n");
        let found = packages(&[layer]);
        assert_eq!(found.findings, [], "{name}");
        let mut lines: Vec<String> = Vec::new();
        for package in &found.packages {
            let (epoch, version) = package.version.split_once(':').unwrap_or(("0", &package.version));
            lines.push(format!(
                "{}\t{epoch}\t{version}\t{}\t{}\t{}\t{}",
                package.name,
                package.architecture.as_deref().unwrap(),
                package.license.as_deref().unwrap(),
                package.installed_size.unwrap(),
                package.source.as_ref().unwrap().name,
            ));
        }
        lines.sort();
        assert_eq!(lines, rpm_lines(), "{name}");
        let parts = find(&found, "parts");
        assert_eq!((parts.size, parts.missing, parts.files.len()), (5, 119, 1), "{name}");
        assert_eq!(parts.supplier.as_deref(), Some("Example"));
        let later = find(&found, "later");
        assert_eq!(later.purl, "pkg:rpm/fedora/later@1.2.3-4?arch=noarch&distro=fedora-40&epoch=2");
        assert_eq!((later.size, later.locations[0].path.as_str()), (6, path));
    }
}

/// Whatever is damaged costs itself alone, and is told.
#[test]
fn damage_in_a_database_is_told() {
    for (name, path) in [
        ("rpmdb.sqlite.gz", "var/lib/rpm/rpmdb.sqlite"),
        ("Packages.db.gz", "var/lib/rpm/Packages.db"),
        ("Packages.1234.gz", "var/lib/rpm/Packages"),
    ] {
        let whole = fixture(name);
        let all = rpm_lines().len();
        for length in [0, 10, 100, 5000, whole.len() / 2] {
            let found = packages(&[Layer::default().file(path, &whole[..length])]);
            assert!(found.packages.len() < all, "{name} of {length} bytes");
            assert_eq!(found.findings.is_empty(), length == 0, "{name} of {length} bytes");
        }
        let mut changed = whole.clone();
        // The index of this package's header stands before its name.
        let name_at = whole.windows(12).position(|bytes| bytes == b"part7\x001.2.3\0").unwrap();
        changed[name_at - 1100..name_at].fill(0xff);
        let found = packages(&[Layer::default().file(path, &changed)]);
        assert!(names(&found).iter().all(|name| name != "part7 1.2.3-4"), "{name}");
        assert!(found.packages.len() >= all - 3, "{name}: {}", found.packages.len());
        assert_ne!(found.findings, [], "{name}");
    }
}
