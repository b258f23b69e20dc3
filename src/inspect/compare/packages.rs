//! Packages of two images.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::inspect::packages::{Package, PackageKind, Packages};
use crate::json::size;

/// How a package differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageChange {
    /// Only the second image has it.
    Added,
    /// Only the first image has it.
    Removed,
    /// The versions differ.
    Changed,
}

/// A package that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PackageDifference {
    /// The system that it belongs to.
    pub kind: PackageKind,
    /// Its name; for Java behind its group and a colon.
    pub name: String,
    /// How it differs.
    pub change: PackageChange,
    /// Its version in the first image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Its version in the second image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// How many bytes more its files take.
    #[serde(serialize_with = "size::serialize_signed")]
    pub growth: i64,
}

/// The packages of one name, of both images.
type Named<'p> = (Vec<&'p Package>, Vec<&'p Package>);

/// What differs, sorted by system and name.
///
/// Of packages that are there several times, those are paired that are alike: in version and architecture, in version, in
/// architecture, and then in the order of their versions. What pairs in version is no difference.
pub(super) fn differences(before: &Packages, after: &Packages) -> Vec<PackageDifference> {
    let mut names: BTreeMap<(PackageKind, Option<&str>, &str), Named<'_>> = BTreeMap::new();
    for package in &before.packages {
        names.entry(name(package)).or_default().0.push(package);
    }
    for package in &after.packages {
        names.entry(name(package)).or_default().1.push(package);
    }
    let mut found = Vec::new();
    for (old, new) in names.into_values() {
        let (_, old, new) = pair(old, new, |package| (&package.version, &package.architecture));
        let (_, old, new) = pair(old, new, |package| &package.version);
        let (mut changed, old, new) = pair(old, new, |package| &package.architecture);
        let (others, old, new) = pair(old, new, |_| ());
        changed.extend(others);
        found.extend(changed.into_iter().map(|(old, new)| difference(new, Some(old), Some(new))));
        found.extend(old.into_iter().map(|old| difference(old, Some(old), None)));
        found.extend(new.into_iter().map(|new| difference(new, None, Some(new))));
    }
    found.sort_unstable();
    found
}

fn name(package: &Package) -> (PackageKind, Option<&str>, &str) {
    (package.kind, package.group.as_deref(), &package.name)
}

/// What could be paired, and what is left of both.
type Paired<'p> = (Vec<(&'p Package, &'p Package)>, Vec<&'p Package>, Vec<&'p Package>);

/// Pairs packages that are alike by `key`, lower versions first.
fn pair<'p, K: Ord>(
    old: Vec<&'p Package>,
    new: Vec<&'p Package>,
    key: impl Fn(&'p Package) -> K,
) -> Paired<'p> {
    let mut by_key: BTreeMap<K, Named<'p>> = BTreeMap::new();
    for package in old {
        by_key.entry(key(package)).or_default().0.push(package);
    }
    for package in new {
        by_key.entry(key(package)).or_default().1.push(package);
    }
    let (mut pairs, mut left_old, mut left_new) = (Vec::new(), Vec::new(), Vec::new());
    for (mut old, mut new) in by_key.into_values() {
        let order = |package: &&Package| (package.version.clone(), package.purl.clone());
        old.sort_by_cached_key(order);
        new.sort_by_cached_key(order);
        let count = old.len().min(new.len());
        left_old.extend(old.split_off(count));
        left_new.extend(new.split_off(count));
        pairs.extend(old.into_iter().zip(new));
    }
    (pairs, left_old, left_new)
}

fn difference(package: &Package, before: Option<&Package>, after: Option<&Package>) -> PackageDifference {
    let bytes = |package: Option<&Package>| package.map_or(0, |package| i128::from(package.size));
    let growth = bytes(after) - bytes(before);
    PackageDifference {
        kind: package.kind,
        name: match &package.group {
            Some(group) => format!("{group}:{}", package.name),
            None => package.name.clone(),
        },
        change: match (before, after) {
            (None, _) => PackageChange::Added,
            (_, None) => PackageChange::Removed,
            _ => PackageChange::Changed,
        },
        before: before.map(|package| package.version.clone()),
        after: after.map(|package| package.version.clone()),
        growth: i64::try_from(growth).unwrap_or(if growth < 0 { i64::MIN } else { i64::MAX }),
    }
}
