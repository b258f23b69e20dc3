//! One image in every form it is stored in, so that every decoder has run in WebAssembly.

use layerglass::archive::{Archive, CheckState, LayerState, Opener, Pass};
use layerglass::codec::Compression;
use layerglass::layer::{ContentHash, LayerScan};
use layerglass::limits::Limits;
use wasm_bindgen_test::wasm_bindgen_test;

const EXPECTED: &str = include_str!("../fixtures/EXPECTED.json");
const PLAIN: &[u8] = include_bytes!("../fixtures/quirks.docker20.tar");
const COMPRESSED: [(Compression, &[u8]); 4] = [
    (Compression::Bzip2, include_bytes!("../fixtures/quirks.docker20.tar.bz2")),
    (Compression::Gzip, include_bytes!("../fixtures/quirks.docker20.tar.gz")),
    (Compression::Xz, include_bytes!("../fixtures/quirks.docker20.tar.xz")),
    (Compression::Zstd, include_bytes!("../fixtures/quirks.docker20.tar.zst")),
];
/// Layers that are compressed one by one.
const LAYERS: [(Compression, &[u8]); 2] = [
    (Compression::Gzip, include_bytes!("../fixtures/quirks.buildx-gzip.oci.tar")),
    (Compression::Zstd, include_bytes!("../fixtures/quirks.zstd.oci.tar")),
];

/// Opens by jumping over contents and scans each layer by itself.
fn opened(file: &[u8]) -> Archive {
    let limits = Limits::default();
    let mut opener = Opener::new(file.len() as u64, &limits);
    let mut want = opener.next(None).expect("an image");
    while let Some(range) = want {
        let bytes = &file[range.offset as usize..][..range.length as usize];
        want = opener.next(Some(bytes)).expect("an image");
    }
    let mut archive = opener.finish().expect("an image");
    for layer in 0..archive.layer_count() {
        let source = archive.layer_source(layer).expect("a layer");
        let mut scan = LayerScan::new(ContentHash::Xxh3, &limits);
        scan.push(&file[source.offset as usize..][..source.length as usize]);
        archive.add_scan(layer, scan.finish()).expect("a layer");
    }
    archive
}

fn streamed(file: &[u8]) -> Archive {
    let mut pass = Pass::new(ContentHash::Xxh3, &Limits::default());
    file.chunks(1009).for_each(|bytes| pass.push(bytes).expect("an image"));
    pass.finish().expect("an image")
}

fn assert_whole(archive: &Archive) {
    let data = archive.data();
    assert!(!data.layers.is_empty());
    assert!(data.layers.iter().all(|layer| layer.state == LayerState::Scanned));
    let of_layers = data.images.iter().flat_map(|image| &image.layers).map(|layer| &layer.check);
    for check in of_layers.chain(data.images.iter().map(|image| &image.check)) {
        assert_eq!(check.state, CheckState::Match, "{check:?}");
    }
}

#[wasm_bindgen_test]
fn an_image_is_the_same_in_every_compression() {
    let plain = opened(PLAIN);
    assert_whole(&plain);
    let data = plain.data();
    let expected: serde_json::Value = serde_json::from_str(EXPECTED).expect("JSON");
    let id = &expected["files"]["quirks.docker20.tar"]["docker_image_inspect"][0]["Id"];
    assert_eq!(data.images[0].id.as_deref(), id.as_str());
    assert!(streamed(PLAIN).data().images == data.images);
    for (compression, file) in COMPRESSED {
        let archive = streamed(file);
        assert_whole(&archive);
        assert_eq!(archive.data().compression, compression);
        let mut images = archive.data().images;
        // In a file that is compressed as a whole no layer has a stored size of its own.
        images[0].stored_size = data.images[0].stored_size;
        assert!(images == data.images, "{compression:?}");
    }
}

#[wasm_bindgen_test]
fn layers_are_read_in_every_compression() {
    for (compression, file) in LAYERS {
        let archive = opened(file);
        assert_whole(&archive);
        let data = archive.data();
        assert!(data.layers.iter().any(|layer| layer.compression == Some(compression)), "{compression:?}");
        assert!(streamed(file).data().images == data.images, "{compression:?}");
    }
}
