//! SIF, the file format of singularity and apptainer: header, objects, signatures, and what an image's file says of it.
//!
//! Nothing here reads by itself. An [`Opener`] says which bytes of the file it wants and ends in a [`Sif`]; an
//! [`Integrity`] reads the file once and compares it with what its signatures state, for which no key is needed. [`judge`]
//! says with the caller's keys and policy whether the file may be used; the feature `sif-signatures` has a ring of keys.
//!
//! ```text
//! header          128 bytes: launch script, magic, version, architecture, id, times, where the table is
//! table           at 4096: descriptors of 585 bytes, used or not
//! objects         definition, environment, labels, JSON, partitions, signatures, OCI blobs, …
//! ```

mod check;
mod data;
mod descriptor;
mod error;
mod hash;
mod header;
mod image;
mod integrity;
mod kinds;
mod opener;
mod signature;
mod sweep;
mod text;
mod verdict;

#[cfg(all(feature = "sif-signatures", not(target_arch = "wasm32")))]
pub mod keys;

pub use data::{ObjectData, OciImageData, SifData};
pub use descriptor::{DESCRIPTOR_BYTES, Descriptor, Link, Metadata};
pub use error::SifError;
pub use hash::{StatedAlgorithm, StatedDigest};
pub use header::{HEADER_BYTES, Header};
pub use image::{OCI_CONFIG_NAME, Sif};
pub use integrity::{
    BlobIntegrity, DigestCheck, DigestState, Integrity, IntegrityReport, ObjectIntegrity, SignatureIntegrity,
};
pub use kinds::{Architecture, DataType, FsType, HashType, MessageFormat, MessageType, PartType, SbomFormat};
pub use opener::{Opener, Want};
pub use signature::{
    DSSE_PAYLOAD_TYPE, EnvelopeSignature, Proof, SignatureBlock, SignatureError, SignatureForm, StatedObject,
    Statement,
};
pub use verdict::{
    Rule, SignaturePolicy, SignatureState, SignatureVerdict, SignatureVerifier, Signer, SignerKind, Verdict,
    VerifyError, judge,
};
