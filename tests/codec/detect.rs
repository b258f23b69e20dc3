//! Telling a compression by the first bytes, and what all formats have in common.

use layerglass::codec::{CodecError, Compression, Corruption, Decoder};
use layerglass::limits::Limits;
use sha2::Digest as _;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::encode::encode;
use super::{COMPRESSED, decode, decode_every_way, decode_pieces, fixture, hex, sample};

#[test]
fn magic_numbers() {
    for compression in COMPRESSED {
        assert_eq!(Compression::detect(fixture(compression)), Some(compression));
        let prefix = &fixture(compression)[..Compression::PREFIX_LEN];
        assert_eq!(Compression::detect(prefix), Some(compression));
    }
    for magic in 0x50..=0x5f {
        assert_eq!(Compression::detect(&[magic, 0x2a, 0x4d, 0x18]), Some(Compression::Zstd));
        assert_eq!(Compression::detect(&[magic, 0x2a, 0x4d, 0x19]), Some(Compression::None));
        assert_eq!(Compression::detect(&[magic]), None);
    }
    assert_eq!(Compression::detect(b""), None);
    assert_eq!(Compression::detect(b"BZ"), None);
    assert_eq!(Compression::detect(b"BZh"), None);
    assert_eq!(Compression::detect(b"BZh9"), None);
    for text in [
        &b"BZhello"[..],
        b"BZh0",
        b"BZh91",
        b"manifest",
        &[0; 6],
        &[0x1f, 0x8a],
        &[0xfd, b'7', b'z', b'X', b'Y'],
    ] {
        let known = text == b"BZh91";
        let expected = if known { Compression::Bzip2 } else { Compression::None };
        assert_eq!(Compression::detect(text), Some(expected), "{text:?}");
    }
}

#[test]
fn names() {
    for (compression, name) in [
        (Compression::None, "none"),
        (Compression::Gzip, "gzip"),
        (Compression::Zstd, "zstd"),
        (Compression::Bzip2, "bzip2"),
        (Compression::Xz, "xz"),
    ] {
        assert_eq!(compression.to_string(), name);
        assert_eq!(serde_json::to_string(&compression).unwrap(), format!("\"{name}\""));
        assert_eq!(Compression::from_name(name), Some(compression));
    }
}

#[test]
fn real_files_unpack_to_the_same_bytes() {
    let expected = hex("b1db6b595f562510ff5199a6262b47879ac79430e0665aa05e3221f46a2a06b8");
    for compression in COMPRESSED {
        let unpacked = decode(compression, fixture(compression)).unpacked();
        assert_eq!(sha2::Sha256::digest(&unpacked)[..], expected[..], "{compression}");
        for size in [1, 2, 3, 7, 61, 1000] {
            let pieces = fixture(compression).chunks(size);
            let again = decode_pieces(compression, pieces, &Limits::default()).unpacked();
            assert!(again == unpacked, "{compression} in pieces of {size}");
        }
    }
}

#[test]
fn every_cut_of_small_streams() {
    for compression in COMPRESSED {
        for contents in [&b""[..], b"a", b"hello, hello, hello", &sample(700)] {
            let stream = encode(compression, contents);
            assert_eq!(decode_every_way(compression, &stream).unpacked(), contents, "{compression}");
        }
    }
}

#[test]
fn several_members_are_one_stream() {
    let parts: [&[u8]; 4] = [b"first ", b"", b"second ", b"third"];
    for compression in COMPRESSED {
        let stream: Vec<u8> = parts.iter().flat_map(|part| encode(compression, part)).collect();
        assert_eq!(decode_every_way(compression, &stream).unpacked(), b"first second third");
    }
}

#[test]
fn large_contents_pass_through_the_buffer() {
    let contents = sample(3_000_000);
    for compression in COMPRESSED {
        let stream = encode(compression, &contents);
        for size in [stream.len(), 100_000, 4096] {
            let pieces = stream.chunks(size);
            assert!(decode_pieces(compression, pieces, &Limits::default()).unpacked() == contents);
        }
    }
}

#[test]
fn uncompressed_bytes_pass_as_they_are() {
    assert_eq!(decode(Compression::None, b"plain").unpacked(), b"plain");
    assert_eq!(decode(Compression::None, b"").unpacked(), b"");
    assert_eq!(
        decode_pieces(Compression::None, [&b"pl"[..], b"", b"ain"], &Limits::default()).unpacked(),
        b"plain"
    );
}

#[test]
fn what_follows_the_last_member_is_told() {
    for compression in COMPRESSED {
        let stream = encode(compression, b"contents");
        let offset = stream.len() as u64;
        for (tail, zeros) in [
            (&b"x"[..], false),
            (b"garbage behind", false),
            (&[0, 0, 0, 0, 1, 2, 3], false),
            (&[0; 512], true),
        ] {
            if compression == Compression::Xz && tail[0] == 0 {
                continue; // There zeros are part of the format.
            }
            let outcome = decode_every_way(compression, &[&stream[..], tail].concat());
            assert_eq!(outcome.result, Ok(()));
            assert_eq!(outcome.unpacked, b"contents");
            let trailing = outcome.trailing.unwrap();
            assert_eq!((trailing.offset, trailing.bytes, trailing.zeros), (offset, tail.len() as u64, zeros));
        }
    }
}

#[test]
fn another_format_is_refused() {
    for compression in COMPRESSED {
        let error = decode_every_way(compression, b"neither of them").error();
        assert_eq!(error, CodecError::Corrupt { format: compression, offset: 0, reason: Corruption::Magic },);
        let error = decode(compression, b"").error();
        assert_eq!(error, CodecError::Truncated { format: compression, offset: 0 });
    }
}

#[test]
fn a_failing_receiver_stops_the_decoder() {
    #[derive(Debug, PartialEq)]
    enum Failure {
        Full,
        Codec(CodecError),
    }
    impl From<CodecError> for Failure {
        fn from(error: CodecError) -> Self {
            Self::Codec(error)
        }
    }
    for compression in
        [Compression::None, Compression::Gzip, Compression::Zstd, Compression::Bzip2, Compression::Xz]
    {
        let stream = encode(compression, &sample(1000));
        let mut decoder = Decoder::new(compression, &Limits::default());
        let result = decoder.push(&stream, &mut |_: &[u8]| Err(Failure::Full));
        assert_eq!(result, Err(Failure::Full));
        let stopped = CodecError::Stopped { format: compression };
        let result = decoder.push(&stream, &mut |_: &[u8]| Ok(()));
        assert_eq!(result, Err(Failure::Codec(stopped.clone())));
        assert_eq!(decoder.finish(), Err(stopped));
    }
}
