//! Random scripts of changes against a model that is too simple to be wrong.

use std::collections::BTreeMap;

use layerglass::error::ErrorKind;
use layerglass::error::Reason as _;
use layerglass::image::ImageId;
use layerglass::limits::Limits;
use layerglass::reference::Reference;
use layerglass::store::Names;
use proptest::prelude::*;

use crate::{id, name};

#[derive(Clone, Debug)]
enum Change {
    Tag(String, u8, bool),
    Digest(String, u8),
    Untag(String),
    Repository(String),
    Image(u8),
    /// Written and read again.
    Reload,
}

/// Every name with its image, by the full text.
#[derive(Default)]
struct Model(BTreeMap<String, ImageId>);

fn image(number: u8) -> ImageId {
    id(&format!("{number:x}"))
}

/// The text of the one entry that a name stands for.
fn entry(text: &str) -> String {
    let full = name(text);
    match full.digest() {
        Some(digest) => format!("{}@{digest}", full.name()),
        None => format!("{}:{}", full.name(), full.tag().unwrap_or("latest")),
    }
}

impl Model {
    fn tag(&mut self, text: &str, id: ImageId, force: bool) -> Result<(), ErrorKind> {
        if name(text).digest().is_some() {
            return Err(ErrorKind::Invalid);
        }
        self.set(entry(text), id, force)
    }

    fn digest(&mut self, text: &str, id: ImageId) -> Result<(), ErrorKind> {
        if name(text).digest().is_none() {
            return Err(ErrorKind::Invalid);
        }
        self.set(entry(text), id, false)
    }

    fn set(&mut self, entry: String, id: ImageId, force: bool) -> Result<(), ErrorKind> {
        if entry.starts_with("docker.io/library/sha256") {
            return Err(ErrorKind::Invalid);
        }
        if self.0.get(&entry).is_some_and(|held| *held != id) && !force {
            return Err(ErrorKind::Conflict);
        }
        self.0.insert(entry, id);
        Ok(())
    }

    fn untag(&mut self, text: &str) -> Result<(), ErrorKind> {
        self.0.remove(&entry(text)).map(|_| ()).ok_or(ErrorKind::NotFound)
    }

    fn repository(&mut self, text: &str) -> Result<(), ErrorKind> {
        let full = name(text);
        if full.tag().is_some() || full.digest().is_some() {
            return Err(ErrorKind::Invalid);
        }
        let before = self.0.len();
        self.0.retain(|entry, _| name(entry).name() != full.name());
        if self.0.len() == before { Err(ErrorKind::NotFound) } else { Ok(()) }
    }
}

fn text() -> impl Strategy<Value = String> {
    let repository =
        prop::sample::select(vec!["a", "b", "u/a", "localhost:5000/a", "quay.io/a", "library/a", "sha256"]);
    let tag = prop::sample::select(vec!["", ":1", ":2", ":latest", ":A_b.c-d"]);
    let digest = prop::option::weighted(0.3, prop::sample::select(vec!["d", "e"]));
    (repository, tag, digest).prop_map(|(repository, tag, digest)| {
        let digest = digest.map(|digit| format!("@sha256:{}", digit.repeat(64))).unwrap_or_default();
        format!("{repository}{tag}{digest}")
    })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (text(), 0..4_u8, any::<bool>()).prop_map(|(text, id, force)| Change::Tag(text, id, force)),
        4 => (text(), 0..4_u8).prop_map(|(text, id)| Change::Digest(text, id)),
        3 => text().prop_map(Change::Untag),
        1 => text().prop_map(Change::Repository),
        1 => (0..4_u8).prop_map(Change::Image),
        1 => Just(Change::Reload),
    ]
}

fn reread(names: &Names) -> Names {
    let (again, problems) = Names::read(&names.to_bytes(), &Limits::default()).expect("what was written");
    assert_eq!(&again, names, "{}", String::from_utf8_lossy(&names.to_bytes()));
    assert!(problems.iter().all(|problem| problem.is_kept()));
    again
}

fn apply(names: &mut Names, change: &Change) -> Result<(), ErrorKind> {
    let kind = |error: layerglass::store::NameError| error.kind();
    match change {
        Change::Tag(text, id, force) => names.tag(&name(text), image(*id), *force).map(drop).map_err(kind),
        Change::Digest(text, id) => names.add_digest(&name(text), image(*id)).map(drop).map_err(kind),
        Change::Untag(text) => names.untag(&name(text)).map(drop).map_err(kind),
        Change::Repository(text) => names.untag_repository(&name(text)).map(drop).map_err(kind),
        Change::Image(id) => {
            names.untag_all(&image(*id));
            Ok(())
        }
        Change::Reload => {
            *names = reread(names);
            Ok(())
        }
    }
}

/// Files of which some entries are sound, some old and some damaged.
fn file() -> impl Strategy<Value = String> {
    let (zero, one) = (image(0), image(1));
    let value = prop::sample::select(vec![
        format!("\"{zero}\""),
        format!("\"{one}\""),
        format!("\"{}\"", zero.digest().hex()),
        "5".to_owned(),
        "null".to_owned(),
        "[{\"<\":1.0}]".to_owned(),
        "\"x\"".to_owned(),
    ]);
    let digest = format!("sha256:{}", "d".repeat(64));
    let key = prop::sample::select(vec![
        "a:1".to_owned(),
        "1".to_owned(),
        "a:latest".to_owned(),
        "latest".to_owned(),
        format!("a@{digest}"),
        digest,
        "library/a:1".to_owned(),
        "u/a:1".to_owned(),
        "x y".to_owned(),
        String::new(),
    ]);
    let entries = prop::collection::vec((key, value), 0..5).prop_map(|entries| {
        let entries: Vec<String> = entries.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        format!("{{{}}}", entries.join(","))
    });
    let repository = prop_oneof![8 => entries, 1 => Just("null".to_owned()), 1 => Just("7".to_owned())];
    let key = prop::sample::select(vec![
        "a",
        "library/a",
        "docker.io/a",
        "index.docker.io/library/a",
        "u/a",
        "A",
        "sha256",
    ]);
    prop::collection::vec((key, repository), 0..5).prop_map(|repositories| {
        let all: Vec<String> = repositories.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        format!("{{\"Repositories\":{{{}}}}}", all.join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn scripts_do_what_the_model_does(script in prop::collection::vec(change(), 0..40)) {
        let (mut names, mut model) = (Names::default(), Model::default());
        for change in &script {
            let before = names.clone();
            let found = apply(&mut names, change);
            let expected = match change {
                Change::Tag(text, id, force) => model.tag(text, image(*id), *force),
                Change::Digest(text, id) => model.digest(text, image(*id)),
                Change::Untag(text) => model.untag(text),
                Change::Repository(text) => model.repository(text),
                Change::Image(id) => {
                    model.0.retain(|_, held| *held != image(*id));
                    Ok(())
                }
                Change::Reload => Ok(()),
            };
            prop_assert_eq!(found, expected, "{:?}", change);
            if found.is_err() {
                prop_assert_eq!(&names, &before, "an error touches nothing");
            }
            let mut listed: Vec<(String, ImageId)> =
                names.iter().map(|(name, id)| (name.as_str().to_owned(), id)).collect();
            listed.sort();
            prop_assert_eq!(&listed, &model.0.clone().into_iter().collect::<Vec<_>>());
            prop_assert_eq!(names.len(), model.0.len());
            for number in 0..4 {
                let id = image(number);
                let expected: Vec<Reference> =
                    model.0.iter().filter(|(_, held)| **held == id).map(|(text, _)| name(text)).collect();
                prop_assert_eq!(names.names_of(&id), expected);
            }
        }
        reread(&names);
    }

    #[test]
    fn of_damaged_files_nothing_is_lost(file in file(), script in prop::collection::vec(change(), 0..12)) {
        let (mut names, problems) = Names::read(file.as_bytes(), &Limits::default()).expect("JSON");
        prop_assert_eq!(problems.iter().filter(|problem| problem.is_kept()).count() >= names.damaged().filter(|(.., json)| *json != b"null").count(), true);
        reread(&names);
        for change in &script {
            let before = names.clone();
            // What is damaged goes only with what is named.
            let may_remove = |repository: &str, entry: Option<&str>| match change {
                Change::Tag(text, ..) | Change::Digest(text, _) | Change::Untag(text) => {
                    let full = name(&entry_of(text));
                    let short = |repository: &str, entry: &str| {
                        same(repository, &full) && (entry == full.familiar() || Some(entry) == full.tag() || Some(entry) == full.digest())
                    };
                    entry.map_or(same(repository, &full), |entry| short(repository, entry))
                }
                Change::Repository(text) => same(repository, &name(text)),
                Change::Image(_) => entry.is_some_and(|entry| !entry.contains(' ')),
                Change::Reload => false,
            };
            let result = apply(&mut names, change);
            if result.is_err() {
                prop_assert_eq!(&names, &before);
            }
            let after: Vec<_> = names.damaged().collect();
            for lost in before.damaged().filter(|each| !after.contains(each)) {
                prop_assert!(may_remove(lost.0, lost.1), "{:?} lost {:?} of {}", change, lost, file);
            }
            reread(&names);
        }
    }

    /// More than the tables keep in one piece.
    #[test]
    fn many_names_stay_in_order(script in prop::collection::vec((0_u16..400, 0..3), 0..900)) {
        let (mut names, mut model) = (Names::default(), BTreeMap::new());
        for (tag, goes) in script {
            let text = format!("docker.io/library/a:{tag:03}");
            if goes == 0 {
                prop_assert_eq!(names.untag(&name(&text)).is_ok(), model.remove(&text).is_some());
            } else {
                names.tag(&name(&text), image(1), true).expect("a tag");
                model.insert(text, image(1));
            }
        }
        let listed: BTreeMap<String, ImageId> =
            names.iter().map(|(name, id)| (name.as_str().to_owned(), id)).collect();
        prop_assert!(names.iter().map(|(name, _)| name.as_str()).is_sorted());
        prop_assert_eq!((&listed, names.len()), (&model, model.len()));
        for tag in 0..400 {
            let text = format!("docker.io/library/a:{tag:03}");
            prop_assert_eq!(names.get(&name(&text)).is_some(), model.contains_key(&text));
        }
        reread(&names);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok((names, _)) = Names::read(&bytes, &Limits::default()) {
            reread(&names);
        }
    }
}

fn entry_of(text: &str) -> String {
    entry(text)
}

/// Whether a key stands for the repository of a name.
fn same(repository: &str, full: &Reference) -> bool {
    Reference::parse_normalized(repository).is_ok_and(|read| read.name() == full.name())
}
