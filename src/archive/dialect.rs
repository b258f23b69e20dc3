//! What a file or folder is.

use serde::Serialize;

use super::documents::{Document, Documents};
use super::listing::{Listing, MemberKind};
use crate::json;
use crate::layer::split_path;
use crate::limits::Limits;

/// What a file or folder is, told from its contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FileKind {
    /// `docker save` before 1.10: `repositories` and one folder a layer.
    DockerArchiveV1,
    /// `docker save` 1.10 to 24, podman, skopeo, kaniko, crane, jib: `manifest.json` and no OCI layout.
    DockerArchive,
    /// `docker save` 25 and later, the containerd store, buildkit: `manifest.json` beside an OCI layout.
    DockerArchiveOci,
    /// An OCI image layout.
    OciLayout,
    /// skopeo's `dir:`.
    SkopeoDir,
    /// A bare root file system, as `docker export` writes it.
    Rootfs,
    /// The `image/<driver>` folder of a Docker daemon.
    DockerDataRoot,
    /// A folder of disk images.
    DiskFolder,
    /// A Singularity image file.
    Sif,
    /// A squashfs file system.
    Squashfs,
    /// A disk of QEMU.
    Qcow2,
    /// A disk of VMware.
    Vmdk,
    /// A disk of Virtual PC.
    Vhd,
    /// A disk of Hyper-V.
    Vhdx,
    /// A CD or DVD.
    Iso9660,
    /// A raw disk with a master boot record.
    MbrDisk,
    /// A raw disk with a GUID partition table.
    GptDisk,
    /// A Linux kernel.
    Kernel,
    /// A cpio archive, such as an initial ramdisk.
    Cpio,
}

impl FileKind {
    /// The kind in words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::DockerArchiveV1 => "Docker archive, legacy form (docker save before 1.10)",
            Self::DockerArchive => "Docker archive",
            Self::DockerArchiveOci => "Docker archive with an OCI layout (docker save 25 or later)",
            Self::OciLayout => "OCI image layout",
            Self::SkopeoDir => "Folder of one image (skopeo dir:)",
            Self::Rootfs => "Root file system (docker export)",
            Self::DockerDataRoot => "Image store of a Docker daemon",
            Self::DiskFolder => "Folder of disk images",
            Self::Sif => "Singularity image file (SIF)",
            Self::Squashfs => "squashfs file system",
            Self::Qcow2 => "QEMU disk (qcow2)",
            Self::Vmdk => "VMware disk (vmdk)",
            Self::Vhd => "Virtual PC disk (vhd)",
            Self::Vhdx => "Hyper-V disk (vhdx)",
            Self::Iso9660 => "CD or DVD image (ISO 9660)",
            Self::MbrDisk => "Raw disk with a master boot record",
            Self::GptDisk => "Raw disk with a GUID partition table",
            Self::Kernel => "Linux kernel (bzImage)",
            Self::Cpio => "cpio archive (initial ramdisk)",
        }
    }

    /// Can files of this kind hold images that are listed?
    pub const fn holds_images(self) -> bool {
        matches!(
            self,
            Self::DockerArchiveV1
                | Self::DockerArchive
                | Self::DockerArchiveOci
                | Self::OciLayout
                | Self::SkopeoDir
        )
    }
}

/// What the members of an archive or folder make it; `None` for a plain tree of files. `Err` when a document has to be
/// read first.
pub(super) fn detect(
    listing: &Listing,
    documents: &Documents,
    limits: &Limits,
) -> Result<Option<FileKind>, ()> {
    let has = |path: &str| listing.file(path, limits).is_some();
    let has_layout =
        has("index.json") && (has("oci-layout") || listing.has("blobs") || listing.has("blobs/sha256"));
    let has_list = match documents.get(listing, "manifest.json", limits) {
        Document::Read(contents) => match contents.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{') if !has_layout => {
                return Ok(is_manifest(contents, limits).then_some(FileKind::SkopeoDir));
            }
            Some(b'{') => false,
            Some(b'[') => true,
            _ => starts_like_images(listing),
        },
        Document::Wanted => return Err(()),
        Document::Refused(_) | Document::Unkept => starts_like_images(listing),
        Document::Missing => false,
    };
    Ok(match () {
        () if has_layout && has_list => Some(FileKind::DockerArchiveOci),
        () if has_layout || (has("index.json") && has("oci-layout")) => Some(FileKind::OciLayout),
        () if has_list => Some(FileKind::DockerArchive),
        () if is_legacy(listing) => Some(FileKind::DockerArchiveV1),
        () if is_data_root(listing) => Some(FileKind::DockerDataRoot),
        () => None,
    })
}

fn is_manifest(contents: &[u8], limits: &Limits) -> bool {
    json::parse(contents, limits).is_ok_and(|value| value.has("schemaVersion"))
}

fn is_legacy(listing: &Listing) -> bool {
    let is_document = |path: &[u8]| {
        let folder = path.strip_suffix(b"/json");
        folder.is_some_and(|folder| folder.len() == 64 && folder.iter().all(u8::is_ascii_hexdigit))
    };
    listing.iter().any(|(_, member)| is_document(&member.path))
}

fn is_data_root(listing: &Listing) -> bool {
    listing.iter().any(|(_, member)| contains(&member.path, b"imagedb/content/sha256"))
}

fn contains(path: &[u8], part: &[u8]) -> bool {
    path.windows(part.len()).any(|window| window == part)
}

/// What can be counted of a daemon's image store.
pub(super) fn data_root_facts(listing: &Listing) -> Vec<(String, String)> {
    let count = |part: &[u8]| {
        let under = |path: &[u8]| contains(path, part) && path.len() >= 64 && !path.ends_with(part);
        listing.iter().filter(|(_, member)| member.kind == MemberKind::File && under(&member.path)).count()
    };
    let layers = listing
        .iter()
        .filter(|(_, member)| contains(&member.path, b"layerdb/sha256/") && member.path.ends_with(b"/diff"));
    vec![
        ("Images".to_owned(), count(b"imagedb/content/sha256").to_string()),
        ("Layers".to_owned(), layers.count().to_string()),
    ]
}

/// Does the first member have a name that image archives begin with?
pub(super) fn starts_like_images(listing: &Listing) -> bool {
    listing.get(0).is_some_and(|member| {
        let is_folder = member.path == b"blobs" || is_hex(&member.path) || member.path.is_empty();
        is_folder || Shape::of(&member.path) != Shape::Foreign
    })
}

fn is_hex(name: &[u8]) -> bool {
    name.len() == 64 && name.iter().all(u8::is_ascii_hexdigit)
}

/// What a member's name says of its contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// JSON, or a short text.
    Document,
    /// A layer.
    Layer,
    /// One of both.
    Blob,
    /// Nothing that image archives hold.
    Foreign,
}

impl Shape {
    pub(super) fn of(path: &[u8]) -> Self {
        let (folder, name) = split_path(path);
        let is_layer = [&b".tar"[..], b".tar.gz", b".tgz", b".tar.zst", b".tar.bz2", b".tar.xz"];
        match folder {
            b"" if matches!(name, b"oci-layout" | b"repositories" | b"version") => Self::Document,
            b"" if name.ends_with(b".json") || name.starts_with(b"sha256:") => Self::Document,
            b"" if is_layer.iter().any(|ending| name.ends_with(ending)) => Self::Layer,
            b"" if is_hex(name) => Self::Blob,
            b"" => Self::Foreign,
            _ if folder.starts_with(b"blobs/") && !folder[b"blobs/".len()..].contains(&b'/') => Self::Blob,
            _ if folder.contains(&b'/') => Self::Foreign,
            _ if matches!(name, b"json" | b"VERSION") => Self::Document,
            _ if name == b"layer.tar" => Self::Layer,
            _ => Self::Foreign,
        }
    }
}
