//! An opened file: its images and layers, and what has been learned of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::data::{
    ArchiveData, BlobData, Check, CheckState, ImageData, ImageLayerData, LayerData, LayerState, Presence,
    Role,
};
use super::dialect::FileKind;
use super::documents::Documents;
use super::error::ArchiveError;
use super::image::{BlobRecord, Builder, ImageRecord, LayerRecord, LayerUse};
use super::listing::Listing;
use super::{docker, legacy, oci};
use crate::codec::{Compression, SeekIndex};
use crate::finding::{Finding, Findings, Severity};
use crate::image::{DiffId, HistoryStepData, ImageConfig, Timestamp, align, chain_ids, v1};
use crate::layer::FileTree;
use crate::limits::Limits;
use crate::reference::Reference;

/// Where a layer's stored bytes lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerSource {
    /// Which file of a folder; 0 for an archive.
    pub file: u32,
    /// First byte in that file.
    pub offset: u64,
    /// Number of bytes.
    pub length: u64,
}

/// An opened file.
#[derive(Debug)]
pub struct Archive {
    pub(super) kind: FileKind,
    producer: Option<&'static str>,
    pub(super) compression: Compression,
    pub(super) size: u64,
    /// Places in a file that is compressed as a whole, after a pass.
    pub(super) seek: Option<SeekIndex>,
    pub(super) listing: Listing,
    pub(super) documents: Documents,
    pub(super) images: Vec<ImageRecord>,
    pub(super) layers: Vec<LayerRecord>,
    pub(super) blobs: Vec<BlobRecord>,
    pub(super) findings: Findings,
    facts: Vec<(String, String)>,
    pub(super) limits: Limits,
}

/// What is known of a file before its images are looked for.
pub(super) struct Outline {
    pub(super) kind: FileKind,
    pub(super) compression: Compression,
    pub(super) size: u64,
    pub(super) facts: Vec<(String, String)>,
    pub(super) findings: Findings,
}

/// A file whose images are being looked for.
pub(super) struct Draft {
    pub(super) outline: Outline,
    pub(super) listing: Listing,
    pub(super) documents: Documents,
}

/// What came of looking for images.
pub(super) enum Interpretation {
    /// All is known.
    Complete(Box<Archive>),
    /// The contents of these members are needed first.
    Wanting(Box<Draft>, Vec<usize>),
}

impl Archive {
    /// Reads the images out of the listing.
    pub(super) fn interpret(draft: Draft, limits: &Limits) -> Interpretation {
        let Draft { outline, listing, documents } = draft;
        let mut builder = Builder::new(&listing, &documents, limits);
        let producer = match outline.kind {
            FileKind::DockerArchiveV1 => legacy::read(&mut builder),
            FileKind::DockerArchive => docker::read(&mut builder, false),
            FileKind::DockerArchiveOci => {
                oci::read_layout(&mut builder);
                docker::read(&mut builder, true)
            }
            FileKind::OciLayout => {
                oci::read_layout(&mut builder);
                None
            }
            FileKind::SkopeoDir => {
                oci::read_folder(&mut builder);
                Some("skopeo, podman or buildah")
            }
            FileKind::Rootfs => {
                root_layer(&mut builder);
                None
            }
            _ => None,
        };
        builder.check_names(outline.kind);
        let Builder { images, layers, blobs, findings: found, .. } = builder;
        let wanted = documents.take_wanted();
        if !wanted.is_empty() {
            return Interpretation::Wanting(Box::new(Draft { outline, listing, documents }), wanted);
        }
        let Outline { kind, compression, size, facts, mut findings } = outline;
        let (found, _) = found.into_parts();
        found.into_iter().for_each(|finding| findings.push(|| finding));
        for path in &listing.repeated {
            findings.push(|| {
                let message = "the archive holds this path more than once; the last one counts";
                Finding::new(Severity::Warning, "path-repeated", message)
                    .in_file(String::from_utf8_lossy(path).into_owned())
            });
        }
        let limits = *limits;
        let archive = Self {
            kind,
            producer,
            compression,
            size,
            seek: None,
            listing,
            documents,
            images,
            layers,
            blobs,
            findings,
            facts,
            limits,
        };
        Interpretation::Complete(Box::new(archive))
    }

    /// What the file is.
    pub fn kind(&self) -> FileKind {
        self.kind
    }

    /// Number of images.
    pub fn image_count(&self) -> usize {
        self.images.len()
    }

    /// Bytes of the file as it is stored.
    pub(crate) fn stored_size(&self) -> u64 {
        self.size
    }

    /// Number of stored layers.
    pub fn layer_count(&self) -> usize {
        self.layers.len()
    }

    /// Where the stored bytes of a layer lie: in a file that is compressed as a whole, in what it decompresses to.
    ///
    /// # Errors
    /// There is no such layer.
    pub fn layer_source(&self, layer: usize) -> Result<LayerSource, ArchiveError> {
        let record = self.layer(layer)?;
        if self.kind == FileKind::Rootfs {
            return Ok(LayerSource { file: 0, offset: 0, length: self.size });
        }
        let member = self.listing.get(record.member);
        let source = member.map(|member| {
            // A truncated archive holds less than its headers say. How much a compressed one holds is not known.
            let is_known = member.file == 0 && self.compression == Compression::None;
            let held = if is_known { self.size.saturating_sub(member.offset) } else { member.size };
            LayerSource { file: member.file, offset: member.offset, length: member.size.min(held) }
        });
        source.ok_or(ArchiveError::NoLayer { index: layer, count: self.layers.len() })
    }

    pub(super) fn layer(&self, index: usize) -> Result<&LayerRecord, ArchiveError> {
        self.layers.get(index).ok_or(ArchiveError::NoLayer { index, count: self.layers.len() })
    }

    pub(super) fn image(&self, index: usize) -> Result<&ImageRecord, ArchiveError> {
        self.images.get(index).ok_or(ArchiveError::NoImage { index, count: self.images.len() })
    }

    /// The member that stores a layer, for passes that scan as they go.
    pub(super) fn layer_member(&self, layer: usize) -> Option<usize> {
        self.layers.get(layer).map(|record| record.member)
    }

    pub(super) fn document(&self, member: usize) -> Option<&[u8]> {
        self.documents.contents(member)
    }

    /// The exact bytes of an image's config. Those of a legacy image are made of its layers' documents.
    ///
    /// # Errors
    /// There is no such image, or the file does not hold its config, or a legacy image's layers are not scanned.
    pub fn raw_config(&self, image: usize) -> Result<Vec<u8>, ArchiveError> {
        let record = self.image(image)?;
        if record.legacy.is_some() {
            let unscanned = record.layers.iter().position(|layer| self.diff_id(layer).is_none());
            if let Some(layer) = unscanned {
                return Err(ArchiveError::LayerNotScanned { image, layer });
            }
            let config = self.legacy_config(record);
            return config
                .map(|config| config.raw().to_vec())
                .ok_or(ArchiveError::Absent { what: "config", index: image });
        }
        let contents = record.config_member.and_then(|member| self.documents.contents(member));
        contents.map(<[u8]>::to_vec).ok_or(ArchiveError::Absent { what: "config", index: image })
    }

    /// The exact bytes of an image's manifest.
    ///
    /// # Errors
    /// There is no such image, or no manifest describes it.
    pub fn raw_manifest(&self, image: usize) -> Result<&[u8], ArchiveError> {
        let manifest = self.image(image)?.manifest.as_ref().and_then(|manifest| manifest.member);
        let contents = manifest.and_then(|member| self.documents.contents(member));
        contents.ok_or(ArchiveError::Absent { what: "manifest", index: image })
    }

    /// The file system that the image's layers 0 to `up_to` make.
    ///
    /// # Errors
    /// There is no such image, or one of the layers is not in the file, or has neither been scanned nor a table of contents.
    pub fn tree(&self, image: usize, up_to: usize) -> Result<FileTree, ArchiveError> {
        let record = self.image(image)?;
        let mut tables = Vec::new();
        for (position, layer) in record.layers.iter().enumerate().take(up_to.saturating_add(1)) {
            let table = layer.layer.and_then(|layer| self.known_files(layer));
            tables.push(Arc::clone(table.ok_or(ArchiveError::LayerNotScanned { image, layer: position })?));
        }
        Ok(FileTree::merge(&tables, &self.limits)?)
    }

    /// Everything known so far, as plain data.
    pub fn data(&self) -> ArchiveData {
        let images = self.images.iter().enumerate().map(|(index, image)| self.image_data(index, image));
        let layers = self.layers.iter().enumerate().map(|(index, layer)| self.layer_data(index, layer));
        ArchiveData {
            kind: self.kind,
            label: self.kind.label(),
            producer: self.producer,
            compression: self.compression,
            size: self.size,
            entries: self.listing.len(),
            images: images.collect(),
            layers: layers.collect(),
            blobs: self.blobs.iter().map(|blob| self.blob_data(blob)).collect(),
            findings: self.findings.as_slice().to_vec(),
            more_findings: self.findings.more(),
            facts: self.facts.clone(),
        }
    }

    fn blob_data(&self, blob: &BlobRecord) -> BlobData {
        let member = self.listing.get(blob.member);
        BlobData {
            role: blob.role,
            path: member.map(super::listing::Member::display).unwrap_or_default(),
            size: member.map_or(0, |member| member.size),
            media_type: blob.media_type.clone(),
            check: blob.check.clone(),
        }
    }

    fn layer_data(&self, index: usize, layer: &LayerRecord) -> LayerData {
        let member = self.listing.get(layer.member);
        let report = layer.report.as_ref();
        let error = layer.error.clone().or_else(|| report.and_then(|report| report.error.clone()));
        let state = match (report, &error) {
            (_, Some(_)) => LayerState::Failed,
            (Some(_), None) => LayerState::Scanned,
            (None, None) => LayerState::Pending,
        };
        let is_root = self.kind == FileKind::Rootfs;
        let size = if is_root { self.size } else { member.map_or(0, |member| member.size) };
        LayerData {
            index,
            path: member.map(super::listing::Member::display).filter(|_| !is_root).unwrap_or_default(),
            stored_size: report.map_or(size, |report| report.stored_size),
            compression: report.map(|report| report.compression),
            media_type: layer.media_type.clone(),
            digest: layer.digest.clone(),
            state,
            scan: report.cloned(),
            error,
            check: Check::new(layer.digest.clone(), report.map(|report| report.digest.to_string())),
        }
    }

    fn image_data(&self, index: usize, image: &ImageRecord) -> ImageData {
        let legacy = image.legacy.as_ref().and_then(|_| self.legacy_config(image));
        let config = legacy.as_ref().or(image.config.as_ref());
        let id = if image.legacy.is_some() { legacy.as_ref() } else { image.config.as_ref() };
        let id = id.map(|config| config.id().to_string());
        let steps = config.map(ImageConfig::history).unwrap_or_default();
        let alignment = align(steps, image.layers.len());
        let chain_ids = self.chain_ids(image);
        let mut layers: Vec<ImageLayerData> = image
            .layers
            .iter()
            .zip(chain_ids)
            .map(|(layer, chain)| self.image_layer_data(layer, chain))
            .collect();
        for (step, layer) in alignment.iter().enumerate() {
            if let Some(layer) = layer.and_then(|layer| layers.get_mut(layer)) {
                layer.history = Some(step);
            }
        }
        let mut blobs = BTreeSet::new();
        blobs.extend(layers.iter().filter_map(|layer| layer.blob));
        let stored =
            blobs.iter().filter_map(|&blob| self.layer_source(blob).ok()).map(|source| source.length);
        let unpacked = layers.iter().map(|layer| {
            let report =
                layer.blob.and_then(|blob| self.layers.get(blob)).and_then(|layer| layer.report.as_ref());
            report.map(|report| report.tar_size)
        });
        let unpacked = unpacked.collect::<Option<Vec<u64>>>();
        let presence = match () {
            () if image.lacks.manifest => Presence::Absent,
            () if image.lacks.config || layers.iter().any(|layer| layer.blob.is_none()) => Presence::Partial,
            () => Presence::Complete,
        };
        let familiar = image.names.iter().map(|name| match Reference::parse_normalized(name) {
            Ok(reference) => reference.familiar().to_owned(),
            Err(_) => name.clone(),
        });
        let config_platform = config.map(ImageConfig::platform).filter(|platform| !platform.os.is_empty());
        let created = config.and_then(ImageConfig::created).filter(|time| !time.is_zero());
        ImageData {
            index,
            id,
            names: image.names.iter().cloned().collect(),
            familiar_names: familiar.collect(),
            ref_names: image.ref_names.iter().cloned().collect(),
            platform: config_platform.or_else(|| image.platform.clone()),
            role: image.role,
            presence,
            manifest_digest: image.manifest.as_ref().map(|manifest| manifest.digest.clone()),
            manifest_media_type: image.manifest.as_ref().map(|manifest| manifest.media_type.clone()),
            indexes: image.indexes.clone(),
            annotations: image.annotations.clone(),
            created: created.map(Timestamp::as_str).map(str::to_owned),
            author: config.map(|config| config.fields().author.clone()).filter(|author| !author.is_empty()),
            config: config.map(|config| config.run_config().into()),
            history: steps
                .iter()
                .zip(alignment)
                .map(|(step, layer)| HistoryStepData::new(step, layer))
                .collect(),
            layers,
            stored_size: stored.fold(0, u64::saturating_add),
            unpacked_size: unpacked.map(|sizes| sizes.into_iter().fold(0, u64::saturating_add)),
            check: image.check.clone(),
        }
    }

    fn image_layer_data(&self, layer: &LayerUse, chain_id: Option<String>) -> ImageLayerData {
        let declared = layer.diff_id.as_ref().map(|diff_id| diff_id.as_str().to_owned());
        let record = layer.layer.and_then(|layer| self.layers.get(layer));
        let computed = record.and_then(|record| record.report.as_ref()).and_then(|report| report.diff_id);
        let computed = computed.map(|digest| digest.to_string());
        let check = if layer.layer.is_none() {
            Check { state: CheckState::Absent, declared: declared.clone(), computed: None }
        } else {
            Check::new(declared.clone(), computed.clone())
        };
        ImageLayerData {
            blob: layer.layer,
            diff_id: declared.or(computed),
            chain_id,
            digest: layer.digest.clone(),
            media_type: layer
                .media_type
                .clone()
                .or_else(|| record.and_then(|record| record.media_type.clone())),
            declared_size: layer.size,
            history: None,
            check,
        }
    }

    fn diff_id(&self, layer: &LayerUse) -> Option<DiffId> {
        let declared = layer.diff_id.clone();
        declared.or_else(|| {
            let report = layer.layer.and_then(|layer| self.layers.get(layer))?.report.as_ref()?;
            report.diff_id.map(|digest| DiffId::new(digest.to_string()))
        })
    }

    /// The chain id of each layer, as far up as diff ids are known.
    fn chain_ids(&self, image: &ImageRecord) -> Vec<Option<String>> {
        let known: Vec<DiffId> = image.layers.iter().map_while(|layer| self.diff_id(layer)).collect();
        let mut chain: Vec<Option<String>> =
            chain_ids(&known).into_iter().map(|chain_id| Some(chain_id.as_str().to_owned())).collect();
        chain.resize(image.layers.len(), None);
        chain
    }

    fn legacy_config(&self, image: &ImageRecord) -> Option<ImageConfig> {
        let documents = image.legacy.as_ref().filter(|_| !image.lacks.config)?;
        let diff_ids: Option<Vec<DiffId>> = image.layers.iter().map(|layer| self.diff_id(layer)).collect();
        let bytes = v1::convert(documents, &diff_ids?, &self.limits).ok()?;
        ImageConfig::parse(bytes, &self.limits).ok()
    }
}

/// A bare root file system is shown as an image of one layer, the file itself.
fn root_layer(builder: &mut Builder<'_>) {
    let layer = builder.layer(0, None, None);
    let image = ImageRecord {
        role: Role::Rootfs,
        layers: vec![LayerUse { layer: Some(layer), ..LayerUse::default() }],
        ..ImageRecord::default()
    };
    builder.image(image);
}
