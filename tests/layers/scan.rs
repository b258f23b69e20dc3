//! The scan of one layer.

use std::io::Write;

use layerglass::codec::Compression;
use layerglass::digest::Digest;
use layerglass::error::ErrorKind;
use layerglass::layer::{ContentHash, LayerScan, RowKind, ScannedLayer, TransferError};
use layerglass::limits::Limits;

use crate::build::{Header, Tar, digest};
use crate::scan;

fn layer() -> Vec<u8> {
    let mut device = Header::new(b"dev/null", b'3', 0);
    device.octal(329..337, 1).octal(337..345, 3).text(265, b"root");
    Tar::default()
        .directory("dev/")
        .member(&device, b"")
        .file("./etc/passwd", "root:x")
        .symlink("link", "etc/passwd")
        .hardlink("hard", "etc/passwd")
        .pax(&[("SCHILY.xattr.user.a", b"1")])
        .file("etc/.wh.gone", "")
        .file("big", vec![7; 3000])
        .end()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn counts_and_digests_are_those_of_the_bytes() {
    let plain = layer();
    let stored = gzip(&plain);
    let report = scan(&stored).report;
    assert_eq!((report.digest.to_string(), report.stored_size), (digest(&stored), stored.len() as u64));
    assert_eq!((report.diff_id.unwrap().to_string(), report.tar_size), (digest(&plain), plain.len() as u64));
    assert_eq!(report.compression, Compression::Gzip);
    assert_eq!((report.entries, report.files, report.directories), (7, 3, 1));
    assert_eq!((report.symlinks, report.hardlinks, report.devices, report.whiteouts), (1, 1, 1, 1));
    assert_eq!(report.content_size, 3006);
    let unpacked = scan(&plain);
    assert_eq!(unpacked.report.digest, unpacked.report.diff_id.unwrap());
    assert!(unpacked.report.findings.is_empty(), "{:?}", unpacked.report.findings);
}

#[test]
fn rows_hold_what_the_tar_says() {
    let table = scan(&layer()).table;
    let rows: Vec<_> = table.rows().collect();
    assert_eq!(rows[1].kind(), RowKind::CharDevice);
    assert_eq!((rows[1].device(), rows[1].owner()), (Some((1, 3)), &b"root"[..]));
    assert_eq!((rows[2].path(), rows[2].size()), (&b"etc/passwd"[..], 6));
    assert_eq!(
        rows[2].sha256().map(|hash| hash.to_vec()),
        Some(Digest::sha256(b"root:x").as_bytes().to_vec())
    );
    assert_eq!(rows[2].xxh3(), Some(xxhash_rust::xxh3::xxh3_128(b"root:x")));
    assert_eq!(rows[3].link(), Some(&b"etc/passwd"[..]));
    assert_eq!(rows[5].xattrs().collect::<Vec<_>>(), [(&b"user.a"[..], &b"1"[..])]);
    // The contents came in several pieces.
    assert_eq!(rows[6].xxh3(), Some(xxhash_rust::xxh3::xxh3_128(&[7; 3000])));
    assert_eq!(
        rows[6].sha256().map(|hash| hash.to_vec()),
        Some(Digest::sha256(&[7; 3000]).as_bytes().to_vec())
    );
    assert!(table.row(7).is_none());
}

#[test]
fn a_layer_crosses_a_border_unchanged() {
    let scanned = scan(&layer());
    let (report, lines) = (scanned.report.clone(), lines(&scanned));
    let length = scanned.parts().encoded_len();
    let mut bytes = Vec::new();
    scanned.parts().write(&mut |piece| bytes.extend_from_slice(piece));
    assert_eq!(bytes.len() as u64, length);
    let again = read(&bytes).unwrap();
    assert_eq!((again.report.clone(), self::lines(&again)), (report, lines));
    for cut in 0..bytes.len() {
        assert!(read(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    assert_eq!(read(b"something").unwrap_err(), TransferError::Magic);
}

fn read(bytes: &[u8]) -> Result<ScannedLayer, TransferError> {
    let mut left = bytes;
    ScannedLayer::read(bytes.len() as u64, &mut |buffer| {
        let (piece, rest) = left.split_at(buffer.len());
        buffer.copy_from_slice(piece);
        left = rest;
    })
}

fn lines(layer: &ScannedLayer) -> Vec<String> {
    let line = |row: layerglass::layer::Row<'_>| {
        let numbers = (
            row.mode(),
            row.uid(),
            row.gid(),
            row.size(),
            row.mtime(),
            row.device(),
            row.xxh3(),
            row.sha256(),
        );
        format!(
            "{:?} {:?} {:?} {numbers:?} {:?}",
            row.path(),
            row.kind(),
            row.link(),
            row.xattrs().collect::<Vec<_>>()
        )
    };
    layer.table.rows().map(line).collect()
}

#[test]
fn a_layer_that_breaks_off_keeps_what_came_before() {
    let stored = gzip(&Tar::default().file("a", "a").file("noise", noise(100_000)).end());
    let cut = &stored[..stored.len() / 2];
    let layer = scan(cut);
    assert_eq!(layer.report.digest.to_string(), digest(cut));
    assert_eq!(layer.report.diff_id, None);
    assert_eq!(layer.report.error.as_ref().unwrap().kind, ErrorKind::Corrupt);
    assert_eq!(layer.table.row(0).unwrap().path(), b"a");
}

/// Bytes that do not compress, the same every time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    })
    .take(length)
    .collect()
}

#[test]
fn bytes_behind_the_layer_are_reported() {
    let mut stored = gzip(&layer());
    stored.extend(b"garbage");
    let report = scan(&stored).report;
    assert_eq!(report.findings[0].code, "trailing-bytes");
    assert!(report.diff_id.is_some());
    let mut tar = layer();
    tar.extend(b"garbage");
    assert_eq!(scan(&tar).report.findings[0].code, "data-after-end");
    let no_layer = scan(b"{\"predicate\": 1}");
    assert_eq!(no_layer.report.findings[0].code, "not-a-tar");
    assert_eq!(no_layer.report.digest.to_string(), digest(b"{\"predicate\": 1}"));
}

#[test]
fn holes_beyond_the_limit_are_not_hashed() {
    let tar = Tar::default()
        .pax(&[("GNU.sparse.size", b"1099511627776"), ("GNU.sparse.map", b"0,1")])
        .member(&Header::new(b"huge", b'0', 1), b"x")
        .file("after", "x")
        .end();
    let mut scan = LayerScan::new(ContentHash::Sha256, &Limits::default());
    scan.push(&tar);
    let layer = scan.finish();
    let rows: Vec<_> = layer.table.rows().collect();
    assert_eq!((rows[0].size(), rows[0].xxh3(), rows[0].sha256()), (1 << 40, None, None));
    assert_eq!(rows[1].sha256().map(|hash| hash.to_vec()), Some(Digest::sha256(b"x").as_bytes().to_vec()));
    assert!(layer.report.findings[0].message.contains("sparseBytes"));
}
