//! Properties of decoding, with random contents, cuts and damage.

use layerglass::codec::{Compression, Encoder, Encoding};
use layerglass::error::Reason as _;
use layerglass::limits::Limits;
use proptest::prelude::*;

use super::decode_pieces;
use super::encode::encode;

/// Contents with noise, runs and copies, as real files mix them.
fn contents() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..2000),
        (any::<u8>(), 0..70_000_usize).prop_map(|(byte, count)| vec![byte; count]),
        (prop::collection::vec(any::<u8>(), 1..40), 1..300_usize)
            .prop_map(|(word, count)| word.repeat(count)),
    ];
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

fn compression() -> impl Strategy<Value = Compression> {
    prop::sample::select(super::COMPRESSED.to_vec())
}

/// Cuts a stream where the weights say.
fn cut<'a>(stream: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let mut rest = stream;
    let mut pieces = Vec::new();
    for &length in lengths {
        let (piece, after) = rest.split_at(length.min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_encoded_comes_back(
        compression in compression(),
        members in prop::collection::vec(contents(), 1..3),
        lengths in prop::collection::vec(0..5000_usize, 0..12),
    ) {
        let stream: Vec<u8> = members.iter().flat_map(|member| encode(compression, member)).collect();
        let outcome = decode_pieces(compression, cut(&stream, &lengths), &Limits::default());
        prop_assert_eq!(&outcome.result, &Ok(()));
        prop_assert_eq!(outcome.trailing, None);
        prop_assert!(outcome.unpacked == members.concat());
    }

    #[test]
    fn what_we_encode_comes_back_however_it_is_cut(
        encoding in prop_oneof![
            (0..=9).prop_map(|level| Encoding::GZIP.with_level(level)),
            (1..=19).prop_map(|level| Encoding::ZSTD.with_level(level)),
            Just(Encoding::NONE),
        ],
        contents in contents(),
        lengths in prop::collection::vec(0..90_000_usize, 0..12),
        decoded in prop::collection::vec(0..5000_usize, 0..12),
    ) {
        let mut streams = [Vec::new(), Vec::new()];
        for (stream, pieces) in streams.iter_mut().zip([cut(&contents, &lengths), vec![&contents[..]]]) {
            let mut encoder = Encoder::new(&encoding).unwrap();
            for piece in pieces {
                encoder.push(piece, stream).unwrap();
            }
            encoder.finish(stream).unwrap();
        }
        prop_assert!(streams[0] == streams[1]);
        let outcome = decode_pieces(encoding.compression, cut(&streams[0], &decoded), &Limits::default());
        prop_assert!(outcome.unpacked() == contents);
    }

    #[test]
    fn damage_is_never_a_panic(
        compression in compression(),
        contents in contents(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        length in any::<prop::sample::Index>(),
        lengths in prop::collection::vec(0..5000_usize, 0..6),
    ) {
        let mut stream = encode(compression, &contents);
        for (position, byte) in changes {
            let position = position.index(stream.len());
            stream[position] = byte;
        }
        stream.truncate(length.index(stream.len()) + 1);
        let outcome = decode_pieces(compression, cut(&stream, &lengths), &Limits::default());
        match outcome.result {
            Ok(()) if outcome.trailing.is_none() => prop_assert!(outcome.unpacked == contents),
            Ok(()) => {}
            Err(error) => prop_assert!(error.offset().is_none_or(|offset| offset <= stream.len() as u64)),
        }
    }

    #[test]
    fn noise_is_never_a_panic(compression in compression(), noise in prop::collection::vec(any::<u8>(), 0..3000)) {
        let _ = decode_pieces(compression, [&noise[..]], &Limits::default());
        // Behind a right beginning the noise reaches further.
        let stream = encode(compression, b"a short text");
        let start = &stream[..stream.len() / 2];
        let _ = decode_pieces(compression, [start, &noise[..]], &Limits::default());
    }
}
