//! Digests, hashers and short ids.

use layerglass::digest::{
    Algorithm, Algorithms, Digest, DigestError, Hasher, ShortIdError, ShortIds, Verifier,
};
use layerglass::error::{ErrorKind, Reason};

const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[test]
fn known_digests() {
    // FIPS 180-4, the message "abc".
    let cases = [
        (Algorithm::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            Algorithm::Sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
        ),
        (
            Algorithm::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
    ];
    for (algorithm, hex) in cases {
        let digest = Digest::of(algorithm, b"abc");
        assert_eq!(digest.hex(), hex);
        assert_eq!(digest.to_string(), format!("{algorithm}:{hex}"));
        assert_eq!(digest.algorithm(), algorithm);
        assert_eq!(digest.as_bytes().len(), algorithm.size());
        assert_eq!(Digest::parse(&digest.to_string()), Ok(digest));
        assert_eq!(Digest::from_bytes(algorithm, digest.as_bytes()), Some(digest));
        assert_eq!(Digest::from_bytes(algorithm, &digest.as_bytes()[1..]), None);
        let mut hasher = Hasher::new(algorithm);
        b"abc".iter().for_each(|byte| hasher.update(&[*byte]));
        assert_eq!(hasher.clone().finish(), digest);
    }
    assert_eq!(Digest::sha256(b"").to_string(), EMPTY);
    assert_eq!(Digest::sha256(b"").short(), "e3b0c44298fc");
}

#[test]
fn each_fault_has_its_reason() {
    let hex = &EMPTY[7..];
    let length = |algorithm, expected, found| DigestError::Length { algorithm, expected, found, offset: 7 };
    let unsupported = |algorithm: &str| DigestError::Unsupported { algorithm: algorithm.to_owned() };
    let format = |offset| DigestError::Format { offset };
    let cases = [
        (String::new(), format(0)),
        (hex.to_owned(), format(64)),
        ("sha256:".to_owned(), format(7)),
        (format!(":{hex}"), format(0)),
        (format!("sha256:{}", &hex[1..]), length(Algorithm::Sha256, 64, 63)),
        (format!("sha256:{hex}0"), length(Algorithm::Sha256, 64, 65)),
        (format!("sha256:{}", hex.to_uppercase()), format(7)),
        (format!("sha256:{}g", &hex[1..]), format(70)),
        (format!("sha256:{}:", &hex[1..]), format(70)),
        (format!("sha512:{hex}"), length(Algorithm::Sha512, 128, 64)),
        (format!("SHA256:{hex}"), format(0)),
        (format!("md5:{}", &hex[..32]), unsupported("md5")),
        ("a+b.c-d_e:x=_-Y".to_owned(), unsupported("a+b.c-d_e")),
        ("a++b:x".to_owned(), format(2)),
        ("a-:x".to_owned(), format(2)),
        ("foo:a b".to_owned(), format(5)),
        ("foo:a\u{e9}".to_owned(), format(5)),
        ("sha256\n:aa".to_owned(), format(6)),
    ];
    for (text, error) in cases {
        assert_eq!(Digest::parse(&text), Err(error.clone()), "{text}");
        assert!(error.offset().unwrap() as usize <= text.len());
        let kind = if matches!(error, DigestError::Unsupported { .. }) {
            ErrorKind::Unsupported
        } else {
            ErrorKind::Invalid
        };
        assert_eq!(error.kind(), kind);
    }
}

#[test]
fn algorithms_are_accepted_where_that_is_said() {
    assert_eq!(Algorithms::default(), Algorithms::DEFAULT);
    assert!(Algorithms::NONE.iter().next().is_none());
    assert!(Algorithm::ALL.into_iter().collect::<Algorithms>() == Algorithms::ALL);
    assert_eq!(format!("{:?}", Algorithms::DEFAULT), "{Sha256, Sha384, Sha512}");
    for algorithm in Algorithm::ALL {
        let digest = Digest::of(algorithm, b"x");
        let only = Algorithms::NONE.with(algorithm);
        assert!(only.contains(algorithm) && !Algorithms::ALL.without(algorithm).contains(algorithm));
        assert_eq!(Digest::parse_with(&digest.to_string(), only), Ok(digest));
        let error = Digest::parse_with(&digest.to_string(), Algorithms::ALL.without(algorithm)).unwrap_err();
        assert_eq!(error, DigestError::Unsupported { algorithm: algorithm.name().to_owned() });
        // Whatever is accepted, what is no digest at all is said first.
        let error = Digest::parse_with(&format!("{algorithm}:/"), Algorithms::NONE).unwrap_err();
        assert_eq!(error, DigestError::Format { offset: algorithm.name().len() + 1 });
        assert_eq!(algorithm.name().parse(), Ok(algorithm));
    }
}

#[test]
fn blake3_is_an_option() {
    // The BLAKE3 paper's test vector for no input.
    let empty = "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
    assert_eq!(Digest::parse(empty).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(empty.parse::<Digest>().unwrap_err().kind(), ErrorKind::Unsupported);
    let Some(blake3) = Algorithm::from_name("blake3") else {
        assert_eq!(Algorithms::ALL, Algorithms::DEFAULT, "the feature is off");
        assert_eq!(Digest::parse_with(empty, Algorithms::ALL).unwrap_err().kind(), ErrorKind::Unsupported);
        return;
    };
    let digest = Digest::parse_with(empty, Algorithms::ALL).unwrap();
    assert_eq!(digest, Digest::of(blake3, b""));
    assert_eq!((digest.algorithm(), digest.to_string().as_str()), (blake3, empty));
    let mut verifier = Verifier::new(digest);
    assert!(verifier.is_verified());
    verifier.update(b"x");
    assert!(!verifier.is_verified());
    // The length 5120 of BLAKE3's own test vectors is several chunks, so a tree; the pieces do not matter.
    let bytes: Vec<u8> = (0..5120_u32).map(|number| (number % 251) as u8).collect();
    let mut hasher = Hasher::new(blake3);
    bytes.chunks(777).for_each(|piece| hasher.update(piece));
    assert_eq!(hasher.save(), None);
    assert_eq!(hasher.finish(), Digest::of(blake3, &bytes));
    let hex = "9cadc15fed8b5d854562b26a9536d9707cadeda9b143978f319ab34230535833";
    assert_eq!(Digest::of(blake3, &bytes).hex(), hex);
    assert!(Hasher::resume(&[1, 3]).is_err());
    let ids: ShortIds = [digest, Digest::sha256(b"")].into_iter().collect();
    assert_eq!(ids.lookup("blake3:af"), Ok(digest));
    assert_eq!(ids.lookup("af13"), Ok(digest));
}

#[test]
fn a_state_with_an_impossible_length_is_refused() {
    for (algorithm, count) in [(Algorithm::Sha256, 34), (Algorithm::Sha384, 66), (Algorithm::Sha512, 66)] {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(&[0; 1024]);
        let state = hasher.save().unwrap();
        let blocks = if algorithm == Algorithm::Sha256 { 16 } else { 8 };
        assert_eq!(state[count], blocks, "the count of blocks stands here");
        for place in 0..8 {
            let mut other = state.clone();
            other[count + place] = 10;
            assert_eq!(Hasher::resume(&other).is_ok(), place < 6);
            if let Ok(hasher) = Hasher::resume(&other) {
                assert_ne!(hasher.finish(), Digest::of(algorithm, &[0; 1024]));
            }
        }
    }
}

#[test]
fn digests_are_ordered_as_their_texts() {
    let mut digests: Vec<Digest> = Algorithm::ALL
        .into_iter()
        .rev()
        .flat_map(|algorithm| (0..20_u8).map(move |byte| Digest::of(algorithm, &[byte])))
        .collect();
    digests.sort();
    let texts: Vec<String> = digests.iter().map(ToString::to_string).collect();
    let mut sorted = texts.clone();
    sorted.sort();
    assert_eq!(texts, sorted);
}

#[test]
fn json_has_digests_as_text() {
    let digest = Digest::sha256(b"");
    assert_eq!(serde_json::to_string(&digest).unwrap(), format!("\"{EMPTY}\""));
    assert_eq!(serde_json::from_str::<Digest>(&format!("\"{EMPTY}\"")).unwrap(), digest);
    assert!(serde_json::from_str::<Digest>("\"sha256:00\"").is_err());
}

#[test]
fn a_verifier_tells_whether_it_was_that() {
    let mut verifier = Verifier::new(Digest::of(Algorithm::Sha512, b"abc"));
    std::io::copy(&mut &b"ab"[..], &mut verifier).unwrap();
    assert!(!verifier.is_verified());
    verifier.update(b"c");
    assert!(verifier.is_verified());
    assert_eq!(verifier.finish(), Digest::of(Algorithm::Sha512, b"abc"));
}

#[test]
fn a_hasher_goes_on_from_a_saved_state() {
    let bytes: Vec<u8> = (0..1000_u32).map(|number| number as u8).collect();
    for algorithm in Algorithms::DEFAULT.iter() {
        for at in [0, 1, 63, 64, 65, 127, 128, 129, 1000] {
            let mut hasher = Hasher::new(algorithm);
            hasher.update(&bytes[..at]);
            let state = hasher.save().unwrap();
            let mut resumed = Hasher::resume(&state).unwrap();
            assert_eq!(resumed.save().unwrap(), state);
            resumed.update(&bytes[at..]);
            assert_eq!(resumed.finish(), Digest::of(algorithm, &bytes), "{algorithm} at {at}");
            for length in 0..state.len() {
                assert!(Hasher::resume(&state[..length]).is_err(), "cut off");
            }
            for (place, value) in [(0, 0), (0, 2), (1, 9)] {
                let mut other = state.clone();
                other[place] = value;
                assert!(Hasher::resume(&other).is_err(), "another version or algorithm");
            }
            // Any position in the buffer that cannot be is refused, and none makes it panic.
            for byte in 0..=255 {
                let mut other = state.clone();
                *other.last_mut().unwrap() = byte;
                if let Ok(mut hasher) = Hasher::resume(&other) {
                    hasher.update(&bytes);
                    hasher.finish();
                }
            }
        }
    }
}

/// A digest whose digits start with these; the rest is zeros.
fn starting(algorithm: Algorithm, prefix: &str) -> Digest {
    Digest::parse(&format!("{algorithm}:{prefix:0<width$}", width = algorithm.size() * 2)).unwrap()
}

#[test]
fn short_ids_find_the_only_one() {
    let sha256 = |prefix| starting(Algorithm::Sha256, prefix);
    let sha512 = |prefix| starting(Algorithm::Sha512, prefix);
    let ids: ShortIds =
        [sha256("12345"), sha256("1234"), sha256("6"), sha512("12346"), sha512("77")].into_iter().collect();
    assert_eq!(ids.lookup("12345").unwrap(), sha256("12345"));
    assert_eq!(ids.lookup("12340").unwrap(), sha256("1234"));
    assert_eq!(ids.lookup("sha512:1").unwrap(), sha512("12346"));
    assert_eq!(ids.lookup("7").unwrap(), sha512("77"));
    assert_eq!(ids.lookup(&sha256("6").to_string()).unwrap(), sha256("6"));
    assert_eq!(ids.lookup(&sha256("6").hex()).unwrap(), sha256("6"));
    let ambiguous = ids.lookup("1234").unwrap_err();
    let candidates = vec![sha256("1234"), sha256("12345"), sha512("12346")];
    assert_eq!(ambiguous, ShortIdError::Ambiguous { query: "1234".to_owned(), candidates });
    assert_eq!(ambiguous.kind(), ErrorKind::Ambiguous);
    assert_eq!(ids.lookup(""), Err(ShortIdError::Empty));
    for query in ["9", "sha256:", "sha256:7", "md5:1", "1234G", "12345A", "sha256:x", &"1".repeat(129), "é"]
    {
        assert_eq!(ids.lookup(query).unwrap_err().kind(), ErrorKind::NotFound, "{query}");
    }
}

#[test]
fn short_ids_come_and_go() {
    let digest = Digest::sha256(b"a");
    let mut ids = ShortIds::new();
    assert!(ids.is_empty() && ids.insert(digest) && !ids.insert(digest));
    assert!(ids.contains(&digest) && ids.len() == 1);
    assert!(ids.remove(&digest) && !ids.remove(&digest) && ids.is_empty());
}

#[test]
fn short_codes_are_the_shortest() {
    let sha256 = |prefix| starting(Algorithm::Sha256, prefix);
    let ids: ShortIds = ["1234", "12345", "12346", "5432", "6543"].into_iter().map(sha256).collect();
    let codes: Vec<String> = ids.short_codes(2).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["12340", "12345", "12346", "54", "65"]);
    for (digest, code) in ids.short_codes(1) {
        assert_eq!(ids.lookup(&code).unwrap(), digest, "a code stands for its digest");
    }
    let codes = ids.short_codes(64);
    assert!(codes.iter().all(|(digest, code)| *code == digest.to_string()), "at least that long");
}

#[test]
fn short_codes_work_when_one_digest_continues_another() {
    let ids: ShortIds = [
        starting(Algorithm::Sha256, "ab"),
        starting(Algorithm::Sha512, "ab"),
        starting(Algorithm::Sha384, "ab"),
    ]
    .into_iter()
    .collect();
    for (digest, code) in ids.short_codes(1) {
        assert_eq!(ids.lookup(&code).unwrap(), digest, "{code}");
    }
}

#[test]
fn all_digits_of_a_digest_are_not_the_beginning_of_another() {
    let short = Digest::sha256(b"a");
    let longer = format!("sha512:{}{}", short.hex(), "0".repeat(64)).parse().expect("a digest");
    let ids: ShortIds = [short, longer].into_iter().collect();
    assert_eq!(ids.lookup(&short.hex()), Ok(short));
    assert_eq!(ids.lookup(&format!("sha512:{}", short.hex())), Ok(longer));
    assert!(matches!(ids.lookup(&short.hex()[..63]), Err(ShortIdError::Ambiguous { .. })));
}
