//! What is timed of reading images.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use layerglass::archive::CheckState;
use layerglass::fs::{ImageFile, OpenOptions, UnpackOptions};
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

/// Unpacks the first image into a folder that is not there yet.
pub fn unpack(path: &Path, folder: &Path) -> Result {
    let file = ImageFile::open(path, &OpenOptions::default())?;
    let reports = file.unpack(0, folder, &UnpackOptions::default())?;
    let (entries, findings) = reports.iter().fold((0, 0), |(entries, findings), report| {
        (entries + report.entries, findings + report.findings.len())
    });
    println!("{} layers, {entries} entries, {findings} findings", reports.len());
    Ok(())
}
