//! What stands at the top of a layout: `index.json`, or the one manifest of a `dir:` folder.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::blobs::drop_names;
use super::documents;
use super::error::LayoutError;
use super::index::{Indexes, Target};
use super::layout::Layout;
use super::options::ArchiveFormat;
use super::report::Dropped;
use crate::json::{self, Escapes, ObjectWriter, Value, write_array, write_value};
use crate::limits::Limits;
use crate::manifest::{Descriptor, Index, media_type};
use crate::reference::Reference;

/// The top of a layout, and what hangs below it.
pub(super) struct Roots {
    /// `index.json`; of a `dir:` folder its `manifest.json`.
    pub(super) index: Vec<u8>,
    /// Manifests, indexes and other documents by digest.
    pub(super) documents: BTreeMap<String, Arc<[u8]>>,
    pub(super) dropped: Vec<Dropped>,
}

/// A manifest or an index at the top.
struct Root {
    target: Target,
    names: BTreeSet<Reference>,
    ref_names: BTreeSet<String>,
}

/// Finds what stands at the top.
pub(super) fn find(
    layout: &mut Layout,
    mut indexes: Indexes,
    listed: &[Option<Target>],
) -> Result<Roots, LayoutError> {
    let format = layout.options.format;
    let given = layout.contents.index.clone().filter(|_| format != ArchiveFormat::Dir);
    let rewritten = match &given {
        Some(raw) => Some(indexes.rewrite(raw, 0)?),
        None => None,
    };
    let roots = roots(layout, &mut indexes, listed)?;
    if format == ArchiveFormat::Dir {
        let [root] = roots.as_slice() else { return Err(LayoutError::OneImage { count: roots.len() }) };
        drop_names(layout);
        indexes.documents.remove(&root.target.digest);
        let index = root.target.raw.to_vec();
        return Ok(Roots { index, documents: indexes.documents, dropped: indexes.dropped });
    }
    let limits = &layout.options.limits;
    let mut known = BTreeSet::new();
    let mut is_named = BTreeSet::new();
    if let Some(rewritten) = &rewritten {
        collect_names(&rewritten.raw, limits, &mut known, &mut is_named)?;
        for index in indexes.documents.values() {
            // Only indexes have names in them.
            let _ = collect_names(index, limits, &mut known, &mut BTreeSet::new());
        }
    }
    let mut more = Vec::new();
    for root in &roots {
        let is_listed =
            is_named.contains(&root.target.digest) || indexes.reached.contains(&root.target.digest);
        more.extend(descriptors(root, &known, is_listed && rewritten.is_some()));
    }
    let index = match rewritten {
        Some(rewritten) if more.is_empty() => rewritten.raw,
        Some(rewritten) => with_more(&rewritten.raw, more, limits)?,
        None => documents::index(more.into_iter()),
    };
    Ok(Roots { index, documents: indexes.documents, dropped: indexes.dropped })
}

/// The outermost index of each image that is written, or its manifest, each once.
fn roots(
    layout: &Layout,
    indexes: &mut Indexes,
    listed: &[Option<Target>],
) -> Result<Vec<Root>, LayoutError> {
    let mut roots: Vec<Root> = Vec::new();
    let mut places = BTreeMap::new();
    for (image, target) in layout.contents.images.iter().zip(listed) {
        let Some(own) = target else { continue };
        let outermost = match image.indexes.first() {
            Some(index) => indexes.resolve(&index.digest, 0)?,
            None => None,
        };
        let target = outermost.unwrap_or_else(|| own.clone());
        indexes.documents.insert(target.digest.clone(), target.raw.clone());
        let place = *places.entry(target.digest.clone()).or_insert_with(|| {
            roots.push(Root { target, names: BTreeSet::new(), ref_names: BTreeSet::new() });
            roots.len() - 1
        });
        if let Some(root) = roots.get_mut(place) {
            root.names.extend(image.names.iter().cloned());
            root.ref_names.extend(image.ref_names.iter().cloned());
        }
    }
    Ok(roots)
}

/// One descriptor for each name that is not known yet, or one without a name for what is not listed at all.
fn descriptors(root: &Root, known: &BTreeSet<String>, is_listed: bool) -> Vec<Vec<u8>> {
    let mut texts = Vec::new();
    let mut add = |names: &[(&str, &str)]| {
        let annotations = names.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        texts.push(documents::descriptor(&Descriptor { annotations, ..root.target.descriptor() }));
    };
    let mut tags = BTreeSet::new();
    for name in &root.names {
        // A name of a digest stands whole where else the tag does (containerd, reference.go).
        let short = name.tag().filter(|_| name.digest().is_none()).unwrap_or(name.as_str());
        tags.insert(short);
        if !known.contains(name.as_str()) {
            add(&[
                (media_type::ANNOTATION_CONTAINERD_NAME, name.as_str()),
                (media_type::ANNOTATION_REF_NAME, short),
            ]);
        }
    }
    for name in &root.ref_names {
        if !known.contains(name) && !tags.contains(name.as_str()) {
            add(&[(media_type::ANNOTATION_REF_NAME, name)]);
        }
    }
    if root.names.is_empty() && root.ref_names.is_empty() && !is_listed {
        add(&[]);
    }
    texts
}

/// The names that an index gives, and the digests that it names.
fn collect_names(
    raw: &[u8],
    limits: &Limits,
    known: &mut BTreeSet<String>,
    digests: &mut BTreeSet<String>,
) -> Result<(), LayoutError> {
    let index = Index::parse(raw, limits).map_err(|source| LayoutError::Manifest { image: 0, source })?;
    for named in index.manifests() {
        digests.insert(named.digest.clone());
        for key in [media_type::ANNOTATION_CONTAINERD_NAME, media_type::ANNOTATION_REF_NAME] {
            let Some(value) = named.annotations.get(key) else { continue };
            known.insert(value.clone());
            // Full names are written in many ways.
            let is_full = key == media_type::ANNOTATION_CONTAINERD_NAME || value.contains(['/', ':']);
            if let Some(reference) = Reference::parse_normalized(value).ok().filter(|_| is_full) {
                let tagged = if reference.is_name_only() { reference.with_default_tag() } else { reference };
                known.insert(tagged.as_str().to_owned());
            }
        }
    }
    Ok(())
}

/// An index with more descriptors behind those it has.
fn with_more(raw: &[u8], more: Vec<Vec<u8>>, limits: &Limits) -> Result<Vec<u8>, LayoutError> {
    let members = json::parse_members(raw, limits)?.unwrap_or_default();
    let text = |value: &Value<'_>| {
        let mut out = Vec::new();
        write_value(&mut out, value, Escapes::Current);
        out
    };
    let mut object = ObjectWriter::new(Escapes::Current);
    let mut more = Some(more);
    for member in members {
        match &member.value {
            Value::Array(_) | Value::Null if json::fold_eq(&member.key, "manifests") => {
                let items = member.value.elements().unwrap_or_default().iter().map(text);
                object.raw(&member.key, &write_array(items.chain(more.take().unwrap_or_default())));
            }
            value => object.raw(&member.key, &text(value)),
        }
    }
    if let Some(more) = more {
        object.array("manifests", more.into_iter());
    }
    Ok(object.finish())
}
