//! What a text stands for.

use layerglass::digest::ShortIds;
use layerglass::error::{ErrorKind, Reason};
use layerglass::store::{Names, ResolveError, ResolveOptions, ResolveOrder, resolve};

use crate::{id, name};

fn store() -> (Names, ShortIds) {
    let mut names = Names::default();
    names.tag(&name("cafe"), id("1"), false).unwrap();
    names.tag(&name("app:v2"), id("bbbb"), false).unwrap();
    names.tag(&name("app:v1"), id("bba"), false).unwrap();
    names.tag(&name("gone"), id("dead"), false).unwrap();
    names.tag(&name("beef"), id("dead1"), false).unwrap();
    let ids = ["1", "cafe", "bbbb", "bba", "abc", "abd", "beef"].map(|prefix| id(prefix).digest());
    (names, ids.into_iter().collect())
}

fn ask(text: &str, order: ResolveOrder) -> Result<String, ErrorKind> {
    let (names, ids) = store();
    let options = ResolveOptions { order, ..ResolveOptions::default() };
    resolve(text, &names, &ids, options)
        .map(|id| id.digest().hex().trim_end_matches('0').to_owned())
        .map_err(|error| error.kind())
}

#[test]
fn the_order_decides() {
    use ErrorKind::{Ambiguous, Invalid, NotFound};
    use ResolveOrder::{IdsFirst, IdsOnly, NamesFirst, NamesOnly};
    let whole = id("cafe").to_string();
    let hex = id("cafe").digest().hex();
    let absent = id("9").to_string();
    let ok = |text: &str| Ok(text.to_owned());
    // Text, and what it is by each order.
    let table = [
        ("cafe", [ok("1"), ok("cafe"), ok("1"), ok("cafe")]),
        ("cafe:latest", [ok("1"), ok("1"), ok("1"), Err(NotFound)]),
        (&whole, [ok("cafe"), ok("cafe"), Err(NotFound), ok("cafe")]),
        (&hex, [ok("cafe"), ok("cafe"), Err(Invalid), ok("cafe")]),
        (&absent, [Err(NotFound), Err(NotFound), Err(NotFound), Err(NotFound)]),
        ("sha256:cafe", [ok("cafe"), ok("cafe"), Err(NotFound), ok("cafe")]),
        ("app:v2", [ok("bbbb"), ok("bbbb"), ok("bbbb"), Err(NotFound)]),
        ("app", [Err(NotFound), Err(NotFound), Err(NotFound), Err(NotFound)]),
        ("app:bbbb", [Err(NotFound), Err(NotFound), Err(NotFound), Err(NotFound)]),
        ("ab", [Err(Ambiguous), Err(Ambiguous), Err(NotFound), Err(Ambiguous)]),
        ("abc", [ok("abc"), ok("abc"), Err(NotFound), ok("abc")]),
        ("", [Err(Invalid), Err(Invalid), Err(Invalid), Err(Invalid)]),
        ("a b", [Err(Invalid), Err(Invalid), Err(Invalid), Err(NotFound)]),
        ("ABC", [Err(Invalid), Err(Invalid), Err(Invalid), Err(NotFound)]),
        // Their images are not there. The name is not taken for the digits of another image.
        ("gone", [Err(NotFound), Err(NotFound), Err(NotFound), Err(NotFound)]),
        ("beef", [Err(NotFound), ok("beef"), Err(NotFound), ok("beef")]),
    ];
    for (text, expected) in table {
        let found = [NamesFirst, IdsFirst, NamesOnly, IdsOnly].map(|order| ask(text, order));
        assert_eq!(found, expected, "{text:?}");
    }
}

#[test]
fn errors_carry_what_they_are_about() {
    let (names, ids) = store();
    let resolve = |text: &str| resolve(text, &names, &ids, ResolveOptions::default()).unwrap_err();
    let candidates = vec![id("abc"), id("abd")];
    assert_eq!(resolve("ab"), ResolveError::Ambiguous { text: "ab".to_owned(), candidates });
    assert_eq!(resolve("gone"), ResolveError::Dangling { reference: name("gone:latest"), id: id("dead") });
    assert_eq!(resolve("").code(), "resolve-empty");
}

#[test]
fn a_repository_may_be_searched_for_digits() {
    let (names, ids) = store();
    let options = ResolveOptions { repository_ids: true, ..ResolveOptions::default() };
    let ask = |text: &str| resolve(text, &names, &ids, options).map_err(|error| error.kind());
    assert_eq!(ask("app:bbbb"), Ok(id("bbbb")));
    assert_eq!(ask("app:bba"), Ok(id("bba")));
    assert_eq!(ask("app:bb"), Err(ErrorKind::Ambiguous));
    assert_eq!(ask("app:cafe"), Err(ErrorKind::NotFound), "an image of another repository");
    assert_eq!(ask("app:v2"), Ok(id("bbbb")), "a tag wins");
}
