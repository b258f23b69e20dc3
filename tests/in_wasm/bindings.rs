//! What the bindings hand to JavaScript: the shapes that `pkg/src/types.ts` promises.

use js_sys::{JSON, Reflect};
use layerglass::js::digest::{Hasher, chain_ids, check_digest, digest_bytes, is_digest};
use layerglass::js::image::parse_image_config;
use layerglass::js::manifest::parse_manifest;
use layerglass::js::platform::{format_platform, sort_platforms};
use layerglass::js::reference::{locate_reference, parse_reference};
use layerglass::js::short_ids::ShortIds;
use layerglass::js::source::{format_source, parse_source};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn json(value: &JsValue) -> String {
    JSON::stringify(value).expect("no bigint").into()
}

fn get(value: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(value.clone(), |value, key| Reflect::get(&value, &key.into()).expect("an object"))
}

/// Short names are completed, by the rules of today.
const NORMALIZED: u32 = 1 | 8 | 16 | SHA2 << 6;
const AS_IT_STANDS: u32 = 8 | 16 | SHA2 << 6;
const SHA2: u32 = 7;

#[wasm_bindgen_test]
fn references_are_places_in_a_text() {
    let name = parse_reference("redis:7", NORMALIZED).expect("a reference");
    assert_eq!(
        json(&name),
        r#"{"text":"docker.io/library/redis:7","domain":9,"name":23,"tag":25,"familiar":18}"#
    );
    let plain = parse_reference("redis", AS_IT_STANDS).expect("a reference");
    assert_eq!(json(&plain), r#"{"text":"redis","domain":0,"name":5,"tag":5,"familiar":0}"#);
    // The same in one number: tag, name, domain, then the third place of `familiar`, the third text added, none removed.
    let places = ((25_u64 << 13 | 23) << 13 | 9) << 6 | 2 << 4 | 2 << 2;
    assert_eq!(locate_reference("redis:7", NORMALIZED), places as f64);
    assert_eq!(locate_reference("a//b", NORMALIZED), -1.0);
    // Too long for it, and yet a reference: the digest of an unknown length comes after the tag, the host before it.
    let host = "a.".repeat(5_000);
    assert_eq!(locate_reference(&format!("{host}a/b"), NORMALIZED), -2.0);
}

#[wasm_bindgen_test]
fn sources_come_back() {
    let source = parse_source("oci:/a:@3").expect("a source");
    assert_eq!(json(&source), r#"{"kind":"ociLayout","path":"/a","index":3}"#);
    assert_eq!(format_source(&json(&source)).expect("a text"), "oci:/a:@3");
    for wrong in
        [r#"{"kind":"x"}"#, r#"{"kind":"dir","path":7}"#, r#"{"kind":"ociLayout","path":"a:b"}"#, "{"]
    {
        assert_eq!(get(&format_source(wrong).expect_err(wrong), "kind"), "invalid");
    }
}

#[wasm_bindgen_test]
fn platforms_come_in_as_documents_have_them() {
    let [amd, arm] = [r#"{"os":"linux","architecture":"amd64"}"#, r#"{"os":"linux","architecture":"arm64"}"#];
    assert_eq!(format_platform(arm, false).expect("a text"), "linux/arm64");
    assert_eq!(sort_platforms(arm, "compatible", &format!("[{amd},{arm}]")).expect("an order"), [1, 0]);
    assert_eq!(get(&sort_platforms(arm, "x", "[]").expect_err("no rule"), "code"), "argument");
    assert_eq!(get(&format_platform(r#"{"os":7}"#, false).expect_err("no text"), "path"), "os");
}

#[wasm_bindgen_test]
fn short_ids_list_their_candidates() {
    let ids = ShortIds::new();
    for last in ["0", "1"] {
        assert!(ids.add(&format!("sha256:{last:a>64}"), SHA2).expect("a digest"));
    }
    assert_eq!(ids.size().expect("it is there"), 2);
    let error = ids.lookup("a").expect_err("two");
    assert_eq!(get(&error, "kind"), "ambiguous");
    assert_eq!(get(&error, "found").as_string().map(|found| found.split(' ').count()), Some(2));
    assert_eq!(get(&ids.add("a", SHA2).expect_err("no digest"), "code"), "digest-format");
}

#[wasm_bindgen_test]
fn errors_are_plain_data() {
    let error = parse_reference("a//b", NORMALIZED).expect_err("no reference");
    assert_eq!(
        json(&error),
        r#"{"kind":"invalid","code":"reference-empty-part","message":"empty name at byte 2","offset":2,"expected":"lower-case letters and digits, with `.`, `_`, `__` or dashes between them, and slashes between components"}"#
    );
    let error = check_digest("sha256:00", SHA2).expect_err("no digest");
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
    let digest = format!("sha256:{HEX}");
    assert!(is_digest(&digest, SHA2) && !is_digest(&digest, 0) && !is_digest("sha256:", SHA2));
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
