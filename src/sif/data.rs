//! An opened SIF file as plain data, in the shapes of the npm package.

use std::collections::BTreeMap;

use serde::Serialize;

use super::descriptor::{Descriptor, Link, Metadata};
use super::image::Sif;
use super::kinds::{DataType, FsType, HashType, MessageFormat, MessageType, PartType, SbomFormat};
use super::signature::{SignatureBlock, SignatureForm};
use crate::env::UnixTime;
use crate::finding::Finding;
use crate::image::{ImageConfig, Platform, RunConfigData};
use crate::json::size;
use crate::limits::Limits;
use crate::manifest::{Descriptor as BlobDescriptor, Document};

/// A SIF file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SifData {
    /// Bytes of the file.
    #[serde(serialize_with = "size::serialize")]
    pub size: u64,
    /// The line by which a shell starts the image.
    pub launch_script: String,
    /// Version of the format.
    pub version: String,
    /// What the primary partition runs on, where the code is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<&'static str>,
    /// The code of the architecture.
    pub architecture_code: String,
    /// The image's id: a UUID.
    pub id: String,
    /// When it was made; absent where the file does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// When it was changed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// Descriptors in the table, used or not.
    #[serde(serialize_with = "size::serialize_signed")]
    pub descriptors: i64,
    /// Where data start.
    #[serde(serialize_with = "size::serialize_signed")]
    pub data_offset: i64,
    /// Bytes of data.
    #[serde(serialize_with = "size::serialize_signed")]
    pub data_size: i64,
    /// The objects, in the order of the table.
    pub objects: Vec<ObjectData>,
    /// Id of the primary partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<u32>,
    /// The definition that the image was built from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// The environment, as a shell reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// What containers run with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<RunConfigData>,
    /// The OCI images in the file, from its root index.
    pub images: Vec<OciImageData>,
    /// What is unusual or wrong.
    pub findings: Vec<Finding>,
    /// Further findings, which were only counted.
    #[serde(serialize_with = "size::serialize")]
    pub more_findings: u64,
}

/// What an object is linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkData {
    /// `object` or `group`.
    pub to: &'static str,
    /// Its id.
    pub id: u32,
}

/// What only partitions have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartitionData {
    /// What its bytes are.
    pub fs: FsType,
    /// What it is for.
    pub part: PartType,
    /// What it runs on, where the code is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<&'static str>,
    /// The code of the architecture.
    pub architecture_code: String,
}

/// What only signatures have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignatureData {
    /// The hash that it was made with.
    pub hash: HashType,
    /// Fingerprint of the OpenPGP key, as the descriptor has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Its form, where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<SignatureForm>,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectData {
    /// Its id.
    pub id: u32,
    /// What it is; `unknown` for what is not known.
    #[serde(rename = "type")]
    pub data_type: DataType,
    /// The code of the type.
    pub type_code: i32,
    /// Its group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<u32>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkData>,
    /// Its name; can be empty.
    pub name: String,
    /// Where its bytes start.
    #[serde(serialize_with = "size::serialize_signed")]
    pub offset: i64,
    /// How many bytes it has.
    #[serde(serialize_with = "size::serialize_signed")]
    pub size: i64,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// When it was changed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// Of a partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<PartitionData>,
    /// Of a signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignatureData>,
    /// Of a cryptographic message: its form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_format: Option<MessageFormat>,
    /// Of a cryptographic message: what it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_type: Option<MessageType>,
    /// Of a bill of materials: its form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sbom_format: Option<SbomFormat>,
    /// Of an OCI document or blob: its digest, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// An OCI image in a SIF file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OciImageData {
    /// Digest of its manifest.
    pub manifest: String,
    /// Digest of its config.
    pub config_digest: String,
    /// What it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// What containers run with; absent where the config is not in the file or cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<RunConfigData>,
    /// Its layers, bottom first.
    pub layers: Vec<BlobDescriptor>,
}

impl Sif {
    /// Everything that is known of the file, as plain data.
    pub fn data(&self, limits: &Limits) -> SifData {
        let header = self.header();
        let objects = self.descriptors().iter().map(|descriptor| self.object_data(descriptor, limits));
        let images = self.oci_images(limits);
        let run_config = self.run_config(limits).map(|config| RunConfigData::from(&config));
        SifData {
            size: self.size(),
            launch_script: header.launch_script.clone(),
            version: header.version.clone(),
            architecture: header.architecture.name(),
            architecture_code: header.architecture.code(),
            id: header.uuid(),
            created: time(header.created),
            modified: time(header.modified),
            descriptors: header.descriptors_total,
            data_offset: header.data_offset,
            data_size: header.data_size,
            objects: objects.collect(),
            primary: self.primary().map(|primary| primary.id),
            definition: self.definition().map(Into::into),
            environment: self.environment().map(Into::into),
            labels: self.labels(),
            config: run_config.or_else(|| images.first()?.config.clone()),
            images,
            findings: self.findings().as_slice().to_vec(),
            more_findings: self.findings().more(),
        }
    }

    fn object_data(&self, descriptor: &Descriptor, limits: &Limits) -> ObjectData {
        let mut data = ObjectData {
            id: descriptor.id,
            data_type: descriptor.data_type,
            type_code: descriptor.data_type.code(),
            group: descriptor.group,
            link: descriptor.link.map(|link| match link {
                Link::Object(id) => LinkData { to: "object", id },
                Link::Group(id) => LinkData { to: "group", id },
            }),
            name: descriptor.name.clone(),
            offset: descriptor.offset,
            size: descriptor.size,
            created: time(descriptor.created),
            modified: time(descriptor.modified),
            partition: None,
            signature: None,
            message_format: None,
            message_type: None,
            sbom_format: None,
            digest: None,
        };
        match &descriptor.metadata {
            Metadata::None => {}
            Metadata::Partition { fs, part, architecture } => {
                let (name, code) = (architecture.name(), architecture.code());
                data.partition =
                    Some(PartitionData { fs: *fs, part: *part, architecture: name, architecture_code: code });
            }
            Metadata::Signature { hash, .. } => {
                let bytes = self.document(descriptor);
                let block = bytes.and_then(|bytes| SignatureBlock::parse(descriptor, bytes, limits).ok());
                let (fingerprint, form) = (descriptor.fingerprint(), block.map(|block| block.form));
                data.signature = Some(SignatureData { hash: *hash, fingerprint, form });
            }
            Metadata::CryptoMessage { format, message } => {
                (data.message_format, data.message_type) = (Some(*format), Some(*message));
            }
            Metadata::Sbom { format } => data.sbom_format = Some(*format),
            Metadata::Oci { digest } => data.digest = Some(digest.clone()),
        }
        data
    }

    /// The OCI images in the file: those of the manifests that its root index leads to, in the order of the table.
    pub fn oci_images(&self, limits: &Limits) -> Vec<OciImageData> {
        let manifests =
            self.oci_documents().filter_map(|(_, bytes)| match Document::parse(bytes, None, limits) {
                Ok(Document::Manifest(manifest)) => Some(manifest),
                _ => None,
            });
        let image = |manifest: crate::manifest::Manifest| {
            let config_digest = manifest.config().digest.clone();
            let bytes = self.blob(&config_digest).and_then(|blob| self.document(blob));
            let config = bytes.and_then(|bytes| ImageConfig::parse(bytes, limits).ok());
            OciImageData {
                manifest: manifest.digest().to_string(),
                config_digest,
                platform: config.as_ref().map(ImageConfig::platform),
                config: config.as_ref().map(|config| RunConfigData::from(config.run_config())),
                layers: manifest.layers().to_vec(),
            }
        };
        manifests.take(limits.images as usize).map(image).collect()
    }
}

/// A time as text in UTC; `None` for zero and less, which files without times have.
fn time(seconds: i64) -> Option<String> {
    (seconds > 0).then(|| UnixTime { seconds, nanoseconds: 0 }.timestamp().as_str().to_owned())
}
