//! Histories, step by step.

use serde::Serialize;

use crate::image::HistoryStepData;
use crate::limits::Limits;

/// How a step differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HistoryChange {
    /// Both histories have it.
    Same,
    /// The second history has it.
    Added,
    /// The first history has it.
    Removed,
}

/// One line of two histories that were laid beside each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryDifference {
    /// Which history has it.
    pub change: HistoryChange,
    /// Position in the first image's history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<usize>,
    /// Position in the second image's history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<usize>,
    /// The command, or the remark of a step that has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// It made no layer.
    pub empty: bool,
}

/// What makes two steps the same: the command, or the remark of one without, and whether there is a layer. When a step was
/// done, and what came of it, is not looked at.
type Key<'a> = (Option<&'a str>, bool);

fn key(step: &HistoryStepData) -> Key<'_> {
    (step.created_by.as_deref().or(step.comment.as_deref()), step.empty_layer)
}

/// Both histories, the steps that they have in common beside each other: a longest sequence of such steps. Between two of
/// them the first history's come first.
pub(super) fn differences(
    before: &[HistoryStepData],
    after: &[HistoryStepData],
    limits: &Limits,
) -> Vec<HistoryDifference> {
    let old: Vec<Key<'_>> = before.iter().map(key).collect();
    let new: Vec<Key<'_>> = after.iter().map(key).collect();
    // The same pairs are found whichever history is the first.
    let pairs = if old <= new {
        pairs(&old, &new, limits)
    } else {
        pairs(&new, &old, limits).into_iter().map(|(new, old)| (old, new)).collect()
    };
    let line = |change, before: Option<usize>, after: Option<usize>, key: Option<&Key<'_>>| {
        let (command, empty) = key.copied().unwrap_or_default();
        HistoryDifference { change, before, after, command: command.map(str::to_owned), empty }
    };
    let mut lines = Vec::with_capacity(old.len().max(new.len()));
    let (mut at_old, mut at_new) = (0, 0);
    for (old_end, new_end) in pairs.into_iter().chain([(old.len(), new.len())]) {
        let removed = at_old..old_end;
        lines.extend(removed.map(|at| line(HistoryChange::Removed, Some(at), None, old.get(at))));
        let added = at_new..new_end;
        lines.extend(added.map(|at| line(HistoryChange::Added, None, Some(at), new.get(at))));
        if let Some(key) = old.get(old_end) {
            lines.push(line(HistoryChange::Same, Some(old_end), Some(new_end), Some(key)));
        }
        (at_old, at_new) = (old_end.saturating_add(1), new_end.saturating_add(1));
    }
    lines
}

/// Positions of the steps that both have.
fn pairs(a: &[Key<'_>], b: &[Key<'_>], limits: &Limits) -> Vec<(usize, usize)> {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (rest_a, rest_b) = (a.get(start..).unwrap_or_default(), b.get(start..).unwrap_or_default());
    let end = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(|(a, b)| a == b).count();
    let middle_a = rest_a.get(..rest_a.len() - end).unwrap_or_default();
    let middle_b = rest_b.get(..rest_b.len() - end).unwrap_or_default();
    let mut pairs: Vec<(usize, usize)> = (0..start).map(|at| (at, at)).collect();
    let cells = (middle_a.len() as u64).saturating_mul(middle_b.len() as u64);
    // Of histories that no build makes, only what they begin and end with is laid beside each other.
    if cells <= limits.history_cells {
        pairs.extend(longest(middle_a, middle_b).into_iter().map(|(a, b)| (start + a, start + b)));
    }
    pairs.extend((0..end).map(|at| (a.len() - end + at, b.len() - end + at)));
    pairs
}

/// A longest common sequence, found from both ends on.
fn longest(a: &[Key<'_>], b: &[Key<'_>]) -> Vec<(usize, usize)> {
    // From each pair of positions, the way that a longest sequence goes on: 1 in `a`, 2 in `b`, 0 in both.
    let mut ways = vec![0_u8; a.len().saturating_mul(b.len())];
    let mut below = vec![0_u32; b.len()];
    for (step, row) in a.iter().rev().zip(ways.chunks_mut(b.len().max(1)).rev()) {
        let (mut diagonal, mut right) = (0, 0);
        for ((other, way), length) in b.iter().zip(row).zip(&mut below).rev() {
            let skip = *length;
            let next = if step == other {
                *way = 0;
                diagonal + 1
            } else if skip >= right {
                *way = 1;
                skip
            } else {
                *way = 2;
                right
            };
            (diagonal, right, *length) = (skip, next, next);
        }
    }
    let (mut at_a, mut at_b, mut pairs) = (0, 0, Vec::new());
    while at_a < a.len() && at_b < b.len() {
        match ways.get(at_a * b.len() + at_b) {
            Some(0) => {
                pairs.push((at_a, at_b));
                (at_a, at_b) = (at_a + 1, at_b + 1);
            }
            Some(1) => at_a += 1,
            _ => at_b += 1,
        }
    }
    pairs
}
