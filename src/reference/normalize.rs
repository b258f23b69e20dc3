//! Docker's short names.

use super::{DEFAULT_DOMAIN, Reference, ReferenceError, Rules, grammar};

/// Old name of the default domain.
const LEGACY_DOMAIN: &str = "index.docker.io";

/// Parses a name that may lack its domain (distribution/reference, normalize.go, ParseNormalizedNamed).
pub(super) fn parse(text: &str, rules: &Rules) -> Result<Reference, ReferenceError> {
    if is_identifier(text) {
        return Err(ReferenceError::Identifier { identifier: text.to_owned() });
    }
    let (domain, rest) = split_domain(text, rules);
    let library = if domain == DEFAULT_DOMAIN && !rest.contains('/') { "library/" } else { "" };
    let name = rest.find(':').map_or(rest, |colon| rest.get(..colon).unwrap_or_default());
    if let Some((at, _)) = name.char_indices().find(|&(_, c)| !is_lower(c)) {
        let name = library.chars().chain(name.chars()).take(300).collect();
        return Err(ReferenceError::Uppercase { name, offset: text.len() - rest.len() + at });
    }
    let full = format!("{domain}/{library}{rest}");
    grammar::parse(&full, rules)
        .map_err(|error| error.shifted(full.len() - rest.len(), text.len() - rest.len()))
}

/// Whether the text is 64 hexadecimal digits in lower case, the form of an image id.
pub(super) fn is_identifier(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The domain and the rest, by Docker's rule for what is a domain.
fn split_domain<'t>(text: &'t str, rules: &Rules) -> (&'t str, &'t str) {
    let is_domain = |first: &str| {
        first == "localhost"
            || first.contains(['.', ':'])
            || rules.uppercase_domain && first.chars().any(|c| !is_lower(c))
    };
    match text.split_once('/') {
        Some((LEGACY_DOMAIN, rest)) => (DEFAULT_DOMAIN, rest),
        Some((first, rest)) if is_domain(first) => (first, rest),
        _ => (DEFAULT_DOMAIN, text),
    }
}

/// Whether lower-casing leaves the character as it is.
///
/// Told without the standard library's table of lower-case letters, which is a tenth of the smaller wasm module: upper
/// case is what changes, but for the letters in title case, which change too, and for those letters of mathematics,
/// symbols and signs that have no lower case.
fn is_lower(c: char) -> bool {
    match c {
        '\0'..='\x7f' => !c.is_ascii_uppercase(),
        '\u{1c5}' | '\u{1c8}' | '\u{1cb}' | '\u{1f2}' => false,
        '\u{1f88}'..='\u{1f8f}' | '\u{1f98}'..='\u{1f9f}' | '\u{1fa8}'..='\u{1faf}' => false,
        '\u{1fbc}' | '\u{1fcc}' | '\u{1ffc}' => false,
        '\u{2126}' | '\u{212a}' | '\u{212b}' | '\u{2132}' => false,
        '\u{3d2}'..='\u{3d4}' | '\u{2102}'..='\u{2145}' => true,
        '\u{1d400}'..='\u{1d7ca}' | '\u{1f130}'..='\u{1f189}' => true,
        _ => !c.is_uppercase(),
    }
}
