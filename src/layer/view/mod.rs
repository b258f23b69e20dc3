//! A file tree as rows on a screen: what is expanded, in which order, and which rows a page holds.

mod filter;
mod flat;
mod sort;

use super::node::{Change, Node};
use super::tree::FileTree;
use filter::Matcher;
pub use filter::{Lower, Principal, TreeFilter};
use sort::Order;
pub use sort::SortKey;

/// It is a row of the view, when the directories above it are open.
const SHOWN: u8 = 1;
/// It is meant itself, and not only a directory around what is meant.
const MEANT: u8 = 2;
/// Its list of children is open.
const EXPANDED: u8 = 4;
/// Its children have been sorted.
const SORTED: u8 = 8;

/// Rows of a [`FileTree`], of which any page can be had without the ones before it: an outline with directories that
/// open and close, or a flat list.
pub struct TreeView {
    tree: FileTree,
    changes_only: bool,
    /// By node.
    marks: Vec<u8>,
    /// By node: rows below it when it is expanded, else 0.
    below: Vec<u32>,
    /// Children of node `n`: `children[starts[n]..starts[n + 1]]`, sorted once they are asked for.
    starts: Vec<u32>,
    children: Vec<u32>,
    order: Order,
    matches: u32,
    /// The rows of the flat list, when the view is one.
    flat: Option<Vec<u32>>,
}

impl TreeView {
    /// A view of the whole tree, or of the paths that its last layer changed; the top level is shown.
    pub fn new(tree: FileTree, changes_only: bool) -> Self {
        let count = tree.node_count();
        let mut view = Self {
            tree,
            changes_only,
            marks: vec![0; count],
            below: vec![0; count],
            starts: Vec::new(),
            children: Vec::new(),
            order: Order::default(),
            matches: 0,
            flat: None,
        };
        view.rebuild(None);
        view
    }

    /// The tree.
    pub fn tree(&self) -> &FileTree {
        &self.tree
    }

    /// Rows of the view.
    pub fn len(&self) -> u32 {
        match &self.flat {
            Some(list) => u32::try_from(list.len()).unwrap_or(u32::MAX),
            None => self.below[FileTree::ROOT as usize],
        }
    }

    /// True when there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Paths that are meant: those that the filter's criteria fit, or without a filter all. Directories that are shown
    /// only because of what is in them do not count.
    pub fn matches(&self) -> u32 {
        self.matches
    }

    /// Is the node's list of children open? In a flat list none is.
    pub fn is_expanded(&self, id: u32) -> bool {
        self.flat.is_none() && self.has(id, EXPANDED)
    }

    /// How many children of the node the view shows; none in a flat list.
    pub fn child_count(&self, id: u32) -> u32 {
        if self.flat.is_some() { 0 } else { self.range(id).len() as u32 }
    }

    /// The node's children from `offset`, at most `limit` of them, in the view's order.
    pub fn children(&mut self, id: u32, offset: u32, limit: u32) -> Vec<u32> {
        if id as usize >= self.marks.len() {
            return Vec::new();
        }
        let children = self.sorted_children(id);
        children.iter().skip(offset as usize).take(limit as usize).copied().collect()
    }

    /// Depth below the root; the root's own children have depth 0. All rows of a flat list have depth 0.
    pub fn depth(&self, id: u32) -> u32 {
        let mut depth = 0;
        if self.flat.is_some() || id as usize >= self.marks.len() {
            return depth;
        }
        let mut parent = self.tree.data(id).parent;
        while parent != FileTree::ROOT {
            depth += 1;
            parent = self.tree.data(parent).parent;
        }
        depth
    }

    /// Where the node stands among the siblings that the view shows, counted from 0; in a flat list among all rows. 0 for
    /// a node that is not there.
    pub fn position(&mut self, id: u32) -> u32 {
        let Some(parent) = self.tree.node(id).map(|node| node.parent().id()) else { return 0 };
        let rows = if self.flat.is_none() { self.sorted_children(parent) } else { self.list() };
        place(rows, id).unwrap_or(0)
    }

    /// How many siblings of the node the view shows, itself counted too; in a flat list all rows.
    pub fn siblings(&self, id: u32) -> u32 {
        let parent = self.tree.node(id).map_or(FileTree::ROOT, |node| node.parent().id());
        if self.flat.is_some() { self.len() } else { self.child_count(parent) }
    }

    /// The rows from `offset`, at most `limit` of them: node numbers with their depths.
    pub fn page(&mut self, offset: u32, limit: u32) -> Vec<(u32, u32)> {
        if self.flat.is_some() {
            let rows = self.list().iter().skip(offset as usize).take(limit as usize);
            return rows.map(|&id| (id, 0)).collect();
        }
        let mut rows = Vec::new();
        let mut skip = offset;
        // The open directories around the current place: node, and how many of its children are done.
        let mut stack = vec![(FileTree::ROOT, 0_usize)];
        while rows.len() < limit as usize
            && let Some((directory, done)) = stack.last_mut()
        {
            let (id, index) = (*directory, *done);
            *done += 1;
            let depth = stack.len() as u32 - 1;
            let Some(&child) = self.sorted_children(id).get(index) else {
                stack.pop();
                continue;
            };
            let below = self.below[child as usize];
            if skip > below {
                skip -= below + 1;
                continue;
            }
            if skip == 0 {
                rows.push((child, depth));
            } else {
                skip -= 1;
            }
            if below > 0 {
                stack.push((child, 0));
            }
        }
        rows
    }

    /// Opens or closes a directory of the outline.
    pub fn set_expanded(&mut self, id: u32, expanded: bool) {
        if id == FileTree::ROOT || id as usize >= self.marks.len() || self.has(id, EXPANDED) == expanded {
            return;
        }
        self.mark(id, EXPANDED, expanded);
        let rows = if expanded { self.rows_of(id) } else { 0 };
        let before = std::mem::replace(&mut self.below[id as usize], rows);
        let mut node = id;
        while node != FileTree::ROOT {
            node = self.tree.data(node).parent;
            if !self.has(node, EXPANDED) {
                break;
            }
            let below = &mut self.below[node as usize];
            *below = (*below).saturating_add(rows).saturating_sub(before);
        }
    }

    /// Opens directories from the top down until the outline would have more than `max_rows` rows.
    pub fn expand_all(&mut self, max_rows: u32) {
        let mut level = vec![FileTree::ROOT];
        while !level.is_empty() {
            let mut next = Vec::new();
            for id in level {
                if id != FileTree::ROOT && !self.has(id, EXPANDED) {
                    let rows = self.below[FileTree::ROOT as usize];
                    if rows.saturating_add(self.range(id).len() as u32) > max_rows {
                        return;
                    }
                    self.set_expanded(id, true);
                }
                let children = self.sorted_children(id).to_vec();
                next.extend(children.into_iter().filter(|&child| !self.range(child).is_empty()));
            }
            level = next;
        }
    }

    /// Opens the directories around a path and returns its row; `None` when the view does not hold it.
    pub fn reveal(&mut self, path: &[u8]) -> Option<u32> {
        let mut id = FileTree::ROOT;
        for part in path.split(|&byte| byte == b'/').filter(|part| !part.is_empty()) {
            id =
                self.children[self.range(id)].iter().copied().find(|&child| self.tree.name(child) == part)?;
        }
        self.reveal_node(id)
    }

    /// Opens the directories around a node and returns its row; `None` when the view does not hold it.
    pub fn reveal_node(&mut self, id: u32) -> Option<u32> {
        if id == FileTree::ROOT || !self.has(id, SHOWN) {
            return None;
        }
        if self.flat.is_some() {
            return place(self.list(), id);
        }
        let mut node = self.tree.data(id).parent;
        while node != FileTree::ROOT {
            self.set_expanded(node, true);
            node = self.tree.data(node).parent;
        }
        let mut row = 0;
        let mut node = id;
        while node != FileTree::ROOT {
            let parent = self.tree.data(node).parent;
            self.sort_children(parent);
            let before = self.children[self.range(parent)].iter().take_while(|&&sibling| sibling != node);
            row += before.map(|&sibling| self.below[sibling as usize] + 1).sum::<u32>();
            row += u32::from(parent != FileTree::ROOT);
            node = parent;
        }
        Some(row)
    }

    /// The next row from `from` on, round past the end, whose name begins with `start`, whatever the case of its letters.
    pub fn find(&mut self, from: u32, start: &str, lower: Lower) -> Option<u32> {
        let rows = self.page(0, u32::MAX);
        let count = rows.len();
        let matcher = filter::NameMatcher::new(start, lower);
        let after = (0..count).skip(from as usize).chain(0..count.min(from as usize));
        let found = { after }.find(|&at| matcher.begins(self.tree.name(rows[at].0)))?;
        u32::try_from(found).ok()
    }

    /// Sorts anew: siblings, and in a flat list all rows.
    pub fn sort(&mut self, key: SortKey, descending: bool) {
        self.order = Order { key, descending };
        self.marks.iter_mut().for_each(|marks| *marks &= !SORTED);
        self.sort_list();
    }

    /// Shows only what the filter means, and opens the directories around it. An empty filter shows everything again,
    /// closed but for the top level. A text stands for the filter that looks for it.
    pub fn filter(&mut self, filter: impl Into<TreeFilter>) {
        self.filter_with(&filter.into(), |text| text.to_lowercase());
    }

    /// The same with another way to put text in lower case.
    pub fn filter_with(&mut self, filter: &TreeFilter, lower: Lower) {
        if filter.is_empty() {
            self.rebuild(None);
        } else {
            self.rebuild(Some(Matcher::new(filter, lower, self.marks.len())));
        }
    }

    /// Does the view show the node when nothing is filtered?
    pub fn holds(&self, node: Node<'_>) -> bool {
        if node.id == FileTree::ROOT {
            false
        } else if self.changes_only {
            node.change() != Change::Unchanged
        } else {
            node.is_present()
        }
    }

    fn rebuild(&mut self, matcher: Option<Matcher<'_>>) {
        self.mark_shown(matcher);
        let count = self.marks.len();
        let shown = |marks: &[u8], id: usize| marks.get(id).is_some_and(|marks| marks & SHOWN != 0);
        let mut starts = vec![0_u32; count + 1];
        for id in 1..count {
            if shown(&self.marks, id) {
                starts[self.tree.data(id as u32).parent as usize + 1] += 1;
            }
        }
        for at in 1..=count {
            starts[at] += starts[at - 1];
        }
        let mut children = vec![0_u32; starts[count] as usize];
        let mut free = starts.clone();
        for id in 1..count {
            if shown(&self.marks, id) {
                let slot = &mut free[self.tree.data(id as u32).parent as usize];
                children[*slot as usize] = id as u32;
                *slot += 1;
            }
        }
        (self.starts, self.children) = (starts, children);
        // A parent's number is below its children's.
        self.below.fill(0);
        for id in (0..count as u32).rev() {
            if self.has(id, EXPANDED) {
                self.below[id as usize] = self.rows_of(id);
            }
        }
        self.sort_list();
    }

    fn mark_shown(&mut self, mut matcher: Option<Matcher<'_>>) {
        self.marks.fill(0);
        self.mark(FileTree::ROOT, EXPANDED, true);
        self.matches = 0;
        let count = self.marks.len() as u32;
        for id in 1..count {
            let node = Node { tree: &self.tree, id };
            if self.holds(node) && matcher.as_mut().is_none_or(|matcher| matcher.matches(node)) {
                self.mark(id, SHOWN | MEANT, true);
                self.matches += 1;
            }
        }
        for id in (1..count).rev() {
            let parent = self.tree.data(id).parent;
            if self.has(id, SHOWN) && parent != FileTree::ROOT {
                self.mark(parent, SHOWN, true);
                if matcher.is_some() {
                    self.mark(parent, EXPANDED, true);
                }
            }
        }
    }

    fn has(&self, id: u32, mark: u8) -> bool {
        self.marks.get(id as usize).is_some_and(|marks| marks & mark != 0)
    }

    fn mark(&mut self, id: u32, mark: u8, on: bool) {
        if let Some(marks) = self.marks.get_mut(id as usize) {
            *marks = if on { *marks | mark } else { *marks & !mark };
        }
    }

    /// Where the node's children stand in the list of all children.
    fn range(&self, id: u32) -> std::ops::Range<usize> {
        match (self.starts.get(id as usize), self.starts.get(id as usize + 1)) {
            (Some(&start), Some(&end)) => start as usize..end as usize,
            _ => 0..0,
        }
    }

    fn rows_of(&self, id: u32) -> u32 {
        let children = self.children[self.range(id)].iter();
        children.map(|&child| self.below[child as usize].saturating_add(1)).sum()
    }

    fn sorted_children(&mut self, id: u32) -> &[u32] {
        self.sort_children(id);
        &self.children[self.range(id)]
    }

    fn sort_children(&mut self, id: u32) {
        if !self.has(id, SORTED) {
            self.mark(id, SORTED, true);
            let range = self.range(id);
            self.order.siblings(&self.tree, &mut self.children[range]);
        }
    }
}

fn place(rows: &[u32], id: u32) -> Option<u32> {
    u32::try_from(rows.iter().position(|&row| row == id)?).ok()
}
