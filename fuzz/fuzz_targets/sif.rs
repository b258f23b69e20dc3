//! Opening SIF files and comparing them with what their signatures state.
#![no_main]

use layerglass::limits::Limits;
use layerglass::sif::{Integrity, Opener, Want};

fn answer(data: &[u8], want: Want) -> &[u8] {
    assert!(want.length > 0, "a range without bytes is never wanted");
    let start = usize::try_from(want.offset).unwrap();
    let end = start + usize::try_from(want.length).unwrap();
    data.get(start..end).expect("no range reaches beyond the file")
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let limits = Limits { sif_descriptors: 200, sif_document_bytes: 1 << 20, ..Limits::default() };
    let mut opener = Opener::new(data.len() as u64, &limits);
    let mut want = opener.next(None);
    while let Ok(Some(range)) = want {
        want = opener.next(Some(answer(data, range)));
    }
    let (Ok(None), Ok(sif)) = (want, opener.finish()) else { return };
    assert!(sif.data(&limits).objects.len() == sif.descriptors().len());
    let Ok(mut integrity) = Integrity::new(&sif, true, &limits) else { return };
    let (total, mut read) = (integrity.total(), 0);
    let mut want = integrity.next(None).unwrap();
    while let Some(range) = want {
        read += range.length;
        want = integrity.next(Some(answer(data, range))).unwrap();
    }
    assert_eq!(read, total);
    let report = integrity.finish().unwrap();
    assert_eq!(report.sha256, Some(layerglass::digest::Digest::sha256(data)));
    assert_eq!(report.signatures.len(), sif.signatures().count());
});
