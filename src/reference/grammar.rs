//! The grammar, part by part.

use super::{MAX_PATH, Part, Reference, ReferenceError, Rules};
use crate::digest::{Digest, DigestError};

/// Parses a text as it stands.
pub(super) fn parse(text: String, rules: &Rules) -> Result<Reference, ReferenceError> {
    if text.is_empty() {
        return Err(ReferenceError::Empty);
    }
    let Parts { domain, name, tag } = match split(&text, rules) {
        Ok(parts) => parts,
        Err(error) => return Err(uppercase(&text, rules).unwrap_or(error)),
    };
    let reference = Reference { text, domain, name, tag };
    check_length(&reference, rules)?;
    if let Some(digest) = reference.digest() {
        parse_digest(digest, rules)
            .map_err(|error| ReferenceError::Digest { error, offset: reference.tag + 1 })?;
    }
    Ok(reference)
}

/// Where the parts of a reference end, as [`Reference`] has it.
struct Parts {
    domain: usize,
    name: usize,
    tag: usize,
}

/// Parses a digest of an algorithm that the rules know.
pub(super) fn parse_digest(text: &str, rules: &Rules) -> Result<Digest, DigestError> {
    Digest::parse_with(text, rules.algorithms)
}

/// Checks that the path, or by older rules the name, has no more than 255 bytes.
pub(super) fn check_length(reference: &Reference, rules: &Rules) -> Result<(), ReferenceError> {
    let counted = if rules.domain_counts { reference.name() } else { reference.path() };
    let offset = reference.name - counted.len() + MAX_PATH;
    let length = counted.len();
    if length > MAX_PATH { Err(ReferenceError::PathTooLong { length, offset }) } else { Ok(()) }
}

/// Finds the parts and checks each against its grammar.
///
/// No class overlaps where it matters: only the part before the last slash can have further slashes, only the digest has
/// an `@`, and the tag starts at the first colon after the last slash.
fn split(text: &str, rules: &Rules) -> Result<Parts, ReferenceError> {
    let tagged = text.find('@').unwrap_or(text.len());
    let head = text.get(..tagged).unwrap_or_default();
    let last = head.rfind('/').map_or(0, |slash| slash + 1);
    let name = head.get(last..).and_then(|rest| rest.find(':')).map_or(tagged, |colon| last + colon);
    let domain = check_name(text.get(..name).unwrap_or_default(), rules)?;
    if name < tagged {
        check_tag(text.get(name + 1..tagged).unwrap_or_default(), name + 1)?;
    }
    if let Some(digest) = text.get(tagged + 1..) {
        check_digest(digest, tagged + 1)?;
    }
    Ok(Parts { domain, name, tag: tagged })
}

/// Checks a name and gives the length of its domain, 0 when it has none.
pub(super) fn check_name(name: &str, rules: &Rules) -> Result<usize, ReferenceError> {
    if name.is_empty() {
        return Err(ReferenceError::EmptyPart { part: Part::Name, offset: 0 });
    }
    let domain =
        name.find('/').filter(|&slash| is_domain(name.as_bytes().get(..slash).unwrap_or_default(), rules));
    let start = domain.map_or(0, |slash| slash + 1);
    check_path(name.get(start..).unwrap_or_default(), start)?;
    Ok(domain.unwrap_or(0))
}

/// Whether the bytes are a domain.
pub(super) fn is_domain(bytes: &[u8], rules: &Rules) -> bool {
    let (host, port) = if rules.ipv6_domain && bytes.first() == Some(&b'[') {
        let Some(close) = bytes.iter().position(|&byte| byte == b']') else { return false };
        let address = bytes.get(1..close).unwrap_or_default();
        if address.is_empty() || !address.iter().all(|&byte| byte == b':' || byte.is_ascii_hexdigit()) {
            return false;
        }
        (None, bytes.get(close + 1..).unwrap_or_default())
    } else {
        let colon = bytes.iter().position(|&byte| byte == b':').unwrap_or(bytes.len());
        (bytes.get(..colon), bytes.get(colon..).unwrap_or_default())
    };
    let is_port = match port.split_first() {
        None => true,
        Some((b':', digits)) => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        Some(_) => false,
    };
    is_port && host.is_none_or(|host| host.split(|&byte| byte == b'.').all(is_label))
}

fn is_label(label: &[u8]) -> bool {
    matches!((label.first(), label.last()), (Some(first), Some(last))
        if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric())
        && label.iter().all(|&byte| byte == b'-' || byte.is_ascii_alphanumeric())
}

/// Checks a path that stands at `start` of the text.
fn check_path(path: &str, start: usize) -> Result<(), ReferenceError> {
    let part = Part::Name;
    /// Two underscores are a separator of their own.
    const TWO_UNDERSCORES: u8 = b'=';
    // The separator just before this byte; 0 after a letter or digit.
    let mut separator = 0;
    let mut component = 0;
    let invalid = |at: usize| {
        // Everything before is ASCII, so a character starts here.
        let character = path.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
        ReferenceError::InvalidCharacter { part, character, offset: start + at }
    };
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => separator = 0,
            b'/' if at == component => return Err(ReferenceError::EmptyPart { part, offset: start + at }),
            b'/' if separator != 0 => return Err(ReferenceError::Incomplete { part, offset: start + at }),
            b'/' => component = at + 1,
            b'.' | b'_' | b'-' if at > component => {
                separator = match (separator, byte) {
                    (0, _) | (b'-', b'-') => byte,
                    (b'_', b'_') => TWO_UNDERSCORES,
                    _ => return Err(invalid(at)),
                };
            }
            _ => return Err(invalid(at)),
        }
    }
    let end = start + path.len();
    if component == path.len() {
        return Err(ReferenceError::EmptyPart { part, offset: end });
    }
    if separator != 0 {
        return Err(ReferenceError::Incomplete { part, offset: end });
    }
    Ok(())
}

/// Checks a tag that stands at `start` of the text.
pub(super) fn check_tag(tag: &str, start: usize) -> Result<(), ReferenceError> {
    let part = Part::Tag;
    if tag.is_empty() {
        return Err(ReferenceError::EmptyPart { part, offset: start });
    }
    for (at, character) in tag.char_indices() {
        match character {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '_' => {}
            '.' | '-' if at > 0 => {}
            _ => return Err(ReferenceError::InvalidCharacter { part, character, offset: start + at }),
        }
    }
    if tag.len() > 128 {
        return Err(ReferenceError::TagTooLong { length: tag.len(), offset: start + 128 });
    }
    Ok(())
}

/// Checks the form of a digest that stands at `start` of the text, whatever its algorithm.
pub(super) fn check_digest(digest: &str, start: usize) -> Result<(), ReferenceError> {
    let part = Part::Digest;
    if digest.is_empty() {
        return Err(ReferenceError::EmptyPart { part, offset: start });
    }
    let mut in_algorithm = true;
    let mut starts = true;
    let mut digits = 0;
    for (at, character) in digest.char_indices() {
        match character {
            _ if !in_algorithm && character.is_ascii_hexdigit() => digits += 1,
            'a'..='z' | 'A'..='Z' if in_algorithm => starts = false,
            '0'..='9' if in_algorithm && !starts => {}
            '-' | '_' | '+' | '.' if in_algorithm && !starts => starts = true,
            ':' if in_algorithm && !starts => in_algorithm = false,
            _ => return Err(ReferenceError::InvalidCharacter { part, character, offset: start + at }),
        }
    }
    if digits < 32 {
        return Err(ReferenceError::Incomplete { part, offset: start + digest.len() });
    }
    Ok(())
}

/// Go's simple lower case of a character, for those whose lower case is ASCII; other characters stay.
fn lower(character: char) -> char {
    match character {
        '\u{130}' => 'i',
        '\u{212A}' => 'k',
        _ => character.to_ascii_lowercase(),
    }
}

/// The error for a text that is a reference only when all of it is put in lower case.
fn uppercase(text: &str, rules: &Rules) -> Option<ReferenceError> {
    let not_ascii = text.bytes().position(|byte| !byte.is_ascii());
    let lowered = match not_ascii {
        // What is no reference and stays the same is none again.
        None if !text.bytes().any(|byte| byte.is_ascii_uppercase()) => return None,
        None => text.to_ascii_lowercase(),
        Some(_) => {
            let mut lowered = Vec::with_capacity(text.len());
            for character in text.chars() {
                // A reference is ASCII throughout, so the first that is not decides.
                lowered.push(u8::try_from(lower(character)).ok().filter(u8::is_ascii)?);
            }
            String::from_utf8(lowered).ok()?
        }
    };
    let parts = split(&lowered, rules).ok()?;
    // What has to change is in the path: upper case is allowed in every other part, apart from characters that are not
    // ASCII. Lowering shortens those, so places are the same in both texts only before the first of them.
    let path = if parts.domain == 0 { 0 } else { parts.domain + 1 };
    let path_end = parts.name.min(not_ascii.unwrap_or(text.len()));
    let upper =
        text.get(path..path_end).unwrap_or_default().bytes().position(|byte| byte.is_ascii_uppercase());
    let offset = upper.map(|upper| path + upper).or(not_ascii)?;
    Some(ReferenceError::Uppercase { name: text.chars().take(parts.name.min(300)).collect(), offset })
}
