//! Who made signatures: with OpenPGP certificates, public keys and X.509 certificates that the caller gives.

mod certificate;
mod openpgp;
mod public_key;

use pgp::composed::SignedPublicKey;
use rsa::sha2::{Digest as _, Sha256};

use self::certificate::Certificates;
use self::public_key::PublicKey;
use super::descriptor::{Descriptor, Metadata};
use super::signature::{Proof, SignatureBlock};
use super::text::hex;
use super::verdict::{SignatureVerifier, Signer, SignerKind, VerifyError};
use crate::env::UnixTime;
use crate::error::{ErrorKind, Reason};

/// Why something is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The bytes hold no OpenPGP certificate, or a damaged one.
    #[error("these are no OpenPGP certificates: {reason}")]
    OpenPgp {
        /// What is wrong.
        reason: String,
    },
    /// The bytes are no public key in PEM or DER, or one of a kind that is not supported.
    #[error(
        "this is no public key of Ed25519, ECDSA over P-256, P-384 or P-521, or RSA with 2048 to 4096 bits"
    )]
    PublicKey,
    /// The bytes are no X.509 certificate in PEM or DER, or one that cannot be used.
    #[error("this is no usable X.509 certificate: {reason}")]
    Certificate {
        /// What is wrong.
        reason: String,
    },
}

impl Reason for KeyError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        match self {
            Self::OpenPgp { .. } => "key-openpgp",
            Self::PublicKey => "key-public",
            Self::Certificate { .. } => "key-certificate",
        }
    }
}

/// Keys that the caller trusts.
///
/// ```
/// use layerglass::sif::keys::KeyRing;
/// let mut keys = KeyRing::default();
/// let folder = "tests/fixtures/sif/keys";
/// assert_eq!(keys.add_openpgp(&std::fs::read(format!("{folder}/rsa.asc")).unwrap()), Ok(1));
/// keys.add_public_key(&std::fs::read(format!("{folder}/ed25519.pem")).unwrap()).unwrap();
/// keys.add_root(&std::fs::read(format!("{folder}/root.crt")).unwrap()).unwrap();
/// assert!(keys.add_public_key(b"not a key").is_err());
/// ```
#[derive(Debug, Default)]
pub struct KeyRing {
    openpgp: Vec<SignedPublicKey>,
    public_keys: Vec<(PublicKey, String)>,
    certificates: Certificates,
}

impl KeyRing {
    /// Adds OpenPGP certificates, armored or not; gives how many there were.
    ///
    /// # Errors
    /// There is none, or one is damaged: then none is added.
    pub fn add_openpgp(&mut self, bytes: &[u8]) -> Result<usize, KeyError> {
        let keys = openpgp::certificates(bytes)?;
        let count = keys.len();
        self.openpgp.extend(keys);
        Ok(count)
    }

    /// Adds a public key as PEM (`PUBLIC KEY`) or as DER: Ed25519, ECDSA over P-256, P-384 or P-521, RSA.
    ///
    /// # Errors
    /// It is none of those.
    pub fn add_public_key(&mut self, bytes: &[u8]) -> Result<(), KeyError> {
        let der = certificate::unarmored(bytes, "PUBLIC KEY").ok_or(KeyError::PublicKey)?;
        let [der] = der.as_slice() else { return Err(KeyError::PublicKey) };
        let key = PublicKey::from_spki(der).ok_or(KeyError::PublicKey)?;
        self.public_keys.push((key, hex(&Sha256::digest(der))));
        Ok(())
    }

    /// Adds the certificate of somebody who signs, as PEM or DER. It counts when it leads to a root, by way of
    /// intermediates or at once.
    ///
    /// # Errors
    /// It is no certificate, or its key is of a kind that is not supported.
    pub fn add_certificate(&mut self, bytes: &[u8]) -> Result<(), KeyError> {
        self.certificates.add_signer(bytes)
    }

    /// Adds certificates between those of signers and roots, as PEM or DER.
    ///
    /// # Errors
    /// They are no certificates.
    pub fn add_intermediate(&mut self, bytes: &[u8]) -> Result<(), KeyError> {
        self.certificates.add_intermediate(bytes)
    }

    /// Adds certificates that are trusted to issue others, as PEM or DER.
    ///
    /// # Errors
    /// They are no certificates.
    pub fn add_root(&mut self, bytes: &[u8]) -> Result<(), KeyError> {
        self.certificates.add_root(bytes)
    }

    /// Who of those with public keys made a signature of an envelope.
    fn verify_envelope(
        &self,
        signature: &Descriptor,
        block: &SignatureBlock,
        proofs: &[super::signature::EnvelopeSignature],
        now: UnixTime,
    ) -> Result<(Signer, Option<VerifyError>), VerifyError> {
        let Metadata::Signature { hash, .. } = signature.metadata else {
            return Err(VerifyError::Malformed {
                reason: "the descriptor is not that of a signature".into(),
            });
        };
        let message = block.dsse_encoding();
        let made = |key: &PublicKey| proofs.iter().any(|proof| key.verify(hash, &message, &proof.bytes));
        for (key, id) in &self.public_keys {
            if made(key) {
                let kind = SignerKind::PublicKey;
                return Ok((
                    Signer { kind, id: id.clone(), names: Vec::new(), signed: None, expires: None },
                    None,
                ));
            }
        }
        if let Some(answer) = self.certificates.find(made, now) {
            return Ok(answer);
        }
        let issuers = proofs.iter().map(|proof| proof.key_id.clone()).filter(|id| !id.is_empty());
        Err(VerifyError::UnknownKey { issuers: issuers.take(10).collect() })
    }
}

impl SignatureVerifier for KeyRing {
    fn verify(
        &self,
        signature: &Descriptor,
        block: &SignatureBlock,
        now: UnixTime,
    ) -> Result<(Signer, Option<VerifyError>), VerifyError> {
        match &block.proof {
            Proof::Armor(armor) => {
                let (signer, error) = openpgp::verify(&self.openpgp, &block.signed_text(), armor, now)?;
                let declared = signature.fingerprint().filter(|declared| *declared != signer.id);
                let other =
                    declared.map(|declared| VerifyError::Fingerprint { declared, found: signer.id.clone() });
                Ok((signer, other.or(error)))
            }
            Proof::Envelope(proofs) => self.verify_envelope(signature, block, proofs, now),
        }
    }
}
