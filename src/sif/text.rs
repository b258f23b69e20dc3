//! Text in fields of a fixed size, filled up with zeros.

/// The text of a field, and what is odd about it.
pub(super) struct FieldText {
    /// Up to the first zero; what is not UTF-8 is replaced.
    pub text: String,
    /// The bytes are UTF-8.
    pub is_utf8: bool,
    /// There is a zero at its end.
    pub has_end: bool,
    /// Nothing but zeros follows.
    pub is_clean: bool,
}

/// Reads a field.
pub(super) fn field(bytes: &[u8]) -> FieldText {
    let end = bytes.iter().position(|&byte| byte == 0);
    let (text, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
    FieldText {
        text: String::from_utf8_lossy(text).into_owned(),
        is_utf8: std::str::from_utf8(text).is_ok(),
        has_end: end.is_some(),
        is_clean: rest.iter().all(|&byte| byte == 0),
    }
}

/// Digits of bytes, as hexadecimal text.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of hexadecimal text of whole bytes; `None` for any other.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| match pair {
            &[high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect()
}

/// Takes fields of a fixed size from the front of a record, whose numbers are little-endian.
pub(super) struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    /// The next `N` bytes; zeros behind the end of the record.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        match self.0.split_first_chunk::<N>() {
            Some((field, rest)) => {
                self.0 = rest;
                *field
            }
            None => {
                self.0 = &[];
                [0; N]
            }
        }
    }

    /// The next 64-bit number.
    pub fn i64(&mut self) -> i64 {
        i64::from_le_bytes(self.array())
    }

    /// The next 32-bit number.
    pub fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    /// The next signed 32-bit number.
    pub fn i32(&mut self) -> i32 {
        i32::from_le_bytes(self.array())
    }
}
