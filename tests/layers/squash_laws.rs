//! Laws of squashing, over random layers of few names, so that they meet.

use std::ops::Range;

use layerglass::layer::{NodeKind, PathPatterns, Squash, SquashError, SquashOptions};
use layerglass::limits::Limits;
use proptest::prelude::*;

use crate::random::layer;
use crate::squash::{entries, listing, squash, tables, try_squash};
use crate::{paths, tree};

/// Layers and a range of them.
#[derive(Clone)]
struct Stack {
    layers: Vec<Vec<u8>>,
    range: Range<usize>,
}

impl std::fmt::Debug for Stack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let layers: Vec<Vec<String>> = self.layers.iter().map(|layer| entries(layer)).collect();
        f.debug_struct("Stack").field("layers", &layers).field("range", &self.range).finish()
    }
}

fn stack() -> impl Strategy<Value = Stack> {
    (prop::collection::vec(layer(), 1..6), any::<prop::sample::Index>(), any::<prop::sample::Index>())
        .prop_map(|(layers, a, b)| {
            let start = a.index(layers.len());
            let end = start + 1 + b.index(layers.len() - start);
            Stack { layers, range: start..end }
        })
}

/// A deletion mark cannot name what looks like a mark itself: then there is no such layer, and that is said.
fn unless_unmarkable<T>(result: Result<T, SquashError>) -> Result<Option<T>, TestCaseError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(SquashError::Unmarkable { path }) => {
            prop_assert!(path.windows(4).any(|part| part == b".wh."));
            Ok(None)
        }
        Err(error) => Err(TestCaseError::fail(error.to_string())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// A range made one does what the range did: to what lies below it, and for what lies above it.
    #[test]
    fn a_range_made_one_does_what_the_range_did(Stack { layers, range } in stack()) {
        let Some((one, report)) =
            unless_unmarkable(try_squash(&layers, range.clone(), &SquashOptions::default()))? else { return Ok(()) };
        let upto = [&layers[..range.start], &[one.clone()][..]].concat();
        let said: Vec<Vec<String>> = layers.iter().map(|layer| entries(layer)).collect();
        prop_assert_eq!(listing(&upto), listing(&layers[..range.end]), "{:#?} {:?} {:#?}", said, range, entries(&one));
        let whole = [&upto[..], &layers[range.end..]].concat();
        prop_assert_eq!(listing(&whole), listing(&layers));
        // What was written is what is told, and says nothing twice.
        let names = entries(&one);
        prop_assert_eq!(names.len() as u64, report.entries);
        let mut once = names.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), names.len(), "{:?}", names);
        // Made one again it stays as it is.
        let again = squash(&upto, range.start..range.start + 1, &SquashOptions::default()).0;
        prop_assert_eq!(listing(&[&layers[..range.start], &[again][..]].concat()), listing(&upto));
    }

    /// The merged root has no marks, and is what all layers make.
    #[test]
    fn the_whole_is_a_plain_tar(Stack { layers, .. } in stack()) {
        let (one, report) = squash(&layers, 0..layers.len(), &SquashOptions::default());
        prop_assert_eq!(report.whiteouts, 0);
        prop_assert_eq!(listing(&[one]), listing(&layers));
    }

    /// Dropping from every layer is the same as dropping from what all make.
    #[test]
    fn patterns_drop_from_all_layers_alike(Stack { layers, range } in stack(), pattern in prop::sample::select(
        vec!["a", "/b", "a/*", "**/c/d", "[ab]", "?/c", "*"])
    ) {
        let drop = PathPatterns::parse([pattern]).expect("a pattern");
        let options = SquashOptions { drop: drop.clone(), ..SquashOptions::default() };
        let mut filtered = Vec::new();
        let mut at = 0;
        while at < layers.len() {
            let next = if at == range.start { range.end } else { at + 1 };
            let planned = Squash::new(&tables(&layers), at..next, &options, &Limits::default());
            let Some(planned) = unless_unmarkable(planned)? else { return Ok(()) };
            filtered.push(match planned.changes_nothing() {
                true => layers[at].clone(),
                false => squash(&layers, at..next, &options).0,
            });
            at = next;
        }
        let is_dropped = |line: &String| {
            let path = line.split(' ').next().expect("a path");
            let mut ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
            ends.any(|end| drop.fits(&path.as_bytes()[..end]))
        };
        // What has lost a name has fewer of them.
        let nameless = |line: String| line.split(" Some([[").next().map(str::to_owned).expect("a start")
            .trim_end_matches(" None").to_owned();
        let kept: Vec<String> = listing(&layers).into_iter().filter(|line| !is_dropped(line)).map(nameless).collect();
        let found: Vec<String> = listing(&filtered).into_iter().map(nameless).collect();
        let said: Vec<Vec<String>> = layers.iter().chain(&filtered).map(|layer| entries(layer)).collect();
        prop_assert_eq!(found, kept, "{:#?}", said);
    }

    /// A folder of the whole is what stands below it.
    #[test]
    fn a_folder_is_what_stands_below_it(Stack { layers, .. } in stack()) {
        let options = SquashOptions { folder: Some(b"a".to_vec()), ..SquashOptions::default() };
        let whole = tree(&layers);
        let Some(folder) = whole.resolve(b"a", 40).filter(|node| node.kind() == NodeKind::Directory) else {
            let is_refused = matches!(
                try_squash(&layers, 0..layers.len(), &options),
                Err(SquashError::NoFolder { .. })
            );
            prop_assert!(is_refused);
            return Ok(());
        };
        let folder = String::from_utf8(folder.path()).expect("text");
        let (kept, _) = squash(&layers, 0..layers.len(), &options);
        let stripped = SquashOptions { strip_folder: true, ..options };
        let (stripped, _) = squash(&layers, 0..layers.len(), &stripped);
        let below: Vec<String> = paths(&whole).into_iter().filter(|path| folder.is_empty() || path.starts_with(&format!("{folder}/"))).collect();
        let found: Vec<String> = paths(&tree(&[kept])).into_iter()
            .filter(|path| folder.is_empty() || path.starts_with(&format!("{folder}/"))).collect();
        prop_assert_eq!(&found, &below);
        let prefix = if folder.is_empty() { 0 } else { folder.len() + 1 };
        let below: Vec<String> = below.iter().map(|path| path[prefix..].to_owned()).collect();
        prop_assert_eq!(paths(&tree(&[stripped])), below);
    }
}
