//! The small zstd decoder, which fuzzing builds use as wasm does, beside the library that native builds use.
#![no_main]

use layerglass::codec::{CodecError, Compression, Decoder};
use layerglass::limits::Limits;
use libfuzzer_sys::fuzz_target;
use structured_zstd::decoding::{ContentChecksum, FrameDecoder};

const LIMIT: u64 = 1 << 20;

fuzz_target!(|stream: &[u8]| {
    // To the library no frame at all is a stream too.
    if stream.is_empty() {
        return;
    }
    let limits = Limits { unpacked_bytes: LIMIT, window_bytes: LIMIT, ..Limits::default() };
    let mut decoder = Decoder::new(Compression::Zstd, &limits);
    let mut ours = Vec::new();
    let result = decoder
        .push(stream, &mut |bytes: &[u8]| {
            ours.extend_from_slice(bytes);
            Ok::<(), CodecError>(())
        })
        .and_then(|()| decoder.finish());
    if matches!(result, Err(CodecError::Limit(_))) || decoder.trailing().is_some() {
        return;
    }
    let mut library = FrameDecoder::new();
    library.set_content_checksum(ContentChecksum::Verify);
    let mut theirs = Vec::with_capacity(LIMIT as usize);
    let expected = library.decode_all_to_vec(stream, &mut theirs);
    match (result, expected) {
        (Ok(()), Ok(_)) => assert!(ours == theirs),
        (Err(_), Err(_)) => {}
        (found, expected) => panic!("{found:?}, the library {expected:?}"),
    }
});
