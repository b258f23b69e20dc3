//! The root of an image as one tar.

use std::fs::File;
use std::path::Path;

use layerglass::fs::{ExtractOptions, ImageFile, OpenOptions};

use crate::Result;

/// Scans the first image, and writes what its layers make as a tar.
pub fn extract(path: &Path, tar: &Path) -> Result {
    let mut file = ImageFile::open(path, &OpenOptions::default())?;
    file.scan()?;
    let report = file.extract_root(0, &ExtractOptions::default(), File::create(tar)?)?;
    println!("{} entries of {}, {} bytes", report.entries, report.entries_before, report.content);
    Ok(())
}
