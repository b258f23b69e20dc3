//! Archives of every dialect: other people's files, damaged ones, and hostile ones.
#![cfg(all(feature = "fs", not(target_arch = "wasm32")))]

#[path = "../support/build.rs"]
mod build;
mod damage;
mod dialects;
mod others;
