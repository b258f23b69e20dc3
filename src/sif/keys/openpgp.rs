//! OpenPGP certificates and signatures (RFC 9580), through the crate `pgp`.

use pgp::armor::DearmorOptions;
use pgp::composed::{Deserializable, DetachedSignature, SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SignatureType};
use pgp::types::{KeyDetails, SignedUser, Tag};

use super::KeyError;
use crate::env::UnixTime;
use crate::sif::text::hex;
use crate::sif::verdict::{Signer, SignerKind, VerifyError};

/// Bytes of armor that are read.
const ARMOR_BYTES: usize = 1 << 20;
/// Signatures of one text that are tried.
const SIGNATURES: usize = 16;

/// Reads certificates, armored or not.
pub(super) fn certificates(bytes: &[u8]) -> Result<Vec<SignedPublicKey>, KeyError> {
    let failed = |error: pgp::errors::Error| KeyError::OpenPgp { reason: error.to_string() };
    let (keys, _) = SignedPublicKey::from_reader_many(bytes).map_err(failed)?;
    let keys = keys.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    if keys.is_empty() {
        return Err(KeyError::OpenPgp { reason: "there is none".into() });
    }
    Ok(keys)
}

/// Who signed a text, and why that does not count although it is known.
pub(super) fn verify(
    keys: &[SignedPublicKey],
    text: &[u8],
    armor: &[u8],
    now: UnixTime,
) -> Result<(Signer, Option<VerifyError>), VerifyError> {
    let malformed = |error: pgp::errors::Error| VerifyError::Malformed { reason: error.to_string() };
    let options = DearmorOptions::new().set_limit(ARMOR_BYTES);
    let (found, _) =
        DetachedSignature::from_armor_many_buf_with_options(armor, options).map_err(malformed)?;
    let (mut issuers, mut worst) = (Vec::new(), None);
    for signature in found.take(SIGNATURES) {
        let signature = signature.map_err(malformed)?.signature;
        issuers.extend(signature.issuer_fingerprint().into_iter().map(|issuer| hex(issuer.as_bytes())));
        if issuers.is_empty() {
            issuers.extend(signature.issuer_key_id().into_iter().map(|issuer| hex(issuer.as_ref())));
        }
        for certificate in keys {
            match try_certificate(certificate, &signature, text, now) {
                Some(Ok((signer, None))) => return Ok((signer, None)),
                Some(other) => worst = worst.or(Some(other)),
                None => {}
            }
        }
    }
    worst.unwrap_or(Err(VerifyError::UnknownKey { issuers }))
}

/// What a certificate has to say to a signature; `None` when the signature names no key of it.
fn try_certificate(
    certificate: &SignedPublicKey,
    signature: &Signature,
    text: &[u8],
    now: UnixTime,
) -> Option<Result<(Signer, Option<VerifyError>), VerifyError>> {
    let primary = &certificate.primary_key;
    let id = hex(primary.fingerprint().as_bytes());
    if names(signature, primary) {
        if signature.verify(primary, text).is_err() {
            return Some(Err(VerifyError::Wrong { key: id }));
        }
        return Some(Ok(judge(certificate, None, signature, now)));
    }
    let subkey = certificate.public_subkeys.iter().find(|subkey| names(signature, &subkey.key))?;
    if signature.verify(&subkey.key, text).is_err() {
        return Some(Err(VerifyError::Wrong { key: hex(subkey.key.fingerprint().as_bytes()) }));
    }
    Some(Ok(judge(certificate, Some(subkey), signature, now)))
}

/// Does a signature name a key, by fingerprint or, where it tells none, by id?
fn names(signature: &Signature, key: &impl KeyDetails) -> bool {
    let fingerprints = signature.issuer_fingerprint();
    if fingerprints.is_empty() {
        return signature.issuer_key_id().into_iter().any(|id| *id == key.legacy_key_id());
    }
    fingerprints.into_iter().any(|fingerprint| *fingerprint == key.fingerprint())
}

/// A signature that a key made: may it, and does it still count?
fn judge(
    certificate: &SignedPublicKey,
    subkey: Option<&SignedPublicSubKey>,
    signature: &Signature,
    now: UnixTime,
) -> (Signer, Option<VerifyError>) {
    let primary = &certificate.primary_key;
    let key = hex(primary.fingerprint().as_bytes());
    let statement = newest(own_statements(certificate));
    let created = |key: &dyn KeyDetails| i64::from(key.created_at().as_secs());
    let ends = |created: i64, statement: Option<&Signature>| {
        let seconds = statement?.key_expiration_time()?.as_secs();
        (seconds > 0).then(|| created.saturating_add(seconds.into()))
    };
    let mut expires = ends(created(primary), statement);
    let mut made = created(primary);
    let mut may_sign = statement.is_some_and(|statement| statement.key_flags().sign());
    let mut is_revoked = is_revoked(certificate);
    if let Some(subkey) = subkey {
        let binding = newest(bindings(certificate, subkey));
        let its_end = ends(created(&subkey.key), binding);
        expires = [expires, its_end].into_iter().flatten().min();
        made = made.max(created(&subkey.key));
        may_sign = statement.is_some() && binding.is_some();
        is_revoked |= subkey.signatures.iter().any(|revocation| {
            revocation.typ() == Some(SignatureType::SubkeyRevocation)
                && revocation.verify_subkey_binding(primary, &subkey.key).is_ok()
        });
    }
    let signed = signature.created().map(|created| i64::from(created.as_secs()));
    let users = own_users(certificate);
    let signer = Signer {
        kind: SignerKind::OpenPgp,
        id: key.clone(),
        names: users.map(|(user, _)| String::from_utf8_lossy(user.id.id()).into_owned()).collect(),
        signed,
        expires,
    };
    let is_text = matches!(signature.typ(), Some(SignatureType::Text | SignatureType::Binary));
    let end = signature.signature_expiration_time().map(|time| i64::from(time.as_secs()));
    let end = end.filter(|&seconds| seconds > 0).zip(signed).map(|(seconds, at)| at.saturating_add(seconds));
    let error = match (signed, signature.hash_alg()) {
        _ if !is_text => Some(VerifyError::Malformed { reason: "it is no signature of a text".into() }),
        (_, None) => Some(VerifyError::Malformed { reason: "it is of a version that is not known".into() }),
        (_, Some(hash)) if !is_strong(hash) => Some(VerifyError::Hash { hash: hash.to_string() }),
        _ if is_revoked => Some(VerifyError::Revoked { key }),
        _ if !may_sign => Some(VerifyError::NotForSigning { key }),
        (None, _) => Some(VerifyError::Malformed { reason: "it does not say when it was made".into() }),
        (Some(at), _) if at < made || at > now.seconds => Some(VerifyError::Time { at }),
        _ => {
            let over = |end: Option<i64>| end.filter(|&end| end <= now.seconds);
            let key = over(expires).map(|at| VerifyError::Expired { what: "the key", at });
            key.or_else(|| over(end).map(|at| VerifyError::Expired { what: "the signature", at }))
        }
    };
    (signer, error)
}

/// SHA-2 and SHA-3; what is broken is not accepted.
const fn is_strong(hash: HashAlgorithm) -> bool {
    matches!(
        hash,
        HashAlgorithm::Sha224
            | HashAlgorithm::Sha256
            | HashAlgorithm::Sha384
            | HashAlgorithm::Sha512
            | HashAlgorithm::Sha3_256
            | HashAlgorithm::Sha3_512
    )
}

/// What the holder of a certificate says of its primary key: direct signatures and those over user ids, if they are good.
fn own_statements(certificate: &SignedPublicKey) -> impl Iterator<Item = &Signature> {
    let primary = &certificate.primary_key;
    let direct = certificate.details.direct_signatures.iter().filter(move |statement| {
        statement.typ() == Some(SignatureType::Key) && statement.verify_key(primary).is_ok()
    });
    direct.chain(own_users(certificate).flat_map(|(_, statements)| statements))
}

/// The user ids that the holder of a certificate stands by, with the good statements over them: anybody can add others.
fn own_users(certificate: &SignedPublicKey) -> impl Iterator<Item = (&SignedUser, Vec<&Signature>)> {
    let primary = &certificate.primary_key;
    certificate.details.users.iter().filter_map(move |user| {
        let good = user.signatures.iter();
        let good = good.filter(|one| one.verify_certification(primary, Tag::UserId, &user.id).is_ok());
        let is_revocation = |one: &&Signature| one.typ() == Some(SignatureType::CertRevocation);
        let (revocations, statements): (Vec<_>, Vec<_>) = good.partition(is_revocation);
        (revocations.is_empty() && !statements.is_empty()).then_some((user, statements))
    })
}

/// Good statements that a subkey belongs to the primary key and signs, to which the subkey agrees.
fn bindings<'a>(
    certificate: &'a SignedPublicKey,
    subkey: &'a SignedPublicSubKey,
) -> impl Iterator<Item = &'a Signature> {
    let primary = &certificate.primary_key;
    subkey.signatures.iter().filter(move |binding| {
        binding.typ() == Some(SignatureType::SubkeyBinding)
            && binding.key_flags().sign()
            && binding.verify_subkey_binding(primary, &subkey.key).is_ok()
            && binding
                .embedded_signature()
                .is_some_and(|consent| consent.verify_primary_key_binding(&subkey.key, primary).is_ok())
    })
}

fn is_revoked(certificate: &SignedPublicKey) -> bool {
    let primary = &certificate.primary_key;
    certificate.details.revocation_signatures.iter().any(|revocation| revocation.verify_key(primary).is_ok())
}

fn newest<'a>(statements: impl Iterator<Item = &'a Signature>) -> Option<&'a Signature> {
    statements.max_by_key(|statement| statement.created().map(|created| created.as_secs()))
}
