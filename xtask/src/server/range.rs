//! Byte ranges, as far as RFC 9110 section 14 asks: one range a request.

/// Which part of something is wanted.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    Whole,
    /// These bytes, the last one not included.
    Bytes {
        start: u64,
        end: u64,
    },
    /// A range that lies outside.
    Outside,
}

impl Part {
    /// Reads a `Range` header for something of this size. One that is not understood, or that names several
    /// ranges, counts as none.
    pub fn of(header: Option<&str>, size: u64) -> Self {
        let Some((first, last)) = header
            .and_then(|text| text.trim().strip_prefix("bytes="))
            .and_then(|range| range.split_once('-'))
        else {
            return Self::Whole;
        };
        let (first, last) = (first.trim(), last.trim());
        match (number(first), number(last)) {
            (Some(first), Some(last)) if last < first => Self::Whole,
            (Some(first), _) if first >= size && (last.is_empty() || number(last).is_some()) => Self::Outside,
            (Some(first), Some(last)) => Self::Bytes { start: first, end: last.saturating_add(1).min(size) },
            (Some(first), None) if last.is_empty() => Self::Bytes { start: first, end: size },
            (None, Some(0)) if first.is_empty() => Self::Outside,
            (None, Some(_)) if first.is_empty() && size == 0 => Self::Outside,
            (None, Some(count)) if first.is_empty() => {
                Self::Bytes { start: size.saturating_sub(count), end: size }
            }
            _ => Self::Whole,
        }
    }
}

/// Digits only; a number beyond 64 bits is as good as the greatest.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::Part;

    #[test]
    fn ranges_are_cut_to_the_size() {
        let part = |header| Part::of(Some(header), 100);
        assert_eq!(part("bytes=0-0"), Part::Bytes { start: 0, end: 1 });
        assert_eq!(part("bytes=10-19"), Part::Bytes { start: 10, end: 20 });
        assert_eq!(part("bytes=90-"), Part::Bytes { start: 90, end: 100 });
        assert_eq!(part("bytes=90-1000"), Part::Bytes { start: 90, end: 100 });
        assert_eq!(part("bytes=0-99999999999999999999999"), Part::Bytes { start: 0, end: 100 });
        assert_eq!(part("bytes=-5"), Part::Bytes { start: 95, end: 100 });
        assert_eq!(part("bytes=-500"), Part::Bytes { start: 0, end: 100 });
    }

    #[test]
    fn ranges_outside_are_told_from_ranges_that_make_no_sense() {
        let part = |header| Part::of(Some(header), 100);
        assert_eq!(part("bytes=100-"), Part::Outside);
        assert_eq!(part("bytes=100-200"), Part::Outside);
        assert_eq!(part("bytes=-0"), Part::Outside);
        assert_eq!(Part::of(Some("bytes=0-"), 0), Part::Outside);
        assert_eq!(Part::of(Some("bytes=-1"), 0), Part::Outside);
        for nonsense in
            ["bytes=5-2", "bytes=", "bytes=-", "bytes=a-b", "bytes=1-2,4-5", "bytes=+1-2", "lines=1-2"]
        {
            assert_eq!(part(nonsense), Part::Whole, "{nonsense}");
        }
        assert_eq!(Part::of(None, 100), Part::Whole);
    }
}
