//! Text made of lines `Name: value`, in paragraphs: dpkg's, Python's and Java's.

use std::borrow::Cow;

use super::draft::FilePackages;
use super::error::PackageError;

/// Text of the input: what is not UTF-8 is replaced, white space around it is cut off.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// The same, or nothing where nothing is said.
pub(super) fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The lines of a text, without their ends.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// A paragraph with more fields than this is none that a program wrote; the others are passed over.
const FIELDS: usize = 4096;

/// One paragraph: its fields in their order. A line that begins with white space continues the one before it.
#[derive(Debug, Default)]
pub(super) struct Paragraph<'a> {
    fields: Vec<(&'a [u8], Cow<'a, [u8]>)>,
}

impl<'a> Paragraph<'a> {
    /// Whether it has no field.
    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The value of the first field of that name, in any letter case.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let mut fields = self.fields.iter();
        let (_, value) = fields.find(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()))?;
        filled(&String::from_utf8_lossy(value))
    }

    /// The values of all fields of that name.
    pub(super) fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = String> + 'p {
        let named = self.fields.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()));
        named.filter_map(|(_, value)| filled(&String::from_utf8_lossy(value)))
    }

    /// Takes a line. `joined` says whether a continuation follows without the line's end, as in manifests.
    fn line(&mut self, line: &'a [u8], joined: bool) -> bool {
        if let Some(b' ' | b'\t') = line.first() {
            let Some((_, value)) = self.fields.last_mut() else { return false };
            let value = value.to_mut();
            if joined {
                value.extend_from_slice(line.get(1..).unwrap_or_default());
            } else {
                value.push(b'\n');
                value.extend_from_slice(line.trim_ascii());
            }
            return true;
        }
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { return false };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default();
        let value = if joined { value.strip_prefix(b" ").unwrap_or(value) } else { value };
        if self.fields.len() < FIELDS {
            self.fields.push((name.trim_ascii(), Cow::Borrowed(value)));
        }
        true
    }
}

/// Shows the paragraphs of a text, which empty lines part. A line that is no field is noted and passed over.
pub(super) fn paragraphs(
    bytes: &[u8],
    found: &mut FilePackages,
    mut visit: impl FnMut(&Paragraph<'_>, &mut FilePackages) -> Result<(), PackageError>,
) -> Result<(), PackageError> {
    let mut paragraph = Paragraph::default();
    let mut offset = 0;
    // An empty line at the end closes the last one.
    for line in lines(bytes).chain([&b""[..]]) {
        if line.trim_ascii().is_empty() {
            if !paragraph.is_empty() {
                visit(&paragraph, found)?;
                paragraph = Paragraph::default();
            }
        } else if !paragraph.line(line, false) {
            found.note(&PackageError::Damaged { what: "line", offset });
        }
        offset += line.len() as u64 + 1;
    }
    Ok(())
}

/// The fields before the first empty line: the headers of Python's metadata.
pub(super) fn headers(bytes: &[u8]) -> Paragraph<'_> {
    let mut paragraph = Paragraph::default();
    for line in lines(bytes).take_while(|line| !line.is_empty()) {
        paragraph.line(line, false);
    }
    paragraph
}

/// The main section of a Java manifest: the value goes on in lines that begin with a space.
pub(super) fn manifest(bytes: &[u8]) -> Paragraph<'_> {
    let mut paragraph = Paragraph::default();
    for line in lines(bytes).take_while(|line| !line.is_empty()) {
        paragraph.line(line, true);
    }
    paragraph
}
