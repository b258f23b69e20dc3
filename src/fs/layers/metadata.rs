//! What `layerdb` says of one layer: five small files in a folder that is named by the chain id.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use super::error::LayerFolderError;
use crate::digest::{Algorithm, Digest};
use crate::image::{ChainId, DiffId, chain_ids};

/// Bytes of one of these files at most: the longest is a digest.
const FILE_BYTES: u64 = 4096;
/// Characters of a name in the driver's folder at most. Docker's are 64 or 25 long.
const CACHE_ID_BYTES: usize = 128;

/// What is known of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) diff_id: DiffId,
    pub(super) parent: Option<ChainId>,
    /// Bytes of its regular files.
    pub(super) size: u64,
    /// Its name in the driver's folder.
    pub(super) cache_id: String,
    stamp: Stamp,
}

/// Tells a layer's folder from one that was made later in its place.
type Stamp = (u64, Option<SystemTime>);

impl Metadata {
    /// Whether a folder is still the one that was read. A layer that is freed and added again has new contents.
    pub(super) fn is_current(&self, folder: &Path) -> bool {
        fs::symlink_metadata(folder).is_ok_and(|now| stamp(&now) == self.stamp)
    }
}

fn stamp(folder: &fs::Metadata) -> Stamp {
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(folder);
    #[cfg(not(unix))]
    let number = 0;
    (number, folder.modified().ok())
}

/// The name of a layer's folder; nothing for an id that is not a SHA-256.
pub(super) fn hex_of(chain_id: &ChainId) -> Option<String> {
    let digest = chain_id.digest().ok()?;
    (digest.algorithm() == Algorithm::Sha256).then(|| digest.hex())
}

/// The layer whose folder has a name.
pub(super) fn chain_id_of(hex: &str) -> Option<ChainId> {
    Digest::parse(&format!("sha256:{hex}")).ok().map(ChainId::from)
}

/// The chain id of a layer on another.
pub(super) fn chain_on(parent: Option<&ChainId>, diff_id: &DiffId) -> ChainId {
    let below = parent.map(|parent| DiffId::new(parent.as_str()));
    let chain: Vec<DiffId> = below.into_iter().chain([diff_id.clone()]).collect();
    chain_ids(&chain).pop().unwrap_or_default()
}

/// Whether a text can be a name in the driver's folder, and nothing else, such as a path.
pub(super) fn is_cache_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= CACHE_ID_BYTES
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !text.starts_with('-')
}

/// Reads what is kept of a layer.
///
/// # Errors
/// There is no such folder, or what is wrong with it.
pub(super) fn read(layers: &Path, chain_id: &ChainId) -> Result<Metadata, LayerFolderError> {
    let not_found = || LayerFolderError::NotFound { chain_id: chain_id.clone() };
    let name = hex_of(chain_id).ok_or_else(not_found)?;
    let folder = layers.join(&name);
    let stamp = match fs::symlink_metadata(&folder) {
        Ok(metadata) if metadata.is_dir() => stamp(&metadata),
        Ok(_) => return Err(damaged(&name, "diff", "this is no folder")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(not_found()),
        Err(error) => return Err(LayerFolderError::io("read", &folder, &error)),
    };
    let text = |file| read_text(&folder, &name, file);
    let required = |file| text(file)?.ok_or_else(|| damaged(&name, file, "it is missing"));
    let digest = |file, text: &str| match Digest::parse(text) {
        Ok(digest) if digest.algorithm() == Algorithm::Sha256 => Ok(digest),
        Ok(_) => Err(damaged(&name, file, "it is no SHA-256")),
        Err(error) => Err(damaged(&name, file, &error.to_string())),
    };
    let diff_id = DiffId::from(digest("diff", &required("diff")?)?);
    let parent = match text("parent")? {
        Some(parent) => Some(ChainId::from(digest("parent", &parent)?)),
        None => None,
    };
    let expected = chain_on(parent.as_ref(), &diff_id);
    if expected != *chain_id {
        let reason = format!("with its parent this is {expected}, which the folder is not named after");
        return Err(damaged(&name, "diff", &reason));
    }
    let size = required("size")?.parse().map_err(|_| damaged(&name, "size", "it is no number"))?;
    let cache_id = required("cache-id")?;
    if !is_cache_id(&cache_id) {
        return Err(damaged(&name, "cache-id", "it is no name"));
    }
    Ok(Metadata { diff_id, parent, size, cache_id, stamp })
}

/// The name in the driver's folder that a layer's folder gives, if that much of it can be read.
pub(super) fn read_cache_id(folder: &Path) -> Option<String> {
    read_text(folder, "", "cache-id").ok().flatten().filter(|text| is_cache_id(text))
}

/// The text of a small file without the white space around it; nothing where there is none.
pub(super) fn read_text(
    folder: &Path,
    name: &str,
    file: &'static str,
) -> Result<Option<String>, LayerFolderError> {
    let path = folder.join(file);
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(damaged(name, file, "it is no file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(LayerFolderError::io("read", &path, &error)),
    }
    let mut bytes = Vec::new();
    let read = File::open(&path).and_then(|file| file.take(FILE_BYTES + 1).read_to_end(&mut bytes));
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(LayerFolderError::io("read", &path, &error)),
        Ok(_) if bytes.len() as u64 > FILE_BYTES => return Err(damaged(name, file, "it is too long")),
        Ok(_) => {}
    }
    let text = String::from_utf8(bytes).map_err(|_| damaged(name, file, "it is no text"))?;
    Ok(Some(text.trim().to_owned()))
}

pub(super) fn damaged(name: &str, file: &'static str, reason: &str) -> LayerFolderError {
    let reason = format!("{file}: {reason}");
    LayerFolderError::Damaged { name: name.to_owned(), file, reason }
}
