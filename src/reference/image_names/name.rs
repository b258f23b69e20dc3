//! One name of an image.

use super::{ImageNamesError, LIBRARY_DOMAIN, NameSource};
use crate::reference::source::LOCAL_FILE;
use crate::reference::{DEFAULT_DOMAIN, DEFAULT_TAG, LibraryName, Reference};

/// One name: its source, its text under that source, and whether it is a digest.
pub(super) struct Name {
    pub(super) source: NameSource,
    pub(super) text: String,
    pub(super) is_digest: bool,
}

impl Name {
    /// Reads a name of any source. A tag is added where there is neither tag nor digest.
    pub(super) fn parse(text: &str) -> Result<Self, ImageNamesError> {
        if let Some(rest) = text.strip_prefix("library://") {
            return Self::library(rest, text.len() - rest.len());
        }
        // All of them, so that what comes out stays what it is when it is read again.
        let mut rest = text;
        while let Some((DEFAULT_DOMAIN, after)) = rest.split_once('/') {
            rest = after;
        }
        let offset = text.len() - rest.len();
        if let Some(path) = rest.strip_prefix(LOCAL_FILE)
            && (path.is_empty() || path.starts_with(['/', ':']))
        {
            return Self::local_file(path, offset + LOCAL_FILE.len());
        }
        if let Some(path) = rest.strip_prefix(LIBRARY_DOMAIN)
            && (path.is_empty() || path.starts_with('/'))
        {
            return Self::library(path, offset + LIBRARY_DOMAIN.len());
        }
        let name = Reference::parse_normalized(rest)
            .map_err(|error| ImageNamesError::Reference { error, offset })?;
        let tag = if name.is_name_only() { format!(":{DEFAULT_TAG}") } else { String::new() };
        let is_digest = name.digest().is_some();
        Ok(Self { source: NameSource::Docker, text: format!("{rest}{tag}"), is_digest })
    }

    /// Orchestrators put `:latest` to a path as to any name; nothing else is cut from it.
    fn local_file(path: &str, offset: usize) -> Result<Self, ImageNamesError> {
        let mut rest = path;
        while let Some(before) = rest.strip_suffix(":latest") {
            rest = before;
        }
        if !rest.starts_with('/') {
            return Err(ImageNamesError::Path { offset });
        }
        let text = format!("{LOCAL_FILE}{rest}");
        Ok(Self { source: NameSource::LocalFile, text, is_digest: false })
    }

    /// Reads what follows `library://`, or the domain; there it starts with a slash.
    fn library(rest: &str, offset: usize) -> Result<Self, ImageNamesError> {
        let error = |error| ImageNamesError::Reference { error, offset };
        let name = LibraryName::parse(rest).map_err(error)?.with_default_tag();
        match name.domain() {
            None | Some(LIBRARY_DOMAIN) => {}
            Some(domain) => {
                return Err(ImageNamesError::UnknownSource { uri: domain.chars().take(100).collect() });
            }
        }
        let tag = match (name.tag(), name.digest()) {
            (Some(tag), _) => tag.to_owned(),
            (None, digest) => format!("sha256.{}", digest.map(|digest| digest.hex()).unwrap_or_default()),
        };
        let text = format!("{LIBRARY_DOMAIN}/{}:{tag}", name.path());
        Ok(Self { source: NameSource::Library, text, is_digest: name.digest().is_some() })
    }
}
