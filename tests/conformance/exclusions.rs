//! The vectors that belong to implementations which this crate deliberately differs from, each group with the reason.

use layerglass::digest::{Algorithm, Digest, ShortIds};
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
        _ => "UNKNOWN IMPLEMENTATION: nothing here reads it; see whether something should",
    })
}

/// Why a vector with a function that nothing here reads is left out: it may be one that should be read.
pub const UNKNOWN_FUNCTION: &str = "UNKNOWN FUNCTION: nothing here reads it; see whether something should";

/// Why a vector of `digest.json` is not ours.
pub fn digest(implementation: &str, function: &str) -> Option<&'static str> {
    Some(match (implementation, function) {
        (_, "RegisterAlgorithm(name)") => "algorithms cannot be registered here",
        (_, "Algorithm.Set") => "a command-line flag of Go",
        (_, "digestset.Add(size)") => "counts a Go quirk: an invalid digest is refused by its type here",
        ("opencontainers/go-digest/blake3", _) if Algorithm::from_name("blake3").is_none() => {
            "blake3 is not compiled in"
        }
        ("youki-dev/oci-spec-rs image::Digest", _) => "oci-spec takes algorithms that are not known",
        ("oras-project/rust-oci-client", _) => "compares a digest with a header of a registry",
        _ => return None,
    })
}

/// Why a search in a set of digests is not ours. The original looks at the first entry that sorts after what is asked for
/// and at the one behind it, whatever their algorithms are.
pub fn lookup(query: &str, ids: &ShortIds) -> Option<&'static str> {
    if query.is_empty() {
        return Some("an empty query finds the only digest of a set; here it is refused");
    }
    let (algorithm, digits) = match query.split_once(':') {
        Some((algorithm, digits)) => (Some(algorithm), digits),
        None => (None, query),
    };
    let of_another =
        |digest: &Digest| algorithm.is_some_and(|algorithm| digest.algorithm().name() != algorithm);
    if ids.iter().any(|digest| of_another(&digest) && digest.hex().starts_with(digits)) {
        return Some("digestset takes digests of other algorithms for neighbours of what is asked for");
    }
    let whole = ids.iter().filter(|digest| digest.hex() == digits).count();
    if algorithm.is_none()
        && whole == 1
        && ids.iter().filter(|digest| digest.hex().starts_with(digits)).count() > 1
    {
        return Some("for digestset all digits of one digest are ambiguous when a longer one continues them");
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
pub fn platform(input: &Value) -> Option<&'static str> {
    let has_features = |platform: &Value| platform.get("Features").is_some();
    let found =
        has_features(input) || ["a", "b", "have", "spec"].iter().any(|key| has_features(&input[*key]));
    found.then_some("`features` of Docker's lists, the processor's, which no engine reads any more")
}

/// Why a config that Docker's store was to take is not ours.
pub fn create(case: &Value) -> Option<&'static str> {
    if case["panic"].is_string() {
        return Some("the original panics");
    }
    match case["error"].as_str() {
        Some("operating system is not supported") => {
            Some("which systems a store serves is the store's matter")
        }
        _ => None,
    }
}

/// Why a name of singularity-cri is not ours.
pub fn singularity_name(input: &str) -> Option<&'static str> {
    let name = input.strip_prefix("docker.io/").unwrap_or(input);
    let after = |prefix: &str| name.strip_prefix(prefix);
    Some(match name {
        "" | "local.file" => "no name at all is refused",
        _ if after("local.file").is_some_and(|rest| !rest.starts_with('/')) => {
            "`local.files` is not local.file"
        }
        _ if name.starts_with("local.file") && name.trim_end_matches(":latest").contains(':') => {
            "a colon cuts a local path short; here only `:latest` is cut off"
        }
        _ if name.starts_with("local.file") => return None,
        _ if after("cloud.sylabs.io").is_some_and(|rest| !rest.starts_with('/')) => {
            "`cloud.sylabs.iox` is not cloud.sylabs.io, and that alone no name"
        }
        _ if name.starts_with("cloud.sylabs.io/")
            && name.contains("sha256.")
            && !name.contains(":sha256.") =>
        {
            "`sha256.` inside a tag makes it no digest"
        }
        _ if name.starts_with("library://") => "library:// is a name in the library, not one in a registry",
        _ if name.contains(':')
            && !name.contains('@')
            && name.rsplit('/').next().is_some_and(|last| !last.contains(':')) =>
        {
            "a port is no tag"
        }
        _ if name.contains(char::is_whitespace) => "names are checked",
        _ if name.split_once("@sha256:").is_some_and(|(_, hex)| hex.len() != 64) => "digests are checked",
        _ => return None,
    })
}
