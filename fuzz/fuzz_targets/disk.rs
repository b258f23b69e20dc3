//! Files of virtual machines: no bytes lead to a panic, to a wish outside of the file, or to wishes without end.
#![no_main]

use layerglass::limits::Limits;
use layerglass::vm::DiskProbe;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let limits = Limits { disk_bytes: 4 << 20, ..Limits::default() };
    let mut probe = DiskProbe::new(data.len() as u64, &limits);
    let mut want = probe.next(None);
    let mut read = 0;
    while let Ok(Some(range)) = want {
        read += range.length;
        assert!(range.length > 0 && read <= limits.disk_bytes);
        let from = usize::try_from(range.offset).expect("a place in the file");
        want = probe.next(Some(&data[from..][..range.length as usize]));
    }
    assert_eq!(want.is_ok(), probe.finish().is_ok());
});
