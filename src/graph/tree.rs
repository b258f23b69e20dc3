//! Which layer stands on which.

use std::collections::{BTreeMap, BTreeSet};

use super::{Damage, GraphError};

/// Layers by id with what they stand on. Nothing else is known of them here.
///
/// ```
/// use layerglass::graph::Tree;
/// let mut tree = Tree::default();
/// tree.insert("scratch", None)?;
/// tree.insert("a", Some("scratch"))?;
/// assert_eq!(tree.children("scratch")?.collect::<Vec<_>>(), ["a"]);
/// assert!(tree.remove("scratch").is_err(), "`a` stands on it");
/// # Ok::<(), layerglass::graph::GraphError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    parents: BTreeMap<String, Option<String>>,
    /// Also of layers that are not there.
    children: BTreeMap<String, BTreeSet<String>>,
}

impl Tree {
    /// Adds a layer that stands on another one, or on none.
    ///
    /// # Errors
    /// It is there already, its parent is not, or it is its own parent.
    pub fn insert(&mut self, id: &str, parent: Option<&str>) -> Result<(), GraphError> {
        if self.contains(id) {
            return Err(GraphError::Exists { what: "layer", id: id.to_owned() });
        }
        if parent == Some(id) {
            return Err(GraphError::OwnParent { id: id.to_owned() });
        }
        if let Some(parent) = parent.filter(|parent| !self.contains(parent)) {
            return Err(GraphError::not_found("parent", parent));
        }
        self.note(id, parent);
        Ok(())
    }

    /// Adds a layer as it was found, whether its parent is there or not.
    pub(super) fn note(&mut self, id: &str, parent: Option<&str>) {
        if let Some(parent) = parent {
            self.children.entry(parent.to_owned()).or_default().insert(id.to_owned());
        }
        self.parents.insert(id.to_owned(), parent.map(str::to_owned));
    }

    /// Removes a layer on which none stands.
    ///
    /// # Errors
    /// It is not there, or others stand on it.
    pub fn remove(&mut self, id: &str) -> Result<(), GraphError> {
        let children: Vec<String> = self.children(id)?.map(str::to_owned).collect();
        if !children.is_empty() {
            return Err(GraphError::HasChildren { id: id.to_owned(), children });
        }
        self.forget(id);
        Ok(())
    }

    /// Removes a layer whatever stands on it.
    pub(super) fn forget(&mut self, id: &str) {
        if let Some(Some(parent)) = self.parents.remove(id)
            && let Some(siblings) = self.children.get_mut(&parent)
        {
            siblings.remove(id);
            if siblings.is_empty() {
                self.children.remove(&parent);
            }
        }
    }

    /// Whether a layer is there.
    pub fn contains(&self, id: &str) -> bool {
        self.parents.contains_key(id)
    }

    /// All ids, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.parents.keys().map(String::as_str)
    }

    /// What a layer says it stands on, whether that is there or not.
    pub fn parent(&self, id: &str) -> Option<&str> {
        self.parents.get(id)?.as_deref()
    }

    /// The layers that stand on a layer, sorted.
    ///
    /// # Errors
    /// There is no such layer.
    pub fn children(&self, id: &str) -> Result<impl Iterator<Item = &str>, GraphError> {
        if !self.contains(id) {
            return Err(GraphError::not_found("layer", id));
        }
        Ok(self.children.get(id).into_iter().flatten().map(String::as_str))
    }

    /// By parent that is there: the layers that stand on it, both sorted.
    pub fn by_parent(&self) -> BTreeMap<String, Vec<String>> {
        let found = self.children.iter().filter(|(parent, _)| self.contains(parent));
        found.map(|(parent, children)| (parent.clone(), children.iter().cloned().collect())).collect()
    }

    /// Layers on which none stands, sorted.
    pub fn heads(&self) -> Vec<String> {
        self.ids().filter(|id| !self.children.contains_key(*id)).map(str::to_owned).collect()
    }

    /// A layer and those below it, itself first. It ends at a layer that stands on none.
    ///
    /// # Errors
    /// It is not there, one below it is not, or it stands on itself.
    pub fn chain(&self, id: &str) -> Result<Vec<String>, GraphError> {
        let mut chain = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = Some(id);
        while let Some(at) = next {
            if !self.contains(at) {
                return Err(match chain.is_empty() {
                    true => GraphError::not_found("layer", at),
                    false => GraphError::corrupt(id, Damage::Parent { parent: at.to_owned() }),
                });
            }
            if !seen.insert(at) {
                return Err(GraphError::corrupt(id, Damage::Cycle { by: at.to_owned() }));
            }
            chain.push(at.to_owned());
            next = self.parent(at);
        }
        Ok(chain)
    }
}
