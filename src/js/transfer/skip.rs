//! What was left out of a load, as plain data.

use serde::Serialize;

use crate::archive::{LoadNote, LoadSkip};

/// An image that was left out.
#[derive(Serialize)]
pub(super) struct Skipped {
    image: usize,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<String>,
}

pub(super) fn skipped(image: usize, skip: &LoadSkip) -> Skipped {
    let (reason, platform) = match skip {
        LoadSkip::NotAsked => ("not-asked", None),
        LoadSkip::Platform { platform } => ("platform", Some(platform.to_string())),
        LoadSkip::Attestation => ("attestation", None),
        LoadSkip::Artifact => ("artifact", None),
        LoadSkip::Absent => ("absent", None),
    };
    Skipped { image, reason, platform }
}

/// What became of something that an image brings along.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(super) enum Note {
    NameOfAnother { reference: String, image: usize, given_to: usize },
    InvalidParent { image: usize, parent: String },
    NoParent { image: usize, parent: String },
}

pub(super) fn note(note: &LoadNote) -> Note {
    match note {
        LoadNote::NameOfAnother { reference, image, given_to } => {
            Note::NameOfAnother { reference: reference.to_string(), image: *image, given_to: *given_to }
        }
        LoadNote::InvalidParent { image, parent } => {
            Note::InvalidParent { image: *image, parent: parent.to_string() }
        }
        LoadNote::NoParent { image, parent } => Note::NoParent { image: *image, parent: parent.clone() },
    }
}
