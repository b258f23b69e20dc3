//! X.509 certificates (RFC 5280): paths to trusted roots are built by the crate `rustls-webpki`.

use std::time::Duration;

use rsa::sha2::{Digest as _, Sha256};
use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, TrustAnchor,
    UnixTime as PathTime, alg_id,
};
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert};
use x509_cert::Certificate;
use x509_cert::der::asn1::{Any, BitString};
use x509_cert::der::{Decode, Encode, Tag, pem};
use x509_cert::ext::pkix::KeyUsage;

use super::KeyError;
use super::public_key::PublicKey;
use crate::env::UnixTime;
use crate::sif::kinds::HashType;
use crate::sif::text::hex;
use crate::sif::verdict::{Signer, SignerKind, VerifyError};

/// Certificates of signers, and those that vouch for them.
#[derive(Debug, Default)]
pub(super) struct Certificates {
    signers: Vec<SignerCertificate>,
    intermediates: Vec<CertificateDer<'static>>,
    roots: Vec<TrustAnchor<'static>>,
}

#[derive(Debug)]
struct SignerCertificate {
    der: CertificateDer<'static>,
    key: PublicKey,
    /// SHA-256 of the SPKI.
    id: String,
    subject: String,
    expires: i64,
    /// It may sign.
    may_sign: bool,
}

impl Certificates {
    pub fn add_signer(&mut self, bytes: &[u8]) -> Result<(), KeyError> {
        let all = certificates(bytes)?;
        let [der] = all.as_slice() else { return Err(failed("there are several")) };
        let certificate = Certificate::from_der(der).map_err(failed)?;
        let fields = &certificate.tbs_certificate;
        let spki = fields.subject_public_key_info.to_der().map_err(failed)?;
        let key = PublicKey::from_spki(&spki).ok_or(KeyError::PublicKey)?;
        let usage = fields.get::<KeyUsage>().map_err(failed)?;
        let expires = fields.validity.not_after.to_unix_duration().as_secs();
        self.signers.push(SignerCertificate {
            der: der.clone(),
            key,
            id: hex(&Sha256::digest(&spki)),
            subject: fields.subject.to_string(),
            expires: i64::try_from(expires).unwrap_or(i64::MAX),
            may_sign: usage.is_none_or(|(_, usage)| usage.digital_signature() || usage.non_repudiation()),
        });
        Ok(())
    }

    pub fn add_intermediate(&mut self, bytes: &[u8]) -> Result<(), KeyError> {
        self.intermediates.extend(certificates(bytes)?);
        Ok(())
    }

    pub fn add_root(&mut self, bytes: &[u8]) -> Result<(), KeyError> {
        for der in certificates(bytes)? {
            let anchor = anchor_from_trusted_cert(&der).map_err(failed)?;
            self.roots.push(anchor.to_owned());
        }
        Ok(())
    }

    /// The signer whose key made something, and why that does not count.
    pub fn find(
        &self,
        made: impl Fn(&PublicKey) -> bool,
        now: UnixTime,
    ) -> Option<(Signer, Option<VerifyError>)> {
        let mut refused = None;
        for certificate in self.signers.iter().filter(|certificate| made(&certificate.key)) {
            let signer = Signer {
                kind: SignerKind::Certificate,
                id: certificate.id.clone(),
                names: vec![certificate.subject.clone()],
                signed: None,
                expires: Some(certificate.expires),
            };
            match self.check(certificate, now) {
                None => return Some((signer, None)),
                error => refused = refused.or(Some((signer, error))),
            }
        }
        refused
    }

    /// Why a certificate does not count.
    fn check(&self, certificate: &SignerCertificate, now: UnixTime) -> Option<VerifyError> {
        if !certificate.may_sign {
            return Some(VerifyError::NotForSigning { key: certificate.id.clone() });
        }
        let refused = |error: Error| match error {
            Error::CertExpired { .. } => {
                VerifyError::Expired { what: "the certificate or one above it", at: certificate.expires }
            }
            error => VerifyError::Certificate { reason: error.to_string() },
        };
        let leaf = match EndEntityCert::try_from(&certificate.der) {
            Ok(leaf) => leaf,
            Err(error) => return Some(refused(error)),
        };
        let now = PathTime::since_unix_epoch(Duration::from_secs(u64::try_from(now.seconds).unwrap_or(0)));
        let algorithms: Vec<&dyn SignatureVerificationAlgorithm> =
            ALGORITHMS.iter().map(|algorithm| algorithm as _).collect();
        leaf.verify_for_usage(&algorithms, &self.roots, &self.intermediates, now, AnyUsage, None, None)
            .err()
            .map(refused)
    }
}

fn failed(reason: impl ToString) -> KeyError {
    KeyError::Certificate { reason: reason.to_string() }
}

/// Certificates from PEM or DER, at least one.
fn certificates(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, KeyError> {
    let all = unarmored(bytes, "CERTIFICATE").ok_or_else(|| failed("it is neither PEM nor DER"))?;
    for der in &all {
        Certificate::from_der(der).map_err(failed)?;
    }
    Ok(all.into_iter().map(CertificateDer::from).collect())
}

/// The DER in every PEM block of a label, or the bytes themselves where they are no PEM; `None` for damaged or other PEM.
pub(super) fn unarmored(bytes: &[u8], label: &str) -> Option<Vec<Vec<u8>>> {
    const START: &str = "-----BEGIN ";
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| text.contains(START)) else {
        return (bytes.first() == Some(&0x30)).then(|| vec![bytes.to_vec()]);
    };
    let end = format!("-----END {label}-----");
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(START) {
        let block = rest.get(at..)?;
        let length = block.find(&end)? + end.len();
        let (found, der) = pem::decode_vec(block.get(..length)?.as_bytes()).ok()?;
        if found != label {
            return None;
        }
        blocks.push(der);
        rest = block.get(length..)?;
    }
    Some(blocks)
}

/// Certificates may be for anything, as apptainer has it.
struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        Ok(())
    }
}

/// A way in which certificates are signed.
#[derive(Debug)]
struct Algorithm {
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
    hash: HashType,
}

/// Ed25519, ECDSA and RSA with SHA-2.
static ALGORITHMS: [Algorithm; 8] = [
    Algorithm::new(alg_id::ED25519, alg_id::ED25519, HashType::Sha512),
    Algorithm::new(alg_id::ECDSA_P256, alg_id::ECDSA_SHA256, HashType::Sha256),
    Algorithm::new(alg_id::ECDSA_P256, alg_id::ECDSA_SHA384, HashType::Sha384),
    Algorithm::new(alg_id::ECDSA_P384, alg_id::ECDSA_SHA256, HashType::Sha256),
    Algorithm::new(alg_id::ECDSA_P384, alg_id::ECDSA_SHA384, HashType::Sha384),
    Algorithm::new(alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA256, HashType::Sha256),
    Algorithm::new(alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA384, HashType::Sha384),
    Algorithm::new(alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA512, HashType::Sha512),
];

impl Algorithm {
    const fn new(key: AlgorithmIdentifier, signature: AlgorithmIdentifier, hash: HashType) -> Self {
        Self { key, signature, hash }
    }
}

impl SignatureVerificationAlgorithm for Algorithm {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let spki = spki(&self.key, public_key);
        let key = spki.and_then(|spki| PublicKey::from_spki(&spki)).ok_or(InvalidSignature)?;
        if key.verify(self.hash, message, signature) { Ok(()) } else { Err(InvalidSignature) }
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}

/// The SPKI in DER of a key, from its algorithm and its bits: both are sequences, so that only lengths have to be told.
fn spki(algorithm: &AlgorithmIdentifier, bits: &[u8]) -> Option<Vec<u8>> {
    let bits = BitString::from_bytes(bits).ok()?;
    // `AlgorithmIdentifier` has what is inside of the sequence.
    let algorithm = Any::new(Tag::Sequence, algorithm.as_ref()).ok()?;
    let inside = [algorithm.to_der().ok()?, bits.to_der().ok()?].concat();
    Any::new(Tag::Sequence, inside).ok()?.to_der().ok()
}
