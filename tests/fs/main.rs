//! Files and folders on disk: the store of layers.
#![cfg(all(feature = "fs", not(target_arch = "wasm32")))]

mod layers;
