//! Digests by the first digits of their hexadecimal form.

use super::sorted::{Sorted, lead};
use super::{Algorithm, Digest};
use crate::error::{ErrorKind, Reason};

/// Candidates that an ambiguous search lists at most.
const MAX_CANDIDATES: usize = 100;

/// Why a search found no single digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShortIdError {
    /// Nothing was asked for; it would stand for everything.
    #[error("an empty id stands for nothing")]
    Empty,
    /// No digest starts like that.
    #[error("no id starts with `{query}`")]
    NotFound {
        /// What was asked for, cut after 200 characters.
        query: String,
    },
    /// Several digests start like that.
    #[error("`{query}` is ambiguous: several ids start with it")]
    Ambiguous {
        /// What was asked for.
        query: String,
        /// Those digests, sorted, the first hundred of them.
        candidates: Vec<Digest>,
    },
}

impl Reason for ShortIdError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Empty => ErrorKind::Invalid,
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Ambiguous { .. } => ErrorKind::Ambiguous,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "short-id-empty",
            Self::NotFound { .. } => "short-id-not-found",
            Self::Ambiguous { .. } => "short-id-ambiguous",
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Ambiguous { candidates, .. } => {
                Some(candidates.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
            }
            _ => None,
        }
    }
}

/// A set of digests that are found by as many leading digits as make them unique.
///
/// ```
/// use layerglass::digest::{Digest, ShortIds};
/// let ids: ShortIds = [Digest::sha256(b"a"), Digest::sha256(b"b")].into_iter().collect();
/// assert_eq!(ids.lookup("ca97").unwrap(), Digest::sha256(b"a"));
/// assert_eq!(ids.lookup("sha256:3e23").unwrap(), Digest::sha256(b"b"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ShortIds {
    /// One set an algorithm, in the order of [`Algorithm::ALL`].
    sets: [Sorted; Algorithm::ALL.len()],
}

impl ShortIds {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a digest in; false when it was there.
    pub fn insert(&mut self, digest: Digest) -> bool {
        self.set_mut(digest.algorithm()).is_some_and(|set| set.insert(digest))
    }

    /// Takes a digest out; false when it was not there.
    pub fn remove(&mut self, digest: &Digest) -> bool {
        self.set_mut(digest.algorithm()).is_some_and(|set| set.remove(digest))
    }

    /// Whether a digest is in it.
    pub fn contains(&self, digest: &Digest) -> bool {
        self.set(digest.algorithm()).is_some_and(|set| set.contains(digest))
    }

    /// How many digests there are.
    pub fn len(&self) -> usize {
        self.sets.iter().map(Sorted::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All digests, by algorithm and digits.
    pub fn iter(&self) -> impl Iterator<Item = Digest> {
        self.sets.iter().flat_map(Sorted::iter)
    }

    /// The one digest that a text stands for: `prefix`, `algorithm:prefix`, or a whole digest. Digits alone can stand
    /// for a digest of any algorithm; where they are all of one, they are not the beginning of another.
    ///
    /// # Errors
    /// That the text is empty, that nothing starts with it, or what does.
    pub fn lookup(&self, query: &str) -> Result<Digest, ShortIdError> {
        if query.is_empty() {
            return Err(ShortIdError::Empty);
        }
        let query_text = || query.chars().take(200).collect();
        let not_found = || ShortIdError::NotFound { query: query_text() };
        let (algorithm, prefix) = match query.split_once(':') {
            Some((name, prefix)) => (Some(Algorithm::from_name(name).ok_or_else(not_found)?), prefix),
            None => (None, query),
        };
        let prefix = Prefix::parse(prefix).ok_or_else(not_found)?;
        let mut only = None;
        let mut others = Vec::new();
        for known in Algorithm::ALL {
            if algorithm.is_none_or(|algorithm| algorithm == known) {
                self.starting_with(known, &prefix, &mut |digest| {
                    match only {
                        None => only = Some(*digest),
                        Some(_) => others.push(*digest),
                    }
                    others.len() + 1 < MAX_CANDIDATES
                });
            }
        }
        let only = only.ok_or_else(not_found)?;
        if others.is_empty() {
            return Ok(only);
        }
        others.insert(0, only);
        others.truncate(MAX_CANDIDATES);
        let candidates = others;
        // Digits that are all of one digest and the first ones of another, of a longer algorithm, are the former.
        let mut whole = candidates.iter().filter(|digest| digest.algorithm().size() * 2 == prefix.digits);
        match (whole.next(), whole.next()) {
            (Some(exact), None) => Ok(*exact),
            _ => Err(ShortIdError::Ambiguous { query: query_text(), candidates }),
        }
    }

    /// For each digest, in the order of its digits, the fewest digits that stand for it alone, but at least so many; the
    /// whole digest where its digits do not suffice.
    pub fn short_codes(&self, at_least: usize) -> Vec<(Digest, String)> {
        let digests = self.by_digits();
        let common = |a: Option<&Digest>, b: Option<&Digest>| match (a, b) {
            (Some(a), Some(b)) => common_digits(a, b),
            _ => 0,
        };
        (0..digests.len())
            .filter_map(|index| {
                let digest = digests.get(index)?;
                let before = index.checked_sub(1).and_then(|before| digests.get(before));
                let needed =
                    common(before, Some(digest)).max(common(Some(digest), digests.get(index + 1))) + 1;
                let hex = digest.hex();
                let code = hex.get(..needed.max(at_least)).filter(|code| code.len() < hex.len());
                Some((*digest, code.map_or_else(|| digest.to_string(), str::to_owned)))
            })
            .collect()
    }

    /// All digests by their digits: the sets are in that order, so the least of their next ones comes next.
    fn by_digits(&self) -> Vec<Digest> {
        let mut sets = self.sets.each_ref().map(|set| set.iter().peekable());
        let mut digests = Vec::with_capacity(self.len());
        loop {
            let heads = sets.iter_mut().enumerate().filter_map(|(place, set)| Some((*set.peek()?, place)));
            let least = heads.min_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()).then(a.cmp(b)));
            let Some((digest, place)) = least else { return digests };
            digests.push(digest);
            sets.get_mut(place).and_then(Iterator::next);
        }
    }

    /// Hands out what starts with a prefix until `found` has enough of it.
    fn starting_with(&self, algorithm: Algorithm, prefix: &Prefix, found: &mut dyn FnMut(&Digest) -> bool) {
        let Prefix { digits, bytes } = *prefix;
        let start = Digest { algorithm, bytes };
        // Sixteen digits are all that a lead has.
        let shift = 64_usize.saturating_sub(digits * 4);
        let wanted = lead(&start) >> shift;
        let starts = |lead, digest: &Digest| {
            lead >> shift == wanted && (digits <= 16 || common_digits(digest, &start) >= digits)
        };
        if let Some(set) = self.set(algorithm).filter(|_| digits <= algorithm.size() * 2) {
            set.each_from(&start, &mut |lead, digest| starts(lead, digest) && found(digest));
        }
    }

    fn set(&self, algorithm: Algorithm) -> Option<&Sorted> {
        self.sets.get(algorithm.index())
    }

    fn set_mut(&mut self, algorithm: Algorithm) -> Option<&mut Sorted> {
        self.sets.get_mut(algorithm.index())
    }
}

impl FromIterator<Digest> for ShortIds {
    fn from_iter<I: IntoIterator<Item = Digest>>(digests: I) -> Self {
        let mut lists = [const { Vec::new() }; Algorithm::ALL.len()];
        for digest in digests {
            if let Some(list) = lists.get_mut(digest.algorithm().index()) {
                list.push(digest);
            }
        }
        Self { sets: lists.map(|list| list.into_iter().collect()) }
    }
}

/// Leading digits, with zeros after them.
struct Prefix {
    digits: usize,
    bytes: [u8; 64],
}

impl Prefix {
    /// `None` for no digits, for more than any digest has, and for anything but digits in lower case.
    fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 64];
        for (index, digit) in text.bytes().enumerate() {
            let value = match digit {
                b'0'..=b'9' => digit - b'0',
                b'a'..=b'f' => digit - b'a' + 10,
                _ => return None,
            };
            *bytes.get_mut(index / 2)? |= if index.is_multiple_of(2) { value << 4 } else { value };
        }
        (!text.is_empty()).then_some(Self { digits: text.len(), bytes })
    }
}

/// How many digits two digests have in common from the start.
fn common_digits(a: &Digest, b: &Digest) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let bytes = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let half = matches!((a.get(bytes), b.get(bytes)), (Some(a), Some(b)) if a >> 4 == b >> 4);
    bytes * 2 + usize::from(half)
}
