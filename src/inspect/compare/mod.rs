//! Two images laid beside each other: their configs, histories, layers, files and packages.
//!
//! Files are compared by [`FileTree::compare`]; the rest is small. Whichever image is named first, the same is found, with the
//! sides exchanged.

mod config;
mod history;
mod packages;

use std::collections::HashMap;

use serde::Serialize;

pub use config::ConfigDifference;
pub use history::{HistoryChange, HistoryDifference};
pub use packages::{PackageChange, PackageDifference};

use crate::archive::ImageData;
use crate::inspect::packages::Packages;
use crate::json::size;
use crate::layer::{FileTree, PathCounts};
use crate::limits::{LimitExceeded, Limits};

/// One of the images.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// What its file says of it.
    pub image: &'a ImageData,
    /// What all its layers make.
    pub tree: &'a FileTree,
    /// Its packages, if they are to be compared: those of both sides or of none.
    pub packages: Option<&'a Packages>,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComparedImage {
    /// The image's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its names as Docker shows them, and its tags where those stand alone.
    pub names: Vec<String>,
    /// What it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Number of its layers.
    pub layers: usize,
    /// Stored bytes of its layers, each blob counted once.
    #[serde(serialize_with = "size::serialize")]
    pub stored_size: u64,
    /// Bytes of regular files in the merged tree, those with several names counted once.
    #[serde(serialize_with = "size::serialize")]
    pub file_bytes: u64,
    /// Regular files, each name counted.
    pub files: u32,
}

/// What differs between two images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComparisonData {
    /// The first image.
    pub before: ComparedImage,
    /// The second image.
    pub after: ComparedImage,
    /// Layers that both have, counted from the lowest, by their diff ids.
    pub common_layers: usize,
    /// Layers of one that the other has anywhere, each use counted.
    pub shared_layers: usize,
    /// Members of the config that differ.
    pub config: Vec<ConfigDifference>,
    /// The steps of both histories.
    pub history: Vec<HistoryDifference>,
    /// How many paths differ.
    pub files: PathCounts,
    /// Packages that differ, if those of both sides were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packages: Option<Vec<PackageDifference>>,
}

/// What [`compare`] makes.
pub struct Comparison {
    /// What differs.
    pub data: ComparisonData,
    /// The paths of both images; see [`TreeComparison::tree`](crate::layer::TreeComparison::tree).
    pub tree: FileTree,
}

/// Compares two images, of one file or of two.
///
/// # Errors
/// The images have more than 65,535 layers together, for which the limit `layers` was raised.
///
/// ```
/// use layerglass::archive::ImageData;
/// use layerglass::inspect::compare::{Side, compare};
/// use layerglass::layer::FileTree;
/// use layerglass::limits::Limits;
///
/// let limits = Limits::default();
/// let (tree, before) = (FileTree::merge(&[], &limits)?, ImageData::default());
/// let after = ImageData { author: Some("a.turing".into()), ..ImageData::default() };
/// let side = |image| Side { image, tree: &tree, packages: None };
/// let found = compare(&side(&before), &side(&after), &limits)?.data;
/// assert_eq!((found.config[0].member, found.config[0].after.as_deref()), ("author", Some("a.turing")));
/// # Ok::<(), layerglass::limits::LimitExceeded>(())
/// ```
pub fn compare(before: &Side<'_>, after: &Side<'_>, limits: &Limits) -> Result<Comparison, LimitExceeded> {
    let files = before.tree.compare(after.tree, limits)?;
    let (old, new) = (diff_ids(before.image), diff_ids(after.image));
    let is_common = |(old, new): &(&Option<&str>, &Option<&str>)| old.is_some() && old == new;
    let data = ComparisonData {
        before: side(before),
        after: side(after),
        common_layers: old.iter().zip(&new).take_while(is_common).count(),
        shared_layers: shared(&old, &new),
        config: config::differences(before.image, after.image),
        history: history::differences(&before.image.history, &after.image.history, limits),
        files: files.counts,
        packages: before.packages.zip(after.packages).map(|(old, new)| packages::differences(old, new)),
    };
    Ok(Comparison { data, tree: files.tree })
}

fn side(side: &Side<'_>) -> ComparedImage {
    let totals = side.tree.totals();
    let image = side.image;
    ComparedImage {
        id: image.id.clone(),
        names: image.familiar_names.iter().chain(&image.ref_names).cloned().collect(),
        platform: image.platform.as_ref().map(ToString::to_string),
        layers: image.layers.len(),
        stored_size: image.stored_size,
        file_bytes: totals.file_bytes,
        files: totals.files,
    }
}

fn diff_ids(image: &ImageData) -> Vec<Option<&str>> {
    image.layers.iter().map(|layer| layer.diff_id.as_deref()).collect()
}

/// How many layers of the one can be paired with one of the other.
fn shared(old: &[Option<&str>], new: &[Option<&str>]) -> usize {
    let mut unpaired: HashMap<&str, usize> = HashMap::new();
    for diff_id in old.iter().flatten() {
        *unpaired.entry(diff_id).or_default() += 1;
    }
    let paired = new.iter().flatten().filter(|diff_id| match unpaired.get_mut(**diff_id) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    });
    paired.count()
}
