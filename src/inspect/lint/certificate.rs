//! How long certificates are valid: X.509, in DER or in PEM (RFC 5280, RFC 7468).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::finding::Severity;

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;

/// Folders of authorities that distributions ship: an old one among them is nobody's mistake.
const AUTHORITIES: [&[u8]; 4] =
    [b"etc/ssl/certs/", b"usr/share/ca-certificates/", b"etc/pki/ca-trust/", b"usr/share/pki/"];

/// Why the certificates in a file are an issue, if they are.
pub(super) fn check(path: &[u8], contents: &[u8], now: i64, days: u32) -> Option<(Severity, String)> {
    let ends = if contents.starts_with(&[SEQUENCE]) { vec![end(contents)?] } else { pem(contents) };
    let soon = now.saturating_add(i64::from(days) * 86_400);
    let first = ends.iter().copied().filter(|&end| end <= soon).min()?;
    let count = ends.iter().filter(|&&end| end <= soon).count();
    let is_over = first <= now;
    let severity = match is_over {
        _ if AUTHORITIES.iter().any(|folder| path.starts_with(folder)) => Severity::Info,
        true => Severity::Error,
        false => Severity::Warning,
    };
    let when = crate::image::Timestamp::from_unix(first, 0).map(|time| time.as_str().to_owned());
    let when = when.unwrap_or_else(|| "a time before 1970".into());
    let verb = if is_over { "expired" } else { "expires" };
    Some((
        severity,
        match (ends.len(), count) {
            (1, _) => format!("the certificate {verb} at {when}"),
            (all, count) => format!(
                "{count} of {all} certificates have expired or are about to; the first {verb} at {when}"
            ),
        },
    ))
}

/// The ends of all certificates in a text.
fn pem(text: &[u8]) -> Vec<i64> {
    let mut ends = Vec::new();
    let mut rest = text;
    while let Some(start) = find(rest, BEGIN) {
        rest = rest.get(start + BEGIN.len()..).unwrap_or_default();
        let Some(length) = find(rest, END) else { break };
        let (body, after) = rest.split_at_checked(length).unwrap_or_default();
        rest = after;
        let body: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        ends.extend(STANDARD.decode(body).ok().and_then(|der| end(&der)));
    }
    ends
}

/// Where something stands. Only dashes are looked at closer.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let dashes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'-');
    dashes.map(|(at, _)| at).find(|&at| bytes.get(at..).is_some_and(|rest| rest.starts_with(wanted)))
}

/// When a certificate ends, in seconds since 1970.
fn end(der: &[u8]) -> Option<i64> {
    let (tag, certificate, _) = element(der)?;
    let (inner, mut fields, _) = element(certificate)?;
    if (tag, inner) != (SEQUENCE, SEQUENCE) {
        return None;
    }
    if let (VERSION, _, rest) = element(fields)? {
        fields = rest;
    }
    // Serial number, algorithm, issuer.
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    let (_, validity, _) = element(fields)?;
    let (_, _, rest) = element(validity)?;
    let (kind, text, _) = element(rest)?;
    time(kind, text)
}

/// One element: its tag, its contents, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, length], rest) = bytes.split_first_chunk::<2>()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            (digits.iter().fold(0, |sum, &digit| sum << 8 | usize::from(digit)), rest)
        }
        _ => return None,
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((tag, contents, rest))
}

/// `YYMMDDhhmmssZ` with years from 1950 to 2049, or the same with four digits of the year.
fn time(kind: u8, text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let number =
        |text: &str| text.parse::<i64>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let (year, rest) = match kind {
        UTC_TIME => {
            let year = number(text.get(..2)?)?;
            (year + if year < 50 { 2000 } else { 1900 }, text.get(2..)?)
        }
        GENERALIZED_TIME => (number(text.get(..4)?)?, text.get(4..)?),
        _ => return None,
    };
    let mut parts = [0; 5];
    for (part, at) in parts.iter_mut().zip((0..).step_by(2)) {
        *part = number(rest.get(at..at + 2)?)?;
    }
    let [month, day, hour, minute, second] = parts;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days since 1970 in the Gregorian calendar, with years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}
