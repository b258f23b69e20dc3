//! Which image was made from which, as far as the file says so and it can be true.

use std::collections::BTreeMap;

use super::{LoadNote, LoadOptions, LoadPlan, PlannedConfig, PlannedImage};
use crate::archive::model::Archive;
use crate::image::{HistoryEntry, ImageConfig, ImageId};

impl LoadPlan {
    /// Links images with their parents as Docker does: the parent is another image of the same file, and its history is
    /// that of the child without the last step. Then sorts parents before children.
    pub(super) fn parents(&mut self, archive: &Archive, options: &LoadOptions) {
        if options.parents {
            let places: BTreeMap<ImageId, usize> = self
                .images
                .iter()
                .enumerate()
                .filter_map(|(place, image)| Some((image.id?, place)))
                .collect();
            for child in 0..self.images.len() {
                if let Some((parent, note)) = self.parent_of(archive, &places, child) {
                    self.notes.extend(note);
                    if let (Some(parent), Some(image)) = (parent, self.images.get_mut(child)) {
                        image.parent = Some(parent);
                    }
                }
            }
            self.cut_circles();
        }
        self.sort();
    }

    fn parent_of(
        &self,
        archive: &Archive,
        places: &BTreeMap<ImageId, usize>,
        child: usize,
    ) -> Option<(Option<usize>, Option<LoadNote>)> {
        let planned = self.images.get(child)?;
        let image = planned.image;
        let record = archive.images.get(image)?;
        let parent =
            record.items.iter().find_map(|item| item.parent.clone()).filter(|text| !text.is_empty())?;
        let id = ImageId::parse(&parent).ok();
        if id.is_some() && id == planned.id {
            return None;
        }
        let Some((id, &place)) = id.and_then(|id| Some((id, places.get(&id)?))) else {
            return Some((None, Some(LoadNote::NoParent { image, parent })));
        };
        let is_valid = self.images.get(place).is_some_and(|parent| follows(archive, planned, parent));
        if is_valid {
            Some((Some(place), None))
        } else {
            Some((None, Some(LoadNote::InvalidParent { image, parent: id })))
        }
    }

    /// Two images without history can each be said to be made from the other. The link that closes such a circle goes.
    fn cut_circles(&mut self) {
        // Images that are known to hang together soundly.
        let mut sound = vec![false; self.images.len()];
        for start in 0..self.images.len() {
            let mut path = vec![start];
            loop {
                let last = path.last().copied().unwrap_or(start);
                let Some(parent) = self.images.get(last).and_then(|image| image.parent) else { break };
                if sound.get(parent).copied().unwrap_or(true) {
                    break;
                }
                if path.contains(&parent) {
                    let id = self.images.get(parent).and_then(|parent| parent.id);
                    if let Some(image) = self.images.get_mut(last) {
                        image.parent = None;
                        let image = image.image;
                        self.notes.extend(id.map(|parent| LoadNote::InvalidParent { image, parent }));
                    }
                    break;
                }
                path.push(parent);
            }
            for place in path {
                if let Some(sound) = sound.get_mut(place) {
                    *sound = true;
                }
            }
        }
    }

    /// Each image after its parent, else in the order of the file.
    fn sort(&mut self) {
        let count = self.images.len();
        let mut order: Vec<usize> = Vec::with_capacity(count);
        let mut place_of: Vec<Option<usize>> = vec![None; count];
        for start in 0..count {
            let mut path = Vec::new();
            let mut next = Some(start);
            while let Some(place) = next.filter(|place| place_of.get(*place).is_some_and(Option::is_none)) {
                path.push(place);
                next = self.images.get(place).and_then(|image| image.parent);
            }
            for place in path.into_iter().rev() {
                if let Some(new) = place_of.get_mut(place).filter(|new| new.is_none()) {
                    *new = Some(order.len());
                    order.push(place);
                }
            }
        }
        let mut images: Vec<Option<PlannedImage>> =
            std::mem::take(&mut self.images).into_iter().map(Some).collect();
        for place in order {
            if let Some(mut image) = images.get_mut(place).and_then(Option::take) {
                image.parent = image.parent.and_then(|parent| place_of.get(parent).copied().flatten());
                self.images.push(image);
            }
        }
    }
}

/// Whether a child's history is that of its parent and one step more, or neither has one (moby, `image/tarexport`).
fn follows(archive: &Archive, child: &PlannedImage, parent: &PlannedImage) -> bool {
    let history = |image: &PlannedImage| -> Option<Vec<HistoryEntry>> {
        let PlannedConfig::Stored(raw) = &image.config else { return None };
        Some(ImageConfig::parse(&raw[..], &archive.limits).ok()?.history().to_vec())
    };
    let (Some(child), Some(parent)) = (history(child), history(parent)) else { return false };
    match child.split_last() {
        None => parent.is_empty(),
        Some((_, before)) => before == parent,
    }
}
