//! Letter case as Go's JSON decoder compares it.

/// Whether two keys are equal when letter case is ignored as Go's decoder ignores it: ASCII letters fold, and the two
/// other characters whose simple case folding is an ASCII letter count as that letter (U+212A KELVIN SIGN as `k`,
/// U+017F LATIN SMALL LETTER LONG S as `s`).
pub fn fold_eq(a: &str, b: &str) -> bool {
    match (a.is_ascii(), b.is_ascii()) {
        (true, true) => a.eq_ignore_ascii_case(b),
        _ => a.chars().map(fold).eq(b.chars().map(fold)),
    }
}

/// The representative of a character's case-folding class, as far as keys of ASCII letters need it.
const fn fold(c: char) -> char {
    match c {
        '\u{212A}' => 'k',
        '\u{017F}' => 's',
        _ => c.to_ascii_lowercase(),
    }
}
