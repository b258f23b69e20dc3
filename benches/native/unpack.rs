//! Unpacking an image, and the same image in the form that others unpack.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use layerglass::digest::Digest;
use layerglass::fs::{ImageFile, OpenOptions, UnpackOptions};

use crate::Result;

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

/// Writes the first image of a file into an OCI layout, its layers as they are stored, under the name `bench`. Prints the
/// path of each layer.
pub fn oci(path: &Path, folder: &Path) -> Result {
    let file = ImageFile::open(path, &OpenOptions::default())?;
    let data = file.archive().data();
    let image = data.images.first().ok_or("the file holds no image")?;
    let blobs = folder.join("blobs/sha256");
    fs::create_dir_all(&blobs)?;
    let mut descriptors = Vec::new();
    let mut stored = File::open(path)?;
    for layer in &image.layers {
        let place = file.archive().layer_source(layer.blob.ok_or("a layer is missing")?)?;
        let diff_id =
            layer.diff_id.as_deref().and_then(|id| id.strip_prefix("sha256:")).ok_or("no diff id")?;
        let blob = blobs.join(diff_id);
        stored.seek(SeekFrom::Start(place.offset))?;
        std::io::copy(&mut (&stored).take(place.length), &mut File::create(&blob)?)?;
        println!("{}", blob.display());
        descriptors.push(descriptor("layer.v1.tar", &format!("sha256:{diff_id}"), place.length));
    }
    let put = |bytes: &[u8]| -> Result<Digest> {
        let digest = Digest::sha256(bytes);
        File::create(blobs.join(digest.hex()))?.write_all(bytes)?;
        Ok(digest)
    };
    let config = file.archive().raw_config(0)?;
    let config = descriptor("config.v1+json", &put(&config)?.to_string(), config.len() as u64);
    let layers = descriptors.join("},{");
    let manifest = format!(r#"{{"schemaVersion":2,"config":{{{config}}},"layers":[{{{layers}}}]}}"#);
    let named = r#""annotations":{"org.opencontainers.image.ref.name":"bench"}"#;
    let described =
        descriptor("manifest.v1+json", &put(manifest.as_bytes())?.to_string(), manifest.len() as u64);
    fs::write(
        folder.join("index.json"),
        format!(r#"{{"schemaVersion":2,"manifests":[{{{described},{named}}}]}}"#),
    )?;
    fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#)?;
    Ok(())
}

fn descriptor(kind: &str, digest: &str, size: u64) -> String {
    format!(r#""mediaType":"application/vnd.oci.image.{kind}","digest":"{digest}","size":{size}"#)
}
