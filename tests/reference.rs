//! References: the grammar, normalising, and what can be done with them.

use layerglass::digest::{Algorithm, Digest, DigestError, ShortIds};
use layerglass::error::{ErrorKind, Reason};
use layerglass::reference::{Kind, Part, Pattern, Reference, ReferenceError, Rules, sort};

const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Domain, path, tag and digest.
fn parts(reference: &Reference) -> (&str, &str, Option<&str>, Option<&str>) {
    (reference.domain(), reference.path(), reference.tag(), reference.digest())
}

#[test]
fn parts_are_found() {
    let digest = format!("sha256:{HEX}");
    let cases = [
        ("ubuntu".to_owned(), ("", "ubuntu", None, None), Kind::Repository),
        ("foo/bar".to_owned(), ("foo", "bar", None, None), Kind::Repository),
        ("test.com:5000".to_owned(), ("", "test.com", Some("5000"), None), Kind::Tagged),
        ("test.com:5000/a:b".to_owned(), ("test.com:5000", "a", Some("b"), None), Kind::Tagged),
        (format!("a@{digest}"), ("", "a", None, Some(digest.as_str())), Kind::Canonical),
        (format!("a:b@{digest}"), ("", "a", Some("b"), Some(digest.as_str())), Kind::Reference),
        ("[::1]:80/a/b:c".to_owned(), ("[::1]:80", "a/b", Some("c"), None), Kind::Tagged),
        ("[:]/a".to_owned(), ("[:]", "a", None, None), Kind::Repository),
        ("A-b.C:007/x".to_owned(), ("A-b.C:007", "x", None, None), Kind::Repository),
        ("foo_bar.com/baz".to_owned(), ("", "foo_bar.com/baz", None, None), Kind::Repository),
        ("a__b/c---d.e_f:_A.-".to_owned(), ("", "a__b/c---d.e_f", Some("_A.-"), None), Kind::Tagged),
    ];
    for (text, expected, kind) in &cases {
        let reference = Reference::parse(text).unwrap();
        assert_eq!(parts(&reference), *expected, "{text}");
        assert_eq!(reference.kind(), *kind, "{text}");
        assert_eq!(reference.to_string(), *text);
        assert_eq!(text.parse(), Ok(reference));
    }
}

#[test]
fn each_fault_has_its_reason_and_place() {
    let name = Part::Name;
    let tag = Part::Tag;
    let character = |part, character, offset| ReferenceError::InvalidCharacter { part, character, offset };
    let cases = [
        (String::new(), ReferenceError::Empty),
        (":tag".to_owned(), ReferenceError::EmptyPart { part: name, offset: 0 }),
        ("a//b".to_owned(), ReferenceError::EmptyPart { part: name, offset: 2 }),
        ("/a".to_owned(), ReferenceError::EmptyPart { part: name, offset: 0 }),
        ("a/".to_owned(), ReferenceError::EmptyPart { part: name, offset: 2 }),
        ("a:".to_owned(), ReferenceError::EmptyPart { part: tag, offset: 2 }),
        ("a@".to_owned(), ReferenceError::EmptyPart { part: Part::Digest, offset: 2 }),
        ("a:b:c".to_owned(), character(tag, ':', 3)),
        ("a:-b".to_owned(), character(tag, '-', 2)),
        ("a:b\n".to_owned(), character(tag, '\n', 3)),
        ("a:t\u{e4}g".to_owned(), character(tag, '\u{e4}', 3)),
        ("a._b".to_owned(), character(name, '_', 2)),
        ("a..b".to_owned(), character(name, '.', 2)),
        ("a___b".to_owned(), character(name, '_', 3)),
        ("a-_b".to_owned(), character(name, '_', 2)),
        ("-a".to_owned(), character(name, '-', 0)),
        ("a b".to_owned(), character(name, ' ', 1)),
        ("x/-a".to_owned(), character(name, '-', 2)),
        ("a-".to_owned(), ReferenceError::Incomplete { part: name, offset: 2 }),
        ("x_y/a./b".to_owned(), ReferenceError::Incomplete { part: name, offset: 6 }),
        ("http://a/b".to_owned(), character(name, ':', 4)),
        ("a.com:x/b".to_owned(), character(name, ':', 5)),
        ("[::1]".to_owned(), character(name, '[', 0)),
        ("[::g]/a".to_owned(), character(name, '[', 0)),
        ("[]/a".to_owned(), character(name, '[', 0)),
        (format!("a@sha256:{}", &HEX[..31]), ReferenceError::Incomplete { part: Part::Digest, offset: 40 }),
        ("a@sha256".to_owned(), ReferenceError::Incomplete { part: Part::Digest, offset: 8 }),
        (format!("a@2:{HEX}"), character(Part::Digest, '2', 2)),
        (format!("a@b@sha256:{HEX}"), character(Part::Digest, '@', 3)),
        (format!("a:{}", "t".repeat(129)), ReferenceError::TagTooLong { length: 129, offset: 130 }),
        ("a/Bc".to_owned(), ReferenceError::Uppercase { name: "a/Bc".to_owned(), offset: 2 }),
        ("Ab:T".to_owned(), ReferenceError::Uppercase { name: "Ab".to_owned(), offset: 0 }),
        ("A.com/bC".to_owned(), ReferenceError::Uppercase { name: "A.com/bC".to_owned(), offset: 7 }),
        // Go's lower case of these two is an ASCII letter.
        ("\u{130}x".to_owned(), ReferenceError::Uppercase { name: "\u{130}x".to_owned(), offset: 0 }),
        ("a:\u{212A}".to_owned(), ReferenceError::Uppercase { name: "a".to_owned(), offset: 2 }),
        ("Foo:-bad".to_owned(), character(name, 'F', 0)),
        ("a".repeat(256), ReferenceError::PathTooLong { length: 256, offset: 255 }),
        (
            format!("a@sha256:{}", HEX.to_uppercase()),
            ReferenceError::Digest { error: DigestError::Format { offset: 7 }, offset: 2 },
        ),
        (
            format!("a@md5:{}", &HEX[..32]),
            ReferenceError::Digest {
                error: DigestError::Unsupported { algorithm: "md5".to_owned() },
                offset: 2,
            },
        ),
    ];
    for (text, error) in cases {
        assert_eq!(Reference::parse(&text), Err(error.clone()), "{text}");
        assert!(error.offset().is_none_or(|offset| offset as usize <= text.len()), "{text}");
        assert!(!error.to_string().is_empty() && !error.code().is_empty());
        assert!(error.offset().is_some(), "{text} tells where");
        assert!(
            error.expected().is_some() || error.found().is_some() || error.code().starts_with("digest"),
            "{text}"
        );
    }
    let error = Reference::parse("foo:tä").unwrap_err();
    assert_eq!(error.found().as_deref(), Some("U+00E4"));
    assert_eq!(
        error.expected().as_deref(),
        Some("letters, digits and `_`, and after the first of them `.` and `-`")
    );
    let error = Reference::parse_normalized(HEX).unwrap_err();
    assert_eq!((error.offset(), error.found().as_deref()), (Some(0), Some(HEX)));
    let error = Reference::parse_normalized(&format!("localhost/{}", "c".repeat(256))).unwrap_err();
    assert_eq!((error.offset(), error.expected().as_deref()), (Some(265), Some("255 bytes at most")));
}

#[test]
fn short_names_are_completed() {
    let cases = [
        ("redis", "docker.io/library/redis", "redis"),
        ("redis:7", "docker.io/library/redis:7", "redis:7"),
        ("library/redis", "docker.io/library/redis", "redis"),
        ("docker.io/redis", "docker.io/library/redis", "redis"),
        ("index.docker.io/redis", "docker.io/library/redis", "redis"),
        ("index.docker.io/library/a/b", "docker.io/library/a/b", "library/a/b"),
        ("user/app", "docker.io/user/app", "user/app"),
        ("localhost", "docker.io/library/localhost", "localhost"),
        ("localhost:5000", "docker.io/library/localhost:5000", "localhost:5000"),
        ("localhost/a", "localhost/a", "localhost/a"),
        ("LOCALHOST/a", "LOCALHOST/a", "LOCALHOST/a"),
        ("Foo/bar", "Foo/bar", "Foo/bar"),
        ("quay.io/a/b", "quay.io/a/b", "quay.io/a/b"),
        ("a:5/b", "a:5/b", "a:5/b"),
        ("docker.io:443/a", "docker.io:443/a", "docker.io:443/a"),
        ("DOCKER.IO/a", "DOCKER.IO/a", "DOCKER.IO/a"),
        ("registry-1.docker.io/a", "registry-1.docker.io/a", "registry-1.docker.io/a"),
        ("foo_bar.com/baz", "foo_bar.com/baz", "foo_bar.com/baz"),
    ];
    for (text, full, familiar) in cases {
        let reference = Reference::parse_normalized(text).unwrap();
        assert_eq!(reference.to_string(), full, "{text}");
        assert_eq!(reference.familiar(), familiar, "{text}");
    }
    let hex_tag = format!("sha256:{HEX}");
    assert_eq!(
        Reference::parse_normalized(&hex_tag).unwrap().tag(),
        Some(HEX),
        "a name with a tag of 64 digits"
    );
}

#[test]
fn what_cannot_be_completed() {
    let uppercase = |name: &str, offset| ReferenceError::Uppercase { name: name.to_owned(), offset };
    let cases = [
        (HEX.to_owned(), ReferenceError::Identifier { identifier: HEX.to_owned() }),
        ("Redis".to_owned(), uppercase("library/Redis", 0)),
        ("a/bC".to_owned(), uppercase("a/bC", 3)),
        ("docker.io/redisX".to_owned(), uppercase("library/redisX", 15)),
        ("index.docker.io/x/Y".to_owned(), uppercase("x/Y", 18)),
        ("a@SHA256:0".to_owned(), uppercase("library/a@SHA256", 2)),
        (String::new(), ReferenceError::EmptyPart { part: Part::Name, offset: 0 }),
        ("a b".to_owned(), ReferenceError::InvalidCharacter { part: Part::Name, character: ' ', offset: 1 }),
        (
            "index.docker.io/a b".to_owned(),
            ReferenceError::InvalidCharacter { part: Part::Name, character: ' ', offset: 17 },
        ),
        ("a".repeat(248), ReferenceError::PathTooLong { length: 256, offset: 247 }),
        ("x/".to_owned() + &"c".repeat(254), ReferenceError::PathTooLong { length: 256, offset: 255 }),
    ];
    for (text, error) in cases {
        assert_eq!(Reference::parse_normalized(&text), Err(error), "{text}");
    }
    assert!(Reference::parse_normalized(&"a".repeat(247)).is_ok());
    for prefix in ["library/", "docker.io/", "a.b/"] {
        assert!(Reference::parse_normalized(&format!("{prefix}{HEX}")).is_ok());
    }
}

#[test]
fn upper_case_is_that_of_unicode() {
    for c in '\0'..='\u{1FFFF}' {
        let changes = !c.to_lowercase().eq([c]);
        // The title-case letters and the others that lower case changes, and no others.
        let refused =
            matches!(Reference::parse_normalized(&format!("x/{c}")), Err(ReferenceError::Uppercase { .. }));
        assert_eq!(refused, changes, "U+{:04X}", u32::from(c));
    }
}

#[test]
fn older_rules() {
    assert!(Reference::parse_normalized_by("Foo/bar", &Rules::OLDER).is_err());
    assert!(Reference::parse_by("[::1]/a", &Rules::OLDER).is_err());
    let long = format!("a.b/{}", "c".repeat(252));
    assert!(Reference::parse(&long).is_ok());
    assert!(Reference::from_name(&long).is_ok() && Reference::from_name_by(&long, &Rules::OLDER).is_err());
    assert!(Reference::parse_canonical(&long).is_ok());
    assert!(Reference::parse_canonical_by(&long, &Rules::OLDER).is_err());
    assert!(Reference::parse_docker("[::1]/a").is_ok());
    assert!(Reference::parse_docker_by("[::1]/a", &Rules::OLDER).is_err());
    assert_eq!(
        Reference::parse_by(&long, &Rules::OLDER),
        Err(ReferenceError::PathTooLong { length: 256, offset: 255 })
    );
    let sha384 = format!("a@sha384:{HEX}{}", &HEX[..32]);
    assert!(Reference::parse(&sha384).is_ok());
    let mut rules = Rules::CURRENT;
    rules.algorithms = rules.algorithms.without(Algorithm::Sha384);
    assert_eq!(Reference::parse_by(&sha384, &rules).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn other_forms() {
    let digest = format!("sha256:{HEX}");
    assert_eq!(Reference::parse_docker("a").unwrap().as_str(), "docker.io/library/a:latest");
    assert_eq!(Reference::parse_docker(&format!("a:b@{digest}")).unwrap().tag(), None);
    assert_eq!(Reference::parse_any(HEX).unwrap().as_str(), digest);
    assert_eq!(Reference::parse_any(&digest).unwrap().kind(), Kind::Digest);
    assert_eq!(Reference::parse_any("sha256:abc").unwrap().as_str(), "docker.io/library/sha256:abc");
    assert_eq!(Reference::parse_canonical("a.b/c").unwrap().as_str(), "a.b/c");
    let canonical = "docker.io/library/a".to_owned();
    assert_eq!(Reference::parse_canonical("a"), Err(ReferenceError::NotCanonical { canonical }));
    assert_eq!(Reference::from_name("a/b").unwrap().domain(), "a");
    assert!(Reference::from_name("a:b").is_err() && Reference::from_name("").is_err());
    let ids: ShortIds = [Digest::parse(&digest).unwrap()].into_iter().collect();
    assert_eq!(Reference::parse_any_with("e3b0c4", &ids).unwrap().as_str(), digest);
    assert_eq!(Reference::parse_any_with("e3b0c", &ids).unwrap().path(), "library/e3b0c", "too short");
    assert_eq!(Reference::parse_any_with("abcdef", &ids).unwrap().path(), "library/abcdef", "not there");
}

#[test]
fn parts_are_put_on_and_taken_off() {
    let digest = format!("sha256:{HEX}");
    let name = Reference::parse_normalized("a.b/c").unwrap();
    let tagged = name.with_tag("1").unwrap();
    let full = tagged.with_digest(&digest).unwrap();
    assert_eq!(full.to_string(), format!("a.b/c:1@{digest}"));
    assert_eq!(full.with_tag("2").unwrap().to_string(), format!("a.b/c:2@{digest}"));
    assert_eq!(full.without_tag_and_digest(), name);
    assert_eq!(name.with_default_tag().to_string(), "a.b/c:latest");
    assert_eq!(full.with_default_tag(), full);
    assert_eq!(parts(&full), ("a.b", "c", Some("1"), Some(digest.as_str())));
    assert!(matches!(
        name.with_tag("-"),
        Err(ReferenceError::InvalidCharacter { part: Part::Tag, offset: 0, .. })
    ));
    assert!(matches!(
        name.with_digest("sha256:0"),
        Err(ReferenceError::Incomplete { part: Part::Digest, .. })
    ));
    let alone = Reference::from(Digest::parse(&digest).unwrap());
    assert_eq!(
        (alone.with_tag("a"), alone.with_digest(&digest)),
        (Err(ReferenceError::NoName), Err(ReferenceError::NoName))
    );
    assert_eq!(
        (alone.familiar(), alone.name(), alone.digest()),
        (digest.as_str(), "", Some(digest.as_str()))
    );
    assert_eq!(alone.with_default_tag(), alone);
    assert_eq!(alone.without_tag_and_digest(), alone);
}

#[test]
fn patterns_match_as_in_the_shell() {
    let cases = [
        ("redis:*", "redis:7", true),
        ("redis", "redis:7", true),
        ("docker.io/library/redis", "redis", false),
        ("*", "a/b", false),
        ("*/*", "a/b", true),
        ("**", "a/b", false),
        ("a/?[xb]", "a/yx", true),
        ("a[^a]b", "a/b", true),
        ("a?b", "a/b", false),
        ("r[a-e]dis", "redis", true),
        (r"r\edis", "redis", true),
        ("*dis*", "redis", true),
        ("*dis*x", "redis", false),
        ("", "a", false),
    ];
    for (pattern, reference, matches) in cases {
        let reference = Reference::parse_normalized(reference).unwrap();
        assert_eq!(reference.matches(&Pattern::parse(pattern).unwrap()), matches, "{pattern} {reference}");
    }
    for (pattern, offset) in
        [("a[", 1), ("[]a]", 1), ("[-x]", 1), ("[x-]", 3), ("a\\", 1), ("*[a", 1), ("[a-\\", 3)]
    {
        assert_eq!(Pattern::parse(pattern).unwrap_err().offset, offset, "{pattern}");
    }
}

#[test]
fn references_sort_by_what_they_name() {
    let digest = format!("sha256:{HEX}");
    let list = ["b", "A b", "a:10", "a:2", HEX, &format!("c@{digest}"), "a", &format!("d:1@{digest}")];
    let sorted = sort(&list);
    let expected = [
        format!("docker.io/library/d:1@{digest}"),
        "docker.io/library/a:10".to_owned(),
        "docker.io/library/a:2".to_owned(),
        format!("docker.io/library/c@{digest}"),
        "docker.io/library/a".to_owned(),
        "docker.io/library/b".to_owned(),
        digest.clone(),
        "A b".to_owned(),
    ];
    assert_eq!(sorted, expected);
}

#[test]
fn long_input_is_read_once() {
    // Exponential or quadratic readers do not come back from these.
    for piece in ["a", "a/", "a-", "-", "_", "a.", ":", "@", "A", "[", "[:", "0:", "\u{130}", "/"] {
        let text = piece.repeat(200_000 / piece.len());
        let _ = Reference::parse(&text);
        let _ = Reference::parse_normalized(&text);
        let _ = Reference::parse_any(&text);
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use super::*;
    use proptest::prelude::*;

    /// Text in which the characters that matter are frequent.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[a-z0-9]{1,4}".prop_map(String::from),
            1 => "[A-Z]".prop_map(String::from),
            3 => prop::sample::select(vec!["/", ":", "@", ".", "_", "__", "-", "--", "[", "]", "::"]).prop_map(String::from),
            1 => prop::sample::select(vec!["localhost", "docker.io", "index.docker.io", "library", "sha256", "\u{130}", "\u{212A}", "\u{e9}"])
                .prop_map(String::from),
            1 => Just(format!("@sha256:{HEX}")),
            1 => Just(HEX.to_owned()),
        ];
        prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    /// A reference by the grammar.
    fn reference() -> impl Strategy<Value = String> {
        let digest = format!("@sha256:{HEX}");
        (
            prop::option::of(
                "([A-Za-z0-9]{1,3}(\\.[a-z0-9]-?[a-z0-9]){0,2}|\\[[0-9a-f:]{1,6}\\])(:[0-9]{1,5})?",
            ),
            "[a-z0-9]{1,3}((\\.|_|__|-{1,3})[a-z0-9]{1,3}){0,2}(/[a-z0-9]{1,3}){0,2}",
            prop::option::of("[A-Za-z0-9_][A-Za-z0-9_.-]{0,9}"),
            prop::bool::ANY,
        )
            .prop_map(move |(domain, path, tag, with_digest)| {
                let domain = domain.map(|domain| domain + "/").unwrap_or_default();
                let tag = tag.map(|tag| format!(":{tag}")).unwrap_or_default();
                format!("{domain}{path}{tag}{}", if with_digest { &digest } else { "" })
            })
    }

    proptest! {
        #[test]
        fn nothing_panics_and_offsets_are_inside(text in ".*") {
            for parsed in [Reference::parse(&text), Reference::parse_normalized(&text), Reference::parse_any(&text)] {
                if let Err(error) = parsed {
                    prop_assert!(error.offset().is_none_or(|offset| offset as usize <= text.len()));
                }
            }
            if let Ok(pattern) = Pattern::parse(&text) {
                pattern.matches(&text);
            }
        }

        #[test]
        fn the_grammar_is_accepted_and_printed_back(text in reference()) {
            prop_assert_eq!(Reference::parse(&text).map(|parsed| parsed.to_string()), Ok(text));
        }

        #[test]
        fn parsing_what_was_printed_gives_the_same(text in prop_oneof![text(), reference()]) {
            for parsed in [Reference::parse(&text), Reference::parse_normalized(&text)].into_iter().flatten() {
                prop_assert_eq!(Reference::parse(parsed.as_str()), Ok(parsed));
            }
        }

        #[test]
        fn normalising_twice_changes_nothing(text in prop_oneof![text(), reference()]) {
            if let Ok(reference) = Reference::parse_normalized(&text) {
                prop_assert_eq!(Reference::parse_normalized(reference.as_str()), Ok(reference));
            }
        }

        #[test]
        fn the_familiar_form_stands_for_the_same(text in prop_oneof![text(), reference()]) {
            if let Ok(reference) = Reference::parse_normalized(&text) {
                let first = reference.path().split('/').next().unwrap_or_default();
                let reads_as_domain = first == "localhost" || first.contains('.');
                let alone_is_id = reference.familiar().len() == 64;
                if reference.domain() != "docker.io" || !reads_as_domain && !alone_is_id {
                    prop_assert_eq!(Reference::parse_normalized(reference.familiar()), Ok(reference));
                }
            }
        }
    }
}

/// Docker compares a name with what Go's `strings.ToLower` makes of it.
#[test]
fn upper_case_is_what_lower_casing_changes() {
    for c in '\0'..=char::MAX {
        let found = Reference::parse_normalized(&format!("a{c}"));
        let is_upper = matches!(found, Err(ReferenceError::Uppercase { .. }));
        let expected = !c.to_lowercase().eq([c]) && !matches!(c, ':' | '/');
        assert_eq!(is_upper, expected, "{c:?}");
    }
}
