//! Images in and out of a store on disk: loading files of every dialect, and saving what is there.
#![cfg(all(feature = "fs", target_os = "linux"))]

#[path = "../support/build.rs"]
mod build;
#[path = "../support/children.rs"]
mod children;
mod daemon;
#[path = "../support/disk.rs"]
mod disk;
#[path = "../store/daemon/engine.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod engine;
#[path = "../support/faulty.rs"]
mod faulty;
mod interrupted;
mod load;
mod save;
mod seeds;
mod support;
#[path = "../support/tars.rs"]
mod tars;
mod wrong;
