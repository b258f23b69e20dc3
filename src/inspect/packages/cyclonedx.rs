//! Packages as a CycloneDX 1.6 document in JSON.

use super::inventory::Packages;
use super::license;
use super::package::Package;
use super::spdx::{BomOptions, VERSION, is_url, object, uuid};
use crate::json::{ObjectWriter, write_array};

/// Writes a CycloneDX 1.6 document: the image, its distribution, and each package as a library with its package URL,
/// licence, layer and places. Times come from the options alone, so equal input gives equal bytes.
///
/// ```
/// use layerglass::inspect::packages::{BomOptions, Packages, write_cyclonedx};
/// let packages =
///     Packages { distribution: None, packages: vec![], removed: vec![], findings: vec![], more_findings: 0 };
/// let options =
///     BomOptions { name: "demo".into(), created: "2026-01-31T12:00:00Z".into(), ..BomOptions::default() };
/// let document = String::from_utf8(write_cyclonedx(&packages, &options)).unwrap();
/// assert!(document.starts_with(r#"{"bomFormat":"CycloneDX","specVersion":"1.6","#));
/// ```
pub fn write_cyclonedx(packages: &Packages, options: &BomOptions) -> Vec<u8> {
    let system = packages.distribution.as_ref().map(|distribution| {
        let mut system = object();
        system.string("type", "operating-system");
        system.string("bom-ref", "operating-system");
        system.string("name", &distribution.id);
        system.string_if_any("version", distribution.version_id.as_deref().unwrap_or_default());
        system.string_if_any("description", distribution.pretty_name.as_deref().unwrap_or_default());
        system.finish()
    });
    let list = (1_u32..).zip(&packages.packages).map(|(index, package)| component(index, package));
    let components = write_array(system.into_iter().chain(list));
    let serial = options.serial.clone().unwrap_or_else(|| {
        uuid(&[options.name.as_bytes(), options.created.as_bytes(), &components].join(&0))
    });
    let mut document = object();
    document.string("bomFormat", "CycloneDX");
    document.string("specVersion", "1.6");
    document.string("serialNumber", &format!("urn:uuid:{serial}"));
    document.integer("version", 1);
    let mut tool = object();
    tool.string("type", "application");
    tool.string("name", "layerglass");
    tool.string("version", VERSION);
    let mut tools = object();
    tools.array("components", std::iter::once(tool.finish()));
    let mut image = object();
    image.string("type", "container");
    image.string("bom-ref", "image");
    image.string("name", if options.name.is_empty() { "image" } else { &options.name });
    image.string_if_any("version", options.version.as_deref().unwrap_or_default());
    let mut metadata = object();
    metadata.string("timestamp", &options.created);
    metadata.raw("tools", &tools.finish());
    metadata.raw("component", &image.finish());
    document.raw("metadata", &metadata.finish());
    document.raw("components", &components);
    document.finish()
}

fn component(index: u32, package: &Package) -> Vec<u8> {
    let mut written = object();
    written.string("type", "library");
    written.string("bom-ref", &format!("package-{index}"));
    if let Some(supplier) = &package.supplier {
        written.string("publisher", supplier);
    }
    written.string_if_any("group", package.group.as_deref().unwrap_or_default());
    written.string("name", &package.name);
    written.string_if_any("version", &package.version);
    if let Some(text) = &package.license {
        written.array("licenses", std::iter::once(license(text)));
    }
    written.string("purl", &package.purl);
    if let Some(homepage) = package.homepage.as_ref().filter(|url| is_url(url)) {
        let mut reference = object();
        reference.string("url", homepage);
        reference.string("type", "website");
        written.array("externalReferences", std::iter::once(reference.finish()));
    }
    let mut properties = vec![
        property("layerglass:kind", package.kind.as_str()),
        property("layerglass:layer", &package.layer.to_string()),
        property("layerglass:size", &package.size.to_string()),
    ];
    properties
        .extend(package.installed_size.map(|size| property("layerglass:installedSize", &size.to_string())));
    for location in &package.locations {
        let inner = location.inner.as_ref().map(|inner| format!("!/{inner}")).unwrap_or_default();
        properties.push(property("layerglass:location", &format!("/{}{inner}", location.path)));
    }
    written.array("properties", properties.into_iter());
    written.finish()
}

fn property(name: &str, value: &str) -> Vec<u8> {
    let mut property = object();
    property.string("name", name);
    property.string("value", value);
    property.finish()
}

/// One identifier, an expression of several, or a name.
fn license(text: &str) -> Vec<u8> {
    let mut choice: ObjectWriter = object();
    let mut license = object();
    match (license::identifier(text), license::expression(text)) {
        (Some(id), _) => license.string("id", id),
        (None, Some(expression)) => {
            choice.string("expression", &expression);
            return choice.finish();
        }
        _ => license.string("name", text),
    }
    choice.raw("license", &license.finish());
    choice.finish()
}
