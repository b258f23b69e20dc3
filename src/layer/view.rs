//! A file tree as rows on a screen: what is expanded, in which order, and which rows a page holds.

use std::cmp::Ordering;

use super::node::{Change, Node, NodeKind};
use super::tree::FileTree;

/// What siblings are sorted by. Equal ones follow by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// Directories first, then by the bytes of the name.
    #[default]
    Name,
    /// Bytes at and below.
    Size,
    /// Time of last change.
    Mtime,
}

impl SortKey {
    /// The key of that name: `name`, `size` or `mtime`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "name" => Some(Self::Name),
            "size" => Some(Self::Size),
            "mtime" => Some(Self::Mtime),
            _ => None,
        }
    }
}

/// Rows of a [`FileTree`]: an outline of which any page can be had without the ones before it.
pub struct TreeView {
    tree: FileTree,
    changes_only: bool,
    /// By node: is it part of the view at all?
    shown: Vec<bool>,
    expanded: Vec<bool>,
    /// By node: rows below it when it is expanded, else 0.
    below: Vec<u32>,
    /// Children of node `n`: `children[starts[n]..starts[n + 1]]`, sorted once they are asked for.
    starts: Vec<u32>,
    children: Vec<u32>,
    sorted: Vec<bool>,
    key: SortKey,
    descending: bool,
}

impl TreeView {
    /// A view of the whole tree, or of the paths that its last layer changed; the top level is shown.
    pub fn new(tree: FileTree, changes_only: bool) -> Self {
        let count = tree.node_count();
        let mut view = Self {
            tree,
            changes_only,
            shown: vec![false; count],
            expanded: vec![false; count],
            below: vec![0; count],
            starts: Vec::new(),
            children: Vec::new(),
            sorted: Vec::new(),
            key: SortKey::Name,
            descending: false,
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
        self.below[FileTree::ROOT as usize]
    }

    /// True when there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Is the node's list of children open?
    pub fn is_expanded(&self, id: u32) -> bool {
        self.expanded.get(id as usize).copied().unwrap_or(false)
    }

    /// How many children of the node the view shows.
    pub fn child_count(&self, id: u32) -> u32 {
        match (self.starts.get(id as usize), self.starts.get(id as usize + 1)) {
            (Some(start), Some(end)) => end - start,
            _ => 0,
        }
    }

    /// The node's children from `offset`, at most `limit` of them, in the view's order.
    pub fn children(&mut self, id: u32, offset: u32, limit: u32) -> Vec<u32> {
        if id as usize >= self.shown.len() {
            return Vec::new();
        }
        let children = self.sorted_children(id);
        children.iter().skip(offset as usize).take(limit as usize).copied().collect()
    }

    /// Depth below the root; the root's own children have depth 0.
    pub fn depth(&self, id: u32) -> u32 {
        let mut depth = 0;
        let mut parent = self.tree.data(id).parent;
        while parent != FileTree::ROOT {
            depth += 1;
            parent = self.tree.data(parent).parent;
        }
        depth
    }

    /// Where the node stands among the siblings that the view shows, counted from 0; 0 for a node that is not there.
    pub fn position(&mut self, id: u32) -> u32 {
        let Some(parent) = self.tree.node(id).map(|node| node.parent().id()) else { return 0 };
        let position = self.sorted_children(parent).iter().position(|&child| child == id);
        position.map_or(0, |position| u32::try_from(position).unwrap_or(u32::MAX))
    }

    /// The rows from `offset`, at most `limit` of them: node numbers with their depths.
    pub fn page(&mut self, offset: u32, limit: u32) -> Vec<(u32, u32)> {
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

    /// Opens or closes a directory.
    pub fn set_expanded(&mut self, id: u32, expanded: bool) {
        if id == FileTree::ROOT || id as usize >= self.shown.len() || self.is_expanded(id) == expanded {
            return;
        }
        self.expanded[id as usize] = expanded;
        let rows = if expanded { self.rows_of(id) } else { 0 };
        let before = std::mem::replace(&mut self.below[id as usize], rows);
        let mut node = id;
        while node != FileTree::ROOT {
            node = self.tree.data(node).parent;
            if !self.expanded[node as usize] {
                break;
            }
            let below = &mut self.below[node as usize];
            *below = (*below).saturating_add(rows).saturating_sub(before);
        }
    }

    /// Opens directories from the top down until the view would have more than `max_rows` rows.
    pub fn expand_all(&mut self, max_rows: u32) {
        let mut level = vec![FileTree::ROOT];
        while !level.is_empty() {
            let mut next = Vec::new();
            for id in level {
                if id != FileTree::ROOT && !self.is_expanded(id) {
                    if self.len().saturating_add(self.child_count(id)) > max_rows {
                        return;
                    }
                    self.set_expanded(id, true);
                }
                let children = self.sorted_children(id).to_vec();
                next.extend(children.into_iter().filter(|&child| self.child_count(child) > 0));
            }
            level = next;
        }
    }

    /// Opens the directories around a path and returns its row; `None` when the view does not hold it.
    pub fn reveal(&mut self, path: &[u8]) -> Option<u32> {
        let mut id = FileTree::ROOT;
        for part in path.split(|&byte| byte == b'/').filter(|part| !part.is_empty()) {
            if id != FileTree::ROOT {
                self.set_expanded(id, true);
            }
            let (start, end) = (self.starts[id as usize] as usize, self.starts[id as usize + 1] as usize);
            id = self.children[start..end].iter().copied().find(|&child| self.tree.name(child) == part)?;
        }
        let mut row = 0;
        let mut node = id;
        while node != FileTree::ROOT {
            let parent = self.tree.data(node).parent;
            self.sort_children(parent);
            let (start, end) =
                (self.starts[parent as usize] as usize, self.starts[parent as usize + 1] as usize);
            let before = self.children[start..end].iter().take_while(|&&sibling| sibling != node);
            row += before.map(|&sibling| self.below[sibling as usize] + 1).sum::<u32>();
            row += u32::from(parent != FileTree::ROOT);
            node = parent;
        }
        (id != FileTree::ROOT).then_some(row)
    }

    /// Sorts all siblings anew.
    pub fn sort(&mut self, key: SortKey, descending: bool) {
        (self.key, self.descending) = (key, descending);
        self.sorted.fill(false);
    }

    /// Shows only paths that hold `text`, whatever the case of its letters, and opens the directories around them.
    /// An empty text shows everything again, closed but for the top level.
    pub fn filter(&mut self, text: &str) {
        let text = text.to_lowercase();
        if text.is_empty() {
            self.show_all();
        } else {
            self.show_where(|path| path.to_lowercase().contains(&text));
        }
    }

    /// Shows only paths of which `shows` says so, and opens the directories around them.
    pub fn show_where(&mut self, mut shows: impl FnMut(&str) -> bool) {
        self.rebuild(Some(&mut shows));
    }

    /// Shows everything, closed but for the top level.
    pub fn show_all(&mut self) {
        self.rebuild(None);
    }

    fn rebuild(&mut self, shows: Option<&mut dyn FnMut(&str) -> bool>) {
        self.expanded.fill(false);
        self.expanded[FileTree::ROOT as usize] = true;
        self.mark_shown(shows);
        let count = self.shown.len();
        let mut starts = vec![0_u32; count + 1];
        for id in 1..count {
            if self.shown[id] {
                starts[self.tree.data(id as u32).parent as usize + 1] += 1;
            }
        }
        for at in 1..=count {
            starts[at] += starts[at - 1];
        }
        let mut children = vec![0_u32; starts[count] as usize];
        let mut free = starts.clone();
        for id in 1..count {
            if self.shown[id] {
                let slot = &mut free[self.tree.data(id as u32).parent as usize];
                children[*slot as usize] = id as u32;
                *slot += 1;
            }
        }
        (self.starts, self.children) = (starts, children);
        self.sorted = vec![false; count];
        // A parent's number is below its children's.
        self.below.fill(0);
        for id in (0..count).rev() {
            if self.expanded[id] {
                self.below[id] = self.rows_of(id as u32);
            }
        }
    }

    fn mark_shown(&mut self, mut shows: Option<&mut dyn FnMut(&str) -> bool>) {
        let count = self.shown.len() as u32;
        for id in 1..count {
            let matches = |shows: &mut &mut dyn FnMut(&str) -> bool| {
                let path = Node { tree: &self.tree, id }.path();
                shows(&String::from_utf8_lossy(&path))
            };
            self.shown[id as usize] = self.belongs(id) && shows.as_mut().is_none_or(matches);
        }
        for id in (1..count).rev() {
            let parent = self.tree.data(id).parent as usize;
            if self.shown[id as usize] && parent != FileTree::ROOT as usize {
                self.shown[parent] = true;
                self.expanded[parent] |= shows.is_some();
            }
        }
    }

    fn belongs(&self, id: u32) -> bool {
        let node = Node { tree: &self.tree, id };
        if self.changes_only { node.change() != Change::Unchanged } else { node.is_present() }
    }

    fn rows_of(&self, id: u32) -> u32 {
        let (start, end) = (self.starts[id as usize] as usize, self.starts[id as usize + 1] as usize);
        self.children[start..end].iter().map(|&child| self.below[child as usize].saturating_add(1)).sum()
    }

    fn sorted_children(&mut self, id: u32) -> &[u32] {
        self.sort_children(id);
        let (start, end) = (self.starts[id as usize] as usize, self.starts[id as usize + 1] as usize);
        &self.children[start..end]
    }

    fn sort_children(&mut self, id: u32) {
        if std::mem::replace(&mut self.sorted[id as usize], true) {
            return;
        }
        let (start, end) = (self.starts[id as usize] as usize, self.starts[id as usize + 1] as usize);
        let (tree, key, descending) = (&self.tree, self.key, self.descending);
        self.children[start..end].sort_unstable_by(|&a, &b| {
            let (a, b) = (Node { tree, id: a }, Node { tree, id: b });
            let order = compare(a, b, key);
            let order = if descending { order.reverse() } else { order };
            order.then_with(|| a.name().cmp(b.name()))
        });
    }
}

fn compare(a: Node<'_>, b: Node<'_>, key: SortKey) -> Ordering {
    match key {
        SortKey::Name => {
            let is_file = |node: Node<'_>| node.kind() != NodeKind::Directory;
            is_file(a).cmp(&is_file(b)).then_with(|| a.name().cmp(b.name()))
        }
        SortKey::Size => a.total_size().cmp(&b.total_size()),
        SortKey::Mtime => {
            let mtime = |node: Node<'_>| node.row().map(|row| row.mtime());
            mtime(a).cmp(&mtime(b))
        }
    }
}
