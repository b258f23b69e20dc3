//! The layers of a configuration exchanged for others.

use layerglass::image::{ConfigError, DiffId, ImageConfig, LayerChange, StepTimes, Timestamp};
use layerglass::limits::Limits;

fn parse(text: impl Into<Vec<u8>>) -> Result<ImageConfig, ConfigError> {
    ImageConfig::parse(text, &Limits::default())
}

/// A change of layers leaves everything alone that it is not about, and the steps that made layers are as many as these.
#[test]
fn layers_are_exchanged() {
    let text = r#"{
        "architecture": "amd64", "x": {"kept":  [1, 2.50]}, "created": "2020-01-01T10:00:00+02:00",
        "rootfs": {"type": "layers", "more": 1, "diff_ids": ["a", "b", "c", "d"]},
        "history": [{"created_by": "A", "y": 1}, {"created_by": "ENV", "empty_layer": true},
            {"created": "2020-01-01T08:00:00.5Z", "created_by": "B"}, {"Created_By": "C", "Empty_Layer": false}, {"comment": "D"}],
        "os": "linux"
    }"#;
    let config = parse(text).unwrap();
    let limits = Limits::default();
    let change = |layers: std::ops::Range<usize>, diff_id: Option<&str>, comment: &str| LayerChange {
        layers,
        diff_id: diff_id.map(DiffId::new),
        comment: comment.to_owned(),
    };
    let raw = |changes: &[LayerChange], times: &StepTimes| {
        String::from_utf8(config.with_layers(changes, times, &limits).unwrap().raw().to_vec()).unwrap()
    };
    let same = raw(&[], &StepTimes::Keep);
    assert_eq!(parse(same.clone()).unwrap().fields(), config.fields());
    assert!(same.starts_with(
        r#"{"architecture":"amd64","x":{"kept":  [1, 2.50]},"created":"2020-01-01T10:00:00+02:00","#
    ));
    let changes = [change(0..1, Some("e"), ""), change(1..3, Some("f"), "two"), change(3..4, None, "")];
    let changed = raw(&changes, &StepTimes::Keep);
    assert!(changed.contains(r#""rootfs":{"type":"layers","more":1,"diff_ids":["e","f"]}"#), "{changed}");
    let history = concat!(
        r#""history":[{"created_by": "A", "y": 1},{"created_by": "ENV", "empty_layer": true},"#,
        r#"{"created":"2020-01-01T08:00:00.5Z","created_by":"B","empty_layer":true},"#,
        r#"{"Created_By":"C","empty_layer":true},{"comment":"two"},{"comment":"D","empty_layer":true}],"os""#
    );
    assert!(changed.contains(history), "{changed}");
    let changed = parse(changed).unwrap();
    assert_eq!(changed.history_alignment(), [Some(0), None, None, None, Some(1), None]);
    // Times, by the moment and not by how it is written.
    let last = Timestamp::parse("2020-01-01T08:00:00.25Z").unwrap();
    let earlier = raw(&[], &StepTimes::NotAfter(last.clone()));
    assert!(earlier.contains(r#""created":"2020-01-01T10:00:00+02:00""#), "{earlier}");
    assert!(earlier.contains(r#"{"created":"2020-01-01T08:00:00.25Z","created_by":"B"}"#), "{earlier}");
    let set = raw(&[change(0..4, Some("e"), "all")], &StepTimes::Set(Timestamp::from_unix(0, 0).unwrap()));
    assert_eq!(set.matches("1970-01-01T00:00:00Z").count(), 2, "{set}");
    // What does not tell which step made which layer goes on telling nothing.
    let unaligned = parse(text.replace(r#", {"comment": "D"}"#, "")).unwrap();
    let changed = unaligned.with_layers(&changes, &StepTimes::Keep, &limits).unwrap();
    assert_eq!(changed.history(), unaligned.history());
    assert_eq!(changed.rootfs().diff_ids, [DiffId::new("e"), DiffId::new("f")]);
}

#[test]
fn layers_are_exchanged_in_odd_configs() {
    let limits = Limits::default();
    let change = [LayerChange { layers: 0..2, diff_id: Some(DiffId::new("c")), comment: "one".to_owned() }];
    let raw = |text: &str| {
        let config = parse(text).unwrap().with_layers(&change, &StepTimes::Keep, &limits).unwrap();
        String::from_utf8(config.raw().to_vec()).unwrap()
    };
    // Repeated members are one afterwards, and steps written as null are steps.
    let odd = r#"{"rootfs":{"type":"layers","diff_ids":["x"]},"ROOTFS":{"diff_ids":["a","b"]},"history":[null,{}]}"#;
    assert_eq!(
        raw(odd),
        r#"{"ROOTFS":{"type":"layers","diff_ids":["c"]},"history":[{"empty_layer":true},{"empty_layer":true},{"comment":"one"}]}"#
    );
    let none = r#"{"rootfs":{"type":"layers","diff_ids":["a","b"]},"history":null,"created":null}"#;
    assert_eq!(raw(none), r#"{"rootfs":{"type":"layers","diff_ids":["c"]},"history":null,"created":null}"#);
}
