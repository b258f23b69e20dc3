//! Archives of every dialect: other people's files, damaged ones, and hostile ones.
#![cfg(all(feature = "fs", not(target_arch = "wasm32")))]

#[path = "../support/build.rs"]
mod build;
#[path = "../support/children.rs"]
mod children;
mod contents;
#[cfg(target_os = "linux")]
mod convert;
mod damage;
mod dangling;
mod dialects;
mod disagreement;
#[path = "../support/disk.rs"]
mod disk;
#[cfg(target_os = "linux")]
#[path = "../store/daemon/engine.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod engine;
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
#[allow(clippy::single_range_in_vec_init, reason = "ranges of layers, of which one is enough")]
mod repack;
#[cfg(target_os = "linux")]
mod stream;
#[path = "../support/tars.rs"]
mod tars;
#[cfg(target_os = "linux")]
mod tools;
#[cfg(target_os = "linux")]
mod write;
#[cfg(target_os = "linux")]
mod write_failures;
