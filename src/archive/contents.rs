//! What an opened file holds, as parts that can be written elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::data::{BlobRole, CheckState, Role};
use super::dialect::FileKind;
use super::image::{ImageRecord, LayerUse, blob_path};
use super::listing::Member;
use super::model::Archive;
use super::write::{BlobParts, Contents, DocumentParts, ImageParts, LayerParts, LayoutError};
use crate::codec::Compression;
use crate::digest::{Algorithms, Digest};
use crate::image::{ImageConfig, Platform};
use crate::manifest::{Descriptor, Manifest, media_type};
use crate::reference::Reference;

/// One image that is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageChoice {
    /// The image with that position in [`ArchiveData::images`](super::ArchiveData::images), with all its names.
    Index(usize),
    /// The images with that name, which are several when an index has the name, under no other name; or else the one with
    /// that id, with all its names.
    Name(String),
}

/// Which images of a file are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The images; all of them when none is chosen.
    pub images: Vec<ImageChoice>,
    /// What they run on; anything when nothing is chosen. Images of which it is not known are always meant.
    pub platforms: Vec<Platform>,
}

/// An image that is meant, under some of its names.
struct Chosen {
    image: usize,
    names: Option<BTreeSet<String>>,
}

impl Archive {
    /// What the file as a whole is compressed with.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// An image as parts that can be written elsewhere. The sources of its layers are positions in
    /// [`ArchiveData::layers`](super::ArchiveData::layers).
    ///
    /// # Errors
    /// There is no such image, or a document or digest of it is not what it should be.
    pub fn image_parts(&self, image: usize) -> Result<ImageParts, LayoutError> {
        self.image_parts_with(image, &mut BTreeMap::new())
    }

    /// The same; images share the indexes that are known.
    fn image_parts_with(
        &self,
        image: usize,
        known: &mut BTreeMap<String, Option<DocumentParts>>,
    ) -> Result<ImageParts, LayoutError> {
        let record = self.images.get(image);
        let record = record.ok_or_else(|| LayoutError::NotFound { choice: image.to_string() })?;
        let check = &record.check;
        if check.state == CheckState::Mismatch {
            let text = |digest: &Option<String>| digest.clone().unwrap_or_default();
            let (expected, found) = (text(&check.declared), text(&check.computed));
            return Err(LayoutError::Digest { what: "config", image, expected, found });
        }
        let manifest = self.manifest_parts(record);
        let parsed = match &manifest {
            Some(manifest) => Some(
                Manifest::parse(&*manifest.raw, &self.limits)
                    .map_err(|source| LayoutError::Manifest { image, source })?,
            ),
            None => None,
        };
        let mut layers = Vec::with_capacity(record.layers.len());
        for (position, layer) in record.layers.iter().enumerate() {
            let listed = parsed.as_ref().and_then(|manifest| manifest.layers().get(position));
            layers.push(self.layer_parts(image, layer, listed)?);
        }
        let config = record.config_member.filter(|_| record.legacy.is_none());
        let config = config.and_then(|member| self.documents.contents(member)).unwrap_or_default();
        let subject = record.annotations.get(media_type::ANNOTATION_DOCKER_DIGEST).cloned();
        let platform = record.config.as_ref().map(ImageConfig::platform);
        Ok(ImageParts {
            config: config.to_vec(),
            legacy: record.legacy.clone().unwrap_or_default(),
            indexes: record
                .indexes
                .iter()
                .filter_map(|digest| {
                    known.entry(digest.clone()).or_insert_with(|| self.index_parts(digest)).clone()
                })
                .collect(),
            // Statements share the names of the index that they are in, and have none of their own.
            names: record
                .names
                .iter()
                .filter(|_| record.role != Role::Attestation)
                .filter_map(|name| Reference::parse_normalized(name).ok())
                .collect(),
            ref_names: record
                .ref_names
                .iter()
                .filter(|_| record.role != Role::Attestation)
                .cloned()
                .collect(),
            platform: platform.filter(|platform| !platform.os.is_empty()).or_else(|| record.platform.clone()),
            role: record.role,
            subject: subject.or_else(|| Some(parsed.as_ref()?.subject()?.digest.clone())),
            parent: record.parent.as_ref().and_then(|parent| parent.parse().ok()),
            manifest,
            layers,
        })
    }

    /// What is selected of the file, as parts that can be written elsewhere. Attestations go with what they are about.
    ///
    /// # Errors
    /// What was chosen is not there, or as [`Self::image_parts`].
    pub fn contents(&self, selection: &Selection) -> Result<Contents, LayoutError> {
        let mut contents = Contents::default();
        let mut known = BTreeMap::new();
        let mut is_whole = true;
        for chosen in self.chosen(selection, &mut contents.not_selected)? {
            let record = self.images.get(chosen.image);
            if let Some(manifest) = record.filter(|record| record.lacks.manifest) {
                contents.absent.extend(manifest.manifest.as_ref().map(|manifest| manifest.digest.clone()));
                continue;
            }
            let mut parts = self.image_parts_with(chosen.image, &mut known)?;
            if let Some(names) = chosen.names {
                parts.names.retain(|name| names.contains(name.as_str()));
                parts.ref_names.retain(|name| names.contains(name));
                is_whole = false;
            }
            contents.images.push(parts);
        }
        contents.is_whole = is_whole && contents.not_selected.is_empty();
        if contents.is_whole && matches!(self.kind(), FileKind::OciLayout | FileKind::DockerArchiveOci) {
            let index = self.listing.file("index.json", &self.limits);
            contents.index = index.and_then(|member| self.documents.contents(member)).map(<[u8]>::to_vec);
            contents.blobs = self.other_blobs();
        }
        Ok(contents)
    }

    fn chosen(
        &self,
        selection: &Selection,
        not_selected: &mut Vec<String>,
    ) -> Result<Vec<Chosen>, LayoutError> {
        let mut chosen: Vec<Option<Option<BTreeSet<String>>>> = vec![None; self.images.len()];
        if selection.images.is_empty() {
            chosen.fill(Some(None));
        }
        for choice in &selection.images {
            self.choose(choice, &mut chosen)?;
        }
        let is_all = selection.images.is_empty() && selection.platforms.is_empty();
        let mut digests = BTreeSet::new();
        for (record, chosen) in self.images.iter().zip(&mut chosen).filter(|_| !is_all) {
            let is_meant = match record.role {
                Role::Attestation => false,
                Role::Artifact => selection.platforms.is_empty(),
                Role::Image | Role::Rootfs => self.runs_on(record, &selection.platforms),
            };
            *chosen = chosen.take().filter(|_| is_meant);
            if chosen.is_some() {
                digests.extend(record.manifest.as_ref().map(|manifest| manifest.digest.as_str()));
            }
        }
        for (record, chosen) in self.images.iter().zip(&mut chosen) {
            let subject = record.annotations.get(media_type::ANNOTATION_DOCKER_DIGEST);
            if record.role != Role::Image && subject.is_some_and(|subject| digests.contains(subject.as_str()))
            {
                chosen.get_or_insert(None);
            }
        }
        let mut result = Vec::new();
        for (image, (record, chosen)) in self.images.iter().zip(chosen).enumerate() {
            match chosen {
                Some(names) => result.push(Chosen { image, names }),
                None => not_selected.push(identity(record)),
            }
        }
        Ok(result)
    }

    fn choose(
        &self,
        choice: &ImageChoice,
        chosen: &mut [Option<Option<BTreeSet<String>>>],
    ) -> Result<(), LayoutError> {
        let choice = match choice {
            ImageChoice::Index(index) => {
                let place = chosen.get_mut(*index);
                let place = place.ok_or_else(|| LayoutError::NotFound { choice: index.to_string() })?;
                *place = Some(None);
                return Ok(());
            }
            ImageChoice::Name(name) => name,
        };
        let full = Reference::parse_normalized(choice).ok();
        let full = full.map(|name| if name.is_name_only() { name.with_default_tag() } else { name });
        let full = full.as_ref().map_or(choice.as_str(), Reference::as_str);
        let mut is_found = false;
        for (record, place) in self.images.iter().zip(chosen.iter_mut()) {
            let name = [full, choice]
                .into_iter()
                .find(|name| record.names.contains(*name) || record.ref_names.contains(*name));
            if let Some(name) = name {
                is_found = true;
                if let Some(names) = place.get_or_insert_with(|| Some(BTreeSet::new())) {
                    names.insert(name.to_owned());
                }
            }
        }
        if is_found {
            return Ok(());
        }
        let is_it = |record: &ImageRecord| {
            let id = record.config.as_ref().map(|config| config.id().to_string());
            let manifest = record.manifest.as_ref().map(|manifest| manifest.digest.clone());
            [id, manifest].into_iter().flatten().any(|digest| {
                digest == *choice || digest.strip_prefix("sha256:").is_some_and(|hex| hex == choice)
            })
        };
        let found = self.images.iter().position(is_it).and_then(|index| chosen.get_mut(index));
        let found = found.ok_or_else(|| LayoutError::NotFound { choice: choice.clone() })?;
        *found = Some(None);
        Ok(())
    }

    fn runs_on(&self, record: &ImageRecord, platforms: &[Platform]) -> bool {
        let own =
            record.config.as_ref().map(ImageConfig::platform).filter(|platform| !platform.os.is_empty());
        let own = own.or_else(|| record.platform.clone());
        platforms.is_empty()
            || own
                .is_none_or(|own| platforms.iter().any(|wanted| wanted.normalize().is_same(&own.normalize())))
    }

    fn manifest_parts(&self, record: &ImageRecord) -> Option<DocumentParts> {
        let manifest = record.manifest.as_ref()?;
        Some(DocumentParts {
            raw: Arc::from(self.documents.contents(manifest.member?)?),
            digest: manifest.digest.clone(),
            media_type: manifest.media_type.clone(),
        })
    }

    /// An index around images; that of a `dir:` folder is its `manifest.json`.
    fn index_parts(&self, digest: &str) -> Option<DocumentParts> {
        let (_, hex) = digest.split_once(':')?;
        let paths = [blob_path(digest)?, format!("{hex}.manifest.json"), "manifest.json".to_owned()];
        let of_kind = if self.kind() == FileKind::SkopeoDir { &paths[1..] } else { &paths[..1] };
        let contents = of_kind
            .iter()
            .find_map(|path| self.documents.contents(self.listing.file(path, &self.limits)?))?;
        let raw = Arc::from(contents);
        Some(DocumentParts { raw, digest: digest.to_owned(), media_type: media_type::OCI_INDEX.to_owned() })
    }

    fn layer_parts(
        &self,
        image: usize,
        layer: &LayerUse,
        listed: Option<&Descriptor>,
    ) -> Result<LayerParts, LayoutError> {
        let record = layer.layer.and_then(|layer| self.layers.get(layer));
        let member = record.and_then(|record| self.listing.get(record.member));
        let digest = match &layer.digest {
            Some(text) => Some(Digest::parse_with(text, Algorithms::ALL).map_err(|error| {
                let (expected, found) = (text.clone(), error.to_string());
                LayoutError::Digest { what: "layer", image, expected, found }
            })?),
            None => None,
        };
        let report = record.and_then(|record| record.report.as_ref());
        let is_elsewhere = |listed: &&Descriptor| {
            !listed.urls.is_empty()
                || listed.media_type.contains(".nondistributable.")
                || listed.media_type.contains(".foreign.")
        };
        let named =
            layer.digest.as_deref().or_else(|| layer.diff_id.as_ref().map(|diff_id| diff_id.as_str()));
        Ok(LayerParts {
            source: layer.layer,
            entry: member.map(Member::display).unwrap_or_else(|| named.unwrap_or_default().to_owned()),
            diff_id: layer.diff_id.clone(),
            digest,
            size: layer.size.or_else(|| member.map(|member| member.size)),
            tar_size: report.map(|report| report.tar_size),
            compression: report.map(|report| report.compression),
            media_type: layer.media_type.clone(),
            foreign: layer.foreign.clone().or_else(|| listed.filter(is_elsewhere).cloned()),
        })
    }

    /// What an index names that is no image.
    fn other_blobs(&self) -> Vec<BlobParts> {
        let others = self.blobs.iter().filter(|blob| blob.role == BlobRole::Other);
        let parts = others.filter_map(|blob| {
            let raw = self.documents.contents(blob.member)?.to_vec();
            Some(BlobParts { digest: blob.check.declared.clone()?, raw })
        });
        parts.collect()
    }
}

fn identity(record: &ImageRecord) -> String {
    let manifest = record.manifest.as_ref().map(|manifest| manifest.digest.clone());
    let id = || record.config.as_ref().map(|config| config.id().to_string());
    manifest.or_else(id).unwrap_or_default()
}
