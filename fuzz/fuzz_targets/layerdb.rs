//! What a folder of layers says: opened, read and exported whatever stands in its files.
#![no_main]

use std::fs;

use layerglass::fs::{LayerDriver, LayerFolder};
use layerglass::limits::Limits;
use libfuzzer_sys::fuzz_target;

/// The files of a layer, and one of its contents.
const FILES: [&str; 6] = ["diff", "size", "cache-id", "parent", "tar-split.json.gz", "file"];

fuzz_target!(|input: &[u8]| {
    let root = std::env::temp_dir().join(format!("layerglass-fuzz-{}", std::process::id()));
    let _ = fs::remove_dir_all(&root);
    let layer = root.join("image/vfs/layerdb/sha256").join("1".repeat(64));
    let contents = root.join("vfs/dir/c");
    fs::create_dir_all(&layer).expect("a folder");
    fs::create_dir_all(&contents).expect("a folder");
    let whole = format!("sha256:{}", "1".repeat(64));
    for (name, text) in [("diff", &*whole), ("size", "1"), ("cache-id", "c")] {
        fs::write(layer.join(name), text).expect("written");
    }
    // A letter says which file comes, and the bytes up to the next zero are what is in it.
    for part in input.split(|byte| *byte == 0) {
        let Some((letter, text)) = part.split_first() else { continue };
        let name = FILES[usize::from(*letter) % FILES.len()];
        let folder = if name == "file" { &contents } else { &layer };
        fs::write(folder.join(name), text).expect("written");
    }
    let (layers, _) = LayerFolder::open(&root, LayerDriver::Vfs, &Limits::default()).expect("opens");
    for info in layers.list().expect("listed") {
        let _ = layers.export(&info.chain_id, &mut Vec::new());
        let held = layers.get(&info.chain_id).expect("read").expect("there");
        assert_eq!(layers.release(held).expect("released").len(), 1);
    }
    assert_eq!(layers.list().expect("listed"), []);
    // Whatever the names say, nothing beside the contents was touched.
    assert!(root.join("image/vfs/layerdb").is_dir() && root.join("vfs/dir").is_dir());
});
