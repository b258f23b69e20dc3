//! The distribution that an image is of: `os-release` (os-release(5)).

use serde::Serialize;

use super::fields::{self, filled};

/// What `os-release` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Distribution {
    /// Its name in lower case, such as `debian`; `linux` where none is told.
    pub id: String,
    /// Its version, such as `12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pretty_name: Option<String>,
    /// Names of distributions that it is like.
    pub id_like: Vec<String>,
}

impl Distribution {
    /// Reads an `os-release`.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut distribution = Self { id: "linux".to_owned(), ..Self::default() };
        for line in fields::lines(bytes) {
            let line = String::from_utf8_lossy(line);
            let Some((name, value)) = line.split_once('=') else { continue };
            let Some(value) = filled(&unquoted(value.trim())) else { continue };
            match name.trim() {
                "ID" => distribution.id = value.to_ascii_lowercase(),
                "VERSION_ID" => distribution.version_id = Some(value),
                "PRETTY_NAME" => distribution.pretty_name = Some(value),
                "ID_LIKE" => distribution.id_like = value.split_whitespace().map(str::to_owned).collect(),
                _ => {}
            }
        }
        distribution
    }
}

/// A value as the shell reads it.
fn unquoted(value: &str) -> String {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let Some(quote) = quote else { return value.to_owned() };
    let mut text = String::new();
    let mut chars = value.chars().skip(1);
    while let Some(c) = chars.next() {
        match c {
            '\\' if quote == '"' => text.extend(chars.next()),
            c if c == quote => break,
            c => text.push(c),
        }
    }
    text
}
