//! How a store is opened.

use super::{LayerStores, NoLayers};
use crate::env::Env;
use crate::limits::Limits;

/// How a store is opened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoreOptions<L = NoLayers> {
    /// The clock, and the platform of images that name none.
    pub env: Env,
    /// Who keeps the layers.
    pub layers: LayerStores<L>,
    /// Limits for configurations and the store's own records.
    pub limits: Limits,
}

impl StoreOptions {
    /// Defaults: every layer is taken to be there.
    pub fn new(env: Env) -> Self {
        Self { env, layers: LayerStores::any(NoLayers), limits: Limits::default() }
    }
}

impl<L> StoreOptions<L> {
    /// The same with who keeps the layers.
    pub fn with_layers<M>(self, layers: LayerStores<M>) -> StoreOptions<M> {
        StoreOptions { env: self.env, layers, limits: self.limits }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}
