//! Signatures of SIF files and keys that nobody should trust, through the crates that read them.
#![no_main]

use std::sync::LazyLock;

use layerglass::env::UnixTime;
use layerglass::limits::Limits;
use layerglass::sif::keys::KeyRing;
use layerglass::sif::{Opener, Sif, SignatureBlock, SignatureVerifier};

static SIGNED: LazyLock<Sif> = LazyLock::new(|| {
    let file = include_bytes!("../../tests/fixtures/sif/pgp.sif");
    let mut opener = Opener::new(file.len() as u64, &Limits::default());
    let mut want = opener.next(None).unwrap();
    while let Some(range) = want {
        want = opener.next(Some(&file[range.offset as usize..][..range.length as usize])).unwrap();
    }
    opener.finish().unwrap()
});

static KEYS: LazyLock<KeyRing> = LazyLock::new(|| {
    let mut keys = KeyRing::default();
    keys.add_openpgp(include_bytes!("../../tests/fixtures/sif/keys/rsa.asc")).unwrap();
    keys.add_openpgp(include_bytes!("../../tests/fixtures/sif/keys/sub.asc")).unwrap();
    keys.add_public_key(include_bytes!("../../tests/fixtures/sif/keys/p521.pem")).unwrap();
    keys.add_public_key(include_bytes!("../../tests/fixtures/sif/keys/ed25519.pem")).unwrap();
    keys
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&kind, data)) = data.split_first() else { return };
    let mut keys = KeyRing::default();
    match kind % 4 {
        0 => drop(keys.add_openpgp(data)),
        1 => drop((keys.add_public_key(data), keys.add_certificate(data))),
        2 => drop((keys.add_root(data), keys.add_intermediate(data))),
        _ => {
            let descriptor = SIGNED.signatures().next().unwrap();
            let Ok(block) = SignatureBlock::parse(descriptor, data, &Limits::default()) else { return };
            let now = UnixTime { seconds: 1_795_274_820, nanoseconds: 0 };
            let verified = KEYS.verify(descriptor, &block, now);
            // Nobody finds a good signature by chance; the one of the fixture is over its own text.
            if let Ok((_, None)) = verified {
                let genuine = SIGNED.signatures().filter_map(|one| {
                    SignatureBlock::parse(one, SIGNED.document(one)?, &Limits::default()).ok()
                });
                assert!(genuine.into_iter().any(|genuine| genuine.signed_text() == block.signed_text()));
            }
        }
    }
});
