//! The keys of a store.

use crate::digest::{Algorithm, Digest};
use crate::image::ImageId;

/// Configurations, by their digits.
pub(super) const CONTENT: &str = "imagedb/content/sha256/";
/// What is known of an image beside its configuration: a folder for each, by its digits.
pub(super) const METADATA: &str = "imagedb/metadata/sha256/";
/// Names of images.
pub(super) const NAMES: &str = "repositories.json";
/// How the names were kept before Docker 1.10: this, and the name of a storage driver.
pub(super) const OLDER_NAMES: &str = "repositories-";
/// The changes of an operation that has been committed and perhaps not yet been made.
pub(super) const JOURNAL: &str = "layerglass/journal";
/// Which images a committed deletion deletes, where there is no room for a journal: empty records, by their digits.
pub(super) const DELETING: &str = "layerglass/deleting-";
/// The same for images that lose their parent by it.
pub(super) const ORPHANING: &str = "layerglass/orphaning-";
/// Who uses an image: a record for each that is used, by its digits.
pub(super) const USERS: &str = "layerglass/users/sha256/";
/// Which images were given a parent: `<parent>/<child>`, without contents.
pub(super) const CHILDREN: &str = "layerglass/children/sha256/";
/// Damaged records that were moved out of the way, under their former keys.
pub(super) const DAMAGED: &str = "layerglass/damaged/";

/// Metadata key of the parent's id.
pub(super) const PARENT: &str = "parent";
/// Metadata key of the time of the last change.
pub(super) const LAST_UPDATED: &str = "lastUpdated";
/// Metadata key of the mark of images that were built here.
pub(super) const BUILT_LOCALLY: &str = "builtLocally";

pub(super) fn content(id: &ImageId) -> String {
    format!("{CONTENT}{}", id.digest().hex())
}

pub(super) fn metadata(id: &ImageId, name: &str) -> String {
    format!("{METADATA}{}/{name}", id.digest().hex())
}

pub(super) fn metadata_of(id: &ImageId) -> String {
    metadata(id, "")
}

pub(super) fn users(id: &ImageId) -> String {
    format!("{USERS}{}", id.digest().hex())
}

pub(super) fn children_of(parent: &ImageId) -> String {
    format!("{CHILDREN}{}/", parent.digest().hex())
}

pub(super) fn child(parent: &ImageId, child: &ImageId) -> String {
    format!("{}{}", children_of(parent), child.digest().hex())
}

pub(super) fn mark(kind: &str, id: &ImageId) -> String {
    format!("{kind}{}", id.digest().hex())
}

/// The image of a mark of that kind.
pub(super) fn marked_id(kind: &str, key: &str) -> Option<ImageId> {
    id(key.strip_prefix(kind)?)
}

/// The image of a content key; nothing for a name that is not 64 digits.
pub(super) fn content_id(key: &str) -> Option<ImageId> {
    id(key.strip_prefix(CONTENT)?)
}

/// The image and the name of a metadata key.
pub(super) fn metadata_id(key: &str) -> Option<(ImageId, &str)> {
    let (digits, name) = key.strip_prefix(METADATA)?.split_once('/')?;
    Some((id(digits)?, name))
}

/// The image of a record of users.
pub(super) fn users_id(key: &str) -> Option<ImageId> {
    id(key.strip_prefix(USERS)?)
}

/// The parent and the child of a mark.
pub(super) fn child_ids(key: &str) -> Option<(ImageId, ImageId)> {
    let (parent, child) = key.strip_prefix(CHILDREN)?.split_once('/')?;
    Some((id(parent)?, id(child)?))
}

fn id(digits: &str) -> Option<ImageId> {
    Digest::from_hex(Algorithm::Sha256, digits).map(ImageId::from)
}

/// Whether a caller may name metadata so: one component of a key, and not of those that have a meaning.
pub(super) fn is_metadata_name(name: &str) -> bool {
    !name.contains('/') && is_key(name) && ![PARENT, LAST_UPDATED, BUILT_LOCALLY].contains(&name)
}

/// Whether a text is a key: see [`Backend`](super::Backend).
pub fn is_key(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b':');
    text.len() <= 1024
        && text.split('/').all(|component| {
            (1..=255).contains(&component.len())
                && component != "."
                && component != ".."
                && !component.starts_with(".tmp-")
                && component.bytes().all(allowed)
        })
}
