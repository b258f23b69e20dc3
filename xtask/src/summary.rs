//! How many tests ran, read from the summaries that test runners print.

/// Counts of one or more runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Summary {
    /// Adds up what `cargo test` and the runner of wasm tests print: one line for every test program.
    pub fn of_cargo(printed: &str) -> Self {
        let mut sum = Self::default();
        for line in printed.lines().map(plain) {
            let Some((_, counts)) = line.split_once("test result: ") else { continue };
            for part in counts.split([';', '.']) {
                let mut words = part.split_whitespace();
                let (Some(number), Some(what)) = (words.next(), words.next()) else { continue };
                let Ok(number) = number.parse::<u64>() else { continue };
                match what {
                    "passed" => sum.passed += number,
                    "failed" => sum.failed += number,
                    "ignored" => sum.skipped += number,
                    _ => {}
                }
            }
        }
        sum
    }

    /// Adds up what `node --test` prints, in each of its formats, and what Playwright's own runner prints.
    pub fn of_node(printed: &str) -> Self {
        let mut sum = Self::default();
        for line in printed.lines().map(plain) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (what, number) = match words.as_slice() {
                // "# pass 12", "ℹ pass 12"
                ["#" | "ℹ", what, number] => (*what, *number),
                // "  12 passed (3.4s)", "  1 skipped", "  2 did not run"
                [number, what] | [number, what, _] if number.parse::<u64>().is_ok() => (*what, *number),
                [number, "did", "not", "run"] => ("skipped", *number),
                _ => continue,
            };
            let Ok(number) = number.parse::<u64>() else { continue };
            match what {
                "pass" | "passed" | "flaky" => sum.passed += number,
                "fail" | "failed" | "cancelled" | "interrupted" => sum.failed += number,
                "skipped" | "todo" => sum.skipped += number,
                _ => {}
            }
        }
        sum
    }
}

/// A line without the colours that a runner gave it.
fn plain(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once(|c: char| c.is_ascii_alphabetic()).map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn cargo_prints_one_line_for_every_test_program() {
        let printed = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1s\n\
                       test result: \u{1b}[31mFAILED\u{1b}[0m. 2 passed; 4 failed; 0 ignored; 0 filtered out\n\
                       no tests to run!\n";
        assert_eq!(Summary::of_cargo(printed), Summary { passed: 5, failed: 4, skipped: 1 });
    }

    #[test]
    fn node_prints_counts_after_names() {
        let spec = "\u{1b}[34mℹ tests 7\u{1b}[39m\n\u{1b}[34mℹ pass 5\u{1b}[39m\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\n";
        assert_eq!(Summary::of_node(spec), Summary { passed: 5, failed: 1, skipped: 1 });
        let tap = "# tests 2\n# pass 2\n# fail 0\n# skipped 0\n# todo 0\n";
        assert_eq!(Summary::of_node(tap), Summary { passed: 2, failed: 0, skipped: 0 });
    }

    #[test]
    fn playwright_prints_counts_before_names() {
        let printed = "Running 4 tests using 1 worker\n\n  1 failed\n    a.spec.ts:3:1 › a\n  2 did not run\n  1 passed (3.4s)\n";
        assert_eq!(Summary::of_node(printed), Summary { passed: 1, failed: 1, skipped: 2 });
    }
}
