//! The layouts that store blobs by their digest: OCI image layouts, those of Docker 25 and later, and skopeo's `dir:`.

use std::collections::{BTreeMap, BTreeSet};

use super::documents::{self, Item};
use super::error::LayoutError;
use super::index::{Indexes, Target};
use super::layout::Layout;
use super::member::{Content, Member};
use super::names::docker_names;
use super::options::ArchiveFormat;
use super::parts::{ImageParts, LayerParts};
use super::plan::{Fate, created};
use super::report::{DropReason, WrittenImage};
use super::roots;
use crate::archive::Role;
use crate::codec::Compression;
use crate::digest::Digest;
use crate::image::{CanonicalRules, DiffId, v1};
use crate::layer::LayerForm;
use crate::manifest::{Descriptor, Manifest, media_type};

const FILE: u32 = 0o644;
const FOLDER: u32 = 0o755;

/// Members by path.
pub(super) type Members = BTreeMap<String, Member>;

/// The path of a blob.
pub(super) fn path(format: ArchiveFormat, digest: &Digest) -> String {
    match format {
        ArchiveFormat::Dir => digest.hex(),
        _ => format!("blobs/{}/{}", digest.algorithm(), digest.hex()),
    }
}

/// The folders that blobs lie in.
pub(super) fn folders(layout: &Layout, format: ArchiveFormat) -> Members {
    let mut members = Members::new();
    if format == ArchiveFormat::Dir {
        return members;
    }
    let times = layout.configs.iter().map(|config| created(config.as_ref()));
    let newest = if format == ArchiveFormat::DockerOci { times.max().unwrap_or(0) } else { 0 };
    put(&mut members, "blobs/", FOLDER, newest, Content::Folder);
    let mut algorithms = BTreeSet::from(["sha256".to_owned()]);
    algorithms.extend(layout.planned.iter().filter_map(|layer| {
        let path = layer.path.as_ref()?.strip_prefix("blobs/")?;
        path.split_once('/').map(|(algorithm, _)| algorithm.to_owned())
    }));
    for algorithm in algorithms {
        put(&mut members, &format!("blobs/{algorithm}/"), FOLDER, 0, Content::Folder);
    }
    members
}

/// All members but the layers; without the folders when layers were written before.
pub(super) fn documents(layout: &mut Layout) -> Result<Members, LayoutError> {
    let format = layout.options.format;
    let mut members = Members::new();
    let mut targets = BTreeMap::new();
    let mut listed = Vec::new();
    for index in 0..layout.contents.images.len() {
        let (Some(image), Some(fate)) = (layout.contents.images.get(index), layout.fates.get(index)) else {
            continue;
        };
        let target = match fate {
            Fate::Dropped => None,
            fate => Some(image_blobs(layout, index, image, fate, &mut members)),
        };
        if let Some(manifest) = &image.manifest {
            targets.insert(manifest.digest.clone(), target.clone());
        }
        listed.push(target);
    }
    for (index, target) in listed.iter().enumerate() {
        let (Some(image), Some(target)) = (layout.contents.images.get(index), target) else { continue };
        let was = image.manifest.as_ref().map(|manifest| manifest.digest.clone());
        layout.report.images.push(WrittenImage {
            index,
            id: layout.configs.get(index).and_then(Option::as_ref).map(|config| config.id().to_string()),
            names: image.names.iter().map(|name| name.as_str().to_owned()).collect(),
            replaced: was.filter(|was| *was != target.digest),
            manifest: Some(target.digest.clone()),
        });
    }
    let indexes = Indexes::new(layout, targets)?;
    let mut found = roots::find(layout, indexes, &listed)?;
    for (digest, raw) in std::mem::take(&mut found.documents) {
        let path = match format {
            ArchiveFormat::Dir => format!("{}.manifest.json", hex(&digest)),
            _ => blob_path(format, &digest),
        };
        put(&mut members, &path, FILE, 0, Content::Bytes(raw.to_vec()));
    }
    for dropped in found.dropped {
        layout.report.drop(dropped.what, dropped.reason);
    }
    if format == ArchiveFormat::Dir {
        put(&mut members, "manifest.json", FILE, 0, Content::Bytes(found.index));
        put(&mut members, "version", FILE, 0, Content::Bytes(documents::DIR_VERSION.into()));
        return Ok(members);
    }
    put(&mut members, "index.json", FILE, 0, Content::Bytes(found.index));
    put(&mut members, "oci-layout", FILE, 0, Content::Bytes(documents::OCI_LAYOUT.into()));
    if format == ArchiveFormat::DockerOci {
        docker_lists(layout, &mut members);
    }
    let has_layers_before =
        layout.planned.iter().any(|layer| matches!(layer.read.form, LayerForm::Encoded(_)));
    let is_late = has_layers_before || layout.options.encoding != super::LayerEncoding::Keep;
    if !is_late {
        members.extend(folders(layout, format));
    }
    Ok(members)
}

/// The config and the manifest of an image.
fn image_blobs(
    layout: &Layout,
    index: usize,
    image: &ImageParts,
    fate: &Fate,
    members: &mut Members,
) -> Target {
    let format = layout.options.format;
    let config = layout.configs.get(index).and_then(Option::as_ref);
    let mtime = if format == ArchiveFormat::DockerOci { created(config) } else { 0 };
    let (manifest, config_digest) = match fate {
        Fate::Kept(manifest) => {
            let digest = image.manifest.as_ref().map(|manifest| manifest.digest.clone());
            let target = Target {
                digest: digest.unwrap_or_else(|| manifest.digest().to_string()),
                media_type: manifest.media_type().to_owned(),
                raw: manifest.raw().into(),
            };
            (target, manifest.config().digest.clone())
        }
        Fate::Anew(old) => anew(layout, index, image, old.as_deref()),
        Fate::Dropped => return Target::default(),
    };
    if !config_digest.is_empty() && !image.config.is_empty() {
        let path = blob_path(format, &config_digest);
        put(members, &path, FILE, mtime, Content::Bytes(image.config.clone()));
    }
    if format == ArchiveFormat::DockerOci
        && let Some(config) = config
    {
        // Nothing names them; Docker has written them since 25.
        for (_, document) in v1::documents(config, CanonicalRules::Current) {
            let path = path(format, &Digest::sha256(&document));
            put(members, &path, FILE, mtime, Content::Bytes(document));
        }
    }
    manifest
}

/// A manifest for what is written of an image. Annotations of the old one stay, those of layers go with the layers.
fn anew(layout: &Layout, index: usize, image: &ImageParts, old: Option<&Manifest>) -> (Target, String) {
    let config_digest = Digest::sha256(&image.config).to_string();
    let config = Descriptor {
        media_type: media_type::OCI_CONFIG.to_owned(),
        digest: config_digest.clone(),
        size: image.config.len() as u64,
        ..Descriptor::default()
    };
    let layers = (0..image.layers.len()).filter_map(|layer| descriptor(layout, index, layer));
    let notes = old.map(|old| old.annotations().clone()).unwrap_or_default();
    let raw = documents::manifest(&config, &layers.collect::<Vec<_>>(), &notes);
    let digest = Digest::sha256(&raw).to_string();
    (Target { digest, media_type: media_type::OCI_MANIFEST.to_owned(), raw: raw.into() }, config_digest)
}

/// What is written of a layer of an image.
fn descriptor(layout: &Layout, image: usize, layer: usize) -> Option<Descriptor> {
    let parts = layout.contents.images.get(image)?.layers.get(layer)?;
    let Some((digest, size)) = layout.result(image, layer) else {
        return parts.foreign.clone();
    };
    let planned = layout.uses.get(image)?.get(layer).copied()??;
    let form = layout.planned.get(planned)?.read.form;
    let (digest, media_type) = (digest.to_string(), layer_type(parts, form));
    Some(Descriptor { media_type, digest, size, ..Descriptor::default() })
}

/// The media type of a layer in the form in which it is written.
fn layer_type(layer: &LayerParts, form: LayerForm) -> String {
    let compression = match form {
        LayerForm::Plain => Some(Compression::None),
        LayerForm::Encoded(encoding) => Some(encoding.compression),
        LayerForm::Stored => layer.compression,
    };
    let declared = layer.media_type.as_deref();
    let known = match compression {
        Some(Compression::Gzip) => media_type::OCI_LAYER_GZIP,
        Some(Compression::Zstd) => media_type::OCI_LAYER_ZSTD,
        Some(_) => media_type::OCI_LAYER,
        // It stays as it is declared, in the OCI's words.
        None => match declared {
            Some(media_type::DOCKER_LAYER_GZIP | media_type::DOCKER_FOREIGN_LAYER_GZIP) => {
                media_type::OCI_LAYER_GZIP
            }
            Some(media_type::DOCKER_LAYER_ZSTD) => media_type::OCI_LAYER_ZSTD,
            Some(media_type::DOCKER_LAYER | media_type::DOCKER_FOREIGN_LAYER) | None => media_type::OCI_LAYER,
            Some(other) => other,
        },
    };
    // What is no plain tar in any compression keeps its own name.
    let own = declared.filter(|kind| !media_type::is_layer(kind) || kind.ends_with("+encrypted"));
    own.unwrap_or(known).to_owned()
}

/// `manifest.json` and `repositories` beside an OCI layout.
fn docker_lists(layout: &mut Layout, members: &mut Members) {
    let names = docker_names(layout);
    let ids: BTreeSet<String> =
        layout.configs.iter().flatten().map(|config| config.id().to_string()).collect();
    let mut items: Vec<Item> = Vec::new();
    let mut repositories: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (index, image) in layout.contents.images.iter().enumerate() {
        let config = layout.configs.get(index).and_then(Option::as_ref);
        let is_listed = image.role == Role::Image && layout.fates.get(index) != Some(&Fate::Dropped);
        let Some(config) = config.filter(|_| is_listed) else { continue };
        let path = match layout.fates.get(index) {
            Some(Fate::Kept(manifest)) => blob_path(layout.options.format, &manifest.config().digest),
            _ => path(layout.options.format, &config.id().digest()),
        };
        if items.iter().any(|item| item.config == path) {
            continue;
        }
        let descriptors = (0..image.layers.len()).map(|layer| descriptor(layout, index, layer));
        let descriptors: Vec<Descriptor> = descriptors.map(Option::unwrap_or_default).collect();
        let diff_ids = &config.rootfs().diff_ids;
        let own = names.get(index).into_iter().flatten();
        // It names layers that are in the file by their diff ids, so what is compressed has no place there. Docker's
        // containerd store, whose layers are, writes none.
        let is_plain = |top: &&DiffId| descriptors.last().is_some_and(|layer| layer.digest == top.as_str());
        if let Some(top) = diff_ids.last().filter(is_plain) {
            for name in own.clone() {
                let top = top.as_str().strip_prefix("sha256:").unwrap_or(top.as_str());
                let tags = repositories.entry(name.familiar_name().to_owned()).or_default();
                tags.insert(name.tag().unwrap_or_default().to_owned(), top.to_owned());
            }
        }
        let parent = image.parent.map(|parent| parent.to_string());
        items.push(Item {
            config: path,
            repo_tags: own.map(|name| name.familiar().to_owned()).collect(),
            layers: descriptors.iter().map(|layer| blob_path(layout.options.format, &layer.digest)).collect(),
            parent: parent.filter(|parent| ids.contains(parent)),
            sources: diff_ids.iter().map(|diff_id| diff_id.as_str().to_owned()).zip(descriptors).collect(),
        });
    }
    put(members, "manifest.json", FILE, 0, Content::Bytes(documents::manifest_json(&items)));
    if !repositories.is_empty() {
        put(members, "repositories", FILE, 0, Content::Bytes(documents::repositories(&repositories)));
    }
}

/// The path of a blob whose digest was checked, as text.
fn blob_path(format: ArchiveFormat, digest: &str) -> String {
    match format {
        ArchiveFormat::Dir => hex(digest).to_owned(),
        _ => format!("blobs/{}", digest.replacen(':', "/", 1)),
    }
}

fn hex(digest: &str) -> &str {
    digest.split_once(':').map_or(digest, |(_, hex)| hex)
}

fn put(members: &mut Members, path: &str, mode: u32, mtime: u64, content: Content) {
    // What images share has the time of the first.
    members.entry(path.to_owned()).or_insert_with(|| Member {
        path: Some(path.to_owned()),
        mode,
        mtime,
        content,
    });
}

/// Reports what a layout of one image leaves out.
pub(super) fn drop_names(layout: &mut Layout) {
    let names = layout.contents.images.iter().flat_map(|image| {
        let names = image.names.iter().map(|name| name.as_str().to_owned());
        names.chain(image.ref_names.iter().cloned())
    });
    for name in names.collect::<BTreeSet<_>>() {
        layout.report.drop(name, DropReason::NoPlace);
    }
}
