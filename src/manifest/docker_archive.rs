//! The two listings of a `docker save` archive.

use std::collections::BTreeMap;

use super::{Descriptor, ManifestError};
use crate::json::{self, decode_struct};
use crate::limits::Limits;

/// `manifest.json` of a Docker archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DockerArchiveManifest {
    /// The images, in the order of the file.
    pub items: Vec<DockerArchiveItem>,
}

/// One image of `manifest.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DockerArchiveItem {
    /// Name of the configuration inside the archive.
    pub config: Option<String>,
    /// Names with tags; none for an image that was saved by its id.
    pub repo_tags: Vec<String>,
    /// Names of the layers inside the archive, bottom first.
    pub layers: Vec<String>,
    /// Id of the parent image, when that is in the same archive.
    pub parent: Option<String>,
    /// Where layers can be fetched, or what they are: by diff id.
    pub layer_sources: BTreeMap<String, Descriptor>,
}

decode_struct!(DockerArchiveItem {
    "Config" => config,
    "RepoTags" => repo_tags,
    "Layers" => layers,
    "Parent" => parent,
    "LayerSources" => layer_sources,
});

impl DockerArchiveManifest {
    /// Reads `manifest.json`. Keys match in any letter case: old releases of jib wrote them in lower case. What follows
    /// the list is not looked at, as `docker load` does not.
    ///
    /// # Errors
    /// What is wrong with the JSON or a member, or [`ManifestError::NullArchive`].
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, ManifestError> {
        let mut items = None;
        json::decode_first(bytes, &mut items, limits)??;
        items.map(|items| Self { items }).ok_or(ManifestError::NullArchive)
    }
}

/// The file `repositories`: name to tag to id of the top layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repositories {
    /// By name without tag.
    pub names: BTreeMap<String, BTreeMap<String, String>>,
}

impl Repositories {
    /// Reads `repositories`.
    ///
    /// # Errors
    /// What is wrong with the JSON or a member.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, ManifestError> {
        let mut names = BTreeMap::new();
        json::decode_first(bytes, &mut names, limits)??;
        Ok(Self { names })
    }

    /// Every name with its tag and the id it stands for, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.names
            .iter()
            .flat_map(|(name, tags)| tags.iter().map(|(tag, id)| (name.as_str(), tag.as_str(), id.as_str())))
    }
}
