//! Adding an image to a data root: its layers, its configuration and its names.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use layerglass::fs::{
    DataRoot, ImageFile, LayerDriver, LayerRef, OpenOptions, RegisterOptions, block_on, host_env,
};
use layerglass::image::DiffId;
use layerglass::limits::Limits;
use layerglass::reference::Reference;
use layerglass::store::CreateOptions;

use crate::Result;

/// Adds all images of a file whose layers are stored one after the other, as `docker save` does it.
pub fn register(image: &Path, root: &Path, driver: &str, sync: bool) -> Result {
    let driver = LayerDriver::from_name(driver).ok_or("no driver")?;
    let limits = Limits::default();
    let root = DataRoot::open(root, driver, host_env(), &limits)?;
    let file = ImageFile::open(image, &OpenOptions::default())?;
    let data = file.archive().data();
    let mut layers = 0;
    for (number, shown) in data.images.iter().enumerate() {
        let mut held: Vec<LayerRef> = Vec::new();
        for layer in &shown.layers {
            let source = file.archive().layer_source(layer.blob.ok_or("a layer is missing")?)?;
            let mut stored = File::open(image)?;
            stored.seek(SeekFrom::Start(source.offset))?;
            let mut options = RegisterOptions::on(held.last().map(|below| below.chain_id().clone()));
            options.diff_id = layer.diff_id.clone().map(DiffId::new);
            options.unsynced = !sync;
            held.push(root.layers.register(&mut stored.take(source.length), &options)?);
            layers += 1;
        }
        let config = file.archive().raw_config(number)?;
        let id = block_on(root.images.create(&config, CreateOptions::default()))?;
        for name in &shown.names {
            block_on(root.images.tag(&Reference::parse_normalized(name)?, id, true))?;
        }
        for layer in held {
            root.layers.release(layer)?;
        }
    }
    println!("{layers} layers, {} KiB", peak_memory());
    Ok(())
}

/// The most memory that this process had, in KiB; 0 where that is not told.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
