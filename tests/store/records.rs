//! Records of single-file images.

use layerglass::error::{ErrorKind, Reason};
use layerglass::limits::Limits;
use layerglass::reference::ImageNames;
use layerglass::store::records::{DamagedLine, RecordLine};
use layerglass::store::{
    ImageRecord, RecordChange, RecordError, RecordFilter, RecordReader, Records, ResolveOrder,
};

/// A record with an id and the JSON of its names.
pub fn record(id: &str, names: &str) -> ImageRecord {
    let line = format!(r#"{{"id":"{id}","sha256":"{id}","size":1,"path":"/store/{id}","ref":{names}}}"#);
    ImageRecord::parse(line.as_bytes(), &Limits::default()).expect("a record")
}

/// A record with an id and names as a user gives them.
pub fn named(id: &str, names: &[&str]) -> ImageRecord {
    let mut all = ImageNames::default();
    for name in names {
        all.merge(&ImageNames::parse(name).expect("a name")).expect("names of one source");
    }
    record(id, &all.to_json())
}

fn read(file: &str) -> (Records, Vec<String>) {
    let (records, problems) = Records::read(file.as_bytes(), &Limits::default()).expect("a file of records");
    let shown =
        problems.iter().map(|problem| format!("{}:{} {}", problem.line, problem.offset, problem.code()));
    (records, shown.collect())
}

fn written(records: &Records) -> String {
    String::from_utf8(records.to_bytes()).expect("UTF-8")
}

const LINE: &str = r#"{"id":"a1","sha256":"a1","size":18446744073709551615,"path":"/s/\u003ca\u0008","ref":{"uri":"docker.io","tags":["x:1"],"digests":null},"ociConfig":{"User":"sasha","Env":["A=\u0026"]}}"#;

#[test]
fn a_line_stays_as_it_is() {
    for line in [
        LINE.to_owned(),
        LINE.replace(r#","ociConfig""#, r#","users":["p","q"],"more":1.50,"ociConfig""#),
        LINE.replace(r#"{"uri":"docker.io","tags":["x:1"],"digests":null}"#, "null"),
        LINE.replace(r#"["x:1"],"digests":null"#, r#"[],"digests":[]"#),
    ] {
        let parsed = ImageRecord::parse(line.as_bytes(), &Limits::default()).expect(&line);
        let again = ImageRecord::parse(&parsed.to_json(), &Limits::default()).expect(&line);
        assert_eq!(again, parsed);
        if !line.contains("more") {
            assert_eq!(String::from_utf8(parsed.to_json()).unwrap(), line);
        } else {
            let end = r#""Env":["A=\u0026"]},"users":["p","q"],"more":1.50}"#;
            assert!(String::from_utf8(parsed.to_json()).unwrap().ends_with(end));
        }
    }
    let mut image = record("1", "null");
    image.set_oci_config(Some(b"{ \"User\" : \"u\" }"), &Limits::default()).unwrap();
    assert_eq!(image.oci_config(), Some(&br#"{"User":"u"}"#[..]));
    assert!(image.set_oci_config(Some(b"[]"), &Limits::default()).is_err());
    assert_eq!(image.run_config(&Limits::default()).unwrap().unwrap().user, "u");
}

#[test]
fn a_damaged_line_takes_no_other_with_it() {
    let good = |id: &str| format!(r#"{{"id":"{id}","sha256":"","size":0,"path":"","ref":null}}"#);
    for (bad, problem) in [
        ("{", "json-unexpected-end"),
        ("\u{1}", "json-unexpected-byte"),
        // White space, but not of JSON: without it this would be a record.
        ("\u{c}{\"id\":\"3\"}", "json-unexpected-byte"),
        ("\u{c}", "json-unexpected-byte"),
        ("null", "record-no-id"),
        ("{}", "record-no-id"),
        ("[1]", "json-unexpected-byte"),
        (r#"{"id":5}"#, "json-type"),
        (r#"{"id":"x","size":-1}"#, "json-type"),
        (r#"{"id":"x","size":1.5}"#, "json-type"),
        (r#"{"id":"x","ref":[]}"#, "json-type"),
        (r#"{"id":"x","ref":{"uri":"nowhere"}}"#, "image-names-unknown-source"),
        (r#"{"id":"x","ociConfig":5}"#, "json-type"),
        (r#"{"id":"x","users":[5]}"#, "json-type"),
    ] {
        let file = format!("{}\n\n  \r\n{bad}\n{}", good("1"), good("2"));
        let (records, problems) = read(&file);
        assert_eq!(records.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(), ["1", "2"], "{bad}");
        assert_eq!(problems.len(), 1, "{bad}: {problems:?}");
        assert!(problems[0].starts_with("4:") && problems[0].ends_with(problem), "{bad}: {problems:?}");
        assert_eq!(written(&records), format!("{}\n{}\n{bad}\n", good("1"), good("2")), "nothing is lost");
        assert_eq!(read(&written(&records)).0, records);
    }
    // Two on one line, and what is no record after them.
    let file = format!("{}{} x\n{}", good("1"), good("2"), good("3"));
    let (mut records, problems) = read(&file);
    assert_eq!(records.len(), 3);
    assert_eq!(problems, [format!("1:{} json-unexpected-byte", good("1").len() * 2 + 1)]);
    assert_eq!(records.discard_damaged(), [b"x".to_vec()]);
    assert!(records.damaged().is_empty());
}

#[test]
fn lines_come_as_bytes_come() {
    let file = format!("{LINE}\nbad\n{}\n{LINE}", LINE.replace("a1", "a2"));
    let whole = {
        let mut reader = RecordReader::new(&Limits::default());
        let mut lines = reader.push(file.as_bytes()).unwrap();
        lines.extend(reader.finish().unwrap());
        lines
    };
    assert_eq!(whole.len(), 4);
    for size in 1..60 {
        let mut reader = RecordReader::new(&Limits::default());
        let mut lines = Vec::new();
        for piece in file.as_bytes().chunks(size) {
            lines.extend(reader.push(piece).unwrap());
        }
        lines.extend(reader.finish().unwrap());
        assert_eq!(lines, whole, "in pieces of {size}");
    }
}

#[test]
fn limits_hold() {
    let limits = Limits { json_bytes: 200, records: 2, ..Limits::default() };
    let short = r#"{"id":"1"}"#;
    let file = format!("{}\n{short}\n", "x".repeat(10_000));
    let mut reader = RecordReader::new(&limits);
    let lines = reader.push(file.as_bytes()).unwrap();
    let [
        RecordLine::Damaged(DamagedLine { line: 1, offset: 0, error, bytes: None }),
        RecordLine::Record { line: 2, offset, .. },
    ] = lines.as_slice()
    else {
        panic!("{lines:?}")
    };
    assert_eq!((error.kind(), *offset), (ErrorKind::Limit, 10_001));
    assert_eq!(reader.push(format!("{short}\n").as_bytes()).unwrap_err().name, "records");
    assert_eq!(Records::read(b"a\nb\nc", &limits).unwrap_err().name, "records");
}

#[test]
fn a_name_has_one_owner() {
    let mut records = Records::default();
    assert_eq!(records.add(named("1", &["app:1"])), Ok(RecordChange::Added { moved: vec![] }));
    assert_eq!(records.add(named("2", &["app:2"])), Ok(RecordChange::Added { moved: vec![] }));
    let change = records.add(named("1", &["docker.io/library/app:2"])).unwrap();
    let moved: Vec<_> =
        change.moved().iter().map(|moved| (moved.name.as_str(), moved.from.as_str())).collect();
    assert_eq!(moved, [("app:2", "2")], "another spelling of the same name");
    assert_eq!(records.get("1").unwrap().tags().collect::<Vec<_>>(), ["app:1", "library/app:2"]);
    assert_eq!(records.get("2").unwrap().tags().count(), 0);
    assert_eq!(records.find("app:2", ResolveOrder::NamesFirst).unwrap().id, "1");
    assert_eq!(records.add(named("1", &["library/app:2"])), Ok(RecordChange::Unchanged));

    let digest = format!("gcr.io/x/y@sha256:{}", "a".repeat(64));
    records.add(named("3", &[&digest])).unwrap();
    assert_eq!(records.add(named("3", &[&digest])), Ok(RecordChange::Unchanged), "it is not lost");
    assert_eq!(records.find(&digest, ResolveOrder::IdsFirst).unwrap().id, "3");
    records.remove("3").unwrap();
    assert_eq!(records.find(&digest, ResolveOrder::IdsFirst).unwrap_err().kind(), ErrorKind::NotFound);

    let before = records.clone();
    let error = records.add(named("1", &["local.file/x.sif"])).unwrap_err();
    assert_eq!((error.kind(), &records), (ErrorKind::Conflict, &before), "an error touches nothing");
    assert_eq!(records.add(ImageRecord::default()).unwrap_err(), RecordError::NoId);
}

#[test]
fn lines_that_contradict_each_other_are_reported() {
    let line = |id: &str, tag: &str| {
        format!(
            r#"{{"id":"{id}","sha256":"","size":0,"path":"","ref":{{"uri":"docker.io","tags":["{tag}"],"digests":null}}}}"#
        )
    };
    let file = [line("1", "a:1"), line("2", "a:1"), line("2", "a:2")].join("\n");
    let length = line("1", "a:1").len() + 1;
    let (records, problems) = read(&file);
    assert_eq!(
        problems,
        [format!("2:{length} record-name-moved"), format!("3:{} record-repeated", length * 2)]
    );
    assert_eq!(records.get("1").unwrap().tags().count(), 0);
    assert_eq!(records.get("2").unwrap().tags().collect::<Vec<_>>(), ["a:1", "a:2"]);
    // One that cannot be merged stays a line of its own.
    let file = format!("{}\n{}", line("1", "a:1"), line("1", "b").replace("docker.io", "local.file"));
    let (records, problems) = read(&file);
    assert_eq!(problems.len(), 2);
    assert!(problems[1].ends_with("image-names-other-source"), "{problems:?}");
    assert_eq!(written(&records), format!("{file}\n"));
}

#[test]
fn images_in_use_stay() {
    let mut records = Records::default();
    records.add(named("1", &["a"])).unwrap();
    assert_eq!(records.borrow("1", "b"), Ok(true));
    assert_eq!((records.borrow("1", "b"), records.borrow("1", "a")), (Ok(false), Ok(true)));
    let users = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(records.remove("1"), Err(RecordError::InUse { id: "1".to_owned(), users }));
    let (mut again, _) = Records::read(&records.to_bytes(), &Limits::default()).unwrap();
    assert_eq!(again, records, "users are written down");
    assert_eq!((again.give_back("1", "b"), again.give_back("1", "b")), (Ok(true), Ok(false)));
    again.give_back("1", "a").unwrap();
    assert!(!written(&again).contains("users"));
    assert_eq!(again.remove("1").unwrap().id, "1");
    assert_eq!(again.borrow("1", "x").unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn a_text_is_a_name_or_an_id() {
    use ResolveOrder::{IdsFirst, IdsOnly, NamesFirst, NamesOnly};
    let mut records = Records::default();
    records.add(named("cafe1", &["x"])).unwrap();
    records.add(named("1", &["cafe", "localhost:5000/y"])).unwrap();
    records.add(named("cafe2", &["local.file/home/a:b.sif"])).unwrap();
    let ask = |text: &str, order| {
        records.find(text, order).map(|record| record.id.clone()).map_err(|error| error.kind())
    };
    let found = |text: &str| [NamesFirst, IdsFirst, NamesOnly, IdsOnly].map(|order| ask(text, order));
    use ErrorKind::{Ambiguous, Invalid, NotFound};
    let ok = |id: &str| Ok(id.to_owned());
    assert_eq!(found("cafe"), [ok("1"), Err(Ambiguous), ok("1"), Err(Ambiguous)]);
    assert_eq!(found("cafe2"), [ok("cafe2"), ok("cafe2"), Err(NotFound), ok("cafe2")]);
    assert_eq!(found("docker.io/x"), [ok("cafe1"), ok("cafe1"), ok("cafe1"), Err(NotFound)]);
    assert_eq!(found("localhost:5000/y:latest")[0], ok("1"));
    assert_eq!(found("local.file/home/a:b.sif:latest")[0], ok("cafe2"), "a colon in a path stays");
    assert_eq!(found("")[0], Err(Invalid));
    assert_eq!(found("a b"), [Err(Invalid), Err(Invalid), Err(Invalid), Err(NotFound)]);
}

#[test]
fn filters_fit() {
    let image = named("7b01", &["busybox:1.28", "gcr.io/a/b:2"]);
    let prefix = |text: &str| image.matches(&RecordFilter::prefix(text));
    for text in
        ["", "7b", "busy", "docker.io/busybox", "docker.io/library/busy", "gcr.io/", "docker.io/gcr.io/a/b"]
    {
        assert!(prefix(text), "{text}");
    }
    for text in ["box", "a/b", "8", "docker.io/a", "docker.io/library/b:", "quay.io", "d"] {
        assert!(!prefix(text), "{text}");
    }
    let glob = |text: &str| image.matches(&RecordFilter::glob(text).expect("a pattern"));
    for text in
        ["busy*", "busybox", "busybox:1.*", "docker.io/library/*", "gcr.io/*/b", "7b0?", "gcr.io/a/b:[0-9]"]
    {
        assert!(glob(text), "{text}");
    }
    for text in ["", "busy", "*/b", "quay*", "[!x]"] {
        assert!(!glob(text), "{text}");
    }
    assert!(RecordFilter::glob("[").is_err());
    let mut records = Records::default();
    records.add(image.clone()).unwrap();
    records.add(named("1", &["x"])).unwrap();
    assert_eq!(records.matching(&RecordFilter::prefix("gcr.io")).count(), 1);
    assert_eq!(records.matching(&RecordFilter::prefix("")).count(), 2);
}
