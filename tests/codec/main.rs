//! Compressed streams: every format, every way to cut it into pieces, and every way to damage it.

mod bzip2;
mod damage;
mod detect;
mod encode;
#[cfg(not(target_arch = "wasm32"))]
mod encoders;
mod gzip;
#[cfg(not(target_arch = "wasm32"))]
mod inflate;
mod limits;
#[cfg(not(target_arch = "wasm32"))]
mod properties;
mod recorded;
mod seek;
mod xz;
mod zstd;

use layerglass::codec::{CodecError, Compression, Decoder, Trailing};
use layerglass::limits::Limits;

/// What a decoder made of a stream.
#[derive(Debug)]
struct Outcome {
    unpacked: Vec<u8>,
    result: Result<(), CodecError>,
    trailing: Option<Trailing>,
}

impl Outcome {
    /// The unpacked bytes of a stream that is right.
    #[track_caller]
    fn unpacked(self) -> Vec<u8> {
        assert_eq!(self.result, Ok(()));
        assert_eq!(self.trailing, None);
        self.unpacked
    }

    #[track_caller]
    fn error(self) -> CodecError {
        self.result.expect_err("the stream should have been refused")
    }
}

/// Decodes a stream pushed in the given pieces.
fn decode_pieces<'a>(
    compression: Compression,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    limits: &Limits,
) -> Outcome {
    let mut decoder = Decoder::new(compression, limits);
    let mut unpacked = Vec::new();
    let mut pushed = 0;
    let mut result = Ok(());
    for piece in pieces {
        result = decoder.push(piece, &mut |bytes: &[u8]| {
            assert!(!bytes.is_empty(), "empty pieces are not worth a call");
            unpacked.extend_from_slice(bytes);
            Ok::<(), CodecError>(())
        });
        pushed += piece.len() as u64;
        if result.is_err() {
            break;
        }
        assert_eq!(decoder.total_in(), pushed, "all input is read");
    }
    let result = result.and_then(|()| decoder.finish());
    assert_eq!(decoder.total_out(), unpacked.len() as u64);
    if let Err(error) = &result {
        assert_eq!(decoder.finish().as_ref(), Err(error), "an error stays");
        let again = decoder
            .push(b"more", &mut |_: &[u8]| -> Result<(), CodecError> { panic!("no output after an error") });
        assert_eq!(again.as_ref(), Err(error), "an error stays");
    }
    Outcome { unpacked, result, trailing: decoder.trailing() }
}

/// Decodes a stream in one piece.
fn decode(compression: Compression, stream: &[u8]) -> Outcome {
    decode_pieces(compression, [stream], &Limits::default())
}

/// Decodes a stream whole, byte by byte, and cut in two at every position, and checks that all agree.
#[track_caller]
fn decode_every_way(compression: Compression, stream: &[u8]) -> Outcome {
    let limits = Limits::default();
    let whole = decode(compression, stream);
    let mut ways: Vec<Outcome> = vec![decode_pieces(compression, stream.chunks(1), &limits)];
    for cut in 0..=stream.len() {
        let (first, second) = stream.split_at(cut);
        ways.push(decode_pieces(compression, [first, second], &limits));
    }
    for way in ways {
        assert_eq!(way.unpacked, whole.unpacked);
        assert_eq!(way.trailing, whole.trailing);
        match (&way.result, &whole.result) {
            (Ok(()), Ok(())) => {}
            // Where an error is noticed may depend on how far the library looked ahead; what it is may not.
            (Err(found), Err(expected)) => {
                assert_eq!(std::mem::discriminant(found), std::mem::discriminant(expected));
            }
            (found, expected) => panic!("{found:?} in pieces, {expected:?} in one"),
        }
    }
    whole
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Text as it occurs in layers, with repeats near and far, of about this many bytes.
fn sample(bytes: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes + 64);
    let mut state = 1_u32;
    while text.len() < bytes {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let line = format!("/usr/share/{:x}/{} root:root 0644\n", state >> 20, state >> 28);
        text.extend_from_slice(line.as_bytes());
    }
    text
}

const COMPRESSED: [Compression; 4] =
    [Compression::Gzip, Compression::Zstd, Compression::Bzip2, Compression::Xz];

/// The same image file, compressed by the command-line tools.
fn fixture(compression: Compression) -> &'static [u8] {
    match compression {
        Compression::Gzip => include_bytes!("../fixtures/quirks.docker20.tar.gz"),
        Compression::Zstd => include_bytes!("../fixtures/quirks.docker20.tar.zst"),
        Compression::Bzip2 => include_bytes!("../fixtures/quirks.docker20.tar.bz2"),
        Compression::Xz => include_bytes!("../fixtures/quirks.docker20.tar.xz"),
        Compression::None => b"",
    }
}
