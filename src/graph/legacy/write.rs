//! Layers that come and go.

use super::super::contents::{LayerContents, LayerSource};
use super::super::{GraphError, check_id};
use super::document::{GraphConfig, GraphDocument};
use super::read::parent_of;
use super::{Graph, GraphImage, spot};
use crate::image::v1;
use crate::limits::LimitExceeded;
use crate::store::Backend;

/// The document that a layer is registered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageJson {
    /// These very bytes.
    Raw(Vec<u8>),
    /// Written here, as Docker 0.11 does it, with the id and the size of the layer.
    Fields(Box<GraphDocument>),
}

/// The container that a new image is made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewImageContainer {
    /// Its id.
    pub id: String,
    /// The id of the layer that it ran on.
    pub image: String,
    /// What it ran with.
    pub config: GraphConfig,
}

/// What a new image is made of beside its layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewImage {
    /// The container that it is made from; without one the image stands on nothing.
    pub container: Option<NewImageContainer>,
    /// A remark.
    pub comment: String,
    /// Who made it.
    pub author: String,
    /// What containers of it run with.
    pub config: Option<GraphConfig>,
}

/// What a deletion did.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphDelete {
    /// The layer that is gone.
    pub id: String,
    /// It is gone, and something of it is left to be cleared up by whoever writes next.
    pub cleanup_pending: bool,
}

impl<B: Backend, C: LayerContents> Graph<B, C> {
    /// Makes an image of a layer under a new id.
    ///
    /// # Errors
    /// There is no source of random numbers, or as [`register`](Self::register).
    pub async fn create(
        &self,
        image: NewImage,
        layer: Option<impl LayerSource>,
    ) -> Result<GraphImage, GraphError> {
        let NewImage { container, comment, author, config } = image;
        let container = container.unwrap_or_default();
        let platform = self.shop.env.platform();
        let document = GraphDocument {
            parent: container.image,
            comment,
            created: Some(self.shop.env.now().timestamp()),
            container: container.id,
            container_config: container.config,
            docker_version: self.docker_version.clone(),
            author,
            config,
            architecture: platform.architecture.clone(),
            os: platform.os.clone(),
        };
        let id = self.shop.token()?;
        self.register(&id, ImageJson::Fields(Box::new(document)), layer).await
    }

    /// Adds a layer under an id. A document that is given is kept byte for byte; it has to be readable and, where it names an
    /// id, to name this one. Without a layer its contents are empty.
    ///
    /// What it stands on need not be there, as in Docker.
    ///
    /// # Errors
    /// The text is no id, there is such a layer already, the document is none or that of another layer, the source ended early,
    /// or the storage failed. Whatever it is, nothing that was there is touched.
    pub async fn register(
        &self,
        id: &str,
        json: ImageJson,
        layer: Option<impl LayerSource>,
    ) -> Result<GraphImage, GraphError> {
        check_id(id)?;
        let exists = || GraphError::Exists { what: "layer", id: id.to_owned() };
        let parent = match &json {
            ImageJson::Raw(raw) => {
                let fields = v1::parse(raw, &self.shop.limits)?;
                if !fields.id.is_empty() && fields.id != id {
                    return Err(GraphError::OtherId {
                        id: id.to_owned(),
                        found: super::super::id::shown(&fields.id),
                    });
                }
                parent_of(raw, None, &self.shop.limits)?
            }
            ImageJson::Fields(fields) => Some(fields.parent.clone()).filter(|parent| !parent.is_empty()),
        };
        if let Some(parent) = &parent {
            check_id(parent)?;
            if parent == id {
                return Err(GraphError::OwnParent { id: id.to_owned() });
            }
        }
        // Told before anything is read; whoever comes at the same time is told below.
        if self.is_there(id).await? {
            return Err(exists());
        }
        let spot = spot(id);
        let arrived = match layer {
            Some(layer) => self.shop.receive(&spot, parent.as_deref(), layer).await?,
            None => self.shop.receive(&spot, parent.as_deref(), &b""[..]).await?,
        };
        let held = match self.shop.writer().await {
            Ok(held) => held,
            Err(error) => {
                let _ = self.shop.contents.abort(arrived.writing).await;
                return Err(error);
            }
        };
        match self.is_there(id).await {
            Ok(false) => {}
            there => {
                let _ = self.shop.contents.abort(arrived.writing).await;
                return Err(there.err().unwrap_or_else(exists));
            }
        }
        let raw = match json {
            ImageJson::Raw(raw) => raw,
            ImageJson::Fields(fields) => fields.to_json(id, arrived.size),
        };
        LimitExceeded::check("jsonBytes", self.shop.limits.json_bytes, raw.len() as u64)?;
        let records = [(spot.key("layersize"), arrived.size.to_string().into_bytes())];
        self.shop.appear(&spot, Some(arrived.writing), &records, &raw).await?;
        drop(held);
        let fields = v1::parse(&raw, &self.shop.limits)?;
        Ok(GraphImage { id: id.to_owned(), parent, size: Some(arrived.size), raw, fields })
    }

    /// Deletes a layer, damaged or not. What stands on it stays and then stands on nothing, as in Docker.
    ///
    /// # Errors
    /// None or several ids begin so, or the storage failed.
    pub async fn delete(&self, name: &str) -> Result<GraphDelete, GraphError> {
        let held = self.shop.writer().await?;
        // A whole id also finds what is too damaged to be found otherwise.
        let is_whole =
            check_id(name).is_ok() && self.shop.backend.get(&spot(name).key("json")).await?.is_some();
        let id = if is_whole { name.to_owned() } else { self.find(name).await? };
        let cleanup_pending = self.shop.disappear(&spot(&id)).await?;
        drop(held);
        Ok(GraphDelete { id, cleanup_pending })
    }
}
