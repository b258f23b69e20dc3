//! A folder of unikernel images: records, the files of each image, and those of each sandbox's copy.
//!
//! ```text
//! <root>/records/                  a store of records
//! <root>/storage/<digest>/         files of an image: what its archive holds
//! <root>/storage/<sandbox>/        files of a copy
//! <root>/storage/.tmp-<number>/    files that are being made
//! ```
//!
//! Files come first and the record commits them; when something is removed, the record goes first. What an interruption
//! leaves without a record is removed when the folder is opened. Whoever changes something holds a lock, which ends with its
//! holder.

mod error;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

pub use error::UnikernelFolderError;

use super::folder::TEMPORARY;
use super::folder::write::{make_folders, open_lock, sync_folder};
use super::pull::hashed;
use super::{FolderBackend, UnpackOptions, Unpacker, block_on, probe_disk};
use crate::digest::{Algorithm, Digest};
use crate::limits::{LimitExceeded, Limits};
use crate::vm::unikernel::{
    UnikernelError, UnikernelImage, UnikernelManifest, UnikernelProblem, UnikernelStore, VmCopy, VmFormat,
    image_name,
};
use crate::vm::{Detail, DiskError};

type Result<T, E = UnikernelFolderError> = std::result::Result<T, E>;

/// The file of an archive that says what is in it.
const MANIFEST: &str = "manifest";

/// A folder of unikernel images.
///
/// ```no_run
/// use layerglass::fs::UnikernelFolder;
/// let (images, problems) = UnikernelFolder::open("/var/lib/unikernels", &Default::default())?;
/// assert!(problems.is_empty());
/// let image = images.add("host/osv.tar.gz", "/tmp/osv.tar.gz".as_ref())?;
/// let copy = images.prepare(&image.id, "sandbox-1")?;
/// println!("boot {} with {}", images.image_path(&copy).display(), copy.cmdline);
/// images.cleanup(&image.id, "sandbox-1")?;
/// # Ok::<(), layerglass::fs::UnikernelFolderError>(())
/// ```
#[derive(Debug)]
pub struct UnikernelFolder {
    root: PathBuf,
    store: UnikernelStore<FolderBackend>,
    limits: Limits,
}

impl UnikernelFolder {
    /// Opens a folder, makes it where there is none, and removes files that no record speaks of. While a record cannot be
    /// read, nothing is removed.
    ///
    /// # Errors
    /// It cannot be made, read or swept.
    pub fn open(root: impl AsRef<Path>, limits: &Limits) -> Result<(Self, Vec<UnikernelProblem>)> {
        let root = root.as_ref();
        let storage = root.join("storage");
        make_folders(&storage).map_err(UnikernelFolderError::io("make", &storage))?;
        let root = root.canonicalize().map_err(UnikernelFolderError::io("open", root))?;
        let backend = FolderBackend::open(root.join("records"))?;
        let folder = Self { store: UnikernelStore::new(backend, limits), limits: *limits, root };
        let _lock = folder.lock()?;
        let (images, problems) = block_on(folder.store.list())?;
        if problems.is_empty() {
            folder.sweep(&images)?;
        }
        Ok((folder, problems))
    }

    /// The records.
    pub const fn store(&self) -> &UnikernelStore<FolderBackend> {
        &self.store
    }

    /// Where the files of all copies are.
    pub fn storage(&self) -> PathBuf {
        self.root.join("storage")
    }

    /// The disk, kernel or YAML of a copy.
    pub fn image_path(&self, copy: &VmCopy) -> PathBuf {
        self.folder_of(copy).join(&copy.image_file)
    }

    /// The initrd of a copy.
    pub fn initrd_path(&self, copy: &VmCopy) -> Option<PathBuf> {
        Some(self.folder_of(copy).join(copy.initrd.as_ref()?))
    }

    fn folder_of(&self, copy: &VmCopy) -> PathBuf {
        self.storage().join(&copy.uuid)
    }

    /// Takes an archive, plain or compressed, in as the image of that name. Of an image that is known, the archive takes the
    /// place of the former one; copies of sandboxes stay as they are.
    ///
    /// # Errors
    /// The archive cannot be unpacked, its manifest is wrong, or the image file is not what the manifest says. Nothing is
    /// changed then.
    pub fn add(&self, name: &str, archive: &Path) -> Result<UnikernelImage> {
        let id = image_name(name);
        if id.is_empty() {
            return Err(UnikernelError::NoId.into());
        }
        let _lock = self.lock()?;
        let io = UnikernelFolderError::io;
        let hashed = hashed(archive, Algorithm::Sha256).map_err(io("read", archive))?;
        let (digest, size) = hashed.ok_or_else(|| io("read", archive)(io::ErrorKind::NotFound.into()))?;
        let temporary = self.make_temporary()?;
        let made = self.unpack(archive, &temporary).and_then(|()| self.read_manifest(&temporary, &digest));
        let (manifest, base) = self.kept(&temporary, made)?;
        let place = self.folder_of(&base);
        self.settle(&temporary, &place)?;
        let mut former = None;
        let mut image = UnikernelImage { id: id.to_owned(), ..UnikernelImage::default() };
        image.repo_tags.insert(id.to_owned());
        image.set_base(digest, size, &manifest.unikernel_type, base.clone());
        let added = block_on(async {
            match self.store.get(id).await {
                Err(UnikernelError::NotFound { .. }) => self.store.add(image).await,
                Err(error) => Err(error),
                Ok(_) => {
                    self.store
                        .update(id, |mut known| {
                            known.repo_tags.insert(id.to_owned());
                            former = known.set_base(digest, size, &manifest.unikernel_type, base.clone());
                            Ok::<_, UnikernelError>(known)
                        })
                        .await
                }
            }
        });
        // What is left behind by an error here is removed when the folder is opened again.
        let added = added?;
        if let Some(former) = former {
            self.remove_unused(&former)?;
        }
        Ok(added)
    }

    /// Makes a copy of an image for a sandbox: its files, and the lease that keeps the image.
    ///
    /// # Errors
    /// There is no such image, the sandbox has a copy already, nothing can be made of the format, or the files cannot be
    /// copied. Nothing is changed then.
    pub fn prepare(&self, id: &str, sandbox: &str) -> Result<VmCopy> {
        let _lock = self.lock()?;
        let (images, _) = block_on(self.store.list())?;
        let taken = images.iter().find(|image| image.copies.contains_key(sandbox));
        if let Some(image) = taken.filter(|image| image.id != id) {
            let (id, copy) = (image.id.clone(), sandbox.to_owned());
            return Err(UnikernelError::CopyExists { id, copy }.into());
        }
        let image = block_on(self.store.get(id))?;
        let copy = image.copy_for(sandbox)?;
        let base = image.base().ok_or_else(|| UnikernelError::NoBase { id: id.to_owned() })?;
        self.copy_files(base, &copy)?;
        let prepared = block_on(self.store.prepare_copy(id, sandbox));
        if prepared.is_err() {
            self.remove_folder(&self.folder_of(&copy))?;
        }
        Ok(prepared?)
    }

    /// Ends the use of an image by a sandbox, and removes the files of its copy. False where it has none.
    ///
    /// # Errors
    /// The record or the files cannot be removed.
    pub fn cleanup(&self, id: &str, sandbox: &str) -> Result<bool> {
        let _lock = self.lock()?;
        let dropped = block_on(self.store.drop_copy(id, sandbox))?;
        dropped.as_ref().map_or(Ok(()), |copy| self.remove_folder(&self.folder_of(copy)))?;
        Ok(dropped.is_some())
    }

    /// Removes an image that no sandbox uses, with its files. False where there is none.
    ///
    /// # Errors
    /// Sandboxes use it, or record or files cannot be removed.
    pub fn remove(&self, id: &str) -> Result<bool> {
        let _lock = self.lock()?;
        let removed = block_on(self.store.remove(id))?;
        if let Some(base) = removed.as_ref().and_then(UnikernelImage::base) {
            self.remove_unused(base)?;
        }
        Ok(removed.is_some())
    }

    fn lock(&self) -> Result<File> {
        let path = self.root.join("lock");
        let locked = open_lock(&path).and_then(|file| file.lock().map(|()| file));
        locked.map_err(UnikernelFolderError::io("lock", &path))
    }

    fn sweep(&self, images: &[UnikernelImage]) -> Result<()> {
        let used: BTreeSet<&str> =
            images.iter().flat_map(|image| image.copies.keys()).map(String::as_str).collect();
        let storage = self.storage();
        let io = UnikernelFolderError::io;
        for entry in storage.read_dir().map_err(io("list", &storage))? {
            let entry = entry.map_err(io("list", &storage))?;
            if !entry.file_name().to_str().is_some_and(|name| used.contains(name)) {
                self.remove_folder(&entry.path())?;
            }
        }
        Ok(())
    }

    fn make_temporary(&self) -> Result<PathBuf> {
        let storage = self.storage();
        // The lock is held, and what others left there was removed or is told apart by its number.
        for number in 0..u32::MAX {
            let path = storage.join(format!("{TEMPORARY}{number}"));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(UnikernelFolderError::io("make", &path)(error)),
            }
        }
        Err(UnikernelFolderError::io("make", &storage)(io::ErrorKind::AlreadyExists.into()))
    }

    /// A result; where it is an error, the temporary folder goes.
    fn kept<T>(&self, temporary: &Path, result: Result<T>) -> Result<T> {
        if result.is_err() {
            // What cannot be removed now is removed when the folder is opened again.
            let _ = self.remove_folder(temporary);
        }
        result
    }

    fn unpack(&self, archive: &Path, into: &Path) -> Result<()> {
        let file = File::open(archive).map_err(UnikernelFolderError::io("read", archive))?;
        let options = UnpackOptions { limits: self.limits, ..UnpackOptions::default() };
        Unpacker::new(into, &options)?.layer(file)?;
        Ok(())
    }

    fn read_manifest(&self, folder: &Path, digest: &Digest) -> Result<(UnikernelManifest, VmCopy)> {
        let path = file_below(folder, MANIFEST)?;
        let io = UnikernelFolderError::io;
        let length = path.metadata().map_err(io("read", &path))?.len();
        LimitExceeded::check("jsonBytes", self.limits.json_bytes, length)
            .map_err(|limit| UnikernelError::Json(limit.into()))?;
        let bytes = fs::read(&path).map_err(io("read", &path))?;
        let manifest = UnikernelManifest::parse(&bytes, &self.limits)?;
        let copy = manifest.copy(&digest.to_string())?;
        if let Some(initrd) = &copy.initrd {
            file_below(folder, initrd)?;
        }
        self.check_image(&file_below(folder, &copy.image_file)?, copy.format)?;
        Ok((manifest, copy))
    }

    /// The image file is what the manifest says, and takes nothing from elsewhere.
    fn check_image(&self, path: &Path, format: VmFormat) -> Result<()> {
        let disk = match probe_disk(path, &self.limits) {
            Ok(disk) => disk,
            // Any bytes may be a raw disk, also those of a broken partition table.
            Err(super::DiskFileError::Disk { source, .. })
                if format == VmFormat::Raw && !matches!(source, DiskError::Empty) =>
            {
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        format.check(&disk.detail)?;
        if let Detail::Qcow2(disk) = &disk.detail {
            let other = disk.backing.as_ref().map(|backing| &backing.name).or(disk.data_file.as_ref());
            if let Some(name) = other {
                return Err(UnikernelFolderError::Backing { name: name.clone() });
            }
        }
        Ok(())
    }

    /// Moves a folder that was made to its place. What is there already without a record, or is the same, gives way.
    fn settle(&self, temporary: &Path, place: &Path) -> Result<()> {
        let storage = self.storage();
        if place.is_dir() {
            // The same archive under another name, perhaps damaged meanwhile: put aside, replaced, removed.
            let aside = self.make_temporary()?;
            fs::rename(place, aside.join("former")).map_err(UnikernelFolderError::io("move", place))?;
            fs::rename(temporary, place).map_err(UnikernelFolderError::io("move", temporary))?;
            self.remove_folder(&aside)?;
        } else {
            fs::rename(temporary, place).map_err(UnikernelFolderError::io("move", temporary))?;
        }
        sync_folder(&storage).map_err(UnikernelFolderError::io("sync", &storage))
    }

    fn copy_files(&self, base: &VmCopy, copy: &VmCopy) -> Result<()> {
        let from = self.folder_of(base);
        let temporary = self.make_temporary()?;
        let names = [Some(&copy.image_file), copy.initrd.as_ref()];
        let copied = names.into_iter().flatten().try_for_each(|name| {
            let (source, target) = (file_below(&from, name)?, temporary.join(name));
            let io = UnikernelFolderError::io;
            if let Some(folder) = target.parent() {
                make_folders(folder).map_err(io("make", folder))?;
            }
            fs::copy(&source, &target).map_err(io("copy", &source))?;
            File::open(&target).and_then(|file| file.sync_all()).map_err(io("sync", &target))
        });
        let copied = copied.and_then(|()| self.settle(&temporary, &self.folder_of(copy)));
        self.kept(&temporary, copied)
    }

    /// Removes the files of a base copy that no image has any more.
    fn remove_unused(&self, base: &VmCopy) -> Result<()> {
        let (images, problems) = block_on(self.store.list())?;
        let is_used = images.iter().any(|image| image.copies.contains_key(&base.uuid));
        // A record that cannot be read may speak of it.
        if is_used || !problems.is_empty() { Ok(()) } else { self.remove_folder(&self.folder_of(base)) }
    }

    fn remove_folder(&self, path: &Path) -> Result<()> {
        let removed = match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
            Ok(_) => fs::remove_file(path),
            Err(error) => Err(error),
        };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(UnikernelFolderError::io("remove", path)(error))
            }
            _ => Ok(()),
        }
    }
}

/// A regular file below a folder, by its name there. Links are followed as long as they stay below it.
fn file_below(folder: &Path, name: &str) -> Result<PathBuf> {
    let folder = folder.canonicalize().map_err(UnikernelFolderError::io("open", folder))?;
    let path = folder.join(name).canonicalize();
    let found = path.ok().filter(|path| path.starts_with(&folder) && path.is_file());
    found.ok_or_else(|| UnikernelFolderError::NoFile { name: name.to_owned() })
}
