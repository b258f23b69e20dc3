//! The contents of layers as records of the same storage, so that a graph works wherever a [`Backend`] does.
//!
//! ```text
//! layerglass/layers/<place>                   "<token> <parts> <bytes>\n": where the contents of a layer are
//! layerglass/parts/<token>/<number>           their parts, each of PART bytes but the last; numbers of eight digits
//! ```

use std::collections::BTreeSet;

use super::contents::{ContentsError, LayerContents};
use crate::store::Backend;

/// Bytes of a part.
const PART: usize = 4 << 20;
const LAYERS: &str = "layerglass/layers/";
const PARTS: &str = "layerglass/parts/";

/// The contents of layers, as they were written, in records of a storage.
///
/// The size of a layer is the number of its bytes as they were written: a tar is not looked into here.
#[derive(Clone, Debug)]
pub struct RecordContents<B>(B);

/// Contents that are being written.
#[derive(Debug)]
pub struct Parts {
    place: String,
    token: String,
    /// Not yet written.
    rest: Vec<u8>,
    parts: u32,
    bytes: u64,
}

/// Contents that are being read.
#[derive(Debug)]
pub struct Whole {
    place: String,
    pointer: Pointer,
    next: u32,
    bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pointer {
    token: String,
    parts: u32,
    bytes: u64,
}

impl Pointer {
    fn read(record: &[u8]) -> Option<Self> {
        let mut words = str::from_utf8(record).ok()?.strip_suffix('\n')?.split(' ');
        let token = words.next().filter(|token| is_token(token))?.to_owned();
        let (parts, bytes) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        words.next().is_none().then_some(Self { token, parts, bytes })
    }

    fn write(&self) -> Vec<u8> {
        format!("{} {} {}\n", self.token, self.parts, self.bytes).into_bytes()
    }
}

fn is_token(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn part(token: &str, number: u32) -> String {
    format!("{PARTS}{token}/{number:08}")
}

fn corrupt(place: &str, reason: impl ToString) -> ContentsError {
    ContentsError::Corrupt { place: place.to_owned(), reason: reason.to_string() }
}

impl<B: Backend> RecordContents<B> {
    /// Contents in a storage; that of the graph itself, or another one.
    pub const fn new(backend: B) -> Self {
        Self(backend)
    }

    async fn pointer(&self, place: &str) -> Result<Option<Pointer>, ContentsError> {
        let Some(record) = self.0.get(&format!("{LAYERS}{place}")).await? else { return Ok(None) };
        Pointer::read(&record)
            .map(Some)
            .ok_or_else(|| corrupt(place, "the record of its parts is unreadable"))
    }

    async fn put_part(&self, writing: &mut Parts, bytes: &[u8]) -> Result<(), ContentsError> {
        self.0.put(&part(&writing.token, writing.parts), bytes).await?;
        writing.parts = writing.parts.checked_add(1).ok_or_else(|| ContentsError::Failed {
            operation: "write",
            place: writing.place.clone(),
            reason: "there are too many parts".to_owned(),
        })?;
        Ok(())
    }

    async fn remove_parts(&self, token: &str) -> Result<(), ContentsError> {
        for key in self.0.list(&format!("{PARTS}{token}/")).await? {
            self.0.delete(&key).await?;
        }
        Ok(())
    }
}

impl<B: Backend> LayerContents for RecordContents<B> {
    type Writing = Parts;
    type Reading = Whole;

    fn driver(&self) -> &str {
        "records"
    }

    async fn begin(&self, token: &str, place: &str, _parent: Option<&str>) -> Result<Parts, ContentsError> {
        let (place, token) = (place.to_owned(), token.to_owned());
        Ok(Parts { place, token, rest: Vec::new(), parts: 0, bytes: 0 })
    }

    async fn write(&self, writing: &mut Parts, mut bytes: &[u8]) -> Result<(), ContentsError> {
        writing.bytes = writing.bytes.saturating_add(bytes.len() as u64);
        while writing.rest.len() + bytes.len() >= PART {
            let (now, later) = bytes.split_at(PART.saturating_sub(writing.rest.len()).min(bytes.len()));
            let mut whole = std::mem::take(&mut writing.rest);
            whole.extend(now);
            bytes = later;
            self.put_part(writing, &whole).await?;
        }
        writing.rest.extend(bytes);
        Ok(())
    }

    async fn finish(&self, writing: &mut Parts) -> Result<u64, ContentsError> {
        let rest = std::mem::take(&mut writing.rest);
        if !rest.is_empty() {
            self.put_part(writing, &rest).await?;
        }
        Ok(writing.bytes)
    }

    async fn commit(&self, writing: Parts) -> Result<(), ContentsError> {
        let Parts { place, token, parts, bytes, .. } = writing;
        let pointer = Pointer { token, parts, bytes };
        Ok(self.0.put(&format!("{LAYERS}{place}"), &pointer.write()).await?)
    }

    async fn abort(&self, writing: Parts) -> Result<(), ContentsError> {
        self.remove_parts(&writing.token).await
    }

    async fn contains(&self, place: &str) -> Result<bool, ContentsError> {
        Ok(self.pointer(place).await?.is_some())
    }

    async fn size(&self, place: &str, _parent: Option<&str>) -> Result<Option<u64>, ContentsError> {
        Ok(self.pointer(place).await?.map(|pointer| pointer.bytes))
    }

    async fn open(&self, place: &str, _parent: Option<&str>) -> Result<Whole, ContentsError> {
        let missing = || ContentsError::Missing { place: place.to_owned() };
        let pointer = self.pointer(place).await?.ok_or_else(missing)?;
        Ok(Whole { place: place.to_owned(), pointer, next: 0, bytes: 0 })
    }

    async fn read(&self, reading: &mut Whole) -> Result<Option<Vec<u8>>, ContentsError> {
        let Whole { place, pointer, next, bytes } = reading;
        if *next == pointer.parts {
            if *bytes != pointer.bytes {
                return Err(corrupt(place, format!("{bytes} bytes, expected {}", pointer.bytes)));
            }
            return Ok(None);
        }
        let found = self.0.get(&part(&pointer.token, *next)).await?;
        let found = found.ok_or_else(|| corrupt(place, format!("part {next} is missing")))?;
        *next += 1;
        *bytes = bytes.saturating_add(found.len() as u64);
        Ok(Some(found))
    }

    async fn remove(&self, place: &str) -> Result<(), ContentsError> {
        let key = format!("{LAYERS}{place}");
        // What a damaged record points to is swept.
        let pointer = self.0.get(&key).await?.and_then(|record| Pointer::read(&record));
        self.0.delete(&key).await?;
        if let Some(pointer) = pointer {
            self.remove_parts(&pointer.token).await?;
        }
        Ok(())
    }

    fn locate(&self, place: &str) -> Option<String> {
        Some(format!("{LAYERS}{place}"))
    }

    async fn sweep(&self) -> Result<Vec<String>, ContentsError> {
        let mut known = BTreeSet::new();
        for key in self.0.list(LAYERS).await? {
            known.extend(
                self.0.get(&key).await?.and_then(|record| Pointer::read(&record)).map(|found| found.token),
            );
        }
        let mut swept = Vec::new();
        for key in self.0.list(PARTS).await? {
            let token = key.strip_prefix(PARTS).and_then(|rest| rest.split('/').next());
            if !token.is_some_and(|token| known.contains(token)) {
                self.0.delete(&key).await?;
                swept.push(key);
            }
        }
        Ok(swept)
    }
}
