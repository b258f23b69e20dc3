//! The layout of Docker before 1.10: a folder for each layer with its own JSON, and `repositories`.

use std::collections::BTreeSet;

use super::image::{Builder, ImageRecord, LayerUse};
use crate::finding::{Finding, Severity};
use crate::image::{ImageConfig, v1};
use crate::limits::LimitExceeded;
use crate::manifest::Repositories;

const REPOSITORIES: &str = "repositories";

/// One layer's folder.
struct Step<'a> {
    id: String,
    document: &'a [u8],
    parent: Option<String>,
    /// Something is built on it.
    is_parent: bool,
    /// What `repositories` calls it.
    names: BTreeSet<String>,
}

/// Reads the images that `repositories` names, and those that nothing is built on.
pub(super) fn read(builder: &mut Builder<'_>) -> Option<&'static str> {
    let mut ids = BTreeSet::new();
    ids.extend(builder.listing.iter().filter_map(|(_, member)| {
        let folder = member.path.strip_suffix(b"/json")?;
        let id = std::str::from_utf8(folder).ok()?;
        (!id.contains('/')).then(|| id.to_owned())
    }));
    let mut steps = Vec::new();
    for id in ids {
        let path = format!("{id}/json");
        let Some((_, document)) = builder.read(&path) else { continue };
        match v1::parse(document, builder.limits) {
            Ok(fields) => {
                if fields.id != id {
                    builder.findings.push(|| {
                        let message = "the layer's document has another id than its folder";
                        Finding::new(Severity::Warning, "v1-id", message)
                            .in_file(&path)
                            .differing(&id, &fields.id)
                    });
                }
                let parent = Some(fields.parent.clone()).filter(|parent| !parent.is_empty());
                steps.push(Step { id, document, parent, is_parent: false, names: BTreeSet::new() });
            }
            Err(error) => builder.reason(&error, &path),
        }
    }
    if let Some((_, contents)) = builder.read(REPOSITORIES) {
        match Repositories::parse(contents, builder.limits) {
            Ok(repositories) => {
                for (name, tag, id) in repositories.iter() {
                    if let Some(step) = position(&steps, id) {
                        steps[step].names.insert(format!("{name}:{tag}"));
                    } else {
                        builder.findings.push(|| {
                            let message = format!("{name}:{tag} names an image that is not in the file");
                            Finding::new(Severity::Error, "image-missing", message)
                                .in_file(REPOSITORIES)
                                .differing(id, "nothing")
                        });
                    }
                }
            }
            Err(error) => builder.reason(&error, REPOSITORIES),
        }
    }
    for step in 0..steps.len() {
        let parent = steps[step].parent.as_deref().and_then(|parent| position(&steps, parent));
        if let Some(parent) = parent {
            steps[parent].is_parent = true;
        }
    }
    let mut read = BTreeSet::new();
    for (index, step) in steps.iter().enumerate() {
        if !step.is_parent || !step.names.is_empty() {
            read_image(builder, &steps, index, &mut read);
        }
    }
    // What nothing leads to is in a circle of parents, or there would be a step that nothing is built on.
    if let Some(step) = (0..steps.len()).find(|step| !read.contains(step)).and_then(|step| steps.get(step)) {
        circle(builder, &step.id, &step.id);
    }
    None
}

/// Where the step of that id is; they are sorted.
fn position(steps: &[Step<'_>], id: &str) -> Option<usize> {
    steps.binary_search_by(|step| step.id.as_str().cmp(id)).ok()
}

fn circle(builder: &mut Builder<'_>, top: &str, id: &str) {
    let message = format!("the layers of {top} are each other's parents");
    builder.error("parent-cycle", &message, &format!("{id}/json"));
}

fn read_image(builder: &mut Builder<'_>, steps: &[Step<'_>], index: usize, read: &mut BTreeSet<usize>) {
    let top = &steps[index].id;
    let mut image = ImageRecord::default();
    for name in &steps[index].names {
        builder.name(&mut image, name, REPOSITORIES);
    }
    let mut chain = Vec::new();
    let mut seen = BTreeSet::new();
    let mut next = Some(index);
    while let Some(step) = next {
        let Step { id, parent, .. } = &steps[step];
        if !seen.insert(step) {
            circle(builder, top, id);
            break;
        }
        if let Err(limit) =
            LimitExceeded::check("layers", u64::from(builder.limits.layers), seen.len() as u64)
        {
            builder.reason(&limit, &format!("{id}/json"));
            break;
        }
        chain.push(&steps[step]);
        next = parent.as_deref().and_then(|parent| position(steps, parent));
        if let (Some(parent), None) = (parent, next) {
            builder.error(
                "parent-missing",
                &format!("the parent {parent} is not in the file"),
                &format!("{top}/json"),
            );
            image.lacks.config = true;
        }
    }
    read.extend(seen);
    chain.reverse();
    let mut documents = Vec::with_capacity(chain.len());
    for step in chain {
        let id = &step.id;
        documents.push(step.document.to_vec());
        let path = format!("{id}/layer.tar");
        let member = builder.named_file("layer", &path, &format!("{id}/json"));
        let layer = member.map(|member| builder.layer(member, None, None));
        image.layers.push(LayerUse { layer, ..LayerUse::default() });
    }
    // Without diff ids the config has everything but its id.
    match v1::convert(&documents, &[], builder.limits).map(|bytes| ImageConfig::parse(bytes, builder.limits))
    {
        Ok(Ok(config)) => image.config = Some(config),
        Ok(Err(error)) | Err(error) => {
            image.lacks.config = true;
            builder.reason(&error, &format!("{top}/json"));
        }
    }
    image.legacy = Some(documents);
    builder.image(image);
}
