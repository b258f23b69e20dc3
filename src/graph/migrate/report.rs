//! What a migration did, or would do.

use serde::Serialize;

use crate::image::ImageId;

/// What became of a layer of a graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum ImageOutcome {
    /// It would be migrated.
    Planned {
        /// The image that it would become, where Docker noted the diff ids of it and all below it.
        #[serde(skip_serializing_if = "Option::is_none")]
        image: Option<ImageId>,
    },
    /// It was migrated now.
    Migrated {
        /// The image that it became.
        image: ImageId,
    },
    /// It was migrated before.
    Done {
        /// The image that it became.
        image: ImageId,
    },
    /// Its name is no id: Docker leaves it alone as well.
    Skipped,
    /// It cannot be migrated.
    Failed {
        /// A full sentence.
        reason: String,
    },
}

/// A layer of a graph, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MigratedImage {
    /// Its id in the graph.
    pub id: String,
    /// What became of it.
    pub outcome: ImageOutcome,
}

/// What became of a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum NameOutcome {
    /// It would be taken over.
    Planned,
    /// It was taken over now.
    Named {
        /// The image.
        image: ImageId,
    },
    /// It was there already, for the same image.
    Done {
        /// The image.
        image: ImageId,
    },
    /// It stands for another image already, and stays so.
    Taken {
        /// That image.
        held: ImageId,
    },
    /// Its layer was not migrated.
    Dangling,
    /// It is none, or cannot be kept.
    Failed {
        /// A full sentence.
        reason: String,
    },
}

/// A name, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MigratedName {
    /// The name in full, or what stands in its place.
    pub name: String,
    /// The id in the graph that it stands for; empty where it is none.
    pub id: String,
    /// What became of it.
    pub outcome: NameOutcome,
}

/// What a migration did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MigrationReport {
    /// Every layer of the graph, each after what it stands on, else sorted.
    pub images: Vec<MigratedImage>,
    /// Every name, sorted. Empty when they were taken over before.
    pub names: Vec<MigratedName>,
    /// Of which driver the names are; nothing where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// The names were taken over before, and were not looked at again.
    pub names_done: bool,
    /// Nothing was changed.
    pub dry_run: bool,
}

impl MigrationReport {
    /// Whether everything that can be migrated is.
    pub fn is_complete(&self) -> bool {
        let is_done = |image: &MigratedImage| {
            !matches!(image.outcome, ImageOutcome::Failed { .. } | ImageOutcome::Planned { .. })
        };
        self.images.iter().all(is_done)
    }
}
