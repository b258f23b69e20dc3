//! A fetcher that fails as it is told.

use std::sync::Mutex;

use layerglass::digest::Digest;
use layerglass::pull::{Body, Fetch, FetchError, Fetcher, RemoteInfo};
use layerglass::reference::Source;

/// Has one image, for any source.
#[derive(Default)]
pub struct Shelf {
    pub bytes: Vec<u8>,
    pub announced: Option<Digest>,
    pub announced_size: Option<u64>,
    /// Bytes after which each transfer breaks.
    pub breaks_after: Option<usize>,
    /// It can only begin at the start.
    pub from_start: bool,
    pub absent: bool,
    /// Offsets at which it was asked to begin, and how often it was asked for what it knows.
    pub asked: Mutex<Vec<u64>>,
    pub infos: Mutex<u32>,
}

impl Shelf {
    pub fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), ..Self::default() }
    }

    pub fn asked(&self) -> Vec<u64> {
        self.asked.lock().unwrap().clone()
    }
}

pub struct Pieces {
    left: Vec<u8>,
    breaks_after: Option<usize>,
}

impl Body for Pieces {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, FetchError> {
        if self.breaks_after == Some(0) {
            return Err(FetchError::Failed { reason: "the line is cut".into() });
        }
        let count = self.left.len().min(1000).min(self.breaks_after.unwrap_or(1000));
        self.breaks_after = self.breaks_after.map(|left| left - count);
        let piece: Vec<u8> = self.left.drain(..count).collect();
        Ok((!piece.is_empty()).then_some(piece))
    }
}

impl Fetcher for Shelf {
    type Body = Pieces;

    async fn info(&self, _: &Source) -> Result<RemoteInfo, FetchError> {
        *self.infos.lock().unwrap() += 1;
        if self.absent {
            return Err(FetchError::NotFound);
        }
        Ok(RemoteInfo { digest: self.announced, size: self.announced_size })
    }

    async fn fetch(&self, _: &Source, offset: u64) -> Result<Fetch<Pieces>, FetchError> {
        if self.absent {
            return Err(FetchError::NotFound);
        }
        self.asked.lock().unwrap().push(offset);
        let offset = if self.from_start { 0 } else { offset };
        let left = self.bytes[offset as usize..].to_vec();
        Ok(Fetch { offset, body: Pieces { left, breaks_after: self.breaks_after } })
    }
}

pub fn contents() -> Vec<u8> {
    (0..10_500_u32).map(|number| ((number * number) >> 3) as u8).collect()
}

pub fn library() -> Source {
    Source::parse("library://demo/tool:1").unwrap()
}
