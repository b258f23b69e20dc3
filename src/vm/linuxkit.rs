//! The YAML of LinuxKit, as far as it says what a machine consists of.
//!
//! Read is what people write there: mappings and lists in block style, one level of indentation inside another, plain and
//! quoted texts on one line, comments. Flow style (`{…}`, `[…]`), anchors, texts over several lines and further documents
//! are passed over; [`LinuxKit::unread`] says under which keys that was so.

use serde::Serialize;

use crate::limits::{LimitExceeded, Limits};

/// What a LinuxKit file names. All of it comes from the input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LinuxKit {
    /// The image of the kernel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// What the kernel is started with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_line: Option<String>,
    /// Images that make up the root file system.
    pub init: Vec<String>,
    /// What runs once at the start, in order.
    pub onboot: Vec<Component>,
    /// What runs once at the end, in order.
    pub onshutdown: Vec<Component>,
    /// What runs all the time.
    pub services: Vec<Component>,
    /// Paths of files that are made.
    pub files: Vec<String>,
    /// Keys of the file, or below one, that were not read because of how they are written.
    pub unread: Vec<String>,
}

/// A container of a LinuxKit machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// Its image.
    pub image: String,
}

/// Keys of a file's first level.
const KEYS: [&str; 8] = ["kernel", "init", "onboot", "onshutdown", "services", "files", "volumes", "trust"];

/// One line that says something: how far it is indented, whether it begins an element of a list, key and value.
struct Line<'a> {
    indent: usize,
    is_element: bool,
    key: Option<&'a str>,
    value: Scalar<'a>,
}

enum Scalar<'a> {
    None,
    Text(std::borrow::Cow<'a, str>),
    /// Written in a way that is not read here.
    Other,
}

/// Whether a text is a LinuxKit file: it has one of the keys that name what runs, and no other ones than LinuxKit has.
pub(super) fn is_linuxkit(text: &str) -> bool {
    let mut found = false;
    for line in text.lines().filter_map(line).filter(|line| line.indent == 0 && !line.is_element) {
        let Some(key) = line.key.filter(|key| KEYS.contains(key)) else { return false };
        found |= matches!(key, "kernel" | "init" | "services" | "onboot");
    }
    found
}

/// Reads a file. Whatever it holds, something is made of it.
///
/// # Errors
/// It names more than the limit `partitions` allows of one kind.
pub fn read_linuxkit(text: &str, limits: &Limits) -> Result<LinuxKit, LimitExceeded> {
    let mut read = LinuxKit::default();
    let mut section = "";
    // Of the first level below a section, and of an element's members.
    let (mut level, mut element) = (None, None);
    let mut count = 0;
    for line in text.lines() {
        if line == "---" || line == "..." {
            if !section.is_empty() {
                read.note(line);
                break;
            }
            continue;
        }
        let Some(line) = self::line(line) else { continue };
        count += 1;
        LimitExceeded::check("jsonValues", limits.json_values, count)?;
        if line.indent == 0 && !line.is_element {
            section = line.key.unwrap_or_default();
            (level, element) = (None, None);
            match &line.value {
                Scalar::None => {}
                Scalar::Text(_) | Scalar::Other => read.note(section),
            }
            continue;
        }
        let is_first = *level.get_or_insert(line.indent) == line.indent;
        if is_first && line.is_element {
            element = None;
            read.begin(section);
        }
        // Members of an element stand under its first one; deeper ones are of no interest.
        let at = line.indent + if line.is_element { 2 } else { 0 };
        let is_member = (is_first && line.is_element) || *element.get_or_insert(at) == at;
        if is_first && line.is_element {
            element = line.key.map(|_| at);
        }
        let is_own = if section == "kernel" { is_first } else { is_member && (line.is_element || !is_first) };
        if is_own {
            read.take(section, &line);
        }
    }
    Ok(read)
}

impl LinuxKit {
    fn note(&mut self, key: &str) {
        if !key.is_empty() && !self.unread.iter().any(|known| known == key) {
            self.unread.push(key.to_owned());
        }
    }

    fn components(&mut self, section: &str) -> Option<&mut Vec<Component>> {
        match section {
            "onboot" => Some(&mut self.onboot),
            "onshutdown" => Some(&mut self.onshutdown),
            "services" => Some(&mut self.services),
            _ => None,
        }
    }

    fn begin(&mut self, section: &str) {
        if let Some(components) = self.components(section) {
            components.push(Component::default());
        }
    }

    fn take(&mut self, section: &str, line: &Line<'_>) {
        let text = match &line.value {
            Scalar::None => return,
            Scalar::Other => return self.note(section),
            Scalar::Text(text) => text.as_ref().to_owned(),
        };
        match (section, line.key) {
            ("kernel", Some("image")) => self.kernel = Some(text),
            ("kernel", Some("cmdline")) => self.command_line = Some(text),
            ("init", None) if line.is_element => self.init.push(text),
            ("files", Some("path")) => self.files.push(text),
            (_, Some(key @ ("name" | "image"))) => {
                if let Some(component) = self.components(section).and_then(|components| components.last_mut())
                {
                    *(if key == "name" { &mut component.name } else { &mut component.image }) = text;
                }
            }
            _ => {}
        }
    }
}

fn line(text: &str) -> Option<Line<'_>> {
    let rest = text.trim_start_matches(' ');
    let indent = text.len() - rest.len();
    let (is_element, rest) = match rest.strip_prefix('-') {
        Some(after) if after.is_empty() || after.starts_with(' ') => (true, after.trim_start()),
        _ => (false, rest),
    };
    let rest = rest.trim();
    if rest.starts_with('#') || (rest.is_empty() && !is_element) || rest.starts_with("---") || rest == "..." {
        return None;
    }
    let (key, value) = match key(rest) {
        Some((key, value)) => (Some(key), value),
        None => (None, rest),
    };
    Some(Line { indent, is_element, key, value: scalar(value) })
}

/// The key that a line begins with, and what follows it.
fn key(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.' | '/'))?;
    let (key, rest) = text.split_at(end);
    let value = rest.strip_prefix(':')?;
    (!key.is_empty() && (value.is_empty() || value.starts_with(' '))).then(|| (key, value.trim()))
}

fn scalar(text: &str) -> Scalar<'_> {
    use std::borrow::Cow;
    match text.chars().next() {
        None | Some('#') => Scalar::None,
        Some('\'') => match text.strip_prefix('\'').and_then(|rest| quoted(rest, "'")) {
            Some(inner) => Scalar::Text(Cow::Owned(inner.replace("''", "'"))),
            None => Scalar::Other,
        },
        Some('"') => match text.strip_prefix('"').and_then(|rest| quoted(rest, "\"")) {
            // Escapes are rare, and are many.
            Some(inner) if !inner.contains('\\') => Scalar::Text(Cow::Borrowed(inner)),
            _ => Scalar::Other,
        },
        Some('{' | '[' | '|' | '>' | '&' | '*' | '!' | '%' | '@' | '`') => Scalar::Other,
        Some(_) => {
            let end = text.find(" #").unwrap_or(text.len());
            Scalar::Text(Cow::Borrowed(text.get(..end).unwrap_or(text).trim_end()))
        }
    }
}

/// What stands before the closing quote, when nothing but a comment follows it.
fn quoted<'a>(text: &'a str, quote: &str) -> Option<&'a str> {
    let (inner, after) = text.rsplit_once(quote)?;
    let after = after.trim_start();
    let is_one = !inner.replace(&quote.repeat(2), "").contains(quote);
    (is_one && (after.is_empty() || after.starts_with('#'))).then_some(inner)
}
