//! Laws of the reader.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;

use crate::build::Tar;
use crate::read;

fn tar() -> impl Strategy<Value = Vec<u8>> {
    let member = ("[a-z/]{1,120}", proptest::collection::vec(any::<u8>(), 0..1500));
    proptest::collection::vec(member, 0..6).prop_map(|members| {
        members.into_iter().fold(Tar::default(), |tar, (name, contents)| tar.file(&name, contents)).end()
    })
}

proptest! {
    #[test]
    fn pieces_do_not_matter(tar in tar(), piece in 1_usize..3000) {
        prop_assert_eq!(read(&tar, piece), read(&tar, usize::MAX));
    }

    #[test]
    fn damaged_tars_end_in_an_error_or_well(mut tar in tar(), at in any::<prop::sample::Index>(), bits in 1_u8..) {
        let at = at.index(tar.len());
        tar[at] ^= bits;
        prop_assert_eq!(read(&tar, 700), read(&tar, usize::MAX));
    }

    #[test]
    fn anything_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..4000)) {
        prop_assert_eq!(read(&bytes, 512), read(&bytes, 77));
    }
}
