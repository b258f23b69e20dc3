//! Streams that are written: the same for every cut of the input, and readable by everybody.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use layerglass::codec::{Compression, EncodeError, Encoder, Encoding};
use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason as _};

use super::decode;

/// Where gzip is cut.
const BLOCK: usize = 512 << 10;
/// Where zstd is.
const FRAME: usize = 4 << 20;

fn encode_pieces<'a>(encoding: Encoding, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut encoder = Encoder::new(&encoding).unwrap();
    let (mut stream, mut pushed) = (Vec::new(), 0);
    for piece in pieces {
        encoder.push(piece, &mut stream).unwrap();
        pushed += piece.len() as u64;
        assert_eq!((encoder.total_in(), encoder.total_out()), (pushed, stream.len() as u64));
    }
    encoder.finish(&mut stream).unwrap();
    stream
}

fn encode(encoding: Encoding, contents: &[u8]) -> Vec<u8> {
    encode_pieces(encoding, [contents])
}

/// Bytes that are neither noise nor one run: words in an order that does not repeat.
pub fn text(length: usize) -> Vec<u8> {
    let words = [&b"layer "[..], b"image ", b"\0\0\0\0\0\0\0\0", b"digest:", b"tar\n", b"0123456789abcdef"];
    let (mut state, mut bytes) = (1_u64, Vec::with_capacity(length + 16));
    while bytes.len() < length {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        bytes.extend_from_slice(words[(state >> 60) as usize % words.len()]);
        bytes.push((state >> 40) as u8);
    }
    bytes.truncate(length);
    bytes
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(|_| next()).collect()
}

const ENCODINGS: [Encoding; 5] = [
    Encoding::NONE,
    Encoding::GZIP,
    Encoding::GZIP.with_level(0),
    Encoding::GZIP.with_level(1),
    Encoding::ZSTD.with_level(1),
];

#[test]
fn what_is_encoded_comes_back_at_every_length_around_a_cut() {
    let contents = text(2 * BLOCK + 1);
    let lengths = [0, 1, 2, 32 << 10, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1, 2 * BLOCK, 2 * BLOCK + 1];
    for encoding in ENCODINGS {
        for length in lengths {
            let stream = encode(encoding, &contents[..length]);
            assert!(
                decode(encoding.compression, &stream).unpacked() == contents[..length],
                "{encoding} {length}"
            );
        }
    }
    let contents = text(2 * FRAME + 1);
    for length in [FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 2 * FRAME + 1] {
        let stream = encode(Encoding::ZSTD, &contents[..length]);
        assert!(decode(Compression::Zstd, &stream).unpacked() == contents[..length], "{length}");
    }
}

#[test]
fn noise_grows_by_next_to_nothing() {
    let contents = noise(2 * BLOCK + 12_345);
    for encoding in ENCODINGS {
        let stream = encode(encoding, &contents);
        assert!(decode(encoding.compression, &stream).unpacked() == contents, "{encoding}");
        let more = stream.len() - contents.len();
        assert!(more < contents.len() / 1000 + 64, "{encoding}: {more} bytes more");
    }
}

#[test]
fn the_cuts_of_the_input_do_not_show() {
    let contents = [text(BLOCK + 70_000), noise(BLOCK), vec![0; BLOCK], text(FRAME)].concat();
    for encoding in ENCODINGS {
        let whole = encode(encoding, &contents);
        for length in [77_777, BLOCK + 1, FRAME + 3] {
            assert!(encode_pieces(encoding, contents.chunks(length)) == whole, "{encoding} by {length}");
        }
        let empty: &[u8] = &[];
        let with_nothing = contents.chunks(1 << 20).flat_map(|piece| [empty, piece, empty]);
        assert!(encode_pieces(encoding, with_nothing) == whole, "{encoding} with empty pieces");
    }
    let short = text(5000);
    for encoding in ENCODINGS {
        assert!(
            encode_pieces(encoding, short.chunks(1)) == encode(encoding, &short),
            "{encoding} byte by byte"
        );
    }
}

#[test]
fn gzip_is_one_member_without_name_and_time() {
    let contents = text(3 * BLOCK);
    let stream = encode(Encoding::GZIP, &contents);
    assert_eq!(stream[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    let mut member = flate2::read::GzDecoder::new(&stream[..]);
    let mut unpacked = Vec::new();
    member.read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == contents && member.into_inner().is_empty(), "the first member is all there is");
}

/// Matches reach over the cuts: what repeats 20 KB before a cut costs next to nothing behind it.
#[test]
fn gzip_loses_no_match_at_a_cut() {
    let word = noise(20_000);
    let mut contents = text(BLOCK - word.len());
    contents.extend(&word);
    let before = encode(Encoding::GZIP, &contents).len();
    contents.extend(&word);
    let more = encode(Encoding::GZIP, &contents).len() - before;
    assert!(more < 1000, "{more} bytes for a repetition");
}

#[test]
fn zstd_frames_say_their_length_and_have_a_checksum() {
    let contents = text(2 * FRAME + 1000);
    let stream = encode(Encoding::ZSTD, &contents);
    let magic = [0x28, 0xb5, 0x2f, 0xfd];
    let starts: Vec<usize> = (0..stream.len() - 4).filter(|&at| stream[at..at + 4] == magic).collect();
    assert_eq!(starts.len(), 3);
    for (at, length) in starts.iter().zip([FRAME, FRAME, 1000]) {
        let descriptor = stream[at + 4];
        assert_eq!(descriptor & 4, 4, "a checksum");
        assert_eq!(descriptor & 3, 0, "no dictionary");
        let end = starts.iter().find(|start| *start > at).copied().unwrap_or(stream.len());
        let frame = &stream[*at..end];
        let window = usize::from(descriptor & 0x20 == 0);
        let field = &frame[5 + window..];
        let said = match descriptor >> 6 {
            0 => usize::from(field[0]),
            1 => usize::from(u16::from_le_bytes([field[0], field[1]])) + 256,
            _ => u32::from_le_bytes([field[0], field[1], field[2], field[3]]) as usize,
        };
        assert_eq!(said, length);
        assert_eq!(decode(Compression::Zstd, frame).unpacked().len(), length);
    }
}

/// The kernels that the library chooses by the processor write the same; WebAssembly has the plain one. They are chosen
/// once in a process, so that the plain ones need one of their own.
#[cfg(target_arch = "x86_64")]
#[test]
fn zstd_is_the_same_on_every_processor() {
    use structured_zstd::{CpuLevel, set_cpu_ceiling};
    const CEILING: &str = "LAYERGLASS_TEST_ZSTD_CEILING";
    let digests = || {
        let contents = [text(200_000), noise(20_000), vec![7; 50_000], text(30_000)].concat();
        let digest = |level| Digest::sha256(&encode(Encoding::ZSTD.with_level(level), &contents)).to_string();
        [1, 3, 7, 12, 16, 19].map(digest).join(" ")
    };
    if let Ok(level) = std::env::var(CEILING) {
        set_cpu_ceiling(level.parse().unwrap()).unwrap();
        println!("digests {}", digests());
        return;
    }
    let usual = digests();
    for level in [CpuLevel::Scalar, CpuLevel::Sse42] {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "encoders::zstd_is_the_same_on_every_processor", "--nocapture"])
            .env(CEILING, level.name())
            .output()
            .unwrap();
        let said = String::from_utf8(child.stdout).unwrap();
        assert!(said.contains(&format!("digests {usual}\n")), "{}: {said}, not {usual}", level.name());
    }
}

#[test]
fn levels_are_checked() {
    for (encoding, levels) in [(Encoding::GZIP, 0..=9), (Encoding::ZSTD, 1..=19), (Encoding::NONE, 0..=0)] {
        for level in -3..25 {
            let encoding = encoding.with_level(level);
            assert_eq!(encoding.check().is_ok(), levels.contains(&level), "{encoding}");
            assert_eq!(Encoder::new(&encoding).is_ok(), levels.contains(&level), "{encoding}");
        }
    }
    let error = Encoder::new(&Encoding::GZIP.with_level(10)).unwrap_err();
    assert_eq!(error.to_string(), "gzip has no level 10, only 0 to 9");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, "encode-level"));
    assert_eq!((error.expected().unwrap(), error.found().unwrap()), ("0 to 9".to_owned(), "10".to_owned()));
    for compression in [Compression::Bzip2, Compression::Xz] {
        let error = Encoder::new(&Encoding { compression, level: None }).unwrap_err();
        assert_eq!(error, EncodeError::Unsupported { compression });
        assert_eq!((error.kind(), error.code()), (ErrorKind::Unsupported, "encode-unsupported"));
    }
}

#[test]
fn higher_levels_are_smaller() {
    let contents = text(BLOCK * 2);
    let size = |encoding: Encoding| encode(encoding, &contents).len();
    let gzip = |level| size(Encoding::GZIP.with_level(level));
    assert!(gzip(0) > contents.len() && gzip(1) > gzip(6) && gzip(6) >= gzip(9));
    assert_eq!(
        encode(Encoding::GZIP, &contents),
        encode(Encoding::GZIP.with_level(Encoding::GZIP_LEVEL), &contents)
    );
    let zstd = |level| size(Encoding::ZSTD.with_level(level));
    assert!(zstd(1) > zstd(19));
    assert_eq!(
        encode(Encoding::ZSTD, &contents),
        encode(Encoding::ZSTD.with_level(Encoding::ZSTD_LEVEL), &contents)
    );
}

/// What the system's own tools make of the streams, where they are installed.
#[test]
fn the_programs_gzip_and_zstd_read_them() {
    let contents = [text(BLOCK + 4242), noise(3000), text(FRAME)].concat();
    for (program, encodings) in [
        ("gzip", [Encoding::GZIP, Encoding::GZIP.with_level(1)]),
        ("zstd", [Encoding::ZSTD, Encoding::ZSTD.with_level(9)]),
    ] {
        for encoding in encodings {
            let Ok(mut child) =
                Command::new(program).arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
            else {
                eprintln!("SKIPPED: the program {program} is not installed, so it did not read {encoding}");
                continue;
            };
            let (mut stdin, stream) = (child.stdin.take().unwrap(), encode(encoding, &contents));
            let writing = std::thread::spawn(move || stdin.write_all(&stream));
            let output = child.wait_with_output().unwrap();
            writing.join().unwrap().unwrap();
            assert!(output.status.success() && output.stdout == contents, "{program} reads {encoding}");
        }
    }
}
