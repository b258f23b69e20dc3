//! Where an image is, when it is not only a name: `transport:rest`, as skopeo, podman and singularity write it.
//!
//! ```text
//! docker://name                        a registry
//! docker-daemon:name | algorithm:hex   the store of a Docker daemon
//! docker-archive:path[:name | :@index] a file of `docker save`
//! oci:path[:name | :@index]            an OCI layout in a folder
//! oci-archive:path[:name | :@index]    an OCI layout in a tar
//! dir:path                             a folder of skopeo
//! oras://name                          an artifact in a registry
//! library://[domain/]path[:tag]        a library of SIF images
//! local.file/path                      a SIF file
//! ```

use std::fmt;

use super::{Kind, LibraryName, Reference, ReferenceError};
use crate::digest::{Digest, DigestError};
use crate::error::{ErrorKind, Reason};

/// What stands before the path of a SIF file.
pub(super) const LOCAL_FILE: &str = "local.file";
/// What podman and skopeo write for a digest that is not known yet.
const UNKNOWN_DIGEST: &str = "@@unknown-digest@@";

/// Which image of an archive or layout.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selection {
    /// The only one there is.
    Only,
    /// The one of that name.
    Name(String),
    /// The one at that place, counted from 0.
    Index(u32),
}

/// Where an image is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// In a registry.
    Registry(Reference),
    /// In a registry, with a digest that is not known yet.
    RegistryUnknownDigest(Reference),
    /// In a Docker daemon, by name.
    Daemon(Reference),
    /// In a Docker daemon, by id.
    DaemonId(Digest),
    /// In a file of `docker save`. A name is complete and has a tag.
    DockerArchive {
        /// The file.
        path: String,
        /// Which image of it.
        image: Selection,
    },
    /// In an OCI layout.
    OciLayout {
        /// The folder.
        path: String,
        /// Which image of it; its name need not be a reference.
        image: Selection,
    },
    /// In a tar with an OCI layout.
    OciArchive {
        /// The file.
        path: String,
        /// Which image of it; its name need not be a reference.
        image: Selection,
    },
    /// In a folder of skopeo.
    Dir {
        /// The folder.
        path: String,
    },
    /// An artifact in a registry.
    Oras(Reference),
    /// A SIF file in a library.
    Library(LibraryName),
    /// A SIF file, referenced in place.
    LocalFile {
        /// The file, absolute.
        path: String,
    },
}

/// Why a text names no source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// No transport before the first colon, or none that is known.
    #[error("`{transport}` is no known kind of source")]
    Transport {
        /// What stands there, cut after 100 characters.
        transport: String,
    },
    /// `//` does not follow the transport.
    #[error("`{transport}:` has to be followed by //")]
    Slashes {
        /// The transport.
        transport: &'static str,
        /// Where they are missing.
        offset: usize,
    },
    /// There is no path.
    #[error("the path is empty")]
    NoPath {
        /// Where it should be.
        offset: usize,
    },
    /// A local file has to be given by its absolute path.
    #[error("the path of a local file has to be absolute")]
    RelativePath {
        /// Where it starts.
        offset: usize,
    },
    /// What follows `@` is no number.
    #[error("`@{index}` is no place in a list")]
    Index {
        /// What stands there, cut after 100 characters.
        index: String,
        /// Where it starts.
        offset: usize,
    },
    /// The name is no reference.
    #[error("{error} (name at byte {offset})")]
    Reference {
        /// What is wrong with it.
        error: ReferenceError,
        /// Where the name starts.
        offset: usize,
    },
    /// The id is no digest.
    #[error("{error} (id at byte {offset})")]
    Id {
        /// What is wrong with it.
        error: DigestError,
        /// Where the id starts.
        offset: usize,
    },
    /// A tag and a digest together could contradict each other; this transport takes one of them.
    #[error("a name with both a tag and a digest is not supported here")]
    TagAndDigest {
        /// Where the name starts.
        offset: usize,
    },
    /// The images of an archive have no digests to be asked for.
    #[error("an archive is not asked for by digest")]
    DigestInArchive {
        /// Where the name starts.
        offset: usize,
    },
    /// A daemon is asked for a name with its tag or digest.
    #[error("a name in a daemon needs a tag or a digest")]
    NameOnly {
        /// Where the name ends.
        offset: usize,
    },
    /// What is followed by an unknown digest has neither tag nor digest.
    #[error("a name with an unknown digest has neither tag nor digest")]
    UnknownDigest {
        /// Where the name starts.
        offset: usize,
    },
}

impl Reason for SourceError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Transport { .. } => ErrorKind::Unsupported,
            Self::Reference { error, .. } => error.kind(),
            Self::Id { error, .. } => error.kind(),
            _ => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Transport { .. } => "source-transport",
            Self::Slashes { .. } => "source-slashes",
            Self::NoPath { .. } => "source-no-path",
            Self::RelativePath { .. } => "source-relative-path",
            Self::Index { .. } => "source-index",
            Self::Reference { error, .. } => error.code(),
            Self::Id { error, .. } => error.code(),
            Self::TagAndDigest { .. } => "source-tag-and-digest",
            Self::DigestInArchive { .. } => "source-digest-in-archive",
            Self::NameOnly { .. } => "source-name-only",
            Self::UnknownDigest { .. } => "source-unknown-digest",
        }
    }

    fn offset(&self) -> Option<u64> {
        let (offset, within) = match self {
            Self::Transport { .. } => (0, 0),
            Self::Reference { error, offset } => (*offset, error.offset().unwrap_or_default()),
            Self::Id { error, offset } => (*offset, error.offset().unwrap_or_default()),
            Self::Slashes { offset, .. }
            | Self::NoPath { offset }
            | Self::RelativePath { offset }
            | Self::Index { offset, .. }
            | Self::TagAndDigest { offset }
            | Self::DigestInArchive { offset }
            | Self::NameOnly { offset }
            | Self::UnknownDigest { offset } => (*offset, 0),
        };
        Some(offset as u64 + within)
    }
}

impl Source {
    /// Reads a source.
    ///
    /// # Errors
    /// Why it is none.
    ///
    /// ```
    /// use layerglass::reference::{Selection, Source};
    /// let source = Source::parse("docker-archive:/tmp/images.tar:redis").unwrap();
    /// let image = Selection::Name("docker.io/library/redis:latest".to_owned());
    /// assert_eq!(source, Source::DockerArchive { path: "/tmp/images.tar".to_owned(), image });
    /// ```
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        if let Some(path) = text.strip_prefix(LOCAL_FILE) {
            return local_file(path);
        }
        let (transport, rest) = text.split_once(':').unwrap_or((text, ""));
        let offset = text.len() - rest.len();
        match transport {
            "docker" => registry(slashes("docker", rest, offset)?, offset + 2),
            "docker-daemon" => daemon(rest, offset),
            "docker-archive" => {
                let (path, image) = split_path(rest, offset)?;
                let image = archive_image(image, text.len() - image.map_or(0, str::len))?;
                Ok(Self::DockerArchive { path: path.to_owned(), image })
            }
            "oci" | "oci-archive" => {
                let (path, image) = split_path(rest, offset)?;
                let image = selection(image, text.len() - image.map_or(0, str::len))?;
                let path = path.to_owned();
                Ok(if transport == "oci" {
                    Self::OciLayout { path, image }
                } else {
                    Self::OciArchive { path, image }
                })
            }
            "dir" if rest.is_empty() => Err(SourceError::NoPath { offset }),
            "dir" => Ok(Self::Dir { path: rest.to_owned() }),
            "oras" => Ok(Self::Oras(named(slashes("oras", rest, offset)?, offset + 2)?.with_default_tag())),
            "library" => {
                let offset = offset + 2;
                match slashes("library", rest, offset - 2)? {
                    "" => Err(SourceError::NoPath { offset }),
                    name => LibraryName::parse(name)
                        .map(Self::Library)
                        .map_err(|error| SourceError::Reference { error, offset }),
                }
            }
            _ => Err(SourceError::Transport { transport: transport.chars().take(100).collect() }),
        }
    }
}

fn slashes<'t>(transport: &'static str, rest: &'t str, offset: usize) -> Result<&'t str, SourceError> {
    rest.strip_prefix("//").ok_or(SourceError::Slashes { transport, offset })
}

fn named(text: &str, offset: usize) -> Result<Reference, SourceError> {
    Reference::parse_normalized(text).map_err(|error| SourceError::Reference { error, offset })
}

fn registry(rest: &str, offset: usize) -> Result<Source, SourceError> {
    if let Some(name) = rest.strip_suffix(UNKNOWN_DIGEST) {
        let name = named(name, offset)?;
        return if name.is_name_only() {
            Ok(Source::RegistryUnknownDigest(name))
        } else {
            Err(SourceError::UnknownDigest { offset })
        };
    }
    let name = named(rest, offset)?;
    match name.kind() {
        Kind::Reference => Err(SourceError::TagAndDigest { offset }),
        _ => Ok(Source::Registry(name.with_default_tag())),
    }
}

fn daemon(rest: &str, offset: usize) -> Result<Source, SourceError> {
    // What names a known algorithm is an id; a name like that could not be told from one.
    if let Some((algorithm, _)) = rest.split_once(':')
        && crate::digest::Algorithm::from_name(algorithm).is_some()
    {
        let id = Digest::parse(rest).map_err(|error| SourceError::Id { error, offset })?;
        return if id.algorithm() == crate::digest::Algorithm::Sha256 {
            Ok(Source::DaemonId(id))
        } else {
            let algorithm = id.algorithm().name().to_owned();
            Err(SourceError::Id { error: DigestError::Unsupported { algorithm }, offset })
        };
    }
    let name = named(rest, offset)?;
    match name.kind() {
        Kind::Repository => Err(SourceError::NameOnly { offset: offset + rest.len() }),
        Kind::Reference => Err(SourceError::TagAndDigest { offset }),
        _ => Ok(Source::Daemon(name)),
    }
}

fn local_file(path: &str) -> Result<Source, SourceError> {
    let offset = LOCAL_FILE.len();
    match path {
        "" => Err(SourceError::NoPath { offset }),
        path if path.starts_with('/') => Ok(Source::LocalFile { path: path.to_owned() }),
        _ => Err(SourceError::RelativePath { offset }),
    }
}

/// A path, and what follows it after a colon. A letter with a colon and a backslash at the start is a drive of Windows.
fn split_path(rest: &str, offset: usize) -> Result<(&str, Option<&str>), SourceError> {
    let drive = matches!(rest.as_bytes(), [letter, b':', b'\\', ..] if letter.is_ascii_alphabetic());
    let from = if drive { 2 } else { 0 };
    let colon = rest.get(from..).and_then(|rest| rest.find(':')).map(|colon| colon + from);
    let path = colon.map_or(rest, |colon| rest.get(..colon).unwrap_or_default());
    if path.is_empty() {
        return Err(SourceError::NoPath { offset });
    }
    Ok((path, colon.and_then(|colon| rest.get(colon + 1..))))
}

/// Which image, by a name of any form or by its place.
fn selection(image: Option<&str>, offset: usize) -> Result<Selection, SourceError> {
    match image {
        None | Some("") => Ok(Selection::Only),
        Some(name) => match name.strip_prefix('@') {
            None => Ok(Selection::Name(name.to_owned())),
            Some(index) => {
                let digits = index.bytes().all(|byte| byte.is_ascii_digit());
                let number = index.parse().ok().filter(|_| digits);
                let error =
                    || SourceError::Index { index: index.chars().take(100).collect(), offset: offset + 1 };
                Ok(Selection::Index(number.ok_or_else(error)?))
            }
        },
    }
}

/// Which image of a file of `docker save`: its names are complete and have tags.
fn archive_image(image: Option<&str>, offset: usize) -> Result<Selection, SourceError> {
    match selection(image, offset)? {
        Selection::Name(name) => {
            let name = named(&name, offset)?;
            match name.digest() {
                Some(_) => Err(SourceError::DigestInArchive { offset }),
                None => Ok(Selection::Name(name.with_default_tag().to_string())),
            }
        }
        other => Ok(other),
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only => Ok(()),
            Self::Name(name) => write!(f, ":{name}"),
            Self::Index(index) => write!(f, ":@{index}"),
        }
    }
}

/// The text of which [`Source::parse`] makes the same again. Names in registries and daemons are in their familiar form.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry(name) => write!(f, "docker://{}", unambiguous(name)),
            Self::RegistryUnknownDigest(name) => write!(f, "docker://{}{UNKNOWN_DIGEST}", unambiguous(name)),
            Self::Daemon(name) => write!(f, "docker-daemon:{}", unambiguous(name)),
            Self::DaemonId(id) => write!(f, "docker-daemon:{id}"),
            Self::DockerArchive { path, image } => write!(f, "docker-archive:{path}{image}"),
            Self::OciLayout { path, image } => write!(f, "oci:{path}{image}"),
            Self::OciArchive { path, image } => write!(f, "oci-archive:{path}{image}"),
            Self::Dir { path } => write!(f, "dir:{path}"),
            Self::Oras(name) => write!(f, "oras://{}", unambiguous(name)),
            Self::Library(name) => write!(f, "library://{name}"),
            Self::LocalFile { path } => write!(f, "{LOCAL_FILE}{path}"),
        }
    }
}

/// The familiar form, unless that would be read as something else.
fn unambiguous(name: &Reference) -> &str {
    let familiar = name.familiar();
    let same = Reference::parse_normalized(familiar).is_ok_and(|read| read == *name);
    let algorithm = familiar.split(':').next().unwrap_or_default();
    if same && crate::digest::Algorithm::from_name(algorithm).is_none() { familiar } else { name.as_str() }
}
