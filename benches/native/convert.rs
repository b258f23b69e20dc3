//! Converting an image file into an OCI layout with gzip.

use std::path::Path;

use layerglass::archive::{ArchiveFormat, LayerEncoding};
use layerglass::codec::Encoding;
use layerglass::fs::{ConvertOptions, ImageFile, OpenOptions, WriteTarget};

use crate::Result;

/// Converts all images of a file, their layers compressed at the default level.
pub fn convert(image: &Path, folder: &Path) -> Result {
    let file = ImageFile::open(image, &OpenOptions::default())?;
    let mut options = ConvertOptions::new(ArchiveFormat::Oci);
    options.write.encoding = LayerEncoding::Encode(Encoding::GZIP);
    let report = file.convert(WriteTarget::Folder(folder.to_owned()), &options)?;
    println!("{} images, {} KiB", report.images.len(), crate::load::peak_memory());
    Ok(())
}
