//! The text of manifests, indexes and lists.

use std::collections::BTreeMap;

use crate::image::Platform;
use crate::json::{Escapes, ObjectWriter, write_array};
use crate::manifest::{Descriptor, media_type};

/// The file `oci-layout`, with the space that Docker writes.
pub(super) const OCI_LAYOUT: &str = r#"{"imageLayoutVersion": "1.0.0"}"#;
/// The file `version` of skopeo's `dir:`.
pub(super) const DIR_VERSION: &str = "Directory Transport Version: 1.1\n";

const ESCAPES: Escapes = Escapes::Current;

/// One image of `manifest.json`.
pub(super) struct Item {
    pub(super) config: String,
    pub(super) repo_tags: Vec<String>,
    pub(super) layers: Vec<String>,
    pub(super) parent: Option<String>,
    pub(super) sources: BTreeMap<String, Descriptor>,
}

/// `manifest.json`, with the line feed that Docker ends it with.
pub(super) fn manifest_json(items: &[Item]) -> Vec<u8> {
    let mut text = write_array(items.iter().map(|item| {
        let mut object = ObjectWriter::new(ESCAPES);
        object.string("Config", &item.config);
        object.strings("RepoTags", Some(&item.repo_tags[..]).filter(|tags| !tags.is_empty()));
        object.strings("Layers", Some(&item.layers));
        if let Some(parent) = &item.parent {
            object.string("Parent", parent);
        }
        if !item.sources.is_empty() {
            object.map("LayerSources", Some(&item.sources), |object, diff_id, source| {
                object.raw(diff_id, &layer_source(source));
            });
        }
        object.finish()
    }));
    text.push(b'\n');
    text
}

/// A descriptor in the order of the older structure that `LayerSources` holds.
fn layer_source(descriptor: &Descriptor) -> Vec<u8> {
    let mut object = ObjectWriter::new(ESCAPES);
    object.string("mediaType", &descriptor.media_type);
    object.raw("size", descriptor.size.to_string().as_bytes());
    object.string("digest", &descriptor.digest);
    object.strings_if_any("urls", Some(&descriptor.urls));
    object.finish()
}

/// `repositories`: name to tag to id, with the line feed that Docker ends it with.
pub(super) fn repositories(names: &BTreeMap<String, BTreeMap<String, String>>) -> Vec<u8> {
    let mut object = ObjectWriter::new(ESCAPES);
    for (name, tags) in names {
        object.map(name, Some(tags), |object, tag, id| object.string(tag, id));
    }
    let mut text = object.finish();
    text.push(b'\n');
    text
}

/// A descriptor.
pub(super) fn descriptor(descriptor: &Descriptor) -> Vec<u8> {
    let mut object = ObjectWriter::new(ESCAPES);
    object.string("mediaType", &descriptor.media_type);
    object.string("digest", &descriptor.digest);
    object.raw("size", descriptor.size.to_string().as_bytes());
    object.strings_if_any("urls", Some(&descriptor.urls));
    annotations(&mut object, &descriptor.annotations);
    if let Some(platform) = &descriptor.platform {
        object.raw("platform", &self::platform(platform));
    }
    object.string_if_any("artifactType", &descriptor.artifact_type);
    object.finish()
}

fn annotations(object: &mut ObjectWriter, annotations: &BTreeMap<String, String>) {
    if !annotations.is_empty() {
        object.map("annotations", Some(annotations), |object, key, value| object.string(key, value));
    }
}

fn platform(platform: &Platform) -> Vec<u8> {
    let mut object = ObjectWriter::new(ESCAPES);
    object.string("architecture", &platform.architecture);
    object.string("os", &platform.os);
    object.string_if_any("os.version", &platform.os_version);
    object.strings_if_any("os.features", Some(&platform.os_features));
    object.string_if_any("variant", &platform.variant);
    object.finish()
}

/// The manifest of an image.
pub(super) fn manifest(
    config: &Descriptor,
    layers: &[Descriptor],
    notes: &BTreeMap<String, String>,
) -> Vec<u8> {
    let mut object = ObjectWriter::new(ESCAPES);
    object.raw("schemaVersion", b"2");
    object.string("mediaType", media_type::OCI_MANIFEST);
    object.raw("config", &descriptor(config));
    object.array("layers", layers.iter().map(descriptor));
    annotations(&mut object, notes);
    object.finish()
}

/// An index of descriptors that are JSON already.
pub(super) fn index(manifests: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut object = ObjectWriter::new(ESCAPES);
    object.raw("schemaVersion", b"2");
    object.string("mediaType", media_type::OCI_INDEX);
    object.array("manifests", manifests);
    object.finish()
}
