//! The layout of Docker before 1.10: a folder for each layer with its own JSON, and `repositories`.

use std::collections::{BTreeMap, BTreeSet};

use super::image::{Builder, ImageRecord, LayerUse};
use crate::finding::{Finding, Severity};
use crate::image::{ImageConfig, v1};
use crate::limits::LimitExceeded;
use crate::manifest::Repositories;

const REPOSITORIES: &str = "repositories";

/// One layer's folder.
struct Step<'a> {
    document: &'a [u8],
    parent: Option<String>,
}

/// Reads the images that `repositories` names, and those that nothing is built on.
pub(super) fn read(builder: &mut Builder<'_>) -> Option<&'static str> {
    let ids = builder.listing.iter().filter_map(|(_, member)| {
        let folder = member.path.strip_suffix(b"/json")?;
        let id = std::str::from_utf8(folder).ok()?;
        (!id.contains('/')).then(|| id.to_owned())
    });
    let ids: BTreeSet<String> = ids.collect();
    let mut steps = BTreeMap::new();
    for id in ids {
        let path = format!("{id}/json");
        let Some((_, document)) = builder.read(&path) else { continue };
        match v1::parse(document, builder.limits) {
            Ok(fields) => {
                let parent = Some(fields.parent.clone()).filter(|parent| !parent.is_empty());
                steps.insert(id, Step { document, parent });
            }
            Err(error) => builder.reason(&error, &path),
        }
    }
    let mut tops: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    if let Some((_, contents)) = builder.read(REPOSITORIES) {
        match Repositories::parse(contents, builder.limits) {
            Ok(repositories) => {
                for (name, tag, id) in repositories.iter() {
                    if steps.contains_key(id) {
                        tops.entry(id.to_owned()).or_default().insert(format!("{name}:{tag}"));
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
    let parents: BTreeSet<&str> = steps.values().filter_map(|step| step.parent.as_deref()).collect();
    for id in steps.keys().filter(|id| !parents.contains(id.as_str())) {
        tops.entry(id.clone()).or_default();
    }
    for (id, names) in &tops {
        read_image(builder, &steps, id, names);
    }
    None
}

fn read_image(
    builder: &mut Builder<'_>,
    steps: &BTreeMap<String, Step<'_>>,
    top: &str,
    names: &BTreeSet<String>,
) {
    let mut image = ImageRecord::default();
    for name in names {
        builder.name(&mut image, name, REPOSITORIES);
    }
    let mut chain = Vec::new();
    let mut seen = BTreeSet::new();
    let mut next = Some(top);
    while let Some(id) = next {
        if !seen.insert(id) {
            builder.error(
                "parent-cycle",
                &format!("the layers of {top} are each other's parents"),
                &format!("{id}/json"),
            );
            break;
        }
        if let Err(limit) =
            LimitExceeded::check("layers", u64::from(builder.limits.layers), seen.len() as u64)
        {
            builder.reason(&limit, &format!("{id}/json"));
            break;
        }
        let Some(step) = steps.get(id) else {
            builder.error(
                "parent-missing",
                &format!("the parent {id} is not in the file"),
                &format!("{top}/json"),
            );
            image.lacks.config = true;
            break;
        };
        chain.push((id, step));
        next = step.parent.as_deref();
    }
    chain.reverse();
    let mut documents = Vec::with_capacity(chain.len());
    for (id, step) in chain {
        documents.push(step.document.to_vec());
        let path = format!("{id}/layer.tar");
        let member = builder.listing.file(&path, builder.limits);
        if member.is_none() {
            builder.error(
                "layer-missing",
                &format!("the layer {path} is not in the file"),
                &format!("{id}/json"),
            );
        }
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
