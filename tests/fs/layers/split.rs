//! Laws of what is kept of a tar, tried on real tars with damage.

use std::cell::Cell;
use std::fs;

use layerglass::fs::{ImageFile, OpenOptions};
use layerglass::layer::Crc64;
use proptest::prelude::*;

use super::support::{fixtures, stored};
use crate::tar_split::{assert_kept, read, split};

/// Layers with everything that a tar can hold.
fn tars() -> Vec<Vec<u8>> {
    let mut tars = Vec::new();
    for archive in ["quirks.docker28.tar", "quirks.docker20.tar", "quirks.podman.tar"] {
        let path = fixtures().join(archive);
        let file = ImageFile::open(&path, &OpenOptions::default()).expect("opens");
        for layer in 0..file.archive().layer_count() {
            tars.push(stored(&path, file.archive().layer_source(layer).expect("a layer")));
        }
    }
    tars
}

/// Whatever is accepted as a tar is put together again from its lines and the contents of its files.
fn check(tar: &[u8], piece: usize) -> Result<bool, TestCaseError> {
    let whole = split(tar, tar.len().max(1));
    prop_assert_eq!(&split(tar, piece), &whole, "in pieces of {} bytes", piece);
    let Some((lines, _)) = whole else { return Ok(false) };
    assert_kept(tar, &lines);
    Ok(true)
}

/// Gives a header the checksum of what stands in it now.
fn seal(block: &mut [u8]) {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

#[test]
fn a_tar_is_put_together_again_from_what_is_kept() {
    let tars = tars();
    assert!(tars.len() > 8);
    for tar in &tars {
        assert!(check(tar, 1000).expect("kept"));
    }
    let (accepted, refused) = (Cell::new(0), Cell::new(0));
    let damage = (0..tars.len(), prop::collection::vec((any::<usize>(), any::<u8>()), 0..6), any::<usize>());
    proptest!(ProptestConfig::with_cases(1500), |((number, bytes, cut) in damage, piece in 1_usize..2000)| {
        let mut tar = tars[number].clone();
        let length = tar.len();
        for (at, byte) in bytes {
            // Damage in a header is of interest only when the header is still taken for one.
            let block = at % length / 512 * 512;
            tar[at % length] = byte;
            if at % 3 > 0 {
                seal(&mut tar[block..block + 512]);
            }
        }
        if cut % 2 == 0 {
            tar.truncate(cut % (length + 1));
        }
        let count = if check(&tar, piece)? { &accepted } else { &refused };
        count.set(count.get() + 1);
    });
    let (accepted, refused) = (accepted.get(), refused.get());
    println!("{accepted} tars were kept, {refused} refused");
    assert!(accepted > 50 && refused > 50, "{accepted} kept, {refused} refused");
}

/// Lines of others are read or refused, in whatever pieces they come.
#[test]
fn damaged_lines_are_read_or_refused() {
    let lines: Vec<Vec<u8>> = tars()
        .iter()
        .map(|tar| split(tar, tar.len()).expect("kept").0)
        .filter(|lines| lines.len() < 20_000)
        .collect();
    assert!(!lines.is_empty());
    let damage = (0..lines.len(), prop::collection::vec((any::<usize>(), any::<u8>()), 1..4));
    proptest!(ProptestConfig::with_cases(1500), |((number, bytes) in damage, piece in 1_usize..5000)| {
        let mut lines = lines[number].clone();
        let length = lines.len();
        for (at, byte) in bytes {
            lines[at % length] = byte;
        }
        prop_assert_eq!(read(&lines, piece), read(&lines, length));
    });
}

/// The check value of CRC-64/GO-ISO, and the same sum of any pieces.
#[test]
fn sums_are_those_of_go() {
    let mut sum = Crc64::default();
    sum.update(b"123456789");
    assert_eq!(sum.finish(), 0xb909_56c7_75a4_1001_u64.to_be_bytes());
    let bytes = fs::read(fixtures().join("quirks.docker28.tar")).expect("read");
    let mut whole = Crc64::default();
    whole.update(&bytes);
    let mut in_pieces = Crc64::default();
    bytes.chunks(13).for_each(|piece| in_pieces.update(piece));
    assert_eq!(whole.finish(), in_pieces.finish());
}
