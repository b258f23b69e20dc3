//! Tars read to their end, and written again from what was read.
#![allow(dead_code, reason = "each test binary uses its own part")]

use layerglass::codec::{CodecError, Compression, Decoder};
use layerglass::limits::Limits;
use layerglass::tar::{Entry, Event, Reader, TarError, TarWriteError, Trailer, WriteFormat, Writer};

/// A member, its contents with holes filled, and how the tar ended.
pub type Read = (Vec<(Entry, Vec<u8>)>, Result<Trailer, TarError>);

/// Reads a whole tar in pieces of `piece` bytes.
pub fn read(tar: &[u8], piece: usize) -> Read {
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

/// A tar of entries with contents; those of a sparse file are its fragments.
pub fn write(format: WriteFormat, members: &[(Entry, Vec<u8>)]) -> Result<Vec<u8>, TarWriteError> {
    let mut writer = Writer::new(format);
    let mut tar = Vec::new();
    for (entry, contents) in members {
        tar.extend_from_slice(writer.entry(entry)?);
        writer.contents(contents.len() as u64)?;
        tar.extend_from_slice(contents);
        tar.extend_from_slice(writer.padding()?);
    }
    tar.extend_from_slice(writer.finish()?);
    Ok(tar)
}

/// What both say of a member, whatever header holds it.
pub fn meaning(entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    entry.format = layerglass::tar::Format::Pax;
    (entry.type_flag, entry.header_offset, entry.data_offset, entry.stored_size) = (0, 0, 0, 0);
    if let Some(fragments) = &mut entry.sparse {
        fragments.retain(|fragment| fragment.length > 0);
    }
    entry
}

/// What a file decompresses to, and what it was compressed with.
pub fn unpacked(file: &[u8]) -> Result<(Compression, Vec<u8>), CodecError> {
    let compression = Compression::detect(file).unwrap_or(Compression::None);
    let mut decoder = Decoder::new(compression, &Limits::default());
    let mut tar = Vec::new();
    decoder.push(file, &mut |piece: &[u8]| {
        tar.extend_from_slice(piece);
        Ok::<(), CodecError>(())
    })?;
    decoder.finish()?;
    Ok((compression, tar))
}
