//! Tables of contents of layers, and the files that they list.
#![no_main]

use layerglass::layer::{FileStep, TocFile, TocOpener};
use layerglass::limits::Limits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|layer: &[u8]| {
    let limits = Limits { json_bytes: 1 << 20, expansion_floor: 1 << 20, ..Limits::default() };
    let range = |offset: u64, length: u64| {
        let from = layer.get(offset as usize..).unwrap_or_default();
        &from[..from.len().min(length as usize)]
    };
    let mut opener = TocOpener::new(layer.len() as u64, None, &limits);
    let mut response = None;
    loop {
        match opener.next(response.take()) {
            Ok(Some((offset, length))) => response = Some(range(offset, length)),
            Ok(None) => break,
            Err(_) => return,
        }
    }
    let Some(toc) = opener.finish() else { return };
    assert_eq!(toc.table().len(), toc.entries().len());
    for entry in 0..toc.entries().len().min(20) {
        let Ok(mut file) = TocFile::new(&toc, entry, &limits) else { continue };
        let mut left = file.size();
        let mut response = None;
        while let Ok(step) = file.next(response.take()) {
            match step {
                FileStep::Want { offset, length } => response = Some(range(offset, length)),
                FileStep::Bytes(bytes) => {
                    left = left.checked_sub(bytes.len() as u64).expect("no more than the table says");
                    // Zeros that are not stored can be endless.
                    if toc.entries()[entry].size - left > 1 << 20 {
                        break;
                    }
                }
                FileStep::Done => {
                    assert_eq!(left, 0);
                    break;
                }
            }
        }
    }
});
