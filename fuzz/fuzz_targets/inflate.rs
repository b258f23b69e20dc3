//! Deflate data of any kind, beside what another decoder makes of it; and read again from places taken on the way.
#![no_main]

use flate2::{Decompress, FlushDecompress, Status};
use layerglass::codec::{CodecError, Compression, Decoder};
use layerglass::limits::Limits;
use libfuzzer_sys::fuzz_target;

/// The other decoder's bytes, and whether the data ended well (`None`: more is needed).
fn theirs(data: &[u8]) -> (Vec<u8>, Option<bool>) {
    let mut inflate = Decompress::new(false);
    let (mut unpacked, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let (read, written) = (inflate.total_in() as usize, inflate.total_out());
        let result = inflate.decompress(&data[read..], &mut buffer, FlushDecompress::None);
        let new = (inflate.total_out() - written) as usize;
        unpacked.extend_from_slice(&buffer[..new]);
        match result {
            Ok(Status::StreamEnd) => return (unpacked, Some(true)),
            Ok(_) if new > 0 || inflate.total_in() as usize > read => {}
            Ok(_) if inflate.total_in() as usize == data.len() => return (unpacked, None),
            Ok(_) | Err(_) => return (unpacked, Some(false)),
        }
    }
}

fuzz_target!(|input: (u16, &[u8])| {
    let (piece, data) = input;
    let mut decoder = Decoder::new(Compression::Gzip, &Limits::default());
    let mut unpacked = Vec::new();
    let mut push = |bytes: &[u8]| {
        decoder.push(bytes, &mut |new: &[u8]| {
            unpacked.extend_from_slice(new);
            Ok::<(), CodecError>(())
        })
    };
    let mut result = push(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    for part in data.chunks(usize::from(piece) + 1) {
        result = result.and_then(|()| push(part));
    }
    // A trailer that is wrong whatever the contents are: its check tells where the data ends.
    result = result.and_then(|()| push(&[0xff; 8]));
    let (their_bytes, end) = theirs(data);
    match end {
        Some(true) => {
            assert!(matches!(result, Err(CodecError::Checksum { .. })), "{result:?} of whole data");
            assert!(unpacked == their_bytes);
        }
        Some(false) => assert!(matches!(result, Err(CodecError::Corrupt { .. })), "{result:?} of bad data"),
        None => assert!(unpacked.starts_with(&their_bytes)),
    }
});
