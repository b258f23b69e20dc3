//! Many digests of one algorithm, in order.

use super::Digest;

/// Digests of one chunk at most.
const CHUNK: usize = 64;

/// A sorted set in chunks. A search reads an index, which is small enough to stay in the processor's cache, and then one
/// chunk. Nothing depends on how the digests are spread, so that chosen ones cost no more than others.
#[derive(Clone, Debug, Default)]
pub(super) struct Sorted {
    /// [`lead`] of the first digest of each chunk.
    firsts: Vec<u64>,
    /// None is empty.
    chunks: Vec<Chunk>,
    len: usize,
}

#[derive(Clone, Debug, Default)]
struct Chunk {
    /// [`lead`] of each digest.
    leads: Vec<u64>,
    digests: Vec<Digest>,
}

/// The first eight bytes as a number.
pub(super) fn lead(digest: &Digest) -> u64 {
    digest.bytes.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

impl Chunk {
    fn new(digests: Vec<Digest>) -> Self {
        Self { leads: digests.iter().map(lead).collect(), digests }
    }

    fn first(&self) -> u64 {
        self.leads.first().copied().unwrap_or_default()
    }

    /// How many are less than a digest.
    fn less_than(&self, digest: &Digest) -> usize {
        let lead = lead(digest);
        // A chunk is small: to look at all takes less than to wait for one after the other.
        let start = self.leads.iter().filter(|other| **other < lead).count();
        let equal = self.leads.iter().filter(|other| **other == lead).count();
        let equals = self.digests.get(start..start + equal).unwrap_or_default();
        start + equals.partition_point(|other| other < digest)
    }

    /// Takes the upper half out.
    fn split(&mut self) -> Self {
        let half = self.digests.len() / 2;
        Self { leads: self.leads.split_off(half), digests: self.digests.split_off(half) }
    }
}

impl Sorted {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Digest> {
        self.chunks.iter().flat_map(|chunk| chunk.digests.iter().copied())
    }

    /// Hands out the digests from the first one that is not less than `start`, each with its [`lead`], until one is
    /// answered by false.
    pub(super) fn each_from(&self, start: &Digest, each: &mut dyn FnMut(u64, &Digest) -> bool) {
        let (chunk, mut index) = self.place(start);
        for chunk in self.chunks.get(chunk..).unwrap_or_default() {
            for (&lead, digest) in chunk.leads.iter().zip(&chunk.digests).skip(index) {
                if !each(lead, digest) {
                    return;
                }
            }
            index = 0;
        }
    }

    pub(super) fn contains(&self, digest: &Digest) -> bool {
        let (chunk, index) = self.place(digest);
        self.get(chunk, index) == Some(digest)
    }

    pub(super) fn insert(&mut self, digest: Digest) -> bool {
        let (at, index) = self.place(&digest);
        if self.get(at, index) == Some(&digest) {
            return false;
        }
        if self.chunks.is_empty() {
            self.chunks.push(Chunk::default());
            self.firsts.push(lead(&digest));
        }
        let Some(chunk) = self.chunks.get_mut(at) else { return false };
        chunk.leads.insert(index, lead(&digest));
        chunk.digests.insert(index, digest);
        let upper = (chunk.digests.len() > CHUNK).then(|| chunk.split());
        self.len += 1;
        self.update_first(at);
        if let Some(upper) = upper {
            self.firsts.insert(at + 1, upper.first());
            self.chunks.insert(at + 1, upper);
        }
        true
    }

    pub(super) fn remove(&mut self, digest: &Digest) -> bool {
        let (at, index) = self.place(digest);
        if self.get(at, index) != Some(digest) {
            return false;
        }
        let Some(chunk) = self.chunks.get_mut(at) else { return false };
        chunk.leads.remove(index);
        chunk.digests.remove(index);
        self.len -= 1;
        if chunk.digests.is_empty() {
            self.firsts.remove(at);
            self.chunks.remove(at);
        } else {
            self.update_first(at);
        }
        true
    }

    fn update_first(&mut self, at: usize) {
        if let (Some(first), Some(chunk)) = (self.firsts.get_mut(at), self.chunks.get(at)) {
            *first = chunk.first();
        }
    }

    fn get(&self, chunk: usize, index: usize) -> Option<&Digest> {
        self.chunks.get(chunk)?.digests.get(index)
    }

    /// The chunk where a digest is or would be, and how many in that are less than it.
    fn place(&self, digest: &Digest) -> (usize, usize) {
        let lead = lead(digest);
        let less = self.firsts.partition_point(|first| *first < lead);
        let equal = self.firsts.get(less..).unwrap_or_default().partition_point(|first| *first == lead);
        let equals = self.chunks.get(less..less + equal).unwrap_or_default();
        let starts_before = |chunk: &Chunk| chunk.digests.first().is_some_and(|first| first <= digest);
        let chunk = (less + equals.partition_point(starts_before)).saturating_sub(1);
        (chunk, self.chunks.get(chunk).map_or(0, |chunk| chunk.less_than(digest)))
    }
}

impl FromIterator<Digest> for Sorted {
    fn from_iter<I: IntoIterator<Item = Digest>>(digests: I) -> Self {
        let mut digests: Vec<Digest> = digests.into_iter().collect();
        digests.sort_unstable();
        digests.dedup();
        // With room for more.
        let chunks: Vec<Chunk> =
            digests.chunks(CHUNK / 4 * 3).map(|digests| Chunk::new(digests.to_vec())).collect();
        Self { firsts: chunks.iter().map(Chunk::first).collect(), len: digests.len(), chunks }
    }
}
