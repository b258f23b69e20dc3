//! The file of names.
//!
//! ```text
//! {"Repositories":{"<repository>":{"<tag>":"<id>"}}}                              repositories-<driver>
//! {"Repositories":{"<repository>":{"<repository>:<tag>":"sha256:<id>"}}}          repositories.json
//! ```

use std::collections::BTreeMap;

use super::TagsError;
use crate::json::{self, Decode, Escapes, FieldError, Input, ObjectWriter, Value};
use crate::limits::{LimitExceeded, Limits};

/// Which form a file of names has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TagForm {
    /// That of Docker up to 1.9: tags and bare ids.
    #[default]
    Legacy,
    /// That of Docker 1.10 and later: whole names, and ids that are digests.
    Current,
}

/// Tags with their ids; nothing where the file has `null`.
type Tags = Option<BTreeMap<String, String>>;

/// The names as they stand in a file, by repository. Which of them are names by today's grammar does not matter here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct File {
    pub(super) repositories: BTreeMap<String, Tags>,
}

/// A file with the members that it has. Go leaves alone what is not there.
#[derive(Default)]
struct Wire(Option<BTreeMap<String, Tags>>);

impl Decode for Wire {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        json::read_object(input, &mut [("Repositories", &mut self.0)])
    }
}

const DIGEST: &str = "sha256:";

impl File {
    pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Self, TagsError> {
        LimitExceeded::check("namesBytes", limits.names_bytes, bytes.len() as u64)?;
        let limits = Limits {
            json_bytes: u64::MAX,
            json_values: limits.json_values.max(u64::from(limits.names).saturating_mul(2).saturating_add(16)),
            ..*limits
        };
        if let Value::Null = json::parse(bytes, &limits)? {
            return Ok(Self::default());
        }
        let mut wire = Wire::default();
        json::decode(bytes, &mut wire, &limits)??;
        let mut file = Self { repositories: wire.0.unwrap_or_default() };
        // The newer form becomes the older one, in which everything else is said.
        for (repository, tags) in &mut file.repositories {
            let Some(tags) = tags else { continue };
            *tags = std::mem::take(tags)
                .into_iter()
                .map(|(key, id)| {
                    (short(repository, key), id.strip_prefix(DIGEST).map_or(id.clone(), str::to_owned))
                })
                .collect();
        }
        file.check(&limits)?;
        Ok(file)
    }

    pub(super) fn check(&self, limits: &Limits) -> Result<(), TagsError> {
        let names: usize =
            self.repositories.values().map(|tags| tags.as_ref().map_or(1, BTreeMap::len)).sum();
        Ok(LimitExceeded::check("names", limits.names.into(), names as u64)?)
    }

    /// Compact, with sorted keys, without a newline.
    pub(super) fn write(&self, form: TagForm, limits: &Limits) -> Result<Vec<u8>, TagsError> {
        let mut repositories = ObjectWriter::new(Escapes::Older);
        for (repository, tags) in &self.repositories {
            let Some(tags) = tags else {
                repositories.raw(repository, b"null");
                continue;
            };
            let mut object = ObjectWriter::new(Escapes::Older);
            for (tag, id) in tags {
                match form {
                    TagForm::Legacy => object.string(tag, id),
                    TagForm::Current => object.string(&whole(repository, tag), &format!("{DIGEST}{id}")),
                }
            }
            repositories.raw(repository, &object.finish());
        }
        let mut file = ObjectWriter::new(Escapes::Older);
        file.raw("Repositories", &repositories.finish());
        let bytes = file.finish();
        LimitExceeded::check("namesBytes", limits.names_bytes, bytes.len() as u64)?;
        Ok(bytes)
    }
}

/// The tag or the digest of a whole name.
fn short(repository: &str, key: String) -> String {
    match key.strip_prefix(repository).and_then(|rest| rest.strip_prefix([':', '@'])) {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => key,
    }
}

/// A whole name. Only a digest has a colon.
pub(super) fn whole(repository: &str, tag: &str) -> String {
    format!("{repository}{}{tag}", if tag.contains(':') { '@' } else { ':' })
}
