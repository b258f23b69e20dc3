//! An opened SIF file.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::descriptor::{Descriptor, Metadata};
use super::header::Header;
use super::kinds::{DataType, PartType};
use crate::finding::Findings;
use crate::image::RunConfig;
use crate::json;
use crate::limits::Limits;
use crate::manifest::{Descriptor as BlobDescriptor, Document};

/// Name of the object that holds what containers run with, as singularity and apptainer write it.
pub const OCI_CONFIG_NAME: &str = "oci-config.json";

/// An opened SIF file: its header, its objects, and the bytes of those that are small and tell of the image.
#[derive(Debug)]
pub struct Sif {
    size: u64,
    header: Header,
    descriptors: Vec<Descriptor>,
    /// By position among the descriptors.
    documents: BTreeMap<usize, Vec<u8>>,
    /// OCI blobs by their digests.
    blobs: BTreeMap<String, usize>,
    /// OCI documents that came and were not looked into yet.
    fresh: Vec<usize>,
    /// OCI blobs that were asked for.
    asked: BTreeSet<usize>,
    findings: Findings,
}

impl Sif {
    pub(super) fn new(size: u64, header: Header, descriptors: Vec<Descriptor>) -> Self {
        let mut blobs = BTreeMap::new();
        for (index, descriptor) in descriptors.iter().enumerate() {
            if let (DataType::OciBlob, Metadata::Oci { digest }) =
                (descriptor.data_type, &descriptor.metadata)
            {
                blobs.entry(digest.clone()).or_insert(index);
            }
        }
        Self {
            size,
            header,
            descriptors,
            documents: BTreeMap::new(),
            blobs,
            fresh: Vec::new(),
            asked: BTreeSet::new(),
            findings: Findings::default(),
        }
    }

    pub(super) fn set_findings(&mut self, findings: Findings) {
        self.findings = findings;
    }

    pub(super) fn add_document(&mut self, index: usize, bytes: Vec<u8>) {
        self.documents.insert(index, bytes);
        self.fresh.push(index);
    }

    /// Bytes of the file.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The header.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The descriptors that are used, in the order of the table.
    pub fn descriptors(&self) -> &[Descriptor] {
        &self.descriptors
    }

    /// What is unusual or wrong with the file.
    pub const fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The first descriptor of an id.
    pub fn object(&self, id: u32) -> Option<&Descriptor> {
        self.descriptors.iter().find(|descriptor| descriptor.id == id)
    }

    /// The primary partition: the one that is run.
    pub fn primary(&self) -> Option<&Descriptor> {
        self.descriptors.iter().find(|descriptor| is_primary(descriptor))
    }

    /// The bytes of a definition, environment, labels, signature or OCI document; `None` for objects that are not read.
    pub fn document(&self, descriptor: &Descriptor) -> Option<&[u8]> {
        let index = self.descriptors.binary_search_by_key(&descriptor.slot, |other| other.slot).ok()?;
        self.documents.get(&index).map(Vec::as_slice)
    }

    /// The definition that the image was built from. What is not UTF-8 is replaced.
    pub fn definition(&self) -> Option<Cow<'_, str>> {
        self.text(DataType::Definition)
    }

    /// The environment, as a shell reads it. What is not UTF-8 is replaced.
    pub fn environment(&self) -> Option<Cow<'_, str>> {
        self.text(DataType::Environment)
    }

    /// Labels, where the file has some and they are an object of texts.
    pub fn labels(&self) -> Option<BTreeMap<String, String>> {
        let value = json::parse(self.first(DataType::Labels)?, &Limits::default()).ok()?;
        let text = |(key, value): &(Cow<'_, str>, json::Value<'_>)| {
            Some((key.clone().into_owned(), value.as_str()?.to_owned()))
        };
        value.members()?.iter().map(text).collect()
    }

    /// What containers run with, as JSON: the object of that name, as a record of the image keeps it.
    pub fn oci_config(&self) -> Option<&[u8]> {
        let named = |descriptor: &&Descriptor| {
            descriptor.data_type == DataType::Json && descriptor.name == OCI_CONFIG_NAME
        };
        self.document(self.descriptors.iter().find(named)?)
    }

    /// What containers run with; `None` where the file says nothing of it or not in JSON of the right types.
    pub fn run_config(&self, limits: &Limits) -> Option<RunConfig> {
        let mut config = RunConfig::default();
        json::decode(self.oci_config()?, &mut config, limits).ok()?.ok()?;
        Some(config)
    }

    /// Signatures, in the order of the table.
    pub fn signatures(&self) -> impl Iterator<Item = &Descriptor> {
        self.descriptors.iter().filter(|descriptor| descriptor.data_type == DataType::Signature)
    }

    /// The objects of a group.
    pub fn group(&self, group: u32) -> impl Iterator<Item = &Descriptor> {
        self.descriptors.iter().filter(move |descriptor| descriptor.group == Some(group))
    }

    /// The documents of the OCI images in the file: indexes, manifests and configs, from the root index on.
    pub fn oci_documents(&self) -> impl Iterator<Item = (&Descriptor, &[u8])> {
        self.descriptors.iter().enumerate().filter_map(|(index, descriptor)| {
            let is_oci = matches!(descriptor.data_type, DataType::OciRootIndex | DataType::OciBlob);
            self.documents.get(&index).filter(|_| is_oci).map(|bytes| (descriptor, bytes.as_slice()))
        })
    }

    /// The object that holds an OCI blob.
    pub fn blob(&self, digest: &str) -> Option<&Descriptor> {
        self.descriptors.get(*self.blobs.get(digest)?)
    }

    fn first(&self, data_type: DataType) -> Option<&[u8]> {
        self.document(self.descriptors.iter().find(|descriptor| descriptor.data_type == data_type)?)
    }

    fn text(&self, data_type: DataType) -> Option<Cow<'_, str>> {
        self.first(data_type).map(String::from_utf8_lossy)
    }

    /// What is read first: everything that is small and that tells of the image.
    pub(super) fn first_documents(&self) -> Vec<usize> {
        let is_wanted = |descriptor: &Descriptor| match descriptor.data_type {
            DataType::Definition
            | DataType::Environment
            | DataType::Labels
            | DataType::Signature
            | DataType::OciRootIndex => true,
            DataType::Json => descriptor.name == OCI_CONFIG_NAME,
            _ => false,
        };
        let indexes = self.descriptors.iter().enumerate();
        indexes.filter(|(_, descriptor)| is_wanted(descriptor)).map(|(index, _)| index).collect()
    }

    /// The blobs that the OCI documents lead to and that are documents too: indexes, manifests, configs.
    pub(super) fn further_documents(&mut self, limits: &Limits) -> Vec<usize> {
        let mut found = BTreeSet::new();
        for index in std::mem::take(&mut self.fresh) {
            let is_oci = |descriptor: &&Descriptor| {
                matches!(descriptor.data_type, DataType::OciRootIndex | DataType::OciBlob)
            };
            if self.descriptors.get(index).filter(is_oci).is_none() {
                continue;
            }
            let bytes = self.documents.get(&index).map_or(&[][..], Vec::as_slice);
            for blob in leads_to(bytes, limits) {
                found.extend(self.blobs.get(&blob.digest).filter(|index| !self.asked.contains(index)));
            }
        }
        self.asked.extend(&found);
        found.into_iter().collect()
    }
}

/// Whether a descriptor is that of a primary partition.
pub(super) fn is_primary(descriptor: &Descriptor) -> bool {
    matches!(descriptor.metadata, Metadata::Partition { part: PartType::PrimarySystem, .. })
}

/// The documents that an OCI index or manifest names; none for any other.
fn leads_to(bytes: &[u8], limits: &Limits) -> Vec<BlobDescriptor> {
    match Document::parse(bytes, None, limits) {
        Ok(Document::Index(index)) => {
            index.manifests().iter().take(limits.images as usize).cloned().collect()
        }
        Ok(Document::Manifest(manifest)) => vec![manifest.config().clone()],
        _ => Vec::new(),
    }
}
