//! Marks that delete what lower layers hold: `.wh.name`, `.wh..wh..opq` and AUFS's own `.wh..wh.*`.

/// Prefix of a mark.
pub(super) const PREFIX: &[u8] = b".wh.";
/// Hides everything that lower layers put into the folder.
pub(super) const OPAQUE: &[u8] = b".wh..wh..opq";
/// Prefix of AUFS's bookkeeping, which is no part of the image.
const META_PREFIX: &[u8] = b".wh..wh.";
/// Folder in which AUFS kept the targets of hard links.
const LINK_FOLDER: &[u8] = b".wh..wh.plnk";

/// What the last component of a path says about deletion (image-spec `layer.md`, Whiteouts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whiteout<'a> {
    /// Deletes this name from lower layers.
    Remove(&'a [u8]),
    /// Hides all that lower layers put into the folder.
    Opaque,
    /// AUFS bookkeeping, to be passed over.
    Metadata,
    /// A mark without a name, or one that climbs: engines refuse it.
    Malformed,
}

impl<'a> Whiteout<'a> {
    /// The mark that a clean path is, if it is one. Bookkeeping counts by its first component.
    pub fn of(path: &'a [u8]) -> Option<Self> {
        let (_, name) = super::path::split_path(path);
        if name == OPAQUE {
            return Some(Self::Opaque);
        }
        if path.starts_with(META_PREFIX) {
            return Some(Self::Metadata);
        }
        match name.strip_prefix(PREFIX)? {
            b"" | b"." | b".." => Some(Self::Malformed),
            target => Some(Self::Remove(target)),
        }
    }
}

/// Is this clean path a hard link target that AUFS put aside?
pub(crate) fn is_aufs_link_target(path: &[u8]) -> bool {
    path.strip_prefix(LINK_FOLDER).is_some_and(|rest| rest.starts_with(b"/"))
}
