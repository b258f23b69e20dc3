//! What is in an image, beyond its files: its packages, what about it should worry whoever ships it, what of it is of no use,
//! what takes its space, what differs from another image, and whether its bytes are what the file declares.

pub mod compare;
pub mod lint;
pub mod packages;
pub mod survey;
pub mod usage;
pub mod verification;
pub mod waste;
