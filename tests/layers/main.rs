//! Layers: the scan, the table of files, the merged tree and its view.
#![cfg(feature = "archive")]

#[path = "../support/build.rs"]
mod build;
#[cfg(all(feature = "fs", not(target_arch = "wasm32")))]
mod copy;
#[cfg(not(target_arch = "wasm32"))]
mod filter;
mod merge;
#[path = "../support/random.rs"]
mod random;
mod scan;
mod squash;
mod squash_laws;
mod toc;
mod versions;
mod view;

use std::sync::Arc;

use layerglass::layer::{ContentHash, FileTable, FileTree, LayerScan, ScannedLayer};
use layerglass::limits::Limits;

fn scan(tar: &[u8]) -> ScannedLayer {
    let mut scan = LayerScan::new(ContentHash::Sha256, &Limits::default());
    tar.chunks(1000).for_each(|piece| scan.push(piece));
    scan.finish()
}

fn tree(layers: &[Vec<u8>]) -> FileTree {
    let tables: Vec<Arc<FileTable>> = layers.iter().map(|layer| Arc::new(scan(layer).table)).collect();
    FileTree::merge(&tables, &Limits::default()).unwrap()
}

/// Present paths, sorted.
fn paths(tree: &FileTree) -> Vec<String> {
    let mut paths: Vec<String> = tree
        .nodes()
        .filter(|node| node.is_present())
        .map(|node| String::from_utf8_lossy(&node.path()).into_owned())
        .collect();
    paths.sort();
    paths
}
