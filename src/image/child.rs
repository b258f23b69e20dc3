//! Images made from images.

use std::collections::BTreeMap;

use super::{ConfigFields, DiffId, HistoryEntry, Platform, RootFs, RunConfig, Timestamp};

/// What makes an image out of its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildConfig {
    /// When it is made.
    pub created: Timestamp,
    /// Id of the container it is made from.
    pub container_id: String,
    /// Who makes it.
    pub author: String,
    /// A remark on the step; the image itself gets none.
    pub comment: String,
    /// The layer it adds; [`DiffId::EMPTY_TAR`] adds none.
    pub diff_id: DiffId,
    /// What that container ran with; its command is the step's.
    pub container_config: RunConfig,
    /// What containers of the image run with.
    pub config: Option<RunConfig>,
    /// Version of the Docker that makes it; empty since Docker 29.
    pub docker_version: String,
    /// Operating system of the image.
    pub os: String,
}

impl ConfigFields {
    /// An image made from this one: layers, history, architecture, variant and what else describes the operating system
    /// come from the parent, everything else from `child` (Docker, `NewChildImage`). An architecture that the parent
    /// lacks is the host's. The parent is left as it is.
    pub fn child(&self, child: ChildConfig, host: &Platform) -> Self {
        let mut rootfs = match &self.rootfs {
            Some(rootfs) => rootfs.clone(),
            None => RootFs::new(),
        };
        let mut history = self.history.clone();
        let empty_layer = child.diff_id.is_empty_tar();
        if !empty_layer {
            rootfs.push(child.diff_id);
        }
        history.push(HistoryEntry {
            created: Some(child.created.clone()),
            author: child.author.clone(),
            created_by: child.container_config.cmd.as_deref().unwrap_or_default().join(" "),
            comment: child.comment,
            empty_layer,
        });
        let architecture =
            if self.architecture.is_empty() { host.architecture.clone() } else { self.architecture.clone() };
        Self {
            created: Some(child.created),
            container: child.container_id,
            container_config: child.container_config,
            docker_version: child.docker_version,
            author: child.author,
            config: child.config,
            architecture,
            variant: self.variant.clone(),
            os: child.os,
            rootfs: Some(rootfs),
            history,
            os_version: self.os_version.clone(),
            os_features: self.os_features.clone(),
            ..Self::default()
        }
    }
}

impl RunConfig {
    /// Whether Docker's build cache takes an image with one configuration for a step with the other. Names of hosts and
    /// images do not count, nor does anything that no step of a build changed in 2020; with standard input open nothing
    /// is equal.
    pub fn cache_eq(&self, other: &Self) -> bool {
        fn list<T>(list: &Option<Vec<T>>) -> &[T] {
            list.as_deref().unwrap_or_default()
        }
        fn map<T: PartialEq>(a: &Option<BTreeMap<String, T>>, b: &Option<BTreeMap<String, T>>) -> bool {
            a.iter().flatten().eq(b.iter().flatten())
        }
        !self.open_stdin
            && !other.open_stdin
            && self.attach_stdout == other.attach_stdout
            && self.attach_stderr == other.attach_stderr
            && self.user == other.user
            && self.tty == other.tty
            && self.cmd.as_deref().unwrap_or_default() == other.cmd.as_deref().unwrap_or_default()
            && self.entrypoint.as_deref().unwrap_or_default()
                == other.entrypoint.as_deref().unwrap_or_default()
            && list(&self.env) == list(&other.env)
            && map(&self.labels, &other.labels)
            && map(&self.exposed_ports, &other.exposed_ports)
            && map(&self.volumes, &other.volumes)
    }
}
