//! Public keys, and what they have signed.

use std::fmt;

use ed25519_dalek::pkcs8::DecodePublicKey;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::pkcs1v15;
use rsa::sha2::{Digest as _, Sha256, Sha384, Sha512};
use rsa::traits::PublicKeyParts;

use crate::sif::kinds::HashType;

/// Bits that an RSA key has at least.
const RSA_BITS: usize = 2048;

/// A public key.
#[derive(Clone)]
pub(super) enum PublicKey {
    Ed25519(ed25519_dalek::VerifyingKey),
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
    Rsa(rsa::RsaPublicKey),
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519(_) => "Ed25519",
            Self::P256(_) => "P-256",
            Self::P384(_) => "P-384",
            Self::P521(_) => "P-521",
            Self::Rsa(_) => "RSA",
        })
    }
}

impl PublicKey {
    /// Reads a key from the DER of its SPKI (RFC 5280); `None` for one of another kind, or a weak one.
    pub fn from_spki(der: &[u8]) -> Option<Self> {
        if let Ok(key) = ed25519_dalek::VerifyingKey::from_public_key_der(der) {
            return Some(Self::Ed25519(key)).filter(|_| !key.is_weak());
        }
        if let Ok(key) = p256::PublicKey::from_public_key_der(der) {
            return Some(Self::P256(key.into()));
        }
        if let Ok(key) = p384::PublicKey::from_public_key_der(der) {
            return Some(Self::P384(key.into()));
        }
        if let Ok(key) = p521::PublicKey::from_public_key_der(der) {
            return p521::ecdsa::VerifyingKey::from_affine(*key.as_affine()).ok().map(Self::P521);
        }
        // The crate takes no keys of more than 4096 bits.
        let key = rsa::RsaPublicKey::from_public_key_der(der).ok()?;
        (key.n().bits() >= RSA_BITS).then_some(Self::Rsa(key))
    }

    /// Whether it made a signature: over the message by Ed25519, over its hash in DER by ECDSA, with PKCS #1 v1.5 by RSA,
    /// as sigstore's verifiers have it.
    pub fn verify(&self, hash: HashType, message: &[u8], signature: &[u8]) -> bool {
        let digest = || match hash {
            HashType::Sha256 => Some(Sha256::digest(message).to_vec()),
            HashType::Sha384 => Some(Sha384::digest(message).to_vec()),
            HashType::Sha512 => Some(Sha512::digest(message).to_vec()),
            _ => None,
        };
        self.try_verify(hash, digest, message, signature).is_some()
    }

    fn try_verify(
        &self,
        hash: HashType,
        digest: impl Fn() -> Option<Vec<u8>>,
        message: &[u8],
        signature: &[u8],
    ) -> Option<()> {
        match self {
            Self::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
                key.verify_strict(message, &signature).ok()
            }
            Self::P256(key) => {
                let signature = p256::ecdsa::DerSignature::from_bytes(signature).ok()?;
                key.verify_prehash(&digest()?, &signature).ok()
            }
            Self::P384(key) => {
                let signature = p384::ecdsa::DerSignature::from_bytes(signature).ok()?;
                key.verify_prehash(&digest()?, &signature).ok()
            }
            Self::P521(key) => {
                let signature = p521::ecdsa::DerSignature::from_bytes(signature).ok()?;
                let signature = p521::ecdsa::Signature::try_from(signature).ok()?;
                // The crate refuses hashes of less than half of the field; leading zeros do not change the number.
                let digest = digest()?;
                let mut padded = vec![0; 66_usize.saturating_sub(digest.len())];
                padded.extend(digest);
                key.verify_prehash(&padded, &signature).ok()
            }
            Self::Rsa(key) => {
                let signature = pkcs1v15::Signature::try_from(signature).ok()?;
                match hash {
                    HashType::Sha256 => {
                        pkcs1v15::VerifyingKey::<Sha256>::new(key.clone()).verify(message, &signature).ok()
                    }
                    HashType::Sha384 => {
                        pkcs1v15::VerifyingKey::<Sha384>::new(key.clone()).verify(message, &signature).ok()
                    }
                    HashType::Sha512 => {
                        pkcs1v15::VerifyingKey::<Sha512>::new(key.clone()).verify(message, &signature).ok()
                    }
                    _ => None,
                }
            }
        }
    }
}
