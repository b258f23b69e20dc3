//! Files of image records: they are read the same in pieces, written and read again, and nothing is lost.
#![no_main]

use layerglass::limits::Limits;
use layerglass::store::{RecordReader, Records};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let limits = Limits::default();
    let (Some((&size, file)), read) = (input.split_first(), Records::read) else { return };
    let Ok((records, problems)) = read(file, &limits) else { return };
    let kept = problems.iter().filter(|problem| problem.is_kept()).count();
    assert_eq!(kept, records.damaged().len());
    let (again, left) = read(&records.to_bytes(), &limits).expect("what was written can be read");
    assert_eq!(again, records);
    assert_eq!(left.len(), kept);

    let lines = |size: usize| {
        let mut reader = RecordReader::new(&limits);
        let mut lines = Vec::new();
        for piece in file.chunks(size) {
            lines.extend(reader.push(piece).expect("few lines"));
        }
        lines.extend(reader.finish().expect("few lines"));
        lines
    };
    assert_eq!(lines(usize::from(size) + 1), lines(file.len().max(1)));
});
