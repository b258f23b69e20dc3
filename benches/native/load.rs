//! Loading images of a file into a data root: their layers, their configurations and their names.

use std::ops::ControlFlow;
use std::path::Path;

use layerglass::archive::LoadOptions;
use layerglass::fs::{DataRoot, ImageFile, LayerDriver, OpenOptions, host_env};
use layerglass::limits::Limits;

use crate::Result;

/// Loads all images of a file.
pub fn load(image: &Path, root: &Path, driver: &str, sync: bool) -> Result {
    let driver = LayerDriver::from_name(driver).ok_or("no driver")?;
    let root = DataRoot::open(root, driver, host_env(), &Limits::default())?;
    let file = ImageFile::open(image, &OpenOptions::default())?;
    let mut options = LoadOptions::default();
    options.unsynced = !sync;
    let report = root.load(&file, &options, &|_| ControlFlow::Continue(()))?;
    println!("{} layers, {} KiB", report.layers.len(), peak_memory());
    Ok(())
}

/// The most memory that this process had, in KiB; 0 where that is not told.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
