//! What is written is the same each time and everywhere, and nothing half-done of it is ever seen.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use layerglass::archive::{ArchiveFormat, ImageChoice, LayerEncoding, LayoutError, Selection};
use layerglass::codec::Encoding;
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{ConvertOptions, ImageFile, OpenOptions, WriteError, WriteTarget};
use layerglass::image::Platform;

use crate::build::{Tar, digest, docker_archive};
use crate::children;
use crate::convert::{FORMATS, SOURCES, convert, fixture, images, opened};
use crate::disk::Disk;

/// All files of a folder with their contents, links not followed.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in walk(folder) {
        let name = entry.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        let contents = match fs::read_link(&entry) {
            Ok(target) => target.to_string_lossy().into_owned().into_bytes(),
            Err(_) => fs::read(&entry).unwrap_or_default(),
        };
        found.push((name, contents));
    }
    found.sort();
    found
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.symlink_metadata().unwrap().is_dir() {
            found.extend(walk(&path));
        }
        found.push(path);
    }
    found
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Every layout with layers as they are and compressed anew.
fn ways() -> Vec<ConvertOptions> {
    let mut ways = Vec::new();
    for format in FORMATS {
        ways.push(ConvertOptions::new(format));
        if format != ArchiveFormat::Docker {
            for encoding in [Encoding::GZIP.with_level(1), Encoding::ZSTD] {
                let mut way = ConvertOptions::new(format);
                way.write.encoding = LayerEncoding::Encode(encoding);
                ways.push(way);
            }
        }
    }
    ways
}

#[test]
fn files_streams_and_any_number_of_threads_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let sources = [
        "quirks.docker20.tar",
        "quirks.zstd.oci.tar",
        "legacy-v1.tar",
        "quirks.docker20.tar.xz",
        "multiarch.oci",
    ];
    assert!(sources.iter().all(|source| SOURCES.contains(source)));
    for source in sources {
        for way in ways() {
            if way.write.format == ArchiveFormat::Dir {
                continue;
            }
            let path = folder.path().join("a");
            convert(&fixture(source), &path, false, &way).unwrap();
            let first = fs::read(&path).unwrap();
            fs::remove_file(&path).unwrap();
            let mut one = way.clone();
            one.sink.threads = std::num::NonZero::new(1);
            convert(&fixture(source), &path, false, &one).unwrap();
            assert!(fs::read(&path).unwrap() == first, "{source} {way:?}: on one thread");
            fs::remove_file(&path).unwrap();
            // What was scanned before makes no difference.
            let file = opened(&fixture(source));
            let mut stream = Vec::new();
            file.convert(WriteTarget::Stream(&mut stream), &way).unwrap();
            assert!(stream == first, "{source} {way:?}: scanned, into a stream");
            let file = ImageFile::open(fixture(source), &OpenOptions::default()).unwrap();
            let mut stream = Vec::new();
            file.convert(WriteTarget::Stream(&mut stream), &way).unwrap();
            assert!(stream == first, "{source} {way:?}: into a stream");
        }
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn folders_are_the_same_each_time_and_hold_what_the_tar_holds() {
    let folder = tempfile::tempdir().unwrap();
    for way in ways() {
        let (one, two) = (folder.path().join("1"), folder.path().join("2"));
        for path in [&one, &two] {
            convert(&fixture("quirks.docker28.tar"), path, true, &way).unwrap();
        }
        assert_eq!(files(&one), files(&two), "{way:?}");
        if way.write.format != ArchiveFormat::Dir {
            let tar = folder.path().join("tar");
            convert(&fixture("quirks.docker28.tar"), &tar, false, &way).unwrap();
            let unpacked = folder.path().join("unpacked");
            fs::create_dir(&unpacked).unwrap();
            let status =
                std::process::Command::new("tar").arg("-xf").arg(&tar).arg("-C").arg(&unpacked).status();
            assert!(status.unwrap().success());
            assert_eq!(files(&unpacked), files(&one), "{way:?}");
            fs::remove_dir_all(&unpacked).unwrap();
            fs::remove_file(&tar).unwrap();
        }
        for path in [&one, &two] {
            fs::remove_dir_all(path).unwrap();
        }
    }
}

#[test]
fn writing_again_what_was_written_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for way in ways() {
        let (one, two) = (folder.path().join("1"), folder.path().join("2"));
        let into_folder = way.write.format == ArchiveFormat::Dir;
        convert(&fixture("quirks.docker20.tar"), &one, into_folder, &way).unwrap();
        convert(&one, &two, into_folder, &way).unwrap();
        if into_folder {
            assert_eq!(files(&one), files(&two));
            fs::remove_dir_all(&one).unwrap();
            fs::remove_dir_all(&two).unwrap();
        } else {
            assert!(fs::read(&one).unwrap() == fs::read(&two).unwrap(), "{way:?}");
            fs::remove_file(&one).unwrap();
            fs::remove_file(&two).unwrap();
        }
    }
}

#[test]
fn images_are_selected_by_name_id_position_and_platform() {
    let folder = tempfile::tempdir().unwrap();
    let select = |source: &str, selection: Selection| {
        let mut options = ConvertOptions::new(ArchiveFormat::Oci);
        options.selection = selection;
        let path = folder.path().join("selected");
        let report = convert(&fixture(source), &path, false, &options)?;
        let found = images(&opened(&path));
        fs::remove_file(&path).unwrap();
        Ok::<_, WriteError>((found, report))
    };
    let all = images(&opened(&fixture("shared.docker20.tar")));
    let (id_a, image_a) =
        all.iter().find(|(_, image)| image.names.contains("docker.io/library/shared:a")).unwrap();
    for choice in [
        ImageChoice::Name("shared:a".to_owned()),
        ImageChoice::Name("docker.io/library/shared:a".to_owned()),
        ImageChoice::Name(id_a.clone()),
        ImageChoice::Index(0),
    ] {
        let selection = Selection { images: vec![choice.clone()], ..Selection::default() };
        let (found, report) = select("shared.docker20.tar", selection).unwrap();
        assert_eq!(found.get(id_a), Some(image_a), "{choice:?}");
        assert_eq!((found.len(), report.images.len(), report.dropped.len()), (1, 1, 1), "{choice:?}");
    }
    let missing = Selection { images: vec![ImageChoice::Name("nothing".to_owned())], ..Selection::default() };
    let error = select("shared.docker20.tar", missing).unwrap_err();
    assert!(matches!(error, WriteError::Layout(LayoutError::NotFound { .. })), "{error}");
    let before = opened(&fixture("multiarch.oci")).archive().data();
    for image in before.images.iter().filter(|image| image.role == layerglass::archive::Role::Image) {
        let platform = image.platform.clone().unwrap();
        let (found, report) =
            select("multiarch.oci", Selection { platforms: vec![platform], ..Selection::default() }).unwrap();
        assert_eq!(found.keys().collect::<Vec<_>>(), [image.id.as_ref().unwrap()]);
        assert_eq!(found.values().next().unwrap().names.iter().cloned().collect::<Vec<_>>(), image.names);
        assert_eq!(report.images[0].manifest, image.manifest_digest);
    }
    let none = Selection { platforms: vec![Platform::new("plan9", "mips")], ..Selection::default() };
    let error = select("multiarch.oci", none).unwrap_err();
    assert!(matches!(error, WriteError::Layout(LayoutError::Empty)), "{error}");
}

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
    const TEST: &str = "write::a_process_that_is_killed_leaves_nothing_that_the_next_does_not_remove";
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

/// What Docker of 2020 and of 2025 saved, written again from what was read of it, is the same file: but for what Docker
/// takes from the clock or from chance, and for images without names that the newer one forgets to list.
#[test]
fn archives_that_docker_saved_are_written_as_docker_did() {
    let Some(vectors) = std::env::var_os("LAYERGLASS_VECTORS") else {
        println!("LAYERGLASS_VECTORS IS NOT SET, WHAT DOCKER SAVED WAS NOT WRITTEN AGAIN");
        return;
    };
    let seeds = Path::new(&vectors).join("seeds");
    let folder = tempfile::tempdir().unwrap();
    let mut same = 0;
    for (prefix, format) in
        [("moby-save-2020-", ArchiveFormat::Docker), ("moby-save-v29-", ArchiveFormat::DockerOci)]
    {
        let wanted =
            names(&seeds).into_iter().filter(|name| name.starts_with(prefix) && name.ends_with(".tar"));
        for name in wanted.filter(|name| !name.contains("legacyonly")) {
            let path = folder.path().join(&name);
            convert(&seeds.join(&name), &path, false, &ConvertOptions::new(format)).unwrap();
            let (golden, ours) = (fs::read(seeds.join(&name)).unwrap(), fs::read(&path).unwrap());
            let (golden, ours) = (members(&golden), members(&ours));
            let paths = |members: &[(String, String, Vec<u8>)]| -> Vec<String> {
                members.iter().map(|(path, ..)| path.clone()).collect()
            };
            assert_eq!(paths(&ours), paths(&golden), "{name}");
            // The folder of a layer that is a link has the time of saving.
            let linked: Vec<&str> = golden
                .iter()
                .filter(|(.., header, _)| header.contains(" -> "))
                .filter_map(|(path, ..)| path.split('/').next())
                .collect();
            for ((path, header, contents), (_, our_header, our_contents)) in golden.iter().zip(&ours) {
                if name == "moby-save-v29-3.tar" && path == "index.json" {
                    // Two images without names, of which it lists one.
                    assert!(our_contents.len() > contents.len());
                    continue;
                }
                assert!(contents == our_contents, "{name} {path}");
                let is_linked = path.split('/').next().is_some_and(|folder| linked.contains(&folder));
                if !is_linked {
                    assert_eq!(our_header, header, "{name} {path}");
                }
                same += 1;
            }
        }
    }
    assert!(same > 100, "{same}");
}

/// Path, header and contents of each member: of the header its mode, owner, group, time and link.
fn members(tar: &[u8]) -> Vec<(String, String, Vec<u8>)> {
    let mut members = Vec::new();
    let mut at = 0;
    while tar[at..].len() >= 512 && tar[at] != 0 {
        let header = &tar[at..at + 512];
        let text = |range: std::ops::Range<usize>| {
            let field = &header[range];
            let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
            String::from_utf8_lossy(&field[..end]).into_owned()
        };
        let number = |range| u64::from_str_radix(text(range).trim(), 8).unwrap();
        let size = number(124..136) as usize;
        let said = format!(
            "{:o} {} {} {} {} -> {}",
            number(100..108),
            number(108..116),
            number(116..124),
            number(136..148),
            text(156..157),
            text(157..257)
        );
        let said = said.trim_end_matches("-> ").to_owned();
        members.push((text(0..100), said, tar[at + 512..at + 512 + size].to_vec()));
        at += 512 + size.next_multiple_of(512);
    }
    members
}
