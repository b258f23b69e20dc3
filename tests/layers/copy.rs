//! The copy of one layer into another form, in the core and on all cores: both do the same.

use std::io::{self, Read, Write};
use std::num::NonZero;

use layerglass::codec::{CodecError, Compression, Decoder, Encoding};
use layerglass::digest::{Algorithm, Digest};
use layerglass::error::{ErrorKind, Reason as _};
use layerglass::fs::{CopyOptions, LayerIoError, copy_layer, make_layer};
use layerglass::layer::{CopiedLayer, ExpectedLayer, LayerCopy, LayerCopyError, LayerForm};
use layerglass::limits::Limits;

use crate::build::Tar;

/// A layer of two blocks of gzip: words, noise and zeros.
fn tar() -> Vec<u8> {
    let mut state = 7_u64;
    let mixed: Vec<u8> = (0..500_000)
        .map(|at: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(at);
            if at % 5000 < 2000 { (state >> 56) as u8 } else { (at % 251) as u8 }
        })
        .collect();
    Tar::default().directory("etc/").file("etc/mixed", &mixed).file("zeros", vec![0; 100_000]).end()
}

fn encoded(encoding: Encoding, contents: &[u8]) -> Vec<u8> {
    let mut stream = Vec::new();
    let mut encoder = layerglass::codec::Encoder::new(&encoding).unwrap();
    encoder.push(contents, &mut stream).unwrap();
    encoder.finish(&mut stream).unwrap();
    stream
}

fn decoded(compression: Compression, stream: &[u8]) -> Vec<u8> {
    let mut contents = Vec::new();
    let mut decoder = Decoder::new(compression, &Limits::default());
    let sink = &mut |bytes: &[u8]| {
        contents.extend_from_slice(bytes);
        Ok::<_, CodecError>(())
    };
    decoder.push(stream, sink).unwrap();
    decoder.finish().unwrap();
    contents
}

fn options(threads: usize, limits: Limits) -> CopyOptions {
    CopyOptions { limits, threads: NonZero::new(threads) }
}

/// Copies in the core, in pieces of that length.
fn copy_pieces(
    stored: &[u8],
    length: usize,
    form: LayerForm,
    expected: &ExpectedLayer,
    limits: &Limits,
) -> Result<(CopiedLayer, Vec<u8>), LayerCopyError> {
    let mut out = Vec::new();
    let mut sink = |bytes: &[u8]| {
        assert!(!bytes.is_empty(), "empty pieces are not worth a call");
        out.extend_from_slice(bytes);
        Ok::<_, LayerCopyError>(())
    };
    let mut copy = LayerCopy::new(form, expected, limits)?;
    for piece in stored.chunks(length) {
        if let Err(error) = copy.push(piece, &mut sink) {
            assert_eq!(copy.push(b"more", &mut sink).as_ref(), Err(&error), "an error stays");
            assert_eq!(copy.finish(&mut sink).as_ref(), Err(&error), "an error stays");
            return Err(error);
        }
    }
    let copied = copy.finish(&mut sink)?;
    Ok((copied, out))
}

/// The limit that was passed. By how much depends on the pieces.
fn limit<T>(outcome: &Result<T, LayerCopyError>) -> Option<&'static str> {
    match outcome {
        Err(LayerCopyError::Codec(CodecError::Limit(limit))) => Some(limit.name),
        _ => None,
    }
}

/// Copies in every way, and checks that all agree.
#[track_caller]
fn copy_with(
    stored: &[u8],
    form: LayerForm,
    expected: &ExpectedLayer,
    limits: Limits,
) -> Result<(CopiedLayer, Vec<u8>), LayerCopyError> {
    let first = copy_pieces(stored, 100_000, form, expected, &limits);
    let whole = copy_pieces(stored, 1 << 30, form, expected, &limits);
    assert!(
        whole == first || limit(&whole).is_some_and(|limit| Some(limit) == self::limit(&first)),
        "in one piece"
    );
    for threads in [1, 3] {
        let mut out = Vec::new();
        let copied = copy_layer(stored, form, expected, &mut out, &options(threads, limits));
        match (&first, copied) {
            (Ok(first), Ok(copied)) => assert!((copied, out) == *first, "{threads} threads"),
            (_, Err(LayerIoError::Copy(LayerCopyError::Codec(CodecError::Limit(error))))) => {
                assert_eq!(limit(&first), Some(error.name), "{threads} threads");
            }
            (Err(first), Err(LayerIoError::Copy(error))) => assert_eq!(error, *first, "{threads} threads"),
            (first, copied) => {
                panic!("{threads} threads: {copied:?} and not {:?}", first.as_ref().map(|_| ()))
            }
        }
    }
    first
}

#[track_caller]
fn copy(
    stored: &[u8],
    form: LayerForm,
    expected: &ExpectedLayer,
) -> Result<(CopiedLayer, Vec<u8>), LayerCopyError> {
    copy_with(stored, form, expected, Limits::default())
}

const FORMS: [LayerForm; 5] = [
    LayerForm::Stored,
    LayerForm::Plain,
    LayerForm::Encoded(Encoding::NONE),
    LayerForm::Encoded(Encoding::GZIP.with_level(1)),
    LayerForm::Encoded(Encoding::ZSTD.with_level(1)),
];

#[test]
fn every_form_becomes_every_other() {
    let tar = tar();
    for source in [Encoding::NONE, Encoding::GZIP.with_level(2), Encoding::ZSTD.with_level(2)] {
        let stored = encoded(source, &tar);
        let expected = ExpectedLayer {
            digest: Some(Digest::sha256(&stored)),
            diff_id: Some(Digest::sha256(&tar)),
            size: Some(stored.len() as u64),
        };
        for form in FORMS {
            let (copied, out) = copy(&stored, form, &expected).unwrap();
            let compression = match form {
                LayerForm::Stored => source.compression,
                LayerForm::Plain => Compression::None,
                LayerForm::Encoded(encoding) => encoding.compression,
            };
            assert_eq!((copied.stored_compression, copied.compression), (source.compression, compression));
            assert_eq!(
                (copied.stored.digest, copied.stored.size),
                (Digest::sha256(&stored), stored.len() as u64)
            );
            assert_eq!((copied.tar.digest, copied.tar.size), (Digest::sha256(&tar), tar.len() as u64));
            assert_eq!(
                (copied.written.digest, copied.written.size),
                (Digest::sha256(&out), out.len() as u64)
            );
            assert!(decoded(compression, &out) == tar, "{source} to {form:?}");
            assert!(form != LayerForm::Stored || out == stored);
            if let LayerForm::Encoded(encoding) = form {
                assert!(out == encoded(encoding, &tar), "{source} to {form:?}");
            }
        }
    }
}

#[test]
fn what_is_shorter_than_a_magic_number_is_a_tar() {
    for stored in [&b""[..], &[0x1f], &[0x28, 0xb5]] {
        for form in FORMS {
            let (copied, out) = copy(stored, form, &ExpectedLayer::default()).unwrap();
            assert_eq!(copied.tar.digest, Digest::sha256(stored));
            assert_eq!(decoded(copied.compression, &out), stored);
        }
    }
}

#[test]
fn another_layer_than_expected_is_refused() {
    let tar = tar();
    let stored = encoded(Encoding::GZIP, &tar);
    let (right, wrong) = (Digest::sha256(&stored), Digest::sha256(b"another"));
    let none = ExpectedLayer::default();
    for form in FORMS {
        let error = copy(&stored, form, &ExpectedLayer { digest: Some(wrong), ..none }).unwrap_err();
        assert_eq!(error.to_string(), format!("the layer should be {wrong}, found {right}"));
        assert_eq!((error.kind(), error.code()), (ErrorKind::Corrupt, "layer-copy-digest"));
        assert_eq!((error.expected(), error.found()), (Some(wrong.to_string()), Some(right.to_string())));

        let error = copy(&stored, form, &ExpectedLayer { diff_id: Some(wrong), ..none }).unwrap_err();
        assert_eq!(error.code(), "layer-copy-diff-id");
        assert_eq!(error.found(), Some(Digest::sha256(&tar).to_string()));

        let size = stored.len() as u64;
        let error = copy(&stored, form, &ExpectedLayer { size: Some(size + 1), ..none }).unwrap_err();
        assert_eq!(error, LayerCopyError::Size { expected: size + 1, found: size });
    }
    // A plain tar is hashed once for both, and still both are compared.
    let error = copy(&tar, LayerForm::Plain, &ExpectedLayer { diff_id: Some(wrong), ..none }).unwrap_err();
    assert_eq!(error.code(), "layer-copy-diff-id");
}

/// A stream that does not end is not read to its end.
#[test]
fn more_bytes_than_expected_end_the_copy_at_once() {
    let expected = ExpectedLayer { size: Some(1000), ..ExpectedLayer::default() };
    for form in FORMS {
        let error =
            copy_layer(io::repeat(0), form, &expected, &mut io::sink(), &CopyOptions::default()).unwrap_err();
        let LayerIoError::Copy(LayerCopyError::Size { expected: 1000, found }) = error else {
            panic!("{error}")
        };
        assert!(found <= 1 << 20, "{found} bytes read");
    }
}

#[test]
fn other_algorithms_are_compared_as_well() {
    let tar = tar();
    let sha512 = Digest::of(Algorithm::Sha512, &tar);
    for (digest, diff_id) in
        [(Some(sha512), None), (None, Some(sha512)), (Some(sha512), Some(Digest::sha256(&tar)))]
    {
        let expected = ExpectedLayer { digest, diff_id, size: None };
        for form in FORMS {
            let (copied, _) = copy(&tar, form, &expected).unwrap();
            assert_eq!(copied.stored.digest, digest.unwrap_or(Digest::sha256(&tar)));
            assert_eq!(copied.tar.digest, diff_id.unwrap_or(Digest::sha256(&tar)));
        }
        let wrong = Some(Digest::of(Algorithm::Sha512, b"another"));
        let expected = ExpectedLayer {
            digest: digest.and(wrong),
            diff_id: diff_id.and(wrong.filter(|_| digest.is_none())),
            size: None,
        };
        assert!(copy(&tar, LayerForm::Plain, &expected).is_err());
    }
}

/// As the scan has it: what follows the last member is no part of the tar, but stays in the stored form.
#[test]
fn trailing_bytes_stay_with_the_stored_form_only() {
    let tar = tar();
    let mut stored = encoded(Encoding::GZIP, &tar);
    let length = stored.len() as u64;
    stored.extend([0; 600]);
    for form in FORMS {
        let (copied, out) = copy(&stored, form, &ExpectedLayer::default()).unwrap();
        let trailing = copied.trailing.unwrap();
        assert_eq!((trailing.offset, trailing.bytes, trailing.zeros), (length, 600, true));
        assert_eq!(copied.tar.digest, Digest::sha256(&tar));
        assert!(if form == LayerForm::Stored {
            out == stored
        } else {
            decoded(copied.compression, &out) == tar
        });
    }
}

#[test]
fn damage_is_found_in_every_form() {
    let stored = encoded(Encoding::GZIP, &tar());
    let mut damaged = stored.clone();
    let at = damaged.len() - 6;
    damaged[at] ^= 1;
    for form in FORMS {
        let error = copy(&damaged, form, &ExpectedLayer::default()).unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Corrupt, "codec-checksum"), "{form:?}");
        let error = copy(&stored[..stored.len() / 2], form, &ExpectedLayer::default()).unwrap_err();
        assert_eq!((error.code(), error.offset()), ("codec-truncated", Some(stored.len() as u64 / 2)));
    }
}

#[test]
fn limits_hold_in_every_form() {
    let tar = tar();
    let limits = Limits { unpacked_bytes: 300_000, ..Limits::default() };
    for stored in [tar.clone(), encoded(Encoding::ZSTD, &tar)] {
        for form in FORMS {
            let error = copy_with(&stored, form, &ExpectedLayer::default(), limits).unwrap_err();
            assert_eq!((error.kind(), error.code()), (ErrorKind::Limit, "limit"), "{form:?}: {error}");
        }
    }
    let limits = Limits { expansion_ratio: 10, expansion_floor: 1 << 20, ..Limits::default() };
    let bomb = encoded(Encoding::GZIP, &vec![0; 3 << 20]);
    let error =
        copy_with(&bomb, LayerForm::Encoded(Encoding::ZSTD), &ExpectedLayer::default(), limits).unwrap_err();
    assert!(error.to_string().contains("expansionRatio"), "{error}");
}

#[test]
fn what_cannot_be_written_is_said_before_anything_is_read() {
    let form = LayerForm::Encoded(Encoding { compression: Compression::Xz, level: None });
    let error = LayerCopy::new(form, &ExpectedLayer::default(), &Limits::default()).unwrap_err();
    assert_eq!(error.code(), "encode-unsupported");
    let none = ExpectedLayer::default();
    let error = copy_layer(io::repeat(0), form, &none, &mut io::sink(), &CopyOptions::default()).unwrap_err();
    assert_eq!(error.code(), "encode-unsupported");
}

/// Takes so many bytes.
struct Small(usize);

impl Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Noise without an end.
struct Endless(u64);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for byte in buffer.iter_mut() {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (self.0 >> 56) as u8;
        }
        Ok(buffer.len())
    }
}

/// Gives so many bytes.
struct Broken<'b>(&'b [u8]);

impl Read for Broken<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        self.0.read(buffer)
    }
}

#[test]
fn a_receiver_that_fails_ends_the_copy() {
    let none = ExpectedLayer::default();
    for stored in [tar(), encoded(Encoding::GZIP, &tar())] {
        for form in FORMS {
            for room in [0, 5, 50_000] {
                let error = copy_layer(&stored[..], form, &none, &mut Small(room), &CopyOptions::default())
                    .unwrap_err();
                let LayerIoError::Write { source } = &error else { panic!("{form:?}: {error}") };
                assert_eq!(source.kind(), io::ErrorKind::StorageFull);
                // Nobody would ever come to the end of this one.
                let error =
                    copy_layer(Endless(1), form, &none, &mut Small(room), &options(3, Limits::default()));
                assert_eq!(error.unwrap_err().code(), "layer-write");
            }
            let error = copy_layer(
                Broken(&stored[..400_000.min(stored.len() / 2)]),
                form,
                &none,
                &mut io::sink(),
                &CopyOptions::default(),
            );
            let LayerIoError::Read { source } = error.unwrap_err() else { panic!("{form:?}") };
            assert_eq!(source.kind(), io::ErrorKind::ConnectionReset);
        }
    }
    let mut copy = LayerCopy::new(LayerForm::Plain, &none, &Limits::default()).unwrap();
    let sink = &mut |_: &[u8]| Err(LayerIoError::Write { source: io::ErrorKind::StorageFull.into() });
    assert_eq!(copy.push(&tar(), sink).unwrap_err().code(), "layer-write");
    assert_eq!(copy.push(b"more", sink).unwrap_err().code(), "layer-copy-stopped");
}

#[test]
fn a_made_layer_is_what_a_copied_one_is() {
    let tar = tar();
    for encoding in [Encoding::NONE, Encoding::GZIP.with_level(1), Encoding::ZSTD] {
        for threads in [1, 2] {
            let mut out = Vec::new();
            let made = make_layer(&encoding, &mut out, &options(threads, Limits::default()), |sink| {
                tar.chunks(512)
                    .try_for_each(|block| sink.write_all(block))
                    .map_err(|source| LayerIoError::Read { source })
            })
            .unwrap();
            assert!(out == encoded(encoding, &tar));
            assert_eq!((made.tar.digest, made.tar.size), (Digest::sha256(&tar), tar.len() as u64));
            assert_eq!((made.written.digest, made.written.size), (Digest::sha256(&out), out.len() as u64));
            assert_eq!(made.compression, encoding.compression);
        }
        let mut seen = None;
        let failed = make_layer(&encoding, &mut Small(70_000), &CopyOptions::default(), |sink| {
            let error = std::iter::repeat(&tar).find_map(|tar| sink.write_all(tar).err()).unwrap();
            seen = Some(error.kind());
            Err(LayerIoError::Read { source: error })
        });
        assert_eq!(failed.unwrap_err().code(), "layer-write", "the cause and not its consequence");
        assert_eq!(seen, Some(io::ErrorKind::BrokenPipe));
        let failed = make_layer(&encoding, &mut io::sink(), &CopyOptions::default(), |sink| {
            let _ = sink.write_all(&tar);
            Err(LayerIoError::Read { source: io::ErrorKind::Other.into() })
        });
        assert_eq!(failed.unwrap_err().code(), "layer-read");
    }
}
