//! Names of a graph's images.

mod error;
mod file;

use std::collections::{BTreeMap, BTreeSet};

use super::contents::LayerContents;
use super::id::shown;
use super::{Graph, GraphError, GraphImage};
use crate::reference::Reference;
use crate::store::Backend;

pub use error::TagsError;
pub use file::TagForm;

use file::{File, whole};

/// The tag of a name that has none.
pub const DEFAULT_TAG: &str = "latest";
/// How the files of names begin.
const KEY: &str = "repositories-";
/// Digits of an id that stand for it where it has no name.
const SHORT: usize = 12;

/// Splits a text at its last colon, unless a slash follows it: repository and tag (Docker, `utils.ParseRepositoryTag`). It
/// takes every text; [`TagStore`] asks the grammar of references first.
///
/// ```
/// use layerglass::graph::split_repository_tag;
/// assert_eq!(split_repository_tag("url:5000/repo:tag"), ("url:5000/repo", "tag"));
/// assert_eq!(split_repository_tag("url:5000/repo"), ("url:5000/repo", ""));
/// ```
pub fn split_repository_tag(text: &str) -> (&str, &str) {
    match text.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (text, ""),
    }
}

/// Names of a graph's images, kept in one record.
///
/// The record is read anew for each call and written at once, so that it is the old one or the new one. What stands in it
/// that is no name by today's grammar stays, is listed and found, and can be deleted.
///
/// ```
/// # use layerglass::env::{Env, UnixTime};
/// # use layerglass::graph::{Graph, GraphOptions, ImageJson, RecordContents};
/// # use layerglass::image::Platform;
/// # use layerglass::store::MemoryBackend;
/// use layerglass::graph::{TagForm, TagStore};
/// # layerglass::fs::block_on(async {
/// # let env = Env::new(UnixTime::default, Platform::new("linux", "amd64")).with_random(|bytes| bytes.fill(0xab));
/// # let backend = MemoryBackend::new();
/// # let contents = RecordContents::new(backend.clone());
/// # let (graph, _) = Graph::open(backend.clone(), contents, GraphOptions::new(env)).await?;
/// # graph.register("d1592a710ac3", ImageJson::Raw(br#"{"id":"d1592a710ac3"}"#.to_vec()), None::<&[u8]>).await?;
/// let tags = TagStore::open(&graph).await?;
/// tags.set("busybox", "", "d159", false).await?;
/// assert_eq!(tags.lookup("busybox:latest").await?.id, "d1592a710ac3");
/// assert_eq!(
///     backend.records()["repositories-records"],
///     br#"{"Repositories":{"busybox":{"latest":"d1592a710ac3"}}}"#
/// );
/// # Ok::<(), layerglass::graph::GraphError>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct TagStore<'g, B, C> {
    graph: &'g Graph<B, C>,
    key: String,
    form: TagForm,
}

/// The name of a repository as the file has it: without `docker.io/library/`.
fn repository_key(name: &str) -> Result<String, TagsError> {
    let parsed = Reference::parse_normalized(name)
        .map_err(|error| TagsError::Repository { name: shown(name), error })?;
    if !parsed.is_name_only() {
        return Err(TagsError::NotARepository { name: shown(name) });
    }
    Ok(parsed.familiar_name().to_owned())
}

/// A tag, or a digest, as the file has it.
fn tag_key(repository: &str, tag: &str) -> Result<String, TagsError> {
    let tag = if tag.is_empty() { DEFAULT_TAG } else { tag };
    let fault = || TagsError::Tag { tag: shown(tag) };
    let name = Reference::parse_normalized(repository).map_err(|_| fault())?;
    let with = if tag.contains(':') { name.with_digest(tag) } else { name.with_tag(tag) };
    with.map(|_| tag.to_owned()).map_err(|_| fault())
}

impl<'g, B: Backend, C: LayerContents> TagStore<'g, B, C> {
    /// The names in `repositories-<driver>`, in the older form. There need be none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn open(graph: &'g Graph<B, C>) -> Result<Self, GraphError> {
        let key = format!("{KEY}{}", graph.driver());
        Self::open_at(graph, &key, TagForm::Legacy).await
    }

    /// The names under another key and in a form of one's choice, in which they are written. Both forms are read.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn open_at(graph: &'g Graph<B, C>, key: &str, form: TagForm) -> Result<Self, GraphError> {
        let store = Self { graph, key: key.to_owned(), form };
        store.file().await?;
        Ok(store)
    }

    /// The key of the file.
    pub fn key(&self) -> &str {
        &self.key
    }

    async fn file(&self) -> Result<File, GraphError> {
        match self.graph.shop.backend.get(&self.key).await? {
            None => Ok(File::default()),
            Some(bytes) => Ok(File::read(&bytes, &self.graph.shop.limits)?),
        }
    }

    /// Changes the file under the lock. Nothing is written where the change fails or leaves all as it is.
    async fn change<T>(
        &self,
        change: impl FnOnce(&mut File) -> Result<T, TagsError>,
    ) -> Result<T, GraphError> {
        let held = self.graph.shop.writer().await?;
        let before = self.file().await?;
        let mut file = before.clone();
        let result = change(&mut file)?;
        if file != before {
            file.check(&self.graph.shop.limits)?;
            let bytes = file.write(self.form, &self.graph.shop.limits)?;
            self.graph.shop.backend.put(&self.key, &bytes).await?;
        }
        drop(held);
        Ok(result)
    }

    /// Every repository with its tags and their ids.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn repositories(&self) -> Result<BTreeMap<String, BTreeMap<String, String>>, GraphError> {
        let file = self.file().await?;
        Ok(file.repositories.into_iter().map(|(name, tags)| (name, tags.unwrap_or_default())).collect())
    }

    /// Gives an image, by its name or id, a tag; `latest` for an empty one. A tag of another image is moved only with `force`.
    /// Gives the id of the image.
    ///
    /// # Errors
    /// There is no such image, the name or the tag is none, the tag is that of another image, or the storage failed.
    pub async fn set(
        &self,
        repository: &str,
        tag: &str,
        image: &str,
        force: bool,
    ) -> Result<String, GraphError> {
        let repository = repository_key(repository)?;
        let tag = tag_key(&repository, tag)?;
        let id = self.lookup(image).await?.id;
        self.change(|file| {
            let tags = file.repositories.entry(repository.clone()).or_default().get_or_insert_default();
            match tags.get(&tag) {
                Some(held) if *held != id && !force => {
                    return Err(TagsError::Conflict { name: whole(&repository, &tag), held: held.clone() });
                }
                _ => tags.insert(tag, id.clone()),
            };
            Ok(())
        })
        .await?;
        Ok(id)
    }

    /// The tags of a repository with their ids; nothing when there is no such repository.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn get(&self, repository: &str) -> Result<Option<BTreeMap<String, String>>, GraphError> {
        let mut file = self.file().await?;
        let known = found(&file, repository);
        Ok(known.and_then(|name| file.repositories.remove(&name)).map(Option::unwrap_or_default))
    }

    /// The image of a repository that has a tag or, where none has it, an id that begins so. Nothing when there is none.
    ///
    /// # Errors
    /// Several ids of the repository begin so, the image is damaged or gone, or the storage failed.
    pub async fn get_image(
        &self,
        repository: &str,
        tag_or_id: &str,
    ) -> Result<Option<GraphImage>, GraphError> {
        match pick(&self.file().await?, repository, tag_or_id)? {
            Some(id) => self.graph.get(&id).await.map(Some),
            None => Ok(None),
        }
    }

    /// The image that a text stands for: first a name, with `latest` for an absent tag, then `repository:id`, then an id.
    ///
    /// # Errors
    /// There is none, several ids begin so, it is damaged, or the storage failed.
    pub async fn lookup(&self, name: &str) -> Result<GraphImage, GraphError> {
        let file = self.file().await?;
        let (repository, tag) = match name.split_once('@') {
            Some(parts) => parts,
            None => split_repository_tag(name),
        };
        let tag = if tag.is_empty() { DEFAULT_TAG } else { tag };
        match pick(&file, repository, tag)? {
            Some(id) => self.graph.get(&id).await,
            None => self.graph.get(name).await,
        }
    }

    /// By id: its names, sorted.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn by_id(&self) -> Result<BTreeMap<String, Vec<String>>, GraphError> {
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (repository, tags) in self.file().await?.repositories {
            for (tag, id) in tags.unwrap_or_default() {
                names.entry(id).or_default().insert(whole(&repository, &tag));
            }
        }
        Ok(names.into_iter().map(|(id, names)| (id, names.into_iter().collect())).collect())
    }

    /// What to call an image: the first of its names, else the first twelve characters of its id.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn image_name(&self, id: &str) -> Result<String, GraphError> {
        let first = self.by_id().await?.remove(id).and_then(|names| names.into_iter().next());
        Ok(first.unwrap_or_else(|| id.chars().take(SHORT).collect()))
    }

    /// Deletes a tag, or all of a repository for an empty one. A repository goes with the last of its tags.
    ///
    /// # Errors
    /// There is no such name, or the storage failed.
    pub async fn delete(&self, repository: &str, tag: &str) -> Result<(), GraphError> {
        self.change(|file| {
            let fault = || TagsError::NotFound { name: shown(&whole(repository, tag)) };
            let name =
                found(file, repository).ok_or_else(|| TagsError::NotFound { name: shown(repository) })?;
            let tags = file.repositories.entry(name.clone()).or_default();
            let is_last = match tags {
                Some(tags) if !tag.is_empty() => {
                    tags.remove(tag).ok_or_else(fault)?;
                    tags.is_empty()
                }
                None if !tag.is_empty() => return Err(fault()),
                _ => true,
            };
            if is_last {
                file.repositories.remove(&name);
            }
            Ok(())
        })
        .await
    }

    /// Deletes all names of an image, and gives them, sorted. An image without names is no error.
    ///
    /// # Errors
    /// The storage failed.
    pub async fn delete_all(&self, id: &str) -> Result<Vec<String>, GraphError> {
        self.change(|file| {
            let mut gone = BTreeSet::new();
            file.repositories.retain(|repository, tags| {
                let Some(tags) = tags else { return true };
                let before = tags.len();
                tags.retain(|tag, held| {
                    let goes = held == id;
                    if goes {
                        gone.insert(whole(repository, tag));
                    }
                    !goes
                });
                before == tags.len() || !tags.is_empty()
            });
            Ok(gone.into_iter().collect())
        })
        .await
    }
}

/// The key under which a repository stands: as it was given, or in the form that Docker shows.
fn found(file: &File, repository: &str) -> Option<String> {
    if file.repositories.contains_key(repository) {
        return Some(repository.to_owned());
    }
    repository_key(repository).ok().filter(|key| file.repositories.contains_key(key))
}

/// The id that a tag, or the beginning of an id, stands for in a repository.
fn pick(file: &File, repository: &str, tag_or_id: &str) -> Result<Option<String>, TagsError> {
    let tags = found(file, repository).and_then(|key| file.repositories.get(&key)).and_then(Option::as_ref);
    let Some(tags) = tags else { return Ok(None) };
    if let Some(id) = tags.get(tag_or_id) {
        return Ok(Some(id.clone()));
    }
    if tag_or_id.is_empty() {
        return Ok(None);
    }
    let ids: BTreeSet<&String> = tags.values().filter(|id| id.starts_with(tag_or_id)).collect();
    if ids.iter().any(|id| *id == tag_or_id) {
        return Ok(Some(tag_or_id.to_owned()));
    }
    match ids.into_iter().collect::<Vec<_>>().as_slice() {
        [] => Ok(None),
        [id] => Ok(Some((*id).clone())),
        several => Err(TagsError::Ambiguous {
            name: shown(&format!("{repository}:{tag_or_id}")),
            candidates: several.iter().map(|id| (*id).clone()).collect(),
        }),
    }
}
