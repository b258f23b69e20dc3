//! What is timed of reading images.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use layerglass::archive::CheckState;
use layerglass::fs::{ImageFile, OpenOptions};
use layerglass::layer::{ContentHash, LayerScan};
use layerglass::limits::Limits;

use crate::Result;

/// Scans one layer on one thread.
pub fn layer(path: &Path) -> Result {
    let mut scan = LayerScan::new(ContentHash::Xxh3, &Limits::default());
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 256 << 10];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        scan.push(&buffer[..read]);
    }
    let report = scan.finish().report;
    if let Some(error) = report.error {
        return Err(format!("{error:?}").into());
    }
    println!("{} bytes, {} entries", report.tar_size, report.entries);
    Ok(())
}

/// Scans all layers on all cores, checks every digest, and merges the layers.
pub fn image(path: &Path) -> Result {
    let mut file = ImageFile::open(path, &OpenOptions::default())?;
    file.scan()?;
    let data = file.archive().data();
    let images = &data.images;
    let checks =
        images.iter().flat_map(|image| image.layers.iter().map(|layer| &layer.check).chain([&image.check]));
    for check in checks {
        if check.state != CheckState::Match {
            return Err(format!("{check:?}").into());
        }
    }
    let tree = file.archive().tree(0, usize::MAX)?;
    println!("{} layers, {} entries", data.layers.len(), tree.totals().entries);
    Ok(())
}
