//! The files that every container finds, whatever its image holds.

use serde::Serialize;

/// What an entry of a skeleton is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum SkeletonKind {
    /// A directory.
    Directory,
    /// An empty file.
    File,
    /// A symbolic link.
    Symlink {
        /// What it leads to.
        target: &'static str,
    },
}

/// One entry of a skeleton.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SkeletonEntry {
    /// Its path, without a slash before it.
    pub path: &'static str,
    /// What it is.
    #[serde(flatten)]
    pub kind: SkeletonKind,
    /// Its permissions.
    pub mode: u32,
}

const fn directory(path: &'static str, mode: u32) -> SkeletonEntry {
    SkeletonEntry { path, kind: SkeletonKind::Directory, mode }
}

const fn file(path: &'static str, mode: u32) -> SkeletonEntry {
    SkeletonEntry { path, kind: SkeletonKind::File, mode }
}

const fn symlink(path: &'static str, target: &'static str) -> SkeletonEntry {
    SkeletonEntry { path, kind: SkeletonKind::Symlink { target }, mode: 0o777 }
}

/// What Docker puts between an image and a container (`graph.SetupInitLayer`), parents before children.
pub const fn container_skeleton() -> &'static [SkeletonEntry] {
    const ENTRIES: &[SkeletonEntry] = &[
        directory("dev", 0o755),
        directory("dev/pts", 0o755),
        directory("dev/shm", 0o755),
        directory("proc", 0o755),
        directory("sys", 0o755),
        file(".dockerinit", 0o755),
        file(".dockerenv", 0o755),
        directory("etc", 0o755),
        file("etc/resolv.conf", 0o755),
        file("etc/hosts", 0o755),
        file("etc/hostname", 0o755),
        file("dev/console", 0o755),
        symlink("etc/mtab", "/proc/mounts"),
    ];
    ENTRIES
}

/// What is in the layer at the root of every named store (vSphere Integrated Containers, `scratch`), parents before children.
pub const fn scratch_skeleton() -> &'static [SkeletonEntry] {
    const ENTRIES: &[SkeletonEntry] = &[
        directory("etc", 0o755),
        directory("lib", 0o755),
        directory("lib/modules", 0o755),
        directory("proc", 0o555),
        directory("sys", 0o555),
        directory("run", 0o755),
        directory(".tether", 0o777),
        file("etc/hostname", 0o644),
        file("etc/hosts", 0o644),
        file("etc/resolv.conf", 0o644),
        symlink("etc/mtab", "/proc/mounts"),
    ];
    ENTRIES
}
