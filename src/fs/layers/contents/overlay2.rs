//! Layers as Docker's driver `overlay2` keeps them, which Linux's overlayfs takes as they are.
//!
//! | in `overlay2/` | what it is |
//! |---|---|
//! | `<cache id>/diff` | what the layer changes |
//! | `<cache id>/link` | a short name of it: overlayfs takes a page of names at most |
//! | `<cache id>/lower` | those of the layers below, nearest first, with colons between them |
//! | `<cache id>/committed` | an empty file: it is never written to again |
//! | `<cache id>/work` | an empty folder, in layers on top of others |
//! | `l/<short name>` | a symbolic link to the folder `diff` |

use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::super::error::LayerFolderError;
use super::super::metadata::{is_cache_id, read_text};
use super::super::random;
use crate::error::Reason;
use crate::finding::Severity;
use crate::fs::folder::write::make_folders;
use crate::fs::unpack::Shortcomings;
use crate::fs::{UnpackError, UnpackOptions, Unpacker, Whiteouts};
use crate::limits::Limits;

/// Characters of a short name.
const LINK_LENGTH: usize = 26;

/// Makes the folder of a layer, and unpacks its tar there.
pub(in crate::fs::layers) fn write(
    contents: &Path,
    cache_id: &str,
    parent: Option<&str>,
    tar: &mut dyn Read,
    limits: &Limits,
    sync: bool,
) -> Result<(), LayerFolderError> {
    let folder = contents.join(cache_id);
    let diff = folder.join("diff");
    let link = random::base32(LINK_LENGTH)?;
    let lower = parent.map(|parent| lower(contents, parent)).transpose()?;
    let make = || -> io::Result<()> {
        make_folders(&contents.join("l"))?;
        make_folders(&diff)?;
        // It becomes the root of a container, whose users all have to get in.
        fs::set_permissions(&diff, Permissions::from_mode(0o755))?;
        // The name is noted first, so that whoever removes the folder finds the link.
        put(&folder, "link", link.as_bytes(), 0o644)?;
        symlink(Path::new("..").join(cache_id).join("diff"), contents.join("l").join(&link))?;
        if let Some(lower) = &lower {
            make_folders(&folder.join("work"))?;
            put(&folder, "lower", lower.as_bytes(), 0o666)?;
        }
        put(&folder, "committed", b"", 0o600)
    };
    make().map_err(|error| LayerFolderError::io("create", &folder, &error))?;
    let options = UnpackOptions { whiteouts: Whiteouts::Overlay, limits: *limits, sync };
    let unpacked = Unpacker::new(&diff, &options).and_then(|mut unpacker| unpacker.plain(tar));
    complete(&unpacked.map_err(refused)?)?;
    if sync {
        let synced = File::open(&folder).and_then(|folder| Ok(rustix::fs::syncfs(folder)?));
        synced.map_err(|error| LayerFolderError::io("sync", &folder, &error))?;
    }
    Ok(())
}

/// The short names of a layer and of those below it.
fn lower(contents: &Path, parent: &str) -> Result<String, LayerFolderError> {
    let folder = contents.join(parent);
    let link = read_text(&folder, parent, "link")?.unwrap_or_default();
    let is_link = |name: &str| name.strip_prefix("l/").is_some_and(is_cache_id);
    let own = format!("l/{link}");
    let lower = match read_text(&folder, parent, "lower")? {
        Some(below) => format!("{own}:{below}"),
        None => own,
    };
    if !lower.split(':').all(is_link) {
        let (name, reason) = (parent.to_owned(), "these are no names of layers".to_owned());
        return Err(LayerFolderError::Damaged { name, file: "lower", reason });
    }
    Ok(lower)
}

fn put(folder: &Path, name: &str, bytes: &[u8], mode: u32) -> io::Result<()> {
    let path: PathBuf = folder.join(name);
    fs::write(&path, bytes)?;
    fs::set_permissions(path, Permissions::from_mode(mode))
}

fn refused(error: UnpackError) -> LayerFolderError {
    match error {
        UnpackError::Io { action, path, source } | UnpackError::Full { action, path, source } => {
            LayerFolderError::io(action, &path, &source)
        }
        UnpackError::Tar(error) => error.into(),
        UnpackError::Limit(error) => error.into(),
        other => LayerFolderError::Unpack { kind: other.kind(), reason: other.to_string() },
    }
}

/// A layer whose folder lacks something is none.
fn complete(done: &Shortcomings) -> Result<(), LayerFolderError> {
    use crate::error::ErrorKind;
    let lacking = |reason: String| Err(LayerFolderError::Unpack { kind: ErrorKind::Unsupported, reason });
    if let Some(finding) = done.findings.iter().find(|finding| finding.severity == Severity::Error) {
        let path = finding.path.as_deref().unwrap_or_default();
        return lacking(format!("{path}: {}", finding.message));
    }
    let denied = done.denied;
    if denied.owners + denied.devices + denied.xattrs > 0 {
        let (owners, devices, xattrs) = (denied.owners, denied.devices, denied.xattrs);
        return lacking(format!(
            "the system did not permit {owners} owners, {devices} devices and {xattrs} extended attributes"
        ));
    }
    match done.more_findings {
        0 => Ok(()),
        more => lacking(format!("there are {more} findings more than can be told")),
    }
}
