//! OCI image layouts, and skopeo's `dir:`, which holds one manifest or list in the same terms.

use std::collections::BTreeMap;

use super::data::{BlobRole, Role};
use super::image::{Builder, ImageRecord, LayerUse, ManifestRecord, blob_path};
use crate::finding::{Finding, Severity};
use crate::json::{self, Value};
use crate::limits::LimitExceeded;
use crate::manifest::{Descriptor, Document, Index, Manifest, media_type};

/// How a dialect stores blobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Store {
    /// `blobs/<algorithm>/<hex>`.
    Layout,
    /// `<hex>`, and `<hex>.manifest.json` for manifests.
    Folder,
}

impl Store {
    fn path(self, digest: &str, is_manifest: bool) -> Option<String> {
        match self {
            Self::Layout => blob_path(digest),
            Self::Folder => {
                let (_, hex) = digest.split_once(':')?;
                Some(if is_manifest { format!("{hex}.manifest.json") } else { hex.to_owned() })
            }
        }
    }
}

/// What surrounds a manifest.
#[derive(Clone, Default)]
struct Context {
    /// Values of naming annotations.
    names: Vec<(String, String)>,
    indexes: Vec<String>,
}

/// Reads an OCI layout.
pub(super) fn read_layout(builder: &mut Builder<'_>) {
    check_header(builder);
    let Some((member, contents)) = builder.read("index.json") else { return };
    builder.blob(BlobRole::Index, member, Some(media_type::OCI_INDEX), None, contents);
    match Index::parse(contents, builder.limits) {
        Ok(index) => read_index(builder, Store::Layout, &index, &Context::default(), "index.json"),
        Err(error) => builder.reason(&error, "index.json"),
    }
}

/// Reads the one manifest or list of a `dir:` folder.
pub(super) fn read_folder(builder: &mut Builder<'_>) {
    const PATH: &str = "manifest.json";
    let Some((member, contents)) = builder.read(PATH) else { return };
    match Document::parse(contents, None, builder.limits) {
        Ok(Document::Manifest(manifest)) => {
            let descriptor = Descriptor {
                media_type: manifest.kind().media_type().to_owned(),
                digest: manifest.digest().to_string(),
                ..Descriptor::default()
            };
            builder.blob(BlobRole::Manifest, member, Some(&descriptor.media_type), None, contents);
            read_manifest(
                builder,
                Store::Folder,
                &descriptor,
                &Context::default(),
                Some(member),
                &manifest,
                PATH,
            );
        }
        Ok(Document::Index(index)) => {
            builder.blob(BlobRole::Index, member, Some(index.kind().media_type()), None, contents);
            let context = Context { indexes: vec![index.digest().to_string()], ..Context::default() };
            read_index(builder, Store::Folder, &index, &context, PATH);
        }
        Ok(Document::Schema1(_)) => builder.findings.push(|| {
            let message = "manifests of schema 1 name their layers in a form that is not read";
            Finding::new(Severity::Warning, "schema1", message).in_file(PATH)
        }),
        Err(error) => builder.reason(&error, PATH),
    }
}

fn check_header(builder: &mut Builder<'_>) {
    const PATH: &str = "oci-layout";
    if builder.listing.file(PATH, builder.limits).is_none() {
        builder.findings.push(|| {
            let message = "the file oci-layout is missing; strict readers refuse such a layout";
            Finding::new(Severity::Warning, "oci-layout-missing", message)
        });
        return;
    }
    let Some((_, contents)) = builder.read(PATH) else { return };
    match json::parse(contents, builder.limits) {
        Ok(value) => {
            let version =
                value.get("imageLayoutVersion").and_then(Value::as_str).unwrap_or_default().to_owned();
            if version != "1.0.0" {
                builder.findings.push(|| {
                    Finding::new(Severity::Warning, "oci-layout-version", "the layout's version is not 1.0.0")
                        .in_file(PATH)
                        .differing("1.0.0", version)
                });
            }
        }
        Err(error) => builder.reason(&error, PATH),
    }
}

fn read_index(builder: &mut Builder<'_>, store: Store, index: &Index, context: &Context, file: &str) {
    for descriptor in index.manifests() {
        // Past its limit the list of images does not grow, so nothing more is looked at.
        if builder.images.len() as u64 > u64::from(builder.limits.images) {
            return;
        }
        read_descriptor(builder, store, descriptor, context, file);
    }
}

fn read_descriptor(
    builder: &mut Builder<'_>,
    store: Store,
    descriptor: &Descriptor,
    context: &Context,
    file: &str,
) {
    let mut context = context.clone();
    for key in [media_type::ANNOTATION_CONTAINERD_NAME, media_type::ANNOTATION_REF_NAME] {
        if let Some(value) = descriptor.annotations.get(key) {
            context.names.push((key.to_owned(), value.clone()));
        }
    }
    if let Err(error) = descriptor.parsed_digest() {
        builder.findings.push(|| {
            let mut finding = Finding::from_reason(&error).in_file(file);
            finding.found = Some(descriptor.digest.clone());
            finding
        });
    }
    let path = store.path(&descriptor.digest, true);
    let member = path.as_deref().and_then(|path| builder.listing.file(path, builder.limits));
    let Some(member) = member else {
        return absent(builder, descriptor, &context);
    };
    let path = path.unwrap_or_default();
    check_size(builder, member, &path, descriptor);
    let Some(contents) = builder.read_member(member) else { return };
    let declared = Some(descriptor.media_type.as_str()).filter(|media_type| !media_type.is_empty());
    let known = declared.filter(|kind| media_type::is_manifest(kind) || media_type::is_index(kind));
    match Document::parse(contents, known, builder.limits) {
        Ok(Document::Manifest(manifest)) => {
            builder.blob(BlobRole::Manifest, member, declared, Some(&descriptor.digest), contents);
            read_manifest(builder, store, descriptor, &context, Some(member), &manifest, &path);
        }
        Ok(Document::Index(index)) => {
            builder.blob(BlobRole::Index, member, declared, Some(&descriptor.digest), contents);
            let depth = context.indexes.len() as u64 + 1;
            if context.indexes.contains(&descriptor.digest) {
                return builder.error("index-cycle", "the index contains itself", &path);
            }
            if let Err(limit) =
                LimitExceeded::check("indexDepth", u64::from(builder.limits.index_depth), depth)
            {
                return builder.reason(&limit, &path);
            }
            context.indexes.push(descriptor.digest.clone());
            read_index(builder, store, &index, &context, &path);
        }
        Ok(Document::Schema1(_)) | Err(_) if known.is_none() => {
            // Unknown media types are no errors (image-spec, image-layout.md).
            builder.blob(BlobRole::Other, member, declared, Some(&descriptor.digest), contents);
        }
        Ok(Document::Schema1(_)) => {
            builder.blob(BlobRole::Manifest, member, declared, Some(&descriptor.digest), contents);
        }
        Err(error) => {
            // That its digest is another one often says why it cannot be read.
            let role =
                if known.is_some_and(media_type::is_index) { BlobRole::Index } else { BlobRole::Manifest };
            builder.blob(role, member, declared, Some(&descriptor.digest), contents);
            builder.reason(&error, &path);
        }
    }
}

/// Reports a blob that has not the size that its descriptor declares.
fn check_size(builder: &mut Builder<'_>, member: usize, path: &str, descriptor: &Descriptor) {
    let stored = builder.listing.get(member).map(|member| member.size);
    if let Some(stored) = stored.filter(|&stored| stored != descriptor.size) {
        builder.findings.push(|| {
            Finding::new(Severity::Error, "blob-size", "the blob's size is not that of its descriptor")
                .in_file(path)
                .differing(descriptor.size.to_string(), stored.to_string())
        });
    }
}

/// An image of which only the index speaks.
fn absent(builder: &mut Builder<'_>, descriptor: &Descriptor, context: &Context) {
    if media_type::is_index(&descriptor.media_type) {
        builder.findings.push(|| {
            let message = format!("the index {} is not in the file", descriptor.digest);
            Finding::new(Severity::Warning, "index-absent", message)
        });
    }
    let mut image = start(builder, descriptor, context);
    image.lacks.manifest = true;
    image.lacks.config = true;
    add(builder, image);
}

fn start(builder: &mut Builder<'_>, descriptor: &Descriptor, context: &Context) -> ImageRecord {
    let mut image = ImageRecord {
        role: role(descriptor),
        platform: descriptor.platform.clone(),
        manifest: Some(ManifestRecord {
            member: None,
            digest: descriptor.digest.clone(),
            media_type: descriptor.media_type.clone(),
        }),
        indexes: context.indexes.clone(),
        annotations: descriptor.annotations.clone(),
        ..ImageRecord::default()
    };
    for (key, value) in &context.names {
        // The standard annotation holds a tag alone as often as a full name; a tag alone names nothing.
        let is_full = key == media_type::ANNOTATION_CONTAINERD_NAME || value.contains(['/', ':']);
        if is_full {
            builder.name(&mut image, value, "index.json");
        } else {
            image.ref_names.insert(value.clone());
        }
    }
    image
}

fn role(descriptor: &Descriptor) -> Role {
    let is_attestation = descriptor
        .annotations
        .get(media_type::ANNOTATION_DOCKER_TYPE)
        .is_some_and(|kind| kind == "attestation-manifest");
    let unknown = descriptor.platform.as_ref().is_some_and(|platform| platform.os == "unknown");
    if is_attestation || unknown { Role::Attestation } else { Role::Image }
}

fn read_manifest(
    builder: &mut Builder<'_>,
    store: Store,
    descriptor: &Descriptor,
    context: &Context,
    member: Option<usize>,
    manifest: &Manifest,
    file: &str,
) {
    let mut image = start(builder, descriptor, context);
    if let Some(record) = &mut image.manifest {
        record.member = member;
        record.media_type = manifest.kind().media_type().to_owned();
    }
    image.annotations = merged(manifest.annotations(), image.annotations);
    let config = manifest.config();
    let is_image = config.media_type.is_empty() || media_type::is_config(&config.media_type);
    if !is_image && image.role == Role::Image {
        image.role = Role::Artifact;
    }
    match store.path(&config.digest, false) {
        Some(path) => {
            if let Some(member) = builder.listing.file(&path, builder.limits) {
                check_size(builder, member, &path, config);
            }
            builder.config(&mut image, &path, Some(&config.media_type), Some(&config.digest));
        }
        None => image.lacks.config = true,
    }
    builder.check_platform(&image, file);
    if image.lacks.config && image.config_member.is_none() && image.role == Role::Image {
        builder.findings.push(|| {
            let message = format!("the config {} is not in the file", config.digest);
            Finding::new(Severity::Warning, "config-missing", message)
                .in_file(file)
                .differing(&config.digest, "nothing")
        });
    }
    for descriptor in manifest.layers() {
        let path = store.path(&descriptor.digest, false);
        let member = path.as_deref().and_then(|path| builder.listing.file(path, builder.limits));
        if let (Some(member), Some(path)) = (member, &path) {
            check_size(builder, member, path, descriptor);
        } else if image.role == Role::Image && descriptor.urls.is_empty() {
            builder.findings.push(|| {
                let message = format!("the layer {} is not in the file", descriptor.digest);
                Finding::new(Severity::Warning, "layer-missing", message)
                    .in_file(file)
                    .differing(&descriptor.digest, "nothing")
            });
        }
        let kind = Some(descriptor.media_type.as_str()).filter(|kind| !kind.is_empty());
        image.layers.push(LayerUse {
            layer: member.map(|member| builder.layer(member, Some(&descriptor.digest), kind)),
            digest: Some(descriptor.digest.clone()),
            media_type: kind.map(str::to_owned),
            size: Some(descriptor.size),
            ..LayerUse::default()
        });
    }
    builder.align(&mut image, file);
    add(builder, image);
}

/// Adds the image, or its names to the one with the same manifest.
fn add(builder: &mut Builder<'_>, image: ImageRecord) {
    let known = image.manifest.as_ref().and_then(|manifest| builder.manifests.get(&manifest.digest)).copied();
    match known.and_then(|known| builder.images.get_mut(known)) {
        Some(known) => {
            known.names.extend(image.names);
            known.ref_names.extend(image.ref_names);
            known.annotations = merged(&image.annotations, std::mem::take(&mut known.annotations));
        }
        None => {
            if let Some(manifest) = &image.manifest {
                builder.manifests.insert(manifest.digest.clone(), builder.images.len());
            }
            builder.image(image);
        }
    }
}

fn merged(below: &BTreeMap<String, String>, mut above: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for (key, value) in below {
        above.entry(key.clone()).or_insert_with(|| value.clone());
    }
    above
}
