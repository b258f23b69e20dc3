//! Opening one file deep in a large gzip layer, after a scan, and what keeping places costs the scan.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::Instant;

use layerglass::fs::{ImageFile, OpenOptions};
use layerglass::limits::Limits;

use crate::Result;

/// Files that are opened, spread over the layer.
const FILES: usize = 200;
/// What reading one file may cost beside its own bytes.
const STORED_BYTES: u64 = 4 << 20;
const MILLISECONDS: f64 = 50.0;

pub fn bench(image: &Path, runs: usize) -> Result {
    let mut times = [Vec::new(), Vec::new()];
    let mut opened = None;
    for _ in 0..runs.max(1) {
        for (seek_bytes, times) in [0, Limits::default().seek_bytes].into_iter().zip(&mut times) {
            let limits = Limits { seek_bytes, ..Limits::default() };
            let mut file = ImageFile::open(image, &OpenOptions { limits, ..OpenOptions::default() })?;
            let started = Instant::now();
            file.scan()?;
            times.push(started.elapsed().as_secs_f64());
            opened = Some(file);
        }
    }
    let file = opened.ok_or("no run")?;
    let (layer, rows) = largest(&file)?;
    let index = file.archive().seek_index(layer).ok_or("the layer was not scanned")?;
    let (mut slowest, mut most, mut total) = (0.0_f64, 0, 0.0);
    for step in 0..FILES {
        let row = rows[step * (rows.len() - 1) / (FILES - 1)];
        let started = Instant::now();
        let mut contents = Vec::new();
        let mut opened = file.open_file(layer, row)?;
        opened.read_to_end(&mut contents)?;
        let took = started.elapsed().as_secs_f64() * 1e3;
        (slowest, total) = (slowest.max(took), total + took);
        most = most.max(opened.bytes_read());
    }
    let size = fs::metadata(image)?.len() / 1_000_000;
    let what = format!("opening one of {FILES} files spread over a gzip layer of {size} MB, after a scan");
    println!(
        "{{\"what\":\"{what}: the slowest\",\"ours\":\"{slowest:.1} ms, on average {:.1} ms\",\
         \"peer\":\"wanted\",\"theirs\":\"{MILLISECONDS} ms\",\"ratio\":{},\"most\":1}}",
        total / FILES as f64,
        slowest / MILLISECONDS
    );
    println!(
        "{{\"what\":\"stored bytes read for the one that takes most\",\"ours\":\"{:.2} MiB\",\"peer\":\"wanted\",\
         \"theirs\":\"{} MiB\",\"ratio\":{},\"most\":1}}",
        most as f64 / (1 << 20) as f64,
        STORED_BYTES >> 20,
        most as f64 / STORED_BYTES as f64
    );
    let [without, with] = times.map(median);
    println!(
        "{{\"what\":\"the scan that keeps {} places, {:.1} MiB\",\"ours\":\"{with:.2} s\",\"peer\":\"one that keeps none\",\
         \"theirs\":\"{without:.2} s\",\"ratio\":{},\"most\":1.1}}",
        index.len(),
        index.memory_bytes() as f64 / (1 << 20) as f64,
        with / without
    );
    Ok(())
}

/// The layer with the most stored bytes, and its regular files of at most 256 KiB.
fn largest(file: &ImageFile) -> Result<(usize, Vec<u32>)> {
    let archive = file.archive();
    let size = |layer: usize| archive.layer_source(layer).map_or(0, |source| source.length);
    let layer = (0..archive.layer_count()).max_by_key(|&layer| size(layer)).ok_or("no layer")?;
    let table = archive.table(layer).ok_or("the layer was not scanned")?;
    let small = table.rows().filter(|row| row.xxh3().is_some() && row.size() <= 256 << 10);
    let rows: Vec<u32> = small.map(|row| row.index()).collect();
    if rows.is_empty() { Err("the layer holds no files".into()) } else { Ok((layer, rows)) }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
