//! bzip2 streams.

use layerglass::codec::{Checksum, CodecError, Compression};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{decode, decode_every_way, hex};

const LAYER_GLASS: &str =
    "425a68393141592653595bde87aa000007c1800010228418202000219069ea10c088fb921e94c704bc5dc914e142416f7a1ea8";

#[test]
fn made_by_the_reference_tool() {
    let stream = hex(LAYER_GLASS);
    assert_eq!(decode_every_way(Compression::Bzip2, &stream).unpacked(), b"layer\nlayer\nlayer\nglass\n");
    let twice = [&stream[..], &hex("425a683917724538509000000000"), &stream].concat();
    assert_eq!(
        decode_every_way(Compression::Bzip2, &twice).unpacked(),
        b"layer\nlayer\nlayer\nglass\nlayer\nlayer\nlayer\nglass\n",
    );
}

#[test]
fn wrong_checksums() {
    // Of the block, then of the stream.
    for byte in [10, hex(LAYER_GLASS).len() - 3] {
        let mut stream = hex(LAYER_GLASS);
        stream[byte] ^= 1;
        let error = decode_every_way(Compression::Bzip2, &stream).error();
        assert!(matches!(error, CodecError::Checksum { checksum: Checksum::Crc32, .. }), "{error}");
    }
}

#[test]
fn many_empty_streams() {
    let stream = hex("425a683917724538509000000000").repeat(500);
    assert_eq!(decode(Compression::Bzip2, &stream).unpacked(), b"");
}
