//! What was found.

use serde::Serialize;

use crate::finding::Severity;
use crate::json::size;

/// Which rule an issue breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Rule {
    /// Containers run as root.
    RootUser,
    /// A key, token or password is in the image.
    Secret,
    /// A program that changes who runs it.
    SetId,
    /// Everybody may change it.
    WorldWritable,
    /// What a package manager keeps for the next time, which never comes.
    PackageCache,
    /// The history of a source tree.
    GitFolder,
    /// A certificate that has expired or is about to.
    Certificate,
}

impl Rule {
    /// The name, such as `root-user`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RootUser => "root-user",
            Self::Secret => "secret",
            Self::SetId => "set-id",
            Self::WorldWritable => "world-writable",
            Self::PackageCache => "package-cache",
            Self::GitFolder => "git-folder",
            Self::Certificate => "certificate",
        }
    }
}

/// One issue: why, where, and which command did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// The rule.
    pub rule: Rule,
    /// How much it matters.
    pub severity: Severity,
    /// Why it is one. Secrets are shown by their first characters alone.
    pub why: String,
    /// Path of the file or folder, lossily converted; absent for the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Byte offset in the file.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "size::serialize_option")]
    pub offset: Option<u64>,
    /// Position of the layer that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<u16>,
    /// Position in the history, for what a command itself or the environment holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// The command that did it, where the history tells; with `…` in place of secrets in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Bytes that it takes, for what was left behind.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "size::serialize_option")]
    pub bytes: Option<u64>,
    /// Whether a later layer removed or replaced it, so that containers do not see it while the image still has it.
    pub deleted: bool,
}

impl Issue {
    pub(super) fn new(rule: Rule, severity: Severity, why: impl Into<String>) -> Self {
        let why = why.into();
        Self {
            rule,
            severity,
            why,
            path: None,
            offset: None,
            layer: None,
            step: None,
            command: None,
            bytes: None,
            deleted: false,
        }
    }
}
