//! The store of images: its operations, what can go wrong with them, and its models of names and records.
#![cfg(not(target_arch = "wasm32"))]

mod atomicity;
mod backends;
mod batch;
mod bounds;
#[path = "../support/children.rs"]
mod children;
mod daemon;
mod damage;
#[path = "../support/disk.rs"]
mod disk;
#[path = "../support/faulty.rs"]
mod faulty;
mod folder;
mod full;
mod full_disk;
mod names;
mod names_damage;
mod names_properties;
#[cfg(feature = "object-store")]
mod object_store;
mod operations;
mod others;
mod processes;
mod records;
mod records_properties;
mod recovery;
#[path = "../conformance/report.rs"]
#[allow(dead_code, reason = "the test of vectors uses the rest")]
mod report;
mod resolve;
mod review;
#[path = "../support/seeds.rs"]
mod seeds;
mod support;
mod syncs;
mod vectors;

use layerglass::digest::Digest;
use layerglass::image::ImageId;
use layerglass::reference::Reference;

/// The id whose digits begin like that and go on with zeros.
fn id(prefix: &str) -> ImageId {
    Digest::parse(&format!("sha256:{prefix:0<64}")).expect("hexadecimal digits").into()
}

/// A name as a user gives it.
fn name(text: &str) -> Reference {
    Reference::parse_normalized(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
