//! The steps that made an image.

use super::Timestamp;
use crate::json::decode_struct;

/// One step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When it was done.
    pub created: Option<Timestamp>,
    /// By whom.
    pub author: String,
    /// The command.
    pub created_by: String,
    /// A remark.
    pub comment: String,
    /// True when it made no layer.
    pub empty_layer: bool,
}

impl HistoryEntry {
    /// A step done at that time, which the caller's clock tells (Docker, `NewHistory`).
    pub fn new(created: Timestamp, author: &str, created_by: &str, comment: &str, empty_layer: bool) -> Self {
        Self {
            created: Some(created),
            author: author.to_owned(),
            created_by: created_by.to_owned(),
            comment: comment.to_owned(),
            empty_layer,
        }
    }
}

decode_struct!(HistoryEntry {
    "created" => created,
    "author" => author,
    "created_by" => created_by,
    "comment" => comment,
    "empty_layer" => empty_layer,
});

/// For each step the number of the layer that it made, counted from the bottom.
///
/// A step that is marked as empty made none. When the number of the other steps is not that of the layers the history
/// does not tell which is which (images without history, or built on one without), and no step is given a layer.
pub fn align(history: &[HistoryEntry], layers: usize) -> Vec<Option<usize>> {
    let fits = history.iter().filter(|entry| !entry.empty_layer).count() == layers;
    let mut next = 0..layers;
    history.iter().map(|entry| if fits && !entry.empty_layer { next.next() } else { None }).collect()
}
