//! Taking a tar apart while it passes.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use xxhash_rust::xxh3::xxh3_128;

use super::crc64::Crc64;
use crate::json::{Escapes, write_string};
use crate::layer::Whiteout;
use crate::layer::path::{clean_path, split_path};
use crate::limits::{LimitExceeded, Limits};
use crate::tar::{EntryKind, Event, Reader, TarError};

/// Raw bytes of one line at most. Longer ones, such as what follows the end marker, are spread over several.
const RAW_BYTES: usize = 1 << 20;

/// What is known of a tar that was taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TarSplitSummary {
    /// The lines that were not taken before.
    pub lines: Vec<u8>,
    /// Bytes of its regular files, as unpacked.
    pub size: u64,
    /// Entries, deletion marks included.
    pub entries: u64,
    /// The first file whose contents a later entry of the same tar replaces or deletes, so that the unpacked files do not
    /// have them any more.
    pub overwritten: Option<Vec<u8>>,
}

/// The member that is passing.
struct File {
    name: Vec<u8>,
    size: u64,
    crc: Crc64,
}

/// Takes a tar apart that arrives in pieces, and says what is left of it without the contents of files.
///
/// A path that occurs again gets no line as a file, because engines refuse to read that: what it holds is kept as raw
/// bytes. So are the fragments of sparse files, which engines would put together with their holes.
pub struct TarSplitWriter {
    reader: Reader,
    lines: Vec<u8>,
    raw: Vec<u8>,
    position: u64,
    file: Option<File>,
    /// Hashes of the paths that occurred, and whether a file with contents has the path.
    seen: HashMap<u128, bool>,
    size: u64,
    entries: u64,
    overwritten: Option<Vec<u8>>,
    limits: Limits,
}

impl TarSplitWriter {
    /// At the start of a tar.
    pub fn new(limits: &Limits) -> Self {
        Self {
            reader: Reader::new(limits),
            lines: Vec::new(),
            raw: Vec::new(),
            position: 0,
            file: None,
            seen: HashMap::new(),
            size: 0,
            entries: 0,
            overwritten: None,
            limits: *limits,
        }
    }

    /// Takes more of the tar.
    ///
    /// # Errors
    /// What is wrong with it, or that it has more entries than the limit `layerEntries` allows.
    pub fn push(&mut self, mut input: &[u8]) -> Result<(), TarError> {
        loop {
            let before = input;
            let event = self.reader.next(&mut input)?;
            let consumed = before.get(..before.len() - input.len()).unwrap_or_default();
            match event {
                Some(Event::Data(data)) => match &mut self.file {
                    Some(file) => file.crc.update(data),
                    None => self.raw.extend_from_slice(data),
                },
                Some(Event::Entry(entry)) => {
                    self.raw.extend_from_slice(consumed);
                    let is_file = entry.kind == EntryKind::File;
                    let (name, size) = (entry.path.clone(), entry.size);
                    let is_sparse = entry.sparse.is_some();
                    let offset = entry.header_offset;
                    // Of what is no regular file Go's reader gives the contents as well, if it has any.
                    let stored = entry.stored_size;
                    self.entry(offset, name, stored, is_sparse)?;
                    if is_file {
                        self.size = self.size.saturating_add(size);
                    }
                }
                Some(Event::EntryEnd) => {
                    if let Some(file) = self.file.take() {
                        self.file_line(&file.name, file.size, Some(file.crc.finish()));
                    }
                }
                Some(Event::Hole(_)) => self.raw.extend_from_slice(consumed),
                None => {
                    self.raw.extend_from_slice(consumed);
                    self.flush_long();
                    return Ok(());
                }
            }
            self.flush_long();
        }
    }

    /// The lines that are complete so far, each of which is handed over once.
    pub fn take_lines(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.lines)
    }

    /// Bytes of the lines that wait to be taken.
    pub fn pending(&self) -> usize {
        self.lines.len()
    }

    /// Says that the tar ends here.
    ///
    /// # Errors
    /// It ends within a member.
    pub fn finish(mut self) -> Result<TarSplitSummary, TarError> {
        self.reader.finish()?;
        self.flush();
        Ok(TarSplitSummary {
            lines: self.lines,
            size: self.size,
            entries: self.entries,
            overwritten: self.overwritten,
        })
    }

    fn entry(&mut self, offset: u64, name: Vec<u8>, stored: u64, is_sparse: bool) -> Result<(), TarError> {
        self.entries += 1;
        LimitExceeded::check("layerEntries", self.limits.layer_entries, self.entries)
            .map_err(|source| TarError::Limit { offset, source })?;
        let is_new = self.note(&name, stored > 0);
        // Without a line of its own, what it holds is raw.
        if !is_new {
            return Ok(());
        }
        self.flush();
        if stored == 0 || is_sparse {
            self.file_line(&name, 0, None);
        } else {
            self.file = Some(File { name, size: stored, crc: Crc64::default() });
        }
        Ok(())
    }

    /// Notes a path; false when it occurred before.
    fn note(&mut self, name: &[u8], has_contents: bool) -> bool {
        let path = clean_path(name).unwrap_or(std::borrow::Cow::Borrowed(name));
        let replaced = self.seen.insert(xxh3_128(&path), has_contents);
        let mut lost = (replaced == Some(true)).then(|| path.to_vec());
        if let Some(Whiteout::Remove(target)) = Whiteout::of(&path) {
            let (folder, _) = split_path(&path);
            let slash: &[u8] = if folder.is_empty() { b"" } else { b"/" };
            let deleted = [folder, slash, target].concat();
            if self.seen.get(&xxh3_128(&deleted)) == Some(&true) {
                lost = Some(deleted);
            }
        }
        if self.overwritten.is_none() {
            self.overwritten = lost;
        }
        replaced.is_none()
    }

    fn flush_long(&mut self) {
        if self.raw.len() >= RAW_BYTES {
            self.flush();
        }
    }

    /// A line for each of the raw bytes that wait.
    fn flush(&mut self) {
        let raw = std::mem::take(&mut self.raw);
        for piece in raw.chunks(RAW_BYTES) {
            let mut line = String::with_capacity(piece.len() / 3 * 4 + 48);
            line.push_str(r#"{"type":2,"payload":""#);
            STANDARD.encode_string(piece, &mut line);
            line.push('"');
            self.lines.extend(line.into_bytes());
            self.end_line();
        }
        self.raw = raw;
        self.raw.clear();
    }

    fn file_line(&mut self, name: &[u8], size: u64, crc: Option<[u8; 8]>) {
        self.lines.extend(br#"{"type":1"#);
        match str::from_utf8(name) {
            Ok("") => {}
            Ok(text) => {
                self.lines.extend(br#","name":"#);
                write_string(&mut self.lines, text, Escapes::Current);
            }
            Err(_) => {
                let text = STANDARD.encode(name);
                self.lines.extend(format!(r#","name_raw":"{text}""#).into_bytes());
            }
        }
        if size > 0 {
            self.lines.extend(format!(r#","size":{size}"#).into_bytes());
        }
        match crc {
            Some(crc) => self.lines.extend(format!(r#","payload":"{}""#, STANDARD.encode(crc)).into_bytes()),
            None => self.lines.extend(br#","payload":null"#),
        }
        self.end_line();
    }

    fn end_line(&mut self) {
        self.lines.extend(format!(",\"position\":{}}}\n", self.position).into_bytes());
        self.position += 1;
    }
}

impl std::fmt::Debug for TarSplitWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TarSplitWriter")
            .field("offset", &self.reader.offset())
            .field("entries", &self.entries)
            .finish_non_exhaustive()
    }
}
