//! Maps of sparse files: GNU's old form and the three of PAX.

use super::error::TarError;
use super::header;

/// A stored piece of a sparse file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// Where it lies in the unpacked file.
    pub offset: u64,
    /// How many bytes it has.
    pub length: u64,
}

/// Reads the 24-byte pairs of an old GNU header or extension block; the first empty pair ends the list.
pub(super) fn old_gnu(field: &[u8], header_offset: u64, out: &mut Vec<Fragment>) -> Result<(), TarError> {
    for pair in field.chunks_exact(24) {
        if pair[0] == 0 {
            break;
        }
        let value = |field: &[u8]| {
            header::number(field)
                .and_then(|value| u64::try_from(value).ok())
                .ok_or(TarError::Sparse { offset: header_offset, reason: "a number in it is invalid" })
        };
        out.push(Fragment { offset: value(&pair[..12])?, length: value(&pair[12..])? });
    }
    Ok(())
}

/// Fragments from a flat list of offsets and lengths.
pub(super) fn from_pairs(numbers: &[u64], header_offset: u64) -> Result<Vec<Fragment>, TarError> {
    if !numbers.len().is_multiple_of(2) {
        return Err(TarError::Sparse { offset: header_offset, reason: "it has an offset without a length" });
    }
    Ok(numbers.chunks_exact(2).map(|pair| Fragment { offset: pair[0], length: pair[1] }).collect())
}

/// Checks that fragments ascend, do not overlap, lie inside the file and are stored whole.
pub(super) fn validate(
    fragments: &[Fragment],
    size: u64,
    stored: u64,
    header_offset: u64,
) -> Result<(), TarError> {
    let fail = |reason| Err(TarError::Sparse { offset: header_offset, reason });
    let mut end = 0;
    let mut sum = 0_u64;
    for fragment in fragments {
        if fragment.offset < end {
            return fail("its fragments overlap or are out of order");
        }
        match fragment.offset.checked_add(fragment.length) {
            Some(next) if next <= size => end = next,
            _ => return fail("a fragment lies beyond the end of the file"),
        }
        sum = sum.saturating_add(fragment.length);
    }
    if sum == stored { Ok(()) } else { fail("its fragments do not add up to the stored size") }
}

/// The map at the start of the contents of a PAX 1.0 sparse file: decimal numbers, a line each.
#[derive(Debug, Default)]
pub(super) struct MapParser {
    numbers: Vec<u64>,
    count: Option<u64>,
    current: Option<u64>,
}

impl MapParser {
    /// Takes one block; true when the map is complete.
    pub(super) fn push(&mut self, block: &[u8], limit: u32, header_offset: u64) -> Result<bool, TarError> {
        let fail = |reason| TarError::Sparse { offset: header_offset, reason };
        for &byte in block {
            match byte {
                b'0'..=b'9' => {
                    let digit = u64::from(byte - b'0');
                    let value = self.current.unwrap_or(0).checked_mul(10).and_then(|v| v.checked_add(digit));
                    self.current = Some(value.ok_or_else(|| fail("a number in it is too large"))?);
                }
                b'\n' => {
                    let value = self.current.take().ok_or_else(|| fail("it has an empty line"))?;
                    match self.count {
                        None => {
                            let source = crate::limits::LimitExceeded::check(
                                "sparseFragments",
                                u64::from(limit),
                                value,
                            );
                            source.map_err(|source| TarError::Limit { offset: header_offset, source })?;
                            self.count = Some(value);
                        }
                        Some(_) => self.numbers.push(value),
                    }
                    if self.is_complete() {
                        return Ok(true);
                    }
                }
                _ => return Err(fail("it holds something other than decimal numbers")),
            }
        }
        Ok(false)
    }

    fn is_complete(&self) -> bool {
        self.count.is_some_and(|count| self.numbers.len() as u64 == count * 2)
    }

    pub(super) fn into_fragments(self, header_offset: u64) -> Result<Vec<Fragment>, TarError> {
        from_pairs(&self.numbers, header_offset)
    }
}

/// A place in a sparse file.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    /// Fragments begun.
    begun: usize,
    /// Offset in the unpacked file.
    position: u64,
    /// Bytes left of the fragment begun last.
    left: u64,
}

/// What comes next in a sparse file.
pub(super) enum Piece {
    /// So many zeros; they are behind the cursor now.
    Hole(u64),
    /// So many stored bytes.
    Stored(u64),
    /// Nothing.
    End,
}

impl Cursor {
    pub(super) fn next(&mut self, fragments: &[Fragment], size: u64) -> Piece {
        while self.left == 0 {
            let next = fragments.get(self.begun).copied();
            let offset = next.map_or(size, |next| next.offset);
            if offset > self.position {
                let hole = offset - self.position;
                self.position = offset;
                return Piece::Hole(hole);
            }
            let Some(next) = next else { return Piece::End };
            self.begun += 1;
            self.left = next.length;
        }
        Piece::Stored(self.left)
    }

    /// Passes over stored bytes.
    pub(super) fn advance(&mut self, bytes: u64) {
        self.left = self.left.saturating_sub(bytes);
        self.position = self.position.saturating_add(bytes);
    }
}
