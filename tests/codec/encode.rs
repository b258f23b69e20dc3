//! Streams to decode, made by the encoders of other crates.

use std::io::Write as _;

use flate2::write::GzEncoder;
use layerglass::codec::Compression;
use lzma_rust2::{CheckType, XzOptions, XzWriter};
use structured_zstd::encoding::{CompressionLevel, FrameCompressor};

pub fn gzip(contents: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(contents).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(contents: &[u8]) -> Vec<u8> {
    let mut encoder: FrameCompressor = FrameCompressor::new(CompressionLevel::Default);
    encoder.set_content_checksum(true);
    encoder.compress_independent_frame(contents)
}

pub fn bzip2(contents: &[u8]) -> Vec<u8> {
    let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::new(1));
    encoder.write_all(contents).unwrap();
    encoder.finish().unwrap()
}

pub fn xz(contents: &[u8]) -> Vec<u8> {
    xz_with(contents, CheckType::Crc64, None)
}

pub fn xz_with(contents: &[u8], check: CheckType, block_bytes: Option<u64>) -> Vec<u8> {
    let mut options = XzOptions::with_preset(1);
    options.lzma_options.dict_size = 1 << 16;
    options.set_check_sum_type(check);
    options.set_block_size(block_bytes.and_then(std::num::NonZeroU64::new));
    let mut encoder = XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(contents).unwrap();
    encoder.finish().unwrap()
}

pub fn encode(compression: Compression, contents: &[u8]) -> Vec<u8> {
    match compression {
        Compression::None => contents.to_vec(),
        Compression::Gzip => gzip(contents),
        Compression::Zstd => zstd(contents),
        Compression::Bzip2 => bzip2(contents),
        Compression::Xz => xz(contents),
    }
}
