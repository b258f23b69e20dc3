//! What a file of vectors says of other people's files, compared key by key with what was read of them.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

/// The folders that `LAYERGLASS_VECTORS` and `LAYERGLASS_DATA` name; says loudly what is not run without them.
pub fn folders(what: &str) -> Option<(PathBuf, PathBuf)> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from);
    let both = folder("LAYERGLASS_VECTORS").zip(folder("LAYERGLASS_DATA"));
    if both.is_none() {
        eprintln!("NOT RUN: {what}: LAYERGLASS_VECTORS and LAYERGLASS_DATA name no folders");
    }
    both
}

/// The list in a file of vectors.
pub fn vectors(path: &std::path::Path) -> Vec<Value> {
    let text = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let recorded: Value = serde_json::from_slice(&text).unwrap();
    let list = recorded["vectors"].as_array().unwrap().clone();
    assert!(!list.is_empty(), "{} records nothing", path.display());
    list
}

/// One recorded object: what it describes, and which one it is.
#[derive(Clone, Copy)]
pub struct Object<'a> {
    /// `file`, `entry`, `layer`, …
    pub what: &'static str,
    /// Its name in messages.
    pub place: &'a str,
    pub value: &'a Value,
}

/// What came of a comparison.
#[derive(Default)]
pub struct Report {
    /// Where what was read is not what is recorded.
    pub differences: Vec<String>,
    /// How often each key was compared, by the kind of object.
    pub compared: BTreeMap<(&'static str, &'static str), usize>,
    known: BTreeSet<(&'static str, &'static str)>,
    /// Keys that nothing was compared with.
    pub unknown: BTreeSet<String>,
}

impl Report {
    /// What is recorded under `key`; `None` when the object has no such key, which is no difference.
    pub fn take<'a>(&mut self, object: Object<'a>, key: &'static str) -> Option<&'a Value> {
        self.known.insert((object.what, key));
        let value = object.value.get(key)?;
        *self.compared.entry((object.what, key)).or_default() += 1;
        Some(value)
    }

    /// Compares a value with the recorded one, if there is one.
    pub fn same(&mut self, object: Object<'_>, key: &'static str, ours: impl Into<Value>) {
        let Some(recorded) = self.take(object, key) else { return };
        let ours = ours.into();
        if *recorded != ours {
            self.differs(format_args!("{}: {} `{key}`", object.place, object.what), &ours, recorded);
        }
    }

    /// The same where an absent list is recorded as `null`.
    pub fn same_list(&mut self, object: Object<'_>, key: &'static str, ours: Vec<Value>) {
        let is_null = object.value.get(key).is_some_and(Value::is_null);
        let ours = if is_null && ours.is_empty() { Value::Null } else { Value::Array(ours) };
        self.same(object, key, ours);
    }

    /// A key that is left alone; where it is called the reason stands.
    pub fn leave(&mut self, object: Object<'_>, key: &'static str) {
        self.known.insert((object.what, key));
    }

    /// Notes the keys of an object that was compared which nobody asked for.
    pub fn end(&mut self, object: Object<'_>) {
        for key in object.value.as_object().into_iter().flat_map(|object| object.keys()) {
            if !self.known.iter().any(|(what, known)| *what == object.what && known == key) {
                self.unknown.insert(format!("{} `{key}`", object.what));
            }
        }
    }

    pub fn differs(&mut self, place: impl std::fmt::Display, ours: &Value, recorded: &Value) {
        self.differences.push(format!("{place}: read {ours}, recorded {recorded}"));
    }

    pub fn fail(&mut self, message: impl Into<String>) {
        self.differences.push(message.into());
    }

    /// Prints what was compared, and fails if anything differs.
    #[track_caller]
    pub fn check(self, what: &str) {
        for ((kind, key), count) in &self.compared {
            println!("{what}: {kind} `{key}` compared {count} times");
        }
        for key in &self.unknown {
            eprintln!("NOT COMPARED: {what}: {key} is a key that this test does not know");
        }
        assert!(self.differences.is_empty(), "{what}:\n{}", self.differences.join("\n"));
    }
}

/// Text as JSON; an empty one is absent.
pub fn text(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::from(text) }
}
