//! Image configurations: what an image is, how it was made, and what its containers run with.
//!
//! The format is that of Docker (docker-image-spec) and of the OCI image-spec (config.md), read as tolerantly as Docker's
//! own engine reads it. The exact bytes are kept, because the id of an image is their SHA-256.

mod canonical;
mod check;
mod child;
mod config;
mod data;
mod error;
mod history;
mod id;
mod platform;
mod port;
mod relayer;
mod rootfs;
mod run_config;
mod time;
mod user;
pub mod v1;

pub use canonical::CanonicalRules;
pub use check::ConfigCheckError;
pub use child::ChildConfig;
pub use config::{ConfigFields, ImageConfig, ImageId};
pub use data::{HealthcheckData, HistoryStepData, ImageConfigData, RootFsData, RunConfigData};
pub use error::ConfigError;
pub use history::{HistoryEntry, align};
pub use id::random_id;
pub use platform::{Platform, PlatformError, PlatformMatcher};
pub use port::{Port, PortError};
pub use relayer::{LayerChange, StepTimes};
pub use rootfs::{ChainId, DiffId, RootFs, chain_ids};
pub use run_config::{Healthcheck, RunConfig, StringOrList};
pub use time::Timestamp;
pub use user::{Identity, User};
