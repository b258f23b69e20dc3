//! The order of references.

use super::{Kind, Reference};

/// Sorts texts as references: what has name, tag and digest first, then name and tag, name and digest, names, and digests
/// alone, each by its normalised text. What is no reference comes last, as it is.
pub fn sort<T: AsRef<str>>(texts: &[T]) -> Vec<String> {
    let mut keys: Vec<(Option<Kind>, String)> = texts
        .iter()
        .map(|text| match Reference::parse_any(text.as_ref()) {
            Ok(reference) => (Some(reference.kind()), reference.text),
            Err(_) => (None, text.as_ref().to_owned()),
        })
        .collect();
    keys.sort_by(|(a_kind, a), (b_kind, b)| {
        (a_kind.is_none(), a_kind, a).cmp(&(b_kind.is_none(), b_kind, b))
    });
    keys.into_iter().map(|(_, text)| text).collect()
}
