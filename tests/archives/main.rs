//! Archives of every dialect: other people's files, damaged ones, and hostile ones.
#![cfg(all(feature = "fs", not(target_arch = "wasm32")))]

#[path = "../support/build.rs"]
mod build;
mod contents;
#[cfg(target_os = "linux")]
mod convert;
mod damage;
mod dangling;
mod dialects;
mod disagreement;
#[cfg(target_os = "linux")]
mod extract;
mod making;
mod others;
#[path = "../support/recorded.rs"]
mod recorded;
mod recorded_archives;
#[path = "../support/recorded_tars.rs"]
mod recorded_tars;
mod recording;
#[cfg(target_os = "linux")]
mod repack;
#[cfg(target_os = "linux")]
mod stream;
#[path = "../support/tars.rs"]
mod tars;
