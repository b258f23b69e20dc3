//! PAX records as they are written.

use crate::tar::Timestamp;

/// The data of an extended header.
#[derive(Debug, Default)]
pub(super) struct Records(Vec<u8>);

impl Records {
    /// `length key=value\n`, where the length counts its own digits.
    pub fn push(&mut self, key: &[u8], value: &[u8]) {
        let rest = key.len() + value.len() + b" =\n".len();
        let mut length = rest;
        while length != rest + length.to_string().len() {
            length = rest + length.to_string().len();
        }
        self.0.extend_from_slice(format!("{length} ").as_bytes());
        self.0.extend_from_slice(key);
        self.0.push(b'=');
        self.0.extend_from_slice(value);
        self.0.push(b'\n');
    }

    pub fn number(&mut self, key: &[u8], value: impl std::fmt::Display) {
        self.push(key, value.to_string().as_bytes());
    }

    /// Decimal seconds, with a fraction where there is one.
    pub fn time(&mut self, key: &[u8], time: Timestamp) {
        // The fraction of a time before 1970 counts downwards from the seconds that are written.
        let (sign, secs, nanos) = match time {
            Timestamp { secs, nanos } if secs < 0 && nanos > 0 => {
                ("-", (secs + 1).unsigned_abs(), 1_000_000_000_u32.saturating_sub(nanos))
            }
            Timestamp { secs, nanos } => (if secs < 0 { "-" } else { "" }, secs.unsigned_abs(), nanos),
        };
        let text = format!("{sign}{secs}.{nanos:09}");
        self.push(key, text.trim_end_matches('0').trim_end_matches('.').as_bytes());
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
