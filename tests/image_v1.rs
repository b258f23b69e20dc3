//! The legacy form of images, one document a layer.

use layerglass::error::{ErrorKind, Reason};
use layerglass::image::{ChainId, DiffId, ImageConfig, RootFs, v1};
use layerglass::limits::Limits;

const A: &str = "sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
const B: &str = "sha256:3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d";

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
    let config = ImageConfig::parse(config, &Limits::default()).unwrap();
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

/// Docker reads of a document what the legacy form has, and of a newer one no more than its version.
#[test]
fn other_members_of_legacy_documents_may_be_anything() {
    let limits = Limits::default();
    let rootfs = RootFs::new();
    let convert = |text: &str| v1::to_config(text.as_bytes(), &rootfs, &[], &limits);
    let old = r#"{"rootfs":5,"history":"x","os.version":1,"os.features":{}}"#;
    assert!(
        String::from_utf8(convert(old).unwrap())
            .unwrap()
            .ends_with(r#","created":"0001-01-01T00:00:00Z","history":[],"rootfs":{"type":"layers"}}"#)
    );
    assert!(v1::parse(old.as_bytes(), &limits).is_ok());
    let new = r#"{"docker_version":"1.9.0","Size":"x","config":5,"os.version":1}"#;
    assert_eq!(
        String::from_utf8(convert(new).unwrap()).unwrap(),
        r#"{"config":5,"docker_version":"1.9.0","history":[],"os.version":1,"rootfs":{"type":"layers"}}"#
    );
    assert!(convert(r#"{"docker_version":"1.8.2","config":5}"#).is_err());
    assert!(convert(r#"{"docker_version":5}"#).is_err());
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
        ("-99999999999999999999", "-1", true),
        ("1.8.3.-1", "1.8.3", true),
        ("+1.8.3.1", "1.8.3", false),
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
    use layerglass::image::ImageId;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(config) = v1::convert(&[&bytes], &[], &Limits::default()) {
                let read = ImageConfig::parse(config.clone(), &Limits::default()).unwrap();
                prop_assert_eq!(ImageId::of(&config), read.id());
            }
        }
    }
}
