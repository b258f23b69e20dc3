//! The same image in other layers.

use std::ops::Range;

use super::{CanonicalRules, ConfigError, DiffId, HistoryEntry, ImageConfig, Timestamp};
use crate::json::{Escapes, ObjectWriter, fold_eq, parse_elements, parse_members, write_array, write_string};
use crate::limits::Limits;

/// What takes the place of one layer or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerChange {
    /// The layers, counted from the lowest.
    pub layers: Range<usize>,
    /// Diff id of the layer that takes their place; without one nothing does.
    pub diff_id: Option<DiffId>,
    /// A remark on the step that stands for several layers.
    pub comment: String,
}

/// The times of a configuration: `created`, and those of the steps of its history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StepTimes {
    /// They stay.
    #[default]
    Keep,
    /// They stay, but none is later than this.
    NotAfter(Timestamp),
    /// All are this one. Steps that have none get none.
    Set(Timestamp),
}

impl ImageConfig {
    /// The configuration of the same image in other layers. All of its bytes stay but for `rootfs.diff_ids`, the steps of the
    /// history that the changes are about, times that become others, and white space between the outermost members.
    ///
    /// A step whose layer goes makes no layer from then on (`empty_layer`). Where one layer takes the place of several, their
    /// steps make none, and behind the last of them stands a step for the new one, of the same time, with the remark: so does
    /// Docker's `build --squash`. So the steps that made layers are as many as the layers. A history that did not tell which
    /// step made which layer before stays as it is.
    ///
    /// # Errors
    /// A limit, which reading the same bytes did not pass before.
    ///
    /// ```
    /// use layerglass::image::{DiffId, ImageConfig, LayerChange, StepTimes};
    /// let limits = Default::default();
    /// let config = ImageConfig::parse(
    ///     r#"{"x": 1, "rootfs": {"type": "layers", "diff_ids": ["a", "b"]}, "history": [{"created_by": "A"}, {}]}"#,
    ///     &limits,
    /// )?;
    /// let change = LayerChange { layers: 0..2, diff_id: Some(DiffId::new("c")), comment: "one".to_owned() };
    /// assert_eq!(
    ///     String::from_utf8_lossy(config.with_layers(&[change], &StepTimes::Keep, &limits)?.raw()),
    ///     r#"{"x":1,"rootfs":{"type":"layers","diff_ids":["c"]},"history":[{"created_by":"A","empty_layer":true},{"empty_layer":true},{"comment":"one"}]}"#
    /// );
    /// # Ok::<(), layerglass::image::ConfigError>(())
    /// ```
    pub fn with_layers(
        &self,
        changes: &[LayerChange],
        times: &StepTimes,
        limits: &Limits,
    ) -> Result<Self, ConfigError> {
        let members = parse_members(self.raw(), limits)?.unwrap_or_default();
        // Of several members of one name the last counts; what the others say of these two is in what was read of all.
        let last = |name: &str| members.iter().rposition(|member| fold_eq(&member.key, name));
        let (rootfs, history, created) = (last("rootfs"), last("history"), last("created"));
        let mut object = ObjectWriter::new(Escapes::Current);
        for (index, member) in members.iter().enumerate() {
            let value = self.raw().get(member.span.clone()).unwrap_or_default();
            let is = |name| fold_eq(&member.key, name);
            if Some(index) == rootfs {
                object.raw(&member.key, &self.rootfs_in(value, changes, limits)?);
            } else if Some(index) == history && value != b"null" {
                let steps = self.steps_in(value, changes, times, limits)?;
                object.raw(&member.key, &write_array(steps.into_iter()));
            } else if Some(index) == created {
                object.raw(&member.key, &times.apply(self.created(), value));
            } else if Some(index) == history || !(is("rootfs") || is("history") || is("created")) {
                object.raw(&member.key, value);
            }
        }
        Self::parse(object.finish(), limits)
    }

    /// The diff ids after the changes.
    fn diff_ids_after(&self, changes: &[LayerChange]) -> Vec<DiffId> {
        let mut after = Vec::new();
        for (index, diff_id) in self.rootfs().diff_ids.iter().enumerate() {
            match changes.iter().find(|change| change.layers.contains(&index)) {
                None => after.push(diff_id.clone()),
                Some(change) if change.layers.start == index => after.extend(change.diff_id.clone()),
                Some(_) => {}
            }
        }
        after
    }

    fn rootfs_in(
        &self,
        value: &[u8],
        changes: &[LayerChange],
        limits: &Limits,
    ) -> Result<Vec<u8>, ConfigError> {
        let members = parse_members(value, limits)?.unwrap_or_default();
        let is_said = |name: &str| members.iter().any(|member| fold_eq(&member.key, name));
        let mut object = ObjectWriter::new(Escapes::Current);
        if !is_said("type") {
            object.string("type", &self.rootfs().kind);
        }
        let diff_ids = || {
            self.diff_ids_after(changes).into_iter().map(|diff_id| {
                let mut text = Vec::new();
                write_string(&mut text, diff_id.as_str(), Escapes::Current);
                text
            })
        };
        let mut is_written = false;
        for member in &members {
            if !fold_eq(&member.key, "diff_ids") {
                object.raw(&member.key, value.get(member.span.clone()).unwrap_or_default());
            } else if !std::mem::replace(&mut is_written, true) {
                object.array(&member.key, diff_ids());
            }
        }
        if !is_written {
            object.array("diff_ids", diff_ids());
        }
        Ok(object.finish())
    }

    fn steps_in(
        &self,
        value: &[u8],
        changes: &[LayerChange],
        times: &StepTimes,
        limits: &Limits,
    ) -> Result<Vec<Vec<u8>>, ConfigError> {
        let elements = parse_elements(value, limits)?.unwrap_or_default();
        let raw =
            |step: usize| elements.get(step).and_then(|span| value.get(span.clone())).unwrap_or_default();
        // Steps that several arrays of one name tell together are written as they were read.
        let is_whole = elements.len() == self.history().len();
        let alignment = self.history_alignment();
        let mut steps = Vec::new();
        for (index, (step, layer)) in self.history().iter().zip(alignment).enumerate() {
            let change =
                changes.iter().find(|change| layer.is_some_and(|layer| change.layers.contains(&layer)));
            let is_gone = change.is_some_and(|change| change.diff_id.is_none() || change.layers.len() > 1);
            let made;
            let raw = if is_whole {
                raw(index)
            } else {
                made = step.canonical_json(CanonicalRules::Current);
                &made
            };
            steps.push(step.edited(raw, is_gone, times, limits)?);
            if let Some(change) = change.filter(|change| change.layers.len() > 1 && change.diff_id.is_some())
                && layer.is_some_and(|layer| layer + 1 == change.layers.end)
            {
                steps.push(step.one_for_several(&change.comment, times));
            }
        }
        Ok(steps)
    }
}

impl StepTimes {
    /// What becomes of a time that is written as `raw`.
    fn apply(&self, time: Option<&Timestamp>, raw: &[u8]) -> Vec<u8> {
        let other = match (self, time) {
            (Self::Set(set), Some(_)) => set,
            (Self::NotAfter(last), Some(time)) if time.is_after(last) => last,
            _ => return raw.to_vec(),
        };
        let mut text = Vec::new();
        write_string(&mut text, &other.canonical(), Escapes::Current);
        text
    }
}

impl HistoryEntry {
    /// The step as it is written, with another time, or as one that makes no layer.
    fn edited(
        &self,
        raw: &[u8],
        is_gone: bool,
        times: &StepTimes,
        limits: &Limits,
    ) -> Result<Vec<u8>, ConfigError> {
        if !is_gone && *times == StepTimes::Keep {
            return Ok(raw.to_vec());
        }
        // A step may be written as null.
        let members = parse_members(raw, limits)?.unwrap_or_default();
        let mut object = ObjectWriter::new(Escapes::Current);
        for member in &members {
            let value = raw.get(member.span.clone()).unwrap_or_default();
            if fold_eq(&member.key, "created") {
                object.raw(&member.key, &times.apply(self.created.as_ref(), value));
            } else if !is_gone || !fold_eq(&member.key, "empty_layer") {
                object.raw(&member.key, value);
            }
        }
        object.flag_if_set("empty_layer", is_gone);
        Ok(object.finish())
    }

    /// The step for a layer that takes the place of several, of which this is the last one's.
    fn one_for_several(&self, comment: &str, times: &StepTimes) -> Vec<u8> {
        let mut object = ObjectWriter::new(Escapes::Current);
        if let Some(created) = &self.created {
            let mut text = Vec::new();
            write_string(&mut text, created.as_str(), Escapes::Current);
            object.raw("created", &times.apply(self.created.as_ref(), &text));
        }
        object.string_if_any("comment", comment);
        object.finish()
    }
}
