//! Names that one pass recognises, against the whole grammar.
#![cfg(not(target_arch = "wasm32"))]

use layerglass::reference::{Reference, Rules};
use proptest::prelude::*;

/// What a text is for the parser that may take the short way, and for one that may not: with `domain_counts` the
/// whole grammar is asked. For short texts the limit that it stands for does not matter.
fn assert_alike(text: &str) {
    let mut slow = Rules::CURRENT;
    slow.domain_counts = true;
    let (quick, full) = (Reference::parse_normalized(text), Reference::parse_normalized_by(text, &slow));
    assert_eq!(quick, full, "{text:?}");
    if let Ok(reference) = quick {
        assert_eq!(Reference::parse(reference.as_str()), Ok(reference), "{text:?}");
    }
}

const DIGEST: &str = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn every_turn_of_a_name_reads_alike() {
    let hosts = [
        "",
        "/",
        "a/",
        "localhost/",
        "localhost:5000/",
        "docker.io/",
        "index.docker.io/",
        "docker.io:443/",
        "a.b/",
        "a-b.c:1/",
        "a:/",
        "a:b/",
        "a_b.c/",
        "a_b:1/",
        "a..b/",
        "-a.b/",
        "A.b/",
        "A/",
        "[::1]:5/",
        "a.b:1:2/",
        "library/",
        "docker.io/library/",
        "index.docker.io/library/",
        "localhost:5000",
        "a.b-/",
        "é/",
    ];
    let names = [
        "",
        "a",
        "library/a",
        "library",
        "library/a/b",
        "a/b",
        "a//b",
        "a-b",
        "a--b",
        "a__b",
        "a___b",
        "a_-b",
        "a.b",
        "a.",
        "-a",
        "A",
        "a/b_c/d--e/f.g",
        "aé",
        "a/",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    ];
    let tags = ["", ":", ":7", ":Seven_7.-", ":-7", ":.7", ":_", ":7/x", ":a:b", ":é"];
    let digests = [
        "",
        "@",
        DIGEST,
        &DIGEST[..70],
        &DIGEST.replace('f', "F"),
        "@sha512:00",
        "@sha256",
        &[DIGEST, DIGEST].concat(),
        &[DIGEST, "0"].concat(),
        "@a",
    ];
    for host in hosts {
        for name in names {
            for tag in tags {
                for digest in digests {
                    assert_alike(&[host, name, tag, digest].concat());
                }
            }
        }
    }
}

#[test]
fn limits_are_those_of_the_grammar() {
    for length in [246, 247, 248, 255, 256] {
        let name = "a".repeat(length);
        assert_eq!(Reference::parse_normalized(&name).is_ok(), length <= 247, "{length} in library/");
        assert_eq!(Reference::parse_normalized(&format!("b/{name}")).is_ok(), length <= 253);
        assert_eq!(Reference::parse_normalized(&format!("c.d/{name}")).is_ok(), length <= 255);
    }
    for length in [127, 128, 129] {
        assert_eq!(Reference::parse_normalized(&format!("a:{}", "1".repeat(length))).is_ok(), length <= 128);
    }
}

proptest! {
    #[test]
    fn short_texts_read_alike(text in "[a-cA-B0-1./:@_-]{0,14}") {
        assert_alike(&text);
    }

    #[test]
    fn likely_names_read_alike(
        text in "((docker\\.io|index\\.docker\\.io|localhost|[a-z]{1,3}(\\.[a-z-]{1,3})?)(:[0-9]{0,3})?/)?\
                 (library/)?[a-z0-9]{1,3}([._-]{1,2}[a-z]{1,2}){0,2}(/[a-z]{1,2}){0,2}(:[A-Za-z0-9_.-]{1,4})?\
                 (@sha256:[0-9a-f]{64})?",
    ) {
        assert_alike(&text);
    }
}
