//! Docker's short names.

use super::quick::{self, Places};
use super::{DEFAULT_DOMAIN, Reference, ReferenceError, Rules, grammar};
use crate::digest::are_digits;

/// Old name of the default domain.
const LEGACY_DOMAIN: &str = "index.docker.io";

/// Parses a name that may lack its domain (distribution/reference, normalize.go, ParseNormalizedNamed).
pub(super) fn parse(text: &str, rules: &Rules) -> Result<Reference, ReferenceError> {
    if let Some(Places { removed, added, domain, name, tag, familiar }) = quick::normalized(text, rules) {
        let text = [added, text.get(removed..).unwrap_or_default()].concat();
        let reference = Reference { text, domain, name, tag };
        debug_assert_eq!(reference.familiar_start(), familiar);
        return Ok(reference);
    }
    in_full(text, rules)
}

/// The same by the whole grammar.
fn in_full(text: &str, rules: &Rules) -> Result<Reference, ReferenceError> {
    if is_identifier(text) {
        return Err(ReferenceError::Identifier { identifier: text.to_owned() });
    }
    let (domain, rest) = split_domain(text, rules);
    let library = if domain == DEFAULT_DOMAIN && !rest.as_bytes().contains(&b'/') { "library/" } else { "" };
    let name = rest.find(':').map_or(rest, |colon| rest.get(..colon).unwrap_or_default());
    let may_change = |byte: u8| byte.is_ascii_uppercase() || !byte.is_ascii();
    if let Some(start) = name.bytes().position(may_change)
        && let Some((at, _)) =
            name.get(start..).and_then(|rest| rest.char_indices().find(|&(_, c)| !is_lower(c)))
    {
        let name = library.chars().chain(name.chars()).take(300).collect();
        return Err(ReferenceError::Uppercase { name, offset: text.len() - rest.len() + start + at });
    }
    let full = [domain, "/", library, rest].concat();
    let added = full.len() - rest.len();
    grammar::parse(full, rules).map_err(|error| error.shifted(added, text.len() - rest.len()))
}

/// Whether the text is 64 hexadecimal digits in lower case, the form of an image id.
pub(super) fn is_identifier(text: &str) -> bool {
    are_digits(text.as_bytes(), 64)
}

/// The domain and the rest, by Docker's rule for what is a domain.
fn split_domain<'t>(text: &'t str, rules: &Rules) -> (&'t str, &'t str) {
    let is_domain = |first: &str| {
        first == "localhost"
            || first.bytes().any(|byte| matches!(byte, b'.' | b':'))
            || rules.uppercase_domain && first.chars().any(|c| !is_lower(c))
    };
    match text.split_once('/') {
        Some((LEGACY_DOMAIN, rest)) => (DEFAULT_DOMAIN, rest),
        Some((first, rest)) if is_domain(first) => (first, rest),
        _ => (DEFAULT_DOMAIN, text),
    }
}

/// Whether Unicode's simple lower case leaves the character as it is.
///
/// Told from the upper-case property and its few exceptions, because the table of lower-case letters is larger than all
/// other code for references.
fn is_lower(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => !c.is_ascii_uppercase(),
        // Title case.
        '\u{1C5}' | '\u{1C8}' | '\u{1CB}' | '\u{1F2}' | '\u{1FBC}' | '\u{1FCC}' | '\u{1FFC}' => false,
        '\u{1F88}'..='\u{1F8F}' | '\u{1F98}'..='\u{1F9F}' | '\u{1FA8}'..='\u{1FAF}' => false,
        // Letters with a meaning of their own; four of those like letters have a lower case.
        '\u{2126}' | '\u{212A}' | '\u{212B}' | '\u{2132}' => false,
        '\u{3D2}'..='\u{3D4}' | '\u{2100}'..='\u{214F}' => true,
        '\u{1D400}'..='\u{1D7FF}' | '\u{1F130}'..='\u{1F189}' => true,
        _ => !c.is_uppercase(),
    }
}
