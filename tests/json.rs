//! The JSON reader and writer.

use std::collections::BTreeMap;

use layerglass::error::{ErrorKind, Reason};
use layerglass::image::ConfigFields;
use layerglass::json::{self, Decode, Escapes, JsonError, Value, size};
use layerglass::limits::Limits;

fn parse<T: AsRef<[u8]> + ?Sized>(text: &T) -> Result<Value<'_>, JsonError> {
    json::parse(text.as_ref(), &Limits::default())
}

fn text_of<T: AsRef<[u8]> + ?Sized>(document: &T) -> String {
    parse(document).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn keeps_order_and_repeated_keys() {
    let value = parse(r#" {"b" : 1, "a":[true,false,null], "b":2} "#).unwrap();
    let keys: Vec<&str> = value.members().unwrap().iter().map(|(key, _)| &**key).collect();
    assert_eq!(keys, ["b", "a", "b"]);
    assert_eq!(value.get("b").unwrap().as_i64(), Some(2), "the last one wins");
    assert_eq!(value.get("a").unwrap().elements().unwrap().len(), 3);
    assert!(!value.has("c"));
}

#[test]
fn keys_match_in_any_letter_case() {
    let value = parse("{\"repoTags\":1,\"\u{212A}ind\":2,\"o\u{17F}\":3,\"na\u{308}me\":4}").unwrap();
    assert_eq!(value.get("RepoTags").unwrap().as_i64(), Some(1));
    assert_eq!(value.get("Kind").unwrap().as_i64(), Some(2), "KELVIN SIGN");
    assert_eq!(value.get("OS").unwrap().as_i64(), Some(3), "LONG S");
    assert_eq!(value.get("name"), None);
}

#[test]
fn numbers_are_kept_as_written() {
    for literal in ["0", "-0", "9007199254740993", "9223372036854775807", "1e9", "30.0", "-1.5E-7", "1E+2"] {
        let Value::Number(number) = parse(literal).unwrap() else { panic!("{literal}") };
        assert_eq!(number.as_str(), literal);
    }
    assert_eq!(parse("9007199254740993").unwrap().as_i64(), Some(9_007_199_254_740_993));
    assert_eq!(parse("-0").unwrap().as_i64(), Some(0));
    for literal in ["1e9", "30.0", "9223372036854775808"] {
        assert_eq!(parse(literal).unwrap().as_i64(), None, "{literal} is no integer of 64 bits");
    }
    for literal in ["01", "+1", ".5", "1.", "1e", "-", "0x1", "NaN", "Infinity", "1e+"] {
        assert!(parse(literal).is_err(), "{literal}");
    }
}

#[test]
fn strings_are_read_as_go_reads_them() {
    assert_eq!(text_of(r#""\"\\\/\b\f\n\r\tA\u00e9""#), "\"\\/\u{8}\u{c}\n\r\tA\u{e9}");
    assert_eq!(text_of(r#""\ud83d\ude00""#), "\u{1F600}");
    assert_eq!(text_of(r#""\ud83d""#), "\u{FFFD}", "half a pair");
    assert_eq!(text_of(r#""\ude00x""#), "\u{FFFD}x", "the other half");
    assert_eq!(text_of(r#""\ud83dA""#), "\u{FFFD}A", "half a pair and a letter");
    assert_eq!(text_of(r#""\ud83d\ud83d\ude00""#), "\u{FFFD}\u{1F600}", "half a pair and a pair");
    assert_eq!(text_of(b"\"a\xffb\""), "a\u{FFFD}b");
    assert_eq!(text_of(b"\"\xe2\x82\""), "\u{FFFD}\u{FFFD}", "each stray byte becomes one");
    assert_eq!(text_of("\"\u{7f}\u{2028}\""), "\u{7f}\u{2028}");
}

#[test]
fn errors_tell_the_offset() {
    let cases: &[(&[u8], JsonError)] = &[
        (b"", JsonError::UnexpectedEnd { offset: 0, expected: "a value" }),
        (b"  ", JsonError::UnexpectedEnd { offset: 2, expected: "a value" }),
        (b"{", JsonError::UnexpectedEnd { offset: 1, expected: "a key in quotes" }),
        (b"{\"a\"", JsonError::UnexpectedEnd { offset: 4, expected: "`:`" }),
        (b"{\"a\":1,}", JsonError::UnexpectedByte { offset: 7, byte: b'}', expected: "a key in quotes" }),
        (b"[1 2]", JsonError::UnexpectedByte { offset: 3, byte: b'2', expected: "`,` or `]`" }),
        (b"{\"a\":1]", JsonError::UnexpectedByte { offset: 6, byte: b']', expected: "`,` or `}`" }),
        (b"[1,]", JsonError::UnexpectedByte { offset: 3, byte: b']', expected: "a value" }),
        (b"nul", JsonError::UnexpectedEnd { offset: 3, expected: "true, false or null" }),
        (b"truE", JsonError::UnexpectedByte { offset: 3, byte: b'E', expected: "true, false or null" }),
        (b"'a'", JsonError::UnexpectedByte { offset: 0, byte: b'\'', expected: "a value" }),
        (b"\xef\xbb\xbf{}", JsonError::UnexpectedByte { offset: 0, byte: 0xef, expected: "a value" }),
        (b"\"a", JsonError::UnexpectedEnd { offset: 2, expected: "the end of a string" }),
        (b"\"a\\", JsonError::UnexpectedEnd { offset: 3, expected: "an escape" }),
        (b"\"a\\x\"", JsonError::InvalidEscape { offset: 2 }),
        (b"\"a\\u12g4\"", JsonError::InvalidEscape { offset: 2 }),
        (b"\"\\u12", JsonError::UnexpectedEnd { offset: 5, expected: "four hexadecimal digits" }),
        (b"\"a\nb\"", JsonError::ControlCharacter { offset: 2, byte: b'\n' }),
        (b"{} x", JsonError::TrailingData { offset: 3 }),
        (b"1.x", JsonError::UnexpectedByte { offset: 2, byte: b'x', expected: "a digit" }),
    ];
    for (document, error) in cases {
        assert_eq!(parse(document).as_ref(), Err(error), "{}", String::from_utf8_lossy(document));
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.offset().is_some() && error.expected().is_some());
    }
    let error = parse("[1 2]").unwrap_err();
    assert_eq!(
        (error.expected().as_deref(), error.found().as_deref()),
        (Some("`,` or `]`"), Some("byte 0x32"))
    );
}

#[test]
fn what_follows_the_first_value_can_be_left_alone() {
    assert_eq!(json::parse_first(b" [] trailing", &Limits::default()).unwrap(), Value::Array(Vec::new()));
}

#[test]
fn depth_is_limited_by_name() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        assert!(parse(&nested(128)).is_ok());
        for depth in [129, 10_000, 1_000_000] {
            let error = parse(&nested(depth)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Limit);
            let JsonError::Limit(limit) = error else { panic!("{error}") };
            assert_eq!((limit.name, limit.limit, limit.found), ("jsonDepth", 128, 129));
        }
    }
    let raised = Limits { json_depth: 10_000, ..Limits::default() };
    assert!(json::parse("[".repeat(129).as_bytes(), &raised).is_err(), "it cannot be raised");
    let lowered = Limits { json_depth: 1, ..Limits::default() };
    assert!(json::parse(b"[1]", &lowered).is_ok());
    assert!(json::parse(b"[[1]]", &lowered).is_err());
}

#[test]
fn length_is_limited_by_name() {
    let limits = Limits { json_bytes: 4, ..Limits::default() };
    assert!(json::parse(b"1234", &limits).is_ok());
    let Err(JsonError::Limit(limit)) = json::parse(b"12345", &limits) else { panic!("no limit") };
    assert_eq!((limit.name, limit.limit, limit.found), ("jsonBytes", 4, 5));
}

#[test]
fn the_number_of_values_is_limited_by_name() {
    let limits = Limits { json_values: 4, ..Limits::default() };
    assert!(json::parse(b"[1,{\"a\":2}]", &limits).is_ok());
    let Err(JsonError::Limit(limit)) = json::parse(b"[1,{\"a\":2},3]", &limits) else { panic!("no limit") };
    assert_eq!((limit.name, limit.limit, limit.found), ("jsonValues", 4, 5));
}

#[test]
fn members_come_with_their_place() {
    let document = br#" { "a" : [1, 2] ,"b":"x" } "#;
    let members = json::parse_members(document, &Limits::default()).unwrap().unwrap();
    let places: Vec<(&str, &[u8])> =
        members.iter().map(|member| (&*member.key, &document[member.span.clone()])).collect();
    assert_eq!(places, [("a", &b"[1, 2]"[..]), ("b", &b"\"x\""[..])]);
    assert_eq!(json::parse_members(b" null ", &Limits::default()), Ok(None));
    assert!(json::parse_members(b"[]", &Limits::default()).is_err());
}

#[test]
fn decoding_goes_into_what_is_there() {
    fn decode<T: Decode>(into: &mut T, document: &str) -> Result<(), String> {
        json::decode(document.as_bytes(), into, &Limits::default())
            .unwrap()
            .map_err(|error| error.to_string())
    }
    let mut text = "before".to_owned();
    decode(&mut text, "null").unwrap();
    assert_eq!(text, "before", "null leaves a scalar alone");
    let mut list = vec![1_i64];
    decode(&mut list, "[2,3]").unwrap();
    assert_eq!(list, [2, 3], "an array replaces");
    let mut map = BTreeMap::from([("a".to_owned(), 1_i64)]);
    decode(&mut map, r#"{"b":2}"#).unwrap();
    assert_eq!(map.len(), 2, "an object adds");
    let mut pointer = Some(String::new());
    decode(&mut pointer, "null").unwrap();
    assert_eq!(pointer, None, "null empties a pointer");
    assert_eq!(decode(&mut text, "5").unwrap_err(), "the document is number 5, expected string");
    assert_eq!(decode(&mut list, r#"[1,"x"]"#).unwrap_err(), "[1] is string, expected integer of 64 bits");
    assert_eq!(decode(&mut list, "[1e9]").unwrap_err(), "[0] is number 1e9, expected integer of 64 bits");
}

#[test]
fn reading_right_into_data_is_parsing_and_decoding() {
    let documents: &[&[u8]] = &[
        b"null",
        b" {} ",
        br#"{"id":"a","ID":"b","Id":null}"#,
        br#"{"\u0069d":"a","i\u0064":"b","architecture":"\ud83d\ud83d\ude00"}"#,
        "{\"o\u{17F}\":\"linux\",\"roo\u{17F}tf\":1,\"\u{212A}\":[]}".as_bytes(),
        b"{\"os\":\"\xff\xe2\x82\",\"author\":\"plain\",\"\xff\":1,\"comment\":\"\xc3\xa9\"}",
        br#"{ "config" : { "Env" : [ "A=1" , "B=2" ] , "Labels" : { "a" : "b" , "a" : "c" } } }"#,
        br#"{"config":{"Env":["A"],"Labels":{"a":"b"}},"config":{"Env":null,"labels":{"c":"d"}},"config":{"CMD":"x"}}"#,
        br#"{"config":{"Cmd":["a","b"],"Entrypoint":"c","Shell":null,"StopTimeout":7,"Volumes":{"/a":{"x":[1]}}}}"#,
        br#"{"history":[{"created":"2024-06-01T00:00:00Z"},null,{"empty_layer":true}],"history":[{"comment":"c"}]}"#,
        br#"{"history":[{"empty_layer":1}],"os":5}"#,
        br#"{"rootfs":{"type":"layers","diff_ids":["a",null,5]}}"#,
        br#"{"os":5,"x":tru}"#,
        br#"{"os":5} x"#,
        br#"{"os":5"#,
        br#"{"os""#,
        br#"{"os":"a" "x":1}"#,
        br#"{"unknown":{"a":[1,{"b":"\x"}]}}"#,
        br#"{"unknown":[1,2,3,],"os":"a"}"#,
        br#"{"created":"yesterday","config":[}"#,
        br#"{"config":"text"}"#,
        br#"[]"#,
        br#"{"Size":1e9}"#,
        br#"{"Size":9007199254740993,"size":9007199254740994}"#,
    ];
    let deep = format!("{{\"config\":{}1{}}}", "[".repeat(127), "]".repeat(127));
    let deeper = format!("{{\"os\":1,\"config\":{}1{}}}", "[".repeat(128), "]".repeat(128));
    let small = Limits { json_values: 4, ..Limits::default() };
    for document in documents.iter().copied().chain([deep.as_bytes(), deeper.as_bytes()]) {
        for end in 0..=document.len() {
            for limits in [Limits::default(), small] {
                let document = &document[..end];
                let mut fields = ConfigFields::default();
                assert_eq!(
                    json::decode(document, &mut fields, &limits).map(drop),
                    json::parse(document, &limits).map(drop),
                    "{}",
                    String::from_utf8_lossy(document)
                );
            }
        }
    }
}

#[test]
fn strings_end_where_they_end_at_any_length() {
    for length in 0..70 {
        let text = "x".repeat(length);
        for (inside, read) in
            [("", ""), ("\\n", "\n"), ("\u{e9}", "\u{e9}"), ("\u{7f}", "\u{7f}"), ("\\\"", "\"")]
        {
            for after in 0..20 {
                let rest = "y".repeat(after);
                assert_eq!(text_of(&format!("\"{text}{inside}{rest}\"")), format!("{text}{read}{rest}"));
            }
        }
        for byte in 0..0x20 {
            let document = format!("\"{text}{}{text}\"", char::from(byte));
            let offset = length as u64 + 1;
            assert_eq!(parse(&document), Err(JsonError::ControlCharacter { offset, byte }));
        }
    }
}

#[test]
fn strings_are_written_as_go_writes_them() {
    let write = |text: &str, escapes| {
        let mut out = Vec::new();
        json::write_string(&mut out, text, escapes);
        String::from_utf8(out).unwrap()
    };
    let text = "\"\\/<a>&\u{2028}\u{2029}\u{e9}\u{8}\u{c}\n\r\t\u{1}\u{7f}";
    let older = r#""\"\\/\u003ca\u003e\u0026\u2028\u2029"#.to_owned()
        + "\u{e9}"
        + r"\u0008\u000c\n\r\t\u0001"
        + "\u{7f}\"";
    assert_eq!(write(text, Escapes::Older), older);
    assert_eq!(write(text, Escapes::Current), older.replace("\\u0008\\u000c", "\\b\\f"));
}

#[test]
fn raw_values_are_compacted_without_being_read() {
    let compact = |text: &[u8]| String::from_utf8_lossy(&json::compact(text)).into_owned();
    assert_eq!(
        compact(b" { \"a b\" : [ 1.0 , \"\\u00e9 <\\\" x\" ] }\n"),
        r#"{"a b":[1.0,"\u00e9 \u003c\" x"]}"#
    );
    assert_eq!(compact("\"\u{2028}\u{2029}\u{2030}\"".as_bytes()), "\"\\u2028\\u2029\u{2030}\"");
    assert_eq!(json::compact(b"\"\xff\xe2\x80\""), b"\"\xff\xe2\x80\"", "bytes that are not UTF-8 stay");
}

#[test]
fn sizes_become_wide_only_when_they_have_to() {
    #[derive(serde::Serialize)]
    struct Sizes {
        #[serde(serialize_with = "size::serialize")]
        size: u64,
        #[serde(serialize_with = "size::serialize_option")]
        option: Option<u64>,
        #[serde(serialize_with = "size::serialize_signed")]
        signed: i64,
    }
    let sizes = Sizes { size: u64::MAX, option: Some(size::MAX_NUMBER + 1), signed: i64::MIN };
    let text = serde_json::to_string(&sizes).unwrap();
    assert_eq!(
        text,
        r#"{"size":18446744073709551615,"option":9007199254740992,"signed":-9223372036854775808}"#
    );
}
