//! Refusing long texts that are no reference.

use std::hint::black_box;

use layerglass::digest::Digest;
use layerglass::reference::Reference;

use crate::{Result, nanoseconds, within};

const LENGTH: usize = 100_000;
const LIMIT: f64 = 1e6;

pub fn run(rounds: usize) -> Result {
    let mut worst = (0.0, String::new());
    for (kind, text) in kinds() {
        let [parse, normalize, any, digest] = nanoseconds(
            rounds.div_ceil(5),
            [
                &mut || {
                    let _ = black_box(Reference::parse(black_box(&text)));
                    1
                },
                &mut || {
                    let _ = black_box(Reference::parse_normalized(black_box(&text)));
                    1
                },
                &mut || {
                    let _ = black_box(Reference::parse_any(black_box(&text)));
                    1
                },
                &mut || {
                    let _ = black_box(Digest::parse(black_box(&text)));
                    1
                },
            ],
        );
        for (time, by) in
            [(parse, "parse"), (normalize, "parse_normalized"), (any, "parse_any"), (digest, "Digest::parse")]
        {
            if time > worst.0 {
                worst = (time, format!("limit; worst of all kinds: {kind}, by {by}"));
            }
        }
    }
    within("refusing 100,000 characters, native", worst.0, &worst.1, LIMIT);
    Ok(())
}

/// Texts with their only fault at the start, all over, or at the very end.
fn kinds() -> Vec<(&'static str, String)> {
    let repeat = |piece: &str| piece.chars().cycle().take(LENGTH).collect::<String>();
    let path = |end: &str| format!("{}{end}", "a/".repeat(LENGTH / 2 - 1));
    vec![
        ("upper case", repeat("A")),
        ("upper case with slashes", repeat("A/")),
        ("lower case", repeat("a")),
        ("not ASCII", repeat("é")),
        ("not ASCII, upper case", repeat("É")),
        ("KELVIN SIGNs", repeat("\u{212A}")),
        ("KELVIN SIGNs with slashes", repeat("a/\u{212A}")),
        ("slashes", repeat("/")),
        ("dashes", repeat("-")),
        ("dots", repeat(".")),
        ("colons", repeat(":")),
        ("`@`", repeat("@")),
        ("`[`", repeat("[")),
        ("labels of a domain", repeat("a.")),
        ("an address that is not closed", format!("[{}/a", repeat("0:"))),
        ("a domain and upper case at the end", format!("{}/A", repeat("a.b"))),
        ("upper case at the end", path("A")),
        ("a dash at the end", path("a-")),
        ("É at the end", path("É")),
        ("a KELVIN SIGN at the end", path("\u{212A}")),
        ("a long tag", format!("a:{}", repeat("b"))),
        ("a long tag after upper case", format!("A:{}", repeat("b"))),
        ("a long digest", format!("a@sha256:{}", repeat("0"))),
        ("a long digest after upper case", format!("A@sha256:{}", repeat("0"))),
        ("a long name of an algorithm", format!("a@{}", repeat("b+"))),
    ]
}
