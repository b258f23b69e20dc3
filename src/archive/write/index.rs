//! Indexes whose manifests are written, some of them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::error::LayoutError;
use super::layout::Layout;
use super::plan::check_index;
use super::report::{DropReason, Dropped};
use crate::json::{self, Escapes, ObjectWriter, Value, write_array, write_value};
use crate::limits::{LimitExceeded, Limits};
use crate::manifest::{Descriptor, Index, media_type};

/// A manifest or index that is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) digest: String,
    pub(super) media_type: String,
    pub(super) raw: Arc<[u8]>,
}

impl Target {
    pub(super) fn descriptor(&self) -> Descriptor {
        Descriptor {
            media_type: self.media_type.clone(),
            digest: self.digest.clone(),
            size: self.raw.len() as u64,
            ..Descriptor::default()
        }
    }
}

/// What becomes of something that an index names.
#[derive(Clone, Debug)]
enum Change {
    Keep,
    Replace(Target),
    Drop,
}

/// What came of an index.
#[derive(Clone, Debug, Default)]
pub(super) struct Rewritten {
    pub(super) raw: Vec<u8>,
    /// Something is left out that was not selected.
    is_cut: bool,
    /// What it names of what is written.
    pub(super) targets: Vec<Target>,
}

/// The indexes around the images.
pub(super) struct Indexes {
    limits: Limits,
    /// What is written for a manifest, by the digest that it had.
    manifests: BTreeMap<String, Option<Target>>,
    sources: BTreeMap<String, Arc<[u8]>>,
    blobs: BTreeMap<String, Arc<[u8]>>,
    /// What came of each index that has been looked at.
    done: BTreeMap<String, Option<Target>>,
    /// An index may go on naming what is not here.
    is_whole: bool,
    /// Digests of manifests that an index that is written names.
    pub(super) reached: BTreeSet<String>,
    /// Manifests, indexes and other blobs that are written, by digest.
    pub(super) documents: BTreeMap<String, Arc<[u8]>>,
    pub(super) dropped: Vec<Dropped>,
}

impl Indexes {
    pub(super) fn new(
        layout: &Layout,
        manifests: BTreeMap<String, Option<Target>>,
    ) -> Result<Self, LayoutError> {
        let mut sources = BTreeMap::new();
        for (position, image) in layout.contents.images.iter().enumerate() {
            for index in &image.indexes {
                if !sources.contains_key(&index.digest) {
                    check_index(position, index)?;
                    sources.insert(index.digest.clone(), Arc::clone(&index.raw));
                }
            }
        }
        for blob in &layout.contents.blobs {
            super::plan::check("blob", 0, &blob.digest, &blob.raw)?;
        }
        let blobs =
            layout.contents.blobs.iter().map(|blob| (blob.digest.clone(), Arc::from(blob.raw.as_slice())));
        Ok(Self {
            limits: layout.options.limits,
            manifests,
            sources,
            blobs: blobs.collect(),
            done: BTreeMap::new(),
            is_whole: layout.contents.is_whole,
            reached: BTreeSet::new(),
            documents: BTreeMap::new(),
            dropped: Vec::new(),
        })
    }

    /// What is written for an index; nothing when nothing of it is. One of which a single manifest was selected becomes that
    /// manifest.
    pub(super) fn resolve(&mut self, digest: &str, depth: u32) -> Result<Option<Target>, LayoutError> {
        if let Some(done) = self.done.get(digest) {
            return Ok(done.clone());
        }
        LimitExceeded::check("indexDepth", u64::from(self.limits.index_depth), u64::from(depth) + 1)?;
        let raw: Arc<[u8]> = self.sources.get(digest).map(Arc::clone).unwrap_or_default();
        let rewritten = self.rewrite(&raw, depth)?;
        let target = match rewritten.targets.as_slice() {
            [] => None,
            [only] if rewritten.is_cut => Some(only.clone()),
            _ => {
                let media_type = index_type(&rewritten.raw, &self.limits)?;
                let is_same = *rewritten.raw == *raw;
                let digest = if is_same { digest.to_owned() } else { digest_of(&rewritten.raw) };
                let raw: Arc<[u8]> = rewritten.raw.into();
                self.documents.insert(digest.clone(), Arc::clone(&raw));
                Some(Target { digest, media_type, raw })
            }
        };
        if target.is_none() || rewritten.is_cut {
            self.drop(digest, DropReason::IndexBroken);
        }
        self.done.insert(digest.to_owned(), target.clone());
        Ok(target)
    }

    /// An index with what is written in place of what it named. As long as that is the same, its bytes stay.
    pub(super) fn rewrite(&mut self, raw: &[u8], depth: u32) -> Result<Rewritten, LayoutError> {
        let index =
            Index::parse(raw, &self.limits).map_err(|source| LayoutError::Manifest { image: 0, source })?;
        let mut rewritten = Rewritten::default();
        let mut changes = Vec::new();
        for named in index.manifests() {
            let change = self.change(named, depth, &mut rewritten)?;
            changes.push(change);
        }
        if changes.iter().all(|change| matches!(change, Change::Keep)) {
            rewritten.raw = raw.to_vec();
        } else {
            rewritten.raw = with_changes(raw, &changes, &self.limits)?;
        }
        Ok(rewritten)
    }

    fn change(
        &mut self,
        named: &Descriptor,
        depth: u32,
        rewritten: &mut Rewritten,
    ) -> Result<Change, LayoutError> {
        let digest = &named.digest;
        let target = if let Some(target) = self.manifests.get(digest) {
            self.reached.insert(digest.clone());
            target.clone()
        } else if self.sources.contains_key(digest) {
            self.resolve(digest, depth + 1)?
        } else if let Some(blob) = self.blobs.get(digest).filter(|_| self.is_whole) {
            self.documents.insert(digest.clone(), blob.clone());
            return Ok(Change::Keep);
        } else if self.is_whole {
            self.drop(digest, DropReason::Absent);
            return Ok(Change::Keep);
        } else {
            rewritten.is_cut = true;
            self.drop(digest, DropReason::NotSelected);
            return Ok(Change::Drop);
        };
        let Some(target) = target else { return Ok(Change::Drop) };
        self.documents.insert(target.digest.clone(), target.raw.clone());
        rewritten.targets.push(target.clone());
        Ok(if target.digest == *digest { Change::Keep } else { Change::Replace(target) })
    }

    fn drop(&mut self, what: &str, reason: DropReason) {
        self.dropped.push(Dropped { what: what.to_owned(), reason });
    }
}

/// The text of an index with its descriptors changed; what else it says stays.
fn with_changes(raw: &[u8], changes: &[Change], limits: &Limits) -> Result<Vec<u8>, LayoutError> {
    let members = json::parse_members(raw, limits)?.unwrap_or_default();
    let mut object = ObjectWriter::new(Escapes::Current);
    for member in members {
        match &member.value {
            Value::Array(items) if json::fold_eq(&member.key, "manifests") => {
                let changed = items.iter().zip(changes).filter_map(|(item, change)| changed(item, change));
                object.raw(&member.key, &write_array(changed));
            }
            // A list of Docker's that holds a manifest of the OCI is an index.
            Value::String(kind)
                if kind == media_type::DOCKER_LIST && json::fold_eq(&member.key, "mediaType") =>
            {
                object.string(&member.key, media_type::OCI_INDEX);
            }
            value => object.raw(&member.key, &text(value)),
        }
    }
    Ok(object.finish())
}

fn changed(item: &Value<'_>, change: &Change) -> Option<Vec<u8>> {
    let target = match change {
        Change::Keep => return Some(text(item)),
        Change::Drop => return None,
        Change::Replace(target) => target,
    };
    let mut object = ObjectWriter::new(Escapes::Current);
    object.string("mediaType", &target.media_type);
    object.string("digest", &target.digest);
    object.raw("size", target.raw.len().to_string().as_bytes());
    let given = ["mediaType", "digest", "size", "data"];
    for (key, value) in item.members().unwrap_or_default() {
        if !given.iter().any(|given| json::fold_eq(given, key)) {
            object.raw(key, &text(value));
        }
    }
    Some(object.finish())
}

fn text(value: &Value<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    write_value(&mut out, value, Escapes::Current);
    out
}

fn index_type(raw: &[u8], limits: &Limits) -> Result<String, LayoutError> {
    let index = Index::parse(raw, limits).map_err(|source| LayoutError::Manifest { image: 0, source })?;
    Ok(index.media_type().to_owned())
}

pub(super) fn digest_of(raw: &[u8]) -> String {
    crate::digest::Digest::sha256(raw).to_string()
}
