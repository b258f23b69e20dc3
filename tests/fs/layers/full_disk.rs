//! A disk that is full: a layer is added wholly or not at all, and those that are there stay.
//!
//! The disk is a small file system in memory. Mounting one is for root; where that is not possible nothing is checked, and
//! the test says so.

use std::path::{Path, PathBuf};

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{LayerDriver, RegisterOptions};

use super::support::{export, files, open_as, tar};
use crate::disk::Disk;

const BYTES: u64 = 2 << 20;

/// Everything below a folder but locks and who holds what.
fn left(root: &Path) -> Vec<PathBuf> {
    files(root)
        .into_iter()
        .filter(|path| !path.components().any(|part| part.as_os_str() == "layerglass"))
        .collect()
}

#[test]
fn a_layer_on_a_full_disk_is_added_wholly_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = Disk::mount(folder.path().join("disk"), BYTES) else { return };
    let (kept, new) = (tar(&[("kept", b"kept")]), tar(&[("new", &[7; 20_000]), ("more", b"x")]));
    for driver in [LayerDriver::Tar, LayerDriver::Overlay2] {
        let root = disk.0.join(driver.name());
        let (layers, _) = open_as(&root, driver);
        let below = layers.register(&mut &kept[..], &RegisterOptions::default()).expect("registered");
        let options = RegisterOptions::on(Some(below.chain_id().clone()));
        let before = left(&root);
        let mut refused = 0;
        for pages in 0.. {
            assert!(pages < 60, "there is space enough at some time");
            disk.fill(pages);
            let result = layers.register(&mut &new[..], &options);
            // Whatever happened, what is there can be read, and used.
            assert_eq!(export(&layers, below.chain_id()), kept, "{pages} pages");
            let again = layers.get(below.chain_id()).expect("read").expect("there");
            assert_eq!(layers.release(again).expect("released"), []);
            match result {
                Ok(layer) => {
                    assert_eq!(export(&layers, layer.chain_id()), new);
                    // To free something needs no space.
                    assert_eq!(layers.release(layer).expect("released").len(), 1);
                    disk.free();
                    break;
                }
                Err(error) => {
                    assert_eq!(
                        (error.kind(), error.code()),
                        (ErrorKind::Io, "layer-full"),
                        "{pages}: {error}"
                    );
                    assert!(error.is_full() && error.path().is_some());
                    assert_eq!(left(&root), before, "{pages} pages: nothing is left of it");
                    refused += 1;
                }
            }
            disk.free();
            let (_, report) = open_as(&root, driver);
            assert_eq!((report.layers, report.problems, report.swept.failed), (1, vec![], vec![]), "{pages}");
        }
        println!("{driver}: {refused} layers found no space");
        assert!(refused > 5, "{refused}");
        assert_eq!(left(&root), before);
        assert_eq!(layers.release(below).expect("released").len(), 1);
    }
}
