//! What was checked, what was left out and why, what failed.

use std::collections::BTreeMap;
use std::fmt::Debug;

pub struct Report {
    file: String,
    pub checked: usize,
    excluded: BTreeMap<&'static str, usize>,
    pub failures: Vec<String>,
}

impl Report {
    pub fn new(file: &str) -> Self {
        Self { file: file.to_owned(), checked: 0, excluded: BTreeMap::new(), failures: Vec::new() }
    }

    /// One vector that is left out.
    pub fn exclude(&mut self, reason: &'static str) {
        *self.excluded.entry(reason).or_default() += 1;
    }

    pub fn excluded(&self) -> usize {
        self.excluded.values().sum()
    }

    /// One vector: what it expects and what came out.
    pub fn equal<T: PartialEq + Debug>(&mut self, what: impl std::fmt::Display, expected: T, found: T) {
        self.checked += 1;
        if expected != found {
            self.failures
                .push(format!("{}: {what}\n    expected {expected:?}\n    found    {found:?}", self.file));
        }
    }
}

pub fn print(reports: &[Report]) {
    println!("{:<36} {:>8} {:>8} {:>8}", "vectors", "checked", "failed", "excluded");
    for report in reports {
        let (failed, excluded) = (report.failures.len(), report.excluded());
        println!("{:<36} {:>8} {failed:>8} {excluded:>8}", report.file, report.checked);
        for (reason, count) in &report.excluded {
            println!("    {count:>6} excluded: {reason}");
        }
    }
    let total = |count: fn(&Report) -> usize| reports.iter().map(count).sum::<usize>();
    println!(
        "{:<36} {:>8} {:>8} {:>8}",
        "all",
        total(|report| report.checked),
        total(|report| report.failures.len()),
        total(Report::excluded)
    );
}
