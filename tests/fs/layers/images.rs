//! Every layer of every image that there is goes in and comes out as it was.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use layerglass::archive::Role;
use layerglass::codec::Compression;
use layerglass::digest::Digest;
use layerglass::error::Reason;
use layerglass::fs::{ImageFile, OpenOptions, RegisterOptions};
use layerglass::image::{ChainId, DiffId};

use super::encode::encode;
use super::support::{export, images, open, stored, unpacked};

/// Layers that are compressed in every other way as well.
const RECOMPRESSED: usize = 12;

/// The same file without compression.
fn plain(path: &Path, folder: &Path) -> PathBuf {
    let bytes = fs::read(path).expect("a file");
    let plain = folder.join("plain").join(path.file_name().expect("a name"));
    fs::create_dir_all(plain.parent().expect("a folder")).expect("made");
    fs::write(&plain, unpacked(&bytes).unwrap_or(bytes)).expect("written");
    plain
}

#[test]
fn registered_layers_are_exported_byte_by_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let layers = open(folder.path());
    let (mut kinds, mut seen, mut count) = (BTreeSet::new(), BTreeSet::new(), 0);
    for entry in fs::read_dir(images()).expect("a folder") {
        let path = entry.expect("an entry").path();
        // Offsets of layers in a compressed file are those in what it unpacks to.
        let path = if path.is_file() { plain(&path, folder.path()) } else { path };
        // What is no image is no matter here.
        let Ok(mut file) = ImageFile::open(&path, &OpenOptions::default()) else { continue };
        file.scan().expect("scanned");
        let data = file.archive().data();
        for (image, shown) in data.images.iter().enumerate() {
            let mut parent: Option<ChainId> = None;
            for layer in &shown.layers {
                let Some(blob) = layer.blob else { break };
                let source = file.archive().layer_source(blob).expect("a layer");
                let stored = stored(&path, source);
                let Some(report) = &data.layers[blob].scan else { break };
                let Some(expected) = &report.diff_id else { break };
                let tar = unpacked(&stored).expect("unpacked");
                let options = RegisterOptions::on(parent.clone())
                    .with_diff_id(DiffId::from(*expected))
                    .with_blob(Digest::sha256(&stored));
                let place = format!("{} image {image} layer {blob}", path.display());
                let registered = layers.register(&mut &stored[..], &options);
                if matches!(shown.role, Role::Attestation | Role::Artifact) {
                    assert_eq!(registered.expect_err("a document").code(), "not-a-tar", "{place}");
                    break;
                }
                let registered = registered.unwrap_or_else(|error| panic!("{place}: {error}"));
                assert_eq!(export(&layers, registered.chain_id()), tar, "{place}");
                if let Some(chain_id) = &layer.chain_id {
                    assert_eq!(registered.chain_id().as_str(), chain_id, "{place}");
                }
                let info = layers.info(registered.chain_id()).expect("read").expect("there");
                assert_eq!(info.own_size, report.content_size, "{place}");
                if seen.insert(registered.chain_id().clone()) && seen.len() <= RECOMPRESSED {
                    for compression in ["gzip", "zstd", "bzip2", "xz"].map(Compression::from_name) {
                        let compressed = encode(compression.expect("a name"), &tar);
                        let options = options.clone().with_blob(Digest::sha256(&compressed));
                        let again = layers.register(&mut &compressed[..], &options).expect("compressed");
                        assert_eq!(again.chain_id(), registered.chain_id(), "{place} as {compression:?}");
                        layers.release(again).expect("released");
                    }
                }
                parent = Some(registered.chain_id().clone());
                kinds.insert(report.compression);
                count += 1;
            }
        }
    }
    println!("{count} layers, {} distinct, {kinds:?}", layers.list().expect("listed").len());
    assert!(count > 20 && kinds.len() >= 3, "{count} layers, compressed by {kinds:?}");
    let (again, report) = super::support::open_as(folder.path(), layers.driver());
    assert_eq!((report.problems, report.swept.is_empty()), (vec![], true));
    assert_eq!(again.list().expect("listed"), layers.list().expect("listed"));
}
