//! What the dialects' readers fill in: images, layers and documents of one file.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::data::{BlobRole, Check, Role};
use super::documents::{Document, Documents};
use super::listed::Listed;
use super::listing::Listing;
use crate::codec::SeekIndex;
use crate::digest::{Algorithms, Digest};
use crate::error::Reason;
use crate::finding::{ErrorData, Finding, Findings, Severity};
use crate::image::{ChainId, DiffId, ImageConfig, Platform};
use crate::layer::{FileTable, LayerReport};
use crate::limits::{LimitExceeded, Limits};
use crate::manifest::{Descriptor, DockerArchiveItem};
use crate::reference::Reference;

/// One use of a layer by an image.
#[derive(Clone, Debug, Default)]
pub(super) struct LayerUse {
    pub(super) layer: Option<usize>,
    pub(super) diff_id: Option<DiffId>,
    pub(super) chain_id: Option<ChainId>,
    pub(super) digest: Option<String>,
    pub(super) media_type: Option<String>,
    pub(super) size: Option<u64>,
    /// What `manifest.json` says of where else it can be fetched.
    pub(super) foreign: Option<Descriptor>,
}

/// The manifest that describes an image.
#[derive(Clone, Debug)]
pub(super) struct ManifestRecord {
    pub(super) member: Option<usize>,
    pub(super) digest: String,
    pub(super) media_type: String,
}

/// One image.
#[derive(Clone, Debug, Default)]
pub(super) struct ImageRecord {
    pub(super) names: BTreeSet<String>,
    pub(super) ref_names: BTreeSet<String>,
    pub(super) role: Role,
    pub(super) platform: Option<Platform>,
    pub(super) manifest: Option<ManifestRecord>,
    pub(super) indexes: Vec<String>,
    pub(super) annotations: BTreeMap<String, String>,
    /// The config as far as it can be told; of a legacy image without diff ids until its layers are scanned.
    pub(super) config: Option<ImageConfig>,
    pub(super) config_member: Option<usize>,
    pub(super) check: Check,
    pub(super) layers: Vec<LayerUse>,
    /// The manifest, the config or a layer is not in the file.
    pub(super) lacks: Lacks,
    /// Id of the image that it was made from, where that is in the file.
    pub(super) parent: Option<String>,
    /// The v1 documents of a legacy image, bottom first.
    pub(super) legacy: Option<Vec<Vec<u8>>>,
    /// What `manifest.json` says of it.
    pub(super) items: Vec<DockerArchiveItem>,
}

/// What of an image is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lacks {
    pub(super) manifest: bool,
    pub(super) config: bool,
}

/// A stored layer.
#[derive(Clone, Debug)]
pub(super) struct LayerRecord {
    pub(super) member: usize,
    pub(super) digest: Option<String>,
    pub(super) media_type: Option<String>,
    pub(super) report: Option<LayerReport>,
    pub(super) table: Option<Arc<FileTable>>,
    pub(super) seek: Option<Arc<SeekIndex>>,
    /// Its table of contents.
    pub(super) listed: Option<Listed>,
    /// Why no report could be had.
    pub(super) error: Option<ErrorData>,
}

/// A document.
#[derive(Clone, Debug)]
pub(super) struct BlobRecord {
    pub(super) role: BlobRole,
    pub(super) member: usize,
    pub(super) media_type: Option<String>,
    pub(super) check: Check,
}

/// Collects what a dialect's reader finds.
pub(super) struct Builder<'a> {
    pub(super) listing: &'a Listing,
    pub(super) documents: &'a Documents,
    pub(super) limits: &'a Limits,
    pub(super) images: Vec<ImageRecord>,
    pub(super) layers: Vec<LayerRecord>,
    layer_of: HashMap<usize, usize>,
    pub(super) blobs: Vec<BlobRecord>,
    blob_of: HashMap<usize, usize>,
    /// Images by the digest of their manifest.
    pub(super) manifests: HashMap<String, usize>,
    /// What configs say that a stored layer is.
    pub(super) diff_ids: HashMap<usize, DiffId>,
    pub(super) findings: Findings,
}

impl<'a> Builder<'a> {
    pub(super) fn new(listing: &'a Listing, documents: &'a Documents, limits: &'a Limits) -> Self {
        Self {
            listing,
            documents,
            limits,
            images: Vec::new(),
            layers: Vec::new(),
            layer_of: HashMap::new(),
            blobs: Vec::new(),
            blob_of: HashMap::new(),
            manifests: HashMap::new(),
            diff_ids: HashMap::new(),
            findings: Findings::new(limits.findings),
        }
    }

    /// The small file at `path`; `None` when it is still to be read, or with a finding when it never can be.
    pub(super) fn read(&mut self, path: &str) -> Option<(usize, &'a [u8])> {
        let member = self.listing.file(path, self.limits)?;
        Some((member, self.read_member(member)?))
    }

    /// The same by member.
    pub(super) fn read_member(&mut self, member: usize) -> Option<&'a [u8]> {
        let path = || self.listing.get(member).map(super::listing::Member::display).unwrap_or_default();
        match self.documents.member(self.listing, member, self.limits) {
            Document::Read(contents) => Some(contents),
            Document::Wanted | Document::Missing => None,
            Document::Refused(limit) => {
                self.findings.push(|| Finding::from_reason(&limit).in_file(path()));
                None
            }
            Document::Unkept => {
                self.error("document-expected", "the file is no JSON document", &path());
                None
            }
        }
    }

    pub(super) fn error(&mut self, code: &'static str, message: &str, file: &str) {
        self.findings.push(|| Finding::new(Severity::Error, code, message).in_file(file));
    }

    pub(super) fn reason(&mut self, reason: &impl Reason, file: &str) {
        self.findings.push(|| Finding::from_reason(reason).in_file(file));
    }

    /// The number of the layer stored as this member, which images share.
    pub(super) fn layer(&mut self, member: usize, digest: Option<&str>, media_type: Option<&str>) -> usize {
        let index = *self.layer_of.entry(member).or_insert_with(|| {
            let (digest, media_type) = (None, None);
            self.layers.push(LayerRecord {
                member,
                digest,
                media_type,
                report: None,
                table: None,
                seek: None,
                listed: None,
                error: None,
            });
            self.layers.len() - 1
        });
        let layer = &mut self.layers[index];
        layer.digest = layer.digest.take().or_else(|| digest.map(str::to_owned));
        layer.media_type = layer.media_type.take().or_else(|| media_type.map(str::to_owned));
        index
    }

    /// Notes a document; `declared` is the digest under which something refers to it.
    pub(super) fn blob(
        &mut self,
        role: BlobRole,
        member: usize,
        media_type: Option<&str>,
        declared: Option<&str>,
        contents: &[u8],
    ) -> Check {
        let check = Check::new(declared.map(str::to_owned), Some(computed_digest(declared, contents)));
        let index = *self.blob_of.entry(member).or_insert_with(|| {
            self.blobs.push(BlobRecord { role, member, media_type: None, check: check.clone() });
            self.blobs.len() - 1
        });
        let blob = &mut self.blobs[index];
        blob.media_type = blob.media_type.take().or_else(|| media_type.map(str::to_owned));
        if blob.check.declared.is_none() {
            blob.check = check.clone();
        }
        check
    }

    /// Reads an image's config into `image`. `declared` is the digest that it should have.
    pub(super) fn config(
        &mut self,
        image: &mut ImageRecord,
        path: &str,
        media_type: Option<&str>,
        declared: Option<&str>,
    ) {
        let Some(member) = self.listing.file(path, self.limits) else {
            image.lacks.config = true;
            image.check = Check::absent(declared.map(str::to_owned));
            return;
        };
        let Some(contents) = self.read_member(member) else { return };
        image.check = self.blob(BlobRole::Config, member, media_type, declared, contents);
        image.config_member = Some(member);
        match ImageConfig::parse(contents, self.limits) {
            Ok(config) => image.config = Some(config),
            Err(error) => {
                image.lacks.config = true;
                if image.role == Role::Image {
                    self.reason(&error, path);
                }
            }
        }
    }

    /// Gives the image's layers the diff ids and chain ids of its config.
    pub(super) fn align(&mut self, image: &mut ImageRecord, file: &str) {
        let Some(config) = &image.config else { return };
        let diff_ids = &config.rootfs().diff_ids;
        if image.role == Role::Image && diff_ids.len() != image.layers.len() {
            let (expected, found) = (diff_ids.len(), image.layers.len());
            self.findings.push(|| {
                let message = format!("the config has {expected} diff ids, the manifest {found} layers");
                Finding::new(Severity::Error, "layers-length-mismatch", message)
                    .in_file(file)
                    .differing(expected.to_string(), found.to_string())
            });
        }
        let chain_ids = config.rootfs().chain_ids();
        // Diff ids without a stored layer are shown as well: they say what is missing.
        if image.layers.len() < diff_ids.len() {
            image.layers.resize(diff_ids.len(), LayerUse::default());
        }
        for (layer, (diff_id, chain_id)) in image.layers.iter_mut().zip(diff_ids.iter().zip(chain_ids)) {
            layer.diff_id = Some(diff_id.clone());
            layer.chain_id = Some(chain_id);
        }
        self.check_layers(image, file);
    }

    /// Adds an image.
    pub(super) fn image(&mut self, image: ImageRecord) {
        let count = self.images.len() as u64 + 1;
        match LimitExceeded::check("images", u64::from(self.limits.images), count) {
            Ok(()) => self.images.push(image),
            Err(limit) => self.findings.push(|| Finding::from_reason(&limit)),
        }
    }

    /// Adds a name as a manifest writes it; one that is no reference is reported and kept as it is.
    pub(super) fn name(&mut self, image: &mut ImageRecord, name: &str, file: &str) {
        match Reference::parse_normalized(name) {
            Ok(reference) => {
                let reference =
                    if reference.is_name_only() { reference.with_default_tag() } else { reference };
                image.names.insert(reference.as_str().to_owned());
            }
            Err(error) => {
                self.findings.push(|| {
                    let mut finding = Finding::from_reason(&error).in_file(file);
                    finding.severity = Severity::Warning;
                    finding.found = Some(name.to_owned());
                    finding
                });
                image.ref_names.insert(name.to_owned());
            }
        }
    }
}

/// The digest of `contents` by the algorithm that `declared` names, SHA-256 by default.
fn computed_digest(declared: Option<&str>, contents: &[u8]) -> String {
    let declared = declared.and_then(|declared| Digest::parse_with(declared, Algorithms::ALL).ok());
    Digest::of(declared.map(|digest| digest.algorithm()).unwrap_or_default(), contents).to_string()
}

/// The digest that the last part of a path is, as in `<hex>.json`, `sha256:<hex>` or `blobs/sha256/<hex>`.
pub(super) fn digest_in_name(path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let algorithm = folder.strip_prefix("blobs/").unwrap_or("sha256");
    let name = name.strip_prefix("sha256:").unwrap_or(name);
    let stem = name.split('.').next().unwrap_or(name);
    Digest::parse(&format!("{algorithm}:{stem}")).ok().map(|digest| digest.to_string())
}

/// The path of a blob in an OCI layout.
pub(super) fn blob_path(digest: &str) -> Option<String> {
    let (algorithm, hex) = digest.split_once(':')?;
    let is_plain = |part: &str| !part.is_empty() && !part.contains('/') && part != "." && part != "..";
    (is_plain(algorithm) && is_plain(hex)).then(|| format!("blobs/{algorithm}/{hex}"))
}
