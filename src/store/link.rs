//! Parents, as the metadata of images names them.

use super::index::{Index, Known};
use super::problem::Problems;
use super::{BackendError, Problem, ProblemKind, key};
use crate::image::ImageId;

pub(super) fn parent_id(bytes: &[u8]) -> Option<ImageId> {
    crate::digest::Digest::parse(std::str::from_utf8(bytes).ok()?).ok().map(ImageId::from)
}

/// The images that are there, also damaged ones, in order. All ids are by SHA-256, as their keys are.
pub(super) struct Present {
    ids: Vec<ImageId>,
    /// The first eight bytes of each as a number: a search of these stays in the processor's cache.
    leads: Vec<u64>,
}

impl Present {
    pub(super) fn new(mut ids: Vec<ImageId>) -> Self {
        ids.sort_unstable();
        Self { leads: ids.iter().map(lead).collect(), ids }
    }

    fn place(&self, id: &ImageId) -> Option<usize> {
        let lead = lead(id);
        let from = self.leads.partition_point(|other| *other < lead);
        let equal = self.leads.get(from..)?.partition_point(|other| *other == lead);
        Some(from + self.ids.get(from..from + equal)?.binary_search(id).ok()?)
    }
}

fn lead(id: &ImageId) -> u64 {
    id.digest().as_bytes().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// What a record of metadata is.
pub(super) enum Metadata {
    /// What an image was made from.
    Parent(ParentRecord),
    /// Of an image that is not there.
    Orphan(ImageId),
    /// Something else.
    Other,
}

/// What an image was made from, by places among the images that are there.
pub(super) struct ParentRecord {
    child: usize,
    /// Nothing when the record is no id. A parent that is not there has no place.
    parent: Option<(ImageId, Option<usize>)>,
}

/// Reads a record of metadata.
pub(super) fn read_parent(
    key: &str,
    bytes: Result<Vec<u8>, BackendError>,
    known: &Present,
) -> Result<Metadata, Problem> {
    let Some((id, name)) = key::metadata_id(key) else {
        return Err(match bytes {
            Ok(_) => Problem::new(ProblemKind::Foreign, key, "this is no metadata of an image"),
            Err(error) => Problem::from_reason(ProblemKind::MetadataUnreadable, key, &error),
        });
    };
    let Some(child) = known.place(&id) else { return Ok(Metadata::Orphan(id)) };
    if name != key::PARENT {
        return Ok(Metadata::Other);
    }
    match bytes {
        Ok(bytes) => {
            let parent = parent_id(&bytes).map(|parent| (parent, known.place(&parent)));
            Ok(Metadata::Parent(ParentRecord { child, parent }))
        }
        Err(error) => Err(Problem::from_reason(ProblemKind::MetadataUnreadable, key, &error).of(id)),
    }
}

/// Links images to the parents that their metadata names, apart from those that would be their own ancestors. Looks at
/// each image twice, however long the chains are.
pub(super) fn link_all<T>(
    index: &mut Index<T>,
    Present { ids: known, .. }: &Present,
    mut records: Vec<ParentRecord>,
    problems: &mut Problems,
) {
    let mut wrong = |id: &ImageId, kind, reason: String| {
        problems.push(Problem::new(kind, key::metadata(id, key::PARENT), reason).of(*id));
    };
    records.sort_unstable_by_key(|record| record.child);
    // By the place among the images: the image, unless it is damaged. To search for each would take most of the time.
    let mut images = index.images.iter_mut().peekable();
    let mut places: Vec<Option<&mut Known<T>>> =
        known.iter().map(|id| images.next_if(|(image, _)| *image == id).map(|(_, known)| known)).collect();
    // By the place among the images: that of the parent.
    let mut parents: Vec<Option<usize>> = vec![None; known.len()];
    for ParentRecord { child, parent } in records {
        let Some(id) = known.get(child) else { continue };
        let Some((parent, place)) = parent else {
            wrong(id, ProblemKind::ParentInvalid, "this is no id of an image".to_owned());
            continue;
        };
        let place = place.filter(|at| places.get(*at).is_some_and(Option::is_some));
        if place.is_none() {
            wrong(id, ProblemKind::ParentMissing, format!("the parent {parent} is not there"));
            index.waiting.update(parent, |children| children.insert(*id));
        }
        if let Some(above) = parents.get_mut(child) {
            *above = place;
        }
    }
    // In which walk upwards an image was first seen: who meets an image of the own walk has gone in a circle.
    let parent_of = |at: usize| parents.get(at).copied().flatten();
    let mut walks: Vec<usize> = vec![usize::MAX; known.len()];
    let mut circles: Vec<(usize, usize)> = Vec::new();
    for start in 0..known.len() {
        let mut next = Some(start);
        while let Some(at) = next
            && let Some(walk) = walks.get_mut(at).filter(|walk| **walk == usize::MAX)
        {
            *walk = start;
            next = parent_of(at);
        }
        let Some(circle) = next.filter(|at| walks.get(*at) == Some(&start)) else { continue };
        let mut on_it = circle;
        while let Some(parent) = parent_of(on_it) {
            circles.push((on_it, parent));
            on_it = parent;
            if on_it == circle {
                break;
            }
        }
    }
    for (at, parent) in circles {
        if let (Some(id), Some(parent)) = (known.get(at), known.get(parent)) {
            wrong(id, ProblemKind::ParentCycle, format!("{parent} was made from this image"));
        }
        if let Some(above) = parents.get_mut(at) {
            *above = None;
        }
    }
    for (at, (id, above)) in known.iter().zip(&parents).enumerate() {
        let Some((above, parent)) = above.and_then(|above| Some((above, known.get(above)?))) else {
            continue;
        };
        // A damaged image is nobody's child.
        let Some(Some(image)) = places.get_mut(at) else { continue };
        image.parent = Some(*parent);
        if let Some(Some(above)) = places.get_mut(above) {
            above.children.insert(*id);
        }
    }
}
