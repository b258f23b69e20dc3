//! The object that holds several names of one image.
#![cfg(not(target_arch = "wasm32"))]

use layerglass::error::{ErrorKind, Reason};
use layerglass::limits::Limits;
use layerglass::reference::{ImageNames, ImageNamesError, NameSource};
use proptest::prelude::*;

const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn read(json: &str) -> Result<ImageNames, ImageNamesError> {
    ImageNames::from_json(json.as_bytes(), &Limits::default())
}

/// Source, text and whether it is a digest.
fn parts(names: &ImageNames) -> (&str, Vec<&str>, Vec<&str>) {
    (names.uri(), names.tags().collect(), names.digests().collect())
}

#[test]
fn a_name_says_its_source_and_kind() {
    let library = format!("cloud.sylabs.io/a/b/c:sha256.{HEX}");
    let digest = format!("foo@sha256:{HEX}");
    let tagged = [
        ("busybox", "docker.io", "busybox:latest"),
        ("docker.io/busybox:1", "docker.io", "busybox:1"),
        ("docker.io/docker.io/library/busybox", "docker.io", "library/busybox:latest"),
        ("localhost:5000/foo", "docker.io", "localhost:5000/foo:latest"),
        ("localhost:5000/foo:bar", "docker.io", "localhost:5000/foo:bar"),
        ("docker.io/quay.io/a/b", "docker.io", "quay.io/a/b:latest"),
        ("docker.io", "docker.io", "docker.io:latest"),
        ("cloud.sylabs.iox/a", "docker.io", "cloud.sylabs.iox/a:latest"),
        ("cloud.sylabs.io:443/a", "docker.io", "cloud.sylabs.io:443/a:latest"),
        ("local.files/x", "docker.io", "local.files/x:latest"),
        ("cloud.sylabs.io/a/b/c", "cloud.sylabs.io", "cloud.sylabs.io/a/b/c:latest"),
        ("cloud.sylabs.io/a/b/c:1.0-sha256.x", "cloud.sylabs.io", "cloud.sylabs.io/a/b/c:1.0-sha256.x"),
        ("cloud.sylabs.io/a.b/c", "cloud.sylabs.io", "cloud.sylabs.io/a.b/c:latest"),
        ("docker.io/cloud.sylabs.io/a", "cloud.sylabs.io", "cloud.sylabs.io/a:latest"),
        (
            "library://library/default/alpine:3.8",
            "cloud.sylabs.io",
            "cloud.sylabs.io/library/default/alpine:3.8",
        ),
        ("library:///a.b/c", "cloud.sylabs.io", "cloud.sylabs.io/a.b/c:latest"),
        ("library://cloud.sylabs.io/a", "cloud.sylabs.io", "cloud.sylabs.io/a:latest"),
        ("local.file/home/my.sif", "local.file", "local.file/home/my.sif"),
        ("local.file/home/my.sif:latest", "local.file", "local.file/home/my.sif"),
        ("local.file/home/sa:sha/my.sif", "local.file", "local.file/home/sa:sha/my.sif"),
        ("local.file/a:latest:latest", "local.file", "local.file/a"),
    ];
    for (text, uri, tag) in tagged {
        let names = ImageNames::parse(text).unwrap();
        assert_eq!(parts(&names), (uri, vec![tag], vec![]), "{text}");
        assert_eq!(names.source().map(NameSource::uri), Some(uri));
        assert_eq!(ImageNames::normalize(text).as_deref(), Ok(tag));
        assert_eq!(ImageNames::normalize(tag).as_deref(), Ok(tag), "normalising again changes nothing");
        assert_eq!(ImageNames::parse(&names.to_string()), Ok(names), "what is shown is read as the same");
    }
    for (text, uri) in [(&library, "cloud.sylabs.io"), (&digest, "docker.io")] {
        let names = ImageNames::parse(text).unwrap();
        assert_eq!(parts(&names), (uri, vec![], vec![text.as_str()]));
        assert_eq!(ImageNames::parse(&names.to_string()), Ok(names));
    }
}

#[test]
fn each_fault_has_its_reason() {
    let cases = [
        ("", "reference-empty-part", Some(0)),
        ("docker.io/", "reference-empty-part", Some(10)),
        ("  busybox", "reference-character", Some(0)),
        ("docker.io/a//b", "reference-empty-part", Some(12)),
        ("docker.io/Busybox", "reference-uppercase", Some(10)),
        ("foo@sha256:aa", "reference-incomplete", Some(13)),
        ("local.file", "image-names-path", Some(10)),
        ("local.file:latest", "image-names-path", Some(10)),
        ("cloud.sylabs.io", "reference-empty", Some(15)),
        ("cloud.sylabs.io/", "reference-empty-part", Some(16)),
        ("cloud.sylabs.io/a:sha256.x", "digest-length", Some(25)),
        ("library://other.org/a", "image-names-unknown-source", None),
    ];
    for (text, code, offset) in cases {
        let error = ImageNames::parse(text).unwrap_err();
        assert_eq!((error.code(), error.offset()), (code, offset), "{text}: {error}");
        assert_eq!(ImageNames::normalize(text), Err(error));
    }
}

#[test]
fn names_are_added_and_removed() {
    let (one, two) = (format!("a@sha256:{HEX}"), format!("b/c@sha256:{HEX}"));
    let mut names = ImageNames::parse("docker.io/b:2").unwrap();
    names.add_tags(["b:1", "b:3", "docker.io/b:1"]).unwrap();
    names.add_digests([&two, &one]).unwrap();
    assert_eq!(parts(&names), ("docker.io", vec!["b:1", "b:2", "b:3"], vec![one.as_str(), two.as_str()]));
    assert_eq!(names.to_string(), "docker.io/b:1");

    let before = names.clone();
    let error = names.add_tags(["b:4", "local.file/x"]).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Conflict, "image-names-other-source"));
    assert_eq!(
        (error.expected().as_deref(), error.found().as_deref()),
        (Some("docker.io"), Some("local.file"))
    );
    assert_eq!(names.add_tags([&one]).unwrap_err().code(), "image-names-other-kind");
    assert_eq!(names.add_digests(["b:4"]).unwrap_err().expected().as_deref(), Some("digest"));
    assert_eq!(names, before, "nothing of what is refused is added");

    assert!(names.remove_tag("docker.io/b:1") && names.remove_tag("b:2") && names.remove_tag("b:3"));
    assert!(!names.remove_tag("b:3") && !names.remove_tag("") && !names.remove_digest("b:3"));
    assert_eq!(names.first(), Some(format!("docker.io/{one}")));
    assert!(names.remove_digest(&one) && names.remove_digest(&two) && names.is_empty());
    assert_eq!((names.first(), names.to_string().as_str()), (None, "docker.io"));
    assert_eq!(names.to_json(), r#"{"uri":"docker.io","tags":[],"digests":[]}"#);
    assert_eq!(ImageNames::default().to_string(), "");

    let mut none = ImageNames::default();
    none.add_tags(["local.file/b", "local.file/a"]).unwrap();
    assert_eq!(parts(&none), ("local.file", vec!["local.file/a", "local.file/b"], vec![]));
}

#[test]
fn json_is_that_of_singularity() {
    let kept = [
        r#"{"uri":"docker.io","tags":["busybox:1.28"],"digests":null}"#,
        r#"{"uri":"docker.io","tags":[],"digests":[]}"#,
        r#"{"uri":"","tags":null,"digests":null}"#,
        r#"{"uri":"local.file","tags":["local.file/a\u0026b"],"digests":null}"#,
    ];
    for json in kept {
        let names = read(json).unwrap();
        assert_eq!(names.to_json(), json);
        assert_eq!(
            serde_json::to_value(&names).unwrap(),
            serde_json::from_str::<serde_json::Value>(json).unwrap()
        );
    }
    assert_eq!(read("null"), Ok(ImageNames::default()));
    assert_eq!(read("{}"), Ok(ImageNames::default()));
    let sorted = read(r#"{"TAGS":["b","a","b"],"uri":"docker.io","more":1}"#).unwrap();
    assert_eq!(sorted.to_json(), r#"{"uri":"docker.io","tags":["a","b"],"digests":null}"#);
    let faults = [
        (r#"{"uri":5}"#, "json-type"),
        ("[]", "json-type"),
        (r#"{"tags":[1]}"#, "json-type"),
        (r#"{"uri":"foo.io"}"#, "image-names-unknown-source"),
    ];
    for (json, code) in faults {
        assert_eq!(read(json).unwrap_err().code(), code, "{json}");
    }
    assert_eq!(read("{").unwrap_err().kind(), ErrorKind::Invalid);
}

proptest! {
    #[test]
    fn json_brings_every_object_back(
        uri in prop::sample::select(vec!["", "docker.io", "cloud.sylabs.io", "local.file"]),
        tags in prop::option::of(prop::collection::vec(any::<String>(), 0..5)),
        digests in prop::option::of(prop::collection::vec("[a-z<&\u{2028}]{0,9}", 0..5)),
    ) {
        let json = serde_json::json!({ "uri": uri, "tags": tags, "digests": digests }).to_string();
        let names = read(&json).unwrap();
        prop_assert_eq!(read(&names.to_json()), Ok(names));
    }

    #[test]
    fn what_is_normal_stays(text in "(docker\\.io/|local\\.file/|cloud\\.sylabs\\.io/|library://)?[a-zA-Z0-9./:@_-]{0,24}(:latest)?") {
        let Ok(normal) = ImageNames::normalize(&text) else { return Ok(()) };
        prop_assert_eq!(ImageNames::normalize(&normal), Ok(normal.clone()));
        let names = ImageNames::parse(&text).unwrap();
        prop_assert_eq!(names.tags().chain(names.digests()).collect::<Vec<_>>(), [normal.as_str()]);
        prop_assert_eq!(ImageNames::parse(&names.to_string()), Ok(names));
    }
}
