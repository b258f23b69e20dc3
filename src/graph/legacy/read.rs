//! Finding layers, and which stands on which.

use std::collections::{BTreeMap, BTreeSet};

use super::super::contents::LayerContents;
use super::super::id::shown;
use super::super::tree::Tree;
use super::super::{Damage, GraphError, check_id};
use super::{Graph, GraphProblem, ROOT, spot};
use crate::digest::Digest;
use crate::image::{ConfigError, ConfigFields, v1};
use crate::json::{self, decode_struct};
use crate::limits::{LimitExceeded, Limits};
use crate::store::Backend;

/// Ids that an error lists.
const CANDIDATES: usize = 16;

/// A layer of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphImage {
    /// Its id.
    pub id: String,
    /// The id of what it stands on.
    pub parent: Option<String>,
    /// Bytes of this layer alone, as the driver counts them; nothing where that is not known.
    pub size: Option<u64>,
    /// The exact bytes of its document.
    pub raw: Vec<u8>,
    /// What the document says.
    pub fields: ConfigFields,
}

/// All layers of a graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphListing {
    /// Those that can be read, sorted by id.
    pub images: Vec<GraphImage>,
    /// What is wrong, by id: layers that cannot be read, and those that stand on nothing or on themselves.
    pub problems: Vec<GraphProblem>,
}

/// How a document names what it stands on. In Docker 1.9 it may be a digest, of which the digits count.
#[derive(Default)]
pub(in crate::graph) struct LegacyLinks {
    parent: String,
    parent_id: String,
}

decode_struct!(LegacyLinks { "parent" => parent, "parent_id" => parent_id });

/// What a layer stands on: what the record `parent` says, else the document's `parent`, else its `parent_id` (Docker 1.10,
/// migrate/v1).
pub(in crate::graph) fn parent_of(
    document: &[u8],
    record: Option<&[u8]>,
    limits: &Limits,
) -> Result<Option<String>, ConfigError> {
    let mut links = LegacyLinks::default();
    json::decode(document, &mut links, limits)??;
    let recorded = record.map(|record| String::from_utf8_lossy(record).trim().to_owned());
    let digits = Digest::parse(&links.parent_id).map(|digest| digest.hex());
    let found = [recorded.unwrap_or_default(), links.parent, digits.unwrap_or_default()];
    Ok(found.into_iter().find(|parent| !parent.is_empty()))
}

impl<B: Backend, C: LayerContents> Graph<B, C> {
    /// The id of the one layer that a name stands for.
    ///
    /// # Errors
    /// None begins so, or several do.
    pub async fn find(&self, name: &str) -> Result<String, GraphError> {
        let not_found = || GraphError::not_found("layer", name);
        check_id(name).map_err(|_| not_found())?;
        if self.is_there(name).await? {
            return Ok(name.to_owned());
        }
        let mut candidates = self.ids(name).await?;
        let mut found = Vec::new();
        while let Some(id) = candidates.pop_first() {
            if found.len() < CANDIDATES && self.shop.contents.contains(&id).await? {
                found.push(id);
            }
        }
        match found.as_slice() {
            [] => Err(not_found()),
            [id] => Ok(id.clone()),
            _ => Err(GraphError::Ambiguous { prefix: shown(name), candidates: found }),
        }
    }

    /// Whether a layer of exactly that id is there, be it damaged.
    pub(super) async fn is_there(&self, id: &str) -> Result<bool, GraphError> {
        let has_document = self.shop.backend.get(&spot(id).key("json")).await?.is_some();
        Ok(has_document && self.shop.contents.contains(id).await?)
    }

    /// The ids that begin so and have a document.
    async fn ids(&self, prefix: &str) -> Result<BTreeSet<String>, GraphError> {
        let keys = self.shop.backend.list(&format!("{ROOT}{prefix}")).await?;
        let ids = keys.iter().filter_map(|key| {
            let (id, name) = key.strip_prefix(ROOT)?.split_once('/')?;
            (name == "json" && check_id(id).is_ok()).then(|| id.to_owned())
        });
        let ids: BTreeSet<String> = ids.collect();
        LimitExceeded::check("records", u64::from(self.shop.limits.records), ids.len() as u64)?;
        Ok(ids)
    }

    /// A layer by its id or the beginning of one.
    ///
    /// # Errors
    /// None or several begin so, or it is damaged.
    pub async fn get(&self, name: &str) -> Result<GraphImage, GraphError> {
        let id = self.find(name).await?;
        let mut image = self.load(&id).await?;
        if image.size.is_none() {
            image.size = self.measure(&image).await?;
        }
        Ok(image)
    }

    /// Whether a name stands for a layer that can be read.
    ///
    /// # Errors
    /// Why the storage cannot be read.
    pub async fn exists(&self, name: &str) -> Result<bool, GraphError> {
        match self.get(name).await {
            Ok(_) => Ok(true),
            Err(GraphError::NotFound { .. } | GraphError::Ambiguous { .. } | GraphError::Corrupt { .. }) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// A layer with exactly that id.
    async fn load(&self, id: &str) -> Result<GraphImage, GraphError> {
        let (spot, backend) = (spot(id), &self.shop.backend);
        let raw = backend.get(&spot.key("json")).await?.ok_or_else(|| GraphError::not_found("layer", id))?;
        let record = backend.get(&spot.key("parent")).await?;
        let damaged = |error| GraphError::corrupt(id, Damage::Document(error));
        let fields = v1::parse(&raw, &self.shop.limits).map_err(damaged)?;
        // In Docker 1.9 a document need not say whose it is.
        if !fields.id.is_empty() && fields.id != id {
            return Err(GraphError::corrupt(id, Damage::WrongId { found: shown(&fields.id) }));
        }
        let parent = parent_of(&raw, record.as_deref(), &self.shop.limits).map_err(damaged)?;
        let size = match backend.get(&spot.key("layersize")).await? {
            None => None,
            Some(text) => {
                let text = String::from_utf8_lossy(&text);
                let fault = || GraphError::corrupt(id, Damage::Size { found: shown(&text) });
                // Docker writes -1 for a size that it does not know.
                if text == "-1" { None } else { Some(text.parse::<u64>().map_err(|_| fault())?) }
            }
        };
        Ok(GraphImage { id: id.to_owned(), parent, size, raw, fields })
    }

    /// Counts the bytes of a layer anew and notes them, where the storage can be written to.
    async fn measure(&self, image: &GraphImage) -> Result<Option<u64>, GraphError> {
        let Some(size) = self.shop.contents.size(&image.id, image.parent.as_deref()).await? else {
            return Ok(None);
        };
        if let Ok(_held) = self.shop.writer().await
            && self.is_there(&image.id).await?
        {
            // It can be counted again.
            let _ =
                self.shop.backend.put(&spot(&image.id).key("layersize"), size.to_string().as_bytes()).await;
        }
        Ok(Some(size))
    }

    /// Every layer that can be read, and what is wrong with the others.
    ///
    /// # Errors
    /// Why the storage cannot be read.
    pub async fn list(&self) -> Result<GraphListing, GraphError> {
        let mut listing = GraphListing::default();
        let problem = |id: &str, error: &GraphError, problems: &mut Vec<GraphProblem>| {
            problems.push(GraphProblem::new(id, error));
        };
        for id in self.ids("").await? {
            if !self.shop.contents.contains(&id).await? {
                let fault = GraphError::corrupt(&id, Damage::Incomplete { missing: "contents" });
                problem(&id, &fault, &mut listing.problems);
                continue;
            }
            match self.load(&id).await {
                Ok(image) => listing.images.push(image),
                Err(error @ GraphError::Backend(_)) => return Err(error),
                Err(error) => problem(&id, &error, &mut listing.problems),
            }
        }
        let tree = tree(&listing.images);
        for image in &listing.images {
            if let Err(error) = tree.chain(&image.id) {
                problem(&image.id, &error, &mut listing.problems);
            }
        }
        listing.problems.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(listing)
    }

    /// Every layer that can be read, by id.
    ///
    /// # Errors
    /// Why the storage cannot be read.
    pub async fn map(&self) -> Result<BTreeMap<String, GraphImage>, GraphError> {
        let images = self.list().await?.images;
        Ok(images.into_iter().map(|image| (image.id.clone(), image)).collect())
    }

    /// Which layer stands on which.
    ///
    /// # Errors
    /// Why the storage cannot be read.
    pub async fn tree(&self) -> Result<Tree, GraphError> {
        Ok(tree(&self.list().await?.images))
    }

    /// By parent that is there: the ids of what stands on it.
    ///
    /// # Errors
    /// Why the storage cannot be read.
    pub async fn by_parent(&self) -> Result<BTreeMap<String, Vec<String>>, GraphError> {
        Ok(self.tree().await?.by_parent())
    }

    /// The ids of layers on which none stands.
    ///
    /// # Errors
    /// Why the storage cannot be read.
    pub async fn heads(&self) -> Result<Vec<String>, GraphError> {
        Ok(self.tree().await?.heads())
    }

    /// A layer and those below it, itself first.
    ///
    /// # Errors
    /// It or one below it is not there or damaged, or it stands on itself.
    pub async fn history(&self, name: &str) -> Result<Vec<GraphImage>, GraphError> {
        let mut chain: Vec<GraphImage> = Vec::new();
        let mut seen = BTreeSet::new();
        let top = self.find(name).await?;
        let mut next = Some(top.clone());
        while let Some(id) = next {
            if !seen.insert(id.clone()) {
                return Err(GraphError::corrupt(&top, Damage::Cycle { by: shown(&id) }));
            }
            let is_id = chain.is_empty() || (check_id(&id).is_ok() && self.is_there(&id).await?);
            let image = match is_id {
                true => self.load(&id).await,
                false => Err(GraphError::not_found("layer", &id)),
            };
            let image = image.map_err(|error| match error {
                GraphError::NotFound { .. } | GraphError::Corrupt { .. } if !chain.is_empty() => {
                    GraphError::corrupt(&top, Damage::Parent { parent: shown(&id) })
                }
                error => error,
            })?;
            LimitExceeded::check("layers", self.shop.limits.layers.into(), chain.len() as u64 + 1)?;
            next = image.parent.clone();
            chain.push(image);
        }
        Ok(chain)
    }

    /// How many layers a layer consists of, counting itself.
    ///
    /// # Errors
    /// As [`history`](Self::history).
    pub async fn depth(&self, name: &str) -> Result<usize, GraphError> {
        Ok(self.history(name).await?.len())
    }

    /// Bytes of all layers below a layer; nothing where one of them is not known.
    ///
    /// # Errors
    /// As [`history`](Self::history).
    pub async fn parents_size(&self, name: &str) -> Result<Option<u64>, GraphError> {
        let chain = self.history(name).await?;
        Ok(sum(chain.get(1..).unwrap_or_default()))
    }

    /// Bytes of a layer and all below it; nothing where one of them is not known.
    ///
    /// # Errors
    /// As [`history`](Self::history).
    pub async fn virtual_size(&self, name: &str) -> Result<Option<u64>, GraphError> {
        let chain = self.history(name).await?;
        Ok(sum(&chain))
    }
}

fn sum(images: &[GraphImage]) -> Option<u64> {
    images.iter().try_fold(0, |sum: u64, image| Some(sum.saturating_add(image.size?)))
}

fn tree(images: &[GraphImage]) -> Tree {
    let mut tree = Tree::default();
    for image in images {
        tree.note(&image.id, image.parent.as_deref());
    }
    tree
}
