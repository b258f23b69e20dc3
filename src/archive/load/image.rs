//! Planning one image: whether what the file says of it agrees.

use super::{LoadOptions, LoadProblem, PlannedConfig, PlannedImage, PlannedLayer};
use crate::archive::image::{ImageRecord, LayerUse};
use crate::archive::model::Archive;
use crate::digest::Digest;
use crate::image::ImageConfig;
use crate::manifest::Manifest;
use crate::reference::Reference;

const MANIFEST: &str = "manifest.json";

impl ImageRecord {
    /// The entry of its configuration.
    pub(super) fn config_path(&self, archive: &Archive) -> String {
        let listed = self.items.iter().find_map(|item| item.config.clone());
        let stored = || archive.listing.get(self.config_member?).map(|member| member.display());
        listed.or_else(stored).or_else(|| self.check.declared.clone()).unwrap_or_default()
    }

    /// The entry that describes it.
    fn entry(&self, archive: &Archive) -> String {
        let member = self.manifest.as_ref().and_then(|manifest| manifest.member);
        match member.and_then(|member| archive.listing.get(member)) {
            Some(member) => member.display(),
            None => MANIFEST.to_owned(),
        }
    }
}

/// Plans an image that has a configuration.
pub(super) fn plan(
    archive: &Archive,
    number: usize,
    record: &ImageRecord,
    options: &LoadOptions,
) -> Result<PlannedImage, Vec<LoadProblem>> {
    let mut problems = Vec::new();
    problems.extend(check_manifest(archive, number, record));
    let config = check_config(archive, number, record, options).map_err(|problem| problems.push(problem));
    let names = names(record, options, &mut problems);
    if let Ok(config) = &config {
        problems.extend(check_count(archive, number, record, config));
    }
    let layers = layers(archive, record, &mut problems);
    match config {
        Ok(config) if problems.is_empty() => Ok(PlannedImage {
            image: number,
            id: Some(config.id()),
            names,
            parent: None,
            layers,
            config: PlannedConfig::Stored(config.raw().to_vec()),
        }),
        _ => Err(problems),
    }
}

/// Plans a legacy image, whose configuration is made when its layers have been read.
pub(super) fn legacy(
    archive: &Archive,
    number: usize,
    record: &ImageRecord,
    options: &LoadOptions,
) -> Result<PlannedImage, Vec<LoadProblem>> {
    let mut problems = Vec::new();
    let documents = record.legacy.clone().unwrap_or_default();
    let names = names(record, options, &mut problems);
    let mut layers = layers(archive, record, &mut problems);
    // The document lies beside the layer.
    let top = layers.last().map(|layer| layer.entry.as_str()).unwrap_or_default();
    let entry =
        top.strip_suffix("layer.tar").map_or_else(|| top.to_owned(), |folder| format!("{folder}json"));
    match &record.config {
        Some(config) if !record.lacks.config => problems.extend(check_os(config, options, || entry)),
        _ => problems.push(LoadProblem::ConfigMissing { entry }),
    }
    for layer in &mut layers {
        if layer.blob.is_none() {
            problems.push(LoadProblem::LayerMissing { entry: std::mem::take(&mut layer.entry) });
        }
        layer.diff_id = None;
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let config = PlannedConfig::Legacy(documents);
    Ok(PlannedImage { image: number, id: None, names, parent: None, layers, config })
}

fn check_manifest(archive: &Archive, number: usize, record: &ImageRecord) -> Option<LoadProblem> {
    let expected = record.manifest.as_ref()?.digest.clone();
    let declared = Digest::parse(&expected).ok()?;
    let found = Digest::of(declared.algorithm(), archive.raw_manifest(number).ok()?);
    let (entry, found) = (record.entry(archive), found.to_string());
    (found != expected).then_some(LoadProblem::ManifestDigest { entry, expected, found })
}

fn check_config(
    archive: &Archive,
    number: usize,
    record: &ImageRecord,
    options: &LoadOptions,
) -> Result<ImageConfig, LoadProblem> {
    let entry = || record.config_path(archive);
    let Ok(raw) = archive.raw_config(number) else {
        return Err(LoadProblem::ConfigMissing { entry: entry() });
    };
    if let (Some(expected), Some(found)) = (&record.check.declared, &record.check.computed)
        && expected != found
    {
        let (expected, found) = (expected.clone(), found.clone());
        return Err(LoadProblem::ConfigDigest { entry: entry(), expected, found });
    }
    let config = ImageConfig::parse(raw, &archive.limits)
        .map_err(|source| LoadProblem::Config { entry: entry(), source })?;
    let fields = config.fields();
    let checked = config.rootfs().check().and_then(|()| fields.check_history());
    checked.map_err(|source| LoadProblem::Check { entry: entry(), source })?;
    check_os(&config, options, entry).map_or(Ok(config), Err)
}

/// An image that names no operating system is one for that of the store.
fn check_os(
    config: &ImageConfig,
    options: &LoadOptions,
    entry: impl FnOnce() -> String,
) -> Option<LoadProblem> {
    let (expected, found) = (options.os.clone()?, config.fields().os.clone());
    let is_other = !found.is_empty() && !found.eq_ignore_ascii_case(&expected);
    is_other.then(|| LoadProblem::OperatingSystem { entry: entry(), expected, found })
}

/// The list of layers in the manifest, or in that of `manifest.json`, is as long as the one in the configuration.
fn check_count(
    archive: &Archive,
    number: usize,
    record: &ImageRecord,
    config: &ImageConfig,
) -> Option<LoadProblem> {
    let expected = config.rootfs().diff_ids.len();
    // Docker 25.0 wrote OCI manifests without layers: where there is a list beside them, it decides.
    let listed = record.items.iter().map(|item| (MANIFEST.to_owned(), item.layers.len()));
    let mut counts: Vec<(String, usize)> = listed.collect();
    if counts.is_empty()
        && let Ok(raw) = archive.raw_manifest(number)
        && let Ok(manifest) = Manifest::parse(raw, &archive.limits)
    {
        counts.push((record.entry(archive), manifest.layers().len()));
    }
    let (entry, found) = counts.into_iter().find(|(_, found)| *found != expected)?;
    Some(LoadProblem::LayerCount { entry, expected, found })
}

fn names(record: &ImageRecord, options: &LoadOptions, problems: &mut Vec<LoadProblem>) -> Vec<Reference> {
    if options.names.is_none() {
        return Vec::new();
    }
    for name in record.items.iter().flat_map(|item| &item.repo_tags) {
        let (entry, name) = (MANIFEST.to_owned(), name.clone());
        match Reference::parse_normalized(&name) {
            Err(source) => problems.push(LoadProblem::Name { entry, name, source }),
            Ok(found) if found.tag().is_none() => problems.push(LoadProblem::NoTag { entry, name }),
            Ok(_) => {}
        }
    }
    record.names.iter().filter_map(|name| Reference::parse_normalized(name).ok()).collect()
}

fn layers(archive: &Archive, record: &ImageRecord, problems: &mut Vec<LoadProblem>) -> Vec<PlannedLayer> {
    let listed = record.items.iter().map(|item| &item.layers).max_by_key(|layers| layers.len());
    let mut planned = Vec::new();
    for (position, layer) in record.layers.iter().enumerate() {
        let entry = entry(archive, layer, listed.and_then(|layers| layers.get(position)));
        let stored = layer.layer.and_then(|blob| archive.layer_source(blob).ok());
        if let (Some(expected), Some(stored)) = (layer.size, stored)
            && expected != stored.length
        {
            let (entry, found) = (entry.clone(), stored.length);
            problems.push(LoadProblem::LayerSize { entry, expected, found });
        }
        let same = |other: &&PlannedLayer| other.blob.is_some() && other.blob == layer.layer;
        if let Some(first) = planned.iter().find(same).and_then(|other| other.diff_id.clone())
            && let Some(second) = layer.diff_id.clone().filter(|second| *second != first)
        {
            problems.push(LoadProblem::TwoLayers { entry: entry.clone(), first, second });
        }
        planned.push(PlannedLayer {
            entry,
            blob: layer.layer,
            diff_id: layer.diff_id.clone(),
            digest: layer.digest.as_deref().and_then(|digest| Digest::parse(digest).ok()),
        });
    }
    planned
}

/// The entry of a layer: as it is listed, else where it was found, else what it is called.
fn entry(archive: &Archive, layer: &LayerUse, listed: Option<&String>) -> String {
    let member = layer.layer.and_then(|blob| archive.listing.get(archive.layer_member(blob)?));
    let found = || member.map(|member| member.display());
    listed.cloned().or_else(found).or_else(|| layer.digest.clone()).unwrap_or_else(|| {
        layer.diff_id.as_ref().map(|diff_id| diff_id.as_str().to_owned()).unwrap_or_default()
    })
}
