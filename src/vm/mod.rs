//! Files of virtual machines: what they are by their contents, and what their headers say.
//!
//! Nothing here reads by itself. A [`DiskProbe`] says which bytes it wants of a file, and ends in a [`Disk`]. What a header
//! says is checked before it is followed: everything lies in the file, nothing lies upon something else, and all that can
//! grow has a limit. What leaves the rest readable is a finding, what does not is a [`DiskError`].

mod disk;
mod error;
mod field;
mod file_system;
mod iso;
mod kernel;
mod linuxkit;
mod partitions;
mod places;
mod probe;
mod qcow2;
pub mod unikernel;
mod vhd;
mod vhdx;
mod view;
mod vmdk;

pub use disk::{Detail, Disk, Initrd};
pub use error::DiskError;
pub use file_system::FileSystem;
pub use iso::{BootEntry, Iso};
pub use kernel::Kernel;
pub use linuxkit::{Component, LinuxKit, read_linuxkit};
pub use partitions::{Partition, PartitionTable, Scheme};
pub use probe::DiskProbe;
pub use qcow2::{Backing, Qcow2, Snapshot};
pub use vhd::{Vhd, VhdKind};
pub use vhdx::Vhdx;
pub use view::Want;
pub use vmdk::{Extent, Vmdk};
