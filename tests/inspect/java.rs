//! Java archives, and what is in them.

use std::process::Command;

use layerglass::inspect::packages::PackageKind;
use layerglass::limits::Limits;

use super::support::{Layer, find, findings, names, packages, packages_within, zip};

fn properties(group: &str, artifact: &str, version: &str) -> (String, Vec<u8>) {
    let path = format!("META-INF/maven/{group}/{artifact}/pom.properties");
    (
        path,
        format!("#Generated\ngroupId={group}\nartifactId={artifact}\r\nversion = {version}\n").into_bytes(),
    )
}

fn manifest(lines: &str) -> (String, Vec<u8>) {
    (
        "META-INF/MANIFEST.MF".to_owned(),
        format!("Manifest-Version: 1.0\r\n{lines}\r\nName: other\r\nBundle-Version: 9\r\n").into_bytes(),
    )
}

#[test]
fn archives_are_what_their_properties_manifest_or_name_say() {
    let shaded = zip(&[
        manifest(
            "Bundle-License: https://example.com/license;x=y\r\nImplementation-Vendor: Exa\r\n mple\r\n",
        ),
        properties("org.example", "helper", "0.1"),
        properties("org.example", "app", "1.0"),
        ("org/example/App.class".into(), vec![0xca; 5000]),
    ]);
    let layer = Layer::default()
        .file("opt/app-1.0.jar", &shaded)
        .file("opt/named-2.3-SNAPSHOT.jar", zip(&[]))
        .file("opt/renamed.jar", zip(&[properties("com.example", "real-name", "4")]))
        .file(
            "opt/bundle.jar",
            zip(&[manifest(
                "Bundle-SymbolicName: com.example.bundle;singleton:=true\r\nBundle-Version: 5.0.1\r\n",
            )]),
        )
        .file("opt/nothing.war", zip(&[]))
        .file("opt/broken.jar", "no archive");
    let found = packages(&[layer]);
    assert_eq!(
        names(&found),
        [
            "app 1.0",
            "com.example.bundle 5.0.1",
            "helper 0.1",
            "named 2.3-SNAPSHOT",
            "nothing ",
            "real-name 4"
        ]
    );
    let app = find(&found, "app");
    assert_eq!((app.kind, app.purl.as_str()), (PackageKind::Java, "pkg:maven/org.example/app@1.0"));
    assert_eq!((app.size, app.supplier.as_deref()), (shaded.len() as u64, Some("Example")));
    assert_eq!(app.license.as_deref(), Some("https://example.com/license"));
    assert_eq!(find(&found, "helper").size, 0, "what was merged into another archive has no file");
    assert_eq!(find(&found, "named").purl, "pkg:generic/named@2.3-SNAPSHOT", "its group is not known");
    assert_eq!(findings(&found)["opt/broken.jar"], "package-file-kind");
}

#[test]
fn archives_in_archives() {
    let inner = zip(&[properties("org.example", "inner", "1.1")]);
    let library = zip(&[("lib/inner-1.1.jar".into(), inner), properties("org.example", "library", "2.2")]);
    let app = zip(&[
        ("BOOT-INF/lib/library-2.2.jar".into(), library),
        manifest("Implementation-Title: app\r\nImplementation-Version: 3.3\r\n"),
    ]);
    // Spring Boot can put a script before the archive that starts it.
    let started = [b"#!/bin/bash\nexec java -jar \"$0\"\n".as_slice(), &app].concat();
    let layer = Layer::default().file("app.jar", &started);
    let found = packages(std::slice::from_ref(&layer));
    assert_eq!(names(&found), ["app 3.3", "inner 1.1", "library 2.2"]);
    let inner = &find(&found, "inner").locations[0];
    assert_eq!(
        (inner.path.as_str(), inner.inner.as_deref()),
        ("app.jar", Some("BOOT-INF/lib/library-2.2.jar!/lib/inner-1.1.jar"))
    );
    assert_eq!(found.findings, []);

    let shallow =
        packages_within(std::slice::from_ref(&layer), &Limits { jar_depth: 1, ..Limits::default() });
    assert_eq!(names(&shallow), ["app 3.3", "library 2.2"]);
    let limit = &shallow.findings[0];
    assert!(limit.code == "limit" && limit.message.contains("jarDepth"), "{limit:?}");
    for limits in
        [Limits { jar_bytes: 50, ..Limits::default() }, Limits { jar_entries: 3, ..Limits::default() }]
    {
        let few = packages_within(std::slice::from_ref(&layer), &limits);
        assert!(
            few.packages.len() < 3 && few.findings.iter().any(|finding| finding.code == "limit"),
            "{few:?}"
        );
    }
}

/// A member that unpacks to something else than its checksum says.
#[test]
fn damage_in_an_archive_is_told() {
    let mut archive = zip(&[properties("org.example", "app", "1.0")]);
    let at = archive.windows(8).position(|bytes| bytes == b"groupId=").unwrap();
    archive[at] ^= 1;
    let found = packages(&[Layer::default().file("opt/app-1.0.jar", &archive)]);
    assert_eq!(find(&found, "app").purl, "pkg:generic/app@1.0", "the name still tells");
    assert_eq!(findings(&found)["opt/app-1.0.jar"], "package-file-damaged");
}

/// Archives as Python's `zipfile` writes them: deflated, into a stream, and with 64-bit fields.
#[test]
fn archives_that_another_program_wrote() {
    let program = "\
import io, sys, zipfile
class Stream(io.RawIOBase):
    def writable(self): return True
    def write(self, data): sys.stdout.buffer.write(data); return len(data)
inner = io.BytesIO()
with zipfile.ZipFile(inner, 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('META-INF/maven/g/inner/pom.properties', 'groupId=g\\nartifactId=inner\\nversion=2\\n')
with zipfile.ZipFile(Stream(), 'w', zipfile.ZIP_DEFLATED) as z:
    for i in range(int(sys.argv[1])): z.writestr('filler/%d' % i, '')
    with z.open('WEB-INF/lib/inner.jar', 'w', force_zip64=True) as f: f.write(inner.getvalue())
    z.comment = b'a comment PK'
";
    // More members than 16 bits count have the large form of the directory.
    for count in ["2", "70000"] {
        let run = match Command::new("python3").args(["-c", program, count]).output() {
            Ok(run) => run,
            Err(error) => {
                eprintln!("SKIPPED: python3 cannot be run: {error}");
                return;
            }
        };
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let found = packages(&[Layer::default().file("srv/site.war", &run.stdout)]);
        assert_eq!(names(&found), ["inner 2", "site "], "{:?}", found.findings);
        assert_eq!(found.findings, []);
    }
}
