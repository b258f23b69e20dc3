//! Which image gets which name.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::Layout;
use super::plan::Fate;
use super::report::DropReason;
use crate::archive::Role;
use crate::image::{ImageConfig, Platform};
use crate::reference::Reference;

/// The names of each image in a layout that gives a name to one image. Of several, which an index ties together, that one
/// has it that runs on what most do, and else the first. What has no tag is no name there.
pub(super) fn docker_names(layout: &mut Layout) -> Vec<BTreeSet<Reference>> {
    let usual = Platform::new("linux", "amd64");
    let mut owners: BTreeMap<&Reference, usize> = BTreeMap::new();
    let images = || layout.contents.images.iter().zip(&layout.fates).enumerate();
    let mut dropped = BTreeSet::new();
    for (index, (image, fate)) in images() {
        if image.role != Role::Image || *fate == Fate::Dropped {
            continue;
        }
        for name in &image.names {
            if name.tag().is_none() || name.digest().is_some() {
                dropped.insert((name.as_str().to_owned(), DropReason::NoPlace));
                continue;
            }
            let is_usual = |index: usize| {
                let platform = layout.contents.images.get(index).and_then(|image| image.platform.as_ref());
                platform.is_some_and(|platform| platform.is_same(&usual))
            };
            match owners.get(name).copied() {
                None => {
                    owners.insert(name, index);
                }
                Some(owner) if !same_id(layout, owner, index) => {
                    dropped.insert((name.as_str().to_owned(), DropReason::NameTaken));
                    if is_usual(index) && !is_usual(owner) {
                        owners.insert(name, index);
                    }
                }
                Some(_) => {}
            }
        }
    }
    let mut firsts = BTreeMap::new();
    for (index, config) in layout.configs.iter().enumerate() {
        if let Some(config) = config {
            firsts.entry(config.id()).or_insert(index);
        }
    }
    let mut names = vec![BTreeSet::new(); layout.contents.images.len()];
    for (name, owner) in owners {
        // Two manifests of one image are one image: the first has all its names.
        let id = layout.configs.get(owner).and_then(Option::as_ref).map(ImageConfig::id);
        let first = id.and_then(|id| firsts.get(&id)).copied().unwrap_or(owner);
        if let Some(names) = names.get_mut(first) {
            names.insert(name.clone());
        }
    }
    for (name, reason) in dropped {
        layout.report.drop(name, reason);
    }
    names
}

fn same_id(layout: &Layout, one: usize, other: usize) -> bool {
    let id = |index: usize| Some(layout.configs.get(index)?.as_ref()?.id());
    id(one).is_some() && id(one) == id(other)
}
