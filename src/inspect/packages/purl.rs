//! Package URLs, as purl-spec has them.

use super::distribution::Distribution;
use super::draft::Draft;
use super::package::PackageKind;

/// The package URL of a package.
pub(super) fn purl(draft: &Draft, distribution: Option<&Distribution>) -> String {
    let mut kind = draft.kind.purl_type();
    let mut qualifiers: Vec<(&str, String)> = Vec::new();
    let mut version = draft.version.as_str();
    let lower = draft.name.to_lowercase();
    // The namespace's parts, and the name.
    let (namespace, name): (Vec<&str>, &str) = match draft.kind {
        PackageKind::Deb | PackageKind::Apk | PackageKind::Rpm => {
            qualifiers.extend(draft.architecture.clone().map(|arch| ("arch", arch)));
            let vendor = distribution.map(|distribution| distribution.id.as_str());
            if let Some(distribution) = distribution {
                let parts = [Some(distribution.id.as_str()), distribution.version_id.as_deref()];
                let parts: Vec<&str> = parts.into_iter().flatten().collect();
                qualifiers.push(("distro", parts.join("-")));
            }
            if let Some(epoch) = draft.epoch {
                qualifiers.push(("epoch", epoch.to_string()));
                version = version.split_once(':').map_or(version, |(_, rest)| rest);
            }
            let name = if draft.kind == PackageKind::Rpm { &draft.name } else { &lower };
            (vendor.into_iter().collect(), name)
        }
        PackageKind::Node => match lower.split_once('/') {
            Some((scope, name)) if scope.starts_with('@') => (vec![scope], name),
            _ => (Vec::new(), &lower),
        },
        PackageKind::Java => match &draft.group {
            Some(group) => (vec![group], &draft.name),
            None => {
                // Maven's packages have a group; of this one it is not known.
                kind = "generic";
                (Vec::new(), &draft.name)
            }
        },
        PackageKind::Go => match lower.rsplit_once('/') {
            Some((folders, name)) => (folders.split('/').collect(), name),
            None => (Vec::new(), &lower),
        },
        PackageKind::Ruby => {
            qualifiers.extend(draft.architecture.clone().map(|platform| ("platform", platform)));
            (Vec::new(), &draft.name)
        }
        PackageKind::Python => (Vec::new(), &lower),
        PackageKind::Rust => (Vec::new(), &draft.name),
    };
    let mut url = format!("pkg:{kind}");
    for part in namespace.into_iter().filter(|part| !part.is_empty()) {
        url.push('/');
        encode(&mut url, part);
    }
    url.push('/');
    if draft.kind == PackageKind::Python {
        encode(&mut url, &name.replace('_', "-"));
    } else {
        encode(&mut url, name);
    }
    if !version.is_empty() {
        url.push('@');
        encode(&mut url, version);
    }
    // They are sorted by their names, and empty ones are none.
    let filled = qualifiers.iter().filter(|(_, value)| !value.is_empty());
    for (mark, (name, value)) in ['?'].into_iter().chain(std::iter::repeat('&')).zip(filled) {
        url.push(mark);
        url.push_str(name);
        url.push('=');
        encode(&mut url, value);
    }
    url
}

/// Appends text with what has a meaning in a package URL encoded.
fn encode(url: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~' | b':') {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
}
