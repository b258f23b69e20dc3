//! Truncated and damaged streams: never silently taken for whole ones.

use layerglass::codec::CodecError;
use layerglass::error::{ErrorKind, Reason as _};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::encode::encode;
use super::{COMPRESSED, decode, fixture, sample};

#[test]
fn truncated_at_every_byte() {
    for compression in COMPRESSED {
        let (first, second) = (encode(compression, &sample(400)), encode(compression, b"second"));
        let stream = [&first[..], &second].concat();
        for length in 0..stream.len() {
            let outcome = decode(compression, &stream[..length]);
            if length == first.len() {
                assert_eq!(outcome.unpacked(), sample(400));
                continue;
            }
            let expected = CodecError::Truncated { format: compression, offset: length as u64 };
            assert_eq!(outcome.error(), expected);
        }
    }
}

#[test]
fn truncated_real_files() {
    for compression in COMPRESSED {
        let stream = fixture(compression);
        for length in (0..stream.len()).step_by(13).chain(stream.len() - 20..stream.len()) {
            let error = decode(compression, &stream[..length]).error();
            assert!(matches!(error, CodecError::Truncated { offset, .. } if offset == length as u64));
        }
    }
}

#[test]
fn every_flipped_bit_is_noticed_or_harmless() {
    for compression in COMPRESSED {
        let contents = sample(300);
        let stream = encode(compression, &contents);
        let mut harmless = 0;
        for bit in 0..stream.len() * 8 {
            let mut damaged = stream.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let outcome = decode(compression, &damaged);
            match outcome.result {
                Ok(()) => {
                    // Fields such as a time stamp or a window size do not change the contents.
                    assert_eq!(outcome.unpacked, contents, "{compression}, bit {bit}");
                    harmless += 1;
                }
                Err(error) => {
                    assert!(matches!(
                        error.kind(),
                        ErrorKind::Corrupt | ErrorKind::Unsupported | ErrorKind::Limit
                    ));
                    assert!(error.offset().is_none_or(|offset| offset <= stream.len() as u64));
                }
            }
        }
        assert!(harmless < 80, "{compression}: {harmless} flipped bits went unnoticed");
    }
}

#[test]
fn damaged_real_files() {
    for compression in COMPRESSED {
        let stream = fixture(compression);
        let whole = decode(compression, stream).unpacked();
        for byte in (0..stream.len()).step_by(97) {
            let mut damaged = stream.to_vec();
            damaged[byte] ^= 0xa5;
            let outcome = decode(compression, &damaged);
            if outcome.result.is_ok() {
                assert!(outcome.unpacked == whole, "{compression}, byte {byte}");
            }
        }
    }
}

#[test]
fn what_came_out_before_the_damage_is_handed_out() {
    for compression in COMPRESSED {
        let contents = sample(2_000_000);
        let mut stream = encode(compression, &contents);
        let late = stream.len() - 40;
        stream[late] ^= 0xff;
        let outcome = decode(compression, &stream);
        assert!(outcome.result.is_err(), "{compression}");
        assert!(outcome.unpacked.len() > 1_000_000, "{compression}: {}", outcome.unpacked.len());
        assert!(contents.starts_with(&outcome.unpacked[..1_000_000]));
    }
}
