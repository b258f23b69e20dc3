//! Who made signatures, and what is made of files whose signatures fall short.

use layerglass::env::{Env, UnixTime};
use layerglass::error::{ErrorKind, Reason};
use layerglass::image::Platform;
use layerglass::limits::Limits;
use layerglass::sif::keys::{KeyError, KeyRing};
use layerglass::sif::{Rule, SignaturePolicy, SignatureState, SignerKind, Verdict, judge};

use proptest::prelude::*;

use super::{at, check, field, fixture, open, put};

/// A minute after the fixtures were made, long before anything of them expires.
const SIGNED: i64 = 1_795_274_760;
const DAY: i64 = 24 * 60 * 60;

fn at_time(seconds: i64) -> Env {
    Env::new(move || UnixTime { seconds, nanoseconds: 0 }, Platform::new("linux", "amd64"))
}

fn key(name: &str) -> Vec<u8> {
    fixture(&format!("sif/keys/{name}"))
}

fn ring(names: &[&str]) -> KeyRing {
    let mut ring = KeyRing::default();
    for name in names {
        match name.rsplit_once('.') {
            Some((_, "asc")) => assert_eq!(ring.add_openpgp(&key(name)), Ok(1), "{name}"),
            Some((_, "pem")) => ring.add_public_key(&key(name)).expect(name),
            _ => panic!("{name}"),
        }
    }
    ring
}

fn verdict_at(file: &[u8], keys: &KeyRing, policy: SignaturePolicy, seconds: i64) -> Verdict {
    let report = check(file, false);
    judge(&open(file), &report, keys, &policy, &at_time(seconds), &Limits::default()).expect("few signatures")
}

fn verdict(file: &[u8], keys: &KeyRing) -> Verdict {
    verdict_at(file, keys, SignaturePolicy::default(), SIGNED + 60)
}

/// In a word, and the code of the error where there is one.
fn state(state: &SignatureState) -> (&'static str, &str) {
    match state {
        SignatureState::Good => ("good", ""),
        SignatureState::Expired(error) => ("expired", &error.code),
        SignatureState::Unknown(error) => ("unknown", &error.code),
        SignatureState::Bad(error) => ("bad", &error.code),
        SignatureState::Changed => ("changed", ""),
        SignatureState::Unreadable(error) => ("unreadable", &error.code),
        other => panic!("{other:?}"),
    }
}

fn states(verdict: &Verdict) -> Vec<(&'static str, &str)> {
    verdict.signatures.iter().map(|one| state(&one.state)).collect()
}

fn reasons(verdict: &Verdict) -> Vec<&str> {
    verdict.reasons.iter().map(|reason| &*reason.code).collect()
}

/// Signatures by OpenPGP, without the last one, whose key may not sign.
fn without_last() -> Vec<u8> {
    let mut file = fixture("sif/pgp.sif");
    file[field(9, at::USED)] = 0;
    file
}

#[test]
fn openpgp_signatures_are_verified() {
    let file = without_last();
    let found = verdict(&file, &ring(&["rsa.asc", "ed.asc", "late.asc"]));
    assert_eq!(states(&found), [("good", ""); 4], "{found:#?}");
    assert_eq!((found.outcome, found.uncovered.len()), (Rule::Accept, 0));
    let signers: Vec<_> = found.signatures.iter().map(|one| one.signer.clone().expect("a signer")).collect();
    let names: Vec<_> = signers.iter().flat_map(|signer| &signer.names).map(String::as_str).collect();
    let rsa = "RSA Signer <rsa@example.org>";
    assert_eq!(names, [rsa, rsa, "Edwards Signer <ed@example.org>", "Late Signer <late@example.org>"]);
    assert!(signers.iter().all(|signer| signer.kind == SignerKind::OpenPgp && signer.id.len() == 40));
    let sif = open(&file);
    assert_eq!(Some(&signers[0].id), sif.object(6).unwrap().fingerprint().as_ref());
    assert_eq!(signers[3].expires.map(|end| end - signers[3].signed.unwrap() < DAY), Some(true));
    assert_eq!(found.signatures[0].covers, [1, 2, 3, 4]);
    assert_eq!(found.signatures[3].covers, [5]);
}

#[test]
fn a_key_that_may_only_certify_does_not_sign() {
    let keys = ring(&["rsa.asc", "ed.asc", "late.asc", "sub.asc"]);
    let found = verdict(&fixture("sif/pgp.sif"), &keys);
    assert_eq!(states(&found)[4], ("bad", "sif-key-usage"));
    assert_eq!((found.outcome, reasons(&found)), (Rule::Refuse, vec!["sif-signature-bad"]));
}

#[test]
fn a_subkey_signs_for_its_certificate() {
    let file = fixture("sif/types.sif");
    // It was made later than the others.
    let policy = SignaturePolicy::default();
    let found = verdict_at(&file, &ring(&["sub.asc"]), policy, SIGNED + DAY / 2);
    assert_eq!(states(&found), [("good", "")], "{found:#?}");
    let signer = found.signatures[0].signer.as_ref().unwrap();
    assert_eq!(signer.names, ["Sub Signer <sub@example.org>"]);
    assert_eq!(
        Some(&signer.id),
        open(&file).object(11).unwrap().fingerprint().as_ref(),
        "that of the primary key"
    );
    assert_eq!(found.signatures[0].covers, [6]);
    assert_eq!(found.uncovered, [1, 2, 3, 4, 5, 7, 8, 9, 10]);
}

#[test]
fn revoked_keys_do_not_count() {
    let file = without_last();
    let found = verdict(&file, &ring(&["rsa-revoked.asc", "ed.asc", "late.asc"]));
    let states = states(&found);
    assert_eq!(states, [("bad", "sif-key-revoked"), ("bad", "sif-key-revoked"), ("good", ""), ("good", "")]);
    assert_eq!((found.outcome, found.uncovered.len()), (Rule::Refuse, 0));
}

#[test]
fn expired_keys_are_for_the_caller_to_judge() {
    let (file, keys) = (without_last(), ring(&["rsa.asc", "ed.asc", "late.asc"]));
    let later = SIGNED + 2 * DAY;
    let with = |expired| verdict_at(&file, &keys, SignaturePolicy { expired, ..Default::default() }, later);
    let refused = with(Rule::Refuse);
    assert_eq!(states(&refused)[3], ("expired", "sif-expired"));
    assert_eq!((refused.outcome, reasons(&refused)), (Rule::Refuse, vec!["sif-expired"]));
    assert!(!refused.signatures[3].counts && refused.signatures[3].signer.is_some());
    let warned = with(Rule::Warn);
    assert_eq!((warned.outcome, warned.signatures[3].counts), (Rule::Warn, true));
    assert_eq!((with(Rule::Accept).outcome, reasons(&with(Rule::Accept)).len()), (Rule::Accept, 0));
    // Before it was made it cannot have been made.
    let early = verdict_at(&file, &keys, SignaturePolicy::default(), SIGNED - DAY);
    assert_eq!(states(&early), [("bad", "sif-signature-time"); 4]);
}

#[test]
fn keys_of_others_do_not_count() {
    let file = without_last();
    let found = verdict(&file, &ring(&["other.asc"]));
    assert_eq!(states(&found), [("unknown", "sif-key-unknown"); 4]);
    assert_eq!(found.outcome, Rule::Refuse);
    assert_eq!(found.uncovered, [1, 2, 3, 4, 5]);
    assert!(found.reasons[0].message.contains("it names"), "{:?}", found.reasons[0]);
    assert_eq!(reasons(&found).last(), Some(&"sif-uncovered"));

    // One key is enough where it covers everything; the others are told of, or ignored.
    let found = verdict(&file, &ring(&["rsa.asc"]));
    assert_eq!((found.outcome, found.uncovered.len()), (Rule::Warn, 0));
    let ignored = SignaturePolicy { unknown_key: Rule::Accept, ..Default::default() };
    assert_eq!(verdict_at(&file, &ring(&["rsa.asc"]), ignored, SIGNED + 60).outcome, Rule::Accept);
    let strict = SignaturePolicy { unknown_key: Rule::Refuse, ..Default::default() };
    assert_eq!(verdict_at(&file, &ring(&["rsa.asc"]), strict, SIGNED + 60).outcome, Rule::Refuse);

    // That of the first group alone leaves the second uncovered.
    let found = verdict(&file, &ring(&["ed.asc"]));
    assert_eq!(found.uncovered, [5]);
    let lenient = SignaturePolicy { uncovered: Rule::Accept, ..ignored };
    assert_eq!(verdict_at(&file, &ring(&["ed.asc"]), lenient, SIGNED + 60).outcome, Rule::Accept);
}

#[test]
fn envelopes_are_verified_with_every_kind_of_key() {
    let file = fixture("sif/dsse.sif");
    let all = ["p256.pem", "p384.pem", "p521.pem", "ed25519.pem", "rsa.pem"];
    let found = verdict(&file, &ring(&all));
    assert_eq!(states(&found), [("good", ""); 6], "{found:#?}");
    assert_eq!((found.outcome, found.uncovered.len()), (Rule::Accept, 0));
    assert_eq!(found.signatures[5].covers, [1]);
    let ids: std::collections::BTreeSet<_> =
        found.signatures.iter().map(|one| one.signer.clone().unwrap().id).collect();
    assert_eq!(ids.len(), 5);
    for (place, name) in all.into_iter().enumerate() {
        let found = verdict(&file, &ring(&[name]));
        let good: Vec<usize> =
            (0..6).filter(|&at| found.signatures[at].state == SignatureState::Good).collect();
        assert_eq!(good, if place == 0 { vec![0, 5] } else { vec![place] }, "{name}");
        assert_eq!((found.outcome, found.uncovered.len()), (Rule::Warn, 0), "{name}");
    }
}

#[test]
fn certificates_count_when_they_lead_to_a_root() {
    let file = fixture("sif/dsse.sif");
    let with = |intermediate: bool, root: bool, seconds| {
        let mut ring = KeyRing::default();
        ring.add_certificate(&key("signer.crt")).unwrap();
        if intermediate {
            ring.add_intermediate(&key("intermediate.crt")).unwrap();
        }
        if root {
            ring.add_root(&key("root.crt")).unwrap();
        }
        let found = verdict_at(&file, &ring, SignaturePolicy::default(), seconds);
        let first = &found.signatures[0];
        let (word, code) = state(&first.state);
        (word, code.to_owned(), first.signer.clone().map(|signer| (signer.kind, signer.names)))
    };
    let signer = Some((SignerKind::Certificate, vec!["CN=Example Signer".to_owned()]));
    let now = SIGNED + 60;
    assert_eq!(with(true, true, now), ("good", String::new(), signer.clone()));
    assert_eq!(with(false, true, now), ("bad", "sif-certificate".into(), signer.clone()));
    assert_eq!(with(true, false, now), ("bad", "sif-certificate".into(), signer.clone()));
    assert_eq!(with(true, true, now + 400 * DAY), ("expired", "sif-expired".into(), signer.clone()));
    assert_eq!(with(true, true, now - DAY), ("bad", "sif-certificate".into(), signer));
}

#[test]
fn the_older_form_counts_only_where_the_caller_says_so() {
    let (file, keys) = (fixture("sif/legacy.sif"), ring(&["rsa.asc"]));
    let found = verdict(&file, &keys);
    assert_eq!(states(&found), [("good", ""); 2], "{found:#?}");
    assert_eq!((found.outcome, found.signatures[0].counts), (Rule::Refuse, false));
    assert_eq!(reasons(&found), ["sif-legacy", "sif-legacy", "sif-uncovered"]);
    let policy = SignaturePolicy { legacy: Rule::Warn, ..Default::default() };
    let found = verdict_at(&file, &keys, policy, SIGNED + 60);
    assert_eq!((found.outcome, found.uncovered.len()), (Rule::Warn, 0));
}

#[test]
fn unsigned_files_are_for_the_caller_to_judge() {
    let file = fixture("quirks.sif");
    for rule in [Rule::Accept, Rule::Warn, Rule::Refuse] {
        let policy = SignaturePolicy { unsigned: rule, ..Default::default() };
        let found = verdict_at(&file, &KeyRing::default(), policy, SIGNED);
        assert_eq!((found.outcome, found.uncovered.len()), (rule, 4));
        let expected = if rule == Rule::Accept { vec![] } else { vec!["sif-unsigned"] };
        assert_eq!(reasons(&found), expected);
    }
    assert_eq!(SignaturePolicy::default().unsigned, Rule::Refuse);
}

/// Each class of bytes: header, descriptor, data, signature.
#[test]
fn every_change_is_refused_whatever_the_policy() {
    let lenient = SignaturePolicy {
        unsigned: Rule::Accept,
        uncovered: Rule::Accept,
        unknown_key: Rule::Accept,
        expired: Rule::Accept,
        legacy: Rule::Accept,
    };
    let keys = ring(&[
        "rsa.asc",
        "ed.asc",
        "late.asc",
        "p256.pem",
        "p384.pem",
        "p521.pem",
        "ed25519.pem",
        "rsa.pem",
    ]);
    let cases = [("sif/pgp.sif", without_last()), ("sif/dsse.sif", fixture("sif/dsse.sif"))];
    for (name, file) in cases {
        let first = open(&file).signatures().next().unwrap().range().unwrap();
        assert_eq!(verdict_at(&file, &keys, lenient, SIGNED + 60).outcome, Rule::Accept, "{name}");
        let changed = |place: usize| {
            let mut changed = file.clone();
            changed[place] ^= 1;
            verdict_at(&changed, &keys, lenient, SIGNED + 60)
        };
        let signed = [3, 50, field(1, at::NAME), field(0, at::CREATED), 32_180, 32_700];
        for place in signed {
            let found = changed(place);
            assert_eq!(found.outcome, Rule::Refuse, "{name} {place}");
            assert_eq!(states(&found)[0], ("changed", ""), "{name} {place}");
            assert!(found.signatures[0].covers.is_empty());
        }
        // Within the text or payload, and within the signature itself.
        let text = first.start as usize;
        let (stated, proof) =
            if name == "sif/pgp.sif" { (text + 120, text + 1200) } else { (text + 120, text + 1440) };
        for place in [stated, proof] {
            let found = changed(place);
            assert_ne!(states(&found)[0].0, "good", "{name} {place}");
            assert!(!found.signatures[0].counts, "{name} {place}");
        }
    }
}

#[test]
fn a_good_text_with_another_signature_is_wrong() {
    // The digests in the text are made to fit a changed object, as somebody without the key would do.
    let mut file = without_last();
    let sif = open(&file);
    let range = |id| {
        let range = sif.object(id).unwrap().range().unwrap();
        range.start as usize..range.end as usize
    };
    let old = layerglass::digest::Digest::sha256(&file[range(1)]).hex();
    file[range(1).start] ^= 1;
    let new = layerglass::digest::Digest::sha256(&file[range(1)]).hex();
    for id in [6, 8] {
        let text = String::from_utf8(file[range(id)].to_vec()).unwrap();
        assert!(text.contains(&old));
        put(&mut file, range(id).start, text.replace(&old, &new).as_bytes());
    }
    assert!(check(&file, false).signatures.iter().all(|one| one.intact), "digests alone prove nothing");
    let found = verdict(&file, &ring(&["rsa.asc", "ed.asc", "late.asc"]));
    let states = states(&found);
    assert_eq!([states[0], states[2]], [("bad", "sif-signature-wrong"); 2]);
    assert_eq!((found.outcome, found.uncovered.clone()), (Rule::Refuse, vec![1, 2, 3, 4]));
}

#[test]
fn an_object_added_later_is_not_covered() {
    let mut file = without_last();
    let copy = file[field(3, 0)..field(4, 0)].to_vec();
    put(&mut file, field(20, 0), &copy);
    put(&mut file, field(20, at::ID), &40_u32.to_le_bytes());
    let keys = ring(&["rsa.asc", "ed.asc", "late.asc"]);
    let found = verdict(&file, &keys);
    assert_eq!((found.outcome, found.uncovered.clone()), (Rule::Refuse, vec![40]));
    assert_eq!(reasons(&found), ["sif-uncovered"]);
}

#[test]
fn the_descriptor_names_the_key() {
    let mut file = without_last();
    file[field(5, at::EXTRA + 4)] ^= 1;
    let found = verdict(&file, &ring(&["rsa.asc", "ed.asc", "late.asc"]));
    assert_eq!(states(&found)[0], ("bad", "sif-fingerprint"));
    assert_eq!(found.outcome, Rule::Refuse);
}

#[test]
fn signatures_have_a_limit() {
    let file = without_last();
    let limits = Limits { sif_signatures: 3, ..Limits::default() };
    let (report, env) = (check(&file, false), at_time(SIGNED));
    let error =
        judge(&open(&file), &report, &KeyRing::default(), &Default::default(), &env, &limits).unwrap_err();
    assert_eq!((error.name, error.kind()), ("sifSignatures", ErrorKind::Limit));
}

#[test]
fn what_is_no_key_is_refused() {
    let mut ring = KeyRing::default();
    assert_eq!(ring.add_openpgp(b"").unwrap_err().code(), "key-openpgp");
    assert_eq!(ring.add_openpgp(&key("p256.pem")).unwrap_err().code(), "key-openpgp");
    assert_eq!(ring.add_public_key(&key("rsa.asc")), Err(KeyError::PublicKey));
    assert_eq!(ring.add_public_key(&key("root.crt")), Err(KeyError::PublicKey));
    assert_eq!(ring.add_public_key(b""), Err(KeyError::PublicKey));
    assert_eq!(ring.add_root(&key("p256.pem")).unwrap_err().code(), "key-certificate");
    assert_eq!(ring.add_certificate(b"0").unwrap_err().code(), "key-certificate");
    let both = [key("root.crt"), key("intermediate.crt")].concat();
    assert_eq!(ring.add_certificate(&both).unwrap_err().code(), "key-certificate");
    assert_eq!(ring.add_intermediate(&both), Ok(()));
    let damaged: Vec<u8> = key("rsa.asc").into_iter().take(300).collect();
    assert_eq!(ring.add_openpgp(&damaged).unwrap_err().code(), "key-openpgp");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Keys and signatures from anywhere end in an answer, and no change of a signature makes a good one.
    #[test]
    fn changed_keys_and_signatures_end_in_an_answer(
        name in prop::sample::select(vec![
            "rsa.asc", "rsa-revoked.asc", "sub.asc", "late.asc", "p256.pem", "p521.pem", "ed25519.pem", "rsa.pem",
            "root.crt", "signer.crt",
        ]),
        file in prop::sample::select(vec!["sif/pgp.sif", "sif/dsse.sif", "sif/legacy.sif"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut changed = key(name);
        for (place, byte) in &changes {
            let place = place.index(changed.len());
            changed[place] = *byte;
        }
        let mut keys = ring(&["rsa.asc", "sub.asc", "p256.pem", "p521.pem", "ed25519.pem"]);
        drop(keys.add_openpgp(&changed));
        drop(keys.add_public_key(&changed));
        drop(keys.add_certificate(&changed));
        drop(keys.add_intermediate(&changed));
        drop(keys.add_root(&changed));

        let before = fixture(file);
        let mut after = before.clone();
        let signatures = open(&before).signatures().next().unwrap().range().unwrap().start as usize;
        for (place, byte) in &changes {
            let place = signatures + place.index(before.len() - signatures);
            after[place] = *byte;
        }
        let (old, new) = (verdict(&before, &keys), verdict(&after, &keys));
        for (old, new) in old.signatures.iter().zip(&new.signatures) {
            prop_assert!(old.state == SignatureState::Good || new.state != SignatureState::Good, "{new:?}");
        }
    }
}
