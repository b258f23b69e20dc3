//! Where images are.

use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason};
use layerglass::reference::{Reference, Selection, Source, SourceError};

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
        ("library://a/b/c:1".to_owned(), Source::Library("a/b/c:1".to_owned()), String::new()),
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
    let cases = [
        (String::new(), "source-transport"),
        ("redis:7".to_owned(), "source-transport"),
        ("docker:redis".to_owned(), "source-slashes"),
        ("docker://Redis".to_owned(), "reference-uppercase"),
        (format!("docker://a:1@{id}"), "source-tag-and-digest"),
        ("docker://a:1@@unknown-digest@@".to_owned(), "source-unknown-digest"),
        ("docker-daemon:a".to_owned(), "source-name-only"),
        ("docker-daemon:sha256:ab".to_owned(), "digest-length"),
        (
            format!("docker-daemon:{}", Digest::of(layerglass::digest::Algorithm::Sha512, b"")),
            "digest-unsupported",
        ),
        ("docker-archive:".to_owned(), "source-no-path"),
        (format!("docker-archive:/a:b@{id}"), "source-digest-in-archive"),
        ("docker-archive:/a:b:c:d".to_owned(), "reference-character"),
        ("oci::name".to_owned(), "source-no-path"),
        ("oci:/a:@".to_owned(), "source-index"),
        ("oci:/a:@-1".to_owned(), "source-index"),
        ("oci:/a:@99999999999".to_owned(), "source-index"),
        ("dir:".to_owned(), "source-no-path"),
        ("library:/a".to_owned(), "source-slashes"),
        ("library://".to_owned(), "source-no-path"),
        ("local.file".to_owned(), "source-no-path"),
        ("local.files/a".to_owned(), "source-relative-path"),
    ];
    for (text, code) in cases {
        let error = Source::parse(&text).unwrap_err();
        assert_eq!(error.code(), code, "{text}: {error}");
        assert!(error.offset().is_none_or(|offset| offset as usize <= text.len()), "{text}");
    }
    let error = Source::parse("docker-archive:/a:B").unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Invalid, Some(18)));
    let transport = "x".repeat(100);
    assert_eq!(Source::parse(&"x".repeat(500)), Err(SourceError::Transport { transport }));
}
