//! An encoded layer from another thread: refused or read, and then usable.
#![no_main]

use std::sync::Arc;

use layerglass::layer::{FileTree, ScannedLayer};
use layerglass::limits::Limits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut rest = input;
    let layer = ScannedLayer::read(input.len() as u64, &mut |buffer| {
        let (head, tail) = rest.split_at(buffer.len().min(rest.len()));
        buffer[..head.len()].copy_from_slice(head);
        rest = tail;
    });
    let Ok(layer) = layer else { return };
    for row in layer.table.rows() {
        let _ = (
            row.path(),
            row.kind(),
            row.owner(),
            row.group(),
            row.link(),
            row.device(),
            row.xxh3(),
            row.sha256(),
        );
        let _ = (row.mtime(), row.size(), row.whiteout(), row.xattrs().count());
    }
    let table = Arc::new(layer.table);
    if let Ok(tree) = FileTree::merge(&[table.clone(), table], &Limits::default()) {
        for node in tree.nodes() {
            let _ = (node.path(), node.change(), node.aspects(), node.contents());
        }
    }
});
