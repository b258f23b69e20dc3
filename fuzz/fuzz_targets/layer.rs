//! The scan of a layer, its way between threads, the merged tree and its view.
#![no_main]

use std::sync::Arc;

use layerglass::layer::{ContentHash, FileTree, LayerScan, ScannedLayer, SortKey, TreeView};
use layerglass::limits::Limits;
use libfuzzer_sys::fuzz_target;

fn limits() -> Limits {
    Limits { unpacked_bytes: 4 << 20, window_bytes: 4 << 20, sparse_bytes: 1 << 20, ..Limits::default() }
}

fn scan(layer: &[u8], piece: usize) -> ScannedLayer {
    let mut scan = LayerScan::new(ContentHash::Sha256, &limits());
    for piece in layer.chunks(piece) {
        scan.push(piece);
    }
    scan.finish()
}

fn encode(layer: &ScannedLayer) -> Vec<u8> {
    let mut bytes = Vec::new();
    layer.parts().write(&mut |piece| bytes.extend_from_slice(piece));
    bytes
}

fuzz_target!(|input: &[u8]| {
    // Two layers, one over the other.
    let (lower, upper) = input.split_at(input.len() / 2 / 512 * 512);
    let mut tables = Vec::new();
    for layer in [lower, upper, input] {
        let whole = scan(layer, layer.len().max(1));
        let piece = layer.first().map_or(1, |&byte| usize::from(byte) * 5 + 1);
        let length = whole.parts().encoded_len();
        let encoded = encode(&whole);
        assert_eq!(length, encoded.len() as u64);
        let in_pieces = scan(layer, piece);
        if in_pieces.report.error.is_none() {
            assert!(encoded == encode(&in_pieces), "pieces of {piece} give another layer");
        }
        let mut rest = &encoded[..];
        let again = ScannedLayer::read(length, &mut |buffer| {
            let (head, tail) = rest.split_at(buffer.len());
            buffer.copy_from_slice(head);
            rest = tail;
        });
        let again = again.expect("what was written can be read");
        tables.push(Arc::new(again.table));
    }
    let Ok(tree) = FileTree::merge(&tables, &limits()) else { return };
    for node in tree.nodes() {
        let _ =
            (node.path(), node.change(), node.aspects(), node.contents(), node.links(), node.total_size());
    }
    let mut view = TreeView::new(tree, input.len() % 2 == 0);
    view.expand_all(1000);
    let rows = view.page(0, 200);
    for &(id, _) in &rows {
        view.set_expanded(id, id % 2 == 0);
    }
    view.sort(SortKey::Size, true);
    view.filter("a");
    let _ = view.page(1, u32::MAX);
    view.filter("");
    if let Some(table) = tables.first() {
        for row in table.rows().take(20) {
            view.reveal(row.path());
        }
    }
});
