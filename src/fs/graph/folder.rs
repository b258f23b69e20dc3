//! A daemon's root as the storage of a graph.

use std::fs;
use std::io;
use std::path::Path;

use crate::fs::FolderBackend;
use crate::fs::folder::TEMPORARY;
use crate::fs::folder::write::make_folders;
use crate::store::{Backend, BackendError, Lock, MaybeSend, Sharing, is_key};

/// Where the layers are.
const GRAPH: &str = "graph/";
/// What is there for a while only.
const STAGING: &str = "graph/_tmp";

/// The root of a daemon up to version 1.9, such as `/var/lib/docker`, as the storage of a [`Graph`](crate::graph::Graph).
///
/// Of the folders of layers only the files are listed: what very old versions unpacked below them is not looked into. The
/// folder of a layer goes with the last of its files.
#[derive(Clone, Debug)]
pub struct GraphFolder(FolderBackend);

impl GraphFolder {
    /// Opens a root, and makes it where there is none. The daemon has to be a stopped one.
    ///
    /// # Errors
    /// It cannot be made, or something else has its name.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, BackendError> {
        let folder = FolderBackend::open(root)?;
        let temporary = folder.root().join(STAGING);
        make_folders(&temporary).map_err(|error| BackendError::failed("open", STAGING, error))?;
        Ok(Self(folder))
    }

    /// Opens a root for reading only. Nothing is written to it, not even a lock.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn open_read_only(root: impl AsRef<Path>) -> Result<Self, BackendError> {
        FolderBackend::open_read_only(root).map(Self)
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        self.0.root()
    }

    /// The files in the folders of layers, and those in temporary folders.
    fn shallow(&self, prefix: &str) -> io::Result<Vec<String>> {
        let mut keys = Vec::new();
        for id in names(&self.root().join("graph"))? {
            let above = format!("{GRAPH}{id}/");
            // What begins so can only be here, or below.
            if !above.starts_with(prefix) && !prefix.starts_with(&above) {
                continue;
            }
            let folder = self.root().join(&above);
            if above == format!("{STAGING}/") {
                for token in names(&folder)? {
                    files(&folder.join(&token), &format!("{above}{token}/"), &mut keys)?;
                }
            }
            files(&folder, &above, &mut keys)?;
        }
        keys.retain(|key| key.starts_with(prefix) && is_key(key));
        keys.sort_unstable();
        Ok(keys)
    }
}

/// The names in a folder that are text; none when it is no folder.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string());
    }
    Ok(names)
}

fn files(folder: &Path, above: &str, keys: &mut Vec<String>) -> io::Result<()> {
    for name in names(folder)? {
        // Links are not followed.
        if fs::symlink_metadata(folder.join(&name)).is_ok_and(|found| found.is_file()) {
            keys.push(format!("{above}{name}"));
        }
    }
    Ok(())
}

impl Backend for GraphFolder {
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        if !prefix.starts_with(GRAPH) {
            return self.0.list(prefix).await;
        }
        self.shallow(prefix).map_err(|error| BackendError::failed("list", prefix, error))
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        self.0.get(key).await
    }

    async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        self.0.put(key, bytes).await
    }

    async fn delete(&self, key: &str) -> Result<(), BackendError> {
        self.0.delete(key).await?;
        if let Some((folder, _)) = key.rsplit_once('/').filter(|(folder, _)| folder.starts_with(GRAPH)) {
            // One that is not empty stays.
            let _ = fs::remove_dir(self.root().join(folder));
        }
        Ok(())
    }

    fn sharing(&self) -> Sharing {
        self.0.sharing()
    }

    fn swap(
        &self,
        key: &str,
        expected: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> impl Future<Output = Result<bool, BackendError>> + MaybeSend {
        self.0.swap(key, expected, new)
    }

    fn lock(&self) -> impl Future<Output = Result<Option<Lock>, BackendError>> + MaybeSend {
        self.0.lock()
    }

    async fn sweep(&self) -> Result<Vec<String>, BackendError> {
        let mut swept = self.0.sweep().await?;
        let fail = |error| BackendError::failed("sweep", GRAPH, error);
        for id in names(&self.root().join("graph")).map_err(fail)? {
            let folder = self.root().join(GRAPH).join(&id);
            for name in names(&folder).map_err(fail)?.into_iter().filter(|name| name.starts_with(TEMPORARY)) {
                if fs::remove_file(folder.join(&name)).is_ok() {
                    swept.push(format!("{GRAPH}{id}/{name}"));
                }
            }
        }
        Ok(swept)
    }
}
