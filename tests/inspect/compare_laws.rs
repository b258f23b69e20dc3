//! Laws of comparison, over random trees of few names, so that they meet, and over real images.

use std::collections::BTreeMap;

use layerglass::archive::{Archive, ImageData, Role};
use layerglass::image::HistoryStepData;
use layerglass::inspect::compare::{
    ComparisonData, HistoryChange, HistoryDifference, PackageChange, Side, compare,
};
use layerglass::layer::{Change, FileTree, Node, NodeKind, PathCounts, TreeComparison};
use layerglass::limits::Limits;
use layerglass::tar::{Entry, EntryKind, Timestamp, WriteFormat, Writer};
use proptest::prelude::*;

use super::compare::between;
use super::support::{tree_of, tree_of_tars};

/// All that is compared of a path; `None` for a folder that no layer lists.
type Attributes = Option<(u32, (u32, u32), Timestamp, u64, Option<u128>, BTreeMap<Vec<u8>, Vec<u8>>)>;
/// The same with its kind, link and device.
type Listed = (NodeKind, Attributes, Option<Vec<u8>>, Option<(u32, u32)>);
type Listing = BTreeMap<Vec<u8>, Listed>;

fn listed(node: Node<'_>) -> Listed {
    let row = node.row();
    let attributes = row.map(|row| {
        let xattrs = row.xattrs().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
        (row.mode(), (row.uid(), row.gid()), row.mtime(), row.size(), row.xxh3(), xattrs)
    });
    let link = row.and_then(|row| row.link()).map(<[u8]>::to_vec);
    (node.kind(), attributes, link, row.and_then(|row| row.device()))
}

fn listing(tree: &FileTree) -> Listing {
    let present = tree.nodes().filter(|node| node.is_present());
    present.map(|node| (node.path(), listed(node))).collect()
}

/// A folder that one of the two does not list has no attributes to compare.
fn agree(old: &Listing, new: &Listing) -> bool {
    let is_bare = |entry: &Listed| entry.0 == NodeKind::Directory && entry.1.is_none();
    old.len() == new.len()
        && old.iter().zip(new).all(|((path, old), (other, new))| {
            path == other && (old == new || old.0 == new.0 && (is_bare(old) || is_bare(new)))
        })
}

fn is_nothing(counts: &PathCounts) -> bool {
    PathCounts { same: 0, ..*counts } == PathCounts::default()
}

/// What holds for any two trees.
pub fn check(before: &FileTree, after: &FileTree) -> TreeComparison {
    for tree in [before, after] {
        let own = between(tree, tree);
        assert!(is_nothing(&own.counts), "a tree does not differ from itself: {:?}", own.counts);
        assert_eq!(own.counts.same, tree.totals().entries);
        assert!(own.tree.nodes().all(|node| node.change() == Change::Unchanged));
    }
    let found = between(before, after);
    let counts = found.counts;

    // What is told leads from the one to the other.
    let mut applied = listing(before);
    let mut words = PathCounts::default();
    for node in found.tree.nodes() {
        let path = node.path();
        match node.change() {
            Change::Removed => {
                assert!(applied.remove(&path).is_some());
                words.removed += 1;
            }
            Change::Added => {
                assert!(applied.insert(path, listed(node)).is_none());
                words.added += 1;
            }
            Change::Modified => {
                let old = applied.insert(path.clone(), listed(node)).expect("it was there");
                assert_ne!(old, listed(node), "{:?}", String::from_utf8_lossy(&path));
                assert!(!node.aspects().is_empty());
            }
            Change::Unchanged => {
                assert!(applied.contains_key(&path));
                assert!(node.aspects().is_empty());
                words.same += 1;
            }
        }
    }
    assert!(agree(&applied, &listing(after)), "{applied:?} is not {:?}", listing(after));
    assert_eq!((words.added, words.removed, words.same), (counts.added, counts.removed, counts.same));
    let both = counts.same + counts.metadata + counts.changed;
    assert_eq!(both + counts.removed, before.totals().entries);
    assert_eq!(both + counts.added, after.totals().entries);
    assert!(counts.removed_bytes + counts.changed_bytes_before <= before.totals().file_bytes);
    assert!(counts.added_bytes + counts.changed_bytes_after <= after.totals().file_bytes);
    assert_eq!(found.tree.totals().file_bytes, after.totals().file_bytes);

    // The other way round the same is found, exchanged.
    let mirrored = between(after, before);
    let exchanged = PathCounts {
        added: counts.removed,
        removed: counts.added,
        added_bytes: counts.removed_bytes,
        removed_bytes: counts.added_bytes,
        changed_bytes_before: counts.changed_bytes_after,
        changed_bytes_after: counts.changed_bytes_before,
        ..counts
    };
    assert_eq!(mirrored.counts, exchanged);
    let told = |tree: &FileTree, exchange: bool| -> BTreeMap<Vec<u8>, (Change, Vec<String>)> {
        let word = |change| match change {
            Change::Added if exchange => Change::Removed,
            Change::Removed if exchange => Change::Added,
            change => change,
        };
        let aspects = |node: Node<'_>| node.aspects().iter().map(|aspect| format!("{aspect:?}")).collect();
        tree.nodes().map(|node| (node.path(), (word(node.change()), aspects(node)))).collect()
    };
    assert_eq!(told(&found.tree, false), told(&mirrored.tree, true));
    found
}

/// One entry over few names.
fn entry() -> impl Strategy<Value = Entry> {
    let names =
        vec!["a", "b", "c", "a/a", "a/b", "b/a", "b/c", "c/a/b", ".wh.a", "a/.wh.b", "b/.wh..wh..opq"];
    let kind = prop::sample::select(vec![
        EntryKind::File,
        EntryKind::File,
        EntryKind::File,
        EntryKind::Directory,
        EntryKind::Symlink,
        EntryKind::HardLink,
        EntryKind::CharDevice,
        EntryKind::Fifo,
    ]);
    let number = || prop_oneof![4 => Just(0_u8), 1 => 0_u8..3];
    let place = prop::sample::select(names.clone());
    (place, prop::sample::select(names), kind, number(), number(), number()).prop_map(
        |(path, target, kind, attribute, contents, marked)| {
            let mut entry = Entry::new(path, kind);
            entry.mode = 0o600 + u32::from(attribute == 1);
            entry.uid = i64::from(attribute == 2);
            entry.mtime = Timestamp { secs: i64::from(marked), nanos: 0 };
            entry.size = if kind == EntryKind::File { 1 + u64::from(contents) % 2 } else { 0 };
            entry.device = (u32::from(contents), 3);
            entry.link = target.into();
            if marked == 2 && kind != EntryKind::HardLink {
                entry.xattrs.push((b"user.mark".to_vec(), vec![contents]));
            }
            // The contents are the size and whose file it is, so that there are others of the same size.
            entry.owner = vec![b'o' + contents];
            entry
        },
    )
}

fn layer(entries: &[Entry]) -> Vec<u8> {
    let mut writer = Writer::new(WriteFormat::Pax);
    let mut tar = Vec::new();
    for entry in entries {
        tar.extend_from_slice(writer.entry(entry).expect("an entry"));
        writer.contents(entry.size).expect("its contents");
        let size = usize::try_from(entry.size).expect("few bytes");
        tar.extend(std::iter::repeat_n(entry.owner[0], size));
        tar.extend_from_slice(writer.padding().expect("complete"));
    }
    tar.extend_from_slice(writer.finish().expect("complete"));
    tar
}

fn layers() -> impl Strategy<Value = Vec<Vec<Entry>>> {
    prop::collection::vec(prop::collection::vec(entry(), 0..8), 0..4)
}

fn laid(layers: &[Vec<Entry>]) -> FileTree {
    tree_of_tars(&layers.iter().map(|entries| layer(entries)).collect::<Vec<_>>())
}

fn with_history(steps: &[u8]) -> ImageData {
    let step = |step: &u8| HistoryStepData {
        created: None,
        created_by: Some(format!("RUN {}", step / 2)),
        author: None,
        comment: None,
        empty_layer: step.is_multiple_of(2),
        layer: None,
    };
    ImageData { history: steps.iter().map(step).collect(), ..ImageData::default() }
}

fn compared(before: &ImageData, after: &ImageData) -> ComparisonData {
    let tree = tree_of(&[]);
    let side = |image| Side { image, tree: &tree, packages: None };
    compare(&side(before), &side(after), &Limits::default()).unwrap().data
}

/// The length of a longest common subsequence, as textbooks have it.
fn longest(a: &[u8], b: &[u8]) -> usize {
    match (a.split_first(), b.split_first()) {
        (Some((first, rest)), Some((other, others))) if first == other => 1 + longest(rest, others),
        (Some((_, rest)), Some((_, others))) => longest(rest, b).max(longest(a, others)),
        _ => 0,
    }
}

fn sides(lines: &[HistoryDifference]) -> (Vec<usize>, Vec<usize>, Vec<(usize, usize)>) {
    let pairs = lines.iter().filter_map(|line| line.before.zip(line.after)).collect();
    let before = lines.iter().filter_map(|line| line.before).collect();
    (before, lines.iter().filter_map(|line| line.after).collect(), pairs)
}

proptest! {
    #[test]
    fn random_trees(before in layers(), after in layers()) {
        check(&laid(&before), &laid(&after));
    }

    /// What a build on top of an image does is what its last layers changed, but for what they wrote just as it was.
    #[test]
    fn a_build_on_top(below in layers(), above in layers()) {
        let before = laid(&below);
        let all: Vec<_> = below.iter().chain(&above).cloned().collect();
        let after = laid(&all);
        let found = check(&before, &after);
        let since = FileTree::merge_since(after.tables(), below.len(), &Limits::default()).unwrap();
        let changed = |tree: &FileTree| -> BTreeMap<Vec<u8>, Change> {
            tree.nodes().map(|node| (node.path(), node.change())).filter(|(_, change)| *change != Change::Unchanged).collect()
        };
        let (own, told) = (changed(&found.tree), changed(&since));
        if !below.is_empty() && !above.is_empty() {
            for (path, change) in &own {
                prop_assert_eq!(told.get(path), Some(change));
            }
            let again = told.iter().filter(|(path, _)| !own.contains_key(*path));
            for (path, change) in again {
                prop_assert_eq!(*change, Change::Modified, "{:?} was written again as it was", path);
            }
        }
    }

    #[test]
    fn histories(before in prop::collection::vec(0_u8..6, 0..8), after in prop::collection::vec(0_u8..6, 0..8)) {
        let (old, new) = (with_history(&before), with_history(&after));
        let lines = compared(&old, &new).history;
        let (left, right, pairs) = sides(&lines);
        prop_assert_eq!(left, (0..before.len()).collect::<Vec<_>>(), "every step once, in its order");
        prop_assert_eq!(right, (0..after.len()).collect::<Vec<_>>());
        prop_assert!(pairs.iter().all(|(old, new)| before[*old] == after[*new]));
        prop_assert_eq!(pairs.len(), longest(&before, &after));
        let mirrored = compared(&new, &old).history;
        let exchanged: Vec<_> = sides(&mirrored).2.into_iter().map(|(new, old)| (old, new)).collect();
        prop_assert_eq!(exchanged, pairs, "the same steps pair the other way round");
        prop_assert!(compared(&old, &old).history.iter().all(|line| line.change == HistoryChange::Same));
    }
}

/// The real images, each with those of its own file and the next file.
#[cfg(feature = "fs")]
#[test]
fn real_images() {
    use layerglass::fs::{ImageFile, OpenOptions};
    let names = [
        "quirks.docker20.tar",
        "quirks.docker28.tar",
        "quirks.podman.oci.tar",
        "multiarch.oci",
        "shared.docker20.tar",
        "legacy-v1.tar",
        "quirks.export.tar.zst",
        "quirks.dir",
    ];
    let images = std::env::var_os("LAYERGLASS_IMAGES").unwrap_or_else(|| "tests/fixtures".into());
    let opened = names.map(|name| {
        let path = std::path::Path::new(&images).join(name);
        let mut file = ImageFile::open(&path, &OpenOptions::default())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        file.scan().unwrap();
        file
    });
    let whole = |archive: &Archive| -> Vec<usize> {
        let images = archive.data().images;
        let whole = images.iter().filter(|image| matches!(image.role, Role::Image | Role::Rootfs));
        whole.map(|image| image.index).filter(|image| archive.tree(*image, usize::MAX).is_ok()).collect()
    };
    let mut pairs = 0;
    for (at, file) in opened.iter().enumerate() {
        for other in [file, &opened[(at + 1) % opened.len()]] {
            for (one, two) in whole(file.archive())
                .into_iter()
                .flat_map(|one| whole(other.archive()).into_iter().map(move |two| (one, two)))
            {
                let found = file.compare(one, other, two, true).unwrap().data;
                let (before, after) = (
                    file.archive().tree(one, usize::MAX).unwrap(),
                    other.archive().tree(two, usize::MAX).unwrap(),
                );
                assert_eq!(check(&before, &after).counts, found.files, "{}", names[at]);
                let (old, new) = (file.archive().data(), other.archive().data());
                let is_same = old.images[one].id == new.images[two].id && old.images[one].id.is_some();
                if is_same {
                    assert!(is_nothing(&found.files), "{}: {:?}", names[at], found.files);
                    assert_eq!(found.config, []);
                    assert_eq!(found.packages, Some(vec![]));
                    assert_eq!(found.common_layers, found.before.layers);
                    assert!(found.history.iter().all(|line| line.change == HistoryChange::Same));
                }
                let mirrored = other.compare(two, file, one, true).unwrap().data;
                assert_eq!(mirrored.packages.as_ref().unwrap().len(), found.packages.as_ref().unwrap().len());
                let count = |data: &ComparisonData, change| {
                    data.packages.iter().flatten().filter(|package| package.change == change).count()
                };
                assert_eq!(count(&found, PackageChange::Added), count(&mirrored, PackageChange::Removed));
                assert_eq!((found.before, found.after), (mirrored.after, mirrored.before));
                assert_eq!(found.config.len(), mirrored.config.len());
                pairs += 1;
            }
        }
    }
    assert!(pairs > 20, "{pairs} pairs were compared");
}
