//! Manifests, indexes, descriptors, and the listings of Docker archives.

use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason};
use layerglass::limits::Limits;
use layerglass::manifest::{
    BlobError, DockerArchiveManifest, Document, DocumentData, DocumentKind, Index, Manifest, ManifestError,
    Repositories, media_type,
};

const A: &str = "sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";

fn parse(text: &str, media_type: Option<&str>) -> Result<Document, ManifestError> {
    Document::parse(text, media_type, &Limits::default())
}

/// A manifest with one layer of this size, as text.
fn with_size(size: &str) -> String {
    format!(
        r#"{{"schemaVersion":2,"config":{{"digest":"{A}","size":1}},"layers":[{{"digest":"{A}","size":{size}}}]}}"#
    )
}

#[test]
fn a_manifest_keeps_its_bytes() {
    let text = format!(
        " {}\n",
        r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"a/b",
        "config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:x","size":2,"data":"e30="},
        "layers":[{"mediaType":"m","digest":"whirlpool:00","size":5,"urls":["u"],"annotations":{"k":"v"}}],
        "subject":{"digest":"s","size":0},"annotations":{"a":"b"},"unknown":1}"#
    );
    let manifest = Manifest::parse(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(manifest.raw(), text.as_bytes());
    assert_eq!(manifest.digest(), Digest::sha256(text.as_bytes()));
    assert_eq!(manifest.kind(), DocumentKind::OciManifest);
    assert_eq!(manifest.media_type(), media_type::OCI_MANIFEST);
    assert_eq!((manifest.schema_version(), manifest.artifact_type()), (2, "a/b"));
    assert_eq!(manifest.config().data.as_deref(), Some(&b"{}"[..]));
    let layer = &manifest.layers()[0];
    assert_eq!(
        (layer.digest.as_str(), layer.size, layer.urls.len()),
        ("whirlpool:00", 5, 1),
        "the text is kept"
    );
    assert_eq!(layer.parsed_digest().unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(layer.annotations["k"], "v");
    assert_eq!(manifest.subject().unwrap().digest, "s");
    assert_eq!(manifest.annotations()["a"], "b");
}

#[test]
fn an_index_may_lack_nearly_everything() {
    for text in [r#"{"schemaVersion":2,"manifests":null}"#, "{}", r#"{"manifests":[]}"#] {
        let index = Index::parse(text, &Limits::default()).unwrap();
        assert!(index.manifests().is_empty());
        assert_eq!(index.media_type(), media_type::OCI_INDEX);
    }
    let text = format!(
        r#"{{"mediaType":"{}","manifests":[{{"digest":"{A}","size":3,"platform":{{"os":"windows","architecture":"amd64",
        "os.version":"10","os.features":["f"],"variant":"v"}}}}]}}"#,
        media_type::DOCKER_LIST
    );
    let index = Index::parse(text, &Limits::default()).unwrap();
    assert_eq!(index.kind(), DocumentKind::DockerList);
    let platform = index.manifests()[0].platform.as_ref().unwrap();
    assert_eq!((platform.os_version.as_str(), platform.os_features.len()), ("10", 1));
    let other = format!(r#"{{"mediaType":"{}"}}"#, media_type::OCI_MANIFEST);
    let error = Index::parse(other, &Limits::default()).unwrap_err();
    assert!(matches!(error, ManifestError::WrongKind { expected: DocumentKind::OciIndex, .. }), "{error}");
}

#[test]
fn the_kind_is_guessed() {
    let kind = |text: &str| parse(text, None).map(|document| document.kind());
    let config =
        |media_type: &str| format!(r#"{{"schemaVersion":2,"config":{{"mediaType":"{media_type}"}}}}"#);
    assert_eq!(
        kind(r#"{"mediaType":"application/vnd.oci.image.index.v1+json"}"#),
        Ok(DocumentKind::OciIndex)
    );
    assert_eq!(kind(r#"{"schemaVersion":1}"#), Ok(DocumentKind::Schema1));
    assert_eq!(kind(&config(media_type::OCI_CONFIG)), Ok(DocumentKind::OciManifest));
    assert_eq!(kind(&config(media_type::DOCKER_CONFIG)), Ok(DocumentKind::DockerManifest));
    assert_eq!(kind(&config("application/x")), Ok(DocumentKind::OciManifest));
    assert_eq!(kind(r#"{"schemaVersion":2,"manifests":[{}]}"#), Ok(DocumentKind::OciIndex));
    assert_eq!(kind(r#"{"schemaVersion":2,"mediaType":"application/x"}"#), Ok(DocumentKind::OciManifest));
    for text in ["{}", "[]", "null", r#"{"schemaVersion":3}"#, r#"{"schemaVersion":null}"#] {
        assert_eq!(kind(text).unwrap_err().kind(), ErrorKind::Unsupported, "{text}");
    }
    for (text, path) in [
        (r#"{"schemaVersion":"2"}"#, "schemaVersion"),
        (r#"{"schemaVersion":2.0,"mediaType":"application/vnd.oci.image.index.v1+json"}"#, "schemaVersion"),
        (r#"{"schemaVersion":2,"mediaType":1}"#, "mediaType"),
        (r#"{"schemaVersion":2,"config":"x"}"#, "config"),
        (r#"{"schemaVersion":2,"manifests":[{"size":"1"}]}"#, "manifests[0].size"),
    ] {
        let error = kind(text).unwrap_err();
        assert_eq!((error.code(), error.path().as_deref()), ("json-type", Some(path)), "{text}");
    }
    let repeated =
        r#"{"schemaVersion":2,"config":{"mediaType":"M"},"config":{"size":1},"schemaversion":null}"#;
    assert_eq!(
        kind(&repeated.replace('M', media_type::DOCKER_CONFIG)),
        Ok(DocumentKind::DockerManifest),
        "null leaves alone, and repeated objects are merged"
    );
    let given = parse(r#"{"manifests":[]}"#, Some(media_type::DOCKER_LIST)).unwrap();
    assert_eq!(given.kind(), DocumentKind::DockerList, "a media type that is given decides");
}

#[test]
fn ambiguous_documents_are_refused() {
    let error = parse(
        r#"{"schemaVersion":2,"config":{},"Layers":[],"Manifests":[{}],"history":null}"#,
        Some(media_type::OCI_MANIFEST),
    );
    assert_eq!(
        error,
        Err(ManifestError::Ambiguous { kind: DocumentKind::OciManifest, unexpected: vec!["manifests"] }),
        "in any letter case; null is absent"
    );
    for (text, kind) in [
        (r#"{"manifests":[],"config":{}}"#, media_type::OCI_INDEX),
        (r#"{"manifests":[],"layers":[]}"#, media_type::DOCKER_LIST),
        (r#"{"config":{},"fsLayers":[]}"#, media_type::DOCKER_MANIFEST),
        (r#"{"schemaVersion":1,"layers":[]}"#, media_type::DOCKER_SCHEMA1),
    ] {
        assert_eq!(parse(text, Some(kind)).unwrap_err().kind(), ErrorKind::Ambiguous, "{text}");
    }
}

#[test]
fn sizes_are_exact_or_refused() {
    for (text, size) in
        [("0", 0), ("9007199254740993", 9_007_199_254_740_993), ("9223372036854775807", u64::MAX / 2)]
    {
        let Ok(Document::Manifest(manifest)) = parse(&with_size(text), None) else { panic!("{text}") };
        assert_eq!(manifest.layers()[0].size, size);
    }
    for text in ["-1", "9223372036854775808", "1.5", "1e3", "\"5\"", "true", "99999999999999999999999999"] {
        let error = parse(&with_size(text), None).unwrap_err();
        assert_eq!(
            (error.kind(), error.path().as_deref()),
            (ErrorKind::Invalid, Some("layers[0].size")),
            "{text}"
        );
    }
}

#[test]
fn inline_data_is_padded_base64() {
    let data = |text: &str| {
        let text = format!(r#"{{"schemaVersion":2,"config":{{"data":{text}}}}}"#);
        let Document::Manifest(manifest) = parse(&text, None)? else { panic!("no manifest") };
        Ok::<_, ManifestError>(manifest.config().data.clone())
    };
    assert_eq!(data("null").unwrap(), None);
    for (text, bytes) in
        [("", &b""[..]), ("e30=", b"{}"), ("e3\\n0\\r=", b"{}"), ("Zg==", b"f"), ("+/+/", b"\xfb\xff\xbf")]
    {
        assert_eq!(data(&format!("\"{text}\"")).unwrap().as_deref(), Some(bytes), "{text}");
    }
    assert_eq!(
        data("[123, 125, null]").unwrap().as_deref(),
        Some(&b"{}\0"[..]),
        "a list of numbers, as Go has it"
    );
    for text in ["[256]", "[-1]", "[1.0]", "[\"e30=\"]", "{}"] {
        assert!(data(text).is_err(), "{text}");
    }
    for text in ["\"e30\"", "\"e3=0\"", "\"-_-_\"", "\"e30=e30=\"", "\"=\"", "\"====\"", "\"e 0=\"", "5"] {
        assert!(data(text).is_err(), "{text}");
    }
}

#[test]
fn inline_data_is_checked_when_asked_for() {
    let inline = |size: u64, digest: &str, data: &str| {
        let text = format!(
            r#"{{"schemaVersion":2,"config":{{"size":{size},"digest":"{digest}","data":"{data}"}},"layers":[{{}}]}}"#
        );
        let Ok(Document::Manifest(manifest)) = parse(&text, None) else { panic!("{text}") };
        assert_eq!(manifest.layers()[0].inline_blob(), Ok(None), "nothing is carried");
        manifest.config().inline_blob().map(|blob| blob.map(<[u8]>::to_vec))
    };
    let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    assert_eq!(inline(2, digest, "e30="), Ok(Some(b"{}".to_vec())));
    let error = inline(3, digest, "e30=").unwrap_err();
    assert_eq!(error, BlobError::Size { expected: 3, found: 2 });
    assert_eq!((error.kind(), error.expected().as_deref()), (ErrorKind::Corrupt, Some("3")));
    let error = inline(2, digest, "W10=").unwrap_err();
    assert_eq!((error.kind(), error.expected().as_deref()), (ErrorKind::Corrupt, Some(digest)));
    let error = inline(2, "md5:99914b932bd37a50b983c5e7c90ae93b", "e30=").unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Unsupported, "digest-unsupported"));
}

#[test]
fn signed_schema_1_is_named_by_what_was_signed() {
    let payload = "{\n   \"schemaVersion\": 1,\n   \"name\": \"n\",\n   \"tag\": \"t\",\n   \"fsLayers\": [{\"blobSum\": \"top\"}, {\"blobSum\": \"base\"}],\n   \"history\": [{\"v1Compatibility\": \"{}\"}]\n}";
    // formatTail is "\n}"; formatLength is where that starts.
    let length = payload.len() - 2;
    let header = format!(r#"{{"formatLength":{length},"formatTail":"Cn0"}}"#);
    let signed = format!(
        "{},\n   \"signatures\": [{{\"protected\": \"{}\"}}]\n}}",
        &payload[..length],
        base64url(&header)
    );
    let Ok(Document::Schema1(manifest)) = parse(&signed, None) else { panic!("{signed}") };
    assert_eq!(manifest.kind(), DocumentKind::Schema1Signed);
    assert_eq!(manifest.digest(), Digest::sha256(payload.as_bytes()));
    assert_eq!(manifest.raw(), signed.as_bytes());
    assert_eq!((manifest.name(), manifest.tag(), manifest.architecture()), ("n", "t", ""));
    assert_eq!(manifest.blob_sums().collect::<Vec<_>>(), ["top", "base"]);
    assert_eq!(manifest.v1_compatibility().collect::<Vec<_>>(), ["{}"]);
    let data = serde_json::to_value(DocumentData::from(&Document::Schema1(manifest))).unwrap();
    assert_eq!(data["blobSums"], serde_json::json!(["base", "top"]), "data has the bottom first");
    assert_eq!(data["annotations"], serde_json::json!({}));

    let Ok(unsigned) = parse(payload, None) else { panic!("{payload}") };
    assert_eq!(
        (unsigned.kind(), unsigned.digest()),
        (DocumentKind::Schema1, Digest::sha256(payload.as_bytes()))
    );
    let encoded = base64url(&header);
    let padding = "=".repeat(encoded.len().wrapping_neg() % 4);
    let padded = signed.replace(&encoded, &format!(" {encoded}\\n{padding}"));
    let Ok(Document::Schema1(manifest)) = parse(&padded, None) else { panic!("{padded}") };
    assert_eq!(manifest.digest(), Digest::sha256(payload.as_bytes()), "padding and spaces do not matter");
    for protected in [
        "!",
        "e30",
        "bnVsbA",
        &base64url(r#"{"formatLength":5}"#),
        &base64url(r#"{"formatTail":"Cn0"}"#),
        &base64url(r#"{"FormatLength":5,"formatTail":"Cn0"}"#),
        &base64url(r#"{"formatLength":"5","formatTail":"Cn0"}"#),
        &base64url(r#"{"formatLength":5,"formatTail":"!"}"#),
        &base64url(r#"{"formatLength":99999,"formatTail":"Cn0"}"#),
        &base64url(r#"{"formatLength":-1,"formatTail":"Cn0"}"#),
        &base64url("{"),
    ] {
        let text = format!(r#"{{"schemaVersion":1,"signatures":[{{"protected":"{protected}"}}]}}"#);
        assert_eq!(parse(&text, None).unwrap_err().kind(), ErrorKind::Invalid, "{protected}");
    }
}

#[test]
fn many_signatures_cost_no_more_than_one() {
    let header = base64url(r#"{"formatLength":1000000,"formatTail":"Cn0"}"#);
    let signature = format!(r#"{{"protected":"{header}"}},"#).repeat(50_000);
    let text = format!(r#"{{"schemaVersion":1,"signatures":[{}]}}"#, signature.trim_end_matches(','));
    assert!(parse(&text, None).is_ok());
    let other = format!(r#"{{"protected":"{}"}}"#, base64url(r#"{"formatLength":1}"#));
    let text = format!(r#"{{"schemaVersion":1,"signatures":[{signature}{other}]}}"#);
    assert_eq!(parse(&text, None).unwrap_err().kind(), ErrorKind::Invalid);
}

/// Base64url without padding.
fn base64url(text: &str) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for group in text.as_bytes().chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for digit in 0..=group.len() {
            out.push(char::from(digits[(bits >> (18 - 6 * digit) & 63) as usize]));
        }
    }
    out
}

#[test]
fn docker_archives_list_their_images() {
    let parse = |text: &str| DockerArchiveManifest::parse(text.as_bytes(), &Limits::default());
    assert!(parse("[]").unwrap().items.is_empty());
    assert_eq!(parse("null"), Err(ManifestError::NullArchive));
    for text in [
        r#"[{"Config":"c","RepoTags":["a:b"],"Layers":["l"],"Parent":"p"}]"#,
        r#"[{"config":"c","repoTags":["a:b"],"layers":["l"],"parent":"p","Other":1}] trailing"#,
    ] {
        let item = &parse(text).unwrap().items[0];
        assert_eq!(item.config.as_deref(), Some("c"));
        assert_eq!((&item.repo_tags[..], &item.layers[..]), (&["a:b".to_owned()][..], &["l".to_owned()][..]));
        assert_eq!(item.parent.as_deref(), Some("p"));
    }
    let item = &parse(
        r#"[{"Config":null,"RepoTags":null,"Layers":null,"LayerSources":{"d":{"size":4,"digest":"x"}}}]"#,
    )
    .unwrap()
    .items[0];
    assert!(item.config.is_none() && item.repo_tags.is_empty() && item.layers.is_empty());
    assert_eq!(item.layer_sources["d"].size, 4);
    for text in ["{}", "5", r#"[{"Layers":"x"}]"#, r#"[{"Layers":[1]}]"#, "[", ""] {
        assert_eq!(parse(text).unwrap_err().kind(), ErrorKind::Invalid, "{text}");
    }
    let text = r#"{"b":{"2":"y","1":"x"},"a":{"latest":"z"}}"#;
    let repositories = Repositories::parse(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(
        repositories.iter().collect::<Vec<_>>(),
        [("a", "latest", "z"), ("b", "1", "x"), ("b", "2", "y")]
    );
}

#[test]
fn media_types_tell_what_they_are() {
    use media_type::*;
    for layer in [
        OCI_LAYER,
        OCI_LAYER_ZSTD,
        DOCKER_LAYER_GZIP,
        DOCKER_FOREIGN_LAYER_GZIP,
        OCI_FOREIGN_LAYER,
        "application/vnd.oci.image.layer.v1.tar+gzip+encrypted",
    ] {
        assert!(is_layer(layer), "{layer}");
    }
    for other in [OCI_CONFIG, OCI_MANIFEST, IN_TOTO, "", "application/vnd.oci.image.layer.v1.tarx"] {
        assert!(!is_layer(other), "{other}");
    }
    assert!(
        is_index(DOCKER_LIST)
            && is_manifest(DOCKER_MANIFEST)
            && is_config(DOCKER_CONFIG)
            && is_schema1(DOCKER_SCHEMA1_SIGNED)
    );
}

#[test]
fn data_has_the_shapes_of_the_package() {
    let document = parse(&with_size("9007199254740993"), None).unwrap();
    let data = serde_json::to_value(DocumentData::from(&document)).unwrap();
    let expected = serde_json::json!({
        "kind": "ociManifest", "mediaType": media_type::OCI_MANIFEST, "digest": document.digest().to_string(),
        "config": { "mediaType": "", "digest": A, "size": 1 },
        "layers": [{ "mediaType": "", "digest": A, "size": 9_007_199_254_740_993_u64 }],
        "annotations": {},
    });
    assert_eq!(data, expected);
}
