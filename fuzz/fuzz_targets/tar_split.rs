//! What is kept of a tar: any tar that is taken apart can be put together again, pieces of any length give what the whole
//! gives, and lines of others are read or refused.
#![no_main]

use layerglass::layer::{Crc64, TarSplitError, TarSplitPiece, TarSplitReader, TarSplitWriter};
use layerglass::limits::Limits;
use libfuzzer_sys::fuzz_target;

/// The lines for a tar that comes in pieces; nothing where it is refused.
fn split(tar: &[u8], piece: usize) -> Option<(Vec<u8>, u64)> {
    let mut writer = TarSplitWriter::new(&Limits::default());
    let mut lines = Vec::new();
    for piece in tar.chunks(piece) {
        writer.push(piece).ok()?;
        lines.extend(writer.take_lines());
    }
    let summary = writer.finish().ok()?;
    lines.extend(summary.lines);
    Some((lines, summary.size))
}

fn read(lines: &[u8], piece: usize) -> Result<Vec<TarSplitPiece>, TarSplitError> {
    let mut reader = TarSplitReader::new(&Limits { json_bytes: 1 << 22, ..Limits::default() });
    let mut pieces = Vec::new();
    for piece in lines.chunks(piece) {
        reader.push(piece, &mut |piece| {
            pieces.push(piece);
            Ok::<(), TarSplitError>(())
        })?;
    }
    reader.finish().map(|()| pieces)
}

fuzz_target!(|input: &[u8]| {
    let piece = input.first().map_or(1, |&byte| usize::from(byte) * 3 + 1);
    assert_eq!(read(input, piece), read(input, input.len().max(1)));

    let Some((lines, size)) = split(input, input.len().max(1)) else {
        assert_eq!(split(input, piece), None);
        return;
    };
    assert_eq!(split(input, piece).map(|(_, size)| size), Some(size));
    // What is raw stands where it stood, and between it are the contents of files.
    let mut at = 0;
    for piece in read(&lines, 1000).expect("our own lines") {
        match piece {
            TarSplitPiece::Raw(bytes) => {
                assert_eq!(input.get(at..at + bytes.len()), Some(&bytes[..]));
                at += bytes.len();
            }
            TarSplitPiece::File { size, crc, .. } => {
                let contents = input.get(at..at + size as usize).expect("the contents");
                let mut sum = Crc64::default();
                sum.update(contents);
                assert_eq!(sum.finish(), crc);
                at += contents.len();
            }
        }
    }
    assert_eq!(at, input.len());
});
