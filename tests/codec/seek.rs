//! Reading a compressed stream from places in its middle.

use std::io::Write as _;

use layerglass::codec::{CodecError, Compression, Decoder, SeekIndex, SeekReader, SeekStep};
use layerglass::limits::Limits;

use super::encode::{self, encode};

/// Megabytes that hardly compress: noise, and here and there a word from a small dictionary.
fn contents(bytes: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let words: Vec<[u8; 24]> = (0..4096).map(|_| std::array::from_fn(|_| (next() >> 11) as u8)).collect();
    let mut contents = Vec::with_capacity(bytes + 32);
    while contents.len() < bytes {
        let value = next();
        if value % 8 == 0 {
            contents.extend_from_slice(&words[(value >> 7) as usize % words.len()]);
        }
        contents.extend_from_slice(&value.to_le_bytes());
    }
    contents.truncate(bytes);
    contents
}

/// Decodes a stream and takes places.
fn index(compression: Compression, stream: &[u8], limits: &Limits) -> SeekIndex {
    let mut decoder = Decoder::new(compression, limits).with_seek_index(limits);
    for piece in stream.chunks(100_000) {
        decoder.push(piece, &mut |_: &[u8]| Ok::<(), CodecError>(())).unwrap();
    }
    decoder.finish().unwrap();
    decoder.take_seek_index().unwrap()
}

/// What a reader hands out, up to `length` bytes, and how many stored bytes it wanted.
fn read(index: &SeekIndex, stream: &[u8], from: u64, length: usize) -> (Vec<u8>, u64) {
    let mut reader = SeekReader::new(index, stream.len() as u64, from, &Limits::default());
    let (mut unpacked, mut wanted, mut response) = (Vec::new(), 0, None);
    while unpacked.len() < length {
        match reader.next(response.take()).unwrap() {
            SeekStep::Want { offset, length } => {
                wanted += length;
                response = Some(&stream[offset as usize..(offset + length) as usize]);
            }
            SeekStep::Bytes(bytes) => unpacked.extend_from_slice(bytes),
            SeekStep::End => break,
        }
    }
    (unpacked, wanted)
}

/// Reads at many places, compares, and checks that no more is read than the places allow.
fn check_everywhere(compression: Compression, contents: &[u8], stream: &[u8], most: u64) {
    let index = index(compression, stream, &Limits::default());
    let mut bytes = Vec::new();
    index.write(&mut |piece| bytes.extend_from_slice(piece));
    assert_eq!(bytes.len() as u64, index.encoded_len());
    assert_eq!(SeekIndex::read(&bytes).as_ref(), Ok(&index));
    for place in (0..contents.len()).step_by(contents.len() / 4) {
        let length = 1000.min(contents.len() - place);
        let (unpacked, wanted) = read(&index, stream, place as u64, length);
        assert!(unpacked[..length] == contents[place..place + length], "{compression} at {place}");
        assert!(wanted <= most, "{compression} at {place}: {wanted} stored bytes were wanted");
    }
    let (rest, _) = read(&index, stream, contents.len() as u64 / 2, usize::MAX);
    assert!(rest == contents[contents.len() / 2..]);
    assert!(read(&index, stream, contents.len() as u64, usize::MAX).0.is_empty());
}

#[test]
fn gzip_goes_on_between_blocks() {
    let contents = contents(9 << 20);
    let stream = encode::gzip(&contents);
    assert!(stream.len() > 6 << 20);
    check_everywhere(Compression::Gzip, &contents, &stream, (3 << 20) + (256 << 10));
    let index = index(Compression::Gzip, &stream, &Limits::default());
    assert!(index.len() >= 2 && !index.from_start());
    assert!(index.memory_bytes() < index.len() as u64 * (33 << 10));
}

/// What compresses well has few stored bytes and many unpacked ones.
/// zlib-rs at level 1 writes a single block with fixed codes; others that are as large have codes of their own.
#[test]
fn gzip_goes_on_inside_a_block() {
    let contents = contents(6 << 20);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(1));
    encoder.write_all(&contents).unwrap();
    let stream = encoder.finish().unwrap();
    let index = index(Compression::Gzip, &stream, &Limits::default());
    assert!(!index.is_empty());
    check_everywhere(Compression::Gzip, &contents, &stream, (3 << 20) + (256 << 10));
}

#[test]
fn gzip_of_repetitive_contents() {
    let contents = contents(30_000).repeat(700);
    let stream = encode::gzip(&contents);
    assert!(stream.len() < 2 << 20);
    let index = index(Compression::Gzip, &stream, &Limits::default());
    assert!((1..=3).contains(&index.len()), "{} places in {} bytes", index.len(), contents.len());
    check_everywhere(Compression::Gzip, &contents, &stream, 2 << 20);
}

#[test]
fn members_and_frames_are_places_without_a_window() {
    let contents = contents(6 << 20);
    for compression in [Compression::Gzip, Compression::Zstd] {
        let stream: Vec<u8> = contents.chunks(1 << 19).flat_map(|part| encode(compression, part)).collect();
        let index = index(compression, &stream, &Limits::default());
        assert!(index.len() >= 5);
        assert!(index.memory_bytes() < index.len() as u64 * 200);
        check_everywhere(compression, &contents, &stream, 2 << 20);
    }
}

#[test]
fn other_formats_begin_at_the_start() {
    let contents = contents(300_000);
    for compression in [Compression::Bzip2, Compression::Xz] {
        let stream = encode(compression, &contents);
        let index = index(compression, &stream, &Limits::default());
        assert!(index.from_start());
        check_everywhere(compression, &contents, &stream, stream.len() as u64);
    }
    let index = SeekIndex::new(Compression::None);
    assert!(!index.from_start());
    let (unpacked, wanted) = read(&index, &contents, 250_000, 10);
    assert!(unpacked == contents[250_000..] && wanted == 50_000);
}

/// Places thin out when they come to more than the limit, and none are taken when it is 0.
#[test]
fn memory_is_limited() {
    let contents = contents(10 << 20);
    let stream = encode::gzip(&contents);
    let all = index(Compression::Gzip, &stream, &Limits::default());
    for seek_bytes in [0, 20_000, 70_000] {
        let limits = Limits { seek_bytes, ..Limits::default() };
        let fewer = index(Compression::Gzip, &stream, &limits);
        assert!(fewer.memory_bytes() <= seek_bytes);
        assert!(fewer.len() < all.len());
        let (unpacked, _) = read(&fewer, &stream, 9 << 20, 1000);
        assert!(unpacked[..1000] == contents[9 << 20..][..1000]);
    }
}

#[test]
fn bytes_that_are_no_index() {
    let contents = contents(5 << 20);
    let stream = encode::gzip(&contents);
    let index = index(Compression::Gzip, &stream, &Limits::default());
    let mut bytes = Vec::new();
    index.write(&mut |piece| bytes.extend_from_slice(piece));
    let whole = [5, bytes.len()];
    assert_eq!(index.len(), 1);
    for length in (0..bytes.len()).step_by(997).chain(0..30) {
        let read = SeekIndex::read(&bytes[..length]);
        assert!(read.is_err() || whole.contains(&length), "{length}");
    }
    let mut unread = bytes.clone();
    unread[5 + 16] = 9;
    assert!(SeekIndex::read(&unread).is_err(), "nine bits of a byte");
    let mut twice = bytes.clone();
    twice.extend_from_slice(&bytes[5..]);
    assert!(SeekIndex::read(&twice).is_err(), "places that do not ascend");
    let mut other = bytes.clone();
    other[1..5].copy_from_slice(b"zstd");
    assert!(SeekIndex::read(&other).is_err(), "a deflate window in a zstd stream");
    assert!(SeekIndex::read(b"\x04none").unwrap().is_empty());
    assert!(SeekIndex::read(b"\x04lzma").is_err());
}

/// An index of another stream leads to an error or to other bytes, never to a panic.
#[test]
fn an_index_of_another_stream() {
    let (one, other) = (contents(5 << 20), vec![7; 20 << 20]);
    let index = index(Compression::Gzip, &encode::gzip(&one), &Limits::default());
    let stream = encode::gzip(&other);
    let mut reader = SeekReader::new(&index, stream.len() as u64, 4 << 20, &Limits::default());
    let mut response: Option<&[u8]> = None;
    let error = loop {
        match reader.next(response.take()) {
            Ok(SeekStep::Want { offset, length }) => {
                let from = stream.get(offset as usize..).unwrap_or_default();
                response = Some(&from[..from.len().min(length as usize)]);
            }
            Ok(SeekStep::Bytes(_)) => {}
            Ok(SeekStep::End) => panic!("the stream ends before the place"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, CodecError::Truncated { .. } | CodecError::Corrupt { .. }), "{error}");
}
