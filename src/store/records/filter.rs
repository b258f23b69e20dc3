//! Which records are asked for.

use super::ImageRecord;
use crate::reference::{DEFAULT_DOMAIN, Pattern, PatternError, Reference};

/// Which records are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordFilter {
    /// Those whose id, or a tag or digest of them, starts like that. A filter that starts with `docker.io/` is looked for
    /// in the full forms of the names too. An empty one fits all.
    Prefix(String),
    /// Those whose id fits a pattern, or a name of them: as it stands there, in full, or as Docker shows it, with or
    /// without tag and digest.
    Glob(Pattern),
}

impl RecordFilter {
    /// The start of an id, tag or digest.
    pub fn prefix(text: impl Into<String>) -> Self {
        Self::Prefix(text.into())
    }

    /// A pattern as the shell has it.
    ///
    /// # Errors
    /// Where it is malformed.
    pub fn glob(text: &str) -> Result<Self, PatternError> {
        Pattern::parse(text).map(Self::Glob)
    }
}

impl ImageRecord {
    /// Whether a filter fits.
    pub fn matches(&self, filter: &RecordFilter) -> bool {
        let names = || self.tags().chain(self.digests());
        match filter {
            RecordFilter::Prefix(prefix) => {
                self.id.starts_with(prefix.as_str()) || names().any(|name| starts_with(name, prefix))
            }
            RecordFilter::Glob(pattern) => {
                pattern.matches(&self.id) || names().any(|name| fits(name, pattern))
            }
        }
    }
}

fn starts_with(name: &str, prefix: &str) -> bool {
    if name.starts_with(prefix) {
        return true;
    }
    let rest = prefix.strip_prefix(DEFAULT_DOMAIN).and_then(|rest| rest.strip_prefix('/'));
    rest.is_some_and(|rest| {
        let full = Reference::parse_normalized(name);
        name.starts_with(rest) || full.is_ok_and(|full| full.as_str().starts_with(prefix))
    })
}

fn fits(name: &str, pattern: &Pattern) -> bool {
    let full = Reference::parse_normalized(name);
    pattern.matches(name) || full.is_ok_and(|full| full.matches(pattern) || pattern.matches(full.as_str()))
}
