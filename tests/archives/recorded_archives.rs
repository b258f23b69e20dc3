//! One file against its vector in `archives.json`.

use std::path::Path;

use layerglass::archive::{ArchiveData, CheckState, FileKind, ImageData, LayerData, Presence};
use layerglass::digest::Digest;
use layerglass::fs::{ImageFile, OpenOptions};
use layerglass::layer::{ContentHash, LayerScan};
use layerglass::limits::Limits;
use layerglass::manifest::{
    Descriptor, DockerArchiveItem, DockerArchiveManifest, Index, Manifest, Repositories,
};
use layerglass::reference::Reference;
use layerglass::tar::EntryKind;
use serde_json::Value;

use crate::contents::{Contents, formats, name, pax_keys, trailing_zeros};
use crate::recorded::{Object, Report, text};
use crate::tars::{read, unpacked};

/// Opens the file, scans its layers, and compares everything.
pub fn check_archive(report: &mut Report, data: &Path, vector: &Value) {
    let path = vector["path"].as_str().unwrap_or_default();
    let object = Object { what: "file", place: path, value: vector };
    report.take(object, "path");
    if let Err(error) = check_file(report, object, &data.join(path)) {
        report.fail(format!("{path}: {error}"));
    }
    report.end(object);
}

/// An open file, and what lies in it.
struct Opened {
    data: ArchiveData,
    contents: Contents,
}

fn check_file(
    report: &mut Report,
    object: Object<'_>,
    full: &Path,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut file = ImageFile::open(full, &OpenOptions::default())?;
    file.scan()?;
    let data = file.archive().data();
    let opened = if full.is_dir() {
        Opened { data, contents: Contents::of_folder(full)? }
    } else {
        let bytes = std::fs::read(full)?;
        report.same(object, "size", bytes.len());
        if data.size != bytes.len() as u64 {
            report.fail(format!("{}: has {} bytes, {} were counted", object.place, bytes.len(), data.size));
        }
        report.same(object, "sha256", Digest::sha256(&bytes).to_string());
        Opened { data, contents: Contents::of_file(&bytes)? }
    };
    check_outer(report, object, &opened);
    check_kind(report, object, &opened);
    check_images(report, object, &opened)?;
    if let Some(oci) = report.take(object, "oci") {
        let layout = Object { what: "layout", place: object.place, value: oci };
        check_layout(report, layout, &opened)?;
        report.end(layout);
    } else {
        check_layout(report, object, &opened)?;
    }
    Ok(())
}

fn check_outer(report: &mut Report, object: Object<'_>, opened: &Opened) {
    let Opened { data, contents } = opened;
    let tar = &contents.tar;
    report.same(object, "compression", data.compression.as_str());
    report.same(object, "uncompressed_size", tar.len());
    report.same(object, "trailing_zero_bytes", trailing_zeros(tar));
    let families = formats(tar).into_iter().map(Value::from).collect();
    report.same_list(object, "tar_formats", families);
    report.same_list(object, "pax_keys", pax_keys(tar).into_iter().map(Value::from).collect());
    report.same(object, "entry_count", data.entries);
    let Some(entries) = report.take(object, "entries").and_then(Value::as_array) else { return };
    if entries.len() != data.entries || entries.len() != contents.members.len() {
        report.fail(format!(
            "{}: read {} entries, recorded {}",
            object.place,
            contents.members.len(),
            entries.len()
        ));
    }
    for (entry, value) in contents.members.iter().zip(entries) {
        let full = name(entry);
        let place = format!("{}: {full}", object.place);
        let recorded = Object { what: "entry", place: &place, value };
        report.same(recorded, "name", full.trim_end_matches('/'));
        report.same(
            recorded,
            "type",
            match entry.kind {
                EntryKind::File => "file",
                EntryKind::Directory => "dir",
                EntryKind::Symlink => "symlink",
                EntryKind::HardLink => "hardlink",
                EntryKind::CharDevice => "char",
                EntryKind::BlockDevice => "block",
                EntryKind::Fifo => "fifo",
                EntryKind::Other => "other",
            },
        );
        report.same(recorded, "size", entry.size);
        report.same(recorded, "link", text(&String::from_utf8_lossy(&entry.link)));
        report.end(recorded);
    }
}

/// The kind is recorded as what lies in the file, joined by `+`.
fn check_kind(report: &mut Report, object: Object<'_>, opened: &Opened) {
    let Opened { data, contents } = opened;
    let Some(kind) = report.take(object, "kind").and_then(Value::as_str) else { return };
    let parts: Vec<&str> = kind.split('+').collect();
    let has = |part: &str| parts.contains(&part);
    let expected = match parts[0] {
        // A lone `index.json` without blobs, in a folder of unrelated examples, is a layout all the same.
        "oci-layout" | "oci-layout-dir" => Some(FileKind::OciLayout),
        "docker-save" if has("oci-layout") => Some(FileKind::DockerArchiveOci),
        "docker-save" => Some(FileKind::DockerArchive),
        "plain-tar" => Some(FileKind::Rootfs),
        "repositories" => Some(FileKind::DockerArchiveV1),
        _ => None,
    };
    if expected != Some(data.kind) {
        report.fail(format!("{}: read as {:?}, recorded as {kind}", object.place, data.kind));
    }
    let found = [
        ("repositories", contents.file("repositories").is_some()),
        ("v1-dirs", contents.has_v1_folders()),
        ("symlinked-layer.tar", contents.has_linked_layers()),
    ];
    for (part, found) in found {
        if has(part) != found {
            report.fail(format!("{}: recorded as {kind}; {part}: {found}", object.place));
        }
    }
    let known = ["oci-layout", "oci-layout-dir", "docker-save", "plain-tar"];
    for part in &parts {
        if !known.contains(part) && !found.iter().any(|(known, _)| known == part) {
            report.fail(format!("{}: the kind {part} is not known", object.place));
        }
    }
}

fn check_images(
    report: &mut Report,
    object: Object<'_>,
    opened: &Opened,
) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(recorded) = report.take(object, "repositories") {
        let file = opened.contents.file("repositories").unwrap_or_default();
        let names = serde_json::to_value(&Repositories::parse(file, &Limits::default())?.names)?;
        if names != *recorded {
            report.differs(format_args!("{}: repositories", object.place), &names, recorded);
        }
    }
    let Some(images) = report.take(object, "images").and_then(Value::as_array) else { return Ok(()) };
    let manifest = opened.contents.file("manifest.json").unwrap_or_default();
    let items = match DockerArchiveManifest::parse(manifest, &Limits::default()) {
        Ok(manifest) => manifest.items,
        Err(error) if !images.is_empty() => return Err(error.into()),
        Err(_) => Vec::new(),
    };
    if items.len() != images.len() {
        report.fail(format!("{}: read {} images, recorded {}", object.place, items.len(), images.len()));
    }
    for (item, value) in items.iter().zip(images) {
        let place = format!("{}: {}", object.place, item.config.as_deref().unwrap_or_default());
        let recorded = Object { what: "image", place: &place, value };
        check_image(report, recorded, item, opened);
        report.end(recorded);
    }
    Ok(())
}

fn check_image(report: &mut Report, recorded: Object<'_>, item: &DockerArchiveItem, opened: &Opened) {
    let data = &opened.data;
    let list = |list: &[String]| list.iter().map(|text| Value::from(text.as_str())).collect::<Vec<_>>();
    report.same(recorded, "config", item.config.clone());
    report.same_list(recorded, "repo_tags", list(&item.repo_tags));
    for key in ["json_keys", "extra_keys"] {
        check_keys(report, recorded, key, item);
    }
    let id = recorded.value.get("config_sha256").and_then(Value::as_str);
    let Some(image) = data.images.iter().find(|image| image.id.as_deref() == id) else {
        return report.fail(format!("{}: no image has the id {id:?}", recorded.place));
    };
    report.same(recorded, "config_sha256", image.id.clone());
    for tag in &item.repo_tags {
        let name = Reference::parse_normalized(tag).map(|name| name.with_default_tag().to_string());
        if !name.is_ok_and(|name| image.names.contains(&name)) {
            report.fail(format!("{}: {tag} is not among {:?}", recorded.place, image.names));
        }
    }
    let config = data.blobs.iter().find(|blob| Some(&blob.path) == item.config.as_ref());
    report.same(recorded, "config_size", config.map(|config| config.size));
    if let Some(platform) = &image.platform {
        let parts = [&platform.os, &platform.architecture, &platform.variant];
        report.same(recorded, "platform", parts.map(|part| text(part)).to_vec());
    }
    let diff_ids = image.layers.iter().filter_map(|layer| layer.check.declared.clone().map(Value::from));
    report.same_list(recorded, "diff_ids", diff_ids.collect());
    let Some(layers) = report.take(recorded, "layers").and_then(Value::as_array) else { return };
    if layers.len() != item.layers.len() {
        report.fail(format!(
            "{}: read {} layers, recorded {}",
            recorded.place,
            item.layers.len(),
            layers.len()
        ));
    }
    for (index, (path, value)) in item.layers.iter().zip(layers).enumerate() {
        let place = format!("{}: {path}", recorded.place);
        let layer = Object { what: "layer", place: &place, value };
        report.same(layer, "path", path.as_str());
        check_layer(report, layer, image, index, opened);
        report.end(layer);
    }
}

/// The keys of an item of `manifest.json`: what is there was read, and what was read is there.
fn check_keys(report: &mut Report, recorded: Object<'_>, key: &'static str, item: &DockerArchiveItem) {
    let Some(keys) = report.take(recorded, key).and_then(Value::as_array) else { return };
    let known = [
        ("config", item.config.is_some(), true),
        ("parent", item.parent.is_some(), false),
        ("layersources", !item.layer_sources.is_empty(), false),
        // Lists that may be empty.
        ("repotags", true, true),
        ("layers", true, true),
    ];
    let keys: Vec<String> = keys.iter().filter_map(Value::as_str).map(str::to_lowercase).collect();
    for (name, found, is_usual) in known {
        let recorded_here = keys.iter().any(|key| key == name) || (key == "extra_keys" && is_usual);
        if found != recorded_here {
            report.fail(format!("{}: `{key}`: {name} was read: {found}", recorded.place));
        }
    }
    for unread in keys.iter().filter(|key| known.iter().all(|(name, ..)| name != key)) {
        report.fail(format!("{}: `{key}`: {unread} is not read", recorded.place));
    }
}

/// Everything about a layer but where it was named.
fn check_layer(report: &mut Report, recorded: Object<'_>, image: &ImageData, index: usize, opened: &Opened) {
    let blob = image.layers.get(index).and_then(|layer| layer.blob);
    report.same(recorded, "missing", blob.is_none().then_some(true));
    let Some(blob) = blob else {
        if recorded.value.get("missing").is_none() {
            report.fail(format!("{}: not in the file", recorded.place));
        }
        return;
    };
    let blob: &LayerData = &opened.data.layers[blob];
    let Some(scan) = &blob.scan else {
        return report.fail(format!("{}: not scanned", recorded.place));
    };
    let stored = opened.contents.file(&blob.path).unwrap_or_default();
    if recorded.what == "layer" {
        report.same(recorded, "size", blob.stored_size);
    }
    report.same(recorded, "sha256", scan.digest.to_string());
    report.same(recorded, "compression", scan.compression.as_str());
    report.same(recorded, "uncompressed_size", scan.tar_size);
    report.same(recorded, "diff_id", scan.diff_id.map(|diff_id| diff_id.to_string()));
    if let Some(matches) = report.take(recorded, "diff_id_matches_config").and_then(Value::as_bool) {
        let state = image.layers[index].check.state;
        if (state == CheckState::Match) != matches {
            report.fail(format!("{}: {state:?}, recorded as matching: {matches}", recorded.place));
        }
    }
    report.same(recorded, "digest_ok", blob.check.state == CheckState::Match);
    let tar = unpacked(stored).map(|(_, tar)| tar).unwrap_or_default();
    report.same(recorded, "trailing_zero_bytes", trailing_zeros(&tar));
    report.same_list(recorded, "pax_keys", pax_keys(&tar).into_iter().map(Value::from).collect());
    // How a gzip stream is cut into members is nobody's business but the decoder's: that it read all of them shows in
    // the size and the diff id.
    report.leave(recorded, "members");
    if report.take(recorded, "tar_error").is_some() {
        // Of artifacts nothing is said, because they need not be tars: the layer is scanned once more by itself.
        let mut scan = LayerScan::new(ContentHash::Xxh3, &Limits::default());
        scan.push(stored);
        let alone = scan.finish().report;
        if alone.error.is_none() && alone.findings.is_empty() {
            report.fail(format!("{}: no tar, and nothing was said of it", recorded.place));
        }
        // The first so many names of what is no tar are none.
        report.leave(recorded, "names");
        return;
    }
    report.same(recorded, "entries", scan.entries);
    report.same(recorded, "hardlinks", scan.hardlinks);
    let names: Vec<String> = read(&tar, 1 << 16).0.iter().map(|(entry, _)| name(entry)).collect();
    let names = names.iter().map(|name| name.trim_end_matches('/')).collect::<Vec<_>>();
    let recorded_names = recorded.value.get("names").and_then(Value::as_array);
    if recorded_names.is_some_and(|recorded| recorded.is_empty()) && !names.is_empty() {
        // Long lists are left out of the vectors.
        report.leave(recorded, "names");
    } else {
        report.same_list(recorded, "names", names.iter().map(|&name| name.into()).collect());
    }
    let is_whiteout = |name: &&&str| name.rsplit('/').next().is_some_and(|name| name.starts_with(".wh."));
    let whiteouts: Vec<Value> = names.iter().filter(is_whiteout).map(|&name| name.into()).collect();
    if whiteouts.len() as u64 != u64::from(scan.whiteouts) {
        report.fail(format!("{}: counted {} whiteouts of {whiteouts:?}", recorded.place, scan.whiteouts));
    }
    report.same_list(recorded, "whiteouts", whiteouts);
}

fn check_layout(
    report: &mut Report,
    object: Object<'_>,
    opened: &Opened,
) -> Result<(), Box<dyn std::error::Error>> {
    let contents = &opened.contents;
    if let Some(header) = contents.file("oci-layout") {
        let header: Value = serde_json::from_slice(header)?;
        report.same(object, "oci_layout", header["imageLayoutVersion"].clone());
    } else {
        report.same(object, "oci_layout", Value::Null);
    }
    let Some(manifests) = report.take(object, "manifests") else { return Ok(()) };
    let index = contents.file("index.json").ok_or("there is no index.json")?;
    let index = Index::parse(index, &Limits::default())?;
    // The vectors have the type as written, the index that of its kind where none is.
    let declares = serde_json::from_slice::<Value>(index.raw())?.get("mediaType").is_some();
    report.same(object, "index_media_type", declares.then(|| index.media_type()));
    check_manifests(report, object.place, manifests, &index, opened)
}

fn check_manifests(
    report: &mut Report,
    place: &str,
    recorded: &Value,
    index: &Index,
    opened: &Opened,
) -> Result<(), Box<dyn std::error::Error>> {
    let recorded = recorded.as_array().map(Vec::as_slice).unwrap_or_default();
    if recorded.len() != index.manifests().len() {
        let found = index.manifests().len();
        report.fail(format!("{place}: read {found} manifests, recorded {}", recorded.len()));
    }
    for (descriptor, value) in index.manifests().iter().zip(recorded) {
        let place = format!("{place}: {}", descriptor.digest);
        let object = Object { what: "manifest", place: &place, value };
        check_descriptor(report, object, descriptor)?;
        check_manifest(report, object, descriptor, opened)?;
        report.end(object);
    }
    Ok(())
}

fn check_descriptor(
    report: &mut Report,
    object: Object<'_>,
    descriptor: &Descriptor,
) -> Result<(), serde_json::Error> {
    report.same(object, "mediaType", text(&descriptor.media_type));
    report.same(object, "digest", text(&descriptor.digest));
    report.same(object, "size", descriptor.size);
    report.same(object, "artifactType", text(&descriptor.artifact_type));
    report.same(object, "annotations", serde_json::to_value(&descriptor.annotations)?);
    report.same(object, "platform", serde_json::to_value(&descriptor.platform)?);
    Ok(())
}

fn check_manifest(
    report: &mut Report,
    object: Object<'_>,
    descriptor: &Descriptor,
    opened: &Opened,
) -> Result<(), Box<dyn std::error::Error>> {
    let Opened { data, contents } = opened;
    let image = data.images.iter().find(|image| image.manifest_digest.as_ref() == Some(&descriptor.digest));
    let Some(blob) = contents.blob(&descriptor.digest) else {
        report.same(object, "missing", true);
        if object.value.get("missing").is_none()
            || image.is_none_or(|image| image.presence != Presence::Absent)
        {
            report.fail(format!("{}: not in the file", object.place));
        }
        return Ok(());
    };
    let path = format!("blobs/{}", descriptor.digest.replace(':', "/"));
    let document = data.blobs.iter().find(|document| document.path == path);
    report.same(object, "digest_ok", document.map(|document| document.check.state == CheckState::Match));
    let has_other_size = data
        .findings
        .iter()
        .any(|finding| finding.code == "blob-size" && finding.file.as_deref() == Some(path.as_str()));
    report.same(object, "size_ok", !has_other_size);
    if let Some(manifests) = report.take(object, "manifests") {
        let index = Index::parse(blob, &Limits::default())?;
        return check_manifests(report, object.place, manifests, &index, opened);
    }
    let Some(image) = image else {
        report.fail(format!("{}: no image has this manifest", object.place));
        return Ok(());
    };
    let manifest = Manifest::parse(blob, &Limits::default())?;
    if let Some(config) = report.take(object, "config") {
        let place = format!("{}: config", object.place);
        let config = Object { what: "config", place: &place, value: config };
        check_descriptor(report, config, manifest.config())?;
        report.end(config);
    }
    let Some(layers) = report.take(object, "layers").and_then(Value::as_array) else { return Ok(()) };
    if layers.len() != manifest.layers().len() {
        let found = manifest.layers().len();
        report.fail(format!("{}: read {found} layers, recorded {}", object.place, layers.len()));
    }
    for (index, (descriptor, value)) in manifest.layers().iter().zip(layers).enumerate() {
        let place = format!("{}: {}", object.place, descriptor.digest);
        let layer = Object { what: "blob", place: &place, value };
        check_descriptor(report, layer, descriptor)?;
        check_layer(report, layer, image, index, opened);
        report.end(layer);
    }
    Ok(())
}
