//! What an image runs on.

mod loose;
mod matching;
mod normalize;
mod specifier;

use std::fmt;

pub use matching::PlatformMatcher;
pub use specifier::PlatformError;

use crate::json::decode_struct;

/// Operating system and processor, in Go's naming. Parts that are not known are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Platform {
    /// Operating system, such as `linux`.
    pub os: String,
    /// Processor architecture, such as `amd64`.
    pub architecture: String,
    /// Variant of the architecture, such as `v7`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub variant: String,
    /// Version of the operating system, used by Windows.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub os_version: String,
    /// Features of the operating system, used by Windows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub os_features: Vec<String>,
}

decode_struct!(Platform {
    "os" => os,
    "architecture" => architecture,
    "variant" => variant,
    "os.version" => os_version,
    "os.features" => os_features,
});

impl Platform {
    /// A platform without variant.
    pub fn new(os: &str, architecture: &str) -> Self {
        Self { os: os.to_owned(), architecture: architecture.to_owned(), ..Self::default() }
    }

    /// The same with the parts filled in that an image lacks: Docker takes an empty architecture or operating system
    /// for that of the host.
    #[must_use]
    pub fn or_host(&self, host: &Self) -> Self {
        let or = |own: &String, host: &String| if own.is_empty() { host.clone() } else { own.clone() };
        Self {
            os: or(&self.os, &host.os),
            architecture: or(&self.architecture, &host.architecture),
            ..self.clone()
        }
    }
}

/// `os/architecture` or `os/architecture/variant`, with `unknown` for an empty part.
impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = |part: &'_ str| if part.is_empty() { "unknown".to_owned() } else { part.to_owned() };
        write!(f, "{}/{}", known(&self.os), known(&self.architecture))?;
        if !self.variant.is_empty() {
            write!(f, "/{}", self.variant)?;
        }
        Ok(())
    }
}
