//! Names of SIF images in a library, as singularity writes them.
//!
//! ```text
//! name      = [ domain "/" ] *2( component "/" ) component [ ":" tag ]
//! component = 1*ALNUM *( 1*( "." / "_" / "-" ) 1*ALNUM )
//! tag       = "sha256." 64HEXDIG / a tag as in crate::reference, not starting with "sha256."
//! ```
//!
//! The components are an entity, a collection of it and a container. The first of two or more is a domain under the same
//! rule as for other names: it has a dot or a colon, or is `localhost`. Without one, and with an empty one (`/a/b/c`),
//! the library is that of singularity's configuration.

use std::fmt;

use super::{Part, ReferenceError, Rules, grammar};
use crate::digest::{Algorithms, Digest};

/// What stands before the digits of a digest in a tag.
const SHA256: &str = "sha256.";

/// A SIF image in a library.
///
/// ```
/// use layerglass::reference::LibraryName;
/// let name = LibraryName::parse("sylabs/tests/busybox:1.0.0").unwrap();
/// assert_eq!((name.domain(), name.path(), name.tag()), (None, "sylabs/tests/busybox", Some("1.0.0")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LibraryName {
    domain: Option<String>,
    path: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl LibraryName {
    /// Reads a name without its `library://`.
    ///
    /// # Errors
    /// Which part is wrong, and at which byte.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        if text.is_empty() {
            return Err(ReferenceError::Empty);
        }
        let (domain, start) = match text.split_once('/') {
            Some(("", _)) => (None, 1),
            Some((first, _)) if is_domain(first) => (Some(first.to_owned()), first.len() + 1),
            _ => (None, 0),
        };
        if let Some(domain) =
            domain.as_deref().filter(|domain| !grammar::is_domain(domain.as_bytes(), &Rules::CURRENT))
        {
            return Err(wrong_domain(domain));
        }
        let rest = text.get(start..).unwrap_or_default();
        let last = rest.rfind('/').map_or(0, |slash| slash + 1);
        let colon = rest.get(last..).and_then(|last| last.find(':')).map(|colon| last + colon);
        let path = rest.get(..colon.unwrap_or(rest.len())).unwrap_or_default();
        check_path(path, start)?;
        let mut name = Self { domain, path: path.to_owned(), tag: None, digest: None };
        if let Some(colon) = colon {
            let (tag, offset) = (rest.get(colon + 1..).unwrap_or_default(), start + colon + 1);
            if let Some(digits) = tag.strip_prefix(SHA256) {
                let digest = Digest::parse_with(&format!("sha256:{digits}"), Algorithms::DEFAULT);
                name.digest = Some(digest.map_err(|error| ReferenceError::Digest { error, offset })?);
            } else {
                grammar::check_tag(tag, offset)?;
                name.tag = Some(tag.to_owned());
            }
        }
        Ok(name)
    }

    /// The domain of the library, where the name says it.
    pub fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// Entity, collection and container, as many as there are.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The tag, where the image is not named by its digest.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The SHA-256 of the file, from a tag such as `sha256.e3b0…`.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The same with the tag `latest` where there is neither tag nor digest.
    #[must_use]
    pub fn with_default_tag(mut self) -> Self {
        if self.tag.is_none() && self.digest.is_none() {
            self.tag = Some(super::DEFAULT_TAG.to_owned());
        }
        self
    }
}

/// Whether a first component is meant as a domain.
fn is_domain(first: &str) -> bool {
    first == "localhost" || first.bytes().any(|byte| matches!(byte, b'.' | b':'))
}

/// The first character that cannot stand in a domain, or where it stops too early.
fn wrong_domain(domain: &str) -> ReferenceError {
    let wrong = domain.char_indices().find(|(_, c)| !c.is_ascii_alphanumeric() && !"-.:[]".contains(*c));
    match wrong {
        Some((offset, character)) => ReferenceError::InvalidCharacter { part: Part::Name, character, offset },
        None => ReferenceError::Incomplete { part: Part::Name, offset: domain.len() },
    }
}

/// Checks a path that stands at `start` of the text.
fn check_path(path: &str, start: usize) -> Result<(), ReferenceError> {
    let part = Part::Name;
    let mut offset = start;
    for (index, component) in path.split('/').enumerate() {
        if component.is_empty() {
            return Err(ReferenceError::EmptyPart { part, offset });
        }
        if index == 3 {
            return Err(ReferenceError::InvalidCharacter { part, character: '/', offset: offset - 1 });
        }
        let valid =
            |(at, c): &(usize, char)| c.is_ascii_alphanumeric() || *at > 0 && matches!(c, '.' | '_' | '-');
        if let Some((at, character)) = component.char_indices().find(|place| !valid(place)) {
            return Err(ReferenceError::InvalidCharacter { part, character, offset: offset + at });
        }
        offset += component.len();
        if !component.ends_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(ReferenceError::Incomplete { part, offset });
        }
        offset += 1;
    }
    let (length, offset) = (path.len(), start + super::MAX_PATH);
    if length > super::MAX_PATH { Err(ReferenceError::PathTooLong { length, offset }) } else { Ok(()) }
}

/// The text of which [`LibraryName::parse`] makes the same again.
impl fmt::Display for LibraryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.domain {
            Some(domain) => write!(f, "{domain}/")?,
            // A first component that looks like a domain is none only behind a slash.
            None if self.path.split_once('/').is_some_and(|(first, _)| is_domain(first)) => {
                f.write_str("/")?
            }
            None => {}
        }
        f.write_str(&self.path)?;
        match (&self.tag, &self.digest) {
            (Some(tag), _) => write!(f, ":{tag}"),
            (None, Some(digest)) => write!(f, ":{SHA256}{}", digest.hex()),
            (None, None) => Ok(()),
        }
    }
}
