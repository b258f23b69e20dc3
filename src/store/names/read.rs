//! `repositories.json` and `repositories-<driver>` to [`Names`].

use std::borrow::Cow;

use super::table::{member_bytes, name_bytes, old_id};
use super::{Names, NamesError, NamesProblem, is_writable};
use crate::digest::Digest;
use crate::image::ImageId;
use crate::json::{self, FieldError, JsonError, Value, fold_eq};
use crate::limits::{LimitExceeded, Limits};
use crate::reference::{Kind, Reference, ReferenceError};
use crate::store::raw::{json_text, shown};
use crate::store::table::Table;

type Members<'a> = Table<Cow<'a, str>, Value<'a>>;

/// What the key of an entry says.
enum Entry {
    /// A whole name, as `repositories.json` has it.
    Whole(Reference),
    /// A tag or a digest, as `repositories-<driver>` has it.
    Part,
    /// Neither.
    Damaged(NamesProblem),
}

/// What is needed of the key of a repository.
struct Base<'k> {
    key: &'k str,
    /// The name, or what is wrong with it: it has a tag or a digest where there is no error.
    name: Result<Reference, Option<ReferenceError>>,
}

impl Names {
    /// Reads a file of names, in either of Docker's two forms, as tolerantly as Docker: keys in another letter case,
    /// `null`, and whatever follows the document. One damaged entry takes no other with it: it is reported, and kept as
    /// it is.
    ///
    /// # Errors
    /// Nothing can be read: it is no JSON, no object, or passes `namesBytes`, `jsonDepth` or `names`.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<(Self, Vec<NamesProblem>), NamesError> {
        let mut reader = Reader { names: Self::new(limits), problems: Vec::new() };
        let repositories = reader.repositories(bytes, limits)?;
        let mut parts = Vec::new();
        for (key, value) in repositories {
            reader.repository(key, value, &mut parts)?;
        }
        // What the newer form says counts, wherever in the file it stands.
        for (key, entries) in parts {
            let base = base(&key);
            for (entry, value) in entries {
                reader.part(&base, &entry, value)?;
            }
        }
        Ok((reader.names, reader.problems))
    }
}

struct Reader {
    names: Names,
    problems: Vec<NamesProblem>,
}

impl Reader {
    /// The repositories by key; the other members are kept.
    fn repositories<'a>(&mut self, bytes: &'a [u8], limits: &Limits) -> Result<Members<'a>, NamesError> {
        LimitExceeded::check("namesBytes", limits.names_bytes, bytes.len() as u64)?;
        let json_values =
            limits.json_values.max(u64::from(limits.names).saturating_mul(2).saturating_add(16));
        let limits = Limits { json_bytes: u64::MAX, json_values, ..*limits };
        let value = match json::parse(bytes, &limits) {
            Err(JsonError::TrailingData { offset }) => {
                self.problems.push(NamesProblem::TrailingData { offset });
                json::parse_first(bytes, &limits)?
            }
            value => value?,
        };
        let members = match value {
            Value::Null => Vec::new(),
            Value::Object(members) => members,
            other => return Err(FieldError::of_type("object", &other).into()),
        };
        let mut repositories = Members::new();
        for (key, value) in members {
            if fold_eq(&key, "Repositories") {
                self.merge(&mut repositories, value)?;
                continue;
            }
            let json = json_text(&value);
            self.names.check_bytes(member_bytes(&key, &json))?;
            self.names.keep_other(&key, json);
            self.problems.push(NamesProblem::UnknownMember { key: shown(&key) });
        }
        Ok(repositories)
    }

    /// Takes over the repositories of one member: as in Go, `null` empties the map and a key replaces.
    fn merge<'a>(&mut self, repositories: &mut Members<'a>, value: Value<'a>) -> Result<(), NamesError> {
        let mut repeated = |repository: &str| {
            self.problems.push(NamesProblem::Repeated { repository: shown(repository), entry: None });
        };
        match value {
            Value::Null => {
                if !repositories.is_empty() {
                    repeated("");
                }
                repositories.clear();
            }
            Value::Object(members) => {
                for (key, value) in members {
                    if repositories.contains_key(&key) {
                        repeated(&key);
                    }
                    repositories.insert(key, value);
                }
            }
            other => return Err(FieldError::of_type("object", &other).under("Repositories").into()),
        }
        Ok(())
    }

    fn repository<'a>(
        &mut self,
        key: Cow<'a, str>,
        value: Value<'a>,
        parts: &mut Vec<(Cow<'a, str>, Members<'a>)>,
    ) -> Result<(), NamesError> {
        let members = match value {
            Value::Object(members) => members,
            other => {
                if other != Value::Null {
                    let (repository, found) = (shown(&key), other.type_name());
                    self.problems.push(NamesProblem::RepositoryType { repository, found });
                }
                let json = json_text(&other);
                self.names.check_room(&key, json.len() as u64)?;
                self.names.keep_instead(&key, json);
                return Ok(());
            }
        };
        if members.is_empty() {
            self.names.check_room(&key, 0)?;
            self.names.put_empty(&key);
        }
        let mut entries = Members::new();
        for (entry, value) in members {
            if entries.contains_key(&entry) {
                let (repository, entry) = (shown(&key), Some(shown(&entry)));
                self.problems.push(NamesProblem::Repeated { repository, entry });
            }
            entries.insert(entry, value);
        }
        let base = base(&key);
        let mut old = Members::new();
        for (entry, value) in entries {
            match classify(&base, &entry) {
                Entry::Whole(name) => self.whole(&key, &name, value)?,
                Entry::Part => {
                    old.insert(entry, value);
                }
                Entry::Damaged(problem) => self.keep(&key, &entry, &value, problem)?,
            }
        }
        if !old.is_empty() {
            parts.push((key, old));
        }
        Ok(())
    }

    /// An entry of the newer form.
    fn whole(&mut self, repository: &str, name: &Reference, value: Value<'_>) -> Result<(), NamesError> {
        match value.as_str().and_then(|text| Digest::parse(text).ok()).map(ImageId::from) {
            Some(id) => {
                self.names.check_room(repository, name_bytes(name.familiar(), &id))?;
                self.names.put(name, id);
                Ok(())
            }
            None => self.not_an_id(repository, name.familiar(), &value),
        }
    }

    /// An entry of the old form.
    fn part(&mut self, base: &Base<'_>, entry: &str, value: Value<'_>) -> Result<(), NamesError> {
        let Some(id) = value.as_str().and_then(old_id) else {
            return self.not_an_id(base.key, entry, &value);
        };
        // The name is longer than the entry: room is asked for before it is made.
        self.names.check_bytes((base.key.len() + entry.len()) as u64)?;
        let Some(name) = base.name.as_ref().ok().and_then(|name| part_name(name, entry)) else {
            return self.not_an_id(base.key, entry, &value);
        };
        if !is_writable(&name) {
            let expected = shown(name.as_str());
            let problem =
                NamesProblem::Spelling { repository: shown(base.key), entry: shown(entry), expected };
            return self.keep(base.key, entry, &value, problem);
        }
        if self.names.held(&name) == Some(id) {
            return Ok(());
        }
        if self.names.held(&name).is_none() && self.names.obstacle(&name).is_none() {
            self.names.check_room(name.familiar_name(), name_bytes(name.familiar(), &id))?;
            self.names.put(&name, id);
            return Ok(());
        }
        let problem = NamesProblem::Taken {
            repository: shown(base.key),
            entry: shown(entry),
            name: shown(name.familiar()),
            id,
        };
        self.keep(base.key, entry, &value, problem)?;
        Ok(self.names.shadow(name, base.key, entry)?)
    }

    fn not_an_id(&mut self, repository: &str, entry: &str, value: &Value<'_>) -> Result<(), NamesError> {
        let found =
            value.as_str().map_or_else(|| value.type_name().to_owned(), |text| format!("`{}`", shown(text)));
        let problem = NamesProblem::NotAnId { repository: shown(repository), entry: shown(entry), found };
        self.keep(repository, entry, value, problem)
    }

    fn keep(
        &mut self,
        repository: &str,
        entry: &str,
        value: &Value<'_>,
        problem: NamesProblem,
    ) -> Result<(), NamesError> {
        let json = json_text(value);
        self.names.check_room(repository, member_bytes(entry, &json))?;
        self.names.keep(repository, entry, json);
        self.problems.push(problem);
        Ok(())
    }
}

/// The whole name of an entry of the old form, which was found to be a tag or a digest.
pub(super) fn part_name(base: &Reference, entry: &str) -> Option<Reference> {
    if entry.contains(':') { base.with_digest(entry).ok() } else { base.with_tag(entry).ok() }
}

fn base(key: &str) -> Base<'_> {
    let name = match Reference::parse_normalized(key) {
        Ok(name) if name.is_name_only() => Ok(name),
        Ok(_) => Err(None),
        Err(error) => Err(Some(error)),
    };
    Base { key, name }
}

/// What the key of an entry says, in the repository of that key.
fn classify(base: &Base<'_>, key: &str) -> Entry {
    let parsed = Reference::parse_normalized(key);
    let is_whole =
        |name: &Reference| has_one_part(name) && name.familiar() == key && name.familiar_name() == base.key;
    if let Some(name) = parsed.as_ref().ok().filter(|name| is_whole(name)) {
        return Entry::Whole(name.clone());
    }
    let (repository, entry) = (shown(base.key), shown(key));
    if base.name.is_ok() && (is_tag(key) || Digest::parse(key).is_ok()) {
        return Entry::Part;
    }
    Entry::Damaged(match (&base.name, parsed) {
        (Err(error), _) => NamesProblem::RepositoryName { repository, entry, error: error.clone() },
        (_, Err(error)) => NamesProblem::EntryName { repository, entry, error },
        (_, Ok(name)) if !has_one_part(&name) => NamesProblem::EntryParts { repository, entry },
        (_, Ok(name)) if name.familiar_name() != base.key => {
            NamesProblem::OtherRepository { repository, entry, owner: shown(name.familiar_name()) }
        }
        (_, Ok(name)) => NamesProblem::Spelling { repository, entry, expected: shown(name.familiar()) },
    })
}

/// Whether a name has either a tag or a digest.
fn has_one_part(name: &Reference) -> bool {
    matches!(name.kind(), Kind::Tagged | Kind::Canonical)
}

/// Whether a text can be a tag: up to 128 letters, digits, `_`, `.` and `-`, of which the last two do not begin it.
fn is_tag(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (1..=128).contains(&text.len()) && !text.starts_with(['.', '-']) && text.bytes().all(fits)
}
