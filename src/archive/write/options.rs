//! What is to be written, and how.

use crate::codec::Encoding;
use crate::limits::Limits;

/// Layouts that images are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArchiveFormat {
    /// As `docker save` of Docker 1.10 to 24 writes it: `manifest.json`, and a folder with a plain tar for each layer.
    Docker,
    /// As `docker save` of Docker 25 and later writes it: `manifest.json` beside an OCI layout.
    DockerOci,
    /// An OCI image layout (image-spec image-layout.md).
    Oci,
    /// skopeo's `dir:`, a folder of one image or one index.
    Dir,
}

impl ArchiveFormat {
    /// The name: `docker`, `docker-oci`, `oci` or `dir`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::DockerOci => "docker-oci",
            Self::Oci => "oci",
            Self::Dir => "dir",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Docker, Self::DockerOci, Self::Oci, Self::Dir]
            .into_iter()
            .find(|format| format.as_str() == name)
    }
}

/// What becomes of the layers of images. Those of artifacts stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LayerEncoding {
    /// They stay as they are stored where the layout can hold them so, and are plain tars otherwise.
    #[default]
    Keep,
    /// They are decompressed and compressed anew; [`Compression::None`](crate::codec::Compression::None) makes them plain.
    Encode(Encoding),
}

/// What becomes of manifests whose layers stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ManifestForm {
    /// Their bytes stay, and with them their digests.
    #[default]
    Keep,
    /// Those of Docker are written anew with the media types of the OCI, for readers that know no others.
    Oci,
}

/// How images are written.
#[derive(Clone, Copy, Debug)]
pub struct WriteOptions {
    /// The layout.
    pub format: ArchiveFormat,
    /// What becomes of layers.
    pub encoding: LayerEncoding,
    /// What becomes of manifests.
    pub manifests: ManifestForm,
    /// Limits on the documents that are read again.
    pub limits: Limits,
}

impl WriteOptions {
    /// That layout, with layers and manifests as they are.
    pub fn new(format: ArchiveFormat) -> Self {
        Self {
            format,
            encoding: LayerEncoding::default(),
            manifests: ManifestForm::default(),
            limits: Limits::default(),
        }
    }
}
