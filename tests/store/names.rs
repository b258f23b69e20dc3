//! Names and their changes.

use layerglass::error::{ErrorKind, Reason};
use layerglass::limits::Limits;
use layerglass::reference::Reference;
use layerglass::store::{NameChange, NameError, Names};

use crate::{id, name};

fn digest_name(text: &str, digit: &str) -> Reference {
    name(&format!("{text}@sha256:{}", digit.repeat(64)))
}

fn read(file: &str) -> Names {
    let (names, problems) = Names::read(file.as_bytes(), &Limits::default()).expect("a file of names");
    assert_eq!(problems, []);
    names
}

fn text(names: &Names) -> String {
    String::from_utf8(names.to_bytes()).expect("UTF-8")
}

#[test]
fn the_file_is_dockers() {
    let mut names = Names::default();
    assert_eq!(text(&names), r#"{"Repositories":{}}"#);
    names.tag(&name("localhost:5000/x/y:Z"), id("3"), false).unwrap();
    names.tag(&name("busybox"), id("1"), false).unwrap();
    names.add_digest(&digest_name("busybox", "d"), id("1")).unwrap();
    let (one, three, d) = (id("1"), id("3"), "d".repeat(64));
    let expected = format!(
        r#"{{"Repositories":{{"busybox":{{"busybox:latest":"{one}","busybox@sha256:{d}":"{one}"}},"localhost:5000/x/y":{{"localhost:5000/x/y:Z":"{three}"}}}}}}"#
    );
    assert_eq!(text(&names), expected);
    assert_eq!(read(&expected), names);
}

#[test]
fn a_tag_moves_only_by_force() {
    let mut names = Names::default();
    let (one, two, reference) = (id("1"), id("2"), name("user/repo:latest"));
    let tagged = |id, moved_from| Ok(NameChange::Tagged { reference: reference.clone(), id, moved_from });
    assert_eq!(names.tag(&name("user/repo"), one, false), tagged(one, None));
    assert_eq!(names.tag(&reference, one, false), Ok(NameChange::Unchanged));
    let before = names.clone();
    let conflict = names.tag(&reference, two, false).unwrap_err();
    assert_eq!(conflict, NameError::Conflict { reference: reference.clone(), held: one });
    assert_eq!((conflict.kind(), conflict.found()), (ErrorKind::Conflict, Some(one.to_string())));
    assert_eq!(names, before, "an error touches nothing");
    assert_eq!(names.tag(&reference, two, true), tagged(two, Some(one)));
    assert!(names.names_of(&one).is_empty());
    assert_eq!((names.names_of(&two), names.len()), (vec![reference.clone()], 1));
}

#[test]
fn a_digest_never_moves() {
    let mut names = Names::default();
    let digest = digest_name("busybox", "e");
    let both = digest_name("busybox:1", "e");
    let (one, two) = (id("1"), id("2"));
    let tagged = NameChange::Tagged { reference: digest.clone(), id: one, moved_from: None };
    assert_eq!(names.add_digest(&both, one), Ok(tagged), "the tag is dropped");
    assert_eq!(names.add_digest(&digest, one), Ok(NameChange::Unchanged));
    let error = names.add_digest(&digest, two).unwrap_err();
    assert_eq!(error, NameError::DigestConflict { reference: digest.clone(), held: one });
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(names.get(&digest_name("busybox:nope", "e")), Some(one), "only the digest is looked at");
    assert_eq!(names.get(&digest_name("busybox", "a")), None);
    assert_eq!(names.untag(&both), Ok(NameChange::Untagged { reference: digest, id: one }));
    assert!(names.is_empty());
}

#[test]
fn what_cannot_be_a_tag_is_refused() {
    let mut names = Names::default();
    let refused = |names: &mut Names, reference: &Reference| {
        let error = names.tag(reference, id("1"), true).unwrap_err();
        assert!(names.is_empty() && names.to_bytes() == Names::default().to_bytes(), "{reference}");
        (error.kind(), error.code())
    };
    let invalid = |code| (ErrorKind::Invalid, code);
    assert_eq!(refused(&mut names, &digest_name("a", "f")), invalid("name-digest-reference"));
    assert_eq!(refused(&mut names, &digest_name("a:1", "f")), invalid("name-digest-reference"));
    for algorithm in ["sha256:abc", "docker.io/library/sha256:abc", "sha512", "sha384:1"] {
        assert_eq!(refused(&mut names, &name(algorithm)), invalid("name-algorithm"), "{algorithm}");
    }
    let digest = Reference::parse_any(&"a".repeat(64)).unwrap();
    assert_eq!(refused(&mut names, &digest), invalid("name-none"));
    // Docker writes the short form of these, and reads another name, or none.
    for text in [
        "docker.io/localhost/x",
        "docker.io/library/localhost/x",
        &format!("docker.io/library/{}", "a".repeat(64)),
    ] {
        let Ok(reference) = Reference::parse_normalized(text) else { continue };
        if Reference::parse_normalized(reference.familiar()).as_ref() != Ok(&reference) {
            assert_eq!(refused(&mut names, &reference), invalid("name-unwritable"), "{text}");
        }
    }
    assert_eq!(names.add_digest(&name("a"), id("1")).unwrap_err().code(), "name-no-digest");
    assert_eq!(names.add_digest(&digest_name("sha256", "f"), id("1")).unwrap_err().code(), "name-algorithm");
}

#[test]
fn a_name_without_a_domain_is_one_of_docker_hub() {
    let mut names = Names::default();
    names.tag(&Reference::parse("ubuntu").unwrap(), id("1"), false).unwrap();
    assert_eq!(names.get(&name("docker.io/library/ubuntu:latest")), Some(id("1")));
    assert_eq!(names.names_of(&id("1")), [name("ubuntu:latest")]);
}

#[test]
fn names_go_one_by_one_by_repository_and_by_image() {
    let mut all = Names::default();
    for text in ["a:1", "a:2", "localhost:5000/a:1", "b"] {
        all.tag(&name(text), id(if text == "a:2" { "2" } else { "1" }), false).unwrap();
    }
    all.add_digest(&digest_name("a", "d"), id("1")).unwrap();

    let mut names = all.clone();
    let error = names.untag(&name("a")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "a:latest is another name than a:1");
    assert_eq!(names, all);
    assert!(matches!(names.untag(&name("b")), Ok(NameChange::Untagged { .. })));
    assert!(!text(&names).contains(r#""b""#), "a repository without names is not written");

    let mut names = all.clone();
    let changes = names.untag_repository(&name("a")).unwrap();
    let removed: Vec<String> = changes
        .iter()
        .map(|change| match change {
            NameChange::Untagged { reference, .. } => reference.familiar().to_owned(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(removed, ["a:1".to_owned(), "a:2".to_owned(), digest_name("a", "d").familiar().to_owned()]);
    assert_eq!(names.untag_repository(&name("a")).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(names.untag_repository(&name("b:latest")).unwrap_err().code(), "name-not-a-repository");
    assert_eq!(names.len(), 2);

    let mut names = all.clone();
    assert_eq!(names.untag_all(&id("1")).len(), 4, "a port is no tag");
    assert_eq!(names.untag_all(&id("1")), []);
    assert_eq!(names.iter().collect::<Vec<_>>(), [(&name("a:2"), id("2"))]);
}

#[test]
fn lists_are_sorted_and_shown_short() {
    let mut names = Names::default();
    names.add_digest(&digest_name("a", "d"), id("1")).unwrap();
    assert_eq!(names.display_name(&id("1")), digest_name("a", "d").familiar());
    for text in ["z", "quay.io/x:1", "a:2", "a:10"] {
        names.tag(&name(text), id("1"), false).unwrap();
    }
    let expected = [name("a:10"), name("a:2"), digest_name("a", "d"), name("z:latest"), name("quay.io/x:1")];
    assert_eq!(names.names_of(&id("1")), expected);
    assert_eq!(names.display_name(&id("1")), "a:10");
    assert_eq!(names.display_name(&id("123456789abcdef")), "123456789abc");
    let repository = names.repository(&name("a:whatever"));
    assert_eq!(repository.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), expected[..3]);
    assert_eq!(names.repository(&name("nothing")), []);
    assert_eq!(names.ids().collect::<Vec<_>>(), [id("1")]);
}

#[test]
fn limits_hold_for_changes_too() {
    let limits = Limits { names: 2, ..Limits::default() };
    let mut names = Names::new(&limits);
    names.tag(&name("a:1"), id("1"), false).unwrap();
    names.tag(&name("a:2"), id("1"), false).unwrap();
    let error = names.tag(&name("a:3"), id("1"), false).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string()),
        (ErrorKind::Limit, "limit `names` of 2 exceeded: found 3".into())
    );
    assert!(names.tag(&name("a:2"), id("2"), true).is_ok(), "a move needs no room");
    let file = names.to_bytes();
    assert_eq!(Names::read(&file, &limits).unwrap().0, names);
    assert_eq!(Names::read(&file, &Limits { names: 1, ..limits }).unwrap_err().kind(), ErrorKind::Limit);

    // Whatever can be written can be read again.
    for bytes in 60..400 {
        let limits = Limits { names_bytes: bytes, ..Limits::default() };
        let mut names = Names::new(&limits);
        for tag in ["1", "22", "333"] {
            let _ = names.tag(&name(&format!("a:{tag}")), id("1"), false);
        }
        let file = names.to_bytes();
        assert!(file.len() as u64 <= bytes);
        assert_eq!(Names::read(&file, &limits).unwrap().0, names);
    }
}

#[test]
fn a_hundred_thousand_names_are_quick() {
    let mut names = Names::default();
    for index in 0..100_000_u32 {
        let image = id(&format!("{:08x}", index % 50_000));
        names
            .tag(&name(&format!("quay.io/team{}/app{}:v{index}", index % 7, index % 1000)), image, false)
            .unwrap();
    }
    assert_eq!(names.len(), 100_000);
    let file = names.to_bytes();
    let started = std::time::Instant::now();
    let (again, problems) = Names::read(&file, &Limits::default()).unwrap();
    let read = started.elapsed();
    assert!(again == names && problems.is_empty());
    let started = std::time::Instant::now();
    for index in 0..10_000_u32 {
        let image = id(&format!("{index:08x}"));
        assert_eq!(names.names_of(&image).len(), 2);
        assert_eq!(names.untag_all(&image).len(), 2);
    }
    println!(
        "100,000 names, {} bytes: read in {read:?}; 10,000 images untagged in {:?}",
        file.len(),
        started.elapsed()
    );
    assert_eq!(names.len(), 80_000);
    assert_eq!(Names::read(&names.to_bytes(), &Limits::default()).unwrap().0, names);
}
