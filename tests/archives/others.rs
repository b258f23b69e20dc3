//! Other people's archives against what `archives.json` says of them.
//!
//! `LAYERGLASS_VECTORS` names the folder of `archives.json`, `LAYERGLASS_DATA` that of the files.

use std::path::PathBuf;

use layerglass::archive::{ArchiveData, CheckState, FileKind, ImageData};
use layerglass::fs::{ImageFile, OpenOptions};
use layerglass::reference::Reference;
use serde_json::Value;

#[test]
fn archives_of_others_hold_what_is_recorded() {
    let folder = |name| std::env::var_os(name).map(PathBuf::from);
    let (Some(vectors), Some(data)) = (folder("LAYERGLASS_VECTORS"), folder("LAYERGLASS_DATA")) else {
        eprintln!("NOT RUN: other people's archives: LAYERGLASS_VECTORS and LAYERGLASS_DATA name no folders");
        return;
    };
    let text = std::fs::read(vectors.join("archives.json")).unwrap();
    let recorded: Value = serde_json::from_slice(&text).unwrap();
    let mut images = 0;
    let list = recorded["vectors"].as_array().unwrap();
    for vector in list {
        let path = vector["path"].as_str().unwrap();
        let mut file = match ImageFile::open(data.join(path), &OpenOptions::default()) {
            Ok(file) => file,
            Err(error) => panic!("{path}: {error}"),
        };
        file.scan().unwrap();
        let opened = file.archive().data();
        check_kind(path, vector, &opened);
        for expected in vector["images"].as_array().into_iter().flatten() {
            check_image(path, expected, &opened);
            images += 1;
        }
    }
    println!("{} files, {images} images of manifest.json", list.len());
    assert!(images > 0, "archives.json records no image");
}

fn check_kind(path: &str, vector: &Value, data: &ArchiveData) {
    let kind = vector["kind"].as_str().unwrap();
    let expected = match kind {
        // A lone `index.json` without blobs, in a folder of unrelated examples, is a layout all the same.
        _ if kind.starts_with("oci-layout") => FileKind::OciLayout,
        _ if kind.starts_with("docker-save+oci-layout") => FileKind::DockerArchiveOci,
        _ if kind.starts_with("docker-save") => FileKind::DockerArchive,
        "plain-tar" => FileKind::Rootfs,
        "repositories+v1-dirs" => FileKind::DockerArchiveV1,
        other => panic!("{path}: unknown kind {other}"),
    };
    assert_eq!(data.kind, expected, "{path}");
}

fn check_image(path: &str, expected: &Value, data: &ArchiveData) {
    let id = expected["config_sha256"].as_str().unwrap();
    let image = data.images.iter().find(|image| image.id.as_deref() == Some(id));
    let image: &ImageData = image.unwrap_or_else(|| panic!("{path}: no image {id}"));
    for tag in expected["repo_tags"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let name = Reference::parse_normalized(tag).unwrap().with_default_tag().to_string();
        assert!(image.names.contains(&name), "{path}: {name} is not among {:?}", image.names);
    }
    let diff_ids: Vec<&str> =
        image.layers.iter().filter_map(|layer| layer.check.declared.as_deref()).collect();
    let recorded: Vec<&str> =
        expected["diff_ids"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert_eq!(diff_ids, recorded, "{path}");
    for (layer, recorded) in image.layers.iter().zip(expected["layers"].as_array().into_iter().flatten()) {
        if recorded.get("sha256").is_none() {
            continue;
        }
        let blob = &data.layers
            [layer.blob.unwrap_or_else(|| panic!("{path}: {} is not in the file", recorded["path"]))];
        let scan = blob.scan.as_ref().unwrap();
        assert_eq!(scan.digest.to_string(), recorded["sha256"], "{path}: {}", blob.path);
        assert_eq!(scan.compression.as_str(), recorded["compression"], "{path}: {}", blob.path);
        assert_eq!(scan.tar_size, recorded["uncompressed_size"], "{path}: {}", blob.path);
        assert_eq!(scan.diff_id.unwrap().to_string(), recorded["diff_id"], "{path}: {}", blob.path);
        assert_eq!(scan.entries, recorded["entries"], "{path}: {}", blob.path);
        let matches = recorded["diff_id_matches_config"].as_bool().unwrap();
        assert_eq!(layer.check.state == CheckState::Match, matches, "{path}: {}", blob.path);
    }
}
