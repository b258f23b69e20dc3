//! Everything that a file declares of its own bytes, beside what the bytes come to.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use crate::archive::{
    Archive, ArchiveData, BlobRole, Check, CheckState, FileKind, ImageData, LayerSource, LayerState,
    Presence, Role,
};
use crate::codec::Compression;
use crate::finding::{Finding, Findings, Severity};
use crate::image::{ChainId, DiffId, chain_ids};
use crate::json::size;
use crate::limits::Limits;

/// What a digest is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerifiedKind {
    /// An index or manifest list, or another document that lists images.
    Index,
    /// An image's manifest.
    Manifest,
    /// An image's config.
    Config,
    /// A layer as it is stored.
    Layer,
    /// The tar that a layer unpacks to. The config declares it.
    DiffId,
    /// A layer together with all layers below it. It is declared by the config's diff ids, and computed from those of the
    /// scanned tars.
    ChainId,
    /// An image: its config's digest against the name or manifest that leads to the config.
    ImageId,
    /// Something else that a manifest or index names.
    Other,
}

/// One digest that was declared, beside what the bytes come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedItem {
    /// What it is of.
    pub what: VerifiedKind,
    /// File inside the archive; empty for what is not in it and for a file that is a layer itself.
    pub path: String,
    /// Position of the image, for what belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<usize>,
    /// Position of the layer: of a stored one in [`ArchiveData::layers`], for diff ids and chain ids in the image's layers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<usize>,
    /// First byte in the file; 0 in a folder, and not known in a file that is compressed as a whole.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "size::serialize_option")]
    pub offset: Option<u64>,
    /// Stored bytes; for a diff id those of the tar.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "size::serialize_option")]
    pub size: Option<u64>,
    /// Declared media type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// How the two compare. What a broken layer should come to and does not is a mismatch, and nothing is computed then.
    #[serde(flatten)]
    pub check: Check,
}

/// Everything that a file declares of its bytes, and whether it is so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerificationData {
    /// What the file is, in words.
    pub label: &'static str,
    /// Best guess at the program that wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub producer: Option<&'static str>,
    /// The digests: by what they are of, then in the order of the file.
    pub items: Vec<VerifiedItem>,
    /// Items beyond the limit `verifiedItems`. They are counted below all the same.
    #[serde(serialize_with = "size::serialize")]
    pub more_items: u64,
    /// Digests that are as declared.
    pub matching: u32,
    /// Digests that are not.
    pub mismatching: u32,
    /// Digests of layers that have not been scanned.
    pub pending: u32,
    /// Digests that nothing declares.
    pub undeclared: u32,
    /// Digests of what is not in the file.
    pub absent: u32,
    /// What is unusual, of the whole file and then of its layers.
    pub findings: Vec<Finding>,
    /// Findings that were not kept.
    #[serde(serialize_with = "size::serialize")]
    pub more_findings: u64,
    /// Platforms that an index names and the file does not hold, sorted.
    pub missing_platforms: Vec<String>,
}

/// Verifies an opened file with what is known of it so far: what its layers come to is pending until they are scanned.
///
/// ```
/// use layerglass::archive::{CheckState, Opener};
/// use layerglass::inspect::verification::{VerifiedKind, verification};
/// use layerglass::limits::Limits;
///
/// # let bytes = std::fs::read("tests/fixtures/quirks.docker28.tar")?;
/// let limits = Limits::default();
/// let mut opener = Opener::new(bytes.len() as u64, &limits);
/// let mut want = opener.next(None)?;
/// while let Some(range) = want {
///     want = opener.next(Some(&bytes[range.offset as usize..][..range.length as usize]))?;
/// }
/// let found = verification(&opener.finish()?, &limits);
/// let config = found.items.iter().find(|item| item.what == VerifiedKind::Config).unwrap();
/// assert_eq!(config.check.state, CheckState::Match);
/// assert!(found.mismatching == 0 && found.pending > 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verification(archive: &Archive, limits: &Limits) -> VerificationData {
    let data = archive.data();
    let mut draft = Draft {
        offsets: archive.compression() == Compression::None,
        has_layout: matches!(data.kind, FileKind::OciLayout | FileKind::DockerArchiveOci),
        limits: *limits,
        data: VerificationData {
            label: data.label,
            producer: data.producer,
            items: Vec::new(),
            more_items: 0,
            matching: 0,
            mismatching: 0,
            pending: 0,
            undeclared: 0,
            absent: 0,
            findings: Vec::new(),
            more_findings: 0,
            missing_platforms: missing_platforms(&data),
        },
    };
    draft.documents(archive, &data);
    draft.absent_documents(&data);
    draft.layers(archive, &data);
    for image in &data.images {
        draft.image_layers(archive, &data, image);
    }
    (draft.data.findings, draft.data.more_findings) = findings(&data, limits);
    draft.data.items.sort_by_key(|item| item.what);
    draft.data
}

struct Draft {
    offsets: bool,
    has_layout: bool,
    limits: Limits,
    data: VerificationData,
}

impl Draft {
    fn push(&mut self, source: Option<LayerSource>, mut item: VerifiedItem) {
        let data = &mut self.data;
        let count = match item.check.state {
            CheckState::Match => &mut data.matching,
            CheckState::Mismatch => &mut data.mismatching,
            CheckState::Pending => &mut data.pending,
            CheckState::Undeclared => &mut data.undeclared,
            CheckState::Absent => &mut data.absent,
        };
        *count = count.saturating_add(1);
        item.offset = source.map(|source| source.offset).filter(|_| self.offsets);
        if data.items.len() < self.limits.verified_items as usize {
            data.items.push(item);
        } else {
            data.more_items += 1;
        }
    }

    fn documents(&mut self, archive: &Archive, data: &ArchiveData) {
        for (index, blob) in data.blobs.iter().enumerate() {
            let what = match blob.role {
                BlobRole::Index => VerifiedKind::Index,
                BlobRole::Manifest => VerifiedKind::Manifest,
                BlobRole::Config => VerifiedKind::Config,
                BlobRole::Other => VerifiedKind::Other,
            };
            let mut item = VerifiedItem::new(what, &blob.path, blob.check.clone());
            (item.size, item.media_type) = (Some(blob.size), blob.media_type.clone());
            self.push(archive.blob_source(index), item);
        }
        let configs = data.blobs.iter().enumerate().filter(|(_, blob)| blob.role == BlobRole::Config);
        let configs: HashMap<_, _> = configs.map(|(at, blob)| (&blob.check.computed, (at, blob))).collect();
        for image in data.images.iter().filter(|image| image.check.state != CheckState::Absent) {
            let config = configs.get(&image.check.computed).filter(|_| image.check.computed.is_some());
            // The config of a legacy image is not stored, and its id not declared.
            let computed = image.check.computed.clone().or_else(|| image.id.clone());
            if computed.is_none() {
                continue;
            }
            let check = Check::new(image.check.declared.clone(), computed);
            let path = config.map_or("", |(_, blob)| blob.path.as_str());
            let mut item = VerifiedItem::new(VerifiedKind::ImageId, path, check);
            (item.image, item.size) = (Some(image.index), config.map(|(_, blob)| blob.size));
            self.push(config.and_then(|(at, _)| archive.blob_source(*at)), item);
        }
    }

    /// What is declared and not in the file.
    fn absent_documents(&mut self, data: &ArchiveData) {
        for image in &data.images {
            if image.presence == Presence::Absent {
                let declared = image.manifest_digest.clone();
                let path = self.path_of(declared.as_deref());
                let mut item = VerifiedItem::new(VerifiedKind::Manifest, &path, Check::absent(declared));
                (item.image, item.media_type) = (Some(image.index), image.manifest_media_type.clone());
                self.push(None, item);
            }
            if image.check.state == CheckState::Absent {
                let path = self.path_of(image.check.declared.as_deref());
                let mut item = VerifiedItem::new(VerifiedKind::Config, &path, image.check.clone());
                item.image = Some(image.index);
                self.push(None, item);
            }
        }
    }

    fn layers(&mut self, archive: &Archive, data: &ArchiveData) {
        for layer in &data.layers {
            let mut item = VerifiedItem::new(VerifiedKind::Layer, &layer.path, layer.check.clone());
            (item.layer, item.size) = (Some(layer.index), Some(layer.stored_size));
            item.media_type.clone_from(&layer.media_type);
            self.push(archive.layer_source(layer.index).ok(), item);
        }
        let mut told = BTreeSet::new();
        for image in &data.images {
            for layer in image.layers.iter().filter(|layer| layer.blob.is_none()) {
                let Some(digest) = layer.digest.as_deref().filter(|digest| told.insert(*digest)) else {
                    continue;
                };
                let path = self.path_of(Some(digest));
                let check = Check::absent(layer.digest.clone());
                let mut item = VerifiedItem::new(VerifiedKind::Layer, &path, check);
                (item.image, item.size) = (Some(image.index), layer.declared_size);
                item.media_type.clone_from(&layer.media_type);
                self.push(None, item);
            }
        }
    }

    /// The diff ids and chain ids of an image.
    fn image_layers(&mut self, archive: &Archive, data: &ArchiveData, image: &ImageData) {
        let declared =
            image.layers.iter().map_while(|layer| layer.check.declared.as_deref().map(DiffId::new));
        let declared = chain_ids(&declared.collect::<Vec<_>>());
        let computed =
            image.layers.iter().map_while(|layer| layer.check.computed.as_deref().map(DiffId::new));
        let computed = chain_ids(&computed.collect::<Vec<_>>());
        // Why nothing is computed, by the lowest layer of which that is so: it is so of all that stand on it.
        let mut why = None;
        for (position, layer) in image.layers.iter().enumerate() {
            let stored = layer.blob.and_then(|blob| data.layers.get(blob));
            let mut check = layer.check.clone();
            let is_broken =
                stored.is_some_and(|layer| layer.state == LayerState::Failed && layer.scan.is_some());
            if check.state == CheckState::Pending && is_broken {
                check.state = CheckState::Mismatch;
            }
            // Statements and other artifacts are stored where layers are, and most declare no diff ids.
            let is_tar = matches!(image.role, Role::Image | Role::Rootfs);
            if !is_tar && check.declared.is_none() {
                return;
            }
            if check.computed.is_none() {
                why.get_or_insert(check.state);
            }
            let text = |chain: Option<&ChainId>| chain.map(ToString::to_string);
            let mut chain = Check::new(text(declared.get(position)), text(computed.get(position)));
            if let Some(why) = why.filter(|_| chain.declared.is_some() && chain.computed.is_none()) {
                chain.state = why;
            }
            let source = layer.blob.and_then(|blob| archive.layer_source(blob).ok());
            let path = match stored {
                Some(stored) => stored.path.clone(),
                None => self.path_of(layer.digest.as_deref()),
            };
            let tar_size = stored.and_then(|layer| layer.scan.as_ref()).map(|scan| scan.tar_size);
            for (what, check, size) in
                [(VerifiedKind::DiffId, check, tar_size), (VerifiedKind::ChainId, chain, None)]
            {
                let mut item = VerifiedItem::new(what, &path, check);
                (item.image, item.layer, item.size) = (Some(image.index), Some(position), size);
                self.push(source, item);
            }
        }
    }

    /// Where a blob of that digest would be.
    fn path_of(&self, digest: Option<&str>) -> String {
        let parts = digest.filter(|_| self.has_layout).and_then(|digest| digest.split_once(':'));
        parts.map(|(algorithm, hex)| format!("blobs/{algorithm}/{hex}")).unwrap_or_default()
    }
}

impl VerifiedItem {
    fn new(what: VerifiedKind, path: &str, check: Check) -> Self {
        Self {
            what,
            path: path.to_owned(),
            image: None,
            layer: None,
            offset: None,
            size: None,
            media_type: None,
            check,
        }
    }
}

fn missing_platforms(data: &ArchiveData) -> Vec<String> {
    let absent =
        data.images.iter().filter(|image| image.presence == Presence::Absent && image.role == Role::Image);
    let mut platforms = BTreeSet::new();
    platforms.extend(absent.filter_map(|image| image.platform.as_ref()).map(ToString::to_string));
    platforms.into_iter().collect()
}

/// What is unusual in the whole file, then in its layers, each with the layer's file.
fn findings(data: &ArchiveData, limits: &Limits) -> (Vec<Finding>, u64) {
    let mut findings = Findings::new(limits.findings);
    data.findings.iter().for_each(|finding| findings.push(|| finding.clone()));
    let mut more = data.more_findings;
    for layer in &data.layers {
        if let Some(error) = &layer.error {
            findings.push(|| Finding {
                severity: Severity::Error,
                code: error.code.clone().into(),
                message: error.message.clone(),
                file: Some(layer.path.clone()),
                path: error.path.clone(),
                offset: error.offset,
                expected: error.expected.clone(),
                found: error.found.clone(),
            });
        }
        let Some(scan) = &layer.scan else { continue };
        for finding in &scan.findings {
            findings.push(|| {
                let file = finding.file.clone().or_else(|| Some(layer.path.clone()));
                Finding { file, ..finding.clone() }
            });
        }
        more = more.saturating_add(scan.more_findings);
    }
    let (list, beyond) = findings.into_parts();
    (list, more.saturating_add(beyond))
}
