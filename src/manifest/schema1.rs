//! Docker's manifest, schema 1.

use super::{DocumentKind, ManifestError, base64};
use crate::digest::Digest;
use crate::json::{self, Value, decode_struct};
use crate::limits::Limits;

/// A manifest of schema 1: its exact bytes, and what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema1 {
    raw: Vec<u8>,
    digest: Digest,
    kind: DocumentKind,
    fields: Fields,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields {
    name: String,
    tag: String,
    architecture: String,
    layers: Vec<Layer>,
    history: Vec<History>,
    signatures: Vec<Signature>,
}

decode_struct!(Fields {
    "name" => name,
    "tag" => tag,
    "architecture" => architecture,
    "fsLayers" => layers,
    "history" => history,
    "signatures" => signatures,
});

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Layer {
    blob_sum: String,
}

decode_struct!(Layer { "blobSum" => blob_sum });

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct History {
    v1_compatibility: String,
}

decode_struct!(History { "v1Compatibility" => v1_compatibility });

/// What a signature says of the bytes that were signed.
#[derive(PartialEq)]
struct Protected {
    format_length: i64,
    format_tail: String,
}

impl Protected {
    /// Both members have to be there, spelled just so (libtrust, ParsePrettySignature).
    fn read(header: &Value<'_>) -> Option<Self> {
        let member =
            |name| header.members()?.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value);
        let format_length = member("formatLength")?.as_i64()?;
        Some(Self { format_length, format_tail: member("formatTail")?.as_str()?.to_owned() })
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Signature {
    protected: String,
}

decode_struct!(Signature { "protected" => protected });

impl Schema1 {
    pub(super) fn new(fields: Fields, raw: Vec<u8>) -> Result<Self, ManifestError> {
        let payload = payload(&fields.signatures, &raw)?;
        let kind = if payload.is_some() { DocumentKind::Schema1Signed } else { DocumentKind::Schema1 };
        let digest = Digest::sha256(payload.as_deref().unwrap_or(&raw));
        Ok(Self { raw, digest, kind, fields })
    }

    /// The exact bytes it was read from, signatures included.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// SHA-256 of what was signed, or of the exact bytes where nothing was.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Signed or not.
    pub const fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// Name of the repository.
    pub fn name(&self) -> &str {
        &self.fields.name
    }

    /// Tag.
    pub fn tag(&self) -> &str {
        &self.fields.tag
    }

    /// Processor architecture in Go's naming.
    pub fn architecture(&self) -> &str {
        &self.fields.architecture
    }

    /// Digests of the stored layers, **top layer first**.
    pub fn blob_sums(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.fields.layers.iter().map(|layer| layer.blob_sum.as_str())
    }

    /// The v1 document of each layer as text, top layer first.
    pub fn v1_compatibility(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.fields.history.iter().map(|entry| entry.v1_compatibility.as_str())
    }
}

/// The bytes that were signed; `None` when there are no signatures. The signatures were put into the document just
/// before its last bytes, and the protected header of each says how to take them out again: the first `formatLength`
/// bytes, then `formatTail`.
fn payload(signatures: &[Signature], raw: &[u8]) -> Result<Option<Vec<u8>>, ManifestError> {
    let invalid = |reason| ManifestError::Signature { reason };
    // All have to say the same, so that one copy of the document is enough for any number of them.
    let mut agreed: Option<Protected> = None;
    for signature in signatures {
        let header =
            base64::url(&signature.protected).ok_or_else(|| invalid("`protected` is not base64url"))?;
        let header = Protected::read(&json::parse(&header, &Limits::default())?)
            .ok_or_else(|| invalid("`protected` lacks `formatLength` or `formatTail`"))?;
        match &agreed {
            Some(first) if *first != header => {
                return Err(invalid("the signatures are not about the same bytes"));
            }
            Some(_) => {}
            None => agreed = Some(header),
        }
    }
    let Some(header) = agreed else { return Ok(None) };
    let tail = base64::url(&header.format_tail).ok_or_else(|| invalid("`formatTail` is not base64url"))?;
    let head = usize::try_from(header.format_length).ok().and_then(|length| raw.get(..length));
    let head = head.ok_or_else(|| invalid("`formatLength` is longer than the document"))?;
    Ok(Some([head, &tail].concat()))
}
