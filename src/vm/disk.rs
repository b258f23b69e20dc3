//! What is known of a file of a virtual machine.

use serde::Serialize;

use super::{FileSystem, Iso, Kernel, LinuxKit, PartitionTable, Qcow2, Vhd, Vhdx, Vmdk};
use crate::finding::Finding;

/// What is known of a file of a virtual machine: a disk, a kernel, an initrd, or a list of what it consists of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Disk {
    /// Bytes of the file.
    #[serde(serialize_with = "crate::json::size::serialize")]
    pub size: u64,
    /// Bytes of the disk or file system in it, where it holds one.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::json::size::serialize_option")]
    pub virtual_size: Option<u64>,
    /// What it is, and what its headers say.
    pub detail: Detail,
    /// What is unusual or wrong.
    pub findings: Vec<Finding>,
    /// How many findings there are beside those.
    #[serde(serialize_with = "crate::json::size::serialize")]
    pub more_findings: u64,
}

/// What a file is, and what its headers say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "format")]
#[non_exhaustive]
pub enum Detail {
    /// A disk of QEMU's.
    Qcow2(Qcow2),
    /// A disk byte for byte, with a partition table.
    Raw(PartitionTable),
    /// A disk of VMware's.
    Vmdk(Vmdk),
    /// A disk of Microsoft's older format.
    Vhd(Vhd),
    /// A disk of Microsoft's newer format.
    Vhdx(Vhdx),
    /// A CD.
    Iso(Iso),
    /// A Linux kernel.
    Kernel(Kernel),
    /// A cpio archive, as kernels take it for their first files.
    Initrd(Initrd),
    /// A compressed stream, as most initrds are. What is in it is not known.
    Compressed {
        /// How it is compressed.
        compression: &'static str,
    },
    /// A file system that takes the whole file.
    FileSystem(FileSystem),
    /// LinuxKit's list of what a machine consists of.
    LinuxKit(LinuxKit),
    /// None of these. A disk without partitions looks like that.
    Unknown,
}

/// A cpio archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Initrd {
    /// Which kind of cpio: `newc`, `crc` or `odc`.
    pub archive: &'static str,
}

impl Detail {
    /// The name of the format, as JavaScript and QEMU spell it where QEMU knows it under one name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Qcow2(_) => "qcow2",
            Self::Raw(_) => "raw",
            Self::Vmdk(_) => "vmdk",
            Self::Vhd(_) => "vhd",
            Self::Vhdx(_) => "vhdx",
            Self::Iso(_) => "iso",
            Self::Kernel(_) => "kernel",
            Self::Initrd(_) => "initrd",
            Self::Compressed { .. } => "compressed",
            Self::FileSystem(_) => "filesystem",
            Self::LinuxKit(_) => "linuxkit",
            Self::Unknown => "unknown",
        }
    }
}
