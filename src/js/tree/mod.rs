//! File trees, a page of rows at a time.

mod filter;

use std::cell::{RefCell, RefMut};
use std::collections::HashMap;

use serde::{Serialize, Serializer};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use filter::{lower, tree_filter};

use super::error::{BindingError, to_thrown};
use super::object::wrong;
use super::value::to_js;
use crate::json::size;
use crate::layer::{Aspect, Change, Contents, Node, NodeKind, SortKey, TreeView};

/// Bytes that become a `Uint8Array`.
struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// `TreeRow` of the package.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowData<'a> {
    id: u32,
    parent: u32,
    depth: u32,
    name: String,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_bytes: Option<Bytes<'a>>,
    kind: NodeKind,
    mode: u32,
    uid: u32,
    gid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(serialize_with = "size::serialize")]
    size: u64,
    #[serde(serialize_with = "size::serialize")]
    total_size: u64,
    mtime: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    links: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<(u32, u32)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    xattrs: Vec<(String, Bytes<'a>)>,
    layer: u16,
    implied: bool,
    change: Change,
    aspects: Vec<Aspect>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contents: Option<Contents>,
    #[serde(skip_serializing_if = "Option::is_none")]
    xxh3: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    children: u32,
    expanded: bool,
    position: u32,
    siblings: u32,
}

/// A file tree of which pages can be had.
#[wasm_bindgen]
pub struct TreeHandle(RefCell<TreeView>);

impl TreeHandle {
    pub(super) fn new(view: TreeView) -> Self {
        Self(RefCell::new(view))
    }

    fn view(&self) -> Result<RefMut<'_, TreeView>, JsValue> {
        self.0.try_borrow_mut().map_err(|_| to_thrown(BindingError::Ended("tree")))
    }
}

#[wasm_bindgen]
impl TreeHandle {
    /// Counts and sizes: `TreeTotals`.
    pub fn totals(&self) -> Result<JsValue, JsValue> {
        to_js(&self.view()?.tree().totals())
    }

    /// Rows that are visible now.
    pub fn length(&self) -> Result<u32, JsValue> {
        Ok(self.view()?.len())
    }

    /// Visible rows from `offset`, at most `limit` of them: `TreeRow[]`.
    pub fn page(&self, offset: u32, limit: u32) -> Result<JsValue, JsValue> {
        let mut view = self.view()?;
        let places = places(&mut view, offset, limit);
        let rows: Vec<RowData<'_>> = places.into_iter().filter_map(|place| row(&view, place)).collect();
        to_js(&rows)
    }

    /// Opens or closes a directory.
    #[wasm_bindgen(js_name = setExpanded)]
    pub fn set_expanded(&self, id: u32, expanded: bool) -> Result<(), JsValue> {
        self.view()?.set_expanded(id, expanded);
        Ok(())
    }

    /// Opens directories from the top down, up to so many rows.
    #[wasm_bindgen(js_name = expandAll)]
    pub fn expand_all(&self, max_rows: u32) -> Result<(), JsValue> {
        self.view()?.expand_all(max_rows);
        Ok(())
    }

    /// Opens the directories around a path and returns its row, or -1.
    pub fn reveal(&self, path: &str) -> Result<f64, JsValue> {
        Ok(found(self.view()?.reveal(path.as_bytes())))
    }

    /// Opens the directories around a row, given by its number, and returns its place, or -1.
    #[wasm_bindgen(js_name = revealRow)]
    pub fn reveal_row(&self, id: u32) -> Result<f64, JsValue> {
        Ok(found(self.view()?.reveal_node(id)))
    }

    /// The next row from `from` on, round past the end, whose name begins with the text, whatever the case; or -1.
    pub fn find(&self, from: u32, start: &str) -> Result<f64, JsValue> {
        Ok(found(self.view()?.find(from, start, lower)))
    }

    /// A directory's children from `offset`, at most `limit` of them: `TreeRow[]`. The root's number is 0.
    pub fn children(&self, id: u32, offset: u32, limit: u32) -> Result<JsValue, JsValue> {
        let mut view = self.view()?;
        let children = view.children(id, offset, limit);
        let depth = children.first().map_or(0, |&child| view.depth(child));
        let places = (offset..).zip(children).map(|(position, id)| Place { id, depth, position });
        let rows: Vec<RowData<'_>> = places.filter_map(|place| row(&view, place)).collect();
        to_js(&rows)
    }

    /// One row by its number: `TreeRow`, or `undefined`.
    pub fn row(&self, id: u32) -> Result<JsValue, JsValue> {
        let mut view = self.view()?;
        let known = id != 0 && view.tree().node(id).is_some();
        let (depth, position) = if known { (view.depth(id), view.position(id)) } else { (0, 0) };
        row(&view, Place { id, depth, position }).map_or(Ok(JsValue::UNDEFINED), |row| to_js(&row))
    }

    /// Sorts by a `TreeSortKey`.
    pub fn sort(&self, key: &str, descending: bool) -> Result<(), JsValue> {
        let key = SortKey::from_name(key).ok_or_else(|| {
            let known = SortKey::ALL.map(|(name, _)| name).join(", ");
            wrong("sort key", &format!("`{key}` is none of {known}"))
        })?;
        self.view()?.sort(key, descending);
        Ok(())
    }

    /// Shows only what meets the criteria; without criteria all.
    pub fn filter(
        &self,
        texts: Vec<String>,
        numbers: &[f64],
        nodes: Option<Vec<u32>>,
    ) -> Result<(), JsValue> {
        let filter = tree_filter(texts, numbers, nodes)?;
        self.view()?.filter_with(&filter, lower);
        Ok(())
    }

    /// Paths that meet the criteria, without those that are shown only because of what is in them.
    pub fn matches(&self) -> Result<u32, JsValue> {
        Ok(self.view()?.matches())
    }

    /// Makes the rows a flat list, or an outline again.
    #[wasm_bindgen(js_name = setFlat)]
    pub fn set_flat(&self, flat: bool) -> Result<(), JsValue> {
        self.view()?.set_flat(flat);
        Ok(())
    }

    /// The paths of the rows from number `from` on, at most `limit` of them, as UTF-8 and each followed by a NUL, which no
    /// path holds. Numbers that are no row of this view have an empty one; past the last number there are none.
    pub fn paths(&self, from: u32, limit: u32) -> Result<Vec<u8>, JsValue> {
        let view = self.view()?;
        let mut text = Vec::new();
        let ids = from..from.saturating_add(limit);
        for node in ids.map_while(|id| view.tree().node(id)) {
            if view.holds(node) {
                text.extend_from_slice(String::from_utf8_lossy(&node.path()).as_bytes());
            }
            text.push(0);
        }
        Ok(text)
    }
}

/// The place of a row, -1 when there is none.
fn found(row: Option<u32>) -> f64 {
    row.map_or(-1.0, f64::from)
}

/// A node with its place in the view: how deep, and the how many-th of its siblings, counted from 0.
struct Place {
    id: u32,
    depth: u32,
    position: u32,
}

/// The places of a page's rows. Siblings are counted on from the first one on the page.
fn places(view: &mut TreeView, offset: u32, limit: u32) -> Vec<Place> {
    let rows = view.page(offset, limit);
    let mut last_of: HashMap<u32, u32> = HashMap::new();
    let place = |(id, depth)| {
        // All rows of a flat list stand in one row of siblings.
        let parent = if view.is_flat() { 0 } else { view.tree().node(id)?.parent().id() };
        let position = match last_of.get(&parent) {
            Some(last) => last.saturating_add(1),
            None => view.position(id),
        };
        last_of.insert(parent, position);
        Some(Place { id, depth, position })
    };
    rows.into_iter().filter_map(place).collect()
}

fn row(view: &TreeView, Place { id, depth, position }: Place) -> Option<RowData<'_>> {
    let node: Node<'_> = view.tree().node(id)?;
    let row = node.row();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let named = |bytes: &[u8]| (!bytes.is_empty()).then(|| text(bytes));
    let name = node.name();
    let mtime = row.map(|row| row.mtime()).unwrap_or_default();
    let xattrs = row.into_iter().flat_map(|row| row.xattrs());
    Some(RowData {
        id,
        parent: node.parent().id(),
        depth,
        name: text(name),
        path: text(&node.path()),
        name_bytes: std::str::from_utf8(name).is_err().then_some(Bytes(name)),
        kind: node.kind(),
        mode: node.mode(),
        uid: node.uid(),
        gid: node.gid(),
        owner: named(node.owner()),
        group: named(node.group()),
        size: row.filter(|_| node.kind() == NodeKind::File).map_or(0, |row| row.size()),
        total_size: node.total_size(),
        mtime: mtime.secs as f64 + f64::from(mtime.nanos) / 1e9,
        target: row.filter(|_| node.kind() == NodeKind::Symlink).and_then(|row| row.link()).map(text),
        links: node.links(),
        device: row.and_then(|row| row.device()),
        xattrs: xattrs.map(|(name, value)| (text(name), Bytes(value))).collect(),
        layer: node.layer(),
        implied: row.is_none(),
        change: node.change(),
        aspects: node.aspects(),
        contents: node.contents(),
        xxh3: row.and_then(|row| row.xxh3()).map(|hash| format!("{hash:032x}")),
        sha256: row
            .and_then(|row| row.sha256())
            .map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect()),
        children: view.child_count(id),
        expanded: view.is_expanded(id),
        position: position.saturating_add(1),
        siblings: view.siblings(id),
    })
}
