//! What takes the space of an image: its merged tree by folder, layer, extension or package.
//!
//! Bytes are those of regular files' contents. A file with several names counts once, at the name of its own entry or, where
//! that is gone, at the name that came first. The parts of a part always add up to it: what is too small for the limit
//! `usageNodes` is one part without a name.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use serde::Serialize;

use super::packages::Packages;
use crate::json::size;
use crate::layer::{FileTree, Node, NodeKind, Row};
use crate::limits::Limits;

/// What space is divided by.
#[derive(Clone, Copy, Debug)]
pub enum UsageKey<'p> {
    /// Folders, those in them, and files.
    Folder,
    /// The layer that holds a file's contents, and its files.
    Layer,
    /// The end of the name after the last dot, in lower case, and files that have it. See [`extension`].
    Extension,
    /// The package, and its files. What several packages say is theirs counts for the first of them; what none does, for the
    /// part of the name `""`.
    Package(&'p Packages),
}

/// A part of the merged tree and what it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageNode {
    /// Name of the folder or file, number of the layer, extension or package, lossily converted; `/` for the whole, and none
    /// for what is too small to be told apart. The extension or package of files that have none is `""`.
    pub name: Option<String>,
    /// Path, for folders and files: that of the whole is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Position of the layer, when divided by layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<u16>,
    /// Bytes of regular files at and below it, hard links once.
    #[serde(serialize_with = "size::serialize")]
    pub bytes: u64,
    /// How many files these are.
    pub files: u32,
    /// The largest first, and what is too small last; their bytes and files add up to this one's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<UsageNode>,
}

/// The extension of a file's name in lower case, empty where there is none: letters, digits, `_`, `-` and `+` after the last
/// dot, at most 16 and not digits alone, with something before the dot. Libraries such as `libc.so.6` have `so`.
///
/// ```
/// use layerglass::inspect::usage::extension;
/// assert_eq!(extension(b"a.TXT"), "txt");
/// assert_eq!(extension(b"libc.so.6"), "so");
/// assert_eq!([extension(b".bashrc"), extension(b"python3.11"), extension(b"sh")], ["", "", ""]);
/// ```
pub fn extension(name: &[u8]) -> String {
    if name.windows(4).skip(1).any(|part| part == b".so.") {
        return "so".to_owned();
    }
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+');
    let dot = name.iter().rposition(|&byte| byte == b'.').filter(|&dot| dot > 0);
    let end = dot.and_then(|dot| name.get(dot + 1..)).unwrap_or_default();
    let is_one = (1..=16).contains(&end.len()) && end.iter().all(fits) && !end.iter().all(u8::is_ascii_digit);
    if is_one { String::from_utf8_lossy(end).to_ascii_lowercase() } else { String::new() }
}

/// Divides the space of a merged tree. It has at most as many parts as the limit `usageNodes` says, the largest ones, and no
/// deeper ones than `usageDepth`. The same tree gives the same parts.
///
/// ```
/// use layerglass::inspect::usage::{UsageKey, usage};
/// use layerglass::layer::FileTree;
/// use layerglass::limits::Limits;
///
/// let limits = Limits { usage_nodes: 200, ..Limits::default() };
/// let tree = FileTree::merge(&[], &limits)?; // the tables of all layers
/// let whole = usage(&tree, &UsageKey::Folder, &limits);
/// assert_eq!((whole.name.as_deref(), whole.bytes), (Some("/"), 0));
/// # Ok::<(), layerglass::limits::LimitExceeded>(())
/// ```
pub fn usage(tree: &FileTree, by: &UsageKey<'_>, limits: &Limits) -> UsageNode {
    let files = files(tree);
    let parts = match by {
        UsageKey::Folder => by_folder(tree, &files),
        UsageKey::Layer => {
            let label = |file: &Node<'_>| Label::Layer(file.layer());
            by_group(&files, label)
        }
        UsageKey::Extension => by_group(&files, |file| Label::Text(extension(file.name()))),
        UsageKey::Package(packages) => {
            let owners = owners(tree, packages);
            by_group(&files, |file| {
                match file.row().and_then(|row| owners.get(&(file.layer(), row.index()))) {
                    Some(&owner) => Label::Package(owner),
                    None => Label::Text(String::new()),
                }
            })
        }
    };
    let names = if let UsageKey::Package(packages) = by { Some(*packages) } else { None };
    Division { tree, parts, packages: names }.told(limits)
}

/// The files of a tree, each by one name: its own as long as it is there, else the first.
fn files(tree: &FileTree) -> Vec<Node<'_>> {
    let mut seen: HashMap<(u16, u32), usize> = HashMap::new();
    let mut files: Vec<Node<'_>> = Vec::new();
    for node in tree.nodes().filter(|node| node.is_present() && node.kind() == NodeKind::File) {
        let Some(row) = node.row() else { continue };
        if node.links() == 1 {
            files.push(node);
            continue;
        }
        match seen.get(&(node.layer(), row.index())) {
            None => {
                seen.insert((node.layer(), row.index()), files.len());
                files.push(node);
            }
            Some(&place) => {
                if let Some(known) = files.get_mut(place).filter(|_| node.path() == row.path()) {
                    *known = node;
                }
            }
        }
    }
    files
}

/// By layer and row: which package a file belongs to.
fn owners(tree: &FileTree, packages: &Packages) -> HashMap<(u16, u32), usize> {
    let mut owners = HashMap::new();
    for (owner, package) in packages.packages.iter().enumerate() {
        for node in package.files.iter().filter_map(|&id| tree.node(id)) {
            if let Some(row) = node.row().filter(|_| node.kind() == NodeKind::File) {
                owners.entry((node.layer(), row.index())).or_insert(owner);
            }
        }
    }
    owners
}

/// What a part is called by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Label {
    Whole,
    Node(u32),
    Layer(u16),
    /// Its place among the packages.
    Package(usize),
    Text(String),
}

/// A part, before it is known whether it is told.
struct Part {
    /// Place of the part around it, which comes before it.
    parent: usize,
    label: Label,
    bytes: u64,
    files: u32,
}

impl Part {
    fn new(parent: usize, label: Label) -> Self {
        Self { parent, label, bytes: 0, files: 0 }
    }

    fn file(parent: usize, file: &Node<'_>) -> Self {
        let bytes = file.row().map_or(0, Row::size);
        Self { bytes, files: 1, ..Self::new(parent, Label::Node(file.id())) }
    }
}

fn by_folder(tree: &FileTree, files: &[Node<'_>]) -> Vec<Part> {
    let mut parts = vec![Part::new(0, Label::Whole)];
    let mut places = HashMap::from([(FileTree::ROOT, 0)]);
    // Parents come first.
    for folder in tree.nodes().filter(|node| node.is_present() && node.kind() == NodeKind::Directory) {
        let Some(&parent) = places.get(&folder.parent().id()) else { continue };
        places.insert(folder.id(), parts.len());
        parts.push(Part::new(parent, Label::Node(folder.id())));
    }
    for file in files {
        if let Some(&parent) = places.get(&file.parent().id()) {
            parts.push(Part::file(parent, file));
        }
    }
    parts
}

fn by_group<'t>(files: &[Node<'t>], label: impl Fn(&Node<'t>) -> Label) -> Vec<Part> {
    let mut parts = vec![Part::new(0, Label::Whole)];
    let mut places = HashMap::new();
    let mut groups = Vec::new();
    for file in files {
        let label = label(file);
        let place = *places.entry(label).or_insert_with_key(|label| {
            parts.push(Part::new(0, label.clone()));
            parts.len() - 1
        });
        groups.push(place);
    }
    parts.extend(files.iter().zip(groups).map(|(file, group)| Part::file(group, file)));
    parts
}

/// Parts that are to be told.
struct Division<'t> {
    tree: &'t FileTree,
    parts: Vec<Part>,
    packages: Option<&'t Packages>,
}

impl Division<'_> {
    fn told(mut self, limits: &Limits) -> UsageNode {
        for at in (1..self.parts.len()).rev() {
            let Some((bytes, files, parent)) =
                self.parts.get(at).map(|part| (part.bytes, part.files, part.parent))
            else {
                continue;
            };
            if let Some(parent) = self.parts.get_mut(parent) {
                parent.bytes = parent.bytes.saturating_add(bytes);
                parent.files = parent.files.saturating_add(files);
            }
        }
        let chosen = self.choose(limits);
        self.build(&chosen)
    }

    /// The parts to tell, those around them first: always the largest one that is left in one that is told. A part that is
    /// opened may need one more for what is too small in it.
    fn choose(&self, limits: &Limits) -> Vec<usize> {
        let mut within: Vec<(usize, usize)> = Vec::new();
        for (at, part) in self.parts.iter().enumerate().skip(1) {
            if part.files > 0 {
                within.push((part.parent, at));
            }
        }
        within.sort_unstable();
        let children = |parent: usize| {
            let start = within.partition_point(|&(of, _)| of < parent);
            within.iter().skip(start).take_while(move |&&(of, _)| of == parent).map(|&(_, at)| at)
        };
        let mut waiting = BinaryHeap::new();
        let mut chosen = vec![0];
        let mut opened = vec![false; self.parts.len()];
        let depth = limits.usage_depth;
        let mut left = (limits.usage_nodes as usize).saturating_sub(1);
        let enter = |waiting: &mut BinaryHeap<_>, parent: usize, depth: u32| {
            waiting.extend(children(parent).map(|at| {
                let bytes = self.parts.get(at).map_or(0, |part| part.bytes);
                (bytes, Reverse(at), depth)
            }));
        };
        if depth > 0 {
            enter(&mut waiting, 0, depth - 1);
        }
        while let Some((_, Reverse(at), depth)) = waiting.pop() {
            let parent = self.parts.get(at).map_or(0, |part| part.parent);
            let is_first = opened.get(parent).is_some_and(|opened| !opened);
            let cost = if is_first { 2 } else { 1 };
            if left < cost {
                break;
            }
            left -= cost;
            if let Some(opened) = opened.get_mut(parent) {
                *opened = true;
            }
            chosen.push(at);
            if depth > 0 {
                enter(&mut waiting, at, depth - 1);
            }
        }
        chosen
    }

    /// Puts the chosen parts into each other.
    fn build(&self, chosen: &[usize]) -> UsageNode {
        let mut inside: HashMap<usize, Vec<UsageNode>> = HashMap::new();
        for &at in chosen.iter().rev() {
            let Some(part) = self.parts.get(at) else { continue };
            let mut node = self.node(part);
            if let Some(mut children) = inside.remove(&at) {
                // They came the smallest first.
                children.reverse();
                let sum =
                    |count: fn(&UsageNode) -> u64| children.iter().map(count).fold(0, u64::saturating_add);
                let bytes = node.bytes.saturating_sub(sum(|child| child.bytes));
                let files = u64::from(node.files).saturating_sub(sum(|child| child.files.into()));
                if files > 0 {
                    let files = u32::try_from(files).unwrap_or(u32::MAX);
                    children.push(UsageNode {
                        name: None,
                        path: None,
                        layer: None,
                        bytes,
                        files,
                        children: Vec::new(),
                    });
                }
                node.children = children;
            }
            if at == 0 {
                return node;
            }
            inside.entry(part.parent).or_default().push(node);
        }
        self.node(&Part::new(0, Label::Whole))
    }

    fn node(&self, part: &Part) -> UsageNode {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (name, path, layer) = match &part.label {
            Label::Whole => ("/".to_owned(), Some(String::new()), None),
            Label::Node(id) => {
                let node = self.tree.node(*id);
                let name = node.map_or_else(String::new, |node| text(node.name()));
                (name, node.map(|node| text(&node.path())), None)
            }
            Label::Layer(layer) => (layer.to_string(), None, Some(*layer)),
            Label::Package(place) => {
                let package = self.packages.and_then(|packages| packages.packages.get(*place));
                (package.map_or_else(String::new, |package| package.name.clone()), None, None)
            }
            Label::Text(name) => (name.clone(), None, None),
        };
        let (bytes, files) = (part.bytes, part.files);
        UsageNode { name: Some(name), path, layer, bytes, files, children: Vec::new() }
    }
}
