//! The machine that writes a tar without a way back gives the bytes that the native writer gives.

use std::fs;

use layerglass::archive::{
    ArchiveFormat, LayerEncoding, Layout, LayoutStream, Selection, StreamError, WriteOptions,
};
use layerglass::codec::{Compression, Encoding};
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{ConvertOptions, ImageFile, WriteTarget};
use layerglass::limits::Limits;

use crate::convert::{fixture, opened};

/// Plain files, whose layers lie where they are said to.
const FILES: [&str; 6] = [
    "legacy-v1.tar",
    "quirks.buildx-gzip.oci.tar",
    "quirks.docker28.tar",
    "quirks.docker28-containerd.tar",
    "quirks.zstd.oci.tar",
    "shared.docker20.tar",
];

fn encodings(format: ArchiveFormat) -> Vec<LayerEncoding> {
    let of = |compression| LayerEncoding::Encode(Encoding { compression, level: None });
    match format {
        ArchiveFormat::Docker => vec![LayerEncoding::Keep],
        _ => vec![LayerEncoding::Keep, of(Compression::Gzip), of(Compression::Zstd), of(Compression::None)],
    }
}

/// What the machine writes, fed in pieces of that size.
fn streamed(
    file: &ImageFile,
    bytes: &[u8],
    options: &WriteOptions,
    piece: usize,
) -> Result<Vec<u8>, StreamError> {
    let archive = file.archive();
    let contents = archive.contents(&Selection::default())?;
    let mut stream = LayoutStream::new(Layout::new(contents, options)?, &Limits::default());
    let mut tar = Vec::new();
    while let Some(layer) = stream.next(&mut tar)? {
        let source = archive.layer_source(layer).expect("a layer");
        let stored = &bytes[source.offset as usize..][..source.length as usize];
        for piece in stored.chunks(piece) {
            stream.push(piece, &mut tar)?;
        }
        stream.end(&mut tar)?;
    }
    assert!(!stream.into_report().images.is_empty());
    Ok(tar)
}

#[test]
fn it_is_what_the_native_writer_writes() {
    for name in FILES {
        let path = fixture(name);
        let (file, bytes) = (opened(&path), fs::read(&path).expect("read"));
        for format in [ArchiveFormat::Docker, ArchiveFormat::DockerOci, ArchiveFormat::Oci] {
            for encoding in encodings(format) {
                let mut options = ConvertOptions::new(format);
                options.write.encoding = encoding;
                let mut native = Vec::new();
                file.convert(WriteTarget::Stream(&mut native), &options).expect("converted");
                for piece in [509, 1 << 20] {
                    let ours = streamed(&file, &bytes, &options.write, piece).expect("streamed");
                    assert!(ours == native, "{name} as {format:?} with {encoding:?} in pieces of {piece}");
                }
            }
        }
    }
}

#[test]
fn another_layer_than_the_declared_one_is_told_by_its_entry() {
    let path = fixture("quirks.docker28.tar");
    let (file, mut bytes) = (opened(&path), fs::read(&path).expect("read"));
    let source = file.archive().layer_source(0).expect("a layer");
    bytes[source.offset as usize + 700] ^= 1;
    for format in [ArchiveFormat::Docker, ArchiveFormat::Oci] {
        let error = streamed(&file, &bytes, &WriteOptions::new(format), 4096).expect_err("another layer");
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        assert_eq!(error.path(), Some(file.archive().data().layers[0].path.clone()));
        assert!(error.expected().is_some() && error.found().is_some());
    }
}
