//! Opening a store: everything is read, nothing stops at damage.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use super::index::{Index, NamesRead};
use super::link::{Metadata, Present, link_all, read_parent};
use super::problem::Problems;
use super::table::Set;
use super::{
    Backend, BackendError, ImageStore, LayerStore, Problem, ProblemKind, StoreChange, StoreError,
    StoreOptions, journal, key, leases,
};
use crate::image::{ChainId, ConfigError, ImageConfig, ImageId};
use crate::limits::LimitExceeded;

/// How the store was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OpenReport {
    /// Images that can be used.
    pub images: usize,
    /// What is wrong, by key: as much of it as the limit `storeProblems` allows.
    pub problems: Vec<Problem>,
    /// Whether an operation was committed that had not been finished; it is now.
    pub recovered: bool,
    /// What interrupted writes left behind and is gone now, by key.
    pub swept: Vec<String>,
}

/// What one pass over the contents found.
struct Contents {
    whole: Vec<(ImageId, Option<(String, ChainId)>)>,
    damaged: Vec<(ImageId, Problem)>,
    problems: Problems,
}

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    /// Opens a store, however damaged. What was committed and not finished is finished first, and what interrupted writes
    /// left behind is removed, where the backend can be written to.
    ///
    /// # Errors
    /// The backend cannot be listed or locked, or it holds more than the limit `storeKeys` allows.
    pub async fn open(backend: B, options: StoreOptions<L>) -> Result<(Self, OpenReport), Box<StoreError>> {
        let store = Self::empty(backend, options.layers, options.env, options.limits);
        let lock = match store.backend.lock().await {
            Err(BackendError::ReadOnly { .. }) => None,
            other => other?,
        };
        let mut report = OpenReport::default();
        let mut problems = Problems::new(&store.limits);
        let is_swept = store.recover(&mut report, &mut problems).await?;
        store.read_all(&mut problems).await?;
        // A backend may have seen on its way what there is to remove.
        if !is_swept && let Err(error) = store.sweep(&mut report).await {
            let read = std::mem::take(&mut *store.index());
            store.release_all(read).await;
            return Err(error);
        }
        report.problems = problems.finish();
        report.images = store.len();
        drop(lock);
        Ok((store, report))
    }

    /// Reads everything anew: what others changed is known after this, and what was changed only in memory (users that
    /// are not kept) stays. The problems are those that opening would report.
    ///
    /// # Errors
    /// The backend cannot be listed or locked; the store knows what it knew before.
    pub async fn reload(&self) -> Result<Vec<Problem>, Box<StoreError>> {
        let writer = self.reader().await?;
        let mut problems = Problems::new(&self.limits);
        self.read_all(&mut problems).await?;
        self.listeners.note([StoreChange::Reloaded]);
        writer.done();
        Ok(problems.finish())
    }

    async fn sweep(&self, report: &mut OpenReport) -> Result<(), Box<StoreError>> {
        match self.backend.sweep().await {
            Ok(swept) => report.swept.extend(swept),
            Err(error) if is_read_only(&error) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Makes what was committed and not yet made. Tells whether it has swept: what is removed makes room for that.
    async fn recover(
        &self,
        report: &mut OpenReport,
        problems: &mut Problems,
    ) -> Result<bool, Box<StoreError>> {
        let record = match self.backend.get(key::JOURNAL).await {
            Ok(Some(record)) => record,
            Ok(None) => {
                // Marks of a deletion that was not committed.
                match self.remove_marks().await {
                    Ok(marks) => report.swept = marks,
                    Err(error) if is_read_only(&error) => {}
                    Err(error) => return Err(error.into()),
                }
                return Ok(false);
            }
            Err(error) => {
                problems.push(Problem::from_reason(ProblemKind::JournalInvalid, key::JOURNAL, &error));
                return Ok(false);
            }
        };
        self.sweep(report).await?;
        let changes = journal::read(&record);
        let is_marked = changes.is_none() && self.is_marked(&record).await?;
        if changes.is_none() && !is_marked {
            let reason = "this is no record of changes, or a damaged one; nothing was done with it";
            problems.push(Problem::new(ProblemKind::JournalInvalid, key::JOURNAL, reason));
            return Ok(true);
        }
        let made = async {
            match changes {
                Some(changes) => {
                    self.make(&changes).await?;
                    self.backend.delete(key::JOURNAL).await
                }
                None => self.make_marked().await,
            }
        };
        match made.await {
            Ok(()) => report.recovered = true,
            // The storage is read only or full: what is there can be used, and the next change makes them first.
            Err(error) => {
                let reason =
                    format!("an operation is committed, and its changes cannot be made yet: {error}");
                problems.push(Problem::new(ProblemKind::JournalPending, key::JOURNAL, reason));
                self.pending.store(true, Ordering::Release);
            }
        }
        Ok(true)
    }

    /// Reads everything into a new index, and puts that in the place of the old one.
    ///
    /// # Errors
    /// The store knows what it knew before.
    pub(super) async fn read_all(&self, problems: &mut Problems) -> Result<(), Box<StoreError>> {
        let mut index = Index::default();
        if let Err(error) = self.read_into(&mut index, problems).await {
            self.release_all(index).await;
            return Err(error);
        }
        let former = {
            let mut current = self.index();
            index.users = std::mem::take(&mut current.users);
            index.users.retain(|id, _| index.images.contains_key(id) || index.damaged.contains_key(id));
            std::mem::replace(&mut *current, index)
        };
        self.release_all(former).await;
        Ok(())
    }

    async fn release_all(&self, index: Index<L::Layer>) {
        for known in index.images.into_values() {
            self.release(known.layer).await;
        }
    }

    async fn read_into(
        &self,
        index: &mut Index<L::Layer>,
        problems: &mut Problems,
    ) -> Result<(), Box<StoreError>> {
        let Contents { mut whole, damaged, problems: found } = self.read_contents().await?;
        problems.append(found);
        index.damaged.extend(damaged);
        whole.sort_unstable_by_key(|(id, _)| *id);
        index.ids = whole.iter().map(|(id, _)| id.digest()).collect();
        // In order each goes to the end of the table.
        for (id, layers) in whole {
            let layer = match &layers {
                Some((os, chain_id)) => self.layer(os, Some(chain_id)).await,
                None => Ok(None),
            };
            match layer {
                Ok(layer) => index.add(id, layer),
                Err(error) => {
                    index.ids.remove(&id.digest());
                    let kind = ProblemKind::of_layers(&error);
                    let problem = Problem::from_reason(kind, key::content(&id), &*error).of(id);
                    index.damaged.insert(id, problem.clone());
                    problems.push(problem);
                }
            }
        }
        self.read_parents(index, problems).await?;
        self.read_users(index, problems).await?;
        index.names = self.read_names(problems).await;
        dangling(index, problems);
        Ok(())
    }

    /// Reads and checks every configuration, on as many threads as the backend hands them over.
    async fn read_contents(&self) -> Result<Contents, Box<StoreError>> {
        let problems = Problems::new(&self.limits);
        let found = Mutex::new(Contents { whole: Vec::new(), damaged: Vec::new(), problems });
        let (limits, platform) = (&self.limits, self.env.platform());
        let limit = limits.store_keys as usize;
        // Everything but taking note is done without the lock, on as many threads as there are.
        let visit = |key: &str, bytes: Result<Vec<u8>, BackendError>| {
            let read = read_content(key, bytes, limits).map(|(id, config)| {
                let os = config.fields().os.as_str();
                let os = if os.is_empty() { &platform.os } else { os };
                let has_all = self.layers.get(os).is_some_and(LayerStore::has_all);
                let chain_id = if has_all { None } else { config.rootfs().chain_id() };
                (id, chain_id.map(|chain_id| (os.to_owned(), chain_id)))
            });
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            if found.whole.len() + found.damaged.len() > limit {
                return;
            }
            match read {
                Ok(image) => found.whole.push(image),
                Err(problem) => {
                    found.damaged.extend(problem.id.map(|id| (id, problem.clone())));
                    found.problems.push(problem);
                }
            }
        };
        self.backend.scan(key::CONTENT, &visit).await?;
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.check_keys(found.whole.len() + found.damaged.len())?;
        Ok(found)
    }

    pub(super) fn check_keys(&self, count: usize) -> Result<(), BackendError> {
        Ok(LimitExceeded::check("storeKeys", self.limits.store_keys.into(), count as u64)?)
    }

    pub(super) async fn read_parents(
        &self,
        index: &mut Index<L::Layer>,
        problems: &mut Problems,
    ) -> Result<(), Box<StoreError>> {
        let known = Present::new(index.images.keys().chain(index.damaged.keys()).copied().collect());
        let limit = self.limits.store_keys as usize;
        let found = Mutex::new((Vec::new(), Set::new(), Problems::new(&self.limits)));
        let visit = |key: &str, bytes: Result<Vec<u8>, BackendError>| {
            let read = read_parent(key, bytes, &known);
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            let (parents, orphans, problems) = &mut *found;
            match read {
                _ if parents.len() + orphans.len() > limit => {}
                Ok(Metadata::Parent(record)) => parents.push(record),
                Ok(Metadata::Orphan(id)) => {
                    orphans.insert(id);
                }
                Ok(Metadata::Other) => {}
                Err(problem) => problems.push(problem),
            }
        };
        self.backend.scan(key::METADATA, &visit).await?;
        let (parents, orphans, found) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.check_keys(parents.len() + orphans.len())?;
        problems.append(found);
        problems.extend(orphans.into_iter().map(|id| {
            let reason = format!("metadata of {id}, which is not there");
            Problem::new(ProblemKind::MetadataOrphan, key::metadata_of(&id), reason).of(id)
        }));
        link_all(index, &known, parents, problems);
        Ok(())
    }

    pub(super) async fn read_users(
        &self,
        index: &Index<L::Layer>,
        problems: &mut Problems,
    ) -> Result<(), Box<StoreError>> {
        let keys = self.backend.list(key::USERS).await?;
        self.check_keys(keys.len())?;
        for key in keys {
            let Some(id) = key::users_id(&key) else {
                problems.push(Problem::new(
                    ProblemKind::Foreign,
                    key,
                    "this is no record of an image's users",
                ));
                continue;
            };
            if !index.images.contains_key(&id) && !index.damaged.contains_key(&id) {
                let reason = format!("users of {id}, which is not there");
                problems.push(Problem::new(ProblemKind::UsersOrphan, key, reason).of(id));
                continue;
            }
            let reason = match self.backend.get(&key).await {
                Ok(None) => continue,
                Ok(Some(bytes)) => match leases::read(&bytes, &self.limits) {
                    Ok(_) => continue,
                    Err(reason) => reason,
                },
                Err(error) => error.to_string(),
            };
            problems.push(Problem::new(ProblemKind::UsersInvalid, key, reason).of(id));
        }
        Ok(())
    }

    /// Reads the names; an older file only where there is no current one.
    pub(super) async fn read_names(&self, problems: &mut Problems) -> NamesRead {
        let (names_key, raw) = match self.names_file().await {
            Ok(Some(file)) => file,
            Ok(None) => return NamesRead::default(),
            Err(error) => {
                problems.push(Problem::from_reason(ProblemKind::NamesUnreadable, key::NAMES, &error));
                return NamesRead::default();
            }
        };
        let (names, wrong) = NamesRead::of(&names_key, raw, &self.limits);
        match wrong {
            Ok(wrong) => {
                problems.extend(wrong.iter().map(|entry| {
                    Problem::new(ProblemKind::NameInvalid, names_key.as_str(), entry.to_string())
                }))
            }
            Err(error) => {
                problems.push(Problem::from_reason(ProblemKind::NamesUnreadable, names_key, &error));
            }
        }
        names
    }

    /// The file of names with its key.
    pub(super) async fn names_file(&self) -> Result<Option<(String, Vec<u8>)>, BackendError> {
        if let Some(raw) = self.backend.get(key::NAMES).await? {
            return Ok(Some((key::NAMES.to_owned(), raw)));
        }
        // Before Docker 1.10 there was one file for each storage driver, beside the folder of the graph.
        for older in self.backend.list(key::OLDER_NAMES).await? {
            if let Some(raw) = self.backend.get(&older).await? {
                return Ok(Some((older, raw)));
            }
        }
        Ok(None)
    }

    /// A reference to the layers of an image.
    pub(super) async fn layer(
        &self,
        os: &str,
        chain_id: Option<&ChainId>,
    ) -> Result<Option<(String, L::Layer)>, Box<StoreError>> {
        let Some(chain_id) = chain_id else { return Ok(None) };
        let layers = self.layers.get(os).ok_or_else(|| StoreError::Os { os: os.to_owned() })?;
        if layers.has_all() {
            return Ok(None);
        }
        match layers.get(chain_id).await? {
            Some(layer) => Ok(Some((os.to_owned(), layer))),
            None => Err(StoreError::LayerMissing { chain_id: chain_id.clone() }.into()),
        }
    }

    /// The operating system of an image, or the platform's where it names none.
    pub(super) fn os_of<'a>(&'a self, config: &'a ImageConfig) -> &'a str {
        let os = config.fields().os.as_str();
        if os.is_empty() { &self.env.platform().os } else { os }
    }
}

/// Whether a call failed because nothing can be written.
const fn is_read_only(error: &BackendError) -> bool {
    matches!(error, BackendError::ReadOnly { .. } | BackendError::Unsupported { .. })
}

/// Checks what is kept as a configuration.
pub(super) fn read_content(
    key: &str,
    bytes: Result<Vec<u8>, BackendError>,
    limits: &crate::limits::Limits,
) -> Result<(ImageId, ImageConfig), Problem> {
    let Some(id) = key::content_id(key) else {
        return Err(Problem::new(ProblemKind::Foreign, key, "this is not the name of a configuration"));
    };
    let bytes =
        bytes.map_err(|error| Problem::from_reason(ProblemKind::ContentUnreadable, key, &error).of(id))?;
    let found = ImageId::of(&bytes);
    if found != id {
        let reason = format!("its {} bytes have the digest {found}", bytes.len());
        return Err(Problem::new(ProblemKind::ContentCorrupt, key, reason).of(id));
    }
    ImageConfig::parse(bytes, limits)
        .map(|config| (id, config))
        .map_err(|error: ConfigError| Problem::from_reason(ProblemKind::ContentInvalid, key, &error).of(id))
}

/// Names of images that are not there.
pub(super) fn dangling<T>(index: &Index<T>, problems: &mut Problems) {
    for (reference, id) in index.names.names.iter() {
        if !index.images.contains_key(&id) && !index.damaged.contains_key(&id) {
            let reason = format!("{reference} is a name of {id}, which is not there");
            problems.push(Problem::new(ProblemKind::NameDangling, key::NAMES, reason).of(id));
        }
    }
}
