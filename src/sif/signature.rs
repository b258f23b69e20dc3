//! Signatures: what they say, and of which objects. Whether somebody made them is for a verifier.
//!
//! ```text
//! -----BEGIN PGP SIGNED MESSAGE-----          {"payloadType":"application/vnd.sylabs.sif-metadata+json",
//! Hash: SHA256                                 "payload":"…","signatures":[{"keyid":"…","sig":"…"}]}
//!
//! {"version":1,"header":{"digest":"sha256:…"},"objects":[{"relativeId":0,"descriptorDigest":"sha256:…",
//!  "objectDigest":"sha256:…"},…]}             or, the older form:    SIFHASH:\n<digits>
//! -----BEGIN PGP SIGNATURE-----
//! ```

use serde::Serialize;

use super::descriptor::{Descriptor, Metadata};
use super::hash::{StatedAlgorithm, StatedDigest};
use super::kinds::HashType;
use super::text::unhex;
use crate::error::{ErrorKind, Reason};
use crate::json::{self, JsonError, Value};
use crate::limits::Limits;
use crate::manifest::base64;

/// The payload of a DSSE envelope that signs a SIF file.
pub const DSSE_PAYLOAD_TYPE: &str = "application/vnd.sylabs.sif-metadata+json";

/// What the text of the older form begins with.
const LEGACY_START: &[u8] = b"SIFHASH:\n";

/// The form of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureForm {
    /// An OpenPGP clear-signed text with the digests of header, descriptors and objects.
    Pgp,
    /// An OpenPGP clear-signed text with one hash of the objects' bytes: header and descriptors are not covered.
    PgpLegacy,
    /// A DSSE envelope with the digests of header, descriptors and objects.
    Dsse,
}

/// What a signature says of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedObject {
    /// Its id less the least id of its group.
    pub relative_id: u32,
    /// Digest of its descriptor.
    pub descriptor: StatedDigest,
    /// Digest of its bytes.
    pub data: StatedDigest,
}

/// What a signature says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Statement {
    /// Digests of the header and of objects of a group.
    Objects {
        /// Digest of the header.
        header: StatedDigest,
        /// The objects.
        objects: Vec<StatedObject>,
    },
    /// The older form: digest of the bytes of one object, or of all objects of a group one after the other.
    Bytes(StatedDigest),
}

/// One signature of a DSSE envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopeSignature {
    /// A hint to the key; can be empty.
    pub key_id: String,
    /// The signature.
    pub bytes: Vec<u8>,
}

/// What shows who signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proof {
    /// OpenPGP signatures in ASCII armor, over [`SignatureBlock::signed_text`].
    Armor(Vec<u8>),
    /// The signatures of an envelope, over [`SignatureBlock::dsse_encoding`].
    Envelope(Vec<EnvelopeSignature>),
}

/// The bytes of a signature, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureBlock {
    /// Its form.
    pub form: SignatureForm,
    /// What it signs: the text of a clear-signed message, with its line ends as they are, or an envelope's payload.
    pub message: Vec<u8>,
    /// What that says.
    pub statement: Statement,
    /// What shows who signed it.
    pub proof: Proof,
}

/// Why the bytes of a signature cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The bytes were not read: they lie outside of the file, or are too many.
    #[error("the signature's bytes could not be read")]
    Unread,
    /// Neither a clear-signed text nor a DSSE envelope.
    #[error("the signature is neither a clear-signed text nor a DSSE envelope")]
    Form,
    /// The JSON of the envelope or of what it signs is malformed.
    #[error("the signature's JSON is malformed: {0}")]
    Json(#[from] JsonError),
    /// A member is absent or of the wrong type.
    #[error("the signature has no usable `{member}`")]
    Member {
        /// Its name.
        member: &'static str,
    },
    /// It is of a version that is not known.
    #[error("the signature is of version {found}; only 1 is known")]
    Version {
        /// The version.
        found: i64,
    },
    /// It is linked to nothing that is there, or to one object where only a group can be signed.
    #[error("the signature is linked to no group of objects")]
    Link,
    /// The descriptor names a hash that is not supported.
    #[error("the signature was made with the hash {}, which is not supported", hash.name())]
    Hash {
        /// The hash.
        hash: HashType,
    },
}

impl Reason for SignatureError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Version { .. } | Self::Hash { .. } => ErrorKind::Unsupported,
            Self::Json(error) => error.kind(),
            _ => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unread => "sif-signature-unread",
            Self::Form => "sif-signature-form",
            Self::Json(_) => "sif-signature-json",
            Self::Member { .. } => "sif-signature-member",
            Self::Version { .. } => "sif-signature-version",
            Self::Link => "sif-signature-link",
            Self::Hash { .. } => "sif-signature-hash",
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Version { found } => Some(found.to_string()),
            Self::Hash { hash } => Some(hash.code().to_string()),
            _ => None,
        }
    }
}

impl SignatureBlock {
    /// Reads the bytes of a signature.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(descriptor: &Descriptor, bytes: &[u8], limits: &Limits) -> Result<Self, SignatureError> {
        if let Some((message, armor)) = clear_text(bytes) {
            let (form, statement) = match message.strip_prefix(LEGACY_START) {
                Some(digits) => (SignatureForm::PgpLegacy, legacy(descriptor, digits)?),
                None => (SignatureForm::Pgp, objects(&message, limits)?),
            };
            return Ok(Self { form, message, statement, proof: Proof::Armor(armor) });
        }
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(SignatureError::Form);
        }
        let envelope = json::parse(bytes, limits)?;
        if envelope.get("payloadType").and_then(Value::as_str) != Some(DSSE_PAYLOAD_TYPE) {
            return Err(SignatureError::Member { member: "payloadType" });
        }
        let message = envelope.get("payload").and_then(decoded);
        let message = message.ok_or(SignatureError::Member { member: "payload" })?;
        let signature = |value: &Value<'_>| {
            let key_id = value.get("keyid").and_then(Value::as_str).unwrap_or_default().to_owned();
            Some(EnvelopeSignature { key_id, bytes: value.get("sig").and_then(decoded)? })
        };
        let list = envelope.get("signatures").and_then(Value::elements).unwrap_or_default();
        let signatures: Option<Vec<_>> = list.iter().map(signature).collect();
        let signatures = signatures
            .filter(|list| !list.is_empty())
            .ok_or(SignatureError::Member { member: "signatures" })?;
        let statement = objects(&message, limits)?;
        Ok(Self { form: SignatureForm::Dsse, message, statement, proof: Proof::Envelope(signatures) })
    }

    /// What OpenPGP signatures of a clear-signed text are over: lines without white space at their ends, and CR LF
    /// between them (RFC 9580, section 7.2).
    pub fn signed_text(&self) -> Vec<u8> {
        let lines = self.message.split(|&byte| byte == b'\n');
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
        let trimmed = lines.map(|line| {
            let end = line.iter().rposition(|byte| !is_blank(byte)).map_or(0, |last| last + 1);
            line.get(..end).unwrap_or_default()
        });
        trimmed.collect::<Vec<_>>().join(&b"\r\n"[..])
    }

    /// What an envelope's signatures are over: the pre-authentication encoding of DSSE v1.
    pub fn dsse_encoding(&self) -> Vec<u8> {
        let start = format!("DSSEv1 {} {DSSE_PAYLOAD_TYPE} {} ", DSSE_PAYLOAD_TYPE.len(), self.message.len());
        [start.as_bytes(), &self.message].concat()
    }
}

/// The text of a clear-signed message (RFC 9580, section 7), with its line ends as they are, and the armor behind it;
/// `None` for any other.
fn clear_text(bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    const START: &[u8] = b"-----BEGIN PGP SIGNED MESSAGE-----";
    const END: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
    let mut lines = bytes.split_inclusive(|&byte| byte == b'\n');
    if lines.next()?.trim_ascii_end() != START {
        return None;
    }
    // Headers up to the first empty line.
    lines.by_ref().find(|line| line.trim_ascii_end().is_empty())?;
    let mut text = Vec::new();
    while let Some(line) = lines.next() {
        if line.trim_ascii_end() == END {
            // The line end before the signature is not part of the text.
            let text = text.strip_suffix(b"\n").unwrap_or(&text);
            let armor = std::iter::once(line).chain(lines).collect::<Vec<_>>().concat();
            return Some((text.strip_suffix(b"\r").unwrap_or(text).to_vec(), armor));
        }
        text.extend(line.strip_prefix(b"- ").unwrap_or(line));
    }
    None
}

fn decoded(value: &Value<'_>) -> Option<Vec<u8>> {
    let text = value.as_str()?;
    base64::standard(text).or_else(|| base64::url(text))
}

fn legacy(descriptor: &Descriptor, digits: &[u8]) -> Result<Statement, SignatureError> {
    let Metadata::Signature { hash, .. } = descriptor.metadata else { return Err(SignatureError::Form) };
    let algorithm = match hash {
        HashType::Sha256 => StatedAlgorithm::Sha256,
        HashType::Sha384 => StatedAlgorithm::Sha384,
        HashType::Sha512 => StatedAlgorithm::Sha512,
        _ => return Err(SignatureError::Hash { hash }),
    };
    let digits = std::str::from_utf8(digits.trim_ascii_end()).ok();
    let digest = digits.and_then(unhex).and_then(|value| StatedDigest::from_bytes(algorithm, value));
    digest.map(Statement::Bytes).ok_or(SignatureError::Member { member: "SIFHASH" })
}

fn objects(message: &[u8], limits: &Limits) -> Result<Statement, SignatureError> {
    let document = json::parse(message, limits)?;
    match document.get("version").and_then(Value::as_i64) {
        Some(1) => {}
        Some(found) => return Err(SignatureError::Version { found }),
        None => return Err(SignatureError::Member { member: "version" }),
    }
    let digest = |value: &Value<'_>, key: &'static str| {
        let text = value.get(key).and_then(Value::as_str);
        text.and_then(StatedDigest::parse).ok_or(SignatureError::Member { member: key })
    };
    let header = document.get("header").ok_or(SignatureError::Member { member: "header" })?;
    let header = digest(header, "digest")?;
    let list = document.get("objects").and_then(Value::elements).unwrap_or_default();
    let object = |value: &Value<'_>| {
        let relative_id = value.get("relativeId").and_then(Value::as_i64).and_then(|id| id.try_into().ok());
        Ok(StatedObject {
            relative_id: relative_id.ok_or(SignatureError::Member { member: "relativeId" })?,
            descriptor: digest(value, "descriptorDigest")?,
            data: digest(value, "objectDigest")?,
        })
    };
    let objects = list.iter().map(object).collect::<Result<_, SignatureError>>()?;
    Ok(Statement::Objects { header, objects })
}
