//! The vectors that belong to implementations which this crate deliberately differs from, each group with the reason.

use layerglass::digest::{Algorithm, ShortIds};
use layerglass::image::{ConfigError, ImageConfig};
use layerglass::json::JsonError;
use layerglass::manifest::{Document, ManifestError};
use serde_json::Value;

/// Why a vector of `reference.json` is not ours, by implementation.
pub fn reference(implementation: &str) -> Option<&'static str> {
    Some(match implementation {
        "distribution/reference"
        | "docker/distribution v2.8.2"
        | "containers/image docker/reference"
        | "containers/image" => return None,
        "containers/container-libs" => "podman completes short names with localhost/, Docker with docker.io/",
        "google/go-containerregistry pkg/name" => {
            "ggcr accepts paths outside of the grammar and says index.docker.io"
        }
        "containerd/containerd" => "containerd's references are URLs without defaults",
        "anchore/stereoscope" => "stereoscope tells sources apart by scheme",
        "regclient/regclient" => "regclient maps registry-1.docker.io and has schemes",
        "youki-dev/oci-spec-rs distribution::Reference" => {
            "oci-spec takes Unicode tags and upper-case digests"
        }
        "GoogleContainerTools/jib" => "jib's default registry is registry-1.docker.io",
        _ => "an implementation that is not known",
    })
}

/// Why a vector of `digest.json` is not ours.
pub fn digest(implementation: &str, function: &str, vector: &Value) -> Option<&'static str> {
    let sha384 = vector["input"].as_str().is_some_and(|input| input.starts_with("sha384:"));
    let sha512 = vector["input"].as_str().is_some_and(|input| input.starts_with("sha512:"));
    Some(match (implementation, function) {
        (_, "RegisterAlgorithm(name)") => "algorithms cannot be registered here",
        (_, "Algorithm.Set") => "a command-line flag of Go",
        (_, "digestset.Add(size)") => "counts a Go quirk: an invalid digest is refused by its type here",
        ("opencontainers/go-digest/blake3", _) => "blake3 is not compiled in",
        ("google/go-containerregistry", _) => "ggcr knows SHA-256 only and has errors of its own",
        ("youki-dev/oci-spec-rs image::Digest", _) => "oci-spec takes algorithms that are not known",
        ("oras-project/rust-oci-client", _) => "compares a digest with a header of a registry",
        (implementation, "digest.Parse") if implementation.contains("HEAD") && sha384 => {
            "go-digest after 1.0 no longer knows SHA-384"
        }
        (implementation, "digest.Parse") if implementation.contains("sha256 only") && (sha384 || sha512) => {
            "a Go program that was not linked with that hash"
        }
        _ => return None,
    })
}

/// Why a reference with a digest is not ours: what Go's packages know of SHA-2 depends on what a program links.
pub fn unlinked(input: &str, error: Option<&str>) -> Option<&'static str> {
    let unsupported = matches!(error, Some("digest.ErrDigestUnsupported" | "unsupported digest algorithm"));
    let known = Algorithm::ALL.iter().any(|algorithm| input.contains(&format!("@{algorithm}:")));
    (unsupported && known).then_some("a Go program that was not linked with that hash")
}

/// Why a search in a set of digests is not ours.
pub fn lookup(query: &str, expected: Option<&str>, ids: &ShortIds) -> Option<&'static str> {
    if query.is_empty() {
        return Some("an empty query finds the only digest of a set; here it is refused");
    }
    let matching = ids.iter().filter(|digest| digest.to_string().starts_with(query)).count();
    if expected.is_none() && query.contains(':') && matching == 1 && ids.lookup(query).is_ok() {
        return Some("digestset misses a digest whose algorithm sorts last; here it is found");
    }
    None
}

/// Why a table of short codes is not ours.
pub fn short_codes(ids: &ShortIds) -> Option<&'static str> {
    let mixed = ids.iter().any(|a| ids.iter().any(|b| a != b && b.hex().starts_with(&a.hex())));
    mixed.then_some("digestset gives a digest that continues another one a code that stands for both")
}

/// Why a configuration is not ours.
pub fn config(error: Option<&str>, found: Result<&ImageConfig, &ConfigError>) -> Option<&'static str> {
    let error = error.unwrap_or_default();
    if error.starts_with("invalid port") {
        return Some(
            "Docker since 29 refuses ports that every other engine reads; they are checked when asked for",
        );
    }
    if ["Cmd", "Entrypoint", "Shell"].iter().any(|key| error.contains(&format!(".{key} of type []string"))) {
        return Some("Docker since 29 no longer takes one string for a list; images of before have them");
    }
    if matches!(found, Err(ConfigError::Json(JsonError::Limit(limit))) if limit.name == "jsonDepth") {
        return Some("nested deeper than the limit jsonDepth");
    }
    None
}

/// Why a kind of document is not ours.
pub fn schema_only(kind: &str) -> &'static str {
    match kind {
        "descriptor" => "verdicts of a JSON schema over single descriptors; engines do not use it",
        "oci-layout" => "the file oci-layout is read with its archive",
        _ => "a kind of document that is not known",
    }
}

/// Why a manifest is not ours.
pub fn manifest(found: Result<&Document, &ManifestError>) -> Option<&'static str> {
    match found {
        Err(ManifestError::Ambiguous { .. }) => {
            Some("ambiguous: refused as containers/image does, where plain decoding is silent")
        }
        Err(ManifestError::Field(error))
            if error.expected.starts_with("size in bytes") && error.found.contains("number -") =>
        {
            Some("a negative size: refused, where plain decoding is silent")
        }
        _ => None,
    }
}

/// Why a vector of `platform.json` is not ours.
pub fn platform(function: &str) -> Option<&'static str> {
    Some(match function {
        "v1.Platform.String/ParsePlatform" | "v1.Platform.Equals" | "v1.Platform.Satisfies" => {
            "ggcr compares texts and has no normal form"
        }
        "libimage.NormalizePlatform" => "podman keeps the letter case of what it does not know",
        "WantedPlatforms" | "ChooseInstance" => {
            "containers/image has an order of its own; containerd's is the default"
        }
        _ => return None,
    })
}
