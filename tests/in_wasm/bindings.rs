//! What the bindings hand to JavaScript: the shapes that `pkg/src/types.ts` promises.

use js_sys::{JSON, Reflect};
use layerglass::js::digest::{Hasher, chain_ids, digest_bytes, parse_digest};
use layerglass::js::image::parse_image_config;
use layerglass::js::manifest::parse_manifest;
use layerglass::js::reference::parse_reference;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn json(value: &JsValue) -> String {
    JSON::stringify(value).expect("no bigint").into()
}

fn get(value: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(value.clone(), |value, key| Reflect::get(&value, &key.into()).expect("an object"))
}

#[wasm_bindgen_test]
fn references_are_their_parts() {
    let name = parse_reference("redis:7", true).expect("a reference");
    assert_eq!(
        json(&name),
        r#"{"domain":"docker.io","path":"library/redis","tag":"7","canonical":"docker.io/library/redis:7","familiar":"redis:7","kind":"tagged"}"#
    );
    let plain = parse_reference("redis", false).expect("a reference");
    assert_eq!(
        json(&plain),
        r#"{"path":"redis","canonical":"redis","familiar":"redis","kind":"repository"}"#
    );
}

#[wasm_bindgen_test]
fn errors_are_plain_data() {
    let error = parse_reference("a//b", true).expect_err("no reference");
    assert_eq!(
        json(&error),
        r#"{"kind":"invalid","code":"reference-empty-part","message":"empty name at byte 2","offset":2}"#
    );
    let error = parse_digest("sha256:00").expect_err("no digest");
    assert_eq!(
        json(&error),
        r#"{"kind":"invalid","code":"digest-length","message":"invalid digest length: sha256 has 64 hexadecimal digits, found 2","offset":7,"expected":"64","found":"2"}"#
    );
    let error = parse_image_config(br#"{"config":{"Env":5}}"#.to_vec()).expect_err("no config");
    assert_eq!(get(&error, "path"), "config.Env");
    assert_eq!(get(&error, "kind"), "invalid");
    assert_eq!(get(&digest_bytes("md5", b"").expect_err("unknown"), "kind"), "unsupported");
}

#[wasm_bindgen_test]
fn digests_are_text() {
    assert_eq!(digest_bytes("sha256", b"").expect("a digest"), format!("sha256:{HEX}"));
    let digest = parse_digest(&format!("sha256:{HEX}")).expect("a digest");
    assert_eq!(json(&digest), format!(r#"{{"algorithm":"sha256","hex":"{HEX}"}}"#));
    assert_eq!(chain_ids(vec!["a".to_owned()]), ["a"]);
    assert!(chain_ids(Vec::new()).is_empty());
}

#[wasm_bindgen_test]
fn a_hasher_ends_once() {
    let hasher = Hasher::new("sha256").expect("a hasher");
    hasher.update(b"").expect("it runs");
    assert_eq!(hasher.finish().expect("it runs"), format!("sha256:{HEX}"));
    for error in [hasher.update(b"").expect_err("ended"), hasher.finish().expect_err("ended")] {
        assert_eq!(get(&error, "kind"), "aborted");
    }
    assert_eq!(get(&Hasher::new("x").err().expect("unknown"), "code"), "digest-unsupported");
}

#[wasm_bindgen_test]
fn configs_have_plain_objects_and_exact_numbers() {
    let text = r#"{"os":"linux","config":{"Labels":{"a":"1","__proto__":"2"},"Healthcheck":{"Interval":9007199254740993,
        "Timeout":9007199254740991,"Test":null}},"rootfs":{"type":"layers"}}"#;
    let config = parse_image_config(text.as_bytes().to_vec()).expect("a config");
    assert_eq!(json(&get(&config, "config.labels")), r#"{"a":"1","__proto__":"2"}"#);
    assert_eq!(json(&get(&config, "platform")), r#"{"os":"linux","architecture":""}"#);
    let interval = get(&config, "config.healthcheck.interval");
    assert!(interval.is_bigint());
    assert_eq!(
        String::from(interval.unchecked_into::<js_sys::BigInt>().to_string(10).expect("digits")),
        "9007199254740993"
    );
    assert_eq!(get(&config, "config.healthcheck.timeout").as_f64(), Some(9_007_199_254_740_991.0));
    assert!(get(&config, "config.entrypoint").is_undefined());
    assert_eq!(get(&parse_image_config(b"{}".to_vec()).expect_err("none"), "code"), "config-no-rootfs");
}

#[wasm_bindgen_test]
fn manifests_have_bytes_and_exact_sizes() {
    let text =
        r#"{"schemaVersion":2,"config":{"data":"e30=","size":2},"layers":[{"size":9223372036854775807}]}"#;
    let manifest = parse_manifest(text.as_bytes().to_vec(), None).expect("a manifest");
    assert_eq!(get(&manifest, "kind"), "ociManifest");
    let data: js_sys::Uint8Array = get(&manifest, "config.data").dyn_into().expect("bytes");
    assert_eq!(data.to_vec(), b"{}");
    assert!(get(&manifest, "layers.0.size").is_bigint());
    assert_eq!(get(&manifest, "config.size").as_f64(), Some(2.0));
    let error = parse_manifest(b"{}".to_vec(), Some("application/x".to_owned())).expect_err("no manifest");
    assert_eq!(get(&error, "code"), "manifest-unknown-kind");
}
