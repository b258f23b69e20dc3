//! Filters of file trees, as numbers: the package checks and names what is wrong, and the module stays small.

use js_sys::JsString;
use wasm_bindgen::JsValue;

use crate::js::error::to_thrown;
use crate::layer::{Aspect, Change, NodeKind, PathPatterns, Principal, TreeFilter};

const KINDS: [NodeKind; 6] =
    [NodeKind::File, NodeKind::Directory, NodeKind::Symlink, NodeKind::Char, NodeKind::Block, NodeKind::Fifo];
const CHANGES: [Change; 4] = [Change::Unchanged, Change::Added, Change::Modified, Change::Removed];
const ASPECTS: [Aspect; 8] = [
    Aspect::Type,
    Aspect::Contents,
    Aspect::Size,
    Aspect::Mode,
    Aspect::Owner,
    Aspect::Time,
    Aspect::Xattrs,
    Aspect::Target,
];

/// The texts are: what the path holds, the owner's name, the group's name, then patterns. The numbers are: least and most
/// bytes, owner, group, the three masks of the mode, kinds, changes and aspects as sets of bits, then layers. An empty text
/// and a negative number are no criterion.
pub(super) fn tree_filter(
    texts: Vec<String>,
    numbers: &[f64],
    nodes: Option<Vec<u32>>,
) -> Result<TreeFilter, JsValue> {
    let mut texts = texts.into_iter();
    let mut text = || texts.next().unwrap_or_default();
    let (path, owner, group) = (text(), text(), text());
    let (fixed, layers) = numbers.split_at_checked(10).unwrap_or_default();
    let number = |at: usize| fixed.get(at).copied().filter(|&number| number >= 0.0);
    let mask = |at| number(at).unwrap_or_default() as u32;
    let principal = |name: String, at| {
        let id = number(at).map(|id| Principal::Id(id as u32));
        if name.is_empty() { id } else { Some(Principal::Name(name)) }
    };
    Ok(TreeFilter {
        text: path,
        patterns: PathPatterns::parse(texts).map_err(to_thrown)?,
        min_size: number(0).map(|size| size as u64),
        max_size: number(1).map(|size| size as u64),
        owner: principal(owner, 2),
        group: principal(group, 3),
        mode_all: mask(4),
        mode_any: mask(5),
        mode_none: mask(6),
        kinds: members(&KINDS, mask(7)),
        changes: members(&CHANGES, mask(8)),
        aspects: members(&ASPECTS, mask(9)),
        layers: layers.iter().map(|&layer| layer as u16).collect(),
        nodes,
    })
}

fn members<T: Copy>(all: &[T], set: u32) -> Vec<T> {
    (0..).zip(all).filter(|(bit, _)| set >> bit & 1 == 1).map(|(_, &member)| member).collect()
}

/// The text in lower case. JavaScript has the tables for letters beyond ASCII; a second copy would be a good part of
/// the module.
pub(super) fn lower(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { JsString::from(text).to_lower_case().into() }
}
