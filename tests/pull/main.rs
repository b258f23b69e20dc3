//! Bringing images from elsewhere: through fetchers that fail, into places that are ended.
#![cfg(not(target_arch = "wasm32"))]

mod folder;
mod kills;
mod memory;
mod shelf;
