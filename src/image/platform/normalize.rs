//! One name for each platform.

use std::collections::BinaryHeap;

use super::Platform;

impl Platform {
    /// The same platform under the names that containerd compares: lower case, `x86_64` as `amd64`, `aarch64` as `arm64`,
    /// `arm` without variant as `v7`, `amd64/v1` and `arm64/v8` without variant, features sorted.
    #[must_use]
    pub fn normalize(&self) -> Self {
        let (architecture, variant) = architecture(&self.architecture, &self.variant);
        let os_features = sorted(&self.os_features);
        Self { os: os(&self.os), architecture, variant, os_version: self.os_version.clone(), os_features }
    }
}

/// Features in order.
pub(super) fn sorted(features: &[String]) -> Vec<String> {
    BinaryHeap::from(features.to_vec()).into_sorted_vec()
}

/// An operating system under its one name.
pub(super) fn os(os: &str) -> String {
    let os = os.to_ascii_lowercase();
    if os == "macos" { "darwin".to_owned() } else { os }
}

/// An architecture with its variant under their one name.
pub(super) fn architecture(architecture: &str, variant: &str) -> (String, String) {
    let architecture = architecture.to_ascii_lowercase();
    let variant = variant.to_ascii_lowercase();
    let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
        ("i386", _) => ("386", ""),
        ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
        ("x86_64" | "x86-64", variant) => ("amd64", variant),
        ("aarch64" | "arm64", "8" | "v8" | "v8.0") => ("arm64", ""),
        ("aarch64" | "arm64", "9" | "9.0" | "v9.0") => ("arm64", "v9"),
        ("aarch64", variant) => ("arm64", variant),
        ("armhf", _) => ("arm", "v7"),
        ("armel", _) => ("arm", "v6"),
        ("arm", "" | "7") => ("arm", "v7"),
        ("arm", "5") => ("arm", "v5"),
        ("arm", "6") => ("arm", "v6"),
        ("arm", "8") => ("arm", "v8"),
        other => other,
    };
    (architecture.to_owned(), variant.to_owned())
}
