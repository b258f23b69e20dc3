//! Streams that unpack to far more than they store.

use layerglass::codec::{CodecError, Compression};
use layerglass::error::{ErrorKind, Reason as _};
use layerglass::limits::{LimitExceeded, Limits};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::encode::encode;
use super::{COMPRESSED, decode_pieces};

#[test]
fn unpacked_bytes() {
    let contents = vec![7; 300_000];
    for compression in [&COMPRESSED[..], &[Compression::None]].concat() {
        let stream = encode(compression, &contents);
        let exact = Limits { unpacked_bytes: 300_000, ..Limits::default() };
        assert!(decode_pieces(compression, [&stream[..]], &exact).unpacked() == contents);
        let less = Limits { unpacked_bytes: 200_001, ..Limits::default() };
        let outcome = decode_pieces(compression, [&stream[..]], &less);
        assert_eq!(outcome.unpacked.len(), 200_001);
        let error = outcome.error();
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert!(
            matches!(error, CodecError::Limit(LimitExceeded { name: "unpackedBytes", limit: 200_001, found }) if found > 200_001),
            "{error}",
        );
    }
}

#[test]
fn expansion_ratio() {
    let contents = vec![0; 4 << 20];
    for compression in COMPRESSED {
        let stream = encode(compression, &contents);
        assert!(stream.len() < contents.len() / 50);
        let strict = Limits { expansion_ratio: 50, expansion_floor: 1 << 20, ..Limits::default() };
        let outcome = decode_pieces(compression, [&stream[..]], &strict);
        assert!(outcome.unpacked.len() < (1 << 20) + (256 << 10), "{}", outcome.unpacked.len());
        let error = outcome.error();
        assert!(
            matches!(error, CodecError::Limit(LimitExceeded { name: "expansionRatio", limit: 50, found }) if found > 50),
            "{error}",
        );
        let floor = Limits { expansion_ratio: 1, expansion_floor: 4 << 20, ..Limits::default() };
        assert!(decode_pieces(compression, [&stream[..]], &floor).unpacked() == contents);
    }
}
