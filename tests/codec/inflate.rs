//! Deflate data, compared with what another decoder makes of the same bytes.

use flate2::{Compress, Compression as Level, Decompress, FlushCompress, FlushDecompress, Status};
use layerglass::codec::{CodecError, Compression, Decoder};
use layerglass::limits::Limits;
use proptest::prelude::*;

/// What a decoder makes of deflate data: the bytes, and whether it ended well (`None`: more is needed).
type Made = (Vec<u8>, Option<bool>);

/// The other decoder's answer.
fn theirs(data: &[u8]) -> Made {
    let mut inflate = Decompress::new(false);
    let (mut unpacked, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let (read, written) = (inflate.total_in() as usize, inflate.total_out());
        let result = inflate.decompress(&data[read..], &mut buffer, FlushDecompress::None);
        let new = (inflate.total_out() - written) as usize;
        unpacked.extend_from_slice(&buffer[..new]);
        match result {
            Ok(Status::StreamEnd) => return (unpacked, Some(true)),
            Ok(_) if new > 0 || inflate.total_in() as usize > read => {}
            Ok(_) if inflate.total_in() as usize == data.len() => return (unpacked, None),
            Ok(_) | Err(_) => return (unpacked, Some(false)),
        }
    }
}

/// Ours: the data is pushed in pieces of a gzip member without its trailer.
fn ours(data: &[u8], piece: usize) -> Made {
    let mut decoder = Decoder::new(Compression::Gzip, &Limits::default());
    let mut unpacked = Vec::new();
    let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    let mut push = |bytes: &[u8]| {
        decoder.push(bytes, &mut |new: &[u8]| {
            unpacked.extend_from_slice(new);
            Ok::<(), CodecError>(())
        })
    };
    // The trailer is wrong whatever the contents are, so that its check tells where the data ends.
    let crc = u32::MAX.to_le_bytes();
    let whole = [&header[..], data].concat();
    let mut result = whole.chunks(piece).try_for_each(&mut push);
    if result.is_ok() {
        result = push(&[&crc[..], &crc[..]].concat());
    }
    match result {
        Ok(()) => (unpacked, None),
        Err(CodecError::Checksum { .. }) => (unpacked, Some(true)),
        Err(_) => (unpacked, Some(false)),
    }
}

/// The same bytes and the same end. Behind an error the two may have handed out more or less of what was decoded before
/// it; and a trailer taken for data changes what incomplete data seems to be.
#[track_caller]
fn compare(data: &[u8], piece: usize) {
    let (their_bytes, their_end) = theirs(data);
    let (bytes, end) = ours(data, piece);
    match their_end {
        Some(true) => assert!(bytes == their_bytes && end == Some(true), "{end:?} of whole data"),
        Some(false) => assert_eq!(end, Some(false), "of bad data"),
        None => assert!(bytes.starts_with(&their_bytes), "incomplete data"),
    }
}

fn deflate(contents: &[u8], level: u32, flush_every: usize) -> Vec<u8> {
    let mut deflate = Compress::new(Level::new(level), false);
    let mut data = Vec::with_capacity(contents.len() + 4096);
    let mut parts = contents.chunks(flush_every.max(1)).peekable();
    while let Some(part) = parts.next() {
        let flush = if parts.peek().is_some() { FlushCompress::Sync } else { FlushCompress::Finish };
        data.reserve(part.len() + 1024);
        deflate.compress_vec(part, &mut data, flush).expect("room is reserved");
    }
    if contents.is_empty() {
        deflate.compress_vec(&[], &mut data, FlushCompress::Finish).expect("room is reserved");
    }
    data
}

/// Contents that bring out every kind of block: noise is stored, short ones get fixed codes, text gets dynamic ones.
fn contents() -> impl Strategy<Value = Vec<u8>> {
    let skewed =
        prop::collection::vec(prop_oneof![8 => 97..100_u8, 4 => 100..120_u8, 1 => any::<u8>()], 0..6000);
    let part = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..3000),
        skewed,
        (any::<u8>(), 0..70_000_usize).prop_map(|(byte, count)| vec![byte; count]),
        (prop::collection::vec(any::<u8>(), 1..40), 1..300_usize)
            .prop_map(|(word, count)| word.repeat(count)),
    ];
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_level_and_flush_comes_back(
        contents in contents(),
        level in 0..=9_u32,
        flush_every in prop_oneof![1..5000_usize, Just(usize::MAX)],
        piece in prop_oneof![1..50_usize, 50..100_000_usize],
    ) {
        let data = deflate(&contents, level, flush_every.max(contents.len() / 50));
        let (bytes, end) = ours(&data, piece);
        prop_assert_eq!(end, Some(true));
        prop_assert!(bytes == contents);
    }

    #[test]
    fn damaged_data_is_judged_alike(
        contents in contents(),
        level in 0..=9_u32,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        piece in prop_oneof![1..50_usize, 50..100_000_usize],
    ) {
        let mut data = deflate(&contents, level, usize::MAX);
        for (index, change) in changes {
            let at = index.index(data.len());
            data[at] ^= change;
        }
        compare(&data, piece);
    }

    #[test]
    fn noise_is_judged_alike(data in prop::collection::vec(any::<u8>(), 0..400), piece in 1..100_usize) {
        compare(&data, piece);
        // As a dynamic block, of which noise rarely has the first bits.
        let mut data = data;
        if let Some(first) = data.first_mut() {
            *first = *first & !7 | 5;
        }
        compare(&data, piece);
    }
}
