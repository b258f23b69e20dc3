//! Converting a docker-save file into an OCI layout with gzip, beside skopeo.

use std::fs;
use std::path::Path;
use std::time::Instant;

use super::native::median;
use super::table::Row;
use crate::error::{At, Result};
use crate::process::{Program, find};

/// The images of `benches/native`: several layers, and one that both cores have to share.
const IMAGES: [(&str, &str); 2] =
    [("image-907m.tar", "a 0.9 GB image"), ("image-200k-files.tar", "one layer of 200,000 files")];
const PEER: &str = "skopeo copy docker-archive: oci:";
const MOST_KIB: f64 = 100.0 * 1024.0;

/// Times both for each image, in turn, below the folder for temporary files.
pub fn run(native: &Path, inputs: &Path, runs: u32) -> Result<Vec<Row>> {
    let folder = std::env::temp_dir().join(format!("layerglass-convert-{}", std::process::id()));
    fs::create_dir_all(&folder).at("create", &folder)?;
    let rows = images(native, inputs, &folder, runs);
    fs::remove_dir_all(&folder).at("remove", &folder)?;
    rows
}

fn images(native: &Path, inputs: &Path, folder: &Path, runs: u32) -> Result<Vec<Row>> {
    let skopeo = find(&["skopeo"]);
    let mut rows = Vec::new();
    for (file, what) in IMAGES {
        let image = inputs.join(file);
        let (mut ours, mut theirs, mut kib) = (Vec::new(), Vec::new(), 0.0_f64);
        let (mut our_bytes, mut their_bytes) = (0, 0);
        for round in 0..=runs {
            let layout = folder.join("ours");
            let started = Instant::now();
            let printed = Program::new(native).arg("convert").arg(&image).arg(&layout).output()?;
            let seconds = started.elapsed().as_secs_f64();
            let words: Vec<&str> = printed.split_whitespace().collect();
            kib = kib.max(words.iter().rev().nth(1).and_then(|word| word.parse().ok()).unwrap_or(f64::NAN));
            our_bytes = taken(&layout)?;
            let copied = skopeo.as_ref().map(|_| copy(&image, &folder.join("skopeo"))).transpose()?;
            // The first round is for the caches.
            if round > 0 {
                ours.push(seconds);
            }
            if let Some((seconds, bytes)) = copied {
                their_bytes = bytes;
                theirs.extend((round > 0).then_some(seconds));
            }
        }
        let what = format!("docker-save to OCI with gzip, {what}");
        let (ours, megabytes) = (median(ours), |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6));
        let (time, size) = (format!("{ours:.2} s"), megabytes(our_bytes));
        let (peer, what_size) = (PEER.to_owned(), format!("{what}: size"));
        if skopeo.is_some() {
            let theirs = median(theirs);
            let ratio = Some(theirs / ours);
            rows.push(Row {
                what: what.clone(),
                ours: time,
                peer: peer.clone(),
                theirs: format!("{theirs:.2} s"),
                ratio,
                least: Some(1.0),
                most: None,
            });
            let ratio = Some(our_bytes as f64 / their_bytes as f64);
            let theirs = megabytes(their_bytes);
            rows.push(Row { what: what_size, ours: size, peer, theirs, ratio, most: Some(1.0), least: None });
        } else {
            for (what, ours) in [(what.clone(), time), (what_size, size)] {
                let (peer, theirs) = (peer.clone(), "absent".to_owned());
                rows.push(Row { what, ours, peer, theirs, ..Row::default() });
            }
        }
        rows.push(Row {
            what: format!("{what}: memory"),
            ours: format!("{:.0} MiB", kib / 1024.0),
            peer: "limit".to_owned(),
            theirs: "100 MiB".to_owned(),
            ratio: Some(kib / MOST_KIB),
            most: Some(1.0),
            least: None,
        });
    }
    Ok(rows)
}

/// The seconds that skopeo takes for an OCI layout of an image, and its size.
fn copy(image: &Path, layout: &Path) -> Result<(f64, u64)> {
    let from = format!("docker-archive:{}", image.display());
    let to = format!("oci:{}", layout.display());
    let started = Instant::now();
    Program::new("skopeo").args(["--insecure-policy", "copy", "-q", &from, &to]).output()?;
    let seconds = started.elapsed().as_secs_f64();
    Ok((seconds, taken(layout)?))
}

/// The bytes of a layout's blobs. It is removed then.
fn taken(layout: &Path) -> Result<u64> {
    let blobs = layout.join("blobs/sha256");
    let mut bytes = 0;
    for blob in fs::read_dir(&blobs).at("read", &blobs)? {
        bytes += blob.and_then(|blob| blob.metadata()).at("read", &blobs)?.len();
    }
    fs::remove_dir_all(layout).at("remove", layout)?;
    Ok(bytes)
}
