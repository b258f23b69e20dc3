//! What is in an image: its packages, and its issues.
#![cfg(all(feature = "archive", not(target_arch = "wasm32")))]

#[path = "../support/build.rs"]
mod build;
mod compare;
mod compare_documents;
mod compare_laws;
mod databases;
mod documents;
mod executables;
#[cfg(feature = "fs")]
mod image_file;
mod java;
mod languages;
mod lint;
mod programs;
#[path = "../support/random.rs"]
mod random;
mod support;
#[cfg(all(feature = "fs", target_os = "linux"))]
mod tools;
mod usage;
mod verification;
mod waste;
mod waste_laws;
