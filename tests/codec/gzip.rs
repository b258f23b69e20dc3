//! gzip members: headers with all their fields, checksums, and what is not supported.

use layerglass::codec::{Checksum, CodecError, Compression, Corruption, Feature};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::encode::gzip;
use super::{decode, decode_every_way};

/// A member with an extra field, a name, a comment and a header checksum.
fn member_with_all_fields(contents: &[u8]) -> Vec<u8> {
    let mut header = vec![0x1f, 0x8b, 8, 0x1f, 1, 2, 3, 4, 0, 3];
    header.extend_from_slice(&[6, 0, b'S', b'G', 2, 0, 0, 0]);
    header.extend_from_slice(b"layer.tar\0a comment\0");
    let mut crc = flate2::Crc::new();
    crc.update(&header);
    header.extend_from_slice(&crc.sum().to_le_bytes()[..2]);
    header.extend_from_slice(&gzip(contents)[10..]);
    header
}

#[test]
fn all_header_fields() {
    let stream = [member_with_all_fields(b"one "), gzip(b"two "), member_with_all_fields(b"three")].concat();
    assert_eq!(decode_every_way(Compression::Gzip, &stream).unpacked(), b"one two three");
}

#[test]
fn wrong_header_checksum() {
    let mut stream = member_with_all_fields(b"contents");
    stream[13] ^= 1;
    let error = decode_every_way(Compression::Gzip, &stream).error();
    assert!(matches!(error, CodecError::Checksum { checksum: Checksum::HeaderCrc16, .. }), "{error}");
}

#[test]
fn wrong_checksum_and_length() {
    let mut stream = gzip(b"hello");
    let end = stream.len();
    stream[end - 8] ^= 0xff;
    let expected = CodecError::Checksum {
        format: Compression::Gzip,
        offset: end as u64,
        checksum: Checksum::Crc32,
        expected: "3610a679".into(),
        found: "3610a686".into(),
    };
    assert_eq!(decode_every_way(Compression::Gzip, &stream).error(), expected);
    stream[end - 8] ^= 0xff;
    stream[end - 4] = 6;
    let reason = Corruption::UnpackedLength { expected: 6, found: 5 };
    let expected = CodecError::Corrupt { format: Compression::Gzip, offset: end as u64, reason };
    assert_eq!(decode_every_way(Compression::Gzip, &stream).error(), expected);
}

#[test]
fn unknown_method_and_reserved_flags() {
    let mut stream = gzip(b"hello");
    stream[2] = 7;
    let expected =
        CodecError::Unsupported { format: Compression::Gzip, offset: 10, feature: Feature::Method(7) };
    assert_eq!(decode_every_way(Compression::Gzip, &stream).error(), expected);
    stream[2] = 8;
    stream[3] = 0x20;
    let expected = CodecError::Corrupt { format: Compression::Gzip, offset: 10, reason: Corruption::Header };
    assert_eq!(decode(Compression::Gzip, &stream).error(), expected);
}

#[test]
fn thousands_of_members() {
    let stream: Vec<u8> = (0..5000_u32).flat_map(|number| gzip(&number.to_le_bytes())).collect();
    let expected: Vec<u8> = (0..5000_u32).flat_map(u32::to_le_bytes).collect();
    assert_eq!(decode(Compression::Gzip, &stream).unpacked(), expected);
}
