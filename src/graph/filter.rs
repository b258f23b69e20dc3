//! Which paths of a layer are taken, and under which names.
//!
//! The form on the wire is standard base64 of JSON, as vSphere Integrated Containers has it (`lib/archive/archiver.go`):
//!
//! ```text
//! {"Inclusions":{"<prefix>":{}},"Exclusions":{"<prefix>":{}},"RebasePath":"<path>","StripPath":"<path>"}
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::id::shown;
use crate::error::{ErrorKind, Reason};
use crate::json::{self, Escapes, FieldError, JsonError, ObjectWriter, decode_struct};
use crate::limits::{LimitExceeded, Limits};
use crate::manifest::base64;

/// Why there is no such filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// It is not base64.
    #[error("the filter is not base64")]
    Base64,
    /// It is not JSON.
    #[error("invalid filter: {0}")]
    Json(#[from] JsonError),
    /// A member has the wrong type.
    #[error("invalid filter: {0}")]
    Field(#[from] FieldError),
    /// It is larger than `jsonBytes`.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// There are two paths where one is allowed.
    #[error("a filter has one path to {what}, found `{first}` and `{second}`")]
    Second {
        /// `rebase` or `strip`.
        what: &'static str,
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// The path to put names under leads upwards.
    #[error("the path to rebase, `{path}`, leads upwards or is no path")]
    Rebase {
        /// The path, cut after 200 characters.
        path: String,
    },
    /// There is no such kind of rule.
    #[error("a filter has no rule of kind {kind}")]
    Kind {
        /// Its number.
        kind: i64,
    },
}

impl Reason for FilterError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Json(error) => error.kind(),
            Self::Limit(error) => error.kind(),
            _ => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Base64 => "filter-base64",
            Self::Json(error) => error.code(),
            Self::Field(error) => error.code(),
            Self::Limit(error) => error.code(),
            Self::Second { .. } => "filter-second",
            Self::Rebase { .. } => "filter-rebase",
            Self::Kind { .. } => "filter-kind",
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Rebase { path } => Some(path.clone()),
            Self::Field(error) => error.path(),
            _ => None,
        }
    }
}

/// One rule of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterRule {
    /// What begins so is taken.
    Include,
    /// What begins so is left out.
    Exclude,
    /// What names are put under.
    Rebase,
    /// What names lose.
    Strip,
}

impl FilterRule {
    /// The rule of a number, as it stands on the wire: 0 to 3 in the order above.
    ///
    /// # Errors
    /// There is none.
    pub const fn from_number(kind: i64) -> Result<Self, FilterError> {
        match kind {
            0 => Ok(Self::Include),
            1 => Ok(Self::Exclude),
            2 => Ok(Self::Rebase),
            3 => Ok(Self::Strip),
            _ => Err(FilterError::Kind { kind }),
        }
    }
}

/// Which paths of a layer are taken, and under which names. The default takes all as they are.
///
/// A path is left out when the longest exclusion that it begins with is longer than the longest such inclusion. These are
/// prefixes of text: `files` is one of `filesystem` too.
///
/// ```
/// use layerglass::graph::{FilterRule, PathFilter};
/// let filter = PathFilter::new([("", FilterRule::Exclude), ("etc/", FilterRule::Include)])?;
/// assert!(filter.excludes(b"bin/sh"));
/// assert!(!filter.excludes(b"etc/passwd"));
/// assert_eq!(PathFilter::decode(&filter.encode(), &Default::default())?, filter);
/// # Ok::<(), layerglass::graph::FilterError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathFilter {
    inclusions: BTreeSet<String>,
    exclusions: BTreeSet<String>,
    rebase: String,
    strip: String,
}

#[derive(Default)]
struct Wire {
    inclusions: BTreeMap<String, ()>,
    exclusions: BTreeMap<String, ()>,
    rebase: String,
    strip: String,
}

decode_struct!(Wire {
    "Inclusions" => inclusions,
    "Exclusions" => exclusions,
    "RebasePath" => rebase,
    "StripPath" => strip,
});

/// A path that stays below where it is put.
fn check_rebase(path: &str) -> Result<(), FilterError> {
    if path.contains('\0') || path.split('/').any(|part| part == "..") {
        return Err(FilterError::Rebase { path: shown(path) });
    }
    Ok(())
}

impl PathFilter {
    /// A filter of paths with their rules.
    ///
    /// # Errors
    /// Two paths to rebase or to strip, or one to rebase that leads upwards.
    pub fn new<P: Into<String>>(
        rules: impl IntoIterator<Item = (P, FilterRule)>,
    ) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        let (mut rebase, mut strip) = (None, None);
        let set = |what, place: &mut Option<String>, path: String| match place {
            Some(first) => Err(FilterError::Second { what, first: shown(first), second: shown(&path) }),
            None => {
                *place = Some(path);
                Ok(())
            }
        };
        for (path, rule) in rules {
            let path = path.into();
            match rule {
                FilterRule::Include => {
                    filter.inclusions.insert(path);
                }
                FilterRule::Exclude => {
                    filter.exclusions.insert(path);
                }
                FilterRule::Rebase => set("rebase", &mut rebase, path)?,
                FilterRule::Strip => set("strip", &mut strip, path)?,
            }
        }
        filter.rebase = rebase.unwrap_or_default();
        filter.strip = strip.unwrap_or_default();
        check_rebase(&filter.rebase)?;
        Ok(filter)
    }

    /// Reads the form on the wire. An empty text is the filter that takes all.
    ///
    /// # Errors
    /// It is not base64, not JSON, of the wrong shape or too large.
    pub fn decode(text: &str, limits: &Limits) -> Result<Self, FilterError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        LimitExceeded::check("jsonBytes", limits.json_bytes, text.len() as u64 / 4 * 3)?;
        Self::from_json(&base64::standard(text).ok_or(FilterError::Base64)?, limits)
    }

    /// Reads the JSON inside the form on the wire.
    ///
    /// # Errors
    /// It is not JSON, of the wrong shape or too large.
    pub fn from_json(bytes: &[u8], limits: &Limits) -> Result<Self, FilterError> {
        let mut wire = Wire::default();
        json::decode(bytes, &mut wire, limits)??;
        check_rebase(&wire.rebase)?;
        Ok(Self {
            inclusions: wire.inclusions.into_keys().collect(),
            exclusions: wire.exclusions.into_keys().collect(),
            rebase: wire.rebase,
            strip: wire.strip,
        })
    }

    /// The form on the wire.
    pub fn encode(&self) -> String {
        base64::encode(&self.to_json())
    }

    /// The JSON inside the form on the wire, with sorted prefixes.
    pub fn to_json(&self) -> Vec<u8> {
        let set = |paths: &BTreeSet<String>| {
            let mut object = ObjectWriter::new(Escapes::Older);
            paths.iter().for_each(|path| object.raw(path, b"{}"));
            object.finish()
        };
        let mut object = ObjectWriter::new(Escapes::Older);
        object.raw("Inclusions", &set(&self.inclusions));
        object.raw("Exclusions", &set(&self.exclusions));
        object.string("RebasePath", &self.rebase);
        object.string("StripPath", &self.strip);
        object.finish()
    }

    /// Whether it takes all as it is.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Prefixes of what is taken, sorted.
    pub fn inclusions(&self) -> impl Iterator<Item = &str> {
        self.inclusions.iter().map(String::as_str)
    }

    /// Prefixes of what is left out, sorted.
    pub fn exclusions(&self) -> impl Iterator<Item = &str> {
        self.exclusions.iter().map(String::as_str)
    }

    /// What names are put under; empty for nothing.
    pub fn rebase_path(&self) -> &str {
        &self.rebase
    }

    /// What names lose; empty for nothing.
    pub fn strip_path(&self) -> &str {
        &self.strip
    }

    /// Whether a path is left out.
    pub fn excludes(&self, path: &[u8]) -> bool {
        longest(&self.inclusions, path) < longest(&self.exclusions, path)
    }

    /// The name that a path gets: first it loses the path to strip, then it is put under the one to rebase. Nothing for a
    /// path that is left out.
    pub fn apply(&self, path: &[u8]) -> Option<Vec<u8>> {
        if self.excludes(path) {
            return None;
        }
        let stripped = path.strip_prefix(self.strip.as_bytes()).unwrap_or(path);
        if self.rebase.is_empty() {
            return Some(stripped.to_vec());
        }
        let above = self.rebase.trim_end_matches('/').as_bytes();
        let mut below = stripped;
        while let Some(rest) = below.strip_prefix(b"/") {
            below = rest;
        }
        Some(if below.is_empty() { above.to_vec() } else { [above, b"/", below].concat() })
    }
}

/// Bytes of the longest member that a path begins with, and one; 0 for none.
fn longest(prefixes: &BTreeSet<String>, path: &[u8]) -> usize {
    let fitting = prefixes.iter().filter(|prefix| path.starts_with(prefix.as_bytes()));
    fitting.map(|prefix| prefix.len() + 1).max().unwrap_or(0)
}
