//! Which paths of a tree are meant.

use crate::layer::node::{Aspect, Change, Node, NodeKind};
use crate::layer::patterns::PathPatterns;
use crate::layer::tree::FileTree;

/// Which paths of a tree are meant: those that meet every criterion that is given. What is left out is no criterion.
///
/// ```
/// use layerglass::layer::{NodeKind, PathPatterns, TreeFilter};
/// let set_uid_programs = TreeFilter {
///     patterns: PathPatterns::parse(["usr/**"]).unwrap(),
///     kinds: vec![NodeKind::File],
///     mode_all: 0o4000,
///     ..TreeFilter::default()
/// };
/// assert!(!set_uid_programs.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeFilter {
    /// The path holds this text, whatever the case of its letters.
    pub text: String,
    /// The path fits one of these patterns. Unlike elsewhere, what is below a path that fits is not meant as well.
    pub patterns: PathPatterns,
    /// It is a regular file of at least so many bytes.
    pub min_size: Option<u64>,
    /// It is a regular file of at most so many bytes.
    pub max_size: Option<u64>,
    /// It is one of these.
    pub kinds: Vec<NodeKind>,
    /// The last layer did one of these to it.
    pub changes: Vec<Change>,
    /// It was modified in one of these ways.
    pub aspects: Vec<Aspect>,
    /// Its owner.
    pub owner: Option<Principal>,
    /// Its group.
    pub group: Option<Principal>,
    /// It has all of these permission bits. Links have none that mean anything: with a criterion of bits, none is meant.
    pub mode_all: u32,
    /// It has one of these permission bits.
    pub mode_any: u32,
    /// It has none of these permission bits.
    pub mode_none: u32,
    /// One of these layers wrote it last, by position.
    pub layers: Vec<u16>,
    /// It is one of these nodes, which the caller has matched by itself.
    pub nodes: Option<Vec<u32>>,
}

/// An owner or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// By number.
    Id(u32),
    /// By the name that the layer gives; many layers give none.
    Name(String),
}

impl Principal {
    fn is(&self, id: u32, name: &[u8]) -> bool {
        match self {
            Self::Id(wanted) => *wanted == id,
            Self::Name(wanted) => wanted.as_bytes() == name,
        }
    }
}

impl From<&str> for TreeFilter {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }
}

impl TreeFilter {
    /// Is every path meant?
    pub fn is_empty(&self) -> bool {
        let Self { text, patterns, kinds, changes, aspects, layers, .. } = self;
        text.is_empty()
            && patterns.is_empty()
            && kinds.is_empty()
            && changes.is_empty()
            && aspects.is_empty()
            && layers.is_empty()
            && (self.min_size, self.max_size) == (None, None)
            && (&self.owner, &self.group, &self.nodes) == (&None, &None, &None)
            && self.modes() == (0, 0, 0)
    }

    fn modes(&self) -> (u32, u32, u32) {
        (self.mode_all, self.mode_any, self.mode_none)
    }
}

/// Text in lower case. It is given, because the tables for letters beyond ASCII are large, and JavaScript has its own.
pub type Lower = fn(&str) -> String;

/// A filter at work.
pub(super) struct Matcher<'f> {
    filter: &'f TreeFilter,
    lower: Lower,
    text: String,
    /// A bit for each node that the caller has matched.
    nodes: Option<Vec<u64>>,
    /// Taken again for each path.
    path: Vec<u8>,
    parts: Vec<u32>,
}

impl<'f> Matcher<'f> {
    pub(super) fn new(filter: &'f TreeFilter, lower: Lower, count: usize) -> Self {
        let nodes = filter.nodes.as_deref().map(|ids| {
            let mut bits = vec![0_u64; count.div_ceil(64)];
            for &id in ids {
                if let Some(word) = bits.get_mut(id as usize / 64) {
                    *word |= 1 << (id % 64);
                }
            }
            bits
        });
        let text = in_lower(&filter.text, lower);
        Self { filter, lower, text, nodes, path: Vec::new(), parts: Vec::new() }
    }

    /// Does the node meet every criterion? What is quickly told is asked first.
    pub(super) fn matches(&mut self, node: Node<'_>) -> bool {
        self.is_given(node.id) && self.meets(node) && self.fits(node)
    }

    fn is_given(&self, id: u32) -> bool {
        let Some(bits) = &self.nodes else { return true };
        bits.get(id as usize / 64).is_some_and(|word| word >> (id % 64) & 1 == 1)
    }

    fn meets(&self, node: Node<'_>) -> bool {
        let filter = self.filter;
        let kind = node.kind();
        one_of(&filter.kinds, kind)
            && one_of(&filter.layers, node.layer())
            && one_of(&filter.changes, node.change())
            && self.has_size(node)
            && self.has_mode(node)
            && filter.owner.as_ref().is_none_or(|owner| owner.is(node.uid(), node.owner()))
            && filter.group.as_ref().is_none_or(|group| group.is(node.gid(), node.group()))
            && (filter.aspects.is_empty()
                || node.aspects().iter().any(|aspect| filter.aspects.contains(aspect)))
    }

    fn has_size(&self, node: Node<'_>) -> bool {
        let (min, max) = (self.filter.min_size, self.filter.max_size);
        if (min, max) == (None, None) {
            return true;
        }
        let size = node.row().filter(|_| node.kind() == NodeKind::File).map(|row| row.size());
        size.is_some_and(|size| min.is_none_or(|min| size >= min) && max.is_none_or(|max| size <= max))
    }

    fn has_mode(&self, node: Node<'_>) -> bool {
        let (all, any, none) = self.filter.modes();
        if (all, any, none) == (0, 0, 0) {
            return true;
        }
        let mode = node.mode();
        let has = mode & all == all && (any == 0 || mode & any != 0) && mode & none == 0;
        has && node.kind() != NodeKind::Symlink
    }

    fn fits(&mut self, node: Node<'_>) -> bool {
        if self.text.is_empty() && self.filter.patterns.is_empty() {
            return true;
        }
        write_path(node, &mut self.parts, &mut self.path);
        let fits = self.filter.patterns.is_empty() || self.filter.patterns.fits(&self.path);
        fits && (self.text.is_empty() || self.holds_text())
    }

    fn holds_text(&mut self) -> bool {
        if self.path.is_ascii() {
            self.path.make_ascii_lowercase();
            let path = std::str::from_utf8(&self.path).unwrap_or_default();
            return path.contains(&self.text);
        }
        let path = String::from_utf8_lossy(&self.path);
        in_lower(&path, self.lower).contains(&self.text)
    }
}

fn one_of<T: PartialEq>(wanted: &[T], value: T) -> bool {
    wanted.is_empty() || wanted.contains(&value)
}

fn in_lower(text: &str, lower: Lower) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { lower(text) }
}

/// The node's path, in memory that is used again.
fn write_path(node: Node<'_>, parts: &mut Vec<u32>, path: &mut Vec<u8>) {
    parts.clear();
    path.clear();
    let mut at = node;
    while at.id != FileTree::ROOT {
        parts.push(at.id);
        at = at.parent();
    }
    for &id in parts.iter().rev() {
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(node.tree.name(id));
    }
}

/// The beginning of a name, whatever the case of its letters.
pub(super) struct NameMatcher {
    start: String,
    lower: Lower,
}

impl NameMatcher {
    pub(super) fn new(start: &str, lower: Lower) -> Self {
        Self { start: in_lower(start, lower), lower }
    }

    pub(super) fn begins(&self, name: &[u8]) -> bool {
        if name.is_ascii() {
            let start = self.start.as_bytes();
            return name.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
        }
        in_lower(&String::from_utf8_lossy(name), self.lower).starts_with(&self.start)
    }
}
