//! The order of references.

use std::collections::BinaryHeap;

use super::Reference;

/// Sorts texts as references: what has name, tag and digest first, then name and tag, name and digest, names, and digests
/// alone, each by its normalised text. What is no reference comes last, as it is.
pub fn sort<T: AsRef<str>>(texts: &[T]) -> Vec<String> {
    // One list a kind in the order of the kinds, and one more.
    let mut lists = [const { Vec::new() }; 6];
    for text in texts {
        let (list, text) = match Reference::parse_any(text.as_ref()) {
            Ok(reference) => (reference.kind() as usize, reference.text),
            Err(_) => (lists.len() - 1, text.as_ref().to_owned()),
        };
        if let Some(list) = lists.get_mut(list) {
            list.push(text);
        }
    }
    let mut sorted = Vec::with_capacity(texts.len());
    for list in lists {
        sorted.extend(BinaryHeap::from(list).into_sorted_vec());
    }
    sorted
}
