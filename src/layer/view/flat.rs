//! The view as a flat list of what is meant.

use super::{MEANT, Order, TreeView};
use crate::layer::tree::FileTree;

impl TreeView {
    /// Is the view a flat list?
    pub fn is_flat(&self) -> bool {
        self.flat.is_some()
    }

    /// Makes the view a flat list of the paths that are meant, sorted as a whole, or an outline again. What is open in
    /// the outline stays open.
    pub fn set_flat(&mut self, flat: bool) {
        if flat != self.is_flat() {
            self.flat = flat.then(Vec::new);
            self.sort_list();
        }
    }

    pub(super) fn list(&self) -> &[u32] {
        self.flat.as_deref().unwrap_or_default()
    }

    /// Makes the flat list anew, if the view is one.
    pub(super) fn sort_list(&mut self) {
        let Some(list) = self.flat.take() else { return };
        drop(list);
        let mut list = Vec::with_capacity(self.matches as usize);
        // A walk that takes siblings by their names meets paths in order, without a path being made.
        let mut waiting = vec![FileTree::ROOT];
        while let Some(id) = waiting.pop() {
            if id != FileTree::ROOT && self.has(id, MEANT) {
                list.push(id);
            }
            let from = waiting.len();
            waiting.extend_from_slice(&self.children[self.range(id)]);
            if let Some(children) = waiting.get_mut(from..) {
                Order::NAMES.siblings(&self.tree, children);
                children.reverse();
            }
        }
        self.order.list(&self.tree, &mut list);
        self.flat = Some(list);
    }
}
