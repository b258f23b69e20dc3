//! All names that one image has in one place, as singularity keeps them.

mod error;
mod name;

use std::collections::BTreeMap;
use std::fmt;

pub use error::ImageNamesError;
use name::Name;

use super::DEFAULT_DOMAIN;
use super::source::LOCAL_FILE;
use crate::json::{self, Escapes, ObjectWriter, decode_struct, put};
use crate::limits::Limits;

/// The library of SIF images that names without a domain mean.
const LIBRARY_DOMAIN: &str = "cloud.sylabs.io";

/// Where the names of an image are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameSource {
    /// In registries: `docker.io`. Names of other registries begin with their domain.
    Docker,
    /// In the library `cloud.sylabs.io`.
    Library,
    /// SIF files, referenced in place: `local.file`.
    LocalFile,
}

impl NameSource {
    /// The text that stands for it in JSON.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Docker => DEFAULT_DOMAIN,
            Self::Library => LIBRARY_DOMAIN,
            Self::LocalFile => LOCAL_FILE,
        }
    }

    /// The source that a text stands for.
    pub fn from_uri(uri: &str) -> Option<Self> {
        [Self::Docker, Self::Library, Self::LocalFile].into_iter().find(|source| source.uri() == uri)
    }
}

/// Names in order; a map, because those of configurations are.
type Set = BTreeMap<String, ()>;

/// Tags and digests of one image, all of one source. They are sets, kept sorted.
///
/// This is the reference object of singularity-cri; what is wrong there is right here: ports are no tags, a colon in a
/// local path stays, `cloud.sylabs.iox` is a registry like any other, and names are checked.
///
/// ```
/// use layerglass::limits::Limits;
/// use layerglass::reference::ImageNames;
/// let mut names = ImageNames::parse("docker.io/busybox").unwrap();
/// names.add_tags(["busybox:1.28"]).unwrap();
/// assert_eq!(names.to_string(), "docker.io/busybox:1.28");
/// assert_eq!(
///     names.to_json(),
///     r#"{"uri":"docker.io","tags":["busybox:1.28","busybox:latest"],"digests":null}"#
/// );
/// assert_eq!(ImageNames::from_json(names.to_json().as_bytes(), &Limits::default()), Ok(names));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageNames {
    source: Option<NameSource>,
    /// `None` where JSON has `null`: no tag was ever there.
    tags: Option<Set>,
    digests: Option<Set>,
}

impl ImageNames {
    /// No names, for those of one source.
    pub fn new(source: NameSource) -> Self {
        Self { source: Some(source), tags: None, digests: None }
    }

    /// One name, as orchestrators give it: `local.file/path`, `cloud.sylabs.io/name` or `library://name`, else a name
    /// in a registry, with or without `docker.io/`.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(text: &str) -> Result<Self, ImageNamesError> {
        let name = Name::parse(text)?;
        let mut names = Self::new(name.source);
        let list = if name.is_digest { &mut names.digests } else { &mut names.tags };
        extend(list, vec![name.text]);
        Ok(names)
    }

    /// The form in which a name is kept: without `docker.io/`, with `:latest` where there is neither tag nor digest,
    /// a local path without the `:latest` that orchestrators put to it. To normalise that again changes nothing.
    ///
    /// # Errors
    /// Why it is no name.
    pub fn normalize(text: &str) -> Result<String, ImageNamesError> {
        Name::parse(text).map(|name| name.text)
    }

    /// Where the names are; `None` when nothing ever said so.
    pub const fn source(&self) -> Option<NameSource> {
        self.source
    }

    /// The source as JSON has it, empty where there is none.
    pub const fn uri(&self) -> &'static str {
        match self.source {
            Some(source) => source.uri(),
            None => "",
        }
    }

    /// The tags, sorted.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().flatten().map(|(tag, ())| tag.as_str())
    }

    /// The digests, sorted.
    pub fn digests(&self) -> impl Iterator<Item = &str> {
        self.digests.iter().flatten().map(|(digest, ())| digest.as_str())
    }

    /// Whether there is neither tag nor digest.
    pub fn is_empty(&self) -> bool {
        self.tags().chain(self.digests()).next().is_none()
    }

    /// The name to show: the first tag, else the first digest, with the domain. `None` when there is no name.
    pub fn first(&self) -> Option<String> {
        let name = self.tags().chain(self.digests()).next()?;
        Some(match self.source {
            Some(NameSource::Docker) => format!("{DEFAULT_DOMAIN}/{name}"),
            _ => name.to_owned(),
        })
    }

    /// Adds tags that are not there yet. When one is refused, none is added.
    ///
    /// # Errors
    /// Why a name is refused: it is none, of another source, or a digest.
    pub fn add_tags<T: AsRef<str>>(
        &mut self,
        tags: impl IntoIterator<Item = T>,
    ) -> Result<(), ImageNamesError> {
        let (source, tags) = self.checked(tags, false)?;
        self.source = source;
        extend(&mut self.tags, tags);
        Ok(())
    }

    /// Adds digests that are not there yet. When one is refused, none is added.
    ///
    /// # Errors
    /// Why a name is refused: it is none, of another source, or a tag.
    pub fn add_digests<T: AsRef<str>>(
        &mut self,
        digests: impl IntoIterator<Item = T>,
    ) -> Result<(), ImageNamesError> {
        let (source, digests) = self.checked(digests, true)?;
        self.source = source;
        extend(&mut self.digests, digests);
        Ok(())
    }

    /// Adds all names of another object, as they stand there.
    ///
    /// # Errors
    /// They are of another source; none is added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), ImageNamesError> {
        if let (Some(expected), Some(found)) = (self.source, other.source)
            && expected != found
        {
            return Err(ImageNamesError::OtherSource { expected, found });
        }
        self.source = self.source.or(other.source);
        for (names, others) in [(&mut self.tags, &other.tags), (&mut self.digests, &other.digests)] {
            if let Some(others) = others {
                names.get_or_insert_default().extend(others.clone());
            }
        }
        Ok(())
    }

    /// Takes a tag out, given as it stands there or in any form that normalises to it; false when it was not there.
    pub fn remove_tag(&mut self, tag: &str) -> bool {
        self.tags.as_mut().is_some_and(|tags| remove(tags, tag))
    }

    /// Takes a digest out, as [`Self::remove_tag`] does with a tag.
    pub fn remove_digest(&mut self, digest: &str) -> bool {
        self.digests.as_mut().is_some_and(|digests| remove(digests, digest))
    }

    /// The JSON of singularity-cri: `uri`, `tags`, `digests` in this order, with its escapes. A list that was never
    /// there is `null`.
    pub fn to_json(&self) -> String {
        let mut object = ObjectWriter::new(Escapes::Older);
        object.string("uri", self.uri());
        for (key, names) in [("tags", &self.tags), ("digests", &self.digests)] {
            let names = names.as_ref().map(|names| names.keys().cloned().collect::<Vec<_>>());
            object.strings(key, names.as_deref());
        }
        String::from_utf8_lossy(&object.finish()).into_owned()
    }

    /// Reads that JSON. The names are taken as they stand there, since singularity-cri checks none; `null` for the whole
    /// or for a list, and missing keys, are nothing.
    ///
    /// # Errors
    /// The bytes are no JSON, a value has the wrong type, or `uri` names no source. Whoever reads into names that are
    /// there keeps them then.
    pub fn from_json(bytes: &[u8], limits: &Limits) -> Result<Self, ImageNamesError> {
        let mut document = Document::default();
        json::decode(bytes, &mut document, limits)??;
        let source = match document.uri.as_str() {
            "" => None,
            uri => Some(
                NameSource::from_uri(uri)
                    .ok_or_else(|| ImageNamesError::UnknownSource { uri: uri.chars().take(100).collect() })?,
            ),
        };
        let set = |list: Option<Vec<String>>| {
            let mut set = None;
            if let Some(list) = list {
                extend(&mut set, list);
            }
            set
        };
        Ok(Self { source, tags: set(document.tags), digests: set(document.digests) })
    }

    /// The source that all of those have, and their texts.
    fn checked<T: AsRef<str>>(
        &self,
        texts: impl IntoIterator<Item = T>,
        digests: bool,
    ) -> Result<(Option<NameSource>, Vec<String>), ImageNamesError> {
        let mut source = self.source;
        let mut names = Vec::new();
        for text in texts {
            let name = Name::parse(text.as_ref())?;
            let expected = *source.get_or_insert(name.source);
            if expected != name.source {
                return Err(ImageNamesError::OtherSource { expected, found: name.source });
            }
            if name.is_digest != digests {
                return Err(ImageNamesError::OtherKind {
                    expected: if digests { "digest" } else { "tag" },
                    name: name.text.chars().take(300).collect(),
                });
            }
            names.push(name.text);
        }
        Ok((source, names))
    }
}

fn extend(set: &mut Option<Set>, names: Vec<String>) {
    let set = set.get_or_insert_default();
    for name in names {
        put(set, name, ());
    }
}

fn remove(names: &mut Set, text: &str) -> bool {
    let mut remove = |text: &str| names.remove(text).is_some();
    remove(text) || ImageNames::normalize(text).is_ok_and(|text| remove(&text))
}

/// The name to show, as [`ImageNames::first`] has it; the source alone when there is none.
impl fmt::Display for ImageNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.first().as_deref().unwrap_or(self.uri()))
    }
}

impl serde::Serialize for ImageNames {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut object = serializer.serialize_struct("ImageNames", 3)?;
        object.serialize_field("uri", self.uri())?;
        for (key, names) in [("tags", &self.tags), ("digests", &self.digests)] {
            object.serialize_field(key, &names.as_ref().map(|names| names.keys().collect::<Vec<_>>()))?;
        }
        object.end()
    }
}

/// What the JSON holds.
#[derive(Default)]
struct Document {
    uri: String,
    tags: Option<Vec<String>>,
    digests: Option<Vec<String>>,
}

decode_struct!(Document { "uri" => uri, "tags" => tags, "digests" => digests });
