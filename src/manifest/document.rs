//! Which kind of manifest a document is.

use std::fmt;

use super::{Descriptor, Index, Manifest, ManifestError, Schema1, media_type};
use crate::digest::Digest;
use crate::json::{self, Decode, JsonError, Present, decode_struct};
use crate::limits::Limits;

/// The kinds of manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum DocumentKind {
    /// OCI image manifest, or an artifact's.
    OciManifest,
    /// OCI image index.
    OciIndex,
    /// Docker manifest, schema 2.
    DockerManifest,
    /// Docker manifest list.
    DockerList,
    /// Docker manifest, schema 1.
    Schema1,
    /// Docker manifest, schema 1, signed.
    Schema1Signed,
}

impl DocumentKind {
    /// The media type that stands for the kind.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::OciManifest => media_type::OCI_MANIFEST,
            Self::OciIndex => media_type::OCI_INDEX,
            Self::DockerManifest => media_type::DOCKER_MANIFEST,
            Self::DockerList => media_type::DOCKER_LIST,
            Self::Schema1 => media_type::DOCKER_SCHEMA1,
            Self::Schema1Signed => media_type::DOCKER_SCHEMA1_SIGNED,
        }
    }

    /// The kind that a media type stands for.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        [
            Self::OciManifest,
            Self::OciIndex,
            Self::DockerManifest,
            Self::DockerList,
            Self::Schema1,
            Self::Schema1Signed,
        ]
        .into_iter()
        .find(|kind| kind.media_type() == media_type)
    }

    /// Guesses the kind of a document as containers/image does: a media type that is declared and known wins, then
    /// `schemaVersion`, then the configuration's media type, then whether there are `manifests`. `None` when nothing
    /// fits.
    ///
    /// # Errors
    /// It is not JSON, or one of these members has the wrong type; no reader takes such a document for a manifest.
    pub fn guess(document: &[u8], limits: &Limits) -> Result<Option<Self>, ManifestError> {
        Self::guess_with(document, &Members::read(document, limits)?, limits)
    }

    fn guess_with(
        document: &[u8],
        members: &Members,
        limits: &Limits,
    ) -> Result<Option<Self>, ManifestError> {
        if document.trim_ascii_start().first() != Some(&b'{') {
            return Ok(None);
        }
        let declared: Declared = decode(document, limits)?;
        if let Some(kind) = Self::from_media_type(&declared.media_type)
            && !matches!(kind, Self::Schema1 | Self::Schema1Signed)
        {
            return Ok(Some(kind));
        }
        Ok(match declared.schema_version {
            1 if members.signatures.0 => Some(Self::Schema1Signed),
            1 => Some(Self::Schema1),
            2 => {
                let contents: Contents = decode(document, limits)?;
                Some(match contents.config.media_type.as_str() {
                    media_type::OCI_CONFIG => Self::OciManifest,
                    media_type::DOCKER_CONFIG => Self::DockerManifest,
                    _ if contents.manifests.is_empty() => Self::OciManifest,
                    _ => Self::OciIndex,
                })
            }
            _ => None,
        })
    }

    /// Refuses a document with members that belong to another kind (GHSA-77vh-xpmg-72qh): such a document can be one
    /// image for one reader and another for the next.
    fn check_unambiguous(self, members: &Members) -> Result<(), ManifestError> {
        let own: &[&str] = match self {
            Self::OciManifest | Self::DockerManifest => &["config", "layers"],
            Self::OciIndex | Self::DockerList => &["manifests"],
            Self::Schema1 | Self::Schema1Signed => &["fsLayers", "history"],
        };
        let all = [
            ("config", members.config),
            ("fsLayers", members.fs_layers),
            ("history", members.history),
            ("layers", members.layers),
            ("manifests", members.manifests),
        ];
        let mut unexpected = Vec::new();
        for (key, Present(present)) in all {
            if present && !own.contains(&key) {
                unexpected.push(key);
            }
        }
        if unexpected.is_empty() { Ok(()) } else { Err(ManifestError::Ambiguous { kind: self, unexpected }) }
    }
}

impl fmt::Display for DocumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OciManifest => "OCI manifest",
            Self::OciIndex => "OCI index",
            Self::DockerManifest => "Docker manifest",
            Self::DockerList => "Docker manifest list",
            Self::Schema1 => "Docker manifest of schema 1",
            Self::Schema1Signed => "signed Docker manifest of schema 1",
        })
    }
}

/// A manifest of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// One image or artifact.
    Manifest(Manifest),
    /// Several, by platform or otherwise.
    Index(Index),
    /// One image in the form of schema 1.
    Schema1(Schema1),
}

impl Document {
    /// Reads a manifest of whatever kind it is. A known media type, as a descriptor or a registry gives it, decides;
    /// otherwise the kind is [guessed](DocumentKind::guess).
    ///
    /// # Errors
    /// What is wrong with the JSON or a member, [`ManifestError::UnknownKind`], or [`ManifestError::Ambiguous`].
    pub fn parse(
        bytes: impl Into<Vec<u8>>,
        media_type: Option<&str>,
        limits: &Limits,
    ) -> Result<Self, ManifestError> {
        let raw = bytes.into();
        let members = Members::read(&raw, limits)?;
        let known = media_type.and_then(DocumentKind::from_media_type);
        let kind = match known {
            None => DocumentKind::guess_with(&raw, &members, limits)?,
            known => known,
        };
        let Some(kind) = kind else {
            let declared: Declared = decode(&raw, limits).unwrap_or_default();
            return Err(ManifestError::UnknownKind {
                media_type: media_type.unwrap_or(&declared.media_type).chars().take(100).collect(),
                schema_version: declared.schema_version,
            });
        };
        kind.check_unambiguous(&members)?;
        Ok(match kind {
            DocumentKind::OciManifest | DocumentKind::DockerManifest => {
                Self::Manifest(Manifest::new(decode(&raw, limits)?, raw, kind))
            }
            DocumentKind::OciIndex | DocumentKind::DockerList => {
                Self::Index(Index::new(decode(&raw, limits)?, raw, kind))
            }
            DocumentKind::Schema1 | DocumentKind::Schema1Signed => {
                Self::Schema1(Schema1::new(decode(&raw, limits)?, raw)?)
            }
        })
    }

    /// Its kind.
    pub const fn kind(&self) -> DocumentKind {
        match self {
            Self::Manifest(manifest) => manifest.kind(),
            Self::Index(index) => index.kind(),
            Self::Schema1(manifest) => manifest.kind(),
        }
    }

    /// The exact bytes it was read from.
    pub fn raw(&self) -> &[u8] {
        match self {
            Self::Manifest(manifest) => manifest.raw(),
            Self::Index(index) => index.raw(),
            Self::Schema1(manifest) => manifest.raw(),
        }
    }

    /// The digest that names it: of its bytes, or of what is signed in a signed schema 1 manifest.
    pub const fn digest(&self) -> Digest {
        match self {
            Self::Manifest(manifest) => manifest.digest(),
            Self::Index(index) => index.digest(),
            Self::Schema1(manifest) => manifest.digest(),
        }
    }
}

/// What a document says of itself.
#[derive(Default)]
struct Declared {
    media_type: String,
    schema_version: i64,
}

decode_struct!(Declared { "mediaType" => media_type, "schemaVersion" => schema_version });

/// What tells the kind of a document that does not say it.
#[derive(Default)]
struct Contents {
    config: MediaType,
    manifests: Vec<Descriptor>,
}

decode_struct!(Contents { "config" => config, "manifests" => manifests });

/// The one member of a configuration's descriptor that matters for that.
#[derive(Default)]
struct MediaType {
    media_type: String,
}

decode_struct!(MediaType { "mediaType" => media_type });

/// Which members there are of those that belong to one kind only.
#[derive(Default)]
struct Members {
    config: Present,
    layers: Present,
    manifests: Present,
    fs_layers: Present,
    history: Present,
    signatures: Present,
}

decode_struct!(Members {
    "config" => config,
    "layers" => layers,
    "manifests" => manifests,
    "fsLayers" => fs_layers,
    "history" => history,
    "signatures" => signatures,
});

impl Members {
    /// What is no object has none. Reads the whole, so that after this it is known to be JSON.
    fn read(document: &[u8], limits: &Limits) -> Result<Self, JsonError> {
        let mut members = Self::default();
        let read = json::decode(document, &mut members, limits)?;
        Ok(read.map(|()| members).unwrap_or_default())
    }
}

/// Decodes a whole document.
fn decode<T: Decode + Default>(document: &[u8], limits: &Limits) -> Result<T, ManifestError> {
    let mut decoded = T::default();
    json::decode(document, &mut decoded, limits)??;
    Ok(decoded)
}
