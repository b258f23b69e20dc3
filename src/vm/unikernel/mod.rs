//! Images of unikernels and small machines: an archive with a manifest, what is made of it, and who has a copy.
//!
//! The archive is a tar with a JSON file `manifest`:
//!
//! ```text
//! {"UnikernelType":"osv","Format":"qcow2","ImageFile":"osv.qcow2"}
//! ```
//!
//! `Format` is `qcow2`, `raw`, `kernel`, `kernel+initrd` or `linuxkit`; keys may be in any letter case. Of an image there is
//! a base copy, known by the digest of the archive, and a copy for each sandbox that runs it. A copy of a sandbox is a
//! lease: while there is one, the image is not removed.

mod error;
mod image;
mod manifest;
mod name;
mod store;

pub use error::UnikernelError;
pub use image::{UnikernelImage, VmCopy};
pub use manifest::{UnikernelManifest, VmFormat};
pub use name::{image_name, location};
pub use store::{UnikernelProblem, UnikernelStore};
