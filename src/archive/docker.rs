//! `manifest.json` as `docker save` and its relatives write it.

use super::data::BlobRole;
use super::image::{Builder, ImageRecord, LayerUse, digest_in_name};
use crate::finding::{Finding, Severity};
use crate::manifest::{DockerArchiveItem, DockerArchiveManifest};

const MANIFEST: &str = "manifest.json";

/// Reads the images that `manifest.json` lists; false when it is no list.
/// `has_layout`: an OCI layout in the same file lists images as well.
pub(super) fn read(builder: &mut Builder<'_>, has_layout: bool) -> Option<&'static str> {
    let (member, contents) = builder.read(MANIFEST)?;
    let manifest = match DockerArchiveManifest::parse(contents, builder.limits) {
        Ok(manifest) => manifest,
        Err(error) => {
            builder.reason(&error, MANIFEST);
            return None;
        }
    };
    builder.blob(BlobRole::Index, member, None, None, contents);
    for item in &manifest.items {
        read_item(builder, item, has_layout);
    }
    builder.check_repositories();
    producer(builder, &manifest)
}

fn read_item(builder: &mut Builder<'_>, item: &DockerArchiveItem, has_layout: bool) {
    let mut image = ImageRecord { items: vec![item.clone()], ..ImageRecord::default() };
    for tag in &item.repo_tags {
        builder.name(&mut image, tag, MANIFEST);
    }
    match &item.config {
        Some(config) => builder.config(&mut image, config, None, digest_in_name(config).as_deref()),
        None => {
            image.lacks.config = true;
            builder.error("config-missing", "an item of manifest.json names no config", MANIFEST);
        }
    }
    for path in &item.layers {
        let member = builder.named_file("layer", path, MANIFEST);
        let digest = digest_of_layer(path);
        let layer = member.map(|member| builder.layer(member, digest.as_deref(), None));
        image.layers.push(LayerUse { layer, digest, ..LayerUse::default() });
    }
    if let Some(path) = &item.config {
        builder.named_file("config", path, MANIFEST);
    }
    builder.align(&mut image, MANIFEST);
    image.parent.clone_from(&item.parent);
    for layer in &mut image.layers {
        let source = layer.diff_id.as_ref().and_then(|diff_id| item.layer_sources.get(diff_id.as_str()));
        layer.foreign = source.filter(|source| !source.urls.is_empty()).cloned();
    }
    merge(builder, image, has_layout);
}

/// A layer's name is its digest in `blobs/`, and where crane, kaniko and jib write compressed layers.
fn digest_of_layer(path: &str) -> Option<String> {
    let is_named_by_digest = path.starts_with("blobs/") || (!path.contains('/') && path.contains(".tar."));
    is_named_by_digest.then(|| digest_in_name(path)).flatten()
}

/// Joins the item with the image that the OCI layout of the same file describes, if it does.
fn merge(builder: &mut Builder<'_>, image: ImageRecord, has_layout: bool) {
    let Some(id) = image.config.as_ref().map(crate::image::ImageConfig::id) else {
        return builder.image(image);
    };
    let same = |other: &&mut ImageRecord| other.config.as_ref().is_some_and(|config| config.id() == id);
    let Some(known) = builder.images.iter_mut().find(same) else {
        // Docker leaves untagged images out of the index (moby, daemon/internal/image/tarexport/save.go).
        if let Some(name) = image.names.first().filter(|_| has_layout) {
            builder.findings.push(|| {
                let message = format!("index.json does not list the image {name} that manifest.json lists");
                Finding::new(Severity::Warning, "image-not-in-index", message)
                    .in_file(MANIFEST)
                    .differing(id.to_string(), "nothing")
            });
        }
        return builder.image(image);
    };
    let pairs = known.layers.iter().zip(&image.layers).map(|(known, other)| known.layer.zip(other.layer));
    let differing = pairs.flatten().find(|(known, other)| known != other);
    known.names.extend(image.names);
    known.ref_names.extend(image.ref_names);
    known.parent = known.parent.take().or(image.parent);
    known.items.extend(image.items);
    // Docker 25.0 wrote OCI manifests without layers: the list is right then.
    let stored = |layers: &[LayerUse]| layers.iter().filter(|layer| layer.layer.is_some()).count();
    if stored(&known.layers) < stored(&image.layers) {
        known.layers = image.layers;
    }
    if let Some((known, other)) = differing {
        let (expected, found) = (builder.layer_path(known), builder.layer_path(other));
        builder.findings.push(|| {
            let message = format!("manifest.json and index.json name different files as a layer of {id}");
            Finding::new(Severity::Warning, "layers-differ", message)
                .in_file(MANIFEST)
                .differing(expected, found)
        });
    }
}

/// Who wrote the file, by the habits that give writers away.
fn producer(builder: &Builder<'_>, manifest: &DockerArchiveManifest) -> Option<&'static str> {
    let items = &manifest.items;
    let config = items.first()?.config.as_deref()?;
    let layers = || items.iter().flat_map(|item| &item.layers);
    let has_v1_folders = || layers().any(|path| builder.listing.has(&path.replace("layer.tar", "VERSION")));
    Some(match () {
        () if config.starts_with("blobs/") && items.iter().all(|item| !item.layer_sources.is_empty()) => {
            "Docker 25 or later"
        }
        () if config.starts_with("blobs/") => "Docker with the containerd store, or buildx",
        () if config.starts_with("sha256:") => "crane, ko or kaniko",
        () if config == "config.json" => "jib",
        () if layers().all(|path| !path.contains('/') && path.ends_with(".tar")) => {
            "podman, buildah or skopeo"
        }
        () if layers().all(|path| path.ends_with("/layer.tar")) && has_v1_folders() => "Docker 1.10 to 24",
        () if layers().all(|path| path.ends_with("/layer.tar")) => "Nix",
        () => return None,
    })
}
