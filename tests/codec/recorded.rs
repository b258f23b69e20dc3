//! Streams whose digests are recorded: the same in every build, natively and in WebAssembly.

use layerglass::codec::{Encoder, Encoding};
use layerglass::digest::Digest;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn streams_are_the_same_everywhere() {
    let mut state = 1_u64;
    let contents: Vec<u8> = (0..700_000_u64)
        .map(|at| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(at);
            if at % 700 < 300 { (state >> 60) as u8 } else { (at % 253) as u8 }
        })
        .collect();
    let digest = |encoding: Encoding| {
        let (mut encoder, mut stream) = (Encoder::new(&encoding).unwrap(), Vec::new());
        encoder.push(&contents, &mut stream).unwrap();
        encoder.finish(&mut stream).unwrap();
        Digest::sha256(&stream).hex()
    };
    let recorded = [
        (Encoding::GZIP.with_level(1), "4864965d2183155e0fcdce8422edab1bb21a92a956fccaede6cbc7b1b8607900"),
        (Encoding::GZIP, "2310246a1e6a806dfc16192d803fc7874935941ec7ef16f61ee291b7d5e8f7e3"),
        (Encoding::GZIP.with_level(9), "1d4937d87febde95ddda048573af456f148db8561873b51980060ddc1d4e0420"),
        (Encoding::ZSTD.with_level(1), "bf0c0ef1bd04de1a7bae4fee06ec292db676046deaad35636a67b724a3490b6c"),
        (Encoding::ZSTD, "e02f7867901f6ae21b5d696cd34309c1e0c8ee911cddcc2121f676bc46b6af87"),
        (Encoding::ZSTD.with_level(12), "aae00124da29867d4f74cad11af59985803b578875005f9f3ce513536dee3a66"),
    ];
    let found = recorded.map(|(encoding, _)| (encoding, digest(encoding)));
    assert_eq!(found, recorded.map(|(encoding, digest)| (encoding, digest.to_owned())));
}
