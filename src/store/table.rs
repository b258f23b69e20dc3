//! Tables and sets in order.
//!
//! A store has them of many types, and a `BTreeMap` of each brings some seven kilobytes of code into a WebAssembly module.
//! Here entries stand in chunks: a search is two binary searches, and a change moves one chunk at most.

use std::borrow::Borrow;
use std::slice;

/// Entries of one chunk at most.
const CHUNK: usize = 64;

/// Values by key, in the order of the keys.
#[derive(Clone, Debug)]
pub(crate) struct Table<K, V> {
    /// None is empty.
    chunks: Vec<Vec<(K, V)>>,
    len: usize,
}

impl<K, V> Table<K, V> {
    pub(crate) const fn new() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new();
    }

    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        Iter { chunk: [].iter(), chunks: self.chunks.iter() }
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.chunks.iter_mut().flatten().map(|(key, value)| (&*key, value))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    pub(crate) fn into_values(self) -> impl Iterator<Item = V> {
        self.into_iter().map(|(_, value)| value)
    }

    pub(crate) fn retain(&mut self, mut keeps: impl FnMut(&K, &V) -> bool) {
        for chunk in &mut self.chunks {
            chunk.retain(|(key, value)| keeps(key, value));
        }
        self.chunks.retain(|chunk| !chunk.is_empty());
        self.len = self.chunks.iter().map(Vec::len).sum();
    }
}

impl<K: Ord, V> Table<K, V> {
    /// The chunk where a key is or would be, and where in it.
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> (usize, Result<usize, usize>)
    where
        K: Borrow<Q>,
    {
        let starts_before =
            |chunk: &Vec<(K, V)>| chunk.first().is_some_and(|(first, _)| first.borrow() <= key);
        let at = self.chunks.partition_point(starts_before).saturating_sub(1);
        let found =
            self.chunks.get(at).map(|chunk| chunk.binary_search_by(|(other, _)| other.borrow().cmp(key)));
        (at, found.unwrap_or(Err(0)))
    }

    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let (at, index) = self.place(key);
        self.chunks.get(at)?.get(index.ok()?).map(|(_, value)| value)
    }

    pub(crate) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (at, index) = self.place(key);
        self.chunks.get_mut(at)?.get_mut(index.ok()?).map(|(_, value)| value)
    }

    pub(crate) fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// The entries from the first one on whose key is not less.
    pub(crate) fn iter_from<Q: Ord + ?Sized>(&self, key: &Q) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let (at, index) = self.place(key);
        let (Ok(index) | Err(index)) = index;
        let mut chunks = self.chunks.get(at..).unwrap_or_default().iter();
        let chunk = chunks.next().and_then(|chunk| chunk.get(index..)).unwrap_or_default();
        Iter { chunk: chunk.iter(), chunks }
    }

    /// Puts a value in its place, and gives what stood there.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let (at, index) = match self.place(&key) {
            (at, Ok(index)) => {
                let (_, present) = self.chunks.get_mut(at)?.get_mut(index)?;
                return Some(std::mem::replace(present, value));
            }
            (at, Err(index)) => (at, index),
        };
        self.len += 1;
        // What comes in order fills one chunk after the other.
        let is_after_all = index == CHUNK && at + 1 == self.chunks.len();
        match self.chunks.get_mut(at).filter(|_| !is_after_all) {
            Some(chunk) => {
                chunk.insert(index, (key, value));
                if chunk.len() > CHUNK {
                    let upper = chunk.split_off(CHUNK / 2);
                    self.chunks.insert(at + 1, upper);
                }
            }
            None => self.chunks.push(vec![(key, value)]),
        }
        None
    }

    /// Changes a value, which is there afterwards.
    pub(crate) fn update<R>(&mut self, key: K, change: impl FnOnce(&mut V) -> R) -> R
    where
        V: Default,
    {
        if let Some(value) = self.get_mut(&key) {
            return change(value);
        }
        let mut value = V::default();
        let result = change(&mut value);
        self.insert(key, value);
        result
    }

    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (at, index) = self.place(key);
        let index = index.ok()?;
        let chunk = self.chunks.get_mut(at)?;
        let (_, value) = chunk.remove(index);
        self.len -= 1;
        if chunk.is_empty() {
            self.chunks.remove(at);
        }
        Some(value)
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

/// The entries of a table in order.
pub(crate) struct Iter<'t, K, V> {
    /// What is left of the present chunk.
    chunk: slice::Iter<'t, (K, V)>,
    chunks: slice::Iter<'t, Vec<(K, V)>>,
}

impl<'t, K, V> Iterator for Iter<'t, K, V> {
    type Item = (&'t K, &'t V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.chunk.next() {
                return Some((key, value));
            }
            self.chunk = self.chunks.next()?.iter();
        }
    }
}

/// Where the chunks end does not matter.
impl<K: PartialEq, V: PartialEq> PartialEq for Table<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: Eq, V: Eq> Eq for Table<K, V> {}

impl<K, V> IntoIterator for Table<K, V> {
    type Item = (K, V);
    type IntoIter = std::iter::Flatten<std::vec::IntoIter<Vec<(K, V)>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.chunks.into_iter().flatten()
    }
}

impl<K: Ord, V> Extend<(K, V)> for Table<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

/// Values in order, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Set<K>(Table<K, ()>);

impl<K> Set<K> {
    pub(crate) const fn new() -> Self {
        Self(Table::new())
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }
}

impl<K: Ord> Set<K> {
    pub(crate) fn contains(&self, value: &K) -> bool {
        self.0.contains_key(value)
    }

    /// False when it is there already.
    pub(crate) fn insert(&mut self, value: K) -> bool {
        self.0.insert(value, ()).is_none()
    }

    /// False when it is not there.
    pub(crate) fn remove(&mut self, value: &K) -> bool {
        self.0.remove(value).is_some()
    }
}

impl<K> Default for Set<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> IntoIterator for Set<K> {
    type Item = K;
    type IntoIter = std::iter::Map<<Table<K, ()> as IntoIterator>::IntoIter, fn((K, ())) -> K>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(|(value, ())| value)
    }
}

impl<K: Ord> Extend<K> for Set<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, values: I) {
        for value in values {
            self.insert(value);
        }
    }
}

impl<K: Ord> FromIterator<K> for Set<K> {
    fn from_iter<I: IntoIterator<Item = K>>(values: I) -> Self {
        let mut set = Self::new();
        set.extend(values);
        set
    }
}
