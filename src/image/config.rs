//! A whole configuration.

use std::fmt;
use std::sync::{LazyLock, OnceLock};

use super::{ConfigError, HistoryEntry, Platform, RootFs, RunConfig, Timestamp, history};
use crate::digest::Digest;
use crate::json::{self, decode_struct};
use crate::limits::Limits;

/// The id of an image: the SHA-256 of its configuration's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ImageId(Digest);

impl ImageId {
    /// The id of the configuration with these bytes.
    pub fn of(config: &[u8]) -> Self {
        Self(Digest::sha256(config))
    }

    /// The id as a digest.
    pub const fn digest(&self) -> Digest {
        self.0
    }

    /// The first twelve hexadecimal digits, as Docker shows ids.
    pub fn short(&self) -> String {
        self.0.short()
    }
}

/// Any digest can be written as an id; only one of SHA-256 will ever be found.
impl From<Digest> for ImageId {
    fn from(digest: Digest) -> Self {
        Self(digest)
    }
}

impl fmt::Display for ImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What Docker knows of a configuration, as `json.Unmarshal` leaves it. Members that Docker does not know are in the raw
/// bytes only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigFields {
    /// Id of the legacy v1 form, without meaning here.
    pub id: String,
    /// Parent of the legacy v1 form.
    pub parent: String,
    /// A remark.
    pub comment: String,
    /// When the image was made.
    pub created: Option<Timestamp>,
    /// Id of the container that it was made from.
    pub container: String,
    /// What that container ran with.
    pub container_config: RunConfig,
    /// Version of the Docker that made it.
    pub docker_version: String,
    /// Who made it.
    pub author: String,
    /// What containers of the image run with.
    pub config: Option<RunConfig>,
    /// Processor architecture in Go's naming, such as `amd64`.
    pub architecture: String,
    /// Variant of the architecture, such as `v7`.
    pub variant: String,
    /// Operating system in Go's naming, such as `linux`.
    pub os: String,
    /// Bytes, in the legacy v1 form.
    pub size: i64,
    /// Layers.
    pub rootfs: Option<RootFs>,
    /// Steps of its making, oldest first.
    pub history: Vec<HistoryEntry>,
    /// Version of the operating system, used by Windows.
    pub os_version: String,
    /// Features of the operating system, used by Windows.
    pub os_features: Vec<String>,
}

decode_struct!(ConfigFields {
    "id" => id,
    "parent" => parent,
    "comment" => comment,
    "created" => created,
    "container" => container,
    "container_config" => container_config,
    "docker_version" => docker_version,
    "author" => author,
    "config" => config,
    "architecture" => architecture,
    "variant" => variant,
    "os" => os,
    "Size" => size,
    "rootfs" => rootfs,
    "history" => history,
    "os.version" => os_version,
    "os.features" => os_features,
});

/// An image configuration: its exact bytes, and what they say.
///
/// ```
/// use layerglass::{image::ImageConfig, limits::Limits};
/// let bytes = br#"{"os":"linux","architecture":"amd64","config":{"Cmd":"sh"},"rootfs":{"type":"layers"}}"#;
/// let config = ImageConfig::parse(bytes, &Limits::default()).unwrap();
/// assert_eq!(config.platform().to_string(), "linux/amd64");
/// assert_eq!(config.run_config().cmd.as_deref(), Some(["sh".to_owned()].as_slice()));
/// assert_eq!(config.raw(), bytes);
/// ```
#[derive(Clone, Debug)]
pub struct ImageConfig {
    raw: Vec<u8>,
    /// Computed when it is first asked for: hashing takes half as long again as reading.
    id: OnceLock<ImageId>,
    fields: ConfigFields,
}

/// The bytes say everything.
impl PartialEq for ImageConfig {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for ImageConfig {}

/// For configurations that say nothing of it.
static NO_RUN_CONFIG: LazyLock<RunConfig> = LazyLock::new(RunConfig::default);
static NO_ROOTFS: LazyLock<RootFs> = LazyLock::new(RootFs::default);

impl ImageConfig {
    /// Reads a configuration as Docker does: keys match in any letter case, repeated ones are merged or replaced,
    /// unknown ones are passed over, `null` stands for absence, and `Cmd`, `Entrypoint` and `Shell` may be one string.
    ///
    /// # Errors
    /// What is wrong with the JSON or with a member's type, or [`ConfigError::NoRootFs`].
    pub fn parse(bytes: impl Into<Vec<u8>>, limits: &Limits) -> Result<Self, ConfigError> {
        let raw = bytes.into();
        let mut fields = ConfigFields::default();
        json::decode(&raw, &mut fields, limits)??;
        if fields.rootfs.is_none() {
            return Err(ConfigError::NoRootFs);
        }
        Ok(Self { raw, id: OnceLock::new(), fields })
    }

    /// The exact bytes it was read from.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// SHA-256 of the exact bytes.
    pub fn id(&self) -> ImageId {
        *self.id.get_or_init(|| ImageId::of(&self.raw))
    }

    /// Everything Docker knows of it.
    pub const fn fields(&self) -> &ConfigFields {
        &self.fields
    }

    /// What containers run with; empty when the configuration says nothing of it.
    pub fn run_config(&self) -> &RunConfig {
        self.fields.config.as_ref().unwrap_or(&NO_RUN_CONFIG)
    }

    /// The layers.
    pub fn rootfs(&self) -> &RootFs {
        self.fields.rootfs.as_ref().unwrap_or(&NO_ROOTFS)
    }

    /// The steps of its making, oldest first.
    pub fn history(&self) -> &[HistoryEntry] {
        &self.fields.history
    }

    /// When it was made.
    pub const fn created(&self) -> Option<&Timestamp> {
        self.fields.created.as_ref()
    }

    /// What it runs on, as written: parts can be empty.
    pub fn platform(&self) -> Platform {
        Platform {
            os: self.fields.os.clone(),
            architecture: self.fields.architecture.clone(),
            variant: self.fields.variant.clone(),
            os_version: self.fields.os_version.clone(),
            os_features: self.fields.os_features.clone(),
        }
    }

    /// For each step of the history, the position in `rootfs.diff_ids` of the layer that it made. See [`history`](super::align).
    pub fn history_alignment(&self) -> Vec<Option<usize>> {
        history::align(self.history(), self.rootfs().diff_ids.len())
    }

    /// For each layer, the position in the history of the step that made it: the inverse of
    /// [`Self::history_alignment`].
    pub fn layer_history(&self) -> Vec<Option<usize>> {
        let mut steps = vec![None; self.rootfs().diff_ids.len()];
        for (step, layer) in self.history_alignment().into_iter().enumerate() {
            if let Some(slot) = layer.and_then(|layer| steps.get_mut(layer)) {
                *slot = Some(step);
            }
        }
        steps
    }
}
