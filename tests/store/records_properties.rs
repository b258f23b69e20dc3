//! Random scripts of changes of records, and random files.

use std::collections::BTreeMap;

use layerglass::limits::Limits;
use layerglass::store::{Records, ResolveOrder};
use proptest::prelude::*;

use crate::records::named;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// However images are added and removed, each name has the owner that got it last.
    #[test]
    fn each_name_belongs_to_whoever_got_it_last(
        script in prop::collection::vec((0..4_usize, prop::sample::subsequence(vec![0, 1, 2, 3, 4], 0..4), any::<bool>()), 0..30)
    ) {
        let texts = ["a:1", "docker.io/library/a:1", "b", "localhost:5000/a:1", "library/b:latest"];
        let same = ["a1", "a1", "b", "l", "b"];
        let (mut records, mut owners) = (Records::default(), BTreeMap::new());
        for (image, names, removes) in script {
            let id = format!("{image}f");
            if removes {
                let known = records.remove(&id).is_ok();
                owners.retain(|_, owner: &mut String| *owner != id || !known);
            } else {
                let names_given: Vec<&str> = names.iter().map(|index| texts[*index]).collect();
                records.add(named(&id, &names_given)).expect("names of one source");
                owners.extend(names.iter().map(|index| (same[*index], id.clone())));
            }
            for (text, name) in texts.iter().zip(same) {
                let found = records.find(text, ResolveOrder::NamesOnly).ok().map(|record| record.id.clone());
                prop_assert_eq!(found.as_ref(), owners.get(name), "{}", text);
            }
            let (again, problems) = Records::read(&records.to_bytes(), &Limits::default()).expect("what was written");
            prop_assert_eq!((&again, problems.len()), (&records, 0));
        }
    }

    #[test]
    fn any_bytes_are_read_and_none_are_lost(
        pieces in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..20),
            Just(br#"{"id":"1","ref":{"uri":"docker.io","tags":["a:1"]}}"#.to_vec()),
            Just(br#"{"id":"2","ref":{"uri":"docker.io","tags":["a:1","b:1"]},"x":[1.0]}"#.to_vec()),
            Just(b"\n".to_vec()),
            Just(br#"{"id":"#.to_vec()),
        ], 0..12)
    ) {
        let file = pieces.concat();
        let (records, problems) = Records::read(&file, &Limits::default()).expect("few lines");
        let kept = problems.iter().filter(|problem| problem.is_kept()).count();
        prop_assert_eq!(kept, records.damaged().len());
        let (again, problems) = Records::read(&records.to_bytes(), &Limits::default()).expect("what was written");
        prop_assert_eq!(&again, &records);
        prop_assert_eq!(problems.len(), kept);
    }
}
