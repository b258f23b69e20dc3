//! Patterns of paths inside a layer.

use crate::reference::{Pattern, PatternError};

/// A component of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// `**`: any number of components, none included.
    Any,
    One(Pattern),
}

/// Patterns of paths: what fits one of them is meant, and everything below it.
///
/// A pattern without a slash fits names in any folder (`*.pyc`). One with a slash stands for a path from the root
/// (`/tmp`, `var/cache/*`). A component is written as the shell has it: `*`, `?`, `[a-z]`, and a backslash before what is to be
/// taken as it is; the component `**` stands for any number of components. What of a name is not UTF-8 fits `*` and `?` only.
///
/// ```
/// use layerglass::layer::PathPatterns;
/// let patterns = PathPatterns::parse(["*.pyc", "/tmp/*", "usr/**/doc"]).unwrap();
/// assert!(patterns.fits(b"lib/site/a.pyc") && patterns.fits(b"usr/share/doc"));
/// assert!(!patterns.fits(b"tmp") && !patterns.fits(b"srv/doc"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathPatterns(Vec<Vec<Part>>);

impl PathPatterns {
    /// Reads patterns.
    ///
    /// # Errors
    /// Where in its component the first malformed one is wrong.
    pub fn parse<P: AsRef<str>>(patterns: impl IntoIterator<Item = P>) -> Result<Self, PatternError> {
        let mut read = Vec::new();
        for pattern in patterns {
            let pattern = pattern.as_ref();
            let mut parts = Vec::new();
            if !pattern.trim_end_matches('/').contains('/') {
                parts.push(Part::Any);
            }
            for part in pattern.split('/').filter(|part| !matches!(*part, "" | ".")) {
                match part {
                    // Several in a row say no more than one.
                    "**" if parts.last() == Some(&Part::Any) => {}
                    "**" => parts.push(Part::Any),
                    part => parts.push(Part::One(Pattern::parse(part)?)),
                }
            }
            read.push(parts);
        }
        Ok(Self(read))
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Does a clean path fit one of them? What stands above it is not looked at.
    pub fn fits(&self, path: &[u8]) -> bool {
        if self.0.is_empty() || path.is_empty() {
            return false;
        }
        let path = String::from_utf8_lossy(path);
        self.0.iter().any(|pattern| match pattern.as_slice() {
            // Most are for names: the folders above need no look.
            [Part::Any, Part::One(name)] => name.matches(path.rsplit('/').next().unwrap_or_default()),
            pattern => fits(pattern, &path),
        })
    }

    /// Does it fit, or anything above it?
    pub(super) fn fits_above(&self, path: &[u8]) -> bool {
        let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        !self.is_empty() && ends.chain([path.len()]).any(|end| self.fits(path.get(..end).unwrap_or_default()))
    }
}

/// Steps that are possible are kept side by side, so this takes at most as many as the one has parts times the other.
fn fits(pattern: &[Part], path: &str) -> bool {
    // Whether the pattern's first so many parts fit what has been read of the path.
    let mut reached = vec![false; pattern.len() + 1];
    let mut next = reached.clone();
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    pass_any(pattern, &mut reached);
    for part in path.split('/') {
        next.fill(false);
        for (at, expected) in pattern.iter().enumerate() {
            if !reached.get(at).is_some_and(|&is| is) {
                continue;
            }
            let to = match expected {
                Part::Any => at,
                Part::One(one) if one.matches(part) => at + 1,
                Part::One(_) => continue,
            };
            if let Some(slot) = next.get_mut(to) {
                *slot = true;
            }
        }
        pass_any(pattern, &mut next);
        std::mem::swap(&mut reached, &mut next);
        if !reached.contains(&true) {
            return false;
        }
    }
    reached.last().is_some_and(|&is| is)
}

/// `**` may stand for nothing.
fn pass_any(pattern: &[Part], reached: &mut [bool]) {
    for (at, part) in pattern.iter().enumerate() {
        if *part == Part::Any
            && reached.get(at).is_some_and(|&is| is)
            && let Some(next) = reached.get_mut(at + 1)
        {
            *next = true;
        }
    }
}
