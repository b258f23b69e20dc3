//! Files of names that are old, unusual or damaged.

use layerglass::error::{ErrorKind, Reason};
use layerglass::limits::Limits;
use layerglass::store::{NameChange, NameError, Names, NamesProblem};

use crate::{id, name};

/// Reads a file; gives the names, and the code and the place of each problem. What was read is the same when it is
/// written and read again.
fn read(file: &str) -> (Names, Vec<String>) {
    let (names, problems) = Names::read(file.as_bytes(), &Limits::default()).expect(file);
    let shown = |problem: &NamesProblem| format!("{} {}", problem.code(), problem.path().unwrap_or_default());
    let again = Names::read(&names.to_bytes(), &Limits::default()).expect("what was written");
    assert_eq!(again.0, names, "{file}");
    assert_eq!(again.0.to_bytes(), names.to_bytes());
    let kept: Vec<_> = problems.iter().filter(|problem| problem.is_kept()).collect();
    assert_eq!(again.1.iter().collect::<Vec<_>>(), kept, "what is kept is reported again: {file}");
    (names, problems.iter().map(shown).collect())
}

fn written(names: &Names) -> String {
    String::from_utf8(names.to_bytes()).unwrap()
}

#[test]
fn unusual_files_are_read() {
    let one = id("1");
    for file in ["null", "{}", " {} ", r#"{"Repositories":null}"#, r#"{"repositories":{}}"#] {
        let (names, problems) = read(file);
        assert!(names.is_empty() && problems.is_empty(), "{file}");
        assert_eq!(written(&names), r#"{"Repositories":{}}"#);
    }
    let (names, problems) = read(&format!(r#" {{ "REPOSITORIES" : {{ "a" : {{ "a:b" : "{one}" }} }} }} "#));
    assert_eq!((names.get(&name("a:b")), problems.len()), (Some(one), 0));
    let (names, problems) = read("{} x");
    assert!(names.is_empty());
    assert_eq!(problems, ["names-trailing-data "]);
}

#[test]
fn files_of_which_nothing_can_be_read_are_errors() {
    let limits = Limits { names_bytes: 100, ..Limits::default() };
    let long = format!("{}{{}}", " ".repeat(100));
    for (file, kind) in [
        ("", ErrorKind::Invalid),
        ("[]", ErrorKind::Invalid),
        ("5", ErrorKind::Invalid),
        (r#"{"Repositories""#, ErrorKind::Invalid),
        (r#"{"Repositories":5}"#, ErrorKind::Invalid),
        (r#"{"Repositories":[]}"#, ErrorKind::Invalid),
        ("\0\0\0\0", ErrorKind::Invalid),
        (&long, ErrorKind::Limit),
    ] {
        let error = Names::read(file.as_bytes(), &limits).unwrap_err();
        assert_eq!(error.kind(), kind, "{file}: {error}");
    }
}

#[test]
fn the_old_form_is_read_and_the_new_one_written() {
    let (one, two) = (id("1"), id("2"));
    let (hex, d) = (one.digest().hex(), "d".repeat(64));
    let file = format!(
        r#"{{"Repositories":{{"library/new":{{"latest":"{hex}"}},"docker.io/u/r":{{"1":"{two}"}},"localhost:5000/x":{{"v1":"{hex}","sha256:{d}":"{hex}"}},"mixed":{{"mixed:2":"{two}","1":"{hex}"}}}}}}"#
    );
    let (names, problems) = read(&file);
    assert_eq!(problems, [""; 0]);
    let expected = format!(
        r#"{{"Repositories":{{"localhost:5000/x":{{"localhost:5000/x:v1":"{one}","localhost:5000/x@sha256:{d}":"{one}"}},"mixed":{{"mixed:1":"{one}","mixed:2":"{two}"}},"new":{{"new:latest":"{one}"}},"u/r":{{"u/r:1":"{two}"}}}}}}"#
    );
    assert_eq!(written(&names), expected);
}

#[test]
fn one_damaged_entry_takes_no_other_with_it() {
    let one = id("1");
    let good = format!(r#""a:good":"{one}""#);
    for (entry, problem) in [
        (r#""a:b":5"#, "names-not-an-id Repositories.a.a:b"),
        (r#""a:b":null"#, "names-not-an-id Repositories.a.a:b"),
        (r#""a:b":{"x":[1,2.50,{}]}"#, "names-not-an-id Repositories.a.a:b"),
        (r#""a:b":"sha256:x""#, "names-not-an-id Repositories.a.a:b"),
        (r#""a:b":"md5:1234""#, "names-not-an-id Repositories.a.a:b"),
        (r#""old":"50a16564e727""#, "names-not-an-id Repositories.a.old"),
        (r#""old":"v1 id""#, "names-not-an-id Repositories.a.old"),
        (&format!(r#""A:b":"{one}""#), "names-entry-name Repositories.a.A:b"),
        (&format!(r#""x y":"{one}""#), "names-entry-name Repositories.a.x y"),
        (&format!(r#""":"{one}""#), "names-entry-name Repositories.a."),
        (&format!(r#""b:1":"{one}""#), "names-other-repository Repositories.a.b:1"),
        (&format!(r#""x/a":"{one}""#), "names-entry-parts Repositories.a.x/a"),
        (
            &format!(r#""a:1@{one}":"{one}""#),
            "names-entry-parts Repositories.a.a:1@sha256:1000000000000000000000000000000000000000000000000000000000000000",
        ),
        (
            &format!(r#""docker.io/library/a:1":"{one}""#),
            "names-spelling Repositories.a.docker.io/library/a:1",
        ),
    ] {
        let file = format!(r#"{{"Repositories":{{"a":{{{good},{entry}}}}}}}"#);
        let (names, problems) = read(&file);
        assert_eq!(problems, [problem], "{file}");
        assert_eq!(names.iter().collect::<Vec<_>>(), [(&name("a:good"), one)]);
        assert!(written(&names).contains(entry), "{file} stays as it is: {}", written(&names));
        assert_eq!(names.damaged().count(), 1);
    }
}

#[test]
fn damaged_repositories_stay() {
    let one = id("1");
    let file = format!(
        r#"{{"Repositories":{{"Bad Name":{{"x":"{one}"}},"a":null,"b":5,"c":{{}},"d:1":{{"e":"{one}"}},"e":["x"]}},"other":{{"kept":1e3}}}}"#
    );
    let (mut names, problems) = read(&file);
    assert_eq!(written(&names), file);
    assert_eq!(
        problems,
        [
            "names-unknown-member other",
            "names-repository-name Repositories.Bad Name.x",
            "names-repository-type Repositories.b",
            "names-repository-name Repositories.d:1.e",
            "names-repository-type Repositories.e",
        ]
    );
    // Nothing stood in `a`; what stands in `b` is not thrown away for a tag.
    names.tag(&name("a"), one, false).unwrap();
    let error = names.tag(&name("b"), one, true).unwrap_err();
    assert_eq!(error, NameError::Damaged { repository: "b".to_owned(), entry: None });
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let gone = NameChange::Discarded { repository: "b".to_owned(), entry: None };
    assert_eq!(names.untag_repository(&name("b")), Ok(vec![gone]));
    names.tag(&name("b"), one, false).unwrap();
    assert!(names.discard("d:1", Some("e")).is_ok() && names.discard("Bad Name", Some("x")).is_ok());
    assert!(names.discard("e", None).is_ok());
    assert_eq!(names.discard("e", None).unwrap_err().kind(), ErrorKind::NotFound);
    let expected = format!(
        r#"{{"Repositories":{{"a":{{"a:latest":"{one}"}},"b":{{"b:latest":"{one}"}},"c":{{}}}},"other":{{"kept":1e3}}}}"#
    );
    assert_eq!(written(&names), expected);
}

#[test]
fn a_damaged_entry_gives_way_to_a_forced_tag_or_to_its_removal() {
    let one = id("1");
    let d = "d".repeat(64);
    let file = format!(r#"{{"Repositories":{{"a":{{"a:b":5,"a@sha256:{d}":6}}}}}}"#);
    let (before, problems) = read(&file);
    assert_eq!(problems.len(), 2);
    let mut names = before.clone();
    let error = names.tag(&name("a:b"), one, false).unwrap_err();
    assert_eq!(error.path().as_deref(), Some("Repositories.a.a:b"));
    assert_eq!(names, before);
    let digest = name(&format!("a@sha256:{d}"));
    assert_eq!(names.add_digest(&digest, one).unwrap_err().kind(), ErrorKind::Conflict);
    let tagged = NameChange::Tagged { reference: name("a:b"), id: one, moved_from: None };
    assert_eq!(names.tag(&name("a:b"), one, true), Ok(tagged));
    let entry = Some(format!("a@sha256:{d}"));
    assert_eq!(names.untag(&digest), Ok(NameChange::Discarded { repository: "a".to_owned(), entry }));
    assert_eq!(written(&names), format!(r#"{{"Repositories":{{"a":{{"a:b":"{one}"}}}}}}"#));
    let mut names = before;
    assert!(names.untag(&name("a:b")).is_ok() && names.untag(&digest).is_ok());
    assert_eq!(written(&names), r#"{"Repositories":{}}"#);
}

#[test]
fn a_second_spelling_of_a_name_is_kept_and_goes_with_it() {
    let (one, two) = (id("1"), id("2"));
    let file = format!(
        r#"{{"Repositories":{{"docker.io/a":{{"1":"{two}"}},"library/a":{{"1":"{}"}},"a":{{"a:1":"{one}"}}}}}}"#,
        one.digest().hex()
    );
    let (before, problems) = read(&file);
    assert_eq!(problems, ["names-taken Repositories.docker.io/a.1"], "what says the same is no problem");
    assert_eq!(before.get(&name("a:1")), Some(one));
    let mut names = before.clone();
    names.untag(&name("a:1")).unwrap();
    assert_eq!(written(&names), r#"{"Repositories":{}}"#, "a removed name does not come back");
    let mut names = before.clone();
    names.tag(&name("a:1"), two, true).unwrap();
    assert_eq!(names.damaged().count(), 0, "now both say the same");
    let mut names = before.clone();
    names.discard("docker.io/a", Some("1")).unwrap();
    assert_eq!(names.damaged().count(), 0);
    assert_eq!(Names::read(&names.to_bytes(), &Limits::default()).unwrap(), (names, vec![]));

    let (mut names, problems) = read(&format!(r#"{{"Repositories":{{"a":5,"library/a":{{"1":"{one}"}}}}}}"#));
    assert_eq!(problems, ["names-repository-type Repositories.a", "names-taken Repositories.library/a.1"]);
    names.discard("a", None).unwrap();
    assert_eq!(names.get(&name("a:1")), Some(one), "the way is free");
    assert_eq!(written(&names), format!(r#"{{"Repositories":{{"a":{{"a:1":"{one}"}}}}}}"#));
}

#[test]
fn of_repeated_keys_the_last_counts() {
    let (one, two) = (id("1"), id("2"));
    let file = format!(
        r#"{{"Repositories":{{"a":{{"a:1":"{one}"}},"a":{{"a:2":"{one}","a:2":"{two}"}}}},"repositories":{{"b":{{"b:1":"{one}"}}}}}}"#
    );
    let (names, problems) = read(&file);
    assert_eq!(problems, ["names-repeated Repositories.a", "names-repeated Repositories.a.a:2"]);
    let all: Vec<_> = names.iter().map(|(name, id)| (name.familiar().to_owned(), id)).collect();
    assert_eq!(all, [("a:2".to_owned(), two), ("b:1".to_owned(), one)]);
    let (names, problems) =
        read(&format!(r#"{{"Repositories":{{"a":{{"a:1":"{one}"}}}},"repositories":null}}"#));
    assert!(names.is_empty());
    assert_eq!(problems, ["names-repeated Repositories"]);
}

/// A long key with many short entries would become many long names.
#[test]
fn old_files_do_not_grow_without_bound() {
    let tags: Vec<String> = (0..20_000).map(|tag| format!(r#""{tag}":"{}""#, id("1"))).collect();
    let domain = format!("{}.io", "a".repeat(1 << 20));
    let file = format!(r#"{{"Repositories":{{"{domain}/x":{{{}}}}}}}"#, tags.join(","));
    let limits = Limits { names_bytes: 8 << 20, ..Limits::default() };
    assert_eq!(Names::read(file.as_bytes(), &limits).unwrap_err().kind(), ErrorKind::Limit);
}
