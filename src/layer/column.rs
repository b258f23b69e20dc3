//! Growing storage in pieces, so that growth neither copies nor doubles memory.

/// Values of one piece.
const CHUNK: usize = 4096;

/// A list that grows by pieces of 4,096 values.
#[derive(Clone, Debug)]
pub(super) struct Column<T> {
    chunks: Vec<Vec<T>>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T: Copy> Column<T> {
    pub(super) fn push(&mut self, value: T) {
        match self.chunks.last_mut() {
            Some(last) if last.len() < CHUNK => last.push(value),
            Some(_) => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(value);
                self.chunks.push(chunk);
            }
            None => self.chunks.push(vec![value]),
        }
    }

    pub(super) fn get(&self, index: u32) -> Option<T> {
        let index = index as usize;
        self.chunks.get(index / CHUNK)?.get(index % CHUNK).copied()
    }

    pub(super) fn last_mut(&mut self) -> Option<&mut T> {
        self.chunks.last_mut()?.last_mut()
    }

    pub(super) fn len(&self) -> usize {
        match self.chunks.split_last() {
            Some((last, full)) => full.len() * CHUNK + last.len(),
            None => 0,
        }
    }

    /// The pieces.
    pub(super) fn chunks(&self) -> &[Vec<T>] {
        &self.chunks
    }
}

/// Bytes of one piece of an arena.
const ARENA_CHUNK: usize = 1 << 18;

/// Byte strings, stored one behind the other in pieces; none crosses the end of its piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Arena {
    chunks: Vec<Vec<u8>>,
}

/// Where a byte string lies in an [`Arena`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) chunk: u32,
    pub(super) start: u32,
    pub(super) length: u32,
}

impl Arena {
    pub(super) fn push(&mut self, bytes: &[u8]) -> Span {
        let fits = self.chunks.last().is_some_and(|last| last.len() + bytes.len() <= ARENA_CHUNK);
        if !fits {
            // The first piece starts small, because most layers hold few files.
            let capacity = if self.chunks.is_empty() { bytes.len() } else { ARENA_CHUNK.max(bytes.len()) };
            self.chunks.push(Vec::with_capacity(capacity));
        }
        let chunk = self.chunks.len() - 1;
        let last = &mut self.chunks[chunk];
        let start = last.len() as u32;
        last.extend_from_slice(bytes);
        Span { chunk: chunk as u32, start, length: bytes.len() as u32 }
    }

    pub(super) fn get(&self, span: Span) -> &[u8] {
        let start = span.start as usize;
        let chunk = self.chunks.get(span.chunk as usize).map_or(&[][..], Vec::as_slice);
        chunk.get(start..start.saturating_add(span.length as usize)).unwrap_or_default()
    }

    pub(super) fn chunks(&self) -> &[Vec<u8>] {
        &self.chunks
    }

    pub(super) fn from_chunks(chunks: Vec<Vec<u8>>) -> Self {
        Self { chunks }
    }
}
