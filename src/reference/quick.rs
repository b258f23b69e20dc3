//! Most names, in one pass and without making a text.
//!
//! What people write has lower-case components with single separators, perhaps a host, a tag and a SHA-256. Such a name
//! is recognised here byte by byte; whatever else there is, valid or not, goes through the whole grammar, which alone
//! finds errors. Both say the same of every text that is recognised here.

use super::{DEFAULT_DOMAIN, MAX_PATH, Rules};
use crate::digest::{Algorithm, are_digits};

/// What normalising makes of a name, and where the parts are in that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Places {
    /// Bytes of the given text that do not stay, from its start.
    pub(crate) removed: usize,
    /// What stands there instead.
    pub(crate) added: &'static str,
    /// Length of the domain.
    pub(crate) domain: usize,
    /// Where the name ends.
    pub(crate) name: usize,
    /// Where the tag ends.
    pub(crate) tag: usize,
    /// Where the familiar form starts.
    pub(crate) familiar: usize,
}

const HUB: &str = "docker.io/";
const LIBRARY: &str = "docker.io/library/";
const LEGACY: &[u8] = b"index.docker.io";
const SHA256: &[u8] = b"sha256:";
const SHA256_DIGITS: usize = 64;
const MAX_TAG: usize = 128;

/// The parts of the given text, by where they end. 0 is nowhere.
#[derive(Default)]
struct Found {
    domain: usize,
    /// Slashes after the domain.
    slashes: usize,
    name: usize,
}

/// The places in a normalised name; `None` when the whole grammar has to be asked.
pub(crate) fn normalized(text: &str, rules: &Rules) -> Option<Places> {
    let bytes = text.as_bytes();
    if rules.domain_counts || !rules.algorithms.contains(Algorithm::Sha256) {
        return None;
    }
    let found = name(bytes)?;
    let mut tag = found.name;
    if bytes.get(tag) == Some(&b':') {
        tag = tag_end(bytes, tag + 1)?;
    }
    if tag < bytes.len() && !is_sha256(bytes.get(tag..)?) {
        return None;
    }
    // 64 digits alone are an id, not a name.
    if bytes.len() == SHA256_DIGITS && found.slashes == 0 && found.domain == 0 {
        return None;
    }
    let (domain, legacy) = match bytes.get(..found.domain)? {
        b"" => (0, false),
        LEGACY => (found.domain, true),
        _ => (found.domain, false),
    };
    let on_hub = domain == 0 || legacy || bytes.get(..domain)? == DEFAULT_DOMAIN.as_bytes();
    let start = if domain == 0 { 0 } else { domain + 1 };
    let (removed, added) = match (on_hub, found.slashes) {
        (false, _) => (0, ""),
        (true, 0) => (start, LIBRARY),
        (true, _) => (start, HUB),
    };
    let shift = |place: usize| place - removed + added.len();
    let domain = if on_hub { DEFAULT_DOMAIN.len() } else { domain };
    let (name, tag) = (shift(found.name), shift(tag));
    if name - domain - 1 > MAX_PATH {
        return None;
    }
    let in_library = found.slashes == 0 || found.slashes == 1 && bytes.get(start..)?.starts_with(b"library/");
    let familiar = match (on_hub, in_library) {
        (false, _) => 0,
        (true, false) => HUB.len(),
        (true, true) => LIBRARY.len(),
    };
    Some(Places { removed, added, domain, name, tag, familiar })
}

/// The name at the start of a text.
fn name(bytes: &[u8]) -> Option<Found> {
    let mut found = Found::default();
    // Whether a letter or digit has to come, and what the first component is made of.
    let (mut open, mut dotted, mut underscored, mut first) = (true, false, false, true);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => open = false,
            _ if open => return None,
            b'.' | b'-' | b'_' => {
                open = true;
                dotted |= byte == b'.';
                underscored |= byte == b'_';
            }
            b'/' => {
                open = true;
                if first && (dotted || bytes.get(..at)? == b"localhost") {
                    found.domain = at;
                } else {
                    found.slashes += 1;
                }
                if first && underscored {
                    return None;
                }
                first = false;
            }
            b':' if first => match port_end(bytes, at + 1) {
                // A port, and so a domain.
                Some(slash) if !underscored => {
                    (found.domain, at, open, first) = (slash, slash, true, false);
                }
                Some(_) => return None,
                None => break,
            },
            b':' | b'@' => break,
            _ => return None,
        }
        at += 1;
    }
    found.name = at;
    (!open).then_some(found)
}

/// The slash after the digits of a port.
fn port_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while bytes.get(at)?.is_ascii_digit() {
        at += 1;
    }
    (at > start && bytes.get(at) == Some(&b'/')).then_some(at)
}

/// Where a tag ends that starts there.
fn tag_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'A'..=b'Z' | b'_' => {}
            b'.' | b'-' if at > start => {}
            b'@' => break,
            _ => return None,
        }
        at += 1;
    }
    (at > start && at - start <= MAX_TAG).then_some(at)
}

/// Whether `@sha256:` and 64 digits are all that is left.
fn is_sha256(bytes: &[u8]) -> bool {
    let digits = match bytes.split_first() {
        Some((b'@', digest)) => digest.strip_prefix(SHA256).unwrap_or_default(),
        _ => return false,
    };
    are_digits(digits, SHA256_DIGITS)
}
