//! No bytes, and no change of any disk, lead to a panic, to wishes without end, or to much memory.

use std::sync::LazyLock;

use layerglass::limits::Limits;
use proptest::prelude::*;

use crate::support::{fixture, probe_within};

const FIXTURES: [&str; 14] = [
    "snapshots.qcow2",
    "v2.qcow2",
    "overlay.qcow2",
    "mbr.raw",
    "gpt.raw",
    "sparse.vmdk",
    "stream.vmdk",
    "flat.vmdk",
    "fixed.vhd",
    "dynamic.vhd",
    "disk.vhdx",
    "cd.iso",
    "ext4.img",
    "quirks.squashfs",
];

static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| FIXTURES.iter().map(|name| fixture(name)).collect());

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn changed_disks_give_a_result(
        index in 0..FIXTURES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u64>(), 0_u8..9), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = FILES[index].clone();
        for (place, value, length) in changes {
            // Headers stand at the start and at the end.
            let at = match place.index(3) {
                0 => place.index(bytes.len().min(512)),
                1 => place.index(bytes.len()),
                _ => bytes.len() - 1 - place.index(bytes.len().min(1536)),
            };
            for (byte, new) in bytes[at..].iter_mut().zip(&value.to_be_bytes()[..length.min(8).into()]) {
                *byte = *new;
            }
        }
        if let Some(cut) = cut {
            bytes.truncate(1 + cut.index(bytes.len()));
        }
        let limits = Limits { disk_bytes: 8 << 20, ..Limits::default() };
        if let Ok((_, read)) = probe_within(&bytes, &limits) {
            prop_assert!(read <= 8 << 20);
        }
    }

    #[test]
    fn any_bytes_give_a_result(bytes in prop::collection::vec(any::<u8>(), 1..5000), text in ".{0,300}") {
        prop_assert!(probe_within(&bytes, &Limits::default()).is_ok_and(|(_, read)| read <= 70 << 10) || bytes.len() > 4);
        let text = format!("kernel:\n  image: {text}\n{text}");
        prop_assert!(probe_within(text.as_bytes(), &Limits::default()).is_ok());
    }
}
