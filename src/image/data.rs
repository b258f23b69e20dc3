//! Configurations as plain data in the shapes of the npm package.

use std::collections::BTreeMap;

use super::{
    ChainId, DiffId, Healthcheck, HistoryEntry, ImageConfig, ImageId, Platform, RunConfig, Timestamp,
};
use crate::json::size;

/// [`ImageConfig`] as data.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageConfigData {
    /// SHA-256 of the exact bytes.
    pub id: ImageId,
    /// What it runs on.
    pub platform: Platform,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// What containers run with.
    pub config: RunConfigData,
    /// How it was made.
    pub history: Vec<HistoryStepData>,
    /// Its layers.
    pub root_fs: RootFsData,
}

/// [`RootFs`](super::RootFs) as data.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RootFsData {
    /// `layers`
    #[serde(rename = "type")]
    pub kind: String,
    /// Diff ids, bottom first.
    pub diff_ids: Vec<DiffId>,
    /// The chain id of each.
    pub chain_ids: Vec<ChainId>,
}

/// [`HistoryEntry`] as data.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryStepData {
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// The command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// True when it made no layer.
    pub empty_layer: bool,
    /// Position of the layer that it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<usize>,
}

/// [`RunConfig`] as data.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunConfigData {
    /// User and group as written.
    pub user: String,
    /// `NAME=value`, each.
    pub env: Vec<String>,
    /// The command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<Vec<String>>,
    /// Default arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cmd: Option<Vec<String>>,
    /// Directory to start in.
    pub working_dir: String,
    /// Ports, sorted.
    pub exposed_ports: Vec<String>,
    /// Paths that are volumes, sorted.
    pub volumes: Vec<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Signal that stops it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<String>,
    /// How to tell whether it is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<HealthcheckData>,
    /// Shell of the shell form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell: Option<Vec<String>>,
    /// Build steps for images that are built on this one.
    pub on_build: Vec<String>,
}

/// [`Healthcheck`] as data; what is inherited is absent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthcheckData {
    /// The test.
    pub test: Vec<String>,
    /// Nanoseconds between two checks.
    #[serde(skip_serializing_if = "is_zero", serialize_with = "size::serialize_signed")]
    pub interval: i64,
    /// Nanoseconds that a check may take.
    #[serde(skip_serializing_if = "is_zero", serialize_with = "size::serialize_signed")]
    pub timeout: i64,
    /// Nanoseconds after the start in which failures do not count.
    #[serde(skip_serializing_if = "is_zero", serialize_with = "size::serialize_signed")]
    pub start_period: i64,
    /// Nanoseconds between two checks during that time.
    #[serde(skip_serializing_if = "is_zero", serialize_with = "size::serialize_signed")]
    pub start_interval: i64,
    /// Failures in a row that mean it is not well.
    #[serde(skip_serializing_if = "is_zero", serialize_with = "size::serialize_signed")]
    pub retries: i64,
}

const fn is_zero(value: &i64) -> bool {
    *value == 0
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl HistoryStepData {
    /// A step, and the position of the layer that it made.
    pub fn new(entry: &HistoryEntry, layer: Option<usize>) -> Self {
        Self {
            created: entry.created.clone().filter(|time| !time.is_zero()),
            created_by: some(&entry.created_by),
            author: some(&entry.author),
            comment: some(&entry.comment),
            empty_layer: entry.empty_layer,
            layer,
        }
    }
}

impl From<&RunConfig> for RunConfigData {
    fn from(config: &RunConfig) -> Self {
        let keys =
            |map: &Option<BTreeMap<String, ()>>| map.iter().flatten().map(|(key, ())| key.clone()).collect();
        Self {
            user: config.user.clone(),
            env: config.env.clone().unwrap_or_default(),
            entrypoint: config.entrypoint.clone().map(|list| list.0),
            cmd: config.cmd.clone().map(|list| list.0),
            working_dir: config.working_dir.clone(),
            exposed_ports: keys(&config.exposed_ports),
            volumes: keys(&config.volumes),
            labels: config.labels.clone().unwrap_or_default(),
            stop_signal: some(&config.stop_signal),
            healthcheck: config.healthcheck.as_ref().map(HealthcheckData::from),
            shell: config.shell.clone().map(|list| list.0),
            on_build: config.on_build.clone().unwrap_or_default(),
        }
    }
}

impl From<&Healthcheck> for HealthcheckData {
    fn from(check: &Healthcheck) -> Self {
        Self {
            test: check.test.clone().unwrap_or_default(),
            interval: check.interval,
            timeout: check.timeout,
            start_period: check.start_period,
            start_interval: check.start_interval,
            retries: check.retries,
        }
    }
}

impl From<&ImageConfig> for ImageConfigData {
    fn from(config: &ImageConfig) -> Self {
        let layers = config.history_alignment();
        Self {
            id: config.id(),
            platform: config.platform(),
            created: config.created().cloned().filter(|time| !time.is_zero()),
            author: some(&config.fields().author),
            config: config.run_config().into(),
            history: config
                .history()
                .iter()
                .zip(layers)
                .map(|(entry, layer)| HistoryStepData::new(entry, layer))
                .collect(),
            root_fs: RootFsData {
                kind: config.rootfs().kind.clone(),
                diff_ids: config.rootfs().diff_ids.clone(),
                chain_ids: config.rootfs().chain_ids(),
            },
        }
    }
}
