//! Layerglass reads, checks and shows container images.
//!
//! | module | what it is |
//! |---|---|
//! | [`digest`], [`reference`](mod@reference) | the names of things: digests and image references |
//! | [`image`], [`manifest`] | what an image says of itself: configs, chain ids, manifests, indexes |
//! | [`store`], [`env`](mod@env) | a store of images over any storage: parents, names, leases, verification, repair |
//! | [`graph`] | trees of layers under ids that callers choose: Docker's graph up to 1.9, and named stores of layers |
//! | [`codec`], [`tar`], [`layer`] | layers: decompression, tar entries, one-pass scans, merged trees |
//! | [`archive`] | image files and folders of every dialect |
//! | [`sif`] | SIF files: objects, configs, signatures |
//! | [`vm`] | disks, kernels and other files of virtual machines |
//! | [`pull`] | bringing images from elsewhere, through a transport that the caller supplies |
//! | [`inspect`] | what is in an image: packages, exported as SPDX or CycloneDX, issues such as secrets, what differs from another image, and whether its bytes are as declared |
//! | [`fs`] | the same on disk, with scans on all cores (feature `fs`, a default) |
//! | `object_store` | object stores such as S3 as the storage of a store (feature `object-store`) |
//! | [`error`], [`limits`], [`finding`], [`json`] | what the others share |
//!
//! Outside `fs` and `object_store` nothing touches a file, a clock or a thread: parsers are fed bytes, and say which they want next.
//!
//! ```
//! # #[cfg(all(feature = "fs", not(target_arch = "wasm32")))] {
//! use layerglass::fs::{ImageFile, OpenOptions};
//!
//! let mut file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
//! let image = &file.archive().data().images[0];
//! assert_eq!(image.familiar_names, ["quirks:1"]);
//! assert_eq!(image.platform.as_ref().unwrap().to_string(), "linux/amd64");
//!
//! file.scan()?; // every layer: its files, and every digest recomputed
//! let data = file.archive().data();
//! assert!(data.images[0].layers.iter().all(|layer| layer.check.declared == layer.check.computed));
//! let tree = file.archive().tree(0, usize::MAX)?;
//! assert!(tree.nodes().any(|node| node.path() == b"q/suid" && node.row().unwrap().mode() == 0o4755));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(missing_docs, unsafe_code)]

pub mod error;
pub mod limits;

pub mod json;

pub mod finding;

pub mod digest;
pub mod reference;

pub mod image;
pub mod manifest;

pub mod env;
pub mod store;

pub mod graph;

#[cfg(feature = "archive")]
pub mod codec;
#[cfg(feature = "archive")]
pub mod tar;

#[cfg(feature = "archive")]
pub mod layer;

#[cfg(feature = "archive")]
pub mod archive;

pub mod sif;
pub mod vm;

pub mod pull;

#[cfg(feature = "archive")]
pub mod inspect;

#[cfg(all(feature = "fs", not(target_arch = "wasm32")))]
pub mod fs;

#[cfg(all(feature = "object-store", not(target_arch = "wasm32")))]
pub mod object_store;

#[cfg(all(feature = "bindings", target_arch = "wasm32"))]
pub mod js;
