//! Filters of paths.

use layerglass::error::Reason;
use layerglass::graph::{FilterRule, PathFilter};
use layerglass::limits::Limits;
use proptest::prelude::*;

fn filter(rules: &[(&str, FilterRule)]) -> PathFilter {
    PathFilter::new(rules.iter().copied()).expect("a filter")
}

#[test]
fn names_lose_what_is_stripped_and_are_put_below_what_is_rebased() {
    let both = filter(&[("a/b", FilterRule::Strip), ("x/y/", FilterRule::Rebase)]);
    for (path, expected) in
        [("a/b/c", "x/y/c"), ("a/b", "x/y"), ("d", "x/y/d"), ("/d", "x/y/d"), ("a/bc", "x/y/c")]
    {
        assert_eq!(both.apply(path.as_bytes()).as_deref(), Some(expected.as_bytes()), "{path}");
    }
    let none = PathFilter::default();
    assert_eq!(none.apply(b"a//b").as_deref(), Some(&b"a//b"[..]));
    assert_eq!(filter(&[("", FilterRule::Exclude)]).apply(b"a"), None);
}

#[test]
fn a_filter_never_leads_upwards() {
    for path in ["..", "a/../..", "../a", "a\0b"] {
        let error = PathFilter::new([(path, FilterRule::Rebase)]).expect_err(path);
        assert_eq!(error.code(), "filter-rebase");
        let json = format!(r#"{{"RebasePath":{}}}"#, serde_json::Value::from(path));
        assert!(PathFilter::from_json(json.as_bytes(), &Limits::default()).is_err(), "{json}");
    }
}

#[test]
fn what_is_no_filter_says_why() {
    for (text, code) in [("!!!", "filter-base64"), ("bm90", "json-unexpected-byte"), ("W10=", "json-type")] {
        let error = PathFilter::decode(text, &Limits::default()).expect_err(text);
        assert_eq!(error.code(), code, "{text}");
    }
    let limits = Limits { json_bytes: 10, ..Limits::default() };
    assert_eq!(PathFilter::decode(&"A".repeat(100), &limits).expect_err("is too long").code(), "limit");
}

fn rule() -> impl Strategy<Value = (String, FilterRule)> {
    ("[a-c/]{0,6}", prop_oneof![Just(FilterRule::Include), Just(FilterRule::Exclude)])
}

proptest! {
    #[test]
    fn a_filter_that_is_encoded_is_read_again(
        rules in proptest::collection::vec(("\\PC{0,8}", prop_oneof![Just(FilterRule::Include), Just(FilterRule::Exclude)]), 0..6),
        strip in "[a-z/]{0,6}", rebase in "[a-z/]{0,6}",
    ) {
        let mut rules = rules;
        rules.push((strip, FilterRule::Strip));
        rules.push((rebase, FilterRule::Rebase));
        let made = PathFilter::new(rules).expect("a filter");
        prop_assert_eq!(PathFilter::decode(&made.encode(), &Limits::default()), Ok(made.clone()));
        prop_assert_eq!(PathFilter::from_json(&made.to_json(), &Limits::default()), Ok(made));
    }

    /// The longest prefix decides, and where both are as long it is taken.
    #[test]
    fn the_longest_prefix_decides(rules in proptest::collection::vec(rule(), 0..8), path in "[a-c/]{0,8}") {
        let made = PathFilter::new(rules.clone()).expect("a filter");
        let longest = |kind| {
            rules.iter().filter(|(prefix, rule)| *rule == kind && path.starts_with(prefix.as_str())).map(|(prefix, _)| prefix.len() as i64).max().unwrap_or(-1)
        };
        prop_assert_eq!(made.excludes(path.as_bytes()), longest(FilterRule::Include) < longest(FilterRule::Exclude));
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}") {
        let _ = PathFilter::decode(&text, &Limits::default());
        let _ = PathFilter::from_json(text.as_bytes(), &Limits::default());
    }
}
