//! Packages as an SPDX 2.3 document in JSON.

use std::collections::BTreeMap;

use super::inventory::Packages;
use super::license;
use super::package::Package;
use crate::digest::Digest;
use crate::json::{Escapes, ObjectWriter, write_array};

/// What a list of packages says of the image and of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BomOptions {
    /// The image's name, such as `docker.io/library/redis:7`.
    pub name: String,
    /// What tells it from others of that name, such as its digest.
    pub version: Option<String>,
    /// When the list is made, in UTC and whole seconds: `2026-01-31T12:00:00Z`.
    pub created: String,
    /// An SPDX document's namespace, which nothing else may have. Without it one is made from the list's contents.
    pub namespace: Option<String>,
    /// A CycloneDX document's UUID. Without it one is made from the list's contents.
    pub serial: Option<String>,
}

const NO_ASSERTION: &str = "NOASSERTION";

/// Writes an SPDX 2.3 document: the image, and each package as contained in it. Times come from the options alone, so equal
/// input gives equal bytes.
///
/// Licences that are no expression of known identifiers are passed on as extracted text.
///
/// ```
/// use layerglass::inspect::packages::{BomOptions, Packages, write_spdx};
/// let packages =
///     Packages { distribution: None, packages: vec![], removed: vec![], findings: vec![], more_findings: 0 };
/// let options = BomOptions {
///     name: "demo".into(),
///     created: "2026-01-31T12:00:00Z".into(),
///     namespace: Some("https://example.com/demo".into()),
///     ..BomOptions::default()
/// };
/// let document = String::from_utf8(write_spdx(&packages, &options)).unwrap();
/// assert!(document.starts_with(r#"{"spdxVersion":"SPDX-2.3","#));
/// ```
pub fn write_spdx(packages: &Packages, options: &BomOptions) -> Vec<u8> {
    let mut texts = BTreeMap::new();
    let mut list = vec![image(options)];
    list.extend((1_u32..).zip(&packages.packages).map(|(index, package)| one(index, package, &mut texts)));
    let list = write_array(list.into_iter());
    let related = |from: &str, kind: &str, to: &str| {
        let mut relationship = object();
        relationship.string("spdxElementId", from);
        relationship.string("relationshipType", kind);
        relationship.string("relatedSpdxElement", to);
        relationship.finish()
    };
    let contained =
        (1..=packages.packages.len()).map(|index| related("SPDXRef-Image", "CONTAINS", &id(index as u32)));
    let described = std::iter::once(related("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Image"));
    let namespace = options.namespace.clone().unwrap_or_else(|| {
        let contents = [options.name.as_bytes(), options.created.as_bytes(), &list].join(&0);
        let name: String =
            options.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        format!("https://spdx.org/spdxdocs/{name}-{}", uuid(&contents))
    });
    let mut document = object();
    document.string("spdxVersion", "SPDX-2.3");
    document.string("dataLicense", "CC0-1.0");
    document.string("SPDXID", "SPDXRef-DOCUMENT");
    document.string("name", if options.name.is_empty() { "image" } else { &options.name });
    document.string("documentNamespace", &namespace);
    let mut creation = object();
    creation.string("created", &options.created);
    creation.strings("creators", Some(&[format!("Tool: layerglass-{VERSION}")]));
    document.raw("creationInfo", &creation.finish());
    document.raw("packages", &list);
    if !texts.is_empty() {
        document.array(
            "hasExtractedLicensingInfos",
            texts.iter().map(|(id, text)| {
                let mut info = object();
                info.string("licenseId", id);
                info.string("extractedText", text);
                info.finish()
            }),
        );
    }
    document.array("relationships", described.chain(contained));
    document.finish()
}

pub(super) fn object() -> ObjectWriter {
    ObjectWriter::new(Escapes::Current)
}

/// This library's version, as `Cargo.toml` has it.
pub(super) const VERSION: &str = "0.1.0";

/// A UUID made from contents, of version 8 as RFC 9562 has it for such.
pub(super) fn uuid(contents: &[u8]) -> String {
    let digest = Digest::sha256(contents);
    let hex: Vec<char> = digest.hex().chars().collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().iter().collect::<String>();
    format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

/// Whether a text can stand where a URL is wanted.
pub(super) fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_allowed =
        |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`');
    // Brackets are for addresses only, and a percent sign needs two digits; neither is worth telling apart here.
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric())
            && rest.chars().all(is_allowed)
            && !rest.contains(['[', ']', '%'])
    })
}

fn id(index: u32) -> String {
    format!("SPDXRef-Package-{index}")
}

fn image(options: &BomOptions) -> Vec<u8> {
    let mut image = object();
    image.string("SPDXID", "SPDXRef-Image");
    image.string("name", if options.name.is_empty() { "image" } else { &options.name });
    image.string_if_any("versionInfo", options.version.as_deref().unwrap_or_default());
    image.string("primaryPackagePurpose", "CONTAINER");
    common(&mut image, NO_ASSERTION);
    image.finish()
}

fn common(package: &mut ObjectWriter, license: &str) {
    package.string("downloadLocation", NO_ASSERTION);
    package.flag("filesAnalyzed", false);
    package.string("licenseConcluded", NO_ASSERTION);
    package.string("licenseDeclared", license);
    package.string("copyrightText", NO_ASSERTION);
}

fn one(index: u32, package: &Package, texts: &mut BTreeMap<String, String>) -> Vec<u8> {
    let license = package.license.as_ref().map_or(NO_ASSERTION.to_owned(), |text| {
        license::expression(text).unwrap_or_else(|| {
            let id: String = Digest::sha256(text.as_bytes()).hex().chars().take(16).collect();
            let id = format!("LicenseRef-{id}");
            texts.insert(id.clone(), text.clone());
            id
        })
    });
    let mut written = object();
    written.string("SPDXID", &id(index));
    written.string("name", &qualified(package));
    written.string_if_any("versionInfo", &package.version);
    if let Some(supplier) = &package.supplier {
        written.string("supplier", &actor(supplier));
    }
    if let Some(homepage) = package.homepage.as_ref().filter(|url| is_url(url)) {
        written.string("homepage", homepage);
    }
    if let Some(source) = &package.source {
        let version = source.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        written.string("sourceInfo", &format!("built from {}{version}", source.name));
    }
    common(&mut written, &license);
    let places = package.locations.iter().map(|location| {
        let inner = location.inner.as_ref().map(|inner| format!("!/{inner}")).unwrap_or_default();
        format!("/{}{inner} (layer {})", location.path, location.layer)
    });
    written.string("comment", &places.collect::<Vec<_>>().join("\n"));
    let mut reference = object();
    reference.string("referenceCategory", "PACKAGE-MANAGER");
    reference.string("referenceType", "purl");
    reference.string("referenceLocator", &package.purl);
    written.array("externalRefs", std::iter::once(reference.finish()));
    written.finish()
}

/// The name with its group, as Maven writes it.
fn qualified(package: &Package) -> String {
    match &package.group {
        Some(group) => format!("{group}:{}", package.name),
        None => package.name.clone(),
    }
}

/// A person has an address.
fn actor(supplier: &str) -> String {
    let line = supplier.split_whitespace().collect::<Vec<_>>().join(" ");
    let named = line.split_once('<').and_then(|(name, rest)| {
        let (address, _) = rest.split_once('>')?;
        (!name.trim().is_empty() && address.contains('@')).then(|| format!("{} ({address})", name.trim()))
    });
    match named {
        Some(person) => format!("Person: {person}"),
        None => format!("Organization: {line}"),
    }
}
