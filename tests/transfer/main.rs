//! Images in and out of a store on disk: loading files of every dialect, and saving what is there.
#![cfg(all(feature = "fs", target_os = "linux"))]

#[path = "../support/build.rs"]
mod build;
#[path = "../support/children.rs"]
mod children;
#[path = "../support/disk.rs"]
mod disk;
#[path = "../support/faulty.rs"]
mod faulty;
mod interrupted;
mod load;
mod seeds;
mod support;
mod wrong;
