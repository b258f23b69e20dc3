//! Base64 (RFC 4648), the two forms that manifests, signatures and path filters use.

/// Decodes padded standard base64; line breaks are passed over, as Go does. `None` when it is not that.
pub(crate) fn standard(text: &str) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    if !text.len().is_multiple_of(4) {
        return None;
    }
    digits(unpadded(&text), b'+', b'/')
}

/// Decodes base64url without padding, or padded. Spaces and line breaks are passed over, as libtrust does. `None` when it
/// is not that.
pub(crate) fn url(text: &str) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n' | b' ')).collect();
    digits(if text.len().is_multiple_of(4) { unpadded(&text) } else { &text }, b'-', b'_')
}

/// The digits without the one or two signs that fill the last group.
fn unpadded(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"=").unwrap_or(text);
    text.strip_suffix(b"=").unwrap_or(text)
}

fn digits(text: &[u8], digit62: u8, digit63: u8) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in text.chunks(4) {
        let mut bits: u32 = 0;
        for &digit in group {
            let value = match digit {
                b'A'..=b'Z' => digit - b'A',
                b'a'..=b'z' => digit - b'a' + 26,
                b'0'..=b'9' => digit - b'0' + 52,
                _ if digit == digit62 => 62,
                _ if digit == digit63 => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
        }
        let [_, first, second, third] = (bits << (6 * (4 - group.len()))).to_be_bytes();
        match group.len() {
            4 => bytes.extend([first, second, third]),
            3 => bytes.extend([first, second]),
            2 => bytes.push(first),
            _ => return None,
        }
    }
    Some(bytes)
}

/// Encodes in padded standard base64.
pub(crate) fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for position in 0..4 {
            let digit = (bits >> (18 - 6 * position)) as usize & 63;
            let shown = if position <= group.len() { DIGITS.get(digit).copied() } else { None };
            text.push(shown.unwrap_or(b'=').into());
        }
    }
    text
}
