//! From a graph into a store of images whose ids are digests, as Docker 1.10 did it (`migrate/v1`).
//!
//! What is read below the daemon's root, and never written:
//!
//! ```text
//! graph/<id>/json, graph/<id>/parent      the document, and what the layer stands on
//! graph/<id>/.migration-diffid            the diff id, where Docker began to migrate
//! repositories-<driver>                   names
//! ```
//!
//! What is kept beside the images of the target, so that a migration can go on where it ended:
//!
//! ```text
//! layerglass/migration/images/<id>        the image that a layer became
//! layerglass/migration/names/<driver>     the names were taken over
//! ```

mod names;
mod plan;
mod report;
mod run;

use std::future::Future;

pub use report::{ImageOutcome, MigratedImage, MigratedName, MigrationReport, NameOutcome};

use crate::error::{ErrorKind, Reason};
use crate::image::{ChainId, DiffId, ImageId};
use crate::limits::Limits;
use crate::store::{
    Backend, BackendError, ImageStore, LayerStore, MaybeSend, MaybeSync, NamesError, StoreError,
};

/// What the layers of a graph became.
const IMAGES: &str = "layerglass/migration/images/";
/// Of which drivers the names were taken over.
const NAMES: &str = "layerglass/migration/names/";
/// How the files of names begin.
const REPOSITORIES: &str = "repositories-";

/// Why nothing can be migrated. What is wrong with single layers is in the report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// The storage of the graph or of the images failed.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The store of images failed.
    #[error(transparent)]
    Store(#[from] Box<StoreError>),
    /// The file of names cannot be read.
    #[error(transparent)]
    Names(#[from] NamesError),
    /// There are files of names of several drivers, and none was chosen.
    #[error("there are names of the drivers {}; one has to be chosen", drivers.join(", "))]
    Drivers {
        /// The drivers, sorted.
        drivers: Vec<String>,
    },
    /// The name of the driver is none.
    #[error("`{driver}` is no name of a driver")]
    Driver {
        /// The name, cut after 200 characters.
        driver: String,
    },
}

impl MigrationError {
    fn reason(&self) -> Option<&dyn Reason> {
        match self {
            Self::Backend(error) => Some(error),
            Self::Store(error) => Some(error),
            Self::Names(error) => Some(error),
            Self::Drivers { .. } | Self::Driver { .. } => None,
        }
    }
}

impl Reason for MigrationError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Drivers { .. } => ErrorKind::Ambiguous,
            _ => self.reason().map_or(ErrorKind::Invalid, Reason::kind),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Drivers { .. } => "migration-drivers",
            _ => self.reason().map_or("migration-driver", Reason::code),
        }
    }

    fn path(&self) -> Option<String> {
        self.reason().and_then(Reason::path)
    }
}

/// A layer of a graph that is to be registered.
#[derive(Clone, Copy, Debug)]
pub struct MigrationLayer<'a> {
    /// Its id in the graph.
    pub id: &'a str,
    /// The id of what it stands on there.
    pub parent: Option<&'a str>,
    /// What that is in the store of layers.
    pub below: Option<&'a ChainId>,
    /// The diff id that Docker noted when it began to migrate.
    pub noted: Option<&'a DiffId>,
}

/// Who puts the layers of a graph into the store of layers that the images refer to.
pub trait MigrationLayers: MaybeSend + MaybeSync {
    /// Keeps a registered layer from being freed.
    type Held: MaybeSend;

    /// Whether the contents of a layer can be had.
    ///
    /// # Errors
    /// Why not.
    fn check(&self, layer: MigrationLayer<'_>) -> impl Future<Output = Result<(), String>> + MaybeSend;

    /// Registers a layer as a tar. The same layer gives the same diff id again.
    ///
    /// # Errors
    /// Why that cannot be done.
    fn register(
        &self,
        layer: MigrationLayer<'_>,
    ) -> impl Future<Output = Result<(DiffId, Self::Held), String>> + MaybeSend;

    /// The image that refers to the layer is made, or could not be made.
    fn release(&self, held: Self::Held) -> impl Future<Output = ()> + MaybeSend;
}

/// A migration of a graph into a store of images.
///
/// It can be run again at any time: what was done is not done again, and what failed is tried again. Nothing of the graph is
/// changed, names that the target has already stay as they are, and an image is there wholly or not at all.
#[derive(Debug)]
pub struct Migration<'a, S, B, L: LayerStore> {
    source: &'a S,
    target: &'a ImageStore<B, L>,
    driver: Option<String>,
    limits: Limits,
}

impl<'a, S: Backend, B: Backend, L: LayerStore> Migration<'a, S, B, L> {
    /// From the storage of a graph, the root of a daemon, to a store of images.
    pub fn new(source: &'a S, target: &'a ImageStore<B, L>) -> Self {
        Self { source, target, driver: None, limits: Limits::default() }
    }

    /// The same with the names of a driver. Without it they are those of the only driver that has some.
    #[must_use]
    pub fn with_driver(mut self, driver: impl Into<String>) -> Self {
        self.driver = Some(driver.into());
        self
    }

    /// The same with other limits on documents and names.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The image that a layer became, if it is there.
    async fn migrated(&self, id: &str) -> Result<Option<ImageId>, MigrationError> {
        let record = self.target.backend().get(&format!("{IMAGES}{id}")).await?;
        let image = record.and_then(|record| ImageId::parse(str::from_utf8(&record).ok()?).ok());
        Ok(image.filter(|image| self.target.contains(image)))
    }
}
