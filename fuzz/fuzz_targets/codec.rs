//! Every decoder: pieces of any length give what the whole gives, within the limits.
#![no_main]

use layerglass::codec::{CodecError, Compression, Decoder, Trailing};
use layerglass::limits::Limits;
use libfuzzer_sys::fuzz_target;

const LIMITS: u64 = 4 << 20;

type Outcome = (Vec<u8>, Result<(), CodecError>, Option<Trailing>);

fn decode(compression: Compression, stream: &[u8], piece: usize) -> Outcome {
    let limits = Limits { unpacked_bytes: LIMITS, window_bytes: LIMITS, ..Limits::default() };
    let mut decoder = Decoder::new(compression, &limits);
    let mut unpacked = Vec::new();
    let mut pushed = Ok(());
    for piece in stream.chunks(piece) {
        pushed = decoder.push(piece, &mut |bytes: &[u8]| {
            unpacked.extend_from_slice(bytes);
            Ok::<(), CodecError>(())
        });
        if pushed.is_err() {
            break;
        }
    }
    let result = pushed.and_then(|()| decoder.finish());
    assert_eq!(decoder.total_out(), unpacked.len() as u64);
    assert!(decoder.total_out() <= LIMITS);
    (unpacked, result, decoder.trailing())
}

fuzz_target!(|input: &[u8]| {
    let Some((&choice, stream)) = input.split_first() else { return };
    let compression = match choice >> 6 {
        0 => Compression::Gzip,
        1 => Compression::Zstd,
        2 => Compression::Bzip2,
        _ => Compression::Xz,
    };
    // A file as it is, so that real ones serve as seeds.
    let (compression, stream) = match Compression::detect(input) {
        Some(Compression::None) | None => (compression, stream),
        Some(detected) => (detected, input),
    };
    let whole = decode(compression, stream, stream.len().max(1));
    let pieces = decode(compression, stream, usize::from(choice & 0x3f) + 1);
    match (&whole.1, &pieces.1) {
        (Ok(()), Ok(())) => assert!(whole == pieces),
        (Err(one), Err(other)) => {
            assert_eq!(std::mem::discriminant(one), std::mem::discriminant(other), "{one} / {other}");
            assert!(whole.0.starts_with(&pieces.0) || pieces.0.starts_with(&whole.0));
        }
        (one, other) => panic!("{one:?} as a whole, {other:?} in pieces"),
    }
});
