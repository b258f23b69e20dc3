//! What is kept of a tar, and the law of it.

use layerglass::layer::{Crc64, TarSplitError, TarSplitPiece, TarSplitReader, TarSplitWriter};
use layerglass::limits::Limits;

/// The lines and the size of files for a tar that comes in pieces; nothing where it is refused.
pub fn split(tar: &[u8], piece: usize) -> Option<(Vec<u8>, u64)> {
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

pub fn read(lines: &[u8], piece: usize) -> Result<Vec<TarSplitPiece>, TarSplitError> {
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

/// A tar is put together again from its lines and the contents of its files.
pub fn assert_kept(tar: &[u8], lines: &[u8]) {
    // What is raw stands where it stood, and between it are the contents of files.
    let mut at = 0;
    for piece in read(lines, 777).expect("our own lines") {
        match piece {
            TarSplitPiece::Raw(bytes) => {
                assert_eq!(tar.get(at..at + bytes.len()), Some(&bytes[..]));
                at += bytes.len();
            }
            TarSplitPiece::File { size, crc, .. } => {
                let contents = tar.get(at..at + size as usize).expect("the contents");
                let mut sum = Crc64::default();
                sum.update(contents);
                assert_eq!(sum.finish(), crc);
                at += contents.len();
            }
        }
    }
    assert_eq!(at, tar.len());
}
