//! Points in time.

use layerglass::image::Timestamp;

#[test]
fn times_are_read_as_go_reads_them() {
    let cases = [
        ("2015-10-31T22:22:56.015925234Z", "2015-10-31T22:22:56.015925234Z"),
        ("2015-10-31T22:22:56.500Z", "2015-10-31T22:22:56.5Z"),
        ("2015-10-31T22:22:56.000Z", "2015-10-31T22:22:56Z"),
        ("2015-10-31T22:22:56.123456789123Z", "2015-10-31T22:22:56.123456789Z"),
        ("2015-10-31T22:22:56,5Z", "2015-10-31T22:22:56.5Z"),
        ("2015-10-31T2:22:56Z", "2015-10-31T02:22:56Z"),
        ("2015-10-31T22:22:56+00:00", "2015-10-31T22:22:56Z"),
        ("2015-10-31T22:22:56-00:00", "2015-10-31T22:22:56Z"),
        ("2015-10-31T22:22:56.5+02:00", "2015-10-31T22:22:56.5+02:00"),
        ("2016-02-29T00:00:00-09:30", "2016-02-29T00:00:00-09:30"),
        ("2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
    ];
    for (text, canonical) in cases {
        let time = Timestamp::parse(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((time.as_str(), time.canonical().as_str()), (text, canonical));
    }
    let refused = [
        "",
        "2015-10-31",
        "2015-10-31T22:22:56",
        "2015-10-31t22:22:56Z",
        "2015-10-31T22:22:56z",
        "2015-10-31 22:22:56Z",
        "2016-12-31T23:59:60Z",
        "2016-12-31T24:00:00Z",
        "2016-12-31T23:60:00Z",
        "2015-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2015-13-01T00:00:00Z",
        "2015-00-01T00:00:00Z",
        "2015-01-00T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "2015-10-31T22:22:56.Z",
        "2015-10-31T22:22:56Z ",
        "2015-10-31T22:22:56+25:00",
        "2015-10-31T22:22:56+0000",
        "2015-1-31T22:22:56Z",
        "２015-10-31T22:22:56Z",
    ];
    for text in refused {
        assert_eq!(Timestamp::parse(text), None, "{text}");
    }
    assert!(Timestamp::parse(Timestamp::ZERO).unwrap().is_zero());
}

#[test]
fn times_are_made_of_numbers() {
    let time = |seconds, nanoseconds| Timestamp::from_unix(seconds, nanoseconds).map(|time| time.to_string());
    assert_eq!(time(0, 0).as_deref(), Some("1970-01-01T00:00:00Z"));
    assert_eq!(time(1_446_330_176, 15_925_234).as_deref(), Some("2015-10-31T22:22:56.015925234Z"));
    assert_eq!(time(951_782_400, 500_000_000).as_deref(), Some("2000-02-29T00:00:00.5Z"));
    assert_eq!(time(-1, 0).as_deref(), Some("1969-12-31T23:59:59Z"));
    assert_eq!(time(-62_135_596_800, 0).as_deref(), Some(Timestamp::ZERO));
    assert_eq!(time(253_402_300_799, 999_999_999).as_deref(), Some("9999-12-31T23:59:59.999999999Z"));
    for (seconds, nanoseconds) in
        [(253_402_300_800, 0), (-62_167_219_201, 0), (i64::MAX, 0), (i64::MIN, 0), (0, 1_000_000_000)]
    {
        assert_eq!(time(seconds, nanoseconds), None);
    }
}
