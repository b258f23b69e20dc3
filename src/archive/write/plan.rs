//! What becomes of each image and each layer.

use std::collections::{BTreeSet, HashMap};

use super::blobs;
use super::error::LayoutError;
use super::member::{Content, LayerRead, Member};
use super::options::{ArchiveFormat, LayerEncoding, ManifestForm, WriteOptions};
use super::parts::{Contents, DocumentParts, ImageParts, LayerParts};
use super::report::{DropReason, LayoutReport};
use crate::archive::Role;
use crate::codec::Compression;
use crate::digest::{Algorithms, Digest};
use crate::image::{DiffId, ImageConfig, v1};
use crate::layer::LayerForm;
use crate::limits::LimitExceeded;
use crate::manifest::{Manifest, media_type};

/// What becomes of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its manifest stays as it is.
    Kept(Box<Manifest>),
    /// Its manifest is written anew; of the old one some things stay.
    Anew(Option<Box<Manifest>>),
    /// It is left out.
    Dropped,
}

/// A layer that is to be written, once however many images have it.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) read: LayerRead,
    /// Where it is written; what is compressed anew gets its path when it is.
    pub(super) path: Option<String>,
    pub(super) mtime: u64,
    /// Bytes that will be written, where that is known.
    size: Option<u64>,
    /// Digest and number of the bytes that are written, as soon as they are known.
    pub(super) result: Option<(Digest, u64)>,
}

impl Planned {
    pub(super) fn member(&self) -> Member {
        let content = Content::Layer { read: self.read.clone(), size: self.size };
        Member { path: self.path.clone(), mode: 0o644, mtime: self.mtime, content }
    }
}

/// A layer to be read.
pub(super) fn read(layer: &LayerParts, source: usize, form: LayerForm, is_tar: bool) -> LayerRead {
    LayerRead { source, entry: layer.entry.clone(), form, expected: layer.expected(), is_tar }
}

/// Whether a layer has to be read before anything can be written.
pub(super) fn is_unknown(role: Role, layer: &LayerParts, options: &WriteOptions, sizes_first: bool) -> bool {
    if !is_tar(role, layer) {
        return layer.digest.is_none() || layer.size.is_none();
    }
    let plain_unknown = sizes_first && layer.tar_size.is_none();
    let is_diff_id_unknown = layer.diff_id.is_none();
    match (options.format, options.encoding) {
        (ArchiveFormat::Docker, _) => is_diff_id_unknown || plain_unknown,
        (_, LayerEncoding::Encode(encoding)) => {
            is_diff_id_unknown || (encoding.compression == Compression::None && plain_unknown)
        }
        (_, LayerEncoding::Keep) => {
            let held = layer.compression.is_some_and(is_held);
            let declared = layer.digest.is_some() && layer.size.is_some();
            // What is declared of a layer with a media type of its own is enough to keep it.
            let is_enough = declared && (held || (layer.compression.is_none() && layer.media_type.is_some()));
            is_diff_id_unknown
                || !(is_enough || (!held && layer.compression.is_some() && layer.tar_size.is_some()))
        }
    }
}

/// Compressions that manifests have media types for.
pub(super) const fn is_held(compression: Compression) -> bool {
    matches!(compression, Compression::None | Compression::Gzip | Compression::Zstd)
}

/// Whether a layer is a tar, plain or compressed, and not encrypted or anything else.
pub(super) fn is_tar(role: Role, layer: &LayerParts) -> bool {
    let kind = layer.media_type.as_deref();
    role == Role::Image && kind.is_none_or(|kind| media_type::is_layer(kind) && !kind.ends_with("+encrypted"))
}

pub(super) struct Planner<'a> {
    options: WriteOptions,
    contents: &'a mut Contents,
    report: &'a mut LayoutReport,
    pub(super) configs: Vec<Option<ImageConfig>>,
    pub(super) fates: Vec<Fate>,
    pub(super) uses: Vec<Vec<Option<usize>>>,
    pub(super) planned: Vec<Planned>,
    /// Planned layers by form and digest.
    known: HashMap<(bool, String), usize>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        options: WriteOptions,
        contents: &'a mut Contents,
        report: &'a mut LayoutReport,
    ) -> Self {
        let (configs, fates, uses) = (Vec::new(), Vec::new(), Vec::new());
        Self { options, contents, report, configs, fates, uses, planned: Vec::new(), known: HashMap::new() }
    }

    pub(super) fn run(&mut self) -> Result<(), LayoutError> {
        let mut images = std::mem::take(&mut self.contents.images);
        for (index, image) in images.iter_mut().enumerate() {
            let config = self.config(index, image)?;
            self.configs.push(config);
            let fate = self.fate(index, image)?;
            self.fates.push(fate);
        }
        self.drop_referrers(&images);
        for (index, image) in images.iter().enumerate() {
            let uses = if self.fates.get(index) == Some(&Fate::Dropped) {
                Vec::new()
            } else {
                self.layers(index, image)?
            };
            self.uses.push(uses);
        }
        let is_written = self.fates.iter().any(|fate| *fate != Fate::Dropped);
        self.contents.images = images;
        if is_written { Ok(()) } else { Err(LayoutError::Empty) }
    }

    /// The config of an image, made if it is a legacy one, and in agreement with its layers.
    fn config(&self, index: usize, image: &mut ImageParts) -> Result<Option<ImageConfig>, LayoutError> {
        let limits = &self.options.limits;
        let failed = |source| LayoutError::Config { image: index, source };
        if !image.legacy.is_empty() {
            let known: Option<Vec<DiffId>> = image.layers.iter().map(|layer| layer.diff_id.clone()).collect();
            let Some(known) = known else { return Err(absent_layer(index, image)) };
            image.config = v1::convert(&image.legacy, &known, limits).map_err(failed)?;
        }
        if image.role != Role::Image {
            return Ok(None);
        }
        if image.config.is_empty() {
            return Err(LayoutError::ConfigAbsent { image: index });
        }
        let config = ImageConfig::parse(image.config.clone(), limits).map_err(failed)?;
        let diff_ids = &config.rootfs().diff_ids;
        LimitExceeded::check("layers", u64::from(limits.layers), image.layers.len() as u64)?;
        if diff_ids.len() != image.layers.len() {
            let (expected, found) = (diff_ids.len(), image.layers.len());
            return Err(LayoutError::LayerCount { image: index, expected, found });
        }
        for (position, (layer, expected)) in image.layers.iter_mut().zip(diff_ids).enumerate() {
            let found = layer.diff_id.get_or_insert_with(|| expected.clone());
            // What cannot be computed cannot be checked.
            if let Err(error) = expected.digest() {
                let (expected, found) = (expected.as_str().to_owned(), error.to_string());
                return Err(LayoutError::DiffId { image: index, layer: position, expected, found });
            }
            if found != expected {
                let (expected, found) = (expected.as_str().to_owned(), found.as_str().to_owned());
                return Err(LayoutError::DiffId { image: index, layer: position, expected, found });
            }
        }
        Ok(Some(config))
    }

    fn fate(&mut self, index: usize, image: &ImageParts) -> Result<Fate, LayoutError> {
        let is_image = image.role == Role::Image;
        let Some(document) = &image.manifest else {
            if !is_image {
                self.report.drop(format!("image {index}"), DropReason::Absent);
                return Ok(Fate::Dropped);
            }
            return Ok(Fate::Anew(None));
        };
        if self.options.format == ArchiveFormat::Docker {
            if is_image {
                self.report.drop(&document.digest, DropReason::NoManifests);
                return Ok(Fate::Anew(None));
            }
            self.report.drop(&document.digest, DropReason::NoImage);
            return Ok(Fate::Dropped);
        }
        check("manifest", index, &document.digest, &document.raw)?;
        let manifest = Manifest::parse(&*document.raw, &self.options.limits)
            .map_err(|source| LayoutError::Manifest { image: index, source })?;
        let lists_layers = manifest.layers().len() == image.layers.len()
            && manifest.layers().iter().zip(&image.layers).all(|(listed, layer)| {
                layer.digest.as_ref().is_none_or(|digest| digest.to_string() == listed.digest)
            });
        if !is_image {
            let is_whole = lists_layers
                && image.layers.iter().all(|layer| layer.source.is_some())
                && (!image.config.is_empty() || manifest.config().digest.is_empty());
            if is_whole {
                if !image.config.is_empty() {
                    check("config", index, &manifest.config().digest, &image.config)?;
                }
                return Ok(Fate::Kept(Box::new(manifest)));
            }
            self.report.drop(&document.digest, DropReason::Absent);
            return Ok(Fate::Dropped);
        }
        check("config", index, &manifest.config().digest, &image.config)?;
        let is_form_kept = self.options.manifests == ManifestForm::Keep
            || manifest.kind().media_type() == media_type::OCI_MANIFEST;
        let is_kept = is_form_kept && lists_layers && self.options.encoding == LayerEncoding::Keep;
        Ok(if is_kept { Fate::Kept(Box::new(manifest)) } else { Fate::Anew(Some(Box::new(manifest))) })
    }

    /// Leaves out what is about a manifest that is not written as it was.
    fn drop_referrers(&mut self, images: &[ImageParts]) {
        loop {
            let changed: BTreeSet<&str> = images
                .iter()
                .zip(&self.fates)
                .filter(|(_, fate)| !matches!(fate, Fate::Kept(_)))
                .filter_map(|(image, _)| image.manifest.as_ref().map(|manifest| manifest.digest.as_str()))
                .collect();
            let is_lost = |image: &ImageParts, fate: &Fate| {
                let subject = image.subject.as_deref();
                matches!(fate, Fate::Kept(_)) && subject.is_some_and(|subject| changed.contains(subject))
            };
            let lost: Vec<bool> =
                images.iter().zip(&self.fates).map(|(image, fate)| is_lost(image, fate)).collect();
            if !lost.contains(&true) {
                return;
            }
            for ((image, fate), is_lost) in images.iter().zip(&mut self.fates).zip(lost) {
                if is_lost {
                    *fate = Fate::Dropped;
                    let digest = image.manifest.as_ref().map(|manifest| manifest.digest.clone());
                    self.report.drop(digest.unwrap_or_default(), DropReason::SubjectChanged);
                }
            }
        }
    }

    fn layers(&mut self, index: usize, image: &ImageParts) -> Result<Vec<Option<usize>>, LayoutError> {
        let mtime = match self.options.format {
            ArchiveFormat::Docker | ArchiveFormat::DockerOci => self.created(index),
            ArchiveFormat::Oci | ArchiveFormat::Dir => 0,
        };
        let mut uses = Vec::with_capacity(image.layers.len());
        for (position, layer) in image.layers.iter().enumerate() {
            let Some(source) = layer.source else {
                // A layer that is fetched from elsewhere need not be here, where a manifest says so.
                if layer.foreign.is_some() && self.options.format != ArchiveFormat::Docker {
                    uses.push(None);
                    continue;
                }
                let entry = layer.entry.clone();
                return Err(LayoutError::LayerAbsent { image: index, layer: position, entry });
            };
            uses.push(Some(self.layer(image, layer, source, mtime)));
        }
        Ok(uses)
    }

    fn layer(&mut self, image: &ImageParts, layer: &LayerParts, source: usize, mtime: u64) -> usize {
        let is_tar = is_tar(image.role, layer);
        let form = self.form(layer, is_tar);
        let diff_id = layer.diff_id.as_ref();
        let (result, name) = match form {
            LayerForm::Stored => {
                (layer.digest.zip(layer.size), layer.digest.map(|digest| digest.to_string()))
            }
            LayerForm::Plain => {
                let digest = diff_id.and_then(|diff_id| diff_id.digest().ok());
                (digest.zip(layer.tar_size), diff_id.map(|diff_id| diff_id.as_str().to_owned()))
            }
            LayerForm::Encoded(_) => (None, diff_id.map(|diff_id| diff_id.as_str().to_owned())),
        };
        let is_encoded = matches!(form, LayerForm::Encoded(_));
        let key = (is_encoded, name.unwrap_or_else(|| format!("{source}")));
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        let digest = match form {
            LayerForm::Stored => layer.digest,
            LayerForm::Plain => diff_id.and_then(|diff_id| diff_id.digest().ok()),
            LayerForm::Encoded(_) => None,
        };
        let index = self.planned.len();
        self.planned.push(Planned {
            read: read(layer, source, form, is_tar),
            path: digest.map(|digest| blobs::path(self.options.format, &digest)),
            mtime,
            size: match form {
                LayerForm::Stored => layer.size,
                LayerForm::Plain => layer.tar_size,
                LayerForm::Encoded(_) => None,
            },
            result,
        });
        self.known.insert(key, index);
        index
    }

    fn form(&self, layer: &LayerParts, is_tar: bool) -> LayerForm {
        match (self.options.format, self.options.encoding) {
            (ArchiveFormat::Docker, _) => LayerForm::Plain,
            _ if !is_tar => LayerForm::Stored,
            (_, LayerEncoding::Encode(encoding)) if encoding.compression == Compression::None => {
                LayerForm::Plain
            }
            (_, LayerEncoding::Encode(encoding)) => LayerForm::Encoded(encoding),
            (_, LayerEncoding::Keep) if layer.compression.is_none_or(is_held) => LayerForm::Stored,
            (_, LayerEncoding::Keep) => LayerForm::Plain,
        }
    }

    fn created(&self, index: usize) -> u64 {
        created(self.configs.get(index).and_then(Option::as_ref))
    }
}

/// When an image was made, as tars can say it.
pub(super) fn created(config: Option<&ImageConfig>) -> u64 {
    /// The last second that eleven octal digits can say.
    const LAST: i64 = 0o777_7777_7777;
    let seconds = config.and_then(|config| config.created()).and_then(|time| time.unix_seconds());
    seconds.unwrap_or(0).clamp(0, LAST).unsigned_abs()
}

/// Whether a document is what it is named by.
pub(super) fn check(
    what: &'static str,
    image: usize,
    expected: &str,
    bytes: &[u8],
) -> Result<(), LayoutError> {
    let found = match Digest::parse_with(expected, Algorithms::ALL) {
        Ok(expected) => {
            let found = Digest::of(expected.algorithm(), bytes);
            if found == expected {
                return Ok(());
            }
            found
        }
        Err(_) => Digest::sha256(bytes),
    };
    Err(LayoutError::Digest { what, image, expected: expected.to_owned(), found: found.to_string() })
}

fn absent_layer(image: usize, parts: &ImageParts) -> LayoutError {
    let layer = parts.layers.iter().position(|layer| layer.diff_id.is_none()).unwrap_or_default();
    let entry = parts.layers.get(layer).map(|layer| layer.entry.clone()).unwrap_or_default();
    LayoutError::LayerAbsent { image, layer, entry }
}

/// Whether an index was taken for what it says it is.
pub(super) fn check_index(image: usize, index: &DocumentParts) -> Result<(), LayoutError> {
    check("index", image, &index.digest, &index.raw)
}
