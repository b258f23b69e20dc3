//! Parts of images, from every dialect.

use std::collections::BTreeSet;
use std::fs;

use layerglass::archive::{ExtractError, Role};
use layerglass::codec::Compression;
use layerglass::digest::Digest;
use layerglass::error::Reason;
use layerglass::fs::{ExtractOptions, ImageFile, OpenOptions, WriteError};
use layerglass::layer::{
    Change, ContentHash, FileSource, LayerCopyError, LayerForm, NodeKind, PathPatterns, SquashOptions,
};

use crate::build::{Tar, digest, docker_archive, docker_archive_with};
use crate::convert::{SOURCES, fixture, opened};

fn written(archive: &[u8]) -> (tempfile::TempDir, ImageFile) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("image.tar");
    fs::write(&path, archive).expect("written");
    let mut file = ImageFile::open(&path, &OpenOptions::default()).expect("opens");
    file.scan().expect("scanned");
    (folder, file)
}

/// The same image is the same tar whatever file it comes from, and every file of it can be had.
#[test]
fn an_image_is_the_same_from_every_dialect() {
    let mut roots: BTreeSet<(String, Vec<String>, Digest)> = BTreeSet::new();
    let mut files = 0;
    for name in SOURCES {
        let options = OpenOptions { contents: ContentHash::Sha256, ..OpenOptions::default() };
        let mut file = ImageFile::open(fixture(name), &options).expect("opens");
        file.scan().expect("scanned");
        for image in file.archive().data().images.iter().filter(|image| image.role == Role::Image) {
            let mut tar = Vec::new();
            file.extract_root(image.index, &ExtractOptions::default(), &mut tar).expect("extracted");
            let layers = image.layers.iter().filter_map(|layer| layer.diff_id.clone()).collect();
            roots.insert((image.id.clone().expect("an id"), layers, Digest::sha256(&tar)));
            let tree = file.archive().tree(image.index, usize::MAX).expect("a tree");
            let sample = tree.nodes().filter(|node| node.kind() == NodeKind::File).step_by(7).take(5);
            for node in sample {
                let source = file.archive().file_source(image.index, &node.path()).expect("there");
                let mut contents = Vec::new();
                let size = file.extract_file(image.index, source, &mut contents).expect("extracted");
                let row = node.row().expect("a row");
                assert_eq!(size, row.size(), "{name}");
                assert_eq!(Digest::sha256(&contents).as_bytes(), row.sha256().expect("hashed"), "{name}");
                files += 1;
            }
        }
    }
    // One tar for each image.
    let images: BTreeSet<_> = roots.iter().map(|(_, layers, _)| layers).collect();
    let tars: BTreeSet<_> = roots.iter().map(|(_, layers, tar)| (layers, tar)).collect();
    assert_eq!(images.len(), tars.len());
    assert!(images.len() > 3 && files > 50, "{} images, {files} files", images.len());
}

#[test]
fn a_layer_is_had_as_it_is_stored_and_as_a_tar() {
    for name in ["quirks.oci", "quirks.zstd.oci.tar", "quirks.docker20.tar.xz", "quirks.docker28.tar"] {
        let file = opened(&fixture(name));
        let image = &file.archive().data().images[0];
        for (layer, described) in image.layers.iter().enumerate() {
            let (mut stored, mut tar) = (Vec::new(), Vec::new());
            let copied = file.extract_layer(0, layer, LayerForm::Stored, &mut stored).expect("copied");
            assert_eq!(copied.stored.digest, Digest::sha256(&stored), "{name}");
            assert!(described.digest.as_ref().is_none_or(|declared| *declared == digest(&stored)), "{name}");
            file.extract_layer(0, layer, LayerForm::Plain, &mut tar).expect("copied");
            assert_eq!(described.diff_id.as_deref(), Some(&*digest(&tar)), "{name}");
            assert!(copied.stored_compression != Compression::None || stored == tar, "{name}");
        }
        let count = image.layers.len();
        assert!(matches!(
            file.extract_layer(0, count, LayerForm::Plain, Vec::new()),
            Err(WriteError::Extract(ExtractError::NoLayer { .. }))
        ));
    }
}

#[test]
fn versions_that_upper_layers_replaced_or_removed_are_had() {
    let layers = [
        Tar::default().directory("etc/").file("etc/motd", "first").symlink("link", "etc").end(),
        Tar::default().file("link/motd", "second").end(),
        Tar::default().file("etc/.wh.motd", "").end(),
        Tar::default().file("etc/motd", "last").end(),
    ];
    let (_folder, file) = written(&docker_archive(&layers).end());
    let versions = file.archive().versions(0, b"/etc/motd").expect("scanned");
    let changes: Vec<_> = versions.iter().map(|version| (version.layer, version.change)).collect();
    assert_eq!(
        changes,
        [(0, Change::Added), (1, Change::Modified), (2, Change::Removed), (3, Change::Added)]
    );
    let mut had = Vec::new();
    for source in versions.iter().filter_map(|version| version.source) {
        let mut contents = Vec::new();
        file.extract_file(0, source, &mut contents).expect("extracted");
        had.push(String::from_utf8(contents).expect("text"));
    }
    assert_eq!(had, ["first", "second", "last"]);
    // What a container sees, through the link.
    assert_eq!(file.archive().file_source(0, b"link/motd"), Ok(FileSource { layer: 3, entry: 0 }));
    assert!(matches!(file.archive().file_source(0, b"etc"), Err(ExtractError::NoFile { .. })));
    // The image as it was.
    let root = |layers| {
        let mut tar = Vec::new();
        let options = ExtractOptions { layers: Some(layers), ..ExtractOptions::default() };
        file.extract_root(0, &options, &mut tar).expect("extracted");
        tar
    };
    let (_folder, earlier) = written(&root(2));
    let mut contents = Vec::new();
    let source = earlier.archive().file_source(0, b"etc/motd").expect("there");
    earlier.extract_file(0, source, &mut contents).expect("extracted");
    assert_eq!(contents, b"second");
}

#[test]
fn a_folder_is_had_with_its_names_or_from_itself_on() {
    let file = opened(&fixture("quirks.docker28.tar"));
    let root = |squash: SquashOptions| {
        let mut tar = Vec::new();
        let options = ExtractOptions { squash, ..ExtractOptions::default() };
        let report = file.extract_root(0, &options, &mut tar);
        report.map(|_| {
            let (_folder, root) = written(&tar);
            let tree = root.archive().tree(0, 0).expect("a tree");
            let mut paths: Vec<_> =
                tree.nodes().map(|node| String::from_utf8_lossy(&node.path()).into_owned()).collect();
            paths.sort();
            paths
        })
    };
    let folder = |path: &str| Some(path.as_bytes().to_vec());
    let kept =
        root(SquashOptions { folder: folder("q/dir"), ..SquashOptions::default() }).expect("extracted");
    assert!(kept.contains(&"q/dir/keep".to_owned()) && kept.contains(&"q".to_owned()));
    assert!(kept.iter().all(|path| "q/dir".starts_with(path) || path.starts_with("q/dir/")), "{kept:?}");
    let stripped = SquashOptions { folder: folder("/q/dir"), strip_folder: true, ..SquashOptions::default() };
    let stripped = root(stripped).expect("extracted");
    assert_eq!(stripped.len(), kept.len() - 2);
    assert!(stripped.contains(&"keep".to_owned()));
    let drop = PathPatterns::parse(["keep"]).expect("a pattern");
    let without = SquashOptions { folder: folder("q/dir"), drop, ..SquashOptions::default() };
    assert_eq!(root(without).expect("extracted").len(), kept.len() - 1);
    let missing = SquashOptions { folder: folder("q/dir/keep"), ..SquashOptions::default() };
    assert!(matches!(root(missing), Err(WriteError::Extract(ExtractError::Squash(_)))));
}

#[test]
fn what_is_not_what_is_declared_is_refused() {
    let layers = [Tar::default().file("a", "a").end(), Tar::default().file("b", "b").end()];
    let other = digest(&Tar::default().file("b", "c").end());
    let wrong = docker_archive_with(&layers, |config| config.replace(&digest(&layers[1]), &other)).end();
    let (_folder, file) = written(&wrong);
    let failed = file.extract_root(0, &ExtractOptions::default(), Vec::new());
    assert!(
        matches!(&failed, Err(WriteError::Layer { entry, source: LayerCopyError::DiffId { .. } }) if entry == "1"),
        "{failed:?}"
    );
    // Layers that have not been scanned cannot be merged.
    let unscanned = ImageFile::open(fixture("quirks.docker28.tar"), &OpenOptions::default()).expect("opens");
    let failed = unscanned.extract_root(0, &ExtractOptions::default(), Vec::new());
    assert!(matches!(failed, Err(WriteError::Extract(ExtractError::Archive(_)))), "{failed:?}");
    // A file that changed since it was scanned.
    let (folder, file) = written(&docker_archive(&layers).end());
    let changed = [Tar::default().file("a", "A").end(), layers[1].clone()];
    fs::write(folder.path().join("image.tar"), docker_archive(&changed).end()).expect("written");
    assert!(file.extract_root(0, &ExtractOptions::default(), Vec::new()).is_err());
    let source = FileSource { layer: 0, entry: 0 };
    let failed = file.extract_file(0, source, Vec::new());
    assert_eq!(failed.map_err(|error| error.code()), Err("file-contents"));
    assert!(file.extract_file(0, FileSource { layer: 0, entry: 9 }, Vec::new()).is_err());
}

/// A root file system that is packed as a whole has no digest of its own in the file: what was scanned is what came out.
#[test]
fn a_packed_root_file_system_is_extracted() {
    let plain = Tar::default().file("etc/motd", "hello").end();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &plain).expect("packed");
    let packed = encoder.finish().expect("packed");
    let extracted = [plain, packed].map(|archive| {
        let (_folder, file) = written(&archive);
        let mut tar = Vec::new();
        let report = file.extract_root(0, &ExtractOptions::default(), &mut tar).expect("extracted");
        assert_eq!(report.content, 5);
        tar
    });
    assert_eq!(extracted[0], extracted[1]);
}
