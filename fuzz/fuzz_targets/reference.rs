//! References, sources, several names of one image, patterns and platforms: what is accepted stays the same when it is
//! written and read again.
#![no_main]

use layerglass::image::{Platform, PlatformMatcher};
use layerglass::limits::Limits;
use layerglass::reference::{ImageNames, LibraryName, Pattern, Reference, Rules, Source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    references(text);
    sources(text);
    names(text);
    platforms(text);
});

fn references(text: &str) {
    for rules in [Rules::CURRENT, Rules::OLDER] {
        if let Ok(reference) = Reference::parse_by(text, &rules) {
            assert_eq!(reference.as_str(), text);
        }
        let _ = Reference::parse_any_by(text, &rules);
    }
    if let Ok(reference) = Reference::parse_normalized(text) {
        let again = Reference::parse_normalized(reference.as_str()).expect("a canonical name is a name");
        assert_eq!(again, reference);
        assert_eq!(Reference::parse_canonical(reference.as_str()), Ok(again));
        // The familiar form reads as another name where the path then starts with what looks like a domain, and as
        // an id where it is 64 hexadecimal digits.
        if let Ok(familiar) = Reference::parse_normalized(reference.familiar()) {
            let first = reference.path().split('/').next().unwrap_or_default();
            assert!(familiar == reference || first == "localhost" || first.contains('.'), "{reference}");
        }
        let pattern = Pattern::parse(reference.familiar()).expect("names have nothing special in patterns");
        assert!(reference.matches(&pattern) || reference.as_str().contains('['));
        let _ = (reference.with_default_tag(), reference.without_tag_and_digest());
        let tagged = reference.with_tag("x").expect("a name takes a tag");
        assert_eq!(tagged.without_tag_and_digest(), reference.without_tag_and_digest());
    }
    if let Some((pattern, name)) = text.split_once('\n')
        && let Ok(pattern) = Pattern::parse(pattern)
    {
        let _ = pattern.matches(name);
    }
}

fn sources(text: &str) {
    match Source::parse(text) {
        Ok(source) => assert_eq!(Source::parse(&source.to_string()), Ok(source)),
        Err(error) => {
            use layerglass::error::Reason as _;
            assert!(error.offset().is_none_or(|offset| offset <= text.len() as u64), "{error}");
        }
    }
    if let Ok(name) = LibraryName::parse(text) {
        assert_eq!(LibraryName::parse(&name.to_string()), Ok(name));
    }
}

fn names(text: &str) {
    let limits = Limits::default();
    if let Ok(names) = ImageNames::parse(text) {
        assert_eq!(ImageNames::parse(&names.to_string()), Ok(names.clone()));
        assert_eq!(ImageNames::from_json(names.to_json().as_bytes(), &limits), Ok(names));
    }
    if let Ok(mut names) = ImageNames::from_json(text.as_bytes(), &limits) {
        assert_eq!(ImageNames::from_json(names.to_json().as_bytes(), &limits), Ok(names.clone()));
        let _ = (names.add_tags(["a:1"]), names.remove_tag("a:1"), names.first());
    }
}

fn platforms(text: &str) {
    let host = Platform::new("linux", "amd64");
    if let Ok(platform) = Platform::parse(text, &host) {
        let again = Platform::parse(&platform.full_specifier(), &host).expect("a platform as it is written");
        assert_eq!(again.normalize(), platform.normalize());
        assert_eq!(platform.normalize().normalize(), platform.normalize());
        assert!(PlatformMatcher::only(&platform).matches(&platform));
    }
    if let Some(platform) = Platform::parse_loose(text) {
        assert!(PlatformMatcher::satisfying(&platform).matches(&platform) && platform.is_same(&platform));
        let _ = platform.loose();
    }
}
