//! What is timed.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Instant;

use layerglass::layer::{ContentHash, LayerScan};
use layerglass::limits::Limits;

use crate::Result;

/// Scans one layer on one thread.
pub fn layer(path: &Path) -> Result {
    let started = Instant::now();
    let mut scan = LayerScan::new(ContentHash::Xxh3, &Limits::default());
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        scan.push(&buffer[..read]);
    }
    let layer = scan.finish();
    if let Some(error) = layer.report.error {
        return Err(format!("{error:?}").into());
    }
    let seconds = started.elapsed().as_secs_f64();
    let bytes = layer.report.tar_size;
    println!("{{\"bytes\":{bytes},\"entries\":{},\"seconds\":{seconds}}}", layer.report.entries);
    Ok(())
}

pub fn image(_path: &Path) -> Result {
    Ok(())
}
pub fn open(_path: &Path) -> Result {
    Ok(())
}
