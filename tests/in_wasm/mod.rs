//! What may differ between the native library and the one in WebAssembly: the SIMD code of the hashes, 32-bit
//! sizes, and a stack of one megabyte, on which hostile input must not be able to run out.

mod archive;
#[cfg(feature = "js")]
mod bindings;
mod tar;

use std::io::Write;
use std::sync::Arc;

use flate2::Compression as Level;
use flate2::write::GzEncoder;
use layerglass::codec::Compression;
use layerglass::digest::{Algorithm, Digest, Hasher};
use layerglass::error::{ErrorKind, Reason};
use layerglass::image::{DiffId, ImageConfig, chain_ids};
use layerglass::layer::{Change, ContentHash, FileTree, LayerScan, ScannedLayer};
use layerglass::limits::Limits;
use layerglass::reference::Reference;
use wasm_bindgen_test::wasm_bindgen_test;

/// Bytes that look random and are the same each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn scan(stored: &[u8], piece: usize) -> ScannedLayer {
    let mut scan = LayerScan::new(ContentHash::Sha256, &Limits::default());
    stored.chunks(piece).for_each(|bytes| scan.push(bytes));
    scan.finish()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Level::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// FIPS 180-4's examples, and its million letters.
#[wasm_bindgen_test]
fn digests_are_those_of_the_standard() {
    let hex = |algorithm, bytes: &[u8]| Digest::of(algorithm, bytes).hex();
    assert_eq!(
        hex(Algorithm::Sha256, b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(
        hex(Algorithm::Sha256, b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    );
    assert_eq!(
        hex(Algorithm::Sha256, &[b'a'; 1_000_000]),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    );
    assert_eq!(
        hex(Algorithm::Sha512, b"abc"),
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
         2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    );
}

/// The length 5120 of BLAKE3's own test vectors: several chunks at once, so the code for SIMD.
#[wasm_bindgen_test]
fn blake3_is_that_of_its_authors() {
    let Some(blake3) = Algorithm::from_name("blake3") else { return };
    let bytes: Vec<u8> = (0..5120_u32).map(|number| (number % 251) as u8).collect();
    let hex = Digest::of(blake3, &bytes).hex();
    assert_eq!(hex, "9cadc15fed8b5d854562b26a9536d9707cadeda9b143978f319ab34230535833");
}

#[wasm_bindgen_test]
fn a_digest_does_not_depend_on_the_pieces() {
    let bytes = noise(1000);
    for length in [0, 1, 55, 56, 63, 64, 65, 127, 128, 129, 1000] {
        let whole = Digest::sha256(&bytes[..length]);
        for piece in [1, 3, 64, 100] {
            let mut hasher = Hasher::new(Algorithm::Sha256);
            bytes[..length].chunks(piece).for_each(|part| hasher.update(part));
            assert_eq!(hasher.finish(), whole, "{length} bytes, {piece} at a time");
        }
    }
}

#[wasm_bindgen_test]
fn a_config_has_the_id_of_its_bytes_and_the_chain_ids_of_its_layers() {
    let (one, two) = (Digest::sha256(b"one"), Digest::sha256(b"two"));
    let text = format!(
        r#"{{ "os": "linux", "architecture": "arm64", "unknown": [1e99, {{}}],
            "rootfs": {{ "type": "layers", "diff_ids": ["{one}", "{two}"] }} }}"#
    );
    let config = ImageConfig::parse(text.as_bytes(), &Limits::default()).expect("a config");
    assert_eq!(config.id().to_string(), Digest::sha256(text.as_bytes()).to_string());
    assert_eq!(config.raw(), text.as_bytes());
    assert_eq!(config.platform().to_string(), "linux/arm64");
    let chain = chain_ids(&[DiffId::new(one.to_string()), DiffId::new(two.to_string())]);
    assert_eq!(chain[0].as_str(), one.to_string());
    assert_eq!(chain[1].as_str(), Digest::sha256(format!("{one} {two}").as_bytes()).to_string());
}

#[wasm_bindgen_test]
fn deep_json_is_an_error_and_no_trap() {
    for open in ["[", "{\"a\":", "{\"config\":{\"Labels\":"] {
        let text = open.repeat(100_000);
        let error = ImageConfig::parse(text, &Limits::default()).expect_err("nothing so deep is read");
        assert_eq!(error.kind(), ErrorKind::Limit, "{open}");
    }
}

#[wasm_bindgen_test]
fn long_references_are_refused_in_no_time() {
    let reference = Reference::parse_normalized("redis:7").expect("a reference");
    assert_eq!((reference.domain(), reference.path()), ("docker.io", "library/redis"));
    for text in ["a".repeat(1 << 20), "a/".repeat(1 << 19), "a:".repeat(1 << 19), "-".repeat(1 << 20)] {
        assert!(Reference::parse_normalized(&text).is_err());
    }
}

#[wasm_bindgen_test]
fn a_layer_is_the_same_plain_and_compressed_whole_and_in_pieces() {
    let (small, large) = (noise(700), noise(300_000));
    let tar = tar::archive(&[("bin/", b'5', b""), ("bin/small", b'0', &small), ("large", b'0', &large)]);
    let gzipped = gzip(&tar);
    let diff_id = Digest::sha256(&tar);
    for (stored, compression) in [(&tar, Compression::None), (&gzipped, Compression::Gzip)] {
        for piece in [1009, stored.len()] {
            let layer = scan(stored, piece);
            let report = &layer.report;
            assert_eq!((report.error.as_ref(), report.findings.len()), (None, 0));
            assert_eq!((report.compression, report.tar_size), (compression, tar.len() as u64));
            assert_eq!((&report.digest, report.diff_id.as_ref()), (&Digest::sha256(stored), Some(&diff_id)));
            assert_eq!((report.entries, report.files, report.directories), (3, 2, 1));
            let row = layer.table.rows().last().expect("a row");
            assert_eq!((row.path(), row.size()), (&b"large"[..], 300_000));
            assert_eq!(row.sha256().map(Vec::from), Some(Digest::sha256(&large).as_bytes().to_vec()));
        }
    }
}

#[wasm_bindgen_test]
fn layers_merge_into_one_tree() {
    let lower = tar::archive(&[("etc/", b'5', b""), ("etc/gone", b'0', b"x"), ("etc/kept", b'0', b"old")]);
    let upper =
        tar::archive(&[("etc/.wh.gone", b'0', b""), ("etc/kept", b'0', b"newer"), ("new", b'0', b"")]);
    let layers = [lower, upper].map(|tar| Arc::new(scan(&tar, tar.len()).table));
    let tree = FileTree::merge(&layers, &Limits::default()).expect("few layers");
    let path = |change| {
        let nodes = tree.nodes().filter(move |node| node.change() == change);
        nodes.map(|node| String::from_utf8_lossy(&node.path()).into_owned()).collect::<Vec<_>>()
    };
    assert_eq!(path(Change::Removed), ["etc/gone"]);
    assert_eq!(path(Change::Added), ["new"]);
    assert!(path(Change::Modified).contains(&"etc/kept".to_owned()));
}

#[wasm_bindgen_test]
fn a_layer_that_breaks_off_keeps_what_came_before() {
    let tar = tar::archive(&[("first", b'0', b"1"), ("second", b'0', &noise(50_000))]);
    let gzipped = gzip(&tar);
    let layer = scan(&gzipped[..gzipped.len() / 2], 4096);
    assert!(layer.report.error.is_some() && layer.report.diff_id.is_none());
    assert_eq!(layer.table.rows().next().expect("a row").path(), b"first");
}

#[wasm_bindgen_test]
fn ten_thousand_levels_are_a_finding_and_no_trap() {
    let deep = "d/".repeat(10_000);
    let tar = tar::with_long_name(&deep, b'5');
    let layer = scan(&tar, tar.len());
    assert_eq!(layer.report.findings.len(), 1, "{:?}", layer.report.findings);
    let limits = Limits { path_depth: 20_000, path_bytes: 1 << 20, ..Limits::default() };
    let mut raised = LayerScan::new(ContentHash::Xxh3, &limits);
    raised.push(&tar);
    let tree = FileTree::merge(&[Arc::new(raised.finish().table)], &limits).expect("one layer");
    assert_eq!(tree.nodes().count(), 10_000);
}

#[wasm_bindgen_test]
fn a_declared_size_of_nearly_all_there_is_allocates_nothing() {
    let mut tar = tar::archive(&[("huge", b'0', b"")]);
    tar::set_size(&mut tar[..512], i64::MAX as u64);
    let layer = scan(&tar, tar.len());
    assert!(layer.report.error.is_some() || !layer.report.findings.is_empty());
}
