//! xz streams: checks, blocks, padding, the index, and what is not supported.

use layerglass::codec::{Checksum, CodecError, Compression, Corruption, Feature};
use layerglass::limits::{LimitExceeded, Limits};
use lzma_rust2::CheckType;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::encode::xz_with;
use super::{decode, decode_every_way, decode_pieces, hex, sample};

const NONE: &str = "fd377a585a000000ff12d9410200210116000000742fe5a3e0001700125d0036184b98e9c2e7274cbd6fa39bd8e4bb9aa00000000001261859ae34f006729e7a010000000000595a";
const CRC32: &str = "fd377a585a0000016922de360200210116000000742fe5a3e0001700125d0036184b98e9c2e7274cbd6fa39bd8e4bb9aa0000000cc623f5000012a1855e1815c9042990d010000000001595a";
const CRC64: &str = "fd377a585a000004e6d6b4460200210116000000742fe5a3e0001700125d0036184b98e9c2e7274cbd6fa39bd8e4bb9aa0000000404971dbf0cb5a4c00012e185124ed381fb6f37d010000000004595a";
const SHA256: &str = "fd377a585a00000ae1fb0ca10200210116000000742fe5a3e0001700125d0036184b98e9c2e7274cbd6fa39bd8e4bb9aa00000009fdafa0ba1f61e6bf450d0db52436ff11f884e7f8b786760e13712b01da7e03300014618fec5c995189b4b9a01000000000a595a";
const X86_FILTER: &str = "fd377a585a000004e6d6b44602010400210116000d86351fe0001700125d0036184b98e9c2e7274cbd6fa39bd8e4bb9aa0000000404971dbf0cb5a4c00012e185124ed381fb6f37d010000000004595a";
/// Where the block's check begins in the streams above.
const CHECK_AT: usize = 52;

fn crc32(bytes: &[u8]) -> [u8; 4] {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum().to_le_bytes()
}

/// A stream that ends behind a block header of these bytes and its checksum.
fn with_block_header(header: &[u8]) -> Vec<u8> {
    [&hex("fd377a585a000004e6d6b446")[..], header, &crc32(header), &[0; 64]].concat()
}

#[test]
fn every_check() {
    for (stream, checksum) in [
        (NONE, None),
        (CRC32, Some(Checksum::Crc32)),
        (CRC64, Some(Checksum::Crc64)),
        (SHA256, Some(Checksum::Sha256)),
    ] {
        let mut stream = hex(stream);
        let outcome = decode_every_way(Compression::Xz, &stream);
        assert_eq!(outcome.unpacked(), b"layer\nlayer\nlayer\nglass\n");
        let Some(expected) = checksum else { continue };
        stream[CHECK_AT] ^= 1;
        let error = decode_every_way(Compression::Xz, &stream).error();
        let CodecError::Checksum { checksum, expected: said, found, .. } = error else { panic!("{error}") };
        assert_eq!(checksum, expected);
        assert_ne!(said, found);
        if checksum == Checksum::Sha256 {
            assert_eq!(found, "9fdafa0ba1f61e6bf450d0db52436ff11f884e7f8b786760e13712b01da7e033");
        }
    }
}

#[test]
fn several_blocks() {
    let contents = sample(500_000);
    for check in [CheckType::None, CheckType::Crc32, CheckType::Crc64, CheckType::Sha256] {
        let stream = xz_with(&contents, check, Some(1 << 16));
        assert!(decode(Compression::Xz, &stream).unpacked() == contents);
    }
}

#[test]
fn padding_between_and_behind_streams() {
    let (first, second) = (hex(CRC32), hex(SHA256));
    let stream = [&first[..], &[0; 8], &second, &[0; 4]].concat();
    let outcome = decode_every_way(Compression::Xz, &stream);
    assert_eq!(outcome.unpacked(), b"layer\nlayer\nlayer\nglass\nlayer\nlayer\nlayer\nglass\n");
    let stream = [&first[..], &[0; 3], &second].concat();
    let expected = CodecError::Corrupt {
        format: Compression::Xz,
        offset: first.len() as u64 + 3,
        reason: Corruption::Padding,
    };
    assert_eq!(decode_every_way(Compression::Xz, &stream).error(), expected);
    let stream = [&first[..], &[0; 3]].concat();
    assert!(matches!(decode_every_way(Compression::Xz, &stream).error(), CodecError::Truncated { .. }));
}

#[test]
fn thousands_of_streams_and_blocks() {
    let empty = hex("fd377a585a0000016922de36000000001cdf44219042990d010000000001595a");
    assert_eq!(decode(Compression::Xz, &empty.repeat(5000)).unpacked(), b"");
}

#[test]
fn other_filters_and_checks_are_told() {
    let error = decode_every_way(Compression::Xz, &hex(X86_FILTER)).error();
    assert!(matches!(error, CodecError::Unsupported { feature: Feature::Filter(4), .. }), "{error}");
    let mut stream = hex(CRC32);
    stream[7] = 2;
    let crc = crc32(&stream[6..8]);
    stream[8..12].copy_from_slice(&crc);
    let error = decode(Compression::Xz, &stream).error();
    assert!(matches!(error, CodecError::Unsupported { feature: Feature::Check(2), .. }), "{error}");
}

#[test]
fn block_headers_that_end_too_early() {
    for header in [
        &[1, 0xc3, 1, 1][..],
        &[1, 0x03, 0x21, 0x01],
        &[1, 0x00, 0x21, 0x01],
        &[1, 0x00, 0x21, 0x02],
        &[1, 0x40, 0x80, 0x80],
        &[1, 0x3c, 0, 0],
        &[2, 0x00, 0x21, 0x01, 41, 0, 0, 0],
        &[2, 0x00, 0x21, 0x01, 22, 0, 0, 1],
    ] {
        let error = decode_every_way(Compression::Xz, &with_block_header(header)).error();
        assert!(
            matches!(error, CodecError::Corrupt { reason: Corruption::Header, .. }),
            "{header:?}: {error}"
        );
    }
}

#[test]
fn dictionaries_are_limited() {
    for (properties, found) in [(40, u64::from(u32::MAX)), (36, 1 << 30)] {
        let error =
            decode(Compression::Xz, &with_block_header(&[2, 0, 0x21, 1, properties, 0, 0, 0])).error();
        assert_eq!(error, CodecError::Limit(LimitExceeded { name: "windowBytes", limit: 128 << 20, found }));
    }
    let limits = Limits { window_bytes: 4096, ..Limits::default() };
    let error = decode_pieces(Compression::Xz, [&hex(CRC32)[..]], &limits).error();
    assert_eq!(error, CodecError::Limit(LimitExceeded { name: "windowBytes", limit: 4096, found: 8 << 20 }));
}

#[test]
fn the_index_must_describe_the_blocks() {
    let stream = hex(CRC64);
    let index = stream.len() - 12 - 8;
    assert_eq!(stream[index], 0);
    // Number of records, stored size, unpacked size, each with the checksum made right again.
    for (position, expected) in [(1, Corruption::Index), (2, Corruption::Index), (3, Corruption::Index)] {
        let mut damaged = stream.clone();
        damaged[index + position] ^= 2;
        let end = stream.len() - 12 - 4;
        let crc = crc32(&damaged[index..end]);
        damaged[end..end + 4].copy_from_slice(&crc);
        let error = decode_every_way(Compression::Xz, &damaged).error();
        assert!(
            matches!(error, CodecError::Corrupt { reason, .. } if reason == expected),
            "{position}: {error}"
        );
    }
    for (position, checksum) in [(4, Checksum::IndexCrc32), (8, Checksum::FooterCrc32)] {
        let mut damaged = stream.clone();
        damaged[index + position] ^= 2;
        let error = decode(Compression::Xz, &damaged).error();
        assert!(
            matches!(error, CodecError::Checksum { checksum: found, .. } if found == checksum),
            "{error}"
        );
    }
}

#[test]
fn declared_block_sizes_are_checked() {
    let contents = b"layer\nlayer\nlayer\nglass\n";
    let stream = hex(NONE);
    // The same block under a header that declares both sizes.
    let build = |stored: u8, unpacked: u8| {
        let header = [2, 0xc0, stored, unpacked, 0x21, 1, 22, 0];
        let data = &stream[24..24 + 26];
        let mut block = [&header[..], &crc32(&header), data].concat();
        let unpadded = block.len() as u8;
        block.resize(block.len().next_multiple_of(4), 0);
        let index = [0, 1, unpadded, contents.len() as u8];
        let footer = [1, 0, 0, 0, 0, 0];
        [&stream[..12], &block, &index, &crc32(&index), &crc32(&footer), &footer, b"YZ"].concat()
    };
    assert_eq!(decode_every_way(Compression::Xz, &build(26, 24)).unpacked(), contents);
    for (stored, unpacked, expected) in [
        (27, 24, Corruption::StoredLength { expected: 27, found: 26 }),
        (26, 25, Corruption::UnpackedLength { expected: 25, found: 24 }),
    ] {
        let error = decode_every_way(Compression::Xz, &build(stored, unpacked)).error();
        assert!(matches!(error, CodecError::Corrupt { reason, .. } if reason == expected), "{error}");
    }
}
