//! One record, and the line that it stands in.

use std::collections::BTreeSet;

use super::LineError;
use crate::image::RunConfig;
use crate::json::{self, Escapes, FieldError, ObjectWriter, Value, fold_eq};
use crate::limits::Limits;
use crate::reference::{ImageNames, NameSource, Reference};

/// An image that is one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageRecord {
    /// What the image is known by: the SHA-256 of the file, 64 hexadecimal digits, where singularity made the record.
    pub id: String,
    /// SHA-256 of the file, 64 hexadecimal digits.
    pub sha256: String,
    /// Bytes of the file.
    pub size: u64,
    /// Where the file is.
    pub path: String,
    /// Its names; `None` where the line has `null`.
    pub names: Option<ImageNames>,
    /// Who uses it. Singularity does not write these down; without any, the line is as it writes it.
    pub users: BTreeSet<String>,
    /// What its containers run with, as JSON.
    oci_config: Option<Vec<u8>>,
    /// Members that are not known, with their values as JSON.
    others: Vec<(String, Vec<u8>)>,
}

impl ImageRecord {
    /// Reads one line.
    ///
    /// # Errors
    /// What is wrong with the JSON or a member, or that there is no id.
    pub fn parse(line: &[u8], limits: &Limits) -> Result<Self, LineError> {
        let mut record = Self::default();
        for member in json::parse_members(line, limits)?.unwrap_or_default() {
            let raw = json::compact(line.get(member.span).unwrap_or_default());
            record.take(&member.key, member.value, raw, limits)?;
        }
        if record.id.is_empty() { Err(LineError::NoId) } else { Ok(record) }
    }

    fn take(&mut self, key: &str, value: Value<'_>, raw: Vec<u8>, limits: &Limits) -> Result<(), LineError> {
        const KEYS: [&str; 7] = ["id", "sha256", "size", "path", "ref", "ociConfig", "users"];
        let Some(known) = KEYS.into_iter().find(|known| fold_eq(known, key)) else {
            self.others.push((key.to_owned(), raw));
            return Ok(());
        };
        let result = match known {
            "id" => json::decode(&raw, &mut self.id, limits)?,
            "sha256" => json::decode(&raw, &mut self.sha256, limits)?,
            "path" => json::decode(&raw, &mut self.path, limits)?,
            "size" => decode_size(&mut self.size, &value),
            "users" => {
                let mut users = Vec::<String>::new();
                let read = json::decode(&raw, &mut users, limits)?;
                read.map(|()| self.users = users.into_iter().collect())
            }
            "ref" => {
                let is_null = value == Value::Null;
                self.names = if is_null { None } else { Some(ImageNames::from_json(&raw, limits)?) };
                Ok(())
            }
            _ => match value {
                Value::Null => {
                    self.oci_config = None;
                    Ok(())
                }
                Value::Object(_) => {
                    self.oci_config = Some(raw);
                    Ok(())
                }
                other => Err(FieldError::of_type("object", &other)),
            },
        };
        Ok(result.map_err(|error| error.under(known))?)
    }

    /// The line, without a newline: singularity's members in its order, then the users if there are any, then what else
    /// the line had.
    pub fn to_json(&self) -> Vec<u8> {
        let mut line = ObjectWriter::new(Escapes::Older);
        line.string("id", &self.id);
        line.string("sha256", &self.sha256);
        line.raw("size", self.size.to_string().as_bytes());
        line.string("path", &self.path);
        match &self.names {
            Some(names) => line.raw("ref", names.to_json().as_bytes()),
            None => line.raw("ref", b"null"),
        }
        if let Some(config) = &self.oci_config {
            line.raw("ociConfig", config);
        }
        let users: Vec<String> = self.users.iter().cloned().collect();
        line.strings_if_any("users", Some(&users));
        for (key, json) in &self.others {
            line.raw(key, json);
        }
        line.finish()
    }

    /// What its containers run with, as JSON without white space.
    pub fn oci_config(&self) -> Option<&[u8]> {
        self.oci_config.as_deref()
    }

    /// Sets what its containers run with: a JSON object.
    ///
    /// # Errors
    /// What is wrong with the JSON.
    pub fn set_oci_config(&mut self, config: Option<&[u8]>, limits: &Limits) -> Result<(), LineError> {
        self.oci_config = match config {
            Some(config) => json::parse_members(config, limits)?.map(|_| json::compact(config)),
            None => None,
        };
        Ok(())
    }

    /// What its containers run with.
    ///
    /// # Errors
    /// A member has the wrong type.
    pub fn run_config(&self, limits: &Limits) -> Result<Option<RunConfig>, LineError> {
        let Some(raw) = &self.oci_config else { return Ok(None) };
        let mut config = RunConfig::default();
        json::decode(raw, &mut config, limits)??;
        Ok(Some(config))
    }

    /// Its tags, sorted.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.names.iter().flat_map(ImageNames::tags)
    }

    /// Its digests, sorted.
    pub fn digests(&self) -> impl Iterator<Item = &str> {
        self.names.iter().flat_map(ImageNames::digests)
    }
}

fn decode_size(size: &mut u64, value: &Value<'_>) -> Result<(), FieldError> {
    match value {
        Value::Null => {}
        Value::Number(number) => match number.as_str().parse() {
            Ok(number) => *size = number,
            Err(_) => return Err(FieldError::of_type("size in bytes", value)),
        },
        _ => return Err(FieldError::of_type("size in bytes", value)),
    }
    Ok(())
}

/// What a name is the same as: `library/busybox:1` and `busybox:1` are one name.
pub(super) fn key(source: Option<NameSource>, name: &str) -> String {
    match (source, Reference::parse_normalized(name)) {
        (Some(NameSource::Docker) | None, Ok(reference)) => reference.with_default_tag().to_string(),
        _ => name.to_owned(),
    }
}

/// The key of each name.
pub(super) fn keys(names: &ImageNames) -> impl Iterator<Item = String> {
    names.tags().chain(names.digests()).map(|name| key(names.source(), name))
}
