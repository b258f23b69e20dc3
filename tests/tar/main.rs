//! Reading and writing tar: each format, other people's files, and what is malformed.
#![cfg(feature = "archive")]

#[path = "../support/build.rs"]
mod build;
mod formats;
#[cfg(not(target_arch = "wasm32"))]
mod others;
mod properties;
mod write;

use layerglass::limits::Limits;
use layerglass::tar::{Entry, Event, Reader, TarError, Trailer};

/// A member, its contents with holes filled, and how the tar ended.
type Read = (Vec<(Entry, Vec<u8>)>, Result<Trailer, TarError>);

/// Reads a whole tar in pieces of `piece` bytes.
fn read(tar: &[u8], piece: usize) -> Read {
    let mut reader = Reader::new(&Limits::default());
    let mut members: Vec<(Entry, Vec<u8>)> = Vec::new();
    for mut input in tar.chunks(piece.max(1)) {
        loop {
            match reader.next(&mut input) {
                Ok(Some(Event::Entry(entry))) => members.push((entry.clone(), Vec::new())),
                Ok(Some(Event::Data(data))) => members.last_mut().unwrap().1.extend(data),
                Ok(Some(Event::Hole(length))) => {
                    let contents = &mut members.last_mut().unwrap().1;
                    contents.resize(contents.len() + usize::try_from(length.min(1 << 24)).unwrap(), 0);
                }
                Ok(Some(Event::EntryEnd)) => {}
                Ok(None) => break,
                Err(error) => return (members, Err(error)),
            }
        }
    }
    let end = reader.finish();
    (members, end)
}
