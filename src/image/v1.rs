//! Images of Docker up to 1.9, where each layer had its own JSON document and a free identifier.
//!
//! A legacy image is the chain of those documents from the bottom layer to the top. [`convert`] makes of it the
//! configuration, and with that the id, that Docker 1.10 and later make of it when they load it.

use std::num::{IntErrorKind, ParseIntError};

use super::canonical::{CanonicalRules, Members, history_json, rootfs_json, text, write_sorted};
use super::{
    ChainId, ConfigError, ConfigFields, DiffId, HistoryEntry, ImageConfig, ImageId, RootFs, Timestamp,
};
use crate::digest::{Digest, are_digits};
use crate::json::{
    self, Decode, FieldError, Input, Member, ObjectWriter, Value, decode_struct, put, read_object,
};
use crate::limits::Limits;

/// Documents of this and later versions are taken over as they are; older ones are first put into Docker's own form.
const VERBATIM_SINCE: &str = "1.8.3";
/// Keys of the legacy form that a configuration does not have.
const DROPPED: [&str; 6] = ["id", "parent", "Size", "parent_id", "layer_id", "throwaway"];
/// Keys of a configuration that the legacy form does not have.
const ADDED: [&str; 4] = ["rootfs", "history", "os.version", "os.features"];
/// Docker has written legacy documents by these rules throughout.
const RULES: CanonicalRules = CanonicalRules::Docker2020;

/// The members that a legacy document has. Docker does not look at others, such as those of a configuration, so their
/// types do not matter.
#[derive(Default)]
struct V1Fields(ConfigFields);

impl Decode for V1Fields {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        let fields = &mut self.0;
        let members: &mut [(&'static str, &mut dyn Decode)] = &mut [
            ("id", &mut fields.id),
            ("parent", &mut fields.parent),
            ("comment", &mut fields.comment),
            ("created", &mut fields.created),
            ("container", &mut fields.container),
            ("container_config", &mut fields.container_config),
            ("docker_version", &mut fields.docker_version),
            ("author", &mut fields.author),
            ("config", &mut fields.config),
            ("architecture", &mut fields.architecture),
            ("variant", &mut fields.variant),
            ("os", &mut fields.os),
            ("Size", &mut fields.size),
        ];
        read_object(input, members)
    }
}

/// The one member that decides how a document is taken over.
#[derive(Default)]
struct Version {
    docker_version: String,
}

decode_struct!(Version { "docker_version" => docker_version });

fn decode<T: Decode + Default>(document: &[u8], limits: &Limits) -> Result<T, ConfigError> {
    let mut decoded = T::default();
    json::decode(document, &mut decoded, limits)??;
    Ok(decoded)
}

/// Reads a legacy document.
///
/// # Errors
/// What is wrong with the JSON or with a member's type.
pub fn parse(document: &[u8], limits: &Limits) -> Result<ConfigFields, ConfigError> {
    decode(document, limits).map(|V1Fields(fields)| fields)
}

/// The history entry that a legacy document stands for.
pub fn history(fields: &ConfigFields, empty_layer: bool) -> HistoryEntry {
    HistoryEntry {
        created: fields.created.clone(),
        author: fields.author.clone(),
        created_by: fields.container_config.cmd.as_deref().unwrap_or_default().join(" "),
        comment: fields.comment.clone(),
        empty_layer,
    }
}

/// The configuration of a legacy image: `documents` and `diff_ids` of its layers, bottom first.
///
/// # Errors
/// What is wrong with one of the documents.
pub fn convert<D: AsRef<[u8]>>(
    documents: &[D],
    diff_ids: &[DiffId],
    limits: &Limits,
) -> Result<Vec<u8>, ConfigError> {
    let mut history_entries = Vec::with_capacity(documents.len());
    for document in documents {
        history_entries.push(history(&parse(document.as_ref(), limits)?, false));
    }
    let rootfs = RootFs { kind: RootFs::LAYERS.to_owned(), diff_ids: diff_ids.to_vec() };
    let top = documents.last().map_or(&b"{}"[..], AsRef::as_ref);
    to_config(top, &rootfs, &history_entries, limits)
}

/// A configuration from the legacy document of the top layer.
///
/// # Errors
/// What is wrong with the document.
pub fn to_config(
    document: &[u8],
    rootfs: &RootFs,
    history: &[HistoryEntry],
    limits: &Limits,
) -> Result<Vec<u8>, ConfigError> {
    let Version { docker_version } = decode(document, limits)?;
    let mut members = if version_less_than(&docker_version, VERBATIM_SINCE) {
        parse(document, limits)?.v1_members(RULES)
    } else {
        raw_members(document, limits)?
    };
    put(&mut members, "rootfs".to_owned(), rootfs_json(rootfs, RULES));
    put(&mut members, "history".to_owned(), history_json(history, RULES));
    Ok(write_sorted(&members, &DROPPED, RULES))
}

/// The legacy document of an image's top layer.
///
/// A `parent` that the configuration has stays when none is given.
///
/// # Errors
/// What is wrong with the configuration's JSON.
pub fn from_config(
    config: &[u8],
    id: &str,
    parent: Option<&str>,
    throwaway: bool,
    limits: &Limits,
) -> Result<Vec<u8>, ConfigError> {
    let mut members = raw_members(config, limits)?;
    put(&mut members, "id".to_owned(), text(id, RULES));
    if let Some(parent) = parent {
        put(&mut members, "parent".to_owned(), text(parent, RULES));
    }
    if throwaway {
        put(&mut members, "throwaway".to_owned(), b"true".to_vec());
    }
    Ok(write_sorted(&members, &ADDED, RULES))
}

/// The identifier that Docker 1.10 and later give a layer in the legacy form: a digest over its document without `id`,
/// the chain id of its layers, and the identifier of the layer below.
///
/// Docker itself writes the epoch of lower layers in the daemon's time zone; give the times in UTC for identifiers that
/// are the same everywhere.
pub fn create_id(fields: &ConfigFields, layer: &ChainId, parent: Option<Digest>) -> Digest {
    create_id_by(fields, layer, parent, RULES)
}

/// The same as a certain Docker makes it: the identifiers of Docker 25 and later differ.
pub fn create_id_by(
    fields: &ConfigFields,
    layer: &ChainId,
    parent: Option<Digest>,
    rules: CanonicalRules,
) -> Digest {
    let mut members = fields.v1_members(rules);
    put(&mut members, "layer_id".to_owned(), text(layer.as_str(), rules));
    if let Some(parent) = parent {
        put(&mut members, "parent".to_owned(), text(&parent.to_string(), rules));
    }
    Digest::sha256(&write_sorted(&members, &["id"], rules))
}

/// The legacy document of each layer of an image, bottom first, as `docker save` writes them: with its identifier. Those
/// below the top have the epoch for a time and are otherwise empty.
pub fn documents(config: &ImageConfig, rules: CanonicalRules) -> Vec<(String, Vec<u8>)> {
    let epoch = Timestamp::from_unix(0, 0);
    let chain_ids = config.rootfs().chain_ids();
    let mut documents = Vec::with_capacity(chain_ids.len());
    let mut parent = None;
    for (layer, chain_id) in chain_ids.iter().enumerate() {
        let mut fields = if layer + 1 == chain_ids.len() {
            config.fields().clone()
        } else {
            ConfigFields { created: epoch.clone(), ..ConfigFields::default() }
        };
        let id = create_id_by(&fields, chain_id, parent, rules);
        fields.id = id.hex();
        if let Some(parent) = parent {
            fields.parent = parent.hex();
        }
        fields.os.clone_from(&config.fields().os);
        documents.push((id.hex(), in_order(&fields, rules)));
        parent = Some(id);
    }
    documents
}

/// The document with its members in the order of Docker's structure.
fn in_order(fields: &ConfigFields, rules: CanonicalRules) -> Vec<u8> {
    const ORDER: [&str; 13] = [
        "id",
        "parent",
        "comment",
        "created",
        "container",
        "container_config",
        "docker_version",
        "author",
        "config",
        "architecture",
        "variant",
        "os",
        "Size",
    ];
    let members = fields.v1_members(rules);
    let mut object = ObjectWriter::new(rules.escapes());
    for key in ORDER {
        if let Some(value) = members.get(key) {
            object.raw(key, value);
        }
    }
    object.finish()
}

/// Whether an identifier has the form that Docker gives and asks for: 64 hexadecimal digits in lower case.
pub fn is_valid_id(id: &str) -> bool {
    are_digits(id.as_bytes(), ImageId::HEX_LEN)
}

/// Whether one version of Docker is older than another: numbers between dots are compared, and what is no number is 0.
pub fn version_less_than(version: &str, than: &str) -> bool {
    let parts = |version: &str| -> Vec<i64> {
        let number = |part: &str| {
            part.parse().unwrap_or_else(|error: ParseIntError| match error.kind() {
                IntErrorKind::PosOverflow => i64::MAX,
                IntErrorKind::NegOverflow => i64::MIN,
                _ => 0,
            })
        };
        version.split('.').map(number).collect()
    };
    let (mut version, mut than) = (parts(version), parts(than));
    let length = version.len().max(than.len());
    version.resize(length, 0);
    than.resize(length, 0);
    version < than
}

/// The members of a document with their values as they are written, the last of several with one key.
fn raw_members(document: &[u8], limits: &Limits) -> Result<Members, ConfigError> {
    let Some(members) = json::parse_members(document, limits)? else {
        return Err(FieldError::of_type("object", &Value::Null).into());
    };
    let raw = |Member { key, span, .. }: Member<'_>| {
        (key.into_owned(), json::compact(document.get(span).unwrap_or_default()))
    };
    let mut by_key = Members::new();
    for member in members {
        let (key, value) = raw(member);
        put(&mut by_key, key, value);
    }
    Ok(by_key)
}
