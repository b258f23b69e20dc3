//! Configurations: reading, writing, chain ids, history, and the legacy form before them.

use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason};
use layerglass::image::{
    CanonicalRules, ChainId, ConfigError, ConfigFields, DiffId, HistoryEntry, ImageConfig, ImageConfigData,
    ImageId, RootFs, Timestamp, align, chain_ids, v1,
};
use layerglass::json::{self, Decode};
use layerglass::limits::Limits;

const A: &str = "sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
const B: &str = "sha256:3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d";

fn parse(text: impl Into<Vec<u8>>) -> Result<ImageConfig, ConfigError> {
    ImageConfig::parse(text, &Limits::default())
}

/// A configuration with this `config`.
fn with_config(config: &str) -> Result<ImageConfig, ConfigError> {
    parse(format!(r#"{{"config":{config},"rootfs":{{}}}}"#))
}

#[test]
fn the_id_is_that_of_the_exact_bytes() {
    let text = "{\n \"rootfs\" : {\"type\":\"layers\"}, \"moby.buildkit.cache.v0\":\"x\" }\n";
    let config = parse(text).unwrap();
    assert_eq!(config.raw(), text.as_bytes());
    assert_eq!(config.id().digest(), Digest::sha256(text.as_bytes()));
    assert_eq!(config.id().short(), &config.id().to_string()[7..19]);
}

#[test]
fn reading_is_as_tolerant_as_docker() {
    let config = parse(
        r#"{"OS":"linux","os":null,"Architecture":"amd64","CONFIG":{"cmd":"sh -c x","entrypoint":["e",null],"env":null},
            "config":{"User":"u","Labels":{"a":"1"}},"config":{"labels":{"b":"2"}},"variant":"v1","variant":"v2",
            "rootfs":{"type":"layers","diff_ids":null},"unknown":[1,{"x":null}],"size":7}"#,
    )
    .unwrap();
    let run = config.run_config();
    assert_eq!(config.platform().to_string(), "linux/amd64/v2", "null leaves alone, the last wins");
    assert_eq!(run.cmd.as_deref(), Some(["sh -c x".to_owned()].as_slice()));
    assert_eq!(run.entrypoint.as_deref(), Some(["e".to_owned(), String::new()].as_slice()));
    assert_eq!((run.env.as_deref(), run.user.as_str()), (None, "u"));
    assert_eq!(run.labels.as_ref().unwrap().len(), 2, "objects of repeated keys are merged");
    assert_eq!(config.fields().size, 7);
    assert!(config.rootfs().diff_ids.is_empty());
}

#[test]
fn reading_is_as_strict_as_docker() {
    let field = |text: &str| match parse(text) {
        Err(ConfigError::Field(error)) => error.to_string(),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(field(r#"{"os":5,"rootfs":{}}"#), "os is number 5, expected string");
    assert_eq!(field(r#"{"rootfs":[]}"#), "rootfs is array, expected object");
    assert_eq!(field("[]"), "the document is array, expected object");
    assert_eq!(
        field(r#"{"rootfs":{"diff_ids":["a",1]}}"#),
        "rootfs.diff_ids[1] is number 1, expected string"
    );
    assert_eq!(
        field(r#"{"history":[{},{"empty_layer":"x"}],"rootfs":{}}"#),
        "history[1].empty_layer is string, expected bool"
    );
    assert_eq!(
        field(r#"{"config":{"Healthcheck":{"Interval":1e9}},"rootfs":{}}"#),
        "config.Healthcheck.Interval is number 1e9, expected integer of 64 bits"
    );
    assert_eq!(
        field(r#"{"config":{"Volumes":{"/a":1}},"rootfs":{}}"#),
        "config.Volumes./a is number 1, expected object"
    );
    assert_eq!(
        field(r#"{"created":"yesterday","rootfs":{}}"#),
        "created is `yesterday`, expected time in the form of RFC 3339"
    );
    for text in ["{}", "null", r#"{"rootfs":null}"#] {
        assert_eq!(parse(text), Err(ConfigError::NoRootFs), "{text}");
    }
    let error = parse("{} x").unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Invalid, Some(3)));
    assert_eq!(parse("[".repeat(10_000)).unwrap_err().kind(), ErrorKind::Limit);
    let limits = Limits { json_bytes: 10, ..Limits::default() };
    assert_eq!(ImageConfig::parse(r#"{"rootfs":{}}"#, &limits).unwrap_err().kind(), ErrorKind::Limit);
}

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
        assert_eq!((time.as_str(), time.canonical()), (text, canonical));
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
fn chain_ids_are_those_of_the_specification() {
    let diff_ids = [A, B].map(DiffId::new);
    let chain = chain_ids(&diff_ids);
    assert_eq!(chain[0].as_str(), A, "the lowest is its diff id");
    assert_eq!(chain[1], ChainId::from(Digest::sha256(format!("{A} {B}").as_bytes())));
    let mut rootfs = RootFs::new();
    assert_eq!(rootfs.chain_id(), None);
    rootfs.push(DiffId::new("anything"));
    assert_eq!(rootfs.chain_id(), Some(ChainId::new("anything")), "texts are not checked");
    assert!(rootfs.diff_ids[0].digest().is_err());
    assert!(DiffId::from(Digest::sha256(&[0; 1024])).is_empty_tar());
}

#[test]
fn history_is_aligned_with_layers() {
    let step = |empty_layer| HistoryEntry { empty_layer, ..HistoryEntry::default() };
    let history = [step(false), step(true), step(false), step(true)];
    assert_eq!(align(&history, 2), [Some(0), None, Some(1), None]);
    assert_eq!(align(&history, 1), [None; 4], "more steps than layers");
    assert_eq!(align(&history, 3), [None; 4], "fewer steps than layers");
    assert_eq!(align(&[], 3), []);
    let config = parse(format!(
        r#"{{"history":[{{"created_by":"a"}},{{"empty_layer":true}},{{}}],"rootfs":{{"diff_ids":["{A}","{B}"]}}}}"#
    ))
    .unwrap();
    assert_eq!(config.history_alignment(), [Some(0), None, Some(1)]);
    assert_eq!(config.layer_history(), [Some(0), Some(2)]);
}

#[test]
fn data_has_the_shapes_of_the_package() {
    let config = parse(format!(
        r#"{{"os":"linux","architecture":"arm","variant":"v7","created":"2020-01-01T00:00:00+01:00","author":"me",
            "config":{{"ExposedPorts":{{"80/tcp":{{}},"53/udp":{{}}}},"Volumes":{{"/b":{{}},"/a":{{}}}},"Labels":{{"k":"v"}},
            "Healthcheck":{{"Test":["NONE"],"Interval":9007199254740993,"Retries":3}},"StopSignal":"SIGINT","Cmd":[]}},
            "history":[{{"created_by":"x"}},{{"empty_layer":true,"created":"0001-01-01T00:00:00Z"}}],
            "rootfs":{{"type":"layers","diff_ids":["{A}"]}}}}"#
    ))
    .unwrap();
    let data = serde_json::to_value(ImageConfigData::from(&config)).unwrap();
    let expected = serde_json::json!({
        "id": config.id().to_string(),
        "platform": { "os": "linux", "architecture": "arm", "variant": "v7" },
        "created": "2020-01-01T00:00:00+01:00",
        "author": "me",
        "config": {
            "user": "", "env": [], "cmd": [], "workingDir": "", "exposedPorts": ["53/udp", "80/tcp"],
            "volumes": ["/a", "/b"], "labels": { "k": "v" }, "stopSignal": "SIGINT",
            "healthcheck": { "test": ["NONE"], "interval": 9_007_199_254_740_993_i64, "retries": 3 }, "onBuild": [],
        },
        "history": [{ "createdBy": "x", "emptyLayer": false, "layer": 0 }, { "emptyLayer": true }],
        "rootFs": { "type": "layers", "diffIds": [A], "chainIds": [A] },
    });
    assert_eq!(data, expected);
}

#[test]
fn canonical_json_is_what_docker_writes() {
    let config = with_config(
        r#"{"Env":["A=<b>"],"Labels":{"b":"2","a":"\b"},"Volumes":{"/v":{}},"ExposedPorts":{},"OnBuild":[],"MacAddress":"m",
            "StopTimeout":0,"Shell":[],"Healthcheck":{"StartInterval":5}}"#,
    )
    .unwrap();
    let run = |on_build: &str, backspace: &str, check: &str| {
        format!(
            r#"{{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":["A=\u003cb\u003e"],"Cmd":null,"Healthcheck":{check},"Image":"","Volumes":{{"/v":{{}}}},"WorkingDir":"","Entrypoint":null{on_build},"Labels":{{"a":"{backspace}","b":"2"}},"StopTimeout":0}}"#
        )
    };
    let text = |rules| String::from_utf8(config.run_config().canonical_json(rules)).unwrap();
    assert_eq!(text(CanonicalRules::Docker2020), run(r#","MacAddress":"m","OnBuild":[]"#, r"\u0008", "{}"));
    assert_eq!(text(CanonicalRules::Current), run("", r"\b", r#"{"StartInterval":5}"#));

    let config = parse(
        r#"{"history":[{"author":"a","created_by":"b"}],"rootfs":{"type":"layers"},"os.version":"1","os.features":["f"],"Size":1}"#,
    )
    .unwrap();
    let strip = |rules| {
        let text = String::from_utf8(config.fields().canonical_json(rules)).unwrap();
        let start = text.find(r#""container_config""#).unwrap();
        let end = text[start..].find("},").unwrap() + start + 2;
        format!("{}{}", &text[..start], &text[end..])
    };
    assert_eq!(
        strip(CanonicalRules::Docker2020),
        r#"{"Size":1,"created":"0001-01-01T00:00:00Z","history":[{"created":"0001-01-01T00:00:00Z","author":"a","created_by":"b"}],"os.features":["f"],"os.version":"1","rootfs":{"type":"layers"}}"#
    );
    assert_eq!(
        strip(CanonicalRules::Current),
        r#"{"Size":1,"created":null,"history":[{"created_by":"b","author":"a"}],"os.features":["f"],"os.version":"1","rootfs":{"type":"layers"}}"#
    );
}

#[test]
fn legacy_documents_become_configurations() {
    let base = br#"{"id":"aa","created":"2014-01-02T03:04:05Z","container_config":{"Cmd":["/bin/sh","-c","x"]},"extra":1}"#;
    let top = br#"{"id":"bb","parent":"aa","Size":3,"layer_id":"l","parent_id":"p","throwaway":true,"docker_version":"1.9.0",
        "created":"2014-01-02T03:04:06Z","author":"me","extra" : {"b": 1, "a": "<"}}"#;
    let diff_ids = [A, B].map(DiffId::new);
    let config = v1::convert(&[&base[..], &top[..]], &diff_ids, &Limits::default()).unwrap();
    let expected = r#"{"author":"me","created":"2014-01-02T03:04:06Z","docker_version":"1.9.0","extra":{"b":1,"a":"\u003c"},"history":[{"created":"2014-01-02T03:04:05Z","created_by":"/bin/sh -c x"},{"created":"2014-01-02T03:04:06Z","author":"me"}],"rootfs":{"type":"layers","diff_ids":["A","B"]}}"#;
    assert_eq!(
        String::from_utf8(config.clone()).unwrap(),
        expected.replace("\"A\"", &format!("\"{A}\"")).replace("\"B\"", &format!("\"{B}\""))
    );
    let config = parse(config).unwrap();
    assert_eq!(config.history_alignment(), [Some(0), Some(1)]);

    let config = v1::convert(&[base], &diff_ids[..1], &Limits::default()).unwrap();
    let text = String::from_utf8(config).unwrap();
    assert!(
        !text.contains("extra") && text.contains("AttachStdin"),
        "documents of old versions are rewritten: {text}"
    );
}

#[test]
fn legacy_documents_that_are_none() {
    let convert = |text: &str| v1::convert(&[text], &[], &Limits::default());
    for text in ["", "[]", "5", r#"{"id":5}"#, r#"{"created":"x"}"#] {
        assert_eq!(convert(text).unwrap_err().kind(), ErrorKind::Invalid, "{text}");
    }
    assert_eq!(convert(&"[".repeat(500)).unwrap_err().kind(), ErrorKind::Limit);
    assert!(v1::from_config(b"null", "id", None, false, &Limits::default()).is_err());
    assert!(v1::is_valid_id(&A[7..]) && !v1::is_valid_id(A) && !v1::is_valid_id(&A[7..].to_uppercase()));
}

#[test]
fn legacy_versions_are_compared_by_number() {
    let cases = [
        ("", "1.8.3", true),
        ("1.8.2", "1.8.3", true),
        ("1.8.3", "1.8.3", false),
        ("1.10.0", "1.8.3", false),
        ("1.8.3-rc1", "1.8.3", true),
        ("dev", "1.8.3", true),
        ("99999999999999999999.0", "1.8.3", false),
    ];
    for (version, than, less) in cases {
        assert_eq!(v1::version_less_than(version, than), less, "{version} {than}");
    }
}

#[test]
fn legacy_ids_are_digests_over_the_document() {
    let epoch = br#"{"created":"1970-01-01T00:00:00Z","id":"ignored"}"#;
    let fields = v1::parse(epoch, &Limits::default()).unwrap();
    let layer = ChainId::new(DiffId::EMPTY_TAR);
    let id = v1::create_id(&fields, &layer, None);
    assert_eq!(id.hex(), "3bf9dc6ca1042e8f1e9ce7b6a62bbe1ea0c224323b6fbc34e5e5e35905cd4206");
    assert_ne!(v1::create_id(&fields, &layer, Some(id)), id);
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use super::*;
    use proptest::prelude::*;

    /// A JSON value of a few levels.
    fn value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            any::<i32>().prop_map(|number| number.to_string()),
            prop::sample::select(vec![
                "\"\"",
                "\"a\"",
                "\"2020-01-02T03:04:05.60Z\"",
                "\"\\ud800<\"",
                "1e3",
                "{}",
                "[]"
            ])
            .prop_map(String::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let key = prop::sample::select(vec![
                "config",
                "Config",
                "rootfs",
                "diff_ids",
                "history",
                "created",
                "Cmd",
                "cmd",
                "Env",
                "Labels",
                "Healthcheck",
                "Interval",
                "Test",
                "ExposedPorts",
                "os",
                "author",
                "empty_layer",
                "type",
                "x",
                "Volumes",
                "Size",
            ]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
                prop::collection::vec((key, inner), 0..6).prop_map(|members| {
                    let members: Vec<String> =
                        members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                    format!("{{{}}}", members.join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_and_read_as_the_same(text in value()) {
            let mut fields = ConfigFields::default();
            let document = json::parse(text.as_bytes(), &Limits::default()).unwrap();
            if fields.decode(&document).is_ok() {
                for rules in [CanonicalRules::Docker2020, CanonicalRules::Current] {
                    let written = fields.canonical_json(rules);
                    let mut again = ConfigFields::default();
                    again.decode(&json::parse(&written, &Limits::default()).unwrap()).unwrap();
                    prop_assert_eq!(again.canonical_json(rules), written);
                }
            }
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(bytes.clone());
            if let Ok(config) = v1::convert(&[&bytes], &[], &Limits::default()) {
                prop_assert_eq!(ImageId::of(&config), parse(config).unwrap().id());
            }
        }
    }
}
