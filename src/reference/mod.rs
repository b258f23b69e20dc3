//! Names of images, such as `redis:7` or `quay.io/podman/stable@sha256:…`.
//!
//! The grammar is that of distribution/reference 0.6, which Docker, containerd and most others use. All classes are
//! ASCII.
//!
//! ```text
//! reference  = name [ ":" tag ] [ "@" digest ]
//! name       = [ domain "/" ] path
//! domain     = host [ ":" 1*DIGIT ]
//! host       = label *( "." label ) / "[" 1*( HEXDIG / ":" ) "]"
//! label      = ALNUM [ *( ALNUM / "-" ) ALNUM ]               ; both letter cases
//! path       = component *( "/" component )                   ; 255 bytes at most
//! component  = 1*LOWNUM *( separator 1*LOWNUM )
//! separator  = "." / "_" / "__" / 1*"-"
//! tag        = ( ALNUM / "_" ) *127( ALNUM / "_" / "." / "-" )
//! digest     = algorithm ":" 32*HEXDIG                        ; and a valid digest, see `crate::digest`
//! algorithm  = word *( ( "-" / "_" / "+" / "." ) word )
//! word       = ALPHA *ALNUM
//! ALNUM      = ALPHA / DIGIT
//! LOWNUM     = %x61-7A / DIGIT
//! ```
//!
//! A first component that fits `domain` is the domain, whatever it means; only normalising reads `foo/bar` as a path on
//! Docker Hub. Every parser here looks at each byte a fixed number of times.

mod error;
mod grammar;
mod image_names;
mod library;
mod normalize;
mod pattern;
pub(crate) mod quick;
mod rules;
mod sort;
mod source;

use std::fmt;
use std::str::FromStr;

pub use error::{Part, ReferenceError};
pub use image_names::{ImageNames, ImageNamesError, NameSource};
pub use library::LibraryName;
pub use pattern::{Pattern, PatternError};
pub use rules::Rules;
pub use sort::sort;
pub use source::{Selection, Source, SourceError};

use crate::digest::{Digest, ShortIds, are_digits};

/// The tag that stands for none.
pub const DEFAULT_TAG: &str = "latest";
/// The domain of names that have none.
pub const DEFAULT_DOMAIN: &str = "docker.io";
/// Bytes that a path may have, without the domain.
pub const MAX_PATH: usize = 255;

/// What parts a reference has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Name, tag and digest.
    Reference,
    /// Name and tag.
    Tagged,
    /// Name and digest.
    Canonical,
    /// Name alone.
    Repository,
    /// Digest alone.
    Digest,
}

/// A reference: its text and where the parts are in it.
///
/// ```
/// use layerglass::reference::Reference;
/// let name = Reference::parse_normalized("redis:7").unwrap();
/// assert_eq!(name.to_string(), "docker.io/library/redis:7");
/// assert_eq!((name.domain(), name.path(), name.tag()), ("docker.io", "library/redis", Some("7")));
/// assert_eq!(name.familiar(), "redis:7");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    text: String,
    /// Length of the domain; 0 when there is none, else a slash follows it.
    domain: usize,
    /// Where the name ends; 0 when there is only a digest.
    name: usize,
    /// Where the tag ends; equal to `name` when there is none, else a colon stands between them.
    tag: usize,
}

impl Reference {
    /// Parses a reference as it stands: `ubuntu` has no domain, and `foo/bar` has the domain `foo`.
    ///
    /// # Errors
    /// The reason and, where there is one, the byte at which the text stops being a reference. A text whose only fault
    /// is upper case is [`ReferenceError::Uppercase`].
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        Self::parse_by(text, &Rules::CURRENT)
    }

    /// As [`Self::parse`], by the rules of another implementation.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_by(text: &str, rules: &Rules) -> Result<Self, ReferenceError> {
        grammar::parse(text.to_owned(), rules)
    }

    /// Parses a reference as Docker's command line does: without a domain it is on Docker Hub, and there without a
    /// namespace it is in `library/`. No tag is added.
    ///
    /// # Errors
    /// Those of [`Self::parse`], and [`ReferenceError::Identifier`] for 64 hexadecimal digits.
    pub fn parse_normalized(text: &str) -> Result<Self, ReferenceError> {
        Self::parse_normalized_by(text, &Rules::CURRENT)
    }

    /// As [`Self::parse_normalized`], by the rules of another implementation.
    ///
    /// # Errors
    /// As [`Self::parse_normalized`].
    pub fn parse_normalized_by(text: &str, rules: &Rules) -> Result<Self, ReferenceError> {
        normalize::parse(text, rules)
    }

    /// Parses a reference that is written in full already.
    ///
    /// # Errors
    /// Those of [`Self::parse_normalized`], and [`ReferenceError::NotCanonical`] with the full form.
    pub fn parse_canonical(text: &str) -> Result<Self, ReferenceError> {
        Self::parse_canonical_by(text, &Rules::CURRENT)
    }

    /// As [`Self::parse_canonical`], by the rules of another implementation.
    ///
    /// # Errors
    /// As [`Self::parse_canonical`].
    pub fn parse_canonical_by(text: &str, rules: &Rules) -> Result<Self, ReferenceError> {
        let reference = Self::parse_normalized_by(text, rules)?;
        if reference.text != text {
            return Err(ReferenceError::NotCanonical { canonical: reference.text });
        }
        Ok(reference)
    }

    /// Parses a reference and makes it name one image: `latest` where there is neither tag nor digest, no tag where
    /// there are both.
    ///
    /// # Errors
    /// Those of [`Self::parse_normalized`].
    pub fn parse_docker(text: &str) -> Result<Self, ReferenceError> {
        Self::parse_docker_by(text, &Rules::CURRENT)
    }

    /// As [`Self::parse_docker`], by the rules of another implementation.
    ///
    /// # Errors
    /// As [`Self::parse_docker`].
    pub fn parse_docker_by(text: &str, rules: &Rules) -> Result<Self, ReferenceError> {
        let reference = Self::parse_normalized_by(text, rules)?;
        Ok(match reference.kind() {
            Kind::Reference => reference.assemble(None, reference.digest()),
            _ => reference.with_default_tag(),
        })
    }

    /// Parses whatever Docker's commands take for an image: the digits of an id, a digest, or a name.
    ///
    /// # Errors
    /// Those of [`Self::parse_normalized`].
    pub fn parse_any(text: &str) -> Result<Self, ReferenceError> {
        Self::parse_any_by(text, &Rules::CURRENT)
    }

    /// As [`Self::parse_any`], by the rules of another implementation.
    ///
    /// # Errors
    /// As [`Self::parse_any`].
    pub fn parse_any_by(text: &str, rules: &Rules) -> Result<Self, ReferenceError> {
        if normalize::is_identifier(text) {
            return Ok(Self::from_digest_text(format!("sha256:{text}")));
        }
        match grammar::parse_digest(text, rules) {
            Ok(_) => Ok(Self::from_digest_text(text.to_owned())),
            Err(_) => Self::parse_normalized_by(text, rules),
        }
    }

    /// As [`Self::parse_any`], with short ids: 6 to 64 hexadecimal digits that stand for one of the digests are that
    /// digest; otherwise they are a name (docker/distribution up to 2.8.2).
    ///
    /// # Errors
    /// Those of [`Self::parse_normalized`].
    pub fn parse_any_with(text: &str, ids: &ShortIds) -> Result<Self, ReferenceError> {
        let is_short = (6..=64).contains(&text.len()) && are_digits(text.as_bytes(), text.len());
        if !is_short {
            return Self::parse_any(text);
        }
        match ids.lookup(text) {
            Ok(digest) => Ok(digest.into()),
            Err(_) => Self::parse_normalized(text),
        }
    }

    /// A name alone, as it stands.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_name(name: &str) -> Result<Self, ReferenceError> {
        Self::from_name_by(name, &Rules::CURRENT)
    }

    /// As [`Self::from_name`], by the rules of another implementation.
    ///
    /// # Errors
    /// As [`Self::from_name`].
    pub fn from_name_by(name: &str, rules: &Rules) -> Result<Self, ReferenceError> {
        let domain = grammar::check_name(name, rules)?;
        let reference = Self { text: name.to_owned(), domain, name: name.len(), tag: name.len() };
        grammar::check_length(&reference, rules)?;
        Ok(reference)
    }

    fn from_digest_text(text: String) -> Self {
        Self { text, domain: 0, name: 0, tag: 0 }
    }

    /// The domain, empty when there is none.
    pub fn domain(&self) -> &str {
        self.slice(0, self.domain)
    }

    /// The path within the domain; empty for a digest alone.
    pub fn path(&self) -> &str {
        self.slice(if self.domain == 0 { 0 } else { self.domain + 1 }, self.name)
    }

    /// Domain and path; empty for a digest alone.
    pub fn name(&self) -> &str {
        self.slice(0, self.name)
    }

    /// The tag.
    pub fn tag(&self) -> Option<&str> {
        (self.tag > self.name).then(|| self.slice(self.name + 1, self.tag))
    }

    /// The digest as it is written.
    pub fn digest(&self) -> Option<&str> {
        match self.tag {
            0 => Some(&self.text),
            tag => self.text.get(tag + 1..),
        }
    }

    /// Which parts it has.
    pub fn kind(&self) -> Kind {
        match (self.name, self.tag(), self.digest()) {
            (0, ..) => Kind::Digest,
            (_, Some(_), Some(_)) => Kind::Reference,
            (_, Some(_), None) => Kind::Tagged,
            (_, None, Some(_)) => Kind::Canonical,
            (_, None, None) => Kind::Repository,
        }
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form that Docker shows: without `docker.io/`, and without `library/` where nothing but a name follows it.
    ///
    /// Normalising it gives the same reference again, except where the path's first component then reads as a domain
    /// (`docker.io/localhost/x`).
    pub fn familiar(&self) -> &str {
        self.slice(self.familiar_start(), self.text.len())
    }

    /// The name part of [`Self::familiar`].
    pub fn familiar_name(&self) -> &str {
        self.slice(self.familiar_start(), self.name)
    }

    /// Whether there is neither tag nor digest.
    pub fn is_name_only(&self) -> bool {
        self.kind() == Kind::Repository
    }

    /// The same with the tag `latest` where there is neither tag nor digest.
    #[must_use]
    pub fn with_default_tag(&self) -> Self {
        if self.is_name_only() { self.assemble(Some(DEFAULT_TAG), None) } else { self.clone() }
    }

    /// The same with another tag; the digest stays.
    ///
    /// # Errors
    /// What is wrong with the tag ([`Part::Tag`]), or that there is no name to put it to.
    pub fn with_tag(&self, tag: &str) -> Result<Self, ReferenceError> {
        if self.name == 0 {
            return Err(ReferenceError::NoName);
        }
        grammar::check_tag(tag, 0)?;
        Ok(self.assemble(Some(tag), self.digest()))
    }

    /// The same with another digest; the tag stays. As in distribution/reference the digest only needs the form of one:
    /// an algorithm, and 32 hexadecimal digits or more.
    ///
    /// # Errors
    /// What is wrong with the digest ([`Part::Digest`]), or that there is no name to put it to.
    pub fn with_digest(&self, digest: &str) -> Result<Self, ReferenceError> {
        if self.name == 0 {
            return Err(ReferenceError::NoName);
        }
        grammar::check_digest(digest, 0)?;
        Ok(self.assemble(self.tag(), Some(digest)))
    }

    /// The name alone; a digest alone stays as it is.
    #[must_use]
    pub fn without_tag_and_digest(&self) -> Self {
        if self.name == 0 { self.clone() } else { self.assemble(None, None) }
    }

    /// Whether a pattern fits the familiar form, with or without tag and digest.
    pub fn matches(&self, pattern: &Pattern) -> bool {
        pattern.matches(self.familiar()) || self.name > 0 && pattern.matches(self.familiar_name())
    }

    fn familiar_start(&self) -> usize {
        if self.domain() != DEFAULT_DOMAIN {
            return 0;
        }
        let path = self.domain + 1;
        match self.path().strip_prefix("library/") {
            Some(rest) if !rest.as_bytes().contains(&b'/') => path + "library/".len(),
            _ => path,
        }
    }

    fn assemble(&self, tag: Option<&str>, digest: Option<&str>) -> Self {
        let mut text = String::with_capacity(self.text.len() + 16);
        text.push_str(self.name());
        if let Some(tag) = tag {
            text.push(':');
            text.push_str(tag);
        }
        let tag = text.len();
        if let Some(digest) = digest {
            text.push('@');
            text.push_str(digest);
        }
        Self { text, domain: self.domain, name: self.name, tag }
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reference({})", self.text)
    }
}

impl AsRef<str> for Reference {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// A digest alone.
impl From<Digest> for Reference {
    fn from(digest: Digest) -> Self {
        Self::from_digest_text(digest.to_string())
    }
}

/// As [`Reference::parse`], without normalising.
impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        Self::parse(text)
    }
}

impl serde::Serialize for Reference {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
