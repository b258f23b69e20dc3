//! What is unusual or wrong, as plain data: findings that do not end the work, and errors that did.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use crate::error::{ErrorKind, Reason};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Some program will stumble over it.
    Warning,
    /// Something is broken or lost.
    Error,
}

impl Severity {
    /// The name: `info`, `warning` or `error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Info, Self::Warning, Self::Error].into_iter().find(|severity| severity.as_str() == name)
    }
}

/// One thing found, with its place. Text in it may come from the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Stable name, in kebab-case.
    pub code: Cow<'static, str>,
    /// A full sentence.
    pub message: String,
    /// File inside the archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Path inside the layer, lossily converted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Byte offset in that file or tar.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::json::size::serialize_option")]
    pub offset: Option<u64>,
    /// What was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was found instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

impl Finding {
    /// A finding without a place.
    pub fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        let (code, message) = (Cow::Borrowed(code), message.into());
        Self { severity, code, message, file: None, path: None, offset: None, expected: None, found: None }
    }

    /// An error that does not end the work.
    pub fn from_reason(reason: &impl Reason) -> Self {
        let mut finding = Self::new(Severity::Error, reason.code(), reason.to_string());
        finding.offset = reason.offset();
        (finding.expected, finding.found) = (reason.expected(), reason.found());
        finding
    }

    /// Names the file inside the archive.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Names the path inside the layer.
    #[must_use]
    pub fn at_path(mut self, path: &[u8]) -> Self {
        self.path = Some(shown(path));
        self
    }

    /// Names the byte offset.
    #[must_use]
    pub fn at_offset(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    /// Sets what was expected and what was found.
    #[must_use]
    pub fn differing(mut self, expected: impl Into<String>, found: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self.found = Some(found.into());
        self
    }
}

/// At most this many bytes of a name are quoted in a finding.
const SHOWN_BYTES: usize = 512;

/// A name as text: what is not UTF-8 replaced, cut in the middle of nothing longer than 512 bytes.
fn shown(name: &[u8]) -> String {
    match name.get(..SHOWN_BYTES) {
        Some(start) if name.len() > SHOWN_BYTES => format!("{}…", String::from_utf8_lossy(start)),
        _ => String::from_utf8_lossy(name).into_owned(),
    }
}

/// Findings up to a limit; further ones are counted only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    list: Vec<Finding>,
    more: u64,
    limit: u32,
}

impl Findings {
    /// An empty list that keeps `limit` findings.
    pub fn new(limit: u32) -> Self {
        Self { list: Vec::new(), more: 0, limit }
    }

    /// Keeps the finding, or counts it when the list is full. `finding` is made only if it is kept.
    pub fn push(&mut self, finding: impl FnOnce() -> Finding) {
        if self.list.len() < self.limit as usize {
            self.list.push(finding());
        } else {
            self.more += 1;
        }
    }

    /// The kept findings, in order.
    pub fn as_slice(&self) -> &[Finding] {
        &self.list
    }

    /// How many were not kept.
    pub fn more(&self) -> u64 {
        self.more
    }

    /// The kept findings and the number of the others.
    pub fn into_parts(self) -> (Vec<Finding>, u64) {
        (self.list, self.more)
    }
}

/// A [`Reason`] without what programmers are shown of it, which would come along with the trait object and is much code.
trait Told: fmt::Display {
    fn kind(&self) -> ErrorKind;
    fn code(&self) -> &'static str;
    fn offset(&self) -> Option<u64>;
    fn expected(&self) -> Option<String>;
    fn found(&self) -> Option<String>;
    fn path(&self) -> Option<String>;
}

impl<E: Reason> Told for E {
    fn kind(&self) -> ErrorKind {
        Reason::kind(self)
    }

    fn code(&self) -> &'static str {
        Reason::code(self)
    }

    fn offset(&self) -> Option<u64> {
        Reason::offset(self)
    }

    fn expected(&self) -> Option<String> {
        Reason::expected(self)
    }

    fn found(&self) -> Option<String> {
        Reason::found(self)
    }

    fn path(&self) -> Option<String> {
        Reason::path(self)
    }
}

/// An error as plain data: what crosses into JavaScript and between threads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorData {
    /// The class of the error.
    pub kind: ErrorKind,
    /// The stable name of the reason.
    pub code: String,
    /// A full sentence.
    pub message: String,
    /// Byte offset in the input.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::json::size::serialize_option")]
    pub offset: Option<u64>,
    /// What was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// File inside the archive, or path inside the layer, that the error is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl ErrorData {
    /// What `reason` says of itself.
    pub fn of(reason: &impl Reason) -> Self {
        Self::told(reason)
    }

    fn told(reason: &dyn Told) -> Self {
        Self {
            kind: reason.kind(),
            code: reason.code().to_owned(),
            message: reason.to_string(),
            offset: reason.offset(),
            expected: reason.expected(),
            found: reason.found(),
            path: reason.path(),
        }
    }
}
