//! Packages and issues of an image file on disk.

use std::io::Write;

use layerglass::fs::{ImageFile, OpenOptions};
use layerglass::image::ImageConfig;
use layerglass::inspect::lint::{LintOptions, Rule};

use super::build::docker_archive;
use super::support::{Layer, fixture, packages, zip};

fn layers() -> Vec<Layer> {
    let jar = zip(&[
        ("META-INF/maven/g/a/pom.properties".into(), b"groupId=g\nartifactId=a\nversion=1\n".to_vec()),
        ("filler".into(), vec![7; 300 << 10]),
    ]);
    vec![
        Layer::default()
            .file("etc/os-release", "ID=debian\nVERSION_ID=12\n")
            .file("var/lib/dpkg/status", "Package: base\nVersion: 1\nStatus: install ok installed\n")
            .file("var/lib/dpkg/info/base.list", "/etc/os-release\n"),
        Layer::default()
            .file("filler", vec![1; 300 << 10])
            .file("opt/a-1.jar", jar)
            .file("var/lib/rpm/rpmdb.sqlite", fixture("rpmdb.sqlite.gz"))
            .file("var/lib/dpkg/status", "Package: base\nVersion: 2\nStatus: install ok installed\n")
            .file("app/node_modules/x/package.json", r#"{"name":"x","version":"1"}"#),
        Layer::default().with_mode("etc/open", 0o666, "-----BEGIN"),
    ]
}

/// Read from a file of several layers, one of them compressed: the same as from the bytes themselves.
#[test]
fn packages_of_an_image_file() {
    let layers = layers();
    let mut tars: Vec<Vec<u8>> = layers.iter().map(Layer::tar).collect();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&tars[1]).unwrap();
    tars[1] = encoder.finish().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    std::fs::write(&path, docker_archive(&tars).end()).unwrap();
    let mut file = ImageFile::open(&path, &OpenOptions::default()).unwrap();
    assert!(file.packages(0).is_err(), "the layers must have been scanned");
    file.scan().unwrap();
    let found = file.packages(0).unwrap();
    assert_eq!(found, packages(&layers));
    assert_eq!(found.findings, []);
    assert_eq!((found.packages.len(), found.removed.len()), (29, 1));

    let config = br#"{"architecture":"amd64","os":"linux","config":{"User":"1"},"rootfs":{"type":"layers","diff_ids":[]}}"#;
    let config = ImageConfig::parse(config.to_vec(), &Default::default()).unwrap();
    let (issues, more) = file.lint(0, &config, &LintOptions::default()).unwrap();
    assert_eq!((issues.len(), more, issues[0].rule), (1, 0, Rule::WorldWritable));

    // What cannot be read any more is told.
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let broken = file.packages(0).unwrap();
    assert!(
        broken.findings.iter().all(|finding| finding.code == "package-file-unreadable"),
        "{:?}",
        broken.findings
    );
    assert!(!broken.findings.is_empty() && broken.packages.len() < 29);
}

/// A file that is compressed as a whole, with a compressed layer in it: layers lie in what it unpacks to, and are found there.
#[test]
fn what_is_in_an_image_file_that_is_compressed_as_a_whole() {
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let mut layers = layers();
    layers.push(Layer::default().file("app/key", "AKIAIOSFODNN7EXAMPLQ\n".repeat(2)));
    let mut tars: Vec<Vec<u8>> = layers.iter().map(Layer::tar).collect();
    tars[1] = gzip(&tars[1]);
    let plain = docker_archive(&tars).end();
    let config = br#"{"architecture":"amd64","os":"linux","config":{"User":"1"},"rootfs":{"type":"layers","diff_ids":[]}}"#;
    let config = ImageConfig::parse(config.to_vec(), &Default::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let look = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let mut file = ImageFile::open(&path, &OpenOptions::default()).unwrap();
        file.scan().unwrap();
        (file.packages(0).unwrap(), file.lint(0, &config, &LintOptions::default()).unwrap())
    };
    let found = look("image.tar", &plain);
    assert_eq!(look("image.tar.gz", &gzip(&plain)), found);
    assert_eq!(found.0, packages(&layers));
    let (issues, _) = found.1;
    assert!(issues.iter().any(|issue| issue.path.as_deref() == Some("app/key") && issue.offset == Some(0)));
}
