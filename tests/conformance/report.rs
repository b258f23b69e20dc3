//! What was checked, what was left out and why, what failed.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

pub struct Report {
    folder: PathBuf,
    file: String,
    pub checked: usize,
    excluded: BTreeMap<&'static str, usize>,
    pub failures: Vec<String>,
}

impl Report {
    pub fn new(folder: &Path, file: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            file: file.to_owned(),
            checked: 0,
            excluded: BTreeMap::new(),
            failures: Vec::new(),
        }
    }

    /// The text of another file of the same folder.
    pub fn other_file(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.join(name)).ok()
    }

    /// Checks each vector. One that does not have the shape that is read here fails alone.
    pub fn each<V: Debug>(
        &mut self,
        vectors: impl IntoIterator<Item = V>,
        mut check: impl FnMut(&V, &mut Self),
    ) {
        for vector in vectors {
            self.guarded(|| format!("{vector:.300?}"), |report| check(&vector, report));
        }
    }

    /// Runs a check; a panic in it is a failure.
    pub fn guarded(&mut self, what: impl Fn() -> String, check: impl FnOnce(&mut Self)) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(self))) {
            self.checked += 1;
            let what: String = what().chars().take(600).collect();
            self.failures.push(format!("{}: {what}\n    panics: {}", self.file, message(panic.as_ref())));
        }
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

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message")
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
