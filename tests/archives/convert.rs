//! From every dialect to every other: ids, diff ids, names and files stay.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use layerglass::archive::{
    ArchiveFormat, Check, CheckState, DropReason, LayerEncoding, LayoutReport, ManifestForm, Presence, Role,
};
use layerglass::codec::{Compression, Encoding};
use layerglass::fs::{ConvertOptions, ImageFile, OpenOptions, WriteError, WriteTarget};

/// Images of every dialect.
pub const SOURCES: [&str; 21] = [
    "legacy-v1.tar",
    "many-layers.docker20.tar.gz",
    "multiarch.dir",
    "multiarch.oci",
    "quirks.buildx-gzip.oci.tar",
    "quirks.chunked.oci",
    "quirks.dir",
    "quirks.docker20.tar",
    "quirks.docker20.tar.bz2",
    "quirks.docker20.tar.gz",
    "quirks.docker20.tar.xz",
    "quirks.docker20.tar.zst",
    "quirks.docker28-containerd.tar",
    "quirks.docker28.tar",
    "quirks.estargz.oci.tar",
    "quirks.oci",
    "quirks.podman.oci.tar",
    "quirks.podman.tar",
    "quirks.umoci",
    "quirks.zstd.oci.tar",
    "shared.docker20.tar",
];

pub const FORMATS: [ArchiveFormat; 4] =
    [ArchiveFormat::Docker, ArchiveFormat::DockerOci, ArchiveFormat::Oci, ArchiveFormat::Dir];

/// What must stay of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    pub diff_ids: Vec<String>,
    pub names: BTreeSet<String>,
    /// Every file with what is known of it.
    pub files: Vec<String>,
}

pub fn fixture(name: &str) -> PathBuf {
    Path::new("tests/fixtures").join(name)
}

pub fn opened(path: &Path) -> ImageFile {
    let mut file =
        ImageFile::open(path, &OpenOptions::default()).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    file.scan().expect("scanned");
    file
}

/// The images of a file by id. Two manifests of one image are one.
pub fn images(file: &ImageFile) -> BTreeMap<String, Image> {
    let data = file.archive().data();
    let mut images: BTreeMap<String, Image> = BTreeMap::new();
    for image in data.images.iter().filter(|image| image.role == Role::Image) {
        if image.presence == Presence::Absent {
            continue;
        }
        let tree = file.archive().tree(image.index, usize::MAX).expect("a tree");
        let line = |node: layerglass::layer::Node<'_>| {
            let path = String::from_utf8_lossy(&node.path()).into_owned();
            match node.row() {
                Some(row) => format!(
                    "{path} {:?} {:o} {} {}:{}",
                    row.kind(),
                    row.mode(),
                    row.size(),
                    row.uid(),
                    row.gid()
                ),
                None => path,
            }
        };
        let id = image.id.clone().expect("an id");
        let diff_ids = image.layers.iter().map(|layer| layer.diff_id.clone().expect("a diff id"));
        let known = images.entry(id).or_insert_with(|| Image {
            diff_ids: diff_ids.collect(),
            names: BTreeSet::new(),
            files: tree.nodes().map(line).collect(),
        });
        known.names.extend(image.names.iter().cloned());
    }
    images
}

/// Every digest that a file declares is that of the bytes.
pub fn assert_sound(path: &Path, file: &ImageFile) {
    let data = file.archive().data();
    assert_eq!(data.findings, [], "{path:?}");
    let sound = |check: &Check| matches!(check.state, CheckState::Match | CheckState::Undeclared);
    for image in data.images.iter().filter(|image| image.presence != Presence::Absent) {
        assert!(sound(&image.check), "{path:?}: {:?}", image.check);
        for layer in &image.layers {
            assert!(sound(&layer.check), "{path:?}: {layer:?}");
        }
    }
    for layer in &data.layers {
        assert!(sound(&layer.check), "{path:?}: {layer:?}");
    }
    for blob in &data.blobs {
        assert!(sound(&blob.check), "{path:?}: {blob:?}");
    }
}

/// Writes a file in a format, into a folder where that is asked for or the format needs it.
pub fn convert(
    source: &Path,
    target: &Path,
    into_folder: bool,
    options: &ConvertOptions,
) -> Result<LayoutReport, WriteError> {
    let file = ImageFile::open(source, &OpenOptions::default())?;
    let target = target.to_owned();
    let target = if into_folder { WriteTarget::Folder(target) } else { WriteTarget::File(target) };
    file.convert(target, options)
}

/// Indexes and manifests that are in no index: `dir:` holds one of them.
fn tops(file: &ImageFile) -> usize {
    let data = file.archive().data();
    let top = |image: &layerglass::archive::ImageData| {
        image.indexes.first().cloned().or_else(|| image.manifest_digest.clone()).or_else(|| image.id.clone())
    };
    data.images.iter().map(top).collect::<BTreeSet<_>>().len()
}

/// What is lost on purpose: `dir:` has no names, and Docker's layouts give one to one image.
fn without_names(mut images: BTreeMap<String, Image>) -> BTreeMap<String, Image> {
    images.values_mut().for_each(|image| image.names.clear());
    images
}

fn is_multiarch(source: &str) -> bool {
    source.starts_with("multiarch")
}

#[test]
fn between_all_dialects_ids_diff_ids_names_and_files_stay() {
    let folder = tempfile::tempdir().unwrap();
    let mut written = 0;
    for source in SOURCES {
        let original = opened(&fixture(source));
        let expected = images(&original);
        assert!(!expected.is_empty(), "{source}");
        for first in FORMATS {
            for into_folder in [false, true] {
                if first == ArchiveFormat::Dir && !into_folder {
                    continue;
                }
                let path = folder.path().join(format!("{source}.{}.{into_folder}", first.as_str()));
                let result = convert(&fixture(source), &path, into_folder, &ConvertOptions::new(first));
                if first == ArchiveFormat::Dir && tops(&original) > 1 {
                    assert!(result.is_err() && !path.exists());
                    continue;
                }
                let report = result.unwrap_or_else(|error| panic!("{source} to {}: {error}", first.as_str()));
                let file = opened(&path);
                assert_sound(&path, &file);
                let found = images(&file);
                let is_lossy =
                    first == ArchiveFormat::Dir || (is_multiarch(source) && first == ArchiveFormat::Docker);
                if is_lossy {
                    assert_eq!(
                        without_names(found.clone()),
                        without_names(expected.clone()),
                        "{source} to {path:?}"
                    );
                } else {
                    assert_eq!(found, expected, "{source} to {path:?}: {report:?}");
                }
                written += 1;
                // And from there to every other.
                if into_folder && first != ArchiveFormat::Dir {
                    continue;
                }
                let between = found;
                for second in FORMATS {
                    let path_2 = folder.path().join("second");
                    let into_folder = second == ArchiveFormat::Dir;
                    let options = ConvertOptions::new(second);
                    if into_folder && tops(&file) > 1 {
                        assert!(convert(&path, &path_2, into_folder, &options).is_err() && !path_2.exists());
                        continue;
                    }
                    convert(&path, &path_2, into_folder, &options)
                        .unwrap_or_else(|error| panic!("{path:?} to {}: {error}", second.as_str()));
                    let found = images(&opened(&path_2));
                    assert_eq!(
                        without_names(found.clone()),
                        without_names(between.clone()),
                        "{path:?} to {second:?}"
                    );
                    if second != ArchiveFormat::Dir && !is_multiarch(source) {
                        assert_eq!(found, between, "{path:?} to {second:?}");
                    }
                    if into_folder { fs::remove_dir_all(&path_2) } else { fs::remove_file(&path_2) }.unwrap();
                    written += 1;
                }
            }
        }
    }
    println!("{written} files and folders were written and read again");
    assert!(written > 300, "{written}");
}

#[test]
fn layers_that_are_compressed_anew_keep_ids_names_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let encodings = [Encoding::GZIP.with_level(1), Encoding::ZSTD, Encoding::NONE];
    for source in SOURCES {
        let expected = images(&opened(&fixture(source)));
        for encoding in encodings {
            for format in [ArchiveFormat::DockerOci, ArchiveFormat::Oci] {
                let mut options = ConvertOptions::new(format);
                options.write.encoding = LayerEncoding::Encode(encoding);
                let path = folder.path().join("encoded");
                let report = convert(&fixture(source), &path, false, &options)
                    .unwrap_or_else(|error| panic!("{source} with {encoding}: {error}"));
                let file = opened(&path);
                assert_sound(&path, &file);
                assert_eq!(images(&file), expected, "{source} with {encoding}: {report:?}");
                let data = file.archive().data();
                for image in data.images.iter().filter(|image| image.role == Role::Image) {
                    assert_ne!(image.presence, Presence::Partial);
                    for layer in image.layers.iter().filter_map(|layer| data.layers.get(layer.blob?)) {
                        assert_eq!(layer.compression, Some(encoding.compression), "{source}");
                        assert_eq!(layer.check.state, CheckState::Match);
                    }
                }
                fs::remove_file(&path).unwrap();
            }
        }
    }
}

#[test]
fn an_oci_layout_stays_as_it_is_with_its_indexes_and_attestations() {
    let folder = tempfile::tempdir().unwrap();
    let layouts = [
        "multiarch.oci",
        "quirks.buildx-gzip.oci.tar",
        "quirks.chunked.oci",
        "quirks.estargz.oci.tar",
        "quirks.oci",
        "quirks.podman.oci.tar",
        "quirks.umoci",
        "quirks.zstd.oci.tar",
        "quirks.docker28-containerd.tar",
    ];
    let mut attestations = 0;
    for source in layouts {
        for format in [ArchiveFormat::Oci, ArchiveFormat::DockerOci] {
            let path = folder.path().join(format!("{source}.{}", format.as_str()));
            let report = convert(&fixture(source), &path, true, &ConvertOptions::new(format)).unwrap();
            let replaced = report.images.iter().filter(|image| image.replaced.is_some());
            assert_eq!(replaced.count(), 0, "{source}");
            let (before, after) = (opened(&fixture(source)).archive().data(), opened(&path).archive().data());
            let manifests = |data: &layerglass::archive::ArchiveData| -> Vec<_> {
                let images = data.images.iter();
                images
                    .map(|image| (image.manifest_digest.clone(), image.indexes.clone(), image.role))
                    .collect()
            };
            assert_eq!(manifests(&before), manifests(&after), "{source}");
            let index = if fixture(source).is_dir() {
                fs::read(fixture(source).join("index.json")).unwrap()
            } else {
                member(&fixture(source), "index.json")
            };
            assert_eq!(fs::read(path.join("index.json")).unwrap(), index, "{source}");
            attestations += after.images.iter().filter(|image| image.role == Role::Attestation).count();
        }
    }
    assert!(attestations > 0);
}

/// A member of a tar, found by hand.
fn member(path: &Path, name: &str) -> Vec<u8> {
    let tar = fs::read(path).unwrap();
    let start = tar.chunks(512).position(|block| block.starts_with(format!("{name}\0").as_bytes())).unwrap();
    let size = std::str::from_utf8(&tar[512 * start + 124..][..11]).unwrap();
    tar[512 * (start + 1)..][..usize::from_str_radix(size, 8).unwrap()].to_vec()
}

#[test]
fn what_is_about_a_manifest_that_changes_is_left_out_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = ConvertOptions::new(ArchiveFormat::Oci);
    options.write.encoding = LayerEncoding::Encode(Encoding::ZSTD);
    let source = fixture("quirks.buildx-gzip.oci.tar");
    let before = opened(&source).archive().data();
    let lost: Vec<_> = before.images.iter().filter(|image| image.role == Role::Attestation).collect();
    assert!(!lost.is_empty());
    let path = folder.path().join("new");
    let report = convert(&source, &path, false, &options).unwrap();
    for image in &lost {
        let digest = image.manifest_digest.clone().unwrap();
        let dropped = report.dropped.iter().find(|dropped| dropped.what == digest).expect("said");
        assert_eq!(dropped.reason, DropReason::SubjectChanged);
    }
    let after = opened(&path).archive().data();
    assert!(after.images.iter().all(|image| image.role == Role::Image));
    assert_eq!(report.images.len(), after.images.len());
    let changed: Vec<_> = report.images.iter().map(|image| image.manifest.clone()).collect();
    assert_eq!(changed, after.images.iter().map(|image| image.manifest_digest.clone()).collect::<Vec<_>>());
    assert!(report.images.iter().all(|image| image.replaced.is_some()));
}

#[test]
fn manifests_of_docker_are_kept_or_written_in_the_words_of_the_oci() {
    let folder = tempfile::tempdir().unwrap();
    let source = fixture("quirks.dir");
    let before = opened(&source).archive().data();
    let declared = before.images[0].manifest_media_type.clone().unwrap();
    println!("the manifest is {declared}");
    for form in [ManifestForm::Keep, ManifestForm::Oci] {
        let mut options = ConvertOptions::new(ArchiveFormat::Oci);
        options.write.manifests = form;
        let path = folder.path().join(format!("{form:?}"));
        convert(&source, &path, true, &options).unwrap();
        let after = opened(&path).archive().data();
        match form {
            ManifestForm::Keep => {
                assert_eq!(after.images[0].manifest_digest, before.images[0].manifest_digest)
            }
            ManifestForm::Oci => assert_eq!(
                after.images[0].manifest_media_type.as_deref(),
                Some("application/vnd.oci.image.manifest.v1+json")
            ),
        }
        let digests = |data: &layerglass::archive::ArchiveData| -> Vec<_> {
            data.images[0].layers.iter().map(|layer| layer.digest.clone()).collect()
        };
        assert_eq!(digests(&after), digests(&before));
        assert!(after.layers.iter().all(|layer| layer.compression != Some(Compression::Xz)));
    }
}
