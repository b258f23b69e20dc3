//! zstd frames: skippable ones, hand-made blocks, dictionaries, windows and checksums.

use layerglass::codec::{Checksum, CodecError, Compression, Corruption, Feature};
use layerglass::limits::{LimitExceeded, Limits};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::encode::zstd;
use super::{decode, decode_every_way, decode_pieces, hex, sample};

/// A frame of this header behind the magic number and these blocks: type, size, body.
fn frame(header: &[u8], blocks: &[(u32, usize, &[u8])]) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd];
    frame.extend_from_slice(header);
    for (number, (kind, size, body)) in blocks.iter().enumerate() {
        let last = u32::from(number + 1 == blocks.len());
        frame.extend_from_slice(&(last | kind << 1 | (*size as u32) << 3).to_le_bytes()[..3]);
        frame.extend_from_slice(body);
    }
    frame
}

fn skippable(number: u8, contents: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x50 | number, 0x2a, 0x4d, 0x18];
    frame.extend_from_slice(&(contents.len() as u32).to_le_bytes());
    frame.extend_from_slice(contents);
    frame
}

const RAW: u32 = 0;
const RLE: u32 = 1;
/// No single segment, no checksum, no size; a window of 1 KiB.
const SMALL_WINDOW: [u8; 2] = [0x00, 0x00];

#[test]
fn skippable_frames_anywhere() {
    let parts = [
        skippable(0, b"table"),
        zstd(b"one "),
        skippable(15, b""),
        skippable(7, &[0x28; 300]),
        zstd(b"two"),
        skippable(1, b"end"),
    ];
    assert_eq!(decode_every_way(Compression::Zstd, &parts.concat()).unpacked(), b"one two");
    assert_eq!(decode_every_way(Compression::Zstd, &skippable(3, b"only")).unpacked(), b"");
    let cut = skippable(3, b"only");
    for length in 0..cut.len() {
        let error = decode(Compression::Zstd, &cut[..length]).error();
        assert_eq!(error, CodecError::Truncated { format: Compression::Zstd, offset: length as u64 });
    }
}

#[test]
fn made_by_the_reference_tool() {
    let plain = hex("28b52ffd2018950000606c617965720a676c6173730a0100e14a11");
    assert_eq!(decode_every_way(Compression::Zstd, &plain).unpacked(), b"layer\nlayer\nlayer\nglass\n");
    let mut checked = hex("28b52ffd2418950000606c617965720a676c6173730a0100e14a117a02d6f6");
    assert_eq!(decode_every_way(Compression::Zstd, &checked).unpacked(), b"layer\nlayer\nlayer\nglass\n");
    let end = checked.len();
    checked[end - 1] ^= 0xff;
    let expected = CodecError::Checksum {
        format: Compression::Zstd,
        offset: end as u64,
        checksum: Checksum::Xxh64,
        expected: "09d6027a".into(),
        found: "f6d6027a".into(),
    };
    assert_eq!(decode_every_way(Compression::Zstd, &checked).error(), expected);
}

#[test]
fn raw_repeated_and_empty_blocks() {
    let stream = frame(
        &SMALL_WINDOW,
        &[(RAW, 3, b"abc"), (RLE, 600, b"x"), (RAW, 0, b""), (RLE, 2, b"y"), (RAW, 0, b"")],
    );
    let expected = [&b"abc"[..], &[b'x'; 600], b"yy"].concat();
    assert_eq!(decode_every_way(Compression::Zstd, &stream).unpacked(), expected);
    assert_eq!(decode_every_way(Compression::Zstd, &frame(&SMALL_WINDOW, &[(RAW, 0, b"")])).unpacked(), b"");
}

#[test]
fn wrong_declared_size() {
    // Single segment, one byte of content size.
    for (declared, found) in [(4, 3), (2, 3)] {
        let error =
            decode_every_way(Compression::Zstd, &frame(&[0x20, declared], &[(RAW, 3, b"abc")])).error();
        let CodecError::Corrupt { reason, .. } = error else { panic!("{error}") };
        let expected = Corruption::UnpackedLength { expected: declared.into(), found };
        assert!(reason == expected || reason == Corruption::Data, "{reason}");
    }
}

#[test]
fn a_size_of_two_to_the_63_reserves_nothing() {
    let mut header = vec![0xc0, 0x00];
    header.extend_from_slice(&(1_u64 << 63).to_le_bytes());
    let error = decode_every_way(Compression::Zstd, &frame(&header, &[(RAW, 3, b"abc")])).error();
    assert!(matches!(error, CodecError::Corrupt { .. }), "{error}");
}

#[test]
fn windows_are_limited() {
    // 2^31 + 7/8 bytes of window: the largest that a descriptor below the top of its range can say.
    let stream = frame(&[0x00, 0xaf], &[(RAW, 3, b"abc")]);
    let error = decode(Compression::Zstd, &stream).error();
    let found = (1_u64 << 31) + (7 << 28);
    assert_eq!(error, CodecError::Limit(LimitExceeded { name: "windowBytes", limit: 128 << 20, found }));
    let small = Limits { window_bytes: 1 << 10, ..Limits::default() };
    let error =
        decode_pieces(Compression::Zstd, [&frame(&[0x00, 0x08], &[(RAW, 3, b"abc")])[..]], &small).error();
    assert_eq!(
        error,
        CodecError::Limit(LimitExceeded { name: "windowBytes", limit: 1 << 10, found: 2 << 10 })
    );
    // No frame has a smaller window than 1 KiB.
    for window_bytes in [0, u64::MAX] {
        let limits = Limits { window_bytes, ..Limits::default() };
        let stream = frame(&SMALL_WINDOW, &[(RAW, 3, b"abc")]);
        assert_eq!(decode_pieces(Compression::Zstd, [&stream[..]], &limits).unpacked(), b"abc");
    }
}

#[test]
fn dictionaries_are_told() {
    let stream = hex("28b52ffd21070109000061");
    let expected =
        CodecError::Unsupported { format: Compression::Zstd, offset: 7, feature: Feature::Dictionary(7) };
    assert_eq!(decode_every_way(Compression::Zstd, &stream).error(), expected);
}

#[test]
fn reserved_and_oversized_blocks() {
    for stream in [
        frame(&SMALL_WINDOW, &[(3, 3, b"abc")]),
        frame(&SMALL_WINDOW, &[(RLE, (1 << 21) - 1, b"a")]),
        frame(&SMALL_WINDOW, &[(RAW, 200_000, &[0; 200_000])]),
        frame(&[0x08, 0x00], &[(RAW, 3, b"abc")]),
    ] {
        let error = decode(Compression::Zstd, &stream).error();
        assert!(matches!(error, CodecError::Corrupt { .. }), "{error}");
    }
}

#[test]
fn split_blocks_of_the_largest_size() {
    let mut noise = sample(400_000);
    let mut state = 7_u64;
    for byte in &mut noise {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        *byte = state as u8;
    }
    let stream = zstd(&noise);
    for size in [1000, 65_536, 131_071, 131_075, 200_000] {
        let outcome = decode_pieces(Compression::Zstd, stream.chunks(size), &Limits::default());
        assert!(outcome.unpacked() == noise, "pieces of {size}");
    }
}
