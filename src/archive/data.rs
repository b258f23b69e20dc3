//! An opened file as plain data, in the shapes of the npm package.

use std::collections::BTreeMap;

use serde::Serialize;

use super::dialect::FileKind;
use crate::codec::Compression;
use crate::finding::{ErrorData, Finding};
use crate::image::{HistoryStepData, Platform, RunConfigData};
use crate::json::size;
use crate::layer::LayerReport;

/// How a declared value compares with the computed one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckState {
    /// Equal.
    Match,
    /// Not equal.
    Mismatch,
    /// Not computed yet.
    Pending,
    /// Nothing is declared.
    #[default]
    Undeclared,
    /// The bytes are not in the file.
    Absent,
}

/// A declared value beside the computed one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Check {
    /// How they compare.
    pub state: CheckState,
    /// The declared value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<String>,
    /// The computed value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computed: Option<String>,
}

impl Check {
    /// Compares a declared value with a computed one.
    pub fn new(declared: Option<String>, computed: Option<String>) -> Self {
        let state = match (&declared, &computed) {
            (Some(declared), Some(computed)) if declared == computed => CheckState::Match,
            (Some(_), Some(_)) => CheckState::Mismatch,
            (Some(_), None) => CheckState::Pending,
            (None, _) => CheckState::Undeclared,
        };
        Self { state, declared, computed }
    }

    /// The value is declared, and its bytes are not there.
    pub fn absent(declared: Option<String>) -> Self {
        Self { state: CheckState::Absent, declared, computed: None }
    }
}

/// What a manifest describes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A container image.
    #[default]
    Image,
    /// Statements about another image: provenance, bill of materials.
    Attestation,
    /// Anything else that is kept as a manifest.
    Artifact,
    /// A bare root file system, shown as an image of one layer.
    Rootfs,
}

/// How much of an image is in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// Config and all layers.
    #[default]
    Complete,
    /// The config or some layers are missing.
    Partial,
    /// Only an index names it.
    Absent,
}

/// One use of a layer by an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageLayerData {
    /// Position in [`ArchiveData::layers`]; absent when the bytes are not in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blob: Option<usize>,
    /// Declared by the config; of legacy images known once the layer is scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff_id: Option<String>,
    /// Chain id of this layer and all below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain_id: Option<String>,
    /// Digest of the stored form that a manifest declares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Media type that a manifest declares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Stored bytes that a manifest declares.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "size::serialize_option")]
    pub declared_size: Option<u64>,
    /// Position in [`ImageData::history`] of the step that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<usize>,
    /// The config's diff id against that of the scanned tar.
    pub check: Check,
}

/// One image of the file; each platform is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageData {
    /// Position in [`ArchiveData::images`].
    pub index: usize,
    /// Digest of the config's bytes; of legacy images known once their layers are scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Full names, normalised and sorted.
    pub names: Vec<String>,
    /// The same as Docker shows them.
    pub familiar_names: Vec<String>,
    /// Values of the annotation `org.opencontainers.image.ref.name` that are no full names, sorted.
    pub ref_names: Vec<String>,
    /// What it runs on, by its config, else by the index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// What the manifest describes.
    pub role: Role,
    /// How much of it is in the file.
    pub presence: Presence,
    /// Digest of the manifest's bytes, or what an index declares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest_digest: Option<String>,
    /// Media type of the manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest_media_type: Option<String>,
    /// Digests of the indexes around the manifest, outermost first; that of the layout's own `index.json` left out.
    pub indexes: Vec<String>,
    /// Annotations of its descriptor and manifest.
    pub annotations: BTreeMap<String, String>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// What containers run with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<RunConfigData>,
    /// How it was made.
    pub history: Vec<HistoryStepData>,
    /// Its layers, bottom first.
    pub layers: Vec<ImageLayerData>,
    /// Stored bytes of its layers, each blob counted once.
    #[serde(serialize_with = "size::serialize")]
    pub stored_size: u64,
    /// Bytes of its layers' tars, once all are scanned.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "size::serialize_option")]
    pub unpacked_size: Option<u64>,
    /// The config's digest against its name or descriptor.
    pub check: Check,
}

/// How far a layer has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LayerState {
    /// Not yet.
    #[default]
    Pending,
    /// To its end.
    Scanned,
    /// It could not be read to its end.
    Failed,
}

/// One stored layer; images share it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerData {
    /// Position in [`ArchiveData::layers`].
    pub index: usize,
    /// Where it lies in the file.
    pub path: String,
    /// Number of stored bytes.
    #[serde(serialize_with = "size::serialize")]
    pub stored_size: u64,
    /// What it is compressed with; known once it has been read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<Compression>,
    /// Media type that a manifest declares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Digest of the stored bytes that a manifest or the name declares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// How far it has been read.
    pub state: LayerState,
    /// What the scan found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan: Option<LayerReport>,
    /// Why it could not be read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorData>,
    /// The declared digest against that of the stored bytes.
    pub check: Check,
}

/// What a document in the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BlobRole {
    /// An image's config.
    Config,
    /// An image's manifest.
    Manifest,
    /// An index or manifest list.
    Index,
    /// Something else that a manifest names.
    Other,
}

/// A document in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BlobData {
    /// What it is.
    pub role: BlobRole,
    /// Where it lies in the file.
    pub path: String,
    /// Number of bytes.
    #[serde(serialize_with = "size::serialize")]
    pub size: u64,
    /// Declared media type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The declared digest against that of the bytes.
    pub check: Check,
}

/// Everything that is known of an opened file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveData {
    /// What it is.
    pub kind: FileKind,
    /// The same in words.
    pub label: &'static str,
    /// Best guess at the program that wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub producer: Option<&'static str>,
    /// What the file as a whole is compressed with.
    pub compression: Compression,
    /// Bytes of the file, or of all files of the folder.
    #[serde(serialize_with = "size::serialize")]
    pub size: u64,
    /// Files and folders inside.
    pub entries: usize,
    /// The images.
    pub images: Vec<ImageData>,
    /// The stored layers.
    pub layers: Vec<LayerData>,
    /// The documents.
    pub blobs: Vec<BlobData>,
    /// What is unusual in the file.
    pub findings: Vec<Finding>,
    /// Findings that were not kept.
    #[serde(serialize_with = "size::serialize")]
    pub more_findings: u64,
    /// What its header says of a file that holds no images.
    pub facts: Vec<(String, String)>,
}
