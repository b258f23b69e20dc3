//! What an image runs on.

use std::fmt;

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

/// `os/architecture` or `os/architecture/variant`, with `unknown` for an empty part.
impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = |part: &str| if part.is_empty() { "unknown".to_owned() } else { part.to_owned() };
        write!(f, "{}/{}", known(&self.os), known(&self.architecture))?;
        if !self.variant.is_empty() {
            write!(f, "/{}", self.variant)?;
        }
        Ok(())
    }
}
