//! What is written is the same each time and everywhere.

use std::fs;
use std::path::Path;

use layerglass::archive::{ArchiveFormat, ImageChoice, LayerEncoding, LayoutError, Selection};
use layerglass::codec::Encoding;
use layerglass::fs::{ConvertOptions, ImageFile, OpenOptions, WriteError, WriteTarget};
use layerglass::image::Platform;

use crate::build::{Tar, digest};
use crate::convert::{FORMATS, SOURCES, convert, fixture, images, opened};

/// All files of a folder with their contents, links not followed.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
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

pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Every layout with layers as they are and compressed anew.
pub fn ways() -> Vec<ConvertOptions> {
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

/// Bytes as a program writes them that reads them from a pipe.
fn piped(program: &str, bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child =
        Command::new(program).arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect(program);
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    child.wait_with_output().unwrap().stdout
}

#[test]
fn layers_in_compressions_that_manifests_have_no_words_for_become_plain() {
    let layers: Vec<Vec<u8>> =
        (0..4_u8).map(|number| Tar::default().file("a", vec![number; 5000]).end()).collect();
    let stored =
        [piped("gzip", &layers[0]), piped("xz", &layers[1]), piped("bzip2", &layers[2]), layers[3].clone()];
    let diff_ids: Vec<String> = layers.iter().map(|layer| format!("\"{}\"", digest(layer))).collect();
    let config = format!(
        r#"{{"os":"linux","architecture":"amd64","rootfs":{{"type":"layers","diff_ids":[{}]}}}}"#,
        diff_ids.join(",")
    );
    let mut tar = Tar::default().file("config.json", &config);
    for (index, layer) in stored.iter().enumerate() {
        tar = tar.file(&format!("{index}.tar"), layer);
    }
    let list = r#"[{"Config":"config.json","RepoTags":["a:1"],"Layers":["0.tar","1.tar","2.tar","3.tar"]}]"#;
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.tar");
    fs::write(&source, tar.file("manifest.json", list).end()).unwrap();
    for format in FORMATS {
        let target = folder.path().join("target");
        convert(&source, &target, true, &ConvertOptions::new(format)).unwrap();
        let file = opened(&target);
        crate::convert::assert_sound(&target, &file);
        let data = file.archive().data();
        let written: Vec<String> = data.images[0]
            .layers
            .iter()
            .map(|layer| data.layers[layer.blob.unwrap()].scan.as_ref().unwrap().digest.to_string())
            .collect();
        let first = if format == ArchiveFormat::Docker { &layers[0] } else { &stored[0] };
        let expected = [first, &layers[1], &layers[2], &layers[3]];
        assert_eq!(written, expected.map(|bytes| digest(bytes)), "{format:?}");
        fs::remove_dir_all(&target).unwrap();
        if format != ArchiveFormat::Dir {
            convert(&source, &target, false, &ConvertOptions::new(format)).unwrap();
            let mut stream = Vec::new();
            let file = ImageFile::open(&source, &OpenOptions::default()).unwrap();
            file.convert(WriteTarget::Stream(&mut stream), &ConvertOptions::new(format)).unwrap();
            assert!(stream == fs::read(&target).unwrap(), "{format:?}");
            fs::remove_file(&target).unwrap();
        }
    }
}
