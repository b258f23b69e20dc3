//! Whether a file may be used: what its signatures cover, who made them, and what the caller makes of that.

use std::collections::BTreeSet;

use serde::Serialize;

use super::descriptor::Descriptor;
use super::image::Sif;
use super::integrity::IntegrityReport;
use super::kinds::DataType;
use super::signature::{Proof, SignatureBlock, SignatureForm};
use crate::env::{Env, UnixTime};
use crate::error::{ErrorKind, Reason};
use crate::finding::{ErrorData, Finding, Severity};
use crate::limits::{LimitExceeded, Limits};

/// What is made of a file that falls short of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// It is used.
    Accept,
    /// It is used, and the caller is told.
    Warn,
    /// It is not used.
    Refuse,
}

/// What the caller makes of files whose signatures fall short. Whatever the rules are, a file is refused when a signature
/// is not of the key that it names, or when the file is not what a signature states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignaturePolicy {
    /// Nobody signed the file. By default it is refused.
    pub unsigned: Rule,
    /// Somebody signed, and an object is covered by no signature that counts. By default the file is refused.
    pub uncovered: Rule,
    /// None of the caller's keys made a signature. By default the caller is told; the signature does not count.
    pub unknown_key: Rule,
    /// The key or the signature has expired. By default the file is refused.
    pub expired: Rule,
    /// A signature is of the older form, which covers neither header nor descriptors. By default the file is refused, as
    /// apptainer does unless it is told otherwise.
    pub legacy: Rule,
}

impl Default for SignaturePolicy {
    fn default() -> Self {
        Self {
            unsigned: Rule::Refuse,
            uncovered: Rule::Refuse,
            unknown_key: Rule::Warn,
            expired: Rule::Refuse,
            legacy: Rule::Refuse,
        }
    }
}

/// What kind of key a signer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignerKind {
    /// An OpenPGP certificate.
    OpenPgp,
    /// A bare public key.
    PublicKey,
    /// A public key with an X.509 certificate.
    Certificate,
}

/// Who made a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Signer {
    /// What kind of key it is.
    pub kind: SignerKind,
    /// Fingerprint of the OpenPGP certificate, or SHA-256 of the public key (of its SPKI in DER), in hexadecimal digits.
    pub id: String,
    /// User ids of the OpenPGP certificate, or the subject of the X.509 certificate.
    pub names: Vec<String>,
    /// When it was signed, in seconds since 1970, where the signature tells.
    pub signed: Option<i64>,
    /// When the key expires, in seconds since 1970.
    pub expires: Option<i64>,
}

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// None of the keys made it.
    #[error("none of the keys made the signature{}", named(issuers))]
    UnknownKey {
        /// What the signature says of its key; can be empty.
        issuers: Vec<String>,
    },
    /// The armor or the signature in it cannot be read.
    #[error("the signature cannot be read: {reason}")]
    Malformed {
        /// What is wrong.
        reason: String,
    },
    /// A key that it names did not make it, or the text was changed.
    #[error("key {key} did not make this signature over this text")]
    Wrong {
        /// The key.
        key: String,
    },
    /// The hash that it was made with is broken or not known.
    #[error("the signature was made with the hash {hash}, which is not accepted")]
    Hash {
        /// The hash.
        hash: String,
    },
    /// The key may not sign.
    #[error("key {key} is not for signing")]
    NotForSigning {
        /// The key.
        key: String,
    },
    /// The key has been revoked.
    #[error("key {key} has been revoked")]
    Revoked {
        /// The key.
        key: String,
    },
    /// The key or the signature has expired.
    #[error("{what} has expired at {at} (seconds since 1970)")]
    Expired {
        /// `the key` or `the signature`.
        what: &'static str,
        /// When, in seconds since 1970.
        at: i64,
    },
    /// It was made before its key, or later than now.
    #[error("the signature cannot have been made at {at} (seconds since 1970)")]
    Time {
        /// When it says it was made.
        at: i64,
    },
    /// The descriptor names another key.
    #[error("the descriptor names the key {declared}, but {found} signed")]
    Fingerprint {
        /// The fingerprint in the descriptor.
        declared: String,
        /// That of the signer.
        found: String,
    },
    /// The certificate does not lead to a trusted one.
    #[error("the certificate is not accepted: {reason}")]
    Certificate {
        /// Why.
        reason: String,
    },
}

fn named(issuers: &[String]) -> String {
    if issuers.is_empty() { String::new() } else { format!("; it names {}", issuers.join(", ")) }
}

impl Reason for VerifyError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownKey { .. } => ErrorKind::NotFound,
            Self::Malformed { .. } | Self::Certificate { .. } => ErrorKind::Invalid,
            Self::Wrong { .. } => ErrorKind::Corrupt,
            Self::Hash { .. } => ErrorKind::Unsupported,
            _ => ErrorKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnknownKey { .. } => "sif-key-unknown",
            Self::Malformed { .. } => "sif-signature-malformed",
            Self::Wrong { .. } => "sif-signature-wrong",
            Self::Hash { .. } => "sif-signature-weak",
            Self::NotForSigning { .. } => "sif-key-usage",
            Self::Revoked { .. } => "sif-key-revoked",
            Self::Expired { .. } => "sif-expired",
            Self::Time { .. } => "sif-signature-time",
            Self::Fingerprint { .. } => "sif-fingerprint",
            Self::Certificate { .. } => "sif-certificate",
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Fingerprint { declared, .. } => Some(declared.clone()),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Fingerprint { found, .. } => Some(found.clone()),
            Self::Hash { hash } => Some(hash.clone()),
            _ => None,
        }
    }
}

/// Tells who made signatures. [`keys::KeyRing`](super::keys::KeyRing) does with keys that the caller gives (feature
/// `sif-signatures`); others can take its place.
pub trait SignatureVerifier {
    /// Who made a signature, and why it does not count although that is known.
    ///
    /// # Errors
    /// Nobody is known to have made it.
    fn verify(
        &self,
        signature: &Descriptor,
        block: &SignatureBlock,
        now: UnixTime,
    ) -> Result<(Signer, Option<VerifyError>), VerifyError>;
}

/// How a signature fares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "state", content = "error")]
#[non_exhaustive]
pub enum SignatureState {
    /// A known key made it, and the file is what it states.
    Good,
    /// The same, but the key or the signature has expired since.
    Expired(ErrorData),
    /// None of the keys made it.
    Unknown(ErrorData),
    /// It does not count: who made it cannot be known, or may not sign.
    Bad(ErrorData),
    /// The file is not what it states.
    Changed,
    /// Its bytes cannot be understood.
    Unreadable(ErrorData),
}

/// What became of a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignatureVerdict {
    /// Id of the signature.
    pub id: u32,
    /// Its form, where it can be read.
    pub form: Option<SignatureForm>,
    /// How it fares.
    #[serde(flatten)]
    pub state: SignatureState,
    /// Who made it, where that is known.
    pub signer: Option<Signer>,
    /// Ids of the objects that it covers and that are as it states.
    pub covers: Vec<u32>,
    /// It counts: what it covers is signed.
    pub counts: bool,
}

/// Whether a file may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What is made of the file.
    pub outcome: Rule,
    /// Each signature.
    pub signatures: Vec<SignatureVerdict>,
    /// Ids of objects that no signature which counts covers. Signatures themselves are not counted.
    pub uncovered: Vec<u32>,
    /// Why the file is not simply accepted: errors refuse it, warnings do not.
    pub reasons: Vec<Finding>,
}

/// Judges a file by its signatures, whose digests were compared before.
///
/// # Errors
/// There are more signatures than `sifSignatures` allows.
pub fn judge(
    sif: &Sif,
    integrity: &IntegrityReport,
    verifier: &impl SignatureVerifier,
    policy: &SignaturePolicy,
    env: &Env,
    limits: &Limits,
) -> Result<Verdict, LimitExceeded> {
    let now = env.now();
    let mut verdict =
        Verdict { outcome: Rule::Accept, signatures: Vec::new(), uncovered: Vec::new(), reasons: Vec::new() };
    let (mut tried, mut covered) = (0, BTreeSet::<u32>::new());
    for (descriptor, report) in sif.signatures().zip(&integrity.signatures) {
        let id = descriptor.id;
        let mut one = SignatureVerdict {
            id,
            form: report.form,
            state: SignatureState::Changed,
            signer: None,
            covers: report.objects.iter().map(|object| object.id).collect(),
            counts: false,
        };
        let block = sif.document(descriptor).map(|bytes| SignatureBlock::parse(descriptor, bytes, limits));
        match (block, &report.error) {
            (Some(Ok(block)), None) => {
                tried += match &block.proof {
                    Proof::Armor(_) => 1,
                    Proof::Envelope(signatures) => signatures.len() as u64,
                };
                LimitExceeded::check("sifSignatures", limits.sif_signatures.into(), tried)?;
                let result = verifier.verify(descriptor, &block, now);
                let (signer, error) = match result {
                    Ok((signer, error)) => (Some(signer), error),
                    Err(error) => (None, Some(error)),
                };
                one.signer = signer;
                if report.matches() {
                    one.state = state(error);
                }
            }
            (_, Some(error)) => one.state = SignatureState::Unreadable(error.clone()),
            _ => one.state = SignatureState::Unreadable(ErrorData::of(&super::SignatureError::Unread)),
        }
        let is_legacy = one.form == Some(SignatureForm::PgpLegacy);
        let (rule, code, message) = match &one.state {
            SignatureState::Good if is_legacy => {
                (policy.legacy, "sif-legacy", "is of the older form, without header and descriptors".into())
            }
            SignatureState::Good => (Rule::Accept, "", String::new()),
            SignatureState::Expired(error) => (policy.expired, "sif-expired", error.message.clone()),
            SignatureState::Unknown(error) => (policy.unknown_key, "sif-key-unknown", error.message.clone()),
            SignatureState::Bad(error) => (Rule::Refuse, "sif-signature-bad", error.message.clone()),
            SignatureState::Changed => {
                (Rule::Refuse, "sif-changed", "states another header or other objects than there are".into())
            }
            SignatureState::Unreadable(error) => {
                (Rule::Refuse, "sif-signature-unreadable", error.message.clone())
            }
        };
        one.counts = rule < Rule::Refuse
            && matches!(one.state, SignatureState::Good | SignatureState::Expired(_))
            && !(is_legacy && policy.legacy == Rule::Refuse);
        if is_legacy && matches!(one.state, SignatureState::Expired(_)) {
            verdict.add(policy.legacy, "sif-legacy", || format!("signature {id} is of the older form"));
        }
        verdict.add(rule, code, || format!("signature {id}: {message}"));
        if one.counts {
            covered.extend(&report.covered);
        } else {
            one.covers.clear();
        }
        verdict.signatures.push(one);
    }
    let objects = sif.descriptors().iter().filter(|object| object.data_type != DataType::Signature);
    let uncovered = objects.filter(|object| !covered.contains(&object.slot)).map(|object| object.id);
    verdict.uncovered = uncovered.collect();
    if verdict.signatures.is_empty() {
        verdict.add(policy.unsigned, "sif-unsigned", || "nobody signed the file".into());
    } else if !verdict.uncovered.is_empty() {
        let count = verdict.uncovered.len();
        verdict.add(policy.uncovered, "sif-uncovered", || {
            format!("{count} objects are covered by no signature that counts")
        });
    }
    Ok(verdict)
}

impl Verdict {
    fn add(&mut self, rule: Rule, code: &'static str, message: impl FnOnce() -> String) {
        let severity = match rule {
            Rule::Accept => return,
            Rule::Warn => Severity::Warning,
            Rule::Refuse => Severity::Error,
        };
        self.outcome = self.outcome.max(rule);
        self.reasons.push(Finding::new(severity, code, message()));
    }
}

/// How a signature fares over a file that is as it states.
fn state(error: Option<VerifyError>) -> SignatureState {
    let Some(error) = error else { return SignatureState::Good };
    let data = ErrorData::of(&error);
    match error {
        VerifyError::Expired { .. } => SignatureState::Expired(data),
        VerifyError::UnknownKey { .. } => SignatureState::Unknown(data),
        _ => SignatureState::Bad(data),
    }
}
