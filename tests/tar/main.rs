//! Reading and writing tar: each format, other people's files, and what is malformed.
#![cfg(feature = "archive")]

#[path = "../support/build.rs"]
mod build;
mod formats;
#[cfg(not(target_arch = "wasm32"))]
mod others;
mod properties;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../support/recorded.rs"]
mod recorded;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../support/recorded_tars.rs"]
mod recorded_tars;
#[path = "../support/tars.rs"]
mod tars;
mod write;

use tars::read;
