//! Configurations: reading, writing, chain ids, history, children.

use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason};
use layerglass::image::{
    CanonicalRules, ChainId, ChildConfig, ConfigCheckError, ConfigError, ConfigFields, DiffId, HistoryEntry,
    Identity, ImageConfig, ImageConfigData, Platform, Port, RootFs, RunConfig, StringOrList, Timestamp, User,
    align, chain_ids,
};
use layerglass::json;
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

/// Go fills a repeated array into the elements that are there.
#[test]
fn repeated_arrays_are_filled_in() {
    let config = parse(
        r#"{"history":[{"author":"a","empty_layer":true},{"author":"b"}],"History":[{"comment":"c"}],
            "rootfs":{"diff_ids":["x","y"],"diff_ids":[null,"z","w"]},
            "config":{"Env":["a=1","b=2"],"env":[null,"c=3"],"Cmd":["x","y"],"cmd":[null],"OnBuild":["o"],"onbuild":[]}}"#,
    )
    .unwrap();
    let entry = HistoryEntry {
        author: "a".to_owned(),
        comment: "c".to_owned(),
        empty_layer: true,
        ..HistoryEntry::default()
    };
    assert_eq!(config.history(), [entry]);
    assert_eq!(config.rootfs().diff_ids, ["x", "z", "w"].map(DiffId::new));
    let run = config.run_config();
    assert_eq!(run.env.as_deref(), Some(["a=1".to_owned(), "c=3".to_owned()].as_slice()));
    assert_eq!(run.cmd.as_deref(), Some([String::new()].as_slice()), "a command is read afresh");
    assert_eq!(run.on_build.as_deref(), Some([].as_slice()));
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
    assert_eq!(
        field(r#"{"created":"2020-01-01T00:00:00\u005a","rootfs":{}}"#),
        "created is `2020-01-01T00:00:00Z`, expected time in the form of RFC 3339 without escapes"
    );
    let mixed =
        parse(&b"{\"author\":\"\xff\",\"created\":\"2020-01-01T00:00:00Z\",\"rootfs\":{}}"[..]).unwrap();
    assert_eq!(mixed.created().map(Timestamp::as_str), Some("2020-01-01T00:00:00Z"));
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
fn users_are_split() {
    let user = |text: &str| {
        let config = with_config(&format!(r#"{{"User":"{text}"}}"#)).unwrap();
        let User { user, group } = config.run_config().user_and_group();
        (user, group)
    };
    let name = |name: &str| Some(Identity::Name(name.to_owned()));
    assert_eq!(user(""), (None, None));
    assert_eq!(user("0"), (Some(Identity::Id(0)), None));
    assert_eq!(user("app:1000"), (name("app"), Some(Identity::Id(1000))));
    assert_eq!(user("1:a:b"), (Some(Identity::Id(1)), name("a:b")));
    assert_eq!(user(":g"), (None, name("g")));
    assert_eq!(user("4294967296"), (name("4294967296"), None), "no number of 32 bits");
    assert_eq!(user("+5"), (name("+5"), None));
}

#[test]
fn ports_are_parsed_when_asked_for() {
    let port = |first, last, protocol: &str| Ok(Port { first, last, protocol: protocol.to_owned() });
    assert_eq!(Port::parse("80/tcp"), port(80, 80, "tcp"));
    assert_eq!(Port::parse("53"), port(53, 53, "tcp"));
    assert_eq!(Port::parse("8000-8010/UDP"), port(8000, 8010, "udp"));
    for text in ["", "x", "70000", "1-", "-1", "+1", "1-2-3", "80/"] {
        assert!(Port::parse(text).is_err(), "{text}");
    }
    assert_eq!(Port::parse("2-1").unwrap_err().code(), "port-order");
    assert_eq!(Port::parse("1/icmp").unwrap_err().code(), "port-protocol");
    let config = with_config(r#"{"ExposedPorts":{"x":{},"1/tcp":{}}}"#).unwrap();
    let ports: Vec<bool> = config.run_config().ports().map(|(_, port)| port.is_ok()).collect();
    assert_eq!(ports, [true, false], "sorted by their text, and what is no port is still there");
}

#[test]
fn configurations_are_checked() {
    let check = |text: &str| parse(text).unwrap().rootfs().check();
    assert_eq!(check(&format!(r#"{{"rootfs":{{"type":"layers","diff_ids":["{A}"]}}}}"#)), Ok(()));
    assert_eq!(
        check(r#"{"rootfs":{"type":"layers+base"}}"#),
        Err(ConfigCheckError::RootFsType { found: "layers+base".to_owned() })
    );
    let error =
        check(&format!(r#"{{"rootfs":{{"type":"layers","diff_ids":["{A}","sha256:0"]}}}}"#)).unwrap_err();
    assert_eq!(error.path().as_deref(), Some("rootfs.diff_ids[1]"));
    let history = |steps: &str| {
        parse(format!(r#"{{"history":[{steps}],"rootfs":{{"diff_ids":["{A}"]}}}}"#))
            .unwrap()
            .fields()
            .check_history()
    };
    assert_eq!(history(""), Ok(()));
    assert_eq!(history(r#"{},{"empty_layer":true}"#), Ok(()));
    assert_eq!(history("{},{}"), Err(ConfigCheckError::TooManySteps { steps: 2, layers: 1 }));
}

#[test]
fn a_child_shares_nothing_with_its_parent() {
    let parent = parse(format!(
        r#"{{"comment":"c","variant":"v8","os.version":"1","os.features":["f"],"history":[{{"author":"a"}}],"rootfs":{{"type":"layers","diff_ids":["{A}"]}}}}"#
    ))
    .unwrap();
    let before = parent.clone();
    let child = |diff_id: &str| ChildConfig {
        created: Timestamp::from_unix(0, 0).unwrap(),
        container_id: "cc".to_owned(),
        author: "author".to_owned(),
        comment: "comment".to_owned(),
        diff_id: DiffId::new(diff_id),
        container_config: RunConfig {
            cmd: Some(StringOrList(vec!["echo".to_owned(), "foo".to_owned()])),
            ..RunConfig::default()
        },
        config: Some(RunConfig::default()),
        docker_version: String::new(),
        os: "platform".to_owned(),
    };
    let host = Platform::new("linux", "arm64");
    let made = parent.fields().child(child(B), &host);
    assert_eq!(parent, before);
    assert_eq!(made.rootfs.as_ref().unwrap().diff_ids, [A, B].map(DiffId::new));
    assert_eq!(
        (made.architecture.as_str(), made.variant.as_str(), made.os.as_str()),
        ("arm64", "v8", "platform")
    );
    assert_eq!((made.comment.as_str(), made.author.as_str()), ("", "author"));
    assert_eq!(made.history.len(), 2);
    let step = &made.history[1];
    assert_eq!(
        (step.comment.as_str(), step.created_by.as_str(), step.empty_layer),
        ("comment", "echo foo", false)
    );
    assert_eq!(made.created, step.created);
    let empty = made.child(child(DiffId::EMPTY_TAR), &host);
    assert_eq!(empty.rootfs, made.rootfs, "the empty layer is not appended");
    assert!(empty.history[2].empty_layer);
    let written = empty.canonical_json(CanonicalRules::Current);
    assert_eq!(parse(written).unwrap().history_alignment(), [Some(0), Some(1), None]);
    assert!(ConfigFields::default().child(child(A), &host).rootfs.is_some());
}

#[test]
fn build_caches_compare_what_steps_change() {
    let config = |text: &str| with_config(text).unwrap().run_config().clone();
    let equal = |a: &str, b: &str| config(a).cache_eq(&config(b));
    for (a, b) in [
        ("{}", "{}"),
        (
            r#"{"Hostname":"a","Domainname":"b","Image":"c","WorkingDir":"/x","OnBuild":["x"],"Shell":["x"]}"#,
            "{}",
        ),
        (r#"{"Env":[],"Labels":{},"Cmd":[],"Volumes":{},"ExposedPorts":{},"Entrypoint":[]}"#, "{}"),
        (
            r#"{"Env":["a","b"],"Labels":{"a":"1","b":"2"}}"#,
            r#"{"Labels":{"b":"2","a":"1"},"Env":["a","b"]}"#,
        ),
    ] {
        assert!(equal(a, b) && equal(b, a), "{a} {b}");
    }
    for (a, b) in [
        (r#"{"User":"a"}"#, "{}"),
        (r#"{"OpenStdin":true}"#, r#"{"OpenStdin":true}"#),
        (r#"{"AttachStdout":true}"#, "{}"),
        (r#"{"AttachStderr":true}"#, "{}"),
        (r#"{"Tty":true}"#, "{}"),
        (r#"{"Env":["a","b"]}"#, r#"{"Env":["b","a"]}"#),
        (r#"{"Cmd":["a"]}"#, r#"{"Cmd":["a","b"]}"#),
        (r#"{"Labels":{"a":"1"}}"#, r#"{"Labels":{"a":"2"}}"#),
        (r#"{"ExposedPorts":{"1/tcp":{}}}"#, "{}"),
        (r#"{"Entrypoint":["a"]}"#, r#"{"Entrypoint":["b"]}"#),
        (r#"{"Volumes":{"/a":{}}}"#, r#"{"Volumes":{"/b":{}}}"#),
    ] {
        assert!(!equal(a, b) && !equal(b, a), "{a} {b}");
    }
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
            if json::decode(text.as_bytes(), &mut fields, &Limits::default()).unwrap().is_ok() {
                for rules in [CanonicalRules::Docker2020, CanonicalRules::Current] {
                    let written = fields.canonical_json(rules);
                    let mut again = ConfigFields::default();
                    json::decode(&written, &mut again, &Limits::default()).unwrap().unwrap();
                    prop_assert_eq!(again.canonical_json(rules), written);
                }
            }
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(bytes.clone());
        }
    }
}
