//! Points in time as configurations write them.

use std::borrow::Cow;
use std::fmt;

use crate::json::{Decode, FieldError, Input, Value};

/// A point in time: RFC 3339 as Go reads it, kept as it is written.
///
/// Go takes one-digit hours and a comma before the fraction as well; it does not take lower-case `t` or `z`, a second
/// of 60, or a time without a zone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp {
    text: Cow<'static, str>,
}

impl Timestamp {
    /// Go's zero time, which stands for "unknown".
    pub const ZERO: &'static str = "0001-01-01T00:00:00Z";

    /// Parses a time; `None` when it is not one that Go reads.
    pub fn parse(text: &str) -> Option<Self> {
        Parts::read(text)?;
        Some(Self { text: Cow::Owned(text.to_owned()) })
    }

    /// A point in time in UTC, in seconds since 1970 and nanoseconds after that; `None` outside of the years 0 to 9999
    /// or for nanoseconds of more than a second.
    pub fn from_unix(seconds: i64, nanoseconds: u32) -> Option<Self> {
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(days)?;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        (nanoseconds < 1_000_000_000).then_some(())?;
        let text =
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanoseconds:09}Z");
        Some(Self { text: Cow::Owned(Parts::read(&text)?.to_string()) })
    }

    /// Whether it is later than another, in whatever zones the two are written.
    pub fn is_after(&self, other: &Self) -> bool {
        // Digits of a fraction without zeros at the end sort as they stand.
        let instant = |time: &Self| {
            let seconds = time.unix_seconds();
            (seconds, Parts::read(&time.text).map(|parts| parts.fraction.to_owned()))
        };
        instant(self) > instant(other)
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// As Go writes it: nanoseconds without trailing zeros, `Z` for an offset of zero, other offsets as they were.
    pub fn canonical(&self) -> String {
        Parts::read(&self.text).map_or_else(|| self.text.clone().into_owned(), |parts| parts.to_string())
    }

    /// Whole seconds since 1970, negative before.
    pub fn unix_seconds(&self) -> Option<i64> {
        let parts = Parts::read(&self.text)?;
        let day = days(parts.year, parts.month, parts.day);
        let offset = 60 * i64::from(parts.offset);
        let seconds = i64::from(parts.hour * 3600 + parts.minute * 60 + parts.second);
        Some(86_400 * day + seconds + if parts.sign == '-' { offset } else { -offset })
    }

    /// Whether it is the zero time.
    pub fn is_zero(&self) -> bool {
        self.text.starts_with("0001-01-01T") && self.canonical() == Self::ZERO
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// For decoding only: the zero time.
impl Default for Timestamp {
    fn default() -> Self {
        Self { text: Cow::Borrowed(Self::ZERO) }
    }
}

impl Decode for Timestamp {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        const EXPECTED: &str = "time in the form of RFC 3339";
        match input.value()? {
            Value::Null => {}
            // Only as it stands in the document: Go does not resolve escapes in a time.
            Value::String(Cow::Borrowed(text)) if Parts::read(text).is_some() => {
                self.text = Cow::Owned(text.to_owned())
            }
            Value::String(text) => {
                let escaped = Parts::read(&text).is_some();
                let expected =
                    if escaped { "time in the form of RFC 3339 without escapes" } else { EXPECTED };
                return Err(FieldError::new(expected, format!("`{text:.40}`")));
            }
            value => return Err(FieldError::of_type(EXPECTED, &value)),
        }
        Ok(())
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// Reads the digits of a time from left to right.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn literal(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    /// A number of exactly so many digits.
    fn number(&mut self, digits: usize) -> Option<u32> {
        let mut number = 0;
        for _ in 0..digits {
            number = number * 10 + char::from(self.next()?).to_digit(10)?;
        }
        Some(number)
    }

    fn starts_with_digits(&self, count: usize) -> bool {
        self.0.get(..count).is_some_and(|bytes| bytes.iter().all(u8::is_ascii_digit))
    }

    /// The digits after a dot or comma, if there is one; those past nine do not count.
    fn fraction(&mut self) -> Option<&'a str> {
        let Some((b'.' | b',', rest)) = self.0.split_first() else { return Some("") };
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        self.0 = rest.get(digits..)?;
        let text = std::str::from_utf8(rest.get(..digits.min(9))?).ok()?;
        Some(text.trim_end_matches('0'))
    }

    /// The sign and the minutes of the offset.
    fn zone(&mut self) -> Option<(char, u32)> {
        let sign = match self.next()? {
            b'Z' => return Some(('+', 0)),
            sign @ (b'+' | b'-') => char::from(sign),
            _ => return None,
        };
        // Go takes offsets of 24 hours and of 60 minutes, which some write.
        let hours = self.number(2).filter(|&hours| hours <= 24)?;
        self.literal(b':')?;
        let minutes = self.number(2).filter(|&minutes| minutes <= 60)?;
        Some((sign, hours * 60 + minutes))
    }
}

/// What a time consists of.
struct Parts<'a> {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    /// Digits of the nanoseconds, without zeros at the end.
    fraction: &'a str,
    /// Before or after UTC; `+` or `-`.
    sign: char,
    /// By so many minutes.
    offset: u32,
}

impl<'a> Parts<'a> {
    /// Reads a time; `None` when Go does not.
    fn read(text: &'a str) -> Option<Self> {
        let mut at = Cursor(text.as_bytes());
        let year = at.number(4)?;
        at.literal(b'-')?;
        let month = at.number(2).filter(|month| (1..=12).contains(month))?;
        at.literal(b'-')?;
        let day = at.number(2).filter(|day| (1..=days_in(month, year)).contains(day))?;
        at.literal(b'T')?;
        let hour_digits = if at.starts_with_digits(2) { 2 } else { 1 };
        let hour = at.number(hour_digits).filter(|&hour| hour < 24)?;
        at.literal(b':')?;
        let minute = at.number(2).filter(|&minute| minute < 60)?;
        at.literal(b':')?;
        let second = at.number(2).filter(|&second| second < 60)?;
        let fraction = at.fraction()?;
        let (sign, offset) = at.zone()?;
        at.0.is_empty().then_some(Self { year, month, day, hour, minute, second, fraction, sign, offset })
    }
}

impl fmt::Display for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second, fraction, sign, offset } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if !fraction.is_empty() {
            write!(f, ".{fraction}")?;
        }
        match offset {
            0 => f.write_str("Z"),
            _ => write!(f, "{sign}{:02}:{:02}", offset / 60, offset % 60),
        }
    }
}

const fn days_in(month: u32, year: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from the year 0 to 1970.
const EPOCH: i64 = 719_528;

/// Days from 1970 to a day, of the years 0 to 9999.
fn days(year: u32, month: u32, day: u32) -> i64 {
    let before = i64::from(year) - 1;
    let leap = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    let months: u32 = (1..month).map(|month| days_in(month, year)).sum();
    // The year 0 has 366 days, and none before it counts.
    365 * i64::from(year) + leap + 1 + i64::from(months) + i64::from(day) - 1 - EPOCH
}

/// Year, month and day of a day counted from 1970, in the years 0 to 9999.
fn civil(days: i64) -> Option<(u32, u32, u32)> {
    /// Days of 400 years, after which the calendar repeats.
    const CYCLE: i64 = 146_097;
    let day = days.checked_add(EPOCH)?;
    let cycles = u32::try_from(day.div_euclid(CYCLE)).ok().filter(|&cycles| cycles < 25)?;
    let mut rest = u32::try_from(day.rem_euclid(CYCLE)).ok()?;
    let mut year = cycles * 400;
    loop {
        let length = if days_in(2, year) == 29 { 366 } else { 365 };
        if rest < length {
            break;
        }
        rest -= length;
        year += 1;
    }
    let mut month = 1;
    while rest >= days_in(month, year) {
        rest -= days_in(month, year);
        month += 1;
    }
    Some((year, month, rest + 1))
}
