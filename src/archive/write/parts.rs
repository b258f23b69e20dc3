//! What an image consists of, wherever it comes from.

use std::sync::Arc;

use crate::archive::Role;
use crate::codec::Compression;
use crate::digest::Digest;
use crate::image::{DiffId, ImageId, Platform};
use crate::layer::{CopiedLayer, ExpectedLayer};
use crate::manifest::Descriptor;
use crate::reference::Reference;

/// A manifest or an index: its exact bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentParts {
    /// The bytes.
    pub raw: Arc<[u8]>,
    /// The digest by which others name it.
    pub digest: String,
    /// What it is.
    pub media_type: String,
}

/// One image, and what else is stored like one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageParts {
    /// The exact bytes of the config. Empty for a legacy image, and for an artifact whose config is not there.
    pub config: Vec<u8>,
    /// The v1 documents of a legacy image, bottom first; its config is made of them when its diff ids are known.
    pub legacy: Vec<Vec<u8>>,
    /// The manifest, where there is one.
    pub manifest: Option<DocumentParts>,
    /// The indexes around the manifest, outermost first; the `index.json` of a layout left out.
    pub indexes: Vec<DocumentParts>,
    /// Names with a tag.
    pub names: Vec<Reference>,
    /// Values of `org.opencontainers.image.ref.name` that are no full names.
    pub ref_names: Vec<String>,
    /// What it runs on.
    pub platform: Option<Platform>,
    /// What the manifest describes.
    pub role: Role,
    /// Digest of the manifest that it is about, for attestations and other referrers.
    pub subject: Option<String>,
    /// Id of the image that it was made from.
    pub parent: Option<ImageId>,
    /// The layers, bottom first.
    pub layers: Vec<LayerParts>,
}

/// One use of a layer by an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayerParts {
    /// A number for the stored bytes, given by whoever has them; equal numbers are the same bytes. Without one the bytes
    /// are not there.
    pub source: Option<usize>,
    /// What messages call it, such as its path in a file.
    pub entry: String,
    /// Digest of the tar.
    pub diff_id: Option<DiffId>,
    /// Digest of the stored bytes.
    pub digest: Option<Digest>,
    /// Number of stored bytes.
    pub size: Option<u64>,
    /// Bytes of the tar.
    pub tar_size: Option<u64>,
    /// What the stored bytes are compressed with.
    pub compression: Option<Compression>,
    /// Declared media type.
    pub media_type: Option<String>,
    /// The descriptor of a layer that can be fetched from elsewhere.
    pub foreign: Option<Descriptor>,
}

impl LayerParts {
    /// What copying it has to find.
    pub fn expected(&self) -> ExpectedLayer {
        let diff_id = self.diff_id.as_ref().and_then(|diff_id| diff_id.digest().ok());
        // Of a plain tar the diff id alone is compared, since it is that which the config declares.
        let digest = self.digest.filter(|digest| diff_id != Some(*digest));
        ExpectedLayer { digest, diff_id, size: self.size }
    }

    /// Fills in what is known without reading: the digest of a plain tar is its diff id.
    pub(super) fn infer(&mut self) {
        if self.compression == Some(Compression::None) {
            self.tar_size = self.tar_size.or(self.size);
            self.digest = self.digest.or_else(|| self.diff_id.as_ref()?.digest().ok());
        }
    }

    /// Takes what reading it found.
    pub(super) fn learn(&mut self, copied: &CopiedLayer) {
        self.diff_id.get_or_insert_with(|| copied.tar.digest.into());
        self.digest.get_or_insert(copied.stored.digest);
        self.size = Some(copied.stored.size);
        self.tar_size = Some(copied.tar.size);
        self.compression = Some(copied.stored_compression);
    }
}

/// A blob that is neither an image's nor an artifact's, but is named by an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobParts {
    /// The digest by which it is named.
    pub digest: String,
    /// Its bytes.
    pub raw: Vec<u8>,
}

/// All that is to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The images, in the order in which they are listed.
    pub images: Vec<ImageParts>,
    /// The `index.json` that they come from.
    pub index: Option<Vec<u8>>,
    /// What else an index names.
    pub blobs: Vec<BlobParts>,
    /// Digests or ids of what was there and is not among the images, because it was not selected.
    pub not_selected: Vec<String>,
    /// Digests of what is spoken of, but was not there.
    pub absent: Vec<String>,
    /// It is all that there was, so an index may go on naming what was not there before either. Otherwise what an index
    /// names and is not among the images was not selected.
    pub is_whole: bool,
}

impl From<Vec<ImageParts>> for Contents {
    fn from(images: Vec<ImageParts>) -> Self {
        Self { images, ..Self::default() }
    }
}
