//! No bytes make it panic, hang, or read outside of the file.

use layerglass::limits::Limits;
use layerglass::sif::Integrity;
use proptest::prelude::*;

use super::{check, fixture, try_open};

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn changed_files_end_in_an_answer(
        name in prop::sample::select(vec!["quirks.sif", "sif/pgp.sif", "sif/dsse.sif", "sif/legacy.sif"]),
        changes in prop::collection::vec((prop_oneof![0_usize..128, 4096..12_000_usize, 32_176..45_000_usize], any::<u8>()), 1..12),
        end in prop::option::of(0_usize..45_056),
    ) {
        let mut file = fixture(name);
        for (place, byte) in changes {
            if let Some(old) = file.get_mut(place) {
                *old = byte;
            }
        }
        file.truncate(end.unwrap_or(usize::MAX));
        if let Ok(sif) = try_open(&file, &Limits::default()) {
            sif.data(&Limits::default());
            if Integrity::new(&sif, true, &Limits::default()).is_ok() {
                check(&file, true);
                check(&file, false);
            }
        }
    }
}
