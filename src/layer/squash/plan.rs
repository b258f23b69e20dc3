//! What of several layers is written, and when.
//!
//! It is the difference between two merged trees, that of the layers below the range and that of all layers up to its end:
//! what is new is written, and what is gone is marked. So it does not matter by which entries the range got there.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::error::SquashError;
use super::options::{SquashOptions, SquashReport};
use crate::finding::{Finding, Severity};
use crate::layer::node::NodeKind;
use crate::layer::table::{FileTable, Row, RowKind};
use crate::layer::tree::FileTree;
use crate::layer::whiteout::{OPAQUE, PREFIX, Whiteout};
use crate::limits::Limits;

/// What is written when a row of a layer goes by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) row: u32,
    pub(super) node: u32,
    /// Further names of what `node` names.
    pub(super) links: Vec<u32>,
}

/// What is written, and when.
pub(super) struct Plan {
    pub(super) tree: FileTree,
    /// Deletion marks by the folder that they stand in: a name, or none for all that is there.
    pub(super) marks: Vec<(u32, Option<u32>)>,
    /// Directories that no layer lists.
    pub(super) implied: Vec<u32>,
    /// Names for what layers below the range hold, each with another name of it that stays.
    pub(super) links_below: Vec<(u32, u32)>,
    /// By layer, those first that lie below the range; by ascending row.
    pub(super) steps: BTreeMap<usize, Vec<Step>>,
    /// By node: a directory that is to be written, before anything in it.
    pub(super) pending: Vec<bool>,
    /// The folder that names are relative to.
    pub(super) base: u32,
    pub(super) report: SquashReport,
}

/// What is known of each node.
struct Sight {
    /// Neither dropped nor outside of the folder.
    taken: Vec<bool>,
    /// It was there below the range, and what becomes of the folders around it does not hide it.
    visible: Vec<bool>,
    /// A directory before and after.
    continues: Vec<bool>,
}

impl Plan {
    pub(super) fn new(
        layers: &[Arc<FileTable>],
        range: &Range<usize>,
        options: &SquashOptions,
        limits: &Limits,
    ) -> Result<Self, SquashError> {
        let (start, end, count) = (range.start, range.end, layers.len());
        let outside = SquashError::Range { start, end, count };
        let layers = layers.get(..end).filter(|_| start < end).ok_or(outside)?;
        if start > 0 && options.folder.is_some() {
            return Err(SquashError::FolderOfRange);
        }
        let tree = FileTree::merge_since(layers, start, limits)?;
        let base = match &options.folder {
            None => FileTree::ROOT,
            Some(path) => {
                let found =
                    tree.resolve(path, limits.symlinks).filter(|node| node.kind() == NodeKind::Directory);
                found.ok_or_else(|| SquashError::NoFolder { path: path.clone() })?.id()
            }
        };
        let mut report = SquashReport::default();
        for row in layers.iter().skip(start).flat_map(|table| table.rows()) {
            report.entries_before += 1;
            if row.kind() == RowKind::File {
                report.content_before = report.content_before.saturating_add(row.size());
            }
        }
        let pending = vec![false; tree.node_count()];
        let mut plan = Self {
            tree,
            marks: Vec::new(),
            implied: Vec::new(),
            links_below: Vec::new(),
            steps: (start..end).map(|layer| (layer, Vec::new())).collect(),
            pending,
            base: if options.strip_folder { base } else { FileTree::ROOT },
            report,
        };
        let sight = plan.look(base, options);
        plan.mark(&sight)?;
        plan.write(&sight, start);
        for steps in plan.steps.values_mut() {
            steps.sort_by_key(|step| step.row);
        }
        Ok(plan)
    }

    /// Looks at every node, parents first.
    fn look(&mut self, base: u32, options: &SquashOptions) -> Sight {
        let count = self.tree.node_count();
        let no = || vec![false; count];
        let mut sight = Sight { taken: no(), visible: no(), continues: no() };
        let (mut inside, mut dropped, mut is_above) = (no(), no(), no());
        let mut at = base;
        while at != FileTree::ROOT {
            at = self.tree.data(at).parent;
            is_above[at as usize] = true;
        }
        for id in 0..count as u32 {
            let (at, data) = (id as usize, self.tree.data(id));
            let (parent, is_root) = (data.parent as usize, id == FileTree::ROOT);
            let was = data.before != FileTree::NONE;
            let is = data.current != FileTree::NONE;
            inside[at] = match id {
                _ if id == base => true,
                _ if is_above[at] => !options.strip_folder,
                _ => data.parent == base || inside[parent] && !is_above[parent],
            };
            let may_fit = inside[at] && !is_root && (was || is) && !options.drop.is_empty();
            dropped[at] = inside[at] && !is_root && dropped[parent]
                || may_fit && self.tree.node(id).is_some_and(|node| options.drop.fits(&node.path()));
            if dropped[at] && data.before != data.current {
                self.report.dropped += 1;
                let size =
                    self.row(data.current).filter(|row| row.kind() == RowKind::File).map_or(0, Row::size);
                self.report.dropped_content = self.report.dropped_content.saturating_add(size);
            }
            sight.taken[at] = inside[at] && !dropped[at];
            sight.visible[at] = was && sight.taken[at] && (is_root || sight.continues[parent]);
            sight.continues[at] =
                sight.visible[at] && self.is_directory(data.before) && self.is_directory(data.current);
        }
        sight
    }

    /// Decides on deletion marks.
    fn mark(&mut self, sight: &Sight) -> Result<(), SquashError> {
        let count = self.tree.node_count();
        // Something of before is there still: at a node or below it, and below it.
        let (mut survives, mut holds) = (vec![false; count], vec![false; count]);
        let mut gone = vec![0_u32; count];
        for id in (1..count as u32).rev() {
            let (at, data) = (id as usize, self.tree.data(id));
            if !sight.visible[at] {
                continue;
            }
            survives[at] = holds[at] || data.before == data.current;
            let parent = data.parent as usize;
            holds[parent] |= survives[at];
            if data.current == FileTree::NONE {
                // What no mark of its own can name takes one for the whole folder.
                gone[parent] += if self.markable(id) { 1 } else { 2 };
            }
        }
        // Below a folder that hides all that was there, nothing else has to be marked.
        let mut hides = vec![false; count];
        for id in 0..count as u32 {
            let (at, data) = (id as usize, self.tree.data(id));
            if id != FileTree::ROOT && hides[data.parent as usize] {
                hides[at] = true;
            } else if sight.continues[at] && gone[at] > 1 && !holds[at] {
                hides[at] = true;
                self.marks.push((id, None));
            } else if sight.visible[at] && data.current == FileTree::NONE {
                if !self.markable(id) {
                    let path = self.tree.node(id).map(|node| node.path()).unwrap_or_default();
                    return Err(SquashError::Unmarkable { path });
                }
                self.marks.push((data.parent, Some(id)));
            }
        }
        Ok(())
    }

    /// Is there a deletion mark for the node?
    fn markable(&self, id: u32) -> bool {
        let mark = self.mark_path(self.tree.data(id).parent, Some(id));
        Whiteout::of(&mark) == Some(Whiteout::Remove(self.tree.name(id)))
    }

    /// Decides on what is written, and when.
    fn write(&mut self, sight: &Sight, start: usize) {
        let mut names = Vec::new();
        // By inode: a name of it that stays.
        let mut stays = vec![FileTree::NONE; self.tree.inodes.len()];
        for id in 0..self.tree.node_count() as u32 {
            let (at, data) = (id as usize, self.tree.data(id));
            let Some(inode) = self.tree.inode(data.current).copied().filter(|_| sight.taken[at]) else {
                continue;
            };
            if sight.visible[at] && data.before == data.current {
                stays[data.current as usize] = id;
            } else if inode.kind != NodeKind::Directory {
                names.push((data.current, id));
            } else if inode.row != FileTree::NONE {
                self.pending[at] = true;
                let step = Step { row: inode.row, node: id, links: Vec::new() };
                self.steps.entry(usize::from(inode.layer)).or_default().push(step);
            } else if id != FileTree::ROOT && id != self.base {
                self.implied.push(id);
                self.pending[at] = Whiteout::of(&self.path(id)).is_none();
                if !self.pending[at] {
                    let path = self.path(id);
                    self.tree.findings.push(|| {
                        let message = "an entry of this name would be a deletion mark: the directory is written only \
                                       through what is in it";
                        Finding::new(Severity::Warning, "squash-mark-name", message).at_path(&path)
                    });
                }
            }
        }
        names.sort_unstable();
        for group in names.chunk_by(|a, b| a.0 == b.0) {
            let Some((&(inode, first), _)) = group.split_first() else { continue };
            let stays = stays[inode as usize];
            if stays != FileTree::NONE {
                self.links_below.extend(group.iter().map(|&(_, node)| (node, stays)));
                continue;
            }
            let Some(inode) = self.tree.inode(inode) else { continue };
            let (layer, row) = (usize::from(inode.layer), inode.row);
            let own = self.tree.inode_row(inode).map(|row| row.path()).unwrap_or_default();
            let is_own = |id: u32| self.tree.node(id).is_some_and(|node| node.path() == own);
            // The name that the row has goes first, where it is still there.
            let own = group.iter().map(|&(_, node)| node).find(|&node| group.len() > 1 && is_own(node));
            let node = own.unwrap_or(first);
            let links = group.iter().map(|&(_, other)| other).filter(|&other| other != node).collect();
            if layer < start {
                self.report.brought_up += 1;
            }
            self.steps.entry(layer).or_default().push(Step { row, node, links });
        }
    }

    fn is_directory(&self, inode: u32) -> bool {
        self.tree.inode(inode).is_some_and(|inode| inode.kind == NodeKind::Directory)
    }

    pub(super) fn row(&self, inode: u32) -> Option<Row<'_>> {
        self.tree.inode(inode).and_then(|inode| self.tree.inode_row(inode))
    }

    /// Where a node stands in what is written.
    pub(super) fn path(&self, id: u32) -> Vec<u8> {
        let mut parts = Vec::new();
        let mut at = id;
        while at != self.base && at != FileTree::ROOT {
            parts.push(self.tree.name(at));
            at = self.tree.data(at).parent;
        }
        parts.reverse();
        parts.join(&b'/')
    }

    /// Where the deletion mark stands for what is in a folder, one name or all.
    pub(super) fn mark_path(&self, folder: u32, name: Option<u32>) -> Vec<u8> {
        let mut path = self.path(folder);
        if !path.is_empty() {
            path.push(b'/');
        }
        match name {
            Some(name) => path.extend([PREFIX, self.tree.name(name)].concat()),
            None => path.extend(OPAQUE),
        }
        path
    }
}
