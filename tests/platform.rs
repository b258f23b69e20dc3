//! Platforms: their text, their one name, and which serves for which.

use layerglass::image::{Platform, PlatformError, PlatformMatcher};

fn host() -> Platform {
    Platform::new("linux", "amd64")
}

fn parse(text: &str) -> Result<Platform, PlatformError> {
    Platform::parse(text, &host())
}

fn read(text: &str) -> Platform {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn specifiers_are_read() {
    let cases = [
        ("linux", "linux/amd64"),
        ("arm64", "linux/arm64"),
        ("armhf", "linux/arm"),
        ("armel", "linux/arm/v6"),
        ("Linux/x86_64", "linux/amd64"),
        ("macOS/aarch64", "darwin/arm64"),
        ("linux/arm/7", "linux/arm/v7"),
        ("linux/arm64/8", "linux/arm64/v8"),
        ("linux/i386", "linux/386"),
        ("linux/armv7l", "linux/armv7l"),
        ("foo/bar/baz", "foo/bar/baz"),
        ("windows(10.0.17763)/amd64", "windows(10.0.17763)/amd64"),
        ("windows(10.0%2B1+b+a)/amd64", "windows(10.0%2B1+a+b)/amd64"),
        ("linux(+gpu)", "linux(+gpu)/amd64"),
        ("linux(%00%c3%a9+a%3Ab)", "linux(%00%C3%A9+a%3Ab)/amd64"),
        ("linux()/s390x", "linux/s390x"),
    ];
    for (text, full) in cases {
        let platform = read(text);
        assert_eq!(platform.full_specifier(), full, "{text}");
        assert_eq!(read(full), platform, "{full}");
    }
    assert_eq!(Platform::default().specifier(), "unknown");
    assert_eq!(read("windows(1+x)/amd64").specifier(), "windows/amd64", "short");
    let arm_host = Platform { variant: "v6".to_owned(), ..Platform::new("linux", "arm") };
    assert_eq!(Platform::parse("linux", &arm_host).unwrap().specifier(), "linux/arm/v6");
    let platform = Platform { os: "linux".to_owned(), os_features: vec!["100%gpu".to_owned()], ..host() };
    assert_eq!(platform.full_specifier(), "linux(+100%25gpu)/amd64");
}

#[test]
fn what_is_no_platform() {
    let part = |offset| PlatformError::Part { offset };
    let cases = [
        ("*", PlatformError::Wildcard),
        ("linux/*", PlatformError::Wildcard),
        ("a/b/c/d", PlatformError::TooManyParts),
        ("", part(0)),
        ("/amd64", part(0)),
        ("linux/", part(6)),
        ("linux/amd64/", part(12)),
        ("linux/&arm", part(6)),
        ("linux(x/amd64", part(0)),
        ("linux(%2)/amd64", part(0)),
        ("linux(%ff)/amd64", part(0)),
        ("plan10", PlatformError::Unknown { word: "plan10".to_owned() }),
    ];
    for (text, error) in cases {
        assert_eq!(parse(text), Err(error), "{text}");
    }
}

#[test]
fn platforms_have_one_name() {
    let cases = [
        ("linux/arm", "linux/arm/v7"),
        ("linux/arm/v7", "linux/arm/v7"),
        ("linux/arm64/v8", "linux/arm64"),
        ("linux/arm64/v9.0", "linux/arm64/v9"),
        ("linux/amd64/v1", "linux/amd64"),
        ("linux/amd64/v2", "linux/amd64/v2"),
    ];
    for (text, normal) in cases {
        assert_eq!(read(text).normalize().specifier(), normal, "{text}");
    }
    let lacking = Platform { variant: "v8".to_owned(), ..Platform::default() };
    assert_eq!(lacking.or_host(&host()).to_string(), "linux/amd64/v8");
    assert_eq!(lacking.to_string(), "unknown/unknown/v8");
}

/// What of all these a matcher takes, the best first.
fn served(matcher: &PlatformMatcher) -> Vec<String> {
    let mut offered: Vec<Platform> = [
        "windows/amd64",
        "linux/386",
        "linux/amd64",
        "linux/amd64/v2",
        "linux/amd64/v3",
        "linux/arm/v5",
        "linux/arm/v6",
        "linux/arm/v7",
        "linux/arm/v8",
        "linux/arm64",
        "linux/arm64/v8.1",
        "linux/arm64/v8.2",
        "linux/arm64/v9",
        "linux/arm64/v9.1",
        "linux(+gpu)/amd64",
    ]
    .into_iter()
    .map(read)
    .collect();
    matcher.sort_by_key(&mut offered, Clone::clone);
    offered.iter().filter(|platform| matcher.matches(platform)).map(Platform::full_specifier).collect()
}

#[test]
fn the_best_that_serves_comes_first() {
    let only = |text: &str| served(&PlatformMatcher::only(&read(text)));
    assert_eq!(only("linux/amd64/v2"), ["linux/amd64/v2", "linux/amd64", "linux/386"]);
    assert_eq!(only("linux/386"), ["linux/386"]);
    assert_eq!(only("linux/arm64/v6"), ["linux/arm/v6", "linux/arm/v5"], "no such processor exists");
    assert_eq!(only("linux/arm64/7"), ["linux/arm/v7", "linux/arm/v6", "linux/arm/v5"]);
    assert!(only("linux/arm64/v2").is_empty() && only("linux/arm64/x").is_empty());
    assert_eq!(only("linux/arm"), ["linux/arm/v7", "linux/arm/v6", "linux/arm/v5"]);
    let arm = ["linux/arm/v8", "linux/arm/v7", "linux/arm/v6", "linux/arm/v5"];
    assert_eq!(only("linux/arm64"), [&["linux/arm64"], &arm[..]].concat());
    assert_eq!(only("linux/arm64/v8.1"), [&["linux/arm64/v8.1", "linux/arm64"], &arm[..]].concat());
    let nine = ["linux/arm64/v9.1", "linux/arm64/v9", "linux/arm64/v8.2", "linux/arm64/v8.1", "linux/arm64"];
    assert_eq!(only("linux/arm64/v9.1"), [&nine[..], &arm[..]].concat());
    assert_eq!(only("linux(+gpu)/amd64"), ["linux(+gpu)/amd64", "linux/amd64", "linux/386"]);
    assert_eq!(only("linux/arm64/strange"), [""; 0]);
    assert_eq!(served(&PlatformMatcher::only_strict(&read("linux/arm"))), ["linux/arm/v7"]);
    let os = served(&PlatformMatcher::only_os(&read("linux/arm64")));
    assert_eq!((os[0].as_str(), os.len()), ("linux/arm64", 13));
}

#[test]
fn windows_runs_what_its_build_allows() {
    let serves = |host: &str, image: &str| {
        let [host, image] = [host, image].map(|version| read(&format!("windows({version})/amd64")));
        PlatformMatcher::only(&host).matches(&image)
    };
    assert!(serves("10.0.17763.1", "10.0.17763.999"), "the last number does not count");
    assert!(!serves("10.0.17763", "10.0.14393") && !serves("10.0.17763", "10.0.20348"));
    assert!(serves("10.0.26100", "10.0.20348") && !serves("10.0.26100", "10.0.17763"));
    assert!(!serves("10.0.20348", "10.0.26100"));
    assert!(serves("", "10.0.1") && serves("10.0.1", ""));
}

fn names(matcher: &PlatformMatcher) -> Vec<String> {
    matcher.wanted().iter().map(ToString::to_string).collect()
}

#[test]
fn containers_image_has_an_order_of_its_own() {
    let cases = [
        ("linux/amd64", vec!["linux/amd64"]),
        ("linux/amd64:v3", vec!["linux/amd64/v3", "linux/amd64"]),
        ("linux/arm:v7", vec!["linux/arm/v7", "linux/arm/v6", "linux/arm/v5", "linux/arm"]),
        ("linux/arm", vec!["linux/arm", "linux/arm/v8", "linux/arm/v7", "linux/arm/v6", "linux/arm/v5"]),
        ("linux/arm64", vec!["linux/arm64", "linux/arm64/v8"]),
        ("linux/arm64:v9", vec!["linux/arm64/v9", "linux/arm64"]),
    ];
    for (asked, wanted) in cases {
        let (platform, variant) = asked.split_once(':').unwrap_or((asked, ""));
        let (os, architecture) = platform.split_once('/').unwrap();
        let platform = Platform { variant: variant.to_owned(), ..Platform::new(os, architecture) };
        assert_eq!(names(&PlatformMatcher::containers_image(&platform)), wanted, "{asked}");
    }
    let matcher = PlatformMatcher::containers_image(&read("linux/arm/v7"));
    assert!(
        matcher.matches(&Platform::new("linux", "arm")) && !matcher.matches(&Platform::new("linux", "ARM"))
    );
    assert!(!matcher.matches(&Platform::new("linux", "arm64")));
    let offered = |text: &str| Platform::parse_loose(text).unwrap();
    let mut list = ["linux/amd64", "linux/arm", "linux/arm/v8", "linux/arm/v5", "linux/arm/v7"].map(offered);
    matcher.sort_by_key(&mut list, Clone::clone);
    let sorted = list.map(|platform| platform.to_string());
    assert_eq!(sorted, ["linux/arm/v7", "linux/arm/v5", "linux/arm", "linux/amd64", "linux/arm/v8"]);
}

#[test]
fn loose_platforms_are_texts() {
    let cases = ["", "linux", "linux/amd64", "linux/amd64/v7", "linux/amd64:1.2.3.4", "Linux/x86-64/V1:a"];
    for text in cases {
        assert_eq!(Platform::parse_loose(text).unwrap().loose(), text);
    }
    assert_eq!(Platform::parse_loose(" linux/arm \n"), Some(Platform::new("linux", "arm")));
    assert_eq!(Platform::parse_loose("linux/arm:1:2"), Some(Platform::new("linux", "arm")));
    assert_eq!(Platform::parse_loose("//"), Some(Platform::default()));
    assert_eq!(Platform::parse_loose("a/b/c/d"), None);

    let with = |features: [&str; 2]| Platform {
        os_features: features.map(str::to_owned).to_vec(),
        ..Platform::new("linux", "amd64")
    };
    let (plain, ab) = (Platform::new("linux", "amd64"), with(["a", "b"]));
    assert!(ab.is_same(&with(["b", "a"])) && !ab.is_same(&plain) && !ab.is_same(&with(["a", "c"])));

    let satisfies = |have: &Platform, asked: &Platform| PlatformMatcher::satisfying(asked).matches(have);
    assert!(
        satisfies(&ab, &plain) && satisfies(&ab, &with(["b", "a"])) && satisfies(&ab, &Platform::default())
    );
    assert!(!satisfies(&plain, &ab) && !satisfies(&plain, &Platform::new("linux", "x86_64")));
    let variant = |variant: &str| Platform { variant: variant.to_owned(), ..plain.clone() };
    assert!(satisfies(&variant("v2"), &plain) && !satisfies(&plain, &variant("v2")));
}
