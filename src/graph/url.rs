//! The URLs of named stores and their layers.
//!
//! ```text
//! store = [ "http://" host ] "/storage/images/" name
//! layer = store "/" id
//! ```
//!
//! They are names only: nothing listens there. vSphere Integrated Containers uses them as the keys of layers (`lib/portlayer/
//! util/paths.go`). Names and ids are percent-encoded.

use std::fmt;
use std::str::FromStr;

use super::id::shown;
use crate::error::{ErrorKind, Reason};

/// Bytes of one name or id in a URL.
const MAX_PART: usize = 255;
/// Bytes of a URL.
const MAX_URL: usize = 4096;

/// Why a text is no URL of a store or a layer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{url}` is no URL of a {what}: {fault}")]
pub struct UrlError {
    /// `store` or `layer`.
    pub what: &'static str,
    /// The text, cut after 200 characters.
    pub url: String,
    /// What is wrong with it.
    pub fault: UrlFault,
}

/// What is wrong with a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlFault {
    /// It has too many bytes.
    #[error("it has {found} bytes")]
    Length {
        /// How many.
        found: usize,
    },
    /// It has a scheme other than `http`.
    #[error("its scheme is not http")]
    Scheme,
    /// Its host is none.
    #[error("its host is none")]
    Host,
    /// Its path does not begin with `/`.
    #[error("its path does not begin with a slash")]
    Relative,
    /// Its path does not begin with `/storage/images`.
    #[error("its path does not begin with /storage/images")]
    Place,
    /// It has too few parts.
    #[error("it names no {missing}")]
    Missing {
        /// What is missing.
        missing: &'static str,
    },
    /// It has more parts than it should.
    #[error("it goes on after what it names")]
    Further,
    /// A `%` without two hexadecimal digits, or bytes that are no text.
    #[error("it is not percent-encoded as it should be")]
    Encoding,
    /// A name or an id is empty, too long, `.` or `..`, or holds a slash or a control character.
    #[error("its {part} cannot be one")]
    Part {
        /// Which.
        part: &'static str,
    },
    /// It has a query or a fragment.
    #[error("it has a query or a fragment")]
    Query,
}

impl Reason for UrlError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        match self.fault {
            UrlFault::Length { .. } => "url-length",
            UrlFault::Scheme => "url-scheme",
            UrlFault::Host => "url-host",
            UrlFault::Relative => "url-relative",
            UrlFault::Place => "url-place",
            UrlFault::Missing { .. } => "url-missing",
            UrlFault::Further => "url-further",
            UrlFault::Encoding => "url-encoding",
            UrlFault::Part { .. } => "url-part",
            UrlFault::Query => "url-query",
        }
    }

    fn found(&self) -> Option<String> {
        Some(self.url.clone())
    }
}

/// The URL of a named store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreUrl {
    host: Option<String>,
    name: String,
}

/// The URL of a layer in a named store.
///
/// ```
/// use layerglass::graph::LayerUrl;
/// let url: LayerUrl = "http://host/storage/images/store/a%20b".parse().unwrap();
/// assert_eq!((url.store().name(), url.id()), ("store", "a b"));
/// assert_eq!(url.to_string(), "http://host/storage/images/store/a%20b");
/// assert!("/storage/images/store".parse::<LayerUrl>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerUrl {
    store: StoreUrl,
    id: String,
}

fn is_part(text: &str) -> bool {
    (1..=MAX_PART).contains(&text.len())
        && text != "."
        && text != ".."
        && !text.chars().any(|sign| sign == '/' || sign.is_control())
}

fn is_host(text: &str) -> bool {
    let fits =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']');
    (1..=MAX_PART).contains(&text.len()) && text.bytes().all(fits)
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// Everything but what RFC 3986 calls unreserved is encoded.
fn encode(out: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            write!(out, "{}", char::from(byte))?;
        } else {
            write!(out, "%{byte:02X}")?;
        }
    }
    Ok(())
}

/// Host, name and what follows the name.
fn split(url: &str) -> Result<(Option<String>, Vec<String>), UrlFault> {
    if url.len() > MAX_URL {
        return Err(UrlFault::Length { found: url.len() });
    }
    if url.contains(['?', '#']) {
        return Err(UrlFault::Query);
    }
    let (host, path) = match url.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            if !is_host(host) {
                return Err(UrlFault::Host);
            }
            (Some(host.to_owned()), path)
        }
        Some((scheme, _)) if !scheme.contains('/') => return Err(UrlFault::Scheme),
        _ => (None, url),
    };
    let path = path.strip_prefix('/').ok_or(UrlFault::Relative)?;
    // Slashes that follow each other count once, and one at the end does not count.
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    if (parts.next(), parts.next()) != (Some("storage"), Some("images")) {
        return Err(UrlFault::Place);
    }
    let parts = parts.map(|part| decoded(part).ok_or(UrlFault::Encoding));
    Ok((host, parts.collect::<Result<_, _>>()?))
}

impl StoreUrl {
    /// The URL of a store on a host.
    ///
    /// # Errors
    /// The host or the name cannot be one.
    pub fn new(host: Option<&str>, name: &str) -> Result<Self, UrlError> {
        let fail = |fault| UrlError { what: "store", url: shown(name), fault };
        if host.is_some_and(|host| !is_host(host)) {
            return Err(fail(UrlFault::Host));
        }
        if !is_part(name) {
            return Err(fail(UrlFault::Part { part: "name" }));
        }
        Ok(Self { host: host.map(str::to_owned), name: name.to_owned() })
    }

    /// The host, where it has one.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The name of the store.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The URL of a layer in the store.
    ///
    /// # Errors
    /// The id cannot be one.
    pub fn layer(&self, id: &str) -> Result<LayerUrl, UrlError> {
        if !is_part(id) {
            let fault = if id.is_empty() {
                UrlFault::Missing { missing: "id" }
            } else {
                UrlFault::Part { part: "id" }
            };
            return Err(UrlError { what: "layer", url: shown(id), fault });
        }
        Ok(LayerUrl { store: self.clone(), id: id.to_owned() })
    }
}

impl LayerUrl {
    /// The store that the layer is in.
    pub const fn store(&self) -> &StoreUrl {
        &self.store
    }

    /// The id of the layer.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl FromStr for StoreUrl {
    type Err = UrlError;

    fn from_str(url: &str) -> Result<Self, UrlError> {
        let fail = |fault| UrlError { what: "store", url: shown(url), fault };
        let (host, parts) = split(url).map_err(fail)?;
        match parts.as_slice() {
            [] => Err(fail(UrlFault::Missing { missing: "store" })),
            [name] => Self::new(host.as_deref(), name).map_err(|error| fail(error.fault)),
            _ => Err(fail(UrlFault::Further)),
        }
    }
}

impl FromStr for LayerUrl {
    type Err = UrlError;

    fn from_str(url: &str) -> Result<Self, UrlError> {
        let fail = |fault| UrlError { what: "layer", url: shown(url), fault };
        let (host, parts) = split(url).map_err(fail)?;
        let made = match parts.as_slice() {
            [] => return Err(fail(UrlFault::Missing { missing: "store" })),
            [_] => return Err(fail(UrlFault::Missing { missing: "id" })),
            [name, id] => StoreUrl::new(host.as_deref(), name).and_then(|store| store.layer(id)),
            _ => return Err(fail(UrlFault::Further)),
        };
        made.map_err(|error| fail(error.fault))
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(host) = &self.host {
            write!(f, "http://{host}")?;
        }
        f.write_str("/storage/images/")?;
        encode(f, &self.name)
    }
}

impl fmt::Display for LayerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.store)?;
        encode(f, &self.id)
    }
}
