//! Images made anew: the same files in other layers, other files in the same, and a config that fits.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use layerglass::archive::{
    ArchiveFormat, LayerEncoding, RepackError, RepackOptions, RepackReport, Role, SquashLayers, WriteOptions,
};
use layerglass::codec::{Compression, Encoding};
use layerglass::fs::{ImageFile, OpenOptions, SinkOptions, WriteError, WriteTarget};
use layerglass::image::{ImageConfig, StepTimes, Timestamp};
use layerglass::layer::{ContentHash, EntryOwners, EntryTimes, FileTree, Node, NodeKind, PathPatterns};
use layerglass::limits::Limits;
use layerglass::tar;

use crate::build::{Tar, digest, docker_archive, docker_archive_with};
use crate::convert::{FORMATS, SOURCES, assert_sound, fixture};

pub fn opened(path: &Path) -> ImageFile {
    let options = OpenOptions { contents: ContentHash::Sha256, ..OpenOptions::default() };
    let mut file = ImageFile::open(path, &options).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    file.scan().expect("scanned");
    file
}

fn written(archive: &[u8]) -> (tempfile::TempDir, ImageFile) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("image.tar");
    fs::write(&path, archive).expect("written");
    let file = opened(&path);
    (folder, file)
}

fn repack(
    file: &ImageFile,
    image: usize,
    target: &Path,
    options: &RepackOptions,
    write: &WriteOptions,
) -> Result<RepackReport, WriteError> {
    let path = target.to_owned();
    let is_folder = matches!(write.format, ArchiveFormat::Dir | ArchiveFormat::Oci);
    let target = if is_folder { WriteTarget::Folder(path) } else { WriteTarget::File(path) };
    file.repack(image, target, options, write, &SinkOptions::default())
}

/// Everything that is in a tree: path by path.
fn listing(tree: &FileTree) -> BTreeMap<String, String> {
    let line = |node: Node<'_>| {
        let path = String::from_utf8_lossy(&node.path()).into_owned();
        let Some(row) = node.row() else { return (path, "Directory 755 (0, 0) 0.0".to_owned()) };
        let (mtime, links) = (row.mtime(), if node.kind() == NodeKind::Directory { 1 } else { node.links() });
        let mut xattrs: Vec<_> = row.xattrs().collect();
        xattrs.sort();
        let line = format!(
            "{:?} {:o} {:?} {}.{} {links} {:?} {:?} {xattrs:?} {:?}",
            node.kind(),
            row.mode(),
            (row.uid(), row.gid()),
            mtime.secs,
            mtime.nanos,
            row.link(),
            row.device(),
            row.sha256()
        );
        (path, line)
    };
    tree.nodes().filter(|node| node.is_present()).map(line).collect()
}

fn files(file: &ImageFile, image: usize) -> BTreeMap<String, String> {
    listing(&file.archive().tree(image, usize::MAX).expect("a tree"))
}

/// What was written is whole, and its config tells of as many steps that made layers as it has layers.
fn checked(path: &Path, before: &ImageConfig, report: &RepackReport) -> ImageFile {
    let file = opened(path);
    assert_sound(path, &file);
    let data = file.archive().data();
    assert_eq!(data.images.len(), 1, "{path:?}");
    assert_eq!(data.images[0].id.as_ref(), Some(&report.id), "{path:?}");
    let layers: Vec<_> = data.images[0].layers.iter().map(|layer| layer.diff_id.clone()).collect();
    let told: Vec<_> =
        report.layers.iter().map(|layer| layer.diff_id.clone()).filter(Option::is_some).collect();
    assert_eq!(layers, told, "{path:?}");
    let config =
        ImageConfig::parse(file.archive().raw_config(0).expect("a config"), &Limits::default()).unwrap();
    let aligned = |config: &ImageConfig| {
        let made = config.history().iter().filter(|step| !step.empty_layer).count();
        made == config.rootfs().diff_ids.len()
    };
    assert!(aligned(&config) || !aligned(before), "{path:?}: {:?}", config.history());
    let rest = |config: &ImageConfig| {
        let mut fields = config.fields().clone();
        (fields.rootfs, fields.history, fields.created) = (None, Vec::new(), None);
        fields
    };
    assert_eq!(rest(&config), rest(before), "{path:?}");
    file
}

fn config(file: &ImageFile, image: usize) -> ImageConfig {
    ImageConfig::parse(file.archive().raw_config(image).expect("a config"), &Limits::default())
        .expect("a config")
}

#[test]
fn layers_made_one_hold_the_same_files_in_every_format() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut count = 0;
    for (number, name) in SOURCES.iter().enumerate() {
        let file = opened(&fixture(name));
        let images = file.archive().data().images;
        for image in images.iter().filter(|image| image.role == Role::Image) {
            let before = config(&file, image.index);
            let layers = image.layers.len();
            let middle = SquashLayers::Ranges(std::iter::once(layers / 3..layers).collect());
            for (squash, expected) in [(SquashLayers::All, 1), (middle, layers / 3 + 1)] {
                let format = FORMATS[(number + count) % FORMATS.len()];
                let target = folder.path().join(format!("{count}"));
                let options = RepackOptions { squash, ..RepackOptions::default() };
                let report = repack(&file, image.index, &target, &options, &WriteOptions::new(format))
                    .unwrap_or_else(|error| panic!("{name} as {format:?}: {error}"));
                let after = checked(&target, &before, &report);
                assert_eq!(report.layers.len(), expected, "{name}");
                assert_eq!(files(&after, 0), files(&file, image.index), "{name} as {format:?}");
                assert!(report.tar_after <= report.tar_before, "{name}: {report:?}");
                count += 1;
            }
        }
    }
    assert!(count > 40, "{count}");
}

#[test]
fn what_is_dropped_is_in_no_layer_and_the_rest_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = opened(&fixture("quirks.docker28.tar"));
    let before = config(&file, 0);
    let options = RepackOptions {
        drop: PathPatterns::parse(["q/dir", "s*"]).expect("patterns"),
        times: EntryTimes::NotAfter(tar::Timestamp { secs: 1_000_000_000, nanos: 0 }),
        owners: EntryOwners::Set { uid: 7, gid: 8 },
        created: StepTimes::Set(Timestamp::from_unix(1_000_000_000, 0).expect("a time")),
        ..RepackOptions::default()
    };
    let target = folder.path().join("dropped");
    let report =
        repack(&file, 0, &target, &options, &WriteOptions::new(ArchiveFormat::DockerOci)).expect("written");
    let after = checked(&target, &before, &report);
    assert!(report.dropped > 0 && report.layers.iter().any(|layer| !layer.kept), "{report:#?}");
    // Not only what the image shows: no layer holds any of it.
    for layer in 0..after.archive().layer_count() {
        for row in after.archive().table(layer).expect("scanned").rows() {
            let path = String::from_utf8_lossy(row.path()).into_owned();
            let name = path.rsplit('/').next().unwrap_or_default();
            let name = name.strip_prefix(".wh.").unwrap_or(name);
            assert!(!path.starts_with("q/dir") && !name.starts_with('s'), "{path}");
            assert!(
                row.mtime().secs <= 1_000_000_000 && (row.uid(), row.gid()) == (7, 8)
                    || row.whiteout().is_some(),
                "{path}"
            );
        }
    }
    let is_dropped = |path: &String| {
        path == "q/dir" || path.starts_with("q/dir/") || path.split('/').any(|part| part.starts_with('s'))
    };
    let left: Vec<String> = files(&file, 0).into_keys().filter(|path| !is_dropped(path)).collect();
    assert_eq!(files(&after, 0).into_keys().collect::<Vec<_>>(), left);
    let after = config(&after, 0);
    assert_eq!(after.created().expect("a time").as_str(), "2001-09-09T01:46:40Z");
    assert!(
        after
            .history()
            .iter()
            .all(|step| step.created.as_ref().is_none_or(|time| time == after.created().expect("a time")))
    );
}

#[test]
fn layers_that_do_not_change_stay_as_they_are() {
    let layers = [
        Tar::default().directory("a/").file("a/x", "x").end(),
        Tar::default().file("b", "b").file("tmp/t", "t").end(),
        Tar::default().file("tmp/.wh.t", "").end(),
        Vec::from([0; 1024]),
    ];
    let history = r#""history":[{"created_by":"1"},{"created_by":"e","empty_layer":true},{"created_by":"2"},{"created_by":"3"},{"created_by":"4"}],"rootfs""#;
    let made = docker_archive_with(&layers, |config| config.replace(r#""rootfs""#, history)).end();
    let (folder, file) = written(&made);
    let before = config(&file, 0);
    let drop = PathPatterns::parse(["/tmp"]).expect("a pattern");
    let options = RepackOptions { drop, drop_empty: true, ..RepackOptions::default() };
    let target = folder.path().join("out.tar");
    let report =
        repack(&file, 0, &target, &options, &WriteOptions::new(ArchiveFormat::Docker)).expect("written");
    let after = checked(&target, &before, &report);
    let kept: Vec<_> = report.layers.iter().map(|layer| (layer.kept, layer.diff_id.is_some())).collect();
    assert_eq!(kept, [(true, true), (false, true), (false, false), (false, false)]);
    assert_eq!(report.layers[0].diff_id, Some(digest(&layers[0])));
    assert_eq!(report.dropped, 3, "`tmp`, `tmp/t`, and that it goes");
    let steps: Vec<_> = config(&after, 0).history().iter().map(|step| step.empty_layer).collect();
    assert_eq!(steps, [false, true, false, true, true]);
    // Asked for nothing it is the same image.
    let target = folder.path().join("same.tar");
    let report =
        repack(&file, 0, &target, &RepackOptions::default(), &WriteOptions::new(ArchiveFormat::Docker))
            .expect("written");
    assert!(report.id_before == report.id || checked(&target, &before, &report).archive().layer_count() == 4);
    assert!(report.layers.iter().all(|layer| layer.kept));
}

#[test]
fn two_times_is_the_same_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = opened(&fixture("quirks.docker20.tar.zst"));
    let options = RepackOptions { squash: SquashLayers::Ranges(vec![1..3]), ..RepackOptions::default() };
    let mut write = WriteOptions::new(ArchiveFormat::DockerOci);
    for encoding in
        [LayerEncoding::Keep, LayerEncoding::Encode(Encoding::GZIP), LayerEncoding::Encode(Encoding::ZSTD)]
    {
        write.encoding = encoding;
        let made: Vec<Vec<u8>> = (0..2)
            .map(|time| {
                let target = folder.path().join(format!("{time}.tar"));
                repack(&file, 0, &target, &options, &write).expect("written");
                let bytes = fs::read(&target).expect("read");
                fs::remove_file(&target).expect("removed");
                bytes
            })
            .collect();
        assert_eq!(made[0], made[1], "{encoding:?}");
        // A stream has the same bytes as a file.
        let mut streamed = Vec::new();
        file.repack(0, WriteTarget::Stream(&mut streamed), &options, &write, &SinkOptions::default())
            .expect("written");
        assert_eq!(made[0], streamed, "{encoding:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 0);
}

/// New layers are compressed as those that they take the place of.
#[test]
fn compression_stays_where_nothing_else_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, compression) in [("quirks.oci", Compression::Gzip), ("quirks.zstd.oci.tar", Compression::Zstd)]
    {
        let file = opened(&fixture(name));
        let target = folder.path().join(name);
        let options = RepackOptions { squash: SquashLayers::All, ..RepackOptions::default() };
        let report =
            repack(&file, 0, &target, &options, &WriteOptions::new(ArchiveFormat::Oci)).expect("written");
        let after = checked(&target, &config(&file, 0), &report);
        let layer = after.archive().data().layers[0].clone();
        assert_eq!(layer.compression, Some(compression), "{name}");
        assert_eq!(report.stored_after, layer.stored_size, "{name}");
        assert!(report.manifest_replaced);
    }
}

#[test]
fn what_cannot_be_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = opened(&fixture("quirks.docker28.tar"));
    let target = folder.path().join("out.tar");
    let write = WriteOptions::new(ArchiveFormat::Docker);
    let count = file.archive().data().images[0].layers.len();
    for ranges in [vec![0..count + 1], vec![2..2], vec![0..2, 1..3]] {
        let options = RepackOptions { squash: SquashLayers::Ranges(ranges), ..RepackOptions::default() };
        let failed = repack(&file, 0, &target, &options, &write);
        assert!(matches!(failed, Err(WriteError::Repack(RepackError::Range { .. }))), "{failed:?}");
    }
    let all = RepackOptions { squash: SquashLayers::All, ..RepackOptions::default() };
    assert!(repack(&file, 9, &target, &all, &write).is_err());
    let unscanned = ImageFile::open(fixture("quirks.docker28.tar"), &OpenOptions::default()).expect("opens");
    assert!(matches!(repack(&unscanned, 0, &target, &all, &write), Err(WriteError::Repack(_))));
    // A layer that is not the one that the config declares.
    let layers = [Tar::default().file("a", "a").end(), Tar::default().file("b", "b").end()];
    let other = digest(b"other");
    let wrong = docker_archive_with(&layers, |config| config.replace(&digest(&layers[0]), &other)).end();
    let (_folder, wrong) = written(&wrong);
    let failed = repack(&wrong, 0, &target, &all, &write);
    assert!(matches!(failed, Err(WriteError::Layer { .. })), "{failed:?}");
    // There is something at the place.
    fs::write(&target, "mine").expect("written");
    let failed = repack(&file, 0, &target, &all, &write);
    assert!(matches!(failed, Err(WriteError::Exists { .. })), "{failed:?}");
    assert_eq!(fs::read(&target).expect("read"), b"mine");
    assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1);
}

/// The programs that are there take what was made, and unpack the same files.
#[test]
fn other_programs_take_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = opened(&fixture("quirks.docker20.tar"));
    let target = folder.path().join("one.oci");
    let options =
        RepackOptions { squash: SquashLayers::Ranges(vec![0..2, 2..4]), ..RepackOptions::default() };
    let mut write = WriteOptions::new(ArchiveFormat::Oci);
    write.encoding = LayerEncoding::Encode(Encoding::GZIP);
    repack(&file, 0, &target, &options, &write).expect("written");
    let image = opened(&target).archive().data().images[0].clone();
    let name = image.ref_names.first().or(image.names.first()).cloned().expect("a name");
    let name = fs::read_to_string(target.join("index.json"))
        .expect("an index")
        .split(r#"ref.name":""#)
        .nth(1)
        .and_then(|rest| rest.split('"').next().map(str::to_owned))
        .unwrap_or(name);
    let source = format!("{}:{name}", target.display());
    let copied = folder.path().join("copied.tar");
    let run = |program: &str, arguments: &[&str]| match std::process::Command::new(program)
        .args(arguments)
        .output()
    {
        Ok(output) => {
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
            println!("{program} took it");
            true
        }
        Err(error) => {
            println!("SKIPPED: {program} is not installed ({error})");
            false
        }
    };
    let (from, to) = (format!("oci:{source}"), format!("docker-archive:{}:one:1", copied.display()));
    if run("skopeo", &["--insecure-policy", "copy", &from, &to]) {
        let copied = opened(&copied);
        assert_eq!(files(&copied, 0), files(&file, 0));
    }
    let bundle: PathBuf = folder.path().join("bundle");
    if !rustix::process::geteuid().is_root() {
        println!("SKIPPED: umoci unpacks owners and devices only as root");
    } else if run("umoci", &["unpack", "--image", &source, &bundle.display().to_string()]) {
        let wanted: Vec<String> = files(&file, 0).into_keys().collect();
        let mut found = Vec::new();
        walk(&bundle.join("rootfs"), "", &mut found);
        found.sort();
        assert_eq!(found, wanted);
    }
}

fn walk(folder: &Path, above: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("read") {
        let entry = entry.expect("an entry");
        let path = format!("{above}{}", entry.file_name().to_string_lossy());
        if entry.file_type().expect("a type").is_dir() {
            walk(&entry.path(), &format!("{path}/"), found);
        }
        found.push(path);
    }
}

/// An image of one layer that holds nothing can lose it.
#[test]
fn an_image_can_be_left_without_layers() {
    let (folder, file) = written(&docker_archive(&[vec![0; 1024]]).end());
    let target = folder.path().join("out.tar");
    let options = RepackOptions { drop_empty: true, ..RepackOptions::default() };
    let report =
        repack(&file, 0, &target, &options, &WriteOptions::new(ArchiveFormat::DockerOci)).expect("written");
    assert_eq!((report.layers.len(), report.layers[0].diff_id.clone()), (1, None));
    assert_eq!(checked(&target, &config(&file, 0), &report).archive().layer_count(), 0);
}
