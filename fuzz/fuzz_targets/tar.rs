//! The tar reader: pieces of any length give what the whole gives.
#![no_main]

use layerglass::limits::Limits;
use layerglass::tar::{Event, Reader};
use libfuzzer_sys::fuzz_target;

/// Everything the reader says, with neighbouring pieces of contents joined.
fn read(tar: &[u8], piece: usize) -> Vec<String> {
    let mut reader = Reader::new(&Limits { header_bytes: 1 << 16, ..Limits::default() });
    let mut said = Vec::new();
    let mut data: Vec<u8> = Vec::new();
    for mut piece in tar.chunks(piece) {
        loop {
            let event = match reader.next(&mut piece) {
                Ok(Some(Event::Data(bytes))) => {
                    data.extend_from_slice(bytes);
                    continue;
                }
                Ok(Some(event)) => format!("{event:?}"),
                Ok(None) => break,
                Err(error) => format!("{error:?}"),
            };
            if !data.is_empty() {
                said.push(format!("{:?}", std::mem::take(&mut data)));
            }
            said.push(event);
        }
    }
    said.push(format!("{:?}, {:?}", data, reader.finish()));
    said
}

fuzz_target!(|tar: &[u8]| {
    let whole = read(tar, tar.len().max(1));
    let piece = tar.first().map_or(1, |&byte| usize::from(byte) * 3 + 1);
    assert_eq!(whole, read(tar, piece));
});
