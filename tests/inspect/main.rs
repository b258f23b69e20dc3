//! What is in an image: its packages.
#![cfg(all(feature = "archive", not(target_arch = "wasm32")))]

#[path = "../support/build.rs"]
mod build;
mod databases;
mod documents;
mod executables;
mod java;
mod languages;
mod programs;
mod support;
