//! Whether a configuration holds together.

use super::{ConfigFields, RootFs};
use crate::digest::DigestError;
use crate::error::{ErrorKind, Reason};

/// What is wrong with a configuration that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigCheckError {
    /// `rootfs.type` is not `layers`.
    #[error("unknown type `{found}` of rootfs, expected `layers`")]
    RootFsType {
        /// What it is.
        found: String,
    },
    /// An entry of `rootfs.diff_ids` is no digest.
    #[error("rootfs.diff_ids[{index}]: {error}")]
    DiffId {
        /// Which one, counted from the bottom.
        index: usize,
        /// What is wrong with it.
        error: DigestError,
    },
    /// More steps of the history made a layer than there are layers. Docker refuses such an image.
    #[error("the history has {steps} steps that made a layer, but there are {layers} layers")]
    TooManySteps {
        /// Steps that are not marked as empty.
        steps: usize,
        /// Layers.
        layers: usize,
    },
}

impl Reason for ConfigCheckError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::RootFsType { .. } => ErrorKind::Unsupported,
            Self::DiffId { error, .. } => error.kind(),
            Self::TooManySteps { .. } => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::RootFsType { .. } => "config-rootfs-type",
            Self::DiffId { .. } => "config-diff-id",
            Self::TooManySteps { .. } => "config-history",
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::RootFsType { .. } => Some(RootFs::LAYERS.to_owned()),
            Self::TooManySteps { layers, .. } => Some(format!("{layers} at most")),
            Self::DiffId { error, .. } => error.expected(),
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::RootFsType { found } => Some(found.clone()),
            Self::TooManySteps { steps, .. } => Some(steps.to_string()),
            Self::DiffId { error, .. } => error.found(),
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::RootFsType { .. } => Some("rootfs.type".to_owned()),
            Self::DiffId { index, .. } => Some(format!("rootfs.diff_ids[{index}]")),
            Self::TooManySteps { .. } => Some("history".to_owned()),
        }
    }
}

impl RootFs {
    /// Whether the type is known and every diff id is a digest; engines find out only when they unpack.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), ConfigCheckError> {
        if self.kind != Self::LAYERS {
            return Err(ConfigCheckError::RootFsType { found: self.kind.clone() });
        }
        for (index, diff_id) in self.diff_ids.iter().enumerate() {
            diff_id.digest().map_err(|error| ConfigCheckError::DiffId { index, error })?;
        }
        Ok(())
    }
}

impl ConfigFields {
    /// Whether the history has no more steps that made a layer than there are layers. Fewer are allowed, as is no
    /// history.
    ///
    /// # Errors
    /// Both numbers.
    pub fn check_history(&self) -> Result<(), ConfigCheckError> {
        let steps = self.history.iter().filter(|entry| !entry.empty_layer).count();
        let layers = self.rootfs.as_ref().map_or(0, |rootfs| rootfs.diff_ids.len());
        if steps > layers { Err(ConfigCheckError::TooManySteps { steps, layers }) } else { Ok(()) }
    }
}
