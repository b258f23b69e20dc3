//! The push reader: bytes in, events out.

use super::entry::{Entry, EntryKind, Format};
use super::error::TarError;
use super::event::{Event, Trailer};
use super::pax::{Records, SparseMap};
use super::sparse::{self, Cursor, MapParser, Piece};
use super::{BLOCK, header, padded};
use crate::limits::{LimitExceeded, Limits};

#[derive(Debug)]
enum State {
    /// At a block boundary between members.
    Header,
    /// Inside an extended header of `kind`.
    Extended {
        kind: u8,
        remaining: u64,
        padding: u64,
    },
    /// Before a further block of an old GNU sparse map.
    SparseBlock,
    /// Before a further block of a PAX 1.0 sparse map.
    SparseMap(MapParser),
    /// The entry is parsed and not announced yet.
    Announce,
    /// Inside stored contents.
    Data {
        remaining: u64,
    },
    /// Between the last byte of the contents and the next header.
    End,
    Padding {
        remaining: u64,
    },
    /// One zero block was seen.
    ZeroBlock,
    /// Behind the end marker.
    Trailing,
    /// An error was returned.
    Failed,
}

/// Reads a tar that arrives in pieces.
///
/// ```
/// use layerglass::tar::{Event, Reader};
/// let mut reader = Reader::new(&Default::default());
/// let mut input = &[0; 1024][..];
/// assert_eq!(reader.next(&mut input), Ok(None)); // nothing but an end marker
/// assert!(reader.finish().is_ok());
/// ```
#[derive(Debug)]
pub struct Reader {
    state: State,
    limits: Limits,
    /// Bytes consumed.
    offset: u64,
    block: Box<[u8; BLOCK]>,
    filled: usize,
    extended: Vec<u8>,
    /// Offset of the first header block of the member being read.
    member_offset: Option<u64>,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    records: Option<Records>,
    entry: Entry,
    /// Where a sparse member is being read.
    cursor: Cursor,
    trailer: Trailer,
}

impl Reader {
    /// A reader at the start of a tar.
    pub fn new(limits: &Limits) -> Self {
        Self {
            state: State::Header,
            limits: *limits,
            offset: 0,
            block: Box::new([0; BLOCK]),
            filled: 0,
            extended: Vec::new(),
            member_offset: None,
            long_name: None,
            long_link: None,
            records: None,
            entry: Entry::empty(),
            cursor: Cursor::default(),
            trailer: Trailer::default(),
        }
    }

    /// Bytes consumed so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Has the end marker been seen?
    pub fn ended(&self) -> bool {
        matches!(self.state, State::Trailing)
    }

    /// The next event, taking bytes from the front of `input`; `None` when it needs more of them.
    ///
    /// # Errors
    /// The tar is malformed or passes a limit. Every later call then takes all bytes and answers `None`.
    pub fn next<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<Event<'_, 'i>>, TarError> {
        match self.step(input) {
            Ok(Step::More) => Ok(None),
            Ok(Step::Entry) => Ok(Some(Event::Entry(&self.entry))),
            Ok(Step::Data(data)) => Ok(Some(Event::Data(data))),
            Ok(Step::Hole(length)) => Ok(Some(Event::Hole(length))),
            Ok(Step::EntryEnd) => Ok(Some(Event::EntryEnd)),
            Err(error) => {
                self.state = State::Failed;
                Err(error)
            }
        }
    }

    /// Passes over the contents of the member just announced: returns how many bytes the caller may leave out.
    ///
    /// The next event then is the following member. Zero when the reader is not right behind [`Event::Entry`].
    pub fn skip_contents(&mut self) -> u64 {
        let State::Data { remaining } = self.state else { return 0 };
        let whole = padded(remaining);
        self.offset = self.offset.saturating_add(whole);
        self.state = State::Header;
        self.member_offset = None;
        whole
    }

    /// Ends the tar.
    ///
    /// # Errors
    /// [`TarError::Truncated`] when it ends inside a member.
    pub fn finish(&mut self) -> Result<Trailer, TarError> {
        let missing = match &self.state {
            State::Header if self.filled == 0 && self.member_offset.is_none() => 0,
            State::Header | State::ZeroBlock if self.filled > 0 => (BLOCK - self.filled) as u64,
            State::Header | State::SparseBlock | State::SparseMap(_) | State::Announce => BLOCK as u64,
            State::Extended { remaining, padding, .. } => remaining.saturating_add(*padding),
            State::Data { remaining } => *remaining,
            // Tools that cut the padding of the last member exist, and engines accept it.
            State::End | State::Padding { .. } | State::ZeroBlock | State::Trailing | State::Failed => 0,
        };
        if missing > 0 {
            if self.offset == 0 || (self.member_offset.is_none() && self.offset < BLOCK as u64) {
                return Err(TarError::NotATar);
            }
            return Err(TarError::Truncated { offset: self.offset, missing });
        }
        Ok(self.trailer)
    }

    fn step<'i>(&mut self, input: &mut &'i [u8]) -> Result<Step<'i>, TarError> {
        loop {
            match &mut self.state {
                State::Header => {
                    let Some(block) = self.take_block(input) else { return Ok(Step::More) };
                    if block.iter().all(|&byte| byte == 0) {
                        self.trailer.end_blocks = 1;
                        self.state = State::ZeroBlock;
                        continue;
                    }
                    self.header(&block)?;
                }
                State::Extended { kind, remaining, padding } => {
                    let (kind, padding) = (*kind, *padding);
                    let take = usize::try_from(*remaining).unwrap_or(usize::MAX).min(input.len());
                    let (data, rest) = input.split_at(take);
                    self.extended.extend_from_slice(data);
                    *input = rest;
                    *remaining -= take as u64;
                    self.offset += take as u64;
                    if *remaining > 0 {
                        return Ok(Step::More);
                    }
                    self.extended(kind)?;
                    self.state = State::Padding { remaining: padding };
                }
                State::SparseBlock => {
                    let Some(block) = self.take_block(input) else { return Ok(Step::More) };
                    let offset = self.entry.header_offset;
                    let fragments = self.entry.sparse.get_or_insert_default();
                    sparse::old_gnu(&block[..504], offset, fragments)?;
                    self.check_fragments()?;
                    if block[504] == 0 {
                        self.start_data()?;
                    }
                }
                State::SparseMap(parser) => {
                    let mut parser = std::mem::take(parser);
                    let Some(block) = self.take_block(input) else {
                        self.state = State::SparseMap(parser);
                        return Ok(Step::More);
                    };
                    let offset = self.entry.header_offset;
                    self.entry.stored_size = match self.entry.stored_size.checked_sub(BLOCK as u64) {
                        Some(rest) => rest,
                        None => {
                            let reason = "the map is longer than the stored contents";
                            return Err(TarError::Sparse { offset, reason });
                        }
                    };
                    if parser.push(&block[..], self.limits.sparse_fragments, offset)? {
                        self.entry.sparse = Some(parser.into_fragments(offset)?);
                        self.start_data()?;
                    } else {
                        self.state = State::SparseMap(parser);
                    }
                }
                State::Announce => {
                    self.state = State::Data { remaining: self.entry.stored_size };
                    return Ok(Step::Entry);
                }
                State::Data { remaining } => {
                    if self.entry.sparse.is_some() {
                        if let Some(step) = self.sparse_data(input) {
                            return Ok(step);
                        }
                        continue;
                    }
                    if *remaining == 0 {
                        self.state = State::End;
                        continue;
                    }
                    if input.is_empty() {
                        return Ok(Step::More);
                    }
                    let take = usize::try_from(*remaining).unwrap_or(usize::MAX).min(input.len());
                    let (data, rest) = input.split_at(take);
                    *input = rest;
                    *remaining -= take as u64;
                    self.offset += take as u64;
                    return Ok(Step::Data(data));
                }
                State::End => {
                    self.member_offset = None;
                    let stored = self.entry.stored_size;
                    self.state = State::Padding { remaining: padded(stored).saturating_sub(stored) };
                    return Ok(Step::EntryEnd);
                }
                State::Padding { remaining } => {
                    let take = usize::try_from(*remaining).unwrap_or(usize::MAX).min(input.len());
                    *input = &input[take..];
                    *remaining -= take as u64;
                    self.offset += take as u64;
                    if *remaining > 0 {
                        return Ok(Step::More);
                    }
                    self.state = State::Header;
                }
                State::ZeroBlock => {
                    let Some(block) = self.take_block(input) else { return Ok(Step::More) };
                    if block.iter().all(|&byte| byte == 0) {
                        self.trailer.end_blocks = 2;
                    } else {
                        // A lone zero block: Go refuses what follows, GNU tar stops. Nothing behind it is a member.
                        self.trailer.data_offset = Some(self.offset - BLOCK as u64);
                        self.trailer.bytes = BLOCK as u64;
                    }
                    self.state = State::Trailing;
                }
                State::Trailing => {
                    if self.trailer.data_offset.is_none() {
                        let data = input.iter().position(|&byte| byte != 0);
                        self.trailer.data_offset = data.map(|at| self.offset + at as u64);
                    }
                    self.trailer.bytes += input.len() as u64;
                    self.consume_all(input);
                    return Ok(Step::More);
                }
                State::Failed => {
                    self.consume_all(input);
                    return Ok(Step::More);
                }
            }
        }
    }

    fn consume_all(&mut self, input: &mut &[u8]) {
        self.offset += input.len() as u64;
        *input = &[];
    }

    /// One whole block, collected over several inputs if need be.
    fn take_block(&mut self, input: &mut &[u8]) -> Option<[u8; BLOCK]> {
        if self.filled == 0
            && let Some((block, rest)) = input.split_first_chunk::<BLOCK>()
        {
            *input = rest;
            self.offset += BLOCK as u64;
            return Some(*block);
        }
        let take = (BLOCK - self.filled).min(input.len());
        let (data, rest) = input.split_at(take);
        self.block[self.filled..self.filled + take].copy_from_slice(data);
        *input = rest;
        self.filled += take;
        self.offset += take as u64;
        if self.filled < BLOCK {
            return None;
        }
        self.filled = 0;
        Some(*self.block)
    }

    fn header(&mut self, block: &[u8; BLOCK]) -> Result<(), TarError> {
        let offset = self.offset - BLOCK as u64;
        if let Err((declared, computed)) = header::checksum(block) {
            let error = TarError::Checksum { offset, declared, computed };
            return Err(if offset == 0 { TarError::NotATar } else { error });
        }
        let member_offset = *self.member_offset.get_or_insert(offset);
        header::parse(block, offset, &mut self.entry)?;
        self.entry.header_offset = member_offset;
        let kind = self.entry.type_flag;
        if matches!(kind, b'x' | b'X' | b'g' | b'L' | b'K') {
            let size = self.entry.size;
            LimitExceeded::check("headerBytes", self.limits.header_bytes, size)
                .map_err(|source| TarError::Limit { offset, source })?;
            self.extended.clear();
            self.state = State::Extended { kind, remaining: size, padding: padded(size) - size };
            return Ok(());
        }
        self.member(block, offset)
    }

    /// Completes the member whose header block is `block`.
    fn member(&mut self, block: &[u8; BLOCK], offset: u64) -> Result<(), TarError> {
        let header_only = header::is_header_only(self.entry.type_flag);
        if header_only {
            self.entry.size = 0;
            self.entry.stored_size = 0;
        }
        let map = match self.records.take() {
            Some(records) => {
                if self.entry.format == Format::Ustar {
                    self.entry.format = Format::Pax;
                }
                records.merge(&mut self.entry, header_only)?
            }
            None => SparseMap::None,
        };
        if let Some(name) = self.long_name.take() {
            self.entry.path = name;
        }
        if let Some(link) = self.long_link.take() {
            self.entry.link = link;
        }
        self.entry.kind = header::kind(&self.entry);
        let is_file = self.entry.kind == EntryKind::File;
        match map {
            SparseMap::InData if is_file => {
                self.state = State::SparseMap(MapParser::default());
                return Ok(());
            }
            SparseMap::Known(fragments) if is_file => self.entry.sparse = Some(fragments),
            _ => {}
        }
        let old_sparse = self.entry.type_flag == b'S' && self.entry.sparse.is_some();
        if old_sparse && block[482] != 0 {
            self.state = State::SparseBlock;
            return Ok(());
        }
        let path_bytes = self.entry.path.len().max(self.entry.link.len()) as u64;
        LimitExceeded::check("headerBytes", self.limits.header_bytes, path_bytes)
            .map_err(|source| TarError::Limit { offset, source })?;
        self.start_data()
    }

    fn check_fragments(&self) -> Result<(), TarError> {
        let count = self.entry.sparse.as_ref().map_or(0, Vec::len) as u64;
        LimitExceeded::check("sparseFragments", u64::from(self.limits.sparse_fragments), count)
            .map_err(|source| TarError::Limit { offset: self.entry.header_offset, source })
    }

    fn start_data(&mut self) -> Result<(), TarError> {
        self.check_fragments()?;
        let entry = &mut self.entry;
        entry.data_offset = self.offset;
        if let Some(fragments) = &entry.sparse {
            sparse::validate(fragments, entry.size, entry.stored_size, entry.header_offset)?;
        }
        self.cursor = Cursor::default();
        self.state = State::Announce;
        Ok(())
    }

    /// An extended header is complete.
    fn extended(&mut self, kind: u8) -> Result<(), TarError> {
        let offset = self.offset;
        match kind {
            b'x' | b'X' => self.records = Some(Records::parse(&self.extended, offset, &self.limits)?),
            b'g' => {
                // Checked, as Go does, then ignored: no engine applies them.
                Records::parse(&self.extended, offset, &self.limits)?;
                self.trailer.global_headers += 1;
                self.member_offset = None;
            }
            b'L' => self.long_name = Some(header::text(&self.extended).to_vec()),
            _ => self.long_link = Some(header::text(&self.extended).to_vec()),
        }
        Ok(())
    }

    /// The next piece of a sparse member; `None` when its contents are complete.
    fn sparse_data<'i>(&mut self, input: &mut &'i [u8]) -> Option<Step<'i>> {
        let State::Data { remaining } = &mut self.state else { return None };
        match self.cursor.next(self.entry.sparse.as_deref().unwrap_or_default(), self.entry.size) {
            Piece::Hole(length) => Some(Step::Hole(length)),
            Piece::End => {
                self.state = State::End;
                None
            }
            Piece::Stored(_) if input.is_empty() => Some(Step::More),
            Piece::Stored(length) => {
                let take = usize::try_from(length).unwrap_or(usize::MAX).min(input.len());
                let (data, rest) = input.split_at(take);
                *input = rest;
                *remaining = remaining.saturating_sub(take as u64);
                self.cursor.advance(take as u64);
                self.offset += take as u64;
                Some(Step::Data(data))
            }
        }
    }
}

enum Step<'i> {
    More,
    Entry,
    Data(&'i [u8]),
    Hole(u64),
    EntryEnd,
}
