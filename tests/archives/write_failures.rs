//! Whatever happens while something is written, nothing half-done of it is ever seen.

use std::fs;
use std::ops::ControlFlow;

use layerglass::archive::{ArchiveFormat, LayerEncoding, LayoutError};
use layerglass::codec::Encoding;
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{ConvertOptions, ImageFile, OpenOptions, WriteError, WriteTarget};

use crate::build::{Tar, digest, docker_archive};
use crate::children;
use crate::convert::{convert, fixture, images, opened};
use crate::disk::Disk;
use crate::write::{names, ways};

#[test]
fn a_bad_file_leaves_nothing_behind_and_the_entry_is_named() {
    let layer = Tar::default().file("a", vec![7; 9000]).end();
    let other = Tar::default().file("b", vec![8; 9000]).end();
    let good = docker_archive(&[layer.clone(), other.clone()]).end();
    // One byte of a layer is another.
    let mut changed = good.clone();
    let at = changed.windows(9000).position(|window| window.iter().all(|byte| *byte == 8)).unwrap();
    changed[at + 100] = 9;
    // The file ends in a layer.
    let cut = good[..at + 200].to_vec();
    let config = format!(
        r#"{{"os":"linux","architecture":"amd64","rootfs":{{"type":"layers","diff_ids":["{}","{}"]}}}}"#,
        digest(&layer),
        digest(&other)
    );
    let list = |config: &str, layers: &str| {
        format!(r#"[{{"Config":"{config}","RepoTags":["a:1"],"Layers":[{layers}]}}]"#)
    };
    let made = |tar: Tar, config_name: &str, layers: &str| {
        tar.file(config_name, &config).file("manifest.json", list(config_name, layers)).end()
    };
    let circle = Tar::default().file("0", &layer).symlink("x", "y").symlink("y", "x");
    let wrong_id = format!("{}.json", "0".repeat(64));
    let cases: [(&str, Vec<u8>, &str, Option<&str>); 7] = [
        ("a layer of other contents", changed, "layer-copy-diff-id", Some("1/layer.tar")),
        ("a layer that is cut", cut, "absent", None),
        (
            "a missing layer",
            made(Tar::default().file("0", &layer), "c.json", r#""0","1""#),
            "layout-layer-absent",
            None,
        ),
        ("links in a circle", made(circle, "c.json", r#""0","x""#), "layout-layer-absent", None),
        (
            "too few layers",
            made(Tar::default().file("0", &layer), "c.json", r#""0""#),
            "layout-layer-absent",
            None,
        ),
        (
            "one layer twice for two",
            made(Tar::default().file("0", &layer), "c.json", r#""0","0""#),
            "layer-copy-diff-id",
            Some("0"),
        ),
        (
            "a config that is not its name",
            made(Tar::default().file("0", &layer).file("1", &other), &wrong_id, r#""0","1""#),
            "layout-digest",
            None,
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (what, bytes, code, entry) in cases {
        let source = tempfile::tempdir().unwrap();
        let path = source.path().join("bad.tar");
        fs::write(&path, bytes).unwrap();
        for way in ways() {
            for into_folder in [false, true] {
                if way.write.format == ArchiveFormat::Dir && !into_folder {
                    continue;
                }
                let target = folder.path().join("target");
                let error = convert(&path, &target, into_folder, &way).expect_err(what);
                if code != "absent" {
                    assert_eq!(error.code(), code, "{what}: {error}");
                }
                if let Some(entry) = entry {
                    assert_eq!(error.path().as_deref(), Some(entry), "{what}: {error}");
                    assert_eq!(error.kind(), ErrorKind::Corrupt);
                }
                assert!(names(folder.path()).is_empty(), "{what}: {:?}", names(folder.path()));
            }
        }
    }
}

#[test]
fn what_is_there_stays_unless_it_is_to_be_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    fs::write(&target, "mine").unwrap();
    let mut way = ConvertOptions::new(ArchiveFormat::Docker);
    for into_folder in [false, true] {
        let error = convert(&fixture("quirks.docker20.tar"), &target, into_folder, &way).unwrap_err();
        assert!(matches!(error, WriteError::Exists { .. }), "{error}");
        assert_eq!(fs::read(&target).unwrap(), b"mine");
    }
    way.sink.replace = true;
    convert(&fixture("quirks.docker20.tar"), &target, false, &way).unwrap();
    assert_eq!(images(&opened(&target)).len(), 1);
    assert_eq!(names(folder.path()), ["target"]);
    let mut out = Vec::new();
    let file = ImageFile::open(fixture("quirks.docker20.tar"), &OpenOptions::default()).unwrap();
    let error = file.convert(WriteTarget::Stream(&mut out), &ConvertOptions::new(ArchiveFormat::Dir));
    assert!(matches!(error, Err(WriteError::FolderOnly)) && out.is_empty());
}

#[test]
fn whoever_waits_hears_of_every_layer_and_can_end_it() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    let file = ImageFile::open(fixture("quirks.docker20.tar"), &OpenOptions::default()).unwrap();
    let options = ConvertOptions::new(ArchiveFormat::Oci);
    let mut heard = Vec::new();
    let report = file
        .convert_with(WriteTarget::File(target.clone()), &options, &mut |progress| {
            heard.push((progress.entry.clone(), progress.written));
            ControlFlow::Continue(())
        })
        .unwrap();
    for layer in &report.layers {
        assert!(heard.iter().any(|(_, written)| *written == layer.written_size), "{layer:?}");
    }
    fs::remove_file(&target).unwrap();
    let count = heard.len();
    for after in 0..count {
        let mut heard = 0;
        let error = file
            .convert_with(WriteTarget::File(target.clone()), &options, &mut |_| {
                heard += 1;
                if heard > after { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .unwrap_err();
        assert!(matches!(error, WriteError::Aborted), "{error}");
        assert!(names(folder.path()).is_empty());
    }
}

#[test]
fn on_a_full_disk_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path().join("disk"), 4 << 20) else { return };
    let mut failed = 0;
    for way in ways() {
        for into_folder in [false, true] {
            if way.write.format == ArchiveFormat::Dir && !into_folder {
                continue;
            }
            for pages in [0, 1, 3, 10, 40, 200] {
                disk.fill(pages);
                let target = disk.0.join("target");
                match convert(&fixture("quirks.docker20.tar.xz"), &target, into_folder, &way) {
                    Ok(_) => {
                        assert_eq!(images(&opened(&target)).len(), 1);
                        if into_folder { fs::remove_dir_all(&target) } else { fs::remove_file(&target) }
                            .unwrap();
                    }
                    Err(error) => {
                        assert!(matches!(error, WriteError::Full { .. }), "{pages}: {error}");
                        failed += 1;
                    }
                }
                assert_eq!(names(&disk.0), ["filler"], "{pages} {way:?}");
                disk.free();
            }
        }
    }
    assert!(failed > 30, "{failed}");
}

#[test]
fn a_process_that_is_killed_leaves_nothing_that_the_next_does_not_remove() {
    const TEST: &str =
        "write_failures::a_process_that_is_killed_leaves_nothing_that_the_next_does_not_remove";
    if let Some((folder, number)) = children::started() {
        // The child: it writes the same over and over.
        loop {
            let mut way = ConvertOptions::new(ArchiveFormat::Oci);
            way.sink.replace = true;
            if number % 2 == 0 {
                way.write.encoding = LayerEncoding::Encode(Encoding::GZIP);
            }
            let target = folder.join("out/target");
            let into_folder = number % 3 == 0;
            if into_folder && target.exists() {
                fs::remove_dir_all(&target).unwrap();
            }
            fs::write(folder.join("log"), "begun").unwrap();
            convert(&fixture("quirks.docker20.tar"), &target, into_folder, &way).unwrap();
        }
    }
    let mut left = 0;
    for seed in 0..60 {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        fs::create_dir(&out).unwrap();
        children::kill(TEST, folder.path(), seed, 30_000);
        let target = out.join("target");
        let staged = names(&out).into_iter().filter(|name| name != "target").count();
        left += staged;
        if target.exists() && seed % 3 != 0 {
            // Whatever stands at the place is whole.
            assert_eq!(images(&opened(&target)).len(), 1);
        }
        let mut way = ConvertOptions::new(ArchiveFormat::Oci);
        way.sink.replace = true;
        if target.is_dir() {
            fs::remove_dir_all(&target).unwrap();
        }
        convert(&fixture("quirks.docker20.tar"), &target, false, &way).unwrap();
        assert_eq!(names(&out), ["target"]);
    }
    println!("{left} of 60 killed processes left something behind");
    assert!(left > 0);
}

#[test]
fn a_digest_that_is_a_path_names_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    fs::create_dir(&source).unwrap();
    fs::write(source.join("b"), "{}").unwrap();
    let manifest = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
        "config":{"mediaType":"application/x","digest":"sha256:a/../b","size":2},"layers":[]}"#;
    fs::write(source.join("manifest.json"), manifest).unwrap();
    fs::write(source.join("version"), "Directory Transport Version: 1.1\n").unwrap();
    for format in [ArchiveFormat::Dir, ArchiveFormat::Oci, ArchiveFormat::DockerOci] {
        let target = folder.path().join("target");
        let error = convert(&source, &target, true, &ConvertOptions::new(format)).unwrap_err();
        assert!(
            matches!(error, WriteError::Layout(LayoutError::Digest { .. } | LayoutError::Empty)),
            "{error}"
        );
        assert_eq!(names(folder.path()), ["source"]);
    }
}

#[test]
fn a_large_index_is_not_copied_for_each_of_its_images() {
    let layout = tempfile::tempdir().unwrap();
    let blobs = layout.path().join("blobs/sha256");
    fs::create_dir_all(&blobs).unwrap();
    let put = |bytes: &[u8]| {
        let digest = digest(bytes);
        fs::write(blobs.join(&digest["sha256:".len()..]), bytes).unwrap();
        digest
    };
    let config = br#"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers"}}"#;
    let config = format!(
        r#"{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{}","size":{}}}"#,
        put(config),
        config.len()
    );
    const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    let manifests: Vec<String> = (0..2000)
        .map(|number| {
            let manifest = format!(
                r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","config":{config},"layers":[],"annotations":{{"n":"{number}"}}}}"#
            );
            let digest = put(manifest.as_bytes());
            let note = "x".repeat(2000);
            format!(
                r#"{{"mediaType":"{MANIFEST}","digest":"{digest}","size":{},"annotations":{{"note":"{note}"}}}}"#,
                manifest.len()
            )
        })
        .collect();
    let index = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{}]}}"#,
        manifests.join(",")
    );
    let digest = put(index.as_bytes());
    let top = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"{digest}","size":{}}}]}}"#,
        index.len()
    );
    fs::write(layout.path().join("index.json"), top).unwrap();
    fs::write(layout.path().join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    // 4 MB for each of 2,000 images would be 8 GB.
    let file = ImageFile::open(layout.path(), &OpenOptions::default()).unwrap();
    let since = std::time::Instant::now();
    let mut stream = Vec::new();
    let report =
        file.convert(WriteTarget::Stream(&mut stream), &ConvertOptions::new(ArchiveFormat::Oci)).unwrap();
    assert_eq!(report.images.len(), 2000);
    assert!(stream.len() < 40_000_000 && since.elapsed().as_secs() < 60, "{:?}", since.elapsed());
}
