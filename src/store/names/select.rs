//! Which images, with which names, several texts stand for: as `docker save` takes its arguments (moby,
//! `image/tarexport/save.go`).

use super::{Names, ResolveError, ResolveOptions, ResolveOrder, resolve};
use crate::digest::ShortIds;
use crate::image::ImageId;
use crate::reference::{Kind, Reference};

/// The images that texts stand for, each once and in their order, with the tags that were asked for, sorted.
///
/// A whole id is that image. `sha256:` with digits is the image whose id starts with them. A name without tag stands for
/// all names of the repository; where there are none, the text is looked for among the first digits of ids. A name with
/// tag or digest is that name and nothing else. A digest selects an image without being a tag of it.
///
/// # Errors
/// Which of the texts stands for none, or for several ids.
///
/// ```
/// use layerglass::{digest::ShortIds, image::ImageId, reference::Reference};
/// use layerglass::store::{Names, select};
/// let (one, other) = (ImageId::of(b"1"), ImageId::of(b"2"));
/// let ids: ShortIds = [one.digest(), other.digest()].into_iter().collect();
/// let mut names = Names::default();
/// for (text, id) in [("busybox:1", one), ("busybox:2", other), ("a:1", one)] {
///     names.tag(&Reference::parse_normalized(text).unwrap(), id, false).unwrap();
/// }
/// let selected = select(&[&other.short(), "busybox"], &names, &ids).unwrap();
/// let ids: Vec<ImageId> = selected.iter().map(|(id, _)| *id).collect();
/// assert_eq!(ids, [other, one]);
/// assert_eq!(selected[1].1[0].familiar(), "busybox:1");
/// ```
pub fn select(
    texts: &[&str],
    names: &Names,
    ids: &ShortIds,
) -> Result<Vec<(ImageId, Vec<Reference>)>, ResolveError> {
    let mut selected: Vec<(ImageId, Vec<Reference>)> = Vec::new();
    let mut add = |id: ImageId, name: Option<Reference>| {
        let place = selected.iter().position(|(there, _)| *there == id).unwrap_or_else(|| {
            selected.push((id, Vec::new()));
            selected.len() - 1
        });
        if let (Some((_, names)), Some(name)) = (selected.get_mut(place), name)
            && !names.contains(&name)
        {
            names.push(name);
        }
    };
    let by =
        |text: &str, order| resolve(text, names, ids, ResolveOptions { order, ..ResolveOptions::default() });
    for &text in texts {
        let is_id = Reference::parse_any(text).is_ok_and(|reference| reference.kind() == Kind::Digest);
        if is_id {
            add(by(text, ResolveOrder::NamesFirst)?, None);
            continue;
        }
        let name = Reference::parse_normalized(text).map_err(|error| match text.is_empty() {
            true => ResolveError::Empty,
            false => error.into(),
        })?;
        if name.familiar_name() == "sha256" {
            add(by(text, ResolveOrder::IdsOnly)?, None);
        } else if name.is_name_only() {
            let all = names.repository(&name);
            if all.is_empty() {
                add(by(text, ResolveOrder::IdsOnly)?, None);
            }
            for (name, id) in all {
                if !ids.contains(&id.digest()) {
                    return Err(ResolveError::Dangling { reference: name, id });
                }
                let is_tag = name.digest().is_none();
                add(id, is_tag.then_some(name));
            }
        } else {
            let id = by(text, ResolveOrder::NamesOnly)?;
            let is_tag = name.digest().is_none();
            add(id, is_tag.then_some(name));
        }
    }
    selected.iter_mut().for_each(|(_, names)| names.sort());
    Ok(selected)
}
