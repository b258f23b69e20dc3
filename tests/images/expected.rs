//! `EXPECTED.json`: what other programs say of each file.

use std::collections::BTreeMap;
use std::path::Path;

use layerglass::archive::{Archive, ArchiveData, FileKind, ImageData, Role};
use layerglass::digest::Digest;
use layerglass::reference::Reference;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub struct Expected {
    pub files: BTreeMap<String, ExpectedFile>,
}

#[derive(Deserialize)]
pub struct ExpectedFile {
    pub made: String,
    pub images: Vec<ExpectedImage>,
    #[serde(default)]
    pub docker_image_inspect: Vec<Value>,
}

/// One image, or the platforms of an index.
#[derive(Deserialize)]
pub struct ExpectedImage {
    source: String,
    index_digest: Option<String>,
    #[serde(default)]
    platforms: BTreeMap<String, ExpectedPlatform>,
    #[serde(flatten)]
    single: Option<ExpectedPlatform>,
}

#[derive(Deserialize)]
struct ExpectedPlatform {
    image_id: String,
    config: Value,
    manifest_digest: Option<String>,
    layers: Vec<ExpectedLayer>,
    rootfs: Value,
}

#[derive(Deserialize)]
struct ExpectedLayer {
    diff_id: String,
    digest: String,
    size: u64,
    tar_bytes: u64,
    entries: u32,
}

impl Expected {
    pub fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_slice(&bytes).unwrap()
    }
}

/// A file without images must be named for what it is.
pub fn check_kind(name: &str, file: &ExpectedFile, data: &ArchiveData) {
    let made = &file.made;
    let kind = match () {
        () if made.starts_with("DATA-ROOT") => FileKind::DockerDataRoot,
        () if made.contains("apptainer") => FileKind::Sif,
        () if made.contains("qemu-img") => FileKind::DiskFolder,
        () if made.contains("export") => FileKind::Rootfs,
        () if made.contains("without manifest.json") => FileKind::DockerArchiveV1,
        () => panic!("{name}: no kind is expected of a file that was made by {made:?}"),
    };
    assert_eq!(data.kind, kind, "{name}");
    assert!(data.findings.is_empty(), "{name}: {:?}", data.findings);
    if kind == FileKind::DockerArchiveV1 {
        let inspect = &file.docker_image_inspect[0];
        let image = &data.images[0];
        assert_eq!(image.id.as_deref(), inspect["Id"].as_str(), "{name}");
        assert_eq!(serde_json::to_value(&image.familiar_names).unwrap(), inspect["RepoTags"], "{name}");
        let diff_ids: Vec<_> = image.layers.iter().filter_map(|layer| layer.diff_id.clone()).collect();
        assert_eq!(serde_json::to_value(diff_ids).unwrap(), inspect["RootFS"]["Layers"], "{name}");
        assert_eq!(image.platform.as_ref().map(|platform| platform.os.as_str()), inspect["Os"].as_str());
        let config = image.config.as_ref().unwrap();
        assert_eq!(serde_json::to_value(&config.cmd).unwrap(), inspect["Config"]["Cmd"], "{name}");
    }
}

/// What else is checked of an image, given what is expected of its root: counts, and a file of lines.
pub type AlsoCheck<'c> = &'c dyn Fn(&ImageData, &Value, &Path);

pub fn check_image(
    name: &str,
    expected: &ExpectedImage,
    archive: &Archive,
    data: &ArchiveData,
    folder: &Path,
    also: AlsoCheck<'_>,
) {
    let mut parts = expected.source.splitn(3, ':');
    let (transport, _, reference) =
        (parts.next().unwrap(), parts.next(), parts.next().filter(|part| !part.is_empty()));
    let found: Vec<&ImageData> =
        data.images.iter().filter(|image| image.role == Role::Image && is_named(image, reference)).collect();
    let tsv = |label: &str| {
        let file = if label.is_empty() { name.to_owned() } else { format!("{name}@{label}") };
        folder.join("rootfs").join(format!("{}.tsv", file.replace(['/', ':'], "_")))
    };
    let check = |expected: &ExpectedPlatform, image: &ImageData, tsv: &Path| {
        check_platform(&format!("{name} ({transport})"), expected, image, archive, transport);
        super::tree::check(name, &expected.rootfs, image, archive, tsv);
        also(image, &expected.rootfs, tsv);
    };
    match (&expected.single, &expected.index_digest) {
        (Some(single), _) => {
            let image = found.iter().find(|image| image.id.as_ref() == Some(&single.image_id));
            let image = image.unwrap_or_else(|| panic!("{name}: no image {} {reference:?}", single.image_id));
            check(single, image, &tsv(reference.unwrap_or_default()));
        }
        (None, Some(index)) => {
            assert!(!expected.platforms.is_empty(), "{name}");
            for (platform, single) in &expected.platforms {
                let image = found
                    .iter()
                    .find(|image| image.platform.as_ref().is_some_and(|p| p.to_string() == *platform));
                let image = image.unwrap_or_else(|| panic!("{name}: no image for {platform}"));
                assert_eq!(image.indexes.last(), Some(index), "{name}");
                check(single, image, &tsv(platform.split('/').nth(1).unwrap()));
            }
        }
        // The tool that was asked refused the file: what it says binds nobody.
        (None, None) => assert!(!data.images.is_empty(), "{name}"),
    }
}

fn is_named(image: &ImageData, reference: Option<&str>) -> bool {
    let Some(reference) = reference else { return true };
    let full = Reference::parse_normalized(reference).ok().map(|reference| reference.as_str().to_owned());
    image.ref_names.iter().any(|name| name == reference)
        || full.is_some_and(|full| image.names.contains(&full))
}

fn check_platform(
    name: &str,
    expected: &ExpectedPlatform,
    image: &ImageData,
    archive: &Archive,
    transport: &str,
) {
    assert_eq!(image.id.as_ref(), Some(&expected.image_id), "{name}");
    let raw = archive.raw_config(image.index).unwrap();
    assert_eq!(Digest::sha256(&raw).to_string(), expected.image_id, "{name}");
    assert_eq!(serde_json::from_slice::<Value>(&raw).unwrap(), expected.config, "{name}");
    // Of a docker archive skopeo makes a manifest of its own.
    let is_docker_archive = transport == "docker-archive";
    if !is_docker_archive {
        assert_eq!(image.manifest_digest, expected.manifest_digest, "{name}");
        let manifest = archive.raw_manifest(image.index).unwrap();
        assert_eq!(Some(Digest::sha256(manifest).to_string()), expected.manifest_digest, "{name}");
    }
    let data = archive.data();
    assert_eq!(image.layers.len(), expected.layers.len(), "{name}");
    let mut chain = String::new();
    for (layer, expected) in image.layers.iter().zip(&expected.layers) {
        let blob = &data.layers[layer.blob.unwrap()];
        let scan = blob.scan.as_ref().unwrap();
        assert_eq!(layer.diff_id.as_ref(), Some(&expected.diff_id), "{name}");
        assert_eq!(scan.diff_id.unwrap().to_string(), expected.diff_id, "{name}");
        assert_eq!(scan.tar_size, expected.tar_bytes, "{name}");
        assert_eq!(scan.entries, expected.entries, "{name}: {}", blob.path);
        if !is_docker_archive {
            assert_eq!(
                (scan.digest.to_string(), scan.stored_size),
                (expected.digest.clone(), expected.size),
                "{name}"
            );
        }
        chain = match chain.as_str() {
            "" => expected.diff_id.clone(),
            below => Digest::sha256(format!("{below} {}", expected.diff_id).as_bytes()).to_string(),
        };
        assert_eq!(layer.chain_id.as_ref(), Some(&chain), "{name}");
    }
}
