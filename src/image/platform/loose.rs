//! Platforms as go-containerregistry takes them: texts without a normal form.

use super::Platform;
use super::normalize::sorted;

impl Platform {
    /// Reads `os[/architecture[/variant]][:os_version]` as go-containerregistry does (`ParsePlatform`): every part is
    /// taken as it stands, and any may be empty. `None` for more than two slashes.
    ///
    /// What follows a second colon makes it ignore everything after the first one.
    pub fn parse_loose(text: &str) -> Option<Self> {
        let mut halves = text.trim().split(':');
        let mut parts = halves.next().unwrap_or_default().split('/');
        let os_version = match (halves.next(), halves.next()) {
            (Some(version), None) => version,
            _ => "",
        };
        let mut part = || parts.next().unwrap_or_default().to_owned();
        let (os, architecture, variant) = (part(), part(), part());
        let os_version = os_version.to_owned();
        parts.next().is_none().then_some(Self {
            os,
            architecture,
            variant,
            os_version,
            os_features: Vec::new(),
        })
    }

    /// The text that [`Self::parse_loose`] reads, empty without an operating system. Features are not in it.
    pub fn loose(&self) -> String {
        let mut text = self.os.clone();
        if text.is_empty() {
            return text;
        }
        for (mark, part) in [('/', &self.architecture), ('/', &self.variant), (':', &self.os_version)] {
            if !part.is_empty() {
                text.push(mark);
                text.push_str(part);
            }
        }
        text
    }

    /// Whether all parts are spelled the same, with the features in any order.
    pub fn is_same(&self, other: &Self) -> bool {
        let sorted =
            |platform: &Self| Self { os_features: sorted(&platform.os_features), ..platform.clone() };
        sorted(self) == sorted(other)
    }
}
