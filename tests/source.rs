//! Where images are.

use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason};
use layerglass::reference::{LibraryName, Reference, Selection, Source, SourceError};

fn name(text: &str) -> Reference {
    Reference::parse_normalized(text).unwrap()
}

#[test]
fn every_kind_is_read_and_printed() {
    let id = Digest::sha256(b"x");
    let path = || "/a/b.tar".to_owned();
    let tagged = Selection::Name("docker.io/library/a:latest".to_owned());
    let cases = [
        (
            "docker://redis".to_owned(),
            Source::Registry(name("redis:latest")),
            "docker://redis:latest".to_owned(),
        ),
        (
            "docker://a.b/c@@unknown-digest@@".to_owned(),
            Source::RegistryUnknownDigest(name("a.b/c")),
            String::new(),
        ),
        // The familiar form of this one would be read as another name.
        ("docker://docker.io/a.b/c:1".to_owned(), Source::Registry(name("docker.io/a.b/c:1")), String::new()),
        ("docker-daemon:a:1".to_owned(), Source::Daemon(name("a:1")), String::new()),
        (format!("docker-daemon:{id}"), Source::DaemonId(id), String::new()),
        (
            "docker-archive:/a/b.tar".to_owned(),
            Source::DockerArchive { path: path(), image: Selection::Only },
            String::new(),
        ),
        (
            "docker-archive:/a/b.tar:a".to_owned(),
            Source::DockerArchive { path: path(), image: tagged },
            "docker-archive:/a/b.tar:docker.io/library/a:latest".to_owned(),
        ),
        (
            "oci:/a/b.tar:@3".to_owned(),
            Source::OciLayout { path: path(), image: Selection::Index(3) },
            String::new(),
        ),
        (
            "oci-archive:/a/b.tar:any thing".to_owned(),
            Source::OciArchive { path: path(), image: Selection::Name("any thing".to_owned()) },
            String::new(),
        ),
        (
            "oci:C:\\a\\b:name".to_owned(),
            Source::OciLayout { path: "C:\\a\\b".to_owned(), image: Selection::Name("name".to_owned()) },
            String::new(),
        ),
        ("dir:/a/b.tar".to_owned(), Source::Dir { path: path() }, String::new()),
        ("oras://quay.io/a/b:1".to_owned(), Source::Oras(name("quay.io/a/b:1")), String::new()),
        (
            "library://a/b/c:1".to_owned(),
            Source::Library(LibraryName::parse("a/b/c:1").unwrap()),
            String::new(),
        ),
        ("local.file/a/b.tar".to_owned(), Source::LocalFile { path: path() }, String::new()),
    ];
    for (text, source, printed) in cases {
        assert_eq!(Source::parse(&text), Ok(source.clone()), "{text}");
        assert_eq!(source.to_string(), if printed.is_empty() { text } else { printed });
        assert_eq!(Source::parse(&source.to_string()), Ok(source));
    }
}

#[test]
fn each_fault_has_its_reason() {
    let id = Digest::sha256(b"x");
    let long = Digest::of(layerglass::digest::Algorithm::Sha512, b"");
    let cases = [
        (String::new(), "source-transport", 0),
        ("redis:7".to_owned(), "source-transport", 0),
        ("docker:redis".to_owned(), "source-slashes", 7),
        ("docker://Redis".to_owned(), "reference-uppercase", 9),
        (format!("docker://a:1@{id}"), "source-tag-and-digest", 9),
        ("docker://a:1@@unknown-digest@@".to_owned(), "source-unknown-digest", 9),
        ("docker-daemon:a".to_owned(), "source-name-only", 15),
        ("docker-daemon:sha256:ab".to_owned(), "digest-length", 21),
        (format!("docker-daemon:{long}"), "digest-unsupported", 14),
        ("docker-archive:".to_owned(), "source-no-path", 15),
        (format!("docker-archive:/a:b@{id}"), "source-digest-in-archive", 18),
        ("docker-archive:/a:b:c:d".to_owned(), "reference-character", 21),
        ("oci::name".to_owned(), "source-no-path", 4),
        ("oci:/a:@".to_owned(), "source-index", 8),
        ("oci:/a:@-1".to_owned(), "source-index", 8),
        ("oci:/a:@99999999999".to_owned(), "source-index", 8),
        ("dir:".to_owned(), "source-no-path", 4),
        ("oras:a".to_owned(), "source-slashes", 5),
        ("oras://a:".to_owned(), "reference-empty-part", 9),
        ("library:/a".to_owned(), "source-slashes", 8),
        ("library://".to_owned(), "source-no-path", 10),
        ("library://a/b/c/d".to_owned(), "reference-character", 15),
        ("library:///".to_owned(), "reference-empty-part", 11),
        ("library://a//c".to_owned(), "reference-empty-part", 12),
        ("library://a/b-/c".to_owned(), "reference-incomplete", 14),
        ("library://a/_b".to_owned(), "reference-character", 12),
        ("library://a.b?/c".to_owned(), "reference-character", 13),
        ("library://a.:5/c".to_owned(), "reference-incomplete", 14),
        ("library://a:".to_owned(), "reference-empty-part", 12),
        ("library://a:b:c".to_owned(), "reference-character", 13),
        ("library://a:sha256.12".to_owned(), "digest-length", 19),
        ("local.file".to_owned(), "source-no-path", 10),
        ("local.files/a".to_owned(), "source-relative-path", 10),
    ];
    for (text, code, offset) in cases {
        let error = Source::parse(&text).unwrap_err();
        assert_eq!((error.code(), error.offset()), (code, Some(offset)), "{text}: {error}");
    }
    let error = Source::parse("docker-archive:/a:B").unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Invalid, Some(18)));
    let transport = "x".repeat(100);
    assert_eq!(Source::parse(&"x".repeat(500)), Err(SourceError::Transport { transport }));
}

#[test]
fn names_in_a_library_have_parts() {
    let digest = Digest::sha256(b"x");
    let by_digest = format!("a/b/c:sha256.{}", digest.hex());
    let cases = [
        ("alpine", (None, "alpine", None)),
        ("library/default/alpine:3.8", (None, "library/default/alpine", Some("3.8"))),
        ("cloud.sylabs.io/a/b/C_d", (Some("cloud.sylabs.io"), "a/b/C_d", None)),
        ("localhost:5000/a:1", (Some("localhost:5000"), "a", Some("1"))),
        ("a:5/b:1", (Some("a:5"), "b", Some("1"))),
        ("/a.b/c", (None, "a.b/c", None)),
        ("a.b", (None, "a.b", None)),
        (&by_digest, (None, "a/b/c", None)),
    ];
    for (text, parts) in cases {
        let name = LibraryName::parse(text).unwrap();
        assert_eq!((name.domain(), name.path(), name.tag()), parts, "{text}");
        assert_eq!(name.to_string(), text);
        assert_eq!(name.digest(), (text == by_digest).then_some(&digest));
    }
    let tagged = |text: &str| LibraryName::parse(text).unwrap().with_default_tag().to_string();
    assert_eq!([tagged("a"), tagged("a:1"), tagged(&by_digest)], ["a:latest", "a:1", &by_digest]);
    assert_eq!(LibraryName::parse("").unwrap_err().code(), "reference-empty");
    assert_eq!(LibraryName::parse(&"a".repeat(256)).unwrap_err().code(), "reference-path-too-long");
}
