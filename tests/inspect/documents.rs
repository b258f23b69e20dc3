//! Lists of packages as SPDX and CycloneDX documents.

use std::process::Command;

use layerglass::inspect::packages::{BomOptions, Packages, write_cyclonedx, write_spdx};
use serde_json::Value;

use super::support::{Layer, packages};

/// Names, licences and pages that are hard to write.
fn sample() -> Packages {
    let apk = "P:plain\nV:1.0\nA:x86_64\nL:MIT AND (Apache-2.0 OR GPL-2.0-only WITH Classpath-exception-2.0)\n\
        U:https://example.com/plain\nm:A Person <a@example.com>\no:plain-source\n\n\
        P:strange \"<&>\\\u{1}\u{2028}\nV:2 :+~\nL:see LICENSE\nU:javascript:alert(1)\nm:Group\n\n";
    let layer = Layer::default()
        .file("etc/os-release", "ID=alpine\nVERSION_ID=3.18\nPRETTY_NAME=Alpine\n")
        .file("lib/apk/db/installed", apk)
        .file("n/node_modules/x/package.json", r#"{"name":"x","version":"1","license":"mit"}"#)
        .file("n/node_modules/y/package.json", r#"{"name":"y","version":"1","license":"see LICENSE"}"#)
        .file("n/node_modules/\u{e9}/package.json", r#"{"name":"\u00e9","license":"MIT AND"}"#);
    packages(&[layer])
}

fn options() -> BomOptions {
    BomOptions {
        name: "docker.io/library/demo:1".into(),
        version: Some(format!("sha256:{}", "0".repeat(64))),
        created: "2026-01-31T12:00:00Z".into(),
        ..BomOptions::default()
    }
}

fn parse(document: &[u8]) -> Value {
    serde_json::from_slice(document).unwrap()
}

#[test]
fn spdx_has_what_the_specification_demands() {
    let packages = sample();
    let bytes = write_spdx(&packages, &options());
    assert_eq!(bytes, write_spdx(&packages, &options()));
    let document = parse(&bytes);
    for field in ["spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo"] {
        assert!(!document[field].is_null(), "{field}");
    }
    let tool = format!("Tool: layerglass-{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(document["creationInfo"]["creators"][0], tool);
    let list = document["packages"].as_array().unwrap();
    assert_eq!(list.len(), packages.packages.len() + 1);
    for package in list {
        for field in ["SPDXID", "name", "downloadLocation"] {
            assert!(package[field].is_string(), "{field} of {package}");
        }
    }
    let named = |name: &str| list.iter().find(|package| package["name"] == name).unwrap();
    let plain = named("plain");
    assert_eq!(plain["licenseDeclared"], "MIT AND (Apache-2.0 OR GPL-2.0-only WITH Classpath-exception-2.0)");
    assert_eq!(plain["supplier"], "Person: A Person (a@example.com)");
    assert_eq!(
        plain["externalRefs"][0]["referenceLocator"],
        "pkg:apk/alpine/plain@1.0?arch=x86_64&distro=alpine-3.18"
    );
    assert_eq!(named("x")["licenseDeclared"], "MIT", "as SPDX spells it");
    // Two packages have the same text, and one a broken expression.
    let texts = document["hasExtractedLicensingInfos"].as_array().unwrap();
    assert_eq!(texts.len(), 2);
    assert!(texts.iter().any(|text| text["licenseId"] == named("y")["licenseDeclared"]));
    let strange =
        list.iter().find(|package| package["name"].as_str().unwrap().starts_with("strange")).unwrap();
    assert!(strange["homepage"].is_null(), "what is no address of a page is left out");
    assert_eq!(document["relationships"].as_array().unwrap().len(), list.len());
    // Other contents, another namespace.
    let mut fewer = packages.clone();
    fewer.packages.pop();
    assert_ne!(parse(&write_spdx(&fewer, &options()))["documentNamespace"], document["documentNamespace"]);
}

#[test]
fn cyclonedx_has_what_the_schema_demands() {
    let packages = sample();
    let document = parse(&write_cyclonedx(&packages, &options()));
    assert_eq!((&document["bomFormat"], &document["specVersion"]), (&"CycloneDX".into(), &"1.6".into()));
    let components = document["components"].as_array().unwrap();
    assert_eq!(components.len(), packages.packages.len() + 1, "with the distribution");
    for component in components {
        assert!(component["type"].is_string() && component["name"].is_string(), "{component}");
    }
    let named = |name: &str| components.iter().find(|component| component["name"] == name).unwrap();
    assert_eq!(named("x")["licenses"][0]["license"]["id"], "MIT");
    assert_eq!(named("y")["licenses"][0]["license"]["name"], "see LICENSE");
    assert!(named("plain")["licenses"][0]["expression"].as_str().unwrap().contains(" WITH "));
    let properties = named("plain")["properties"].as_array().unwrap();
    assert!(
        properties.iter().any(|property| property["name"] == "layerglass:layer" && property["value"] == "0")
    );
    let given = BomOptions { serial: Some("3e671687-395b-41f5-a30f-a58921a69b79".into()), ..options() };
    let given = parse(&write_cyclonedx(&packages, &given));
    assert_eq!(given["serialNumber"], "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79");
}

/// The projects' own validators, where `LAYERGLASS_PYTHON` is a Python that has `cyclonedx-python-lib[json-validation]` and
/// `spdx-tools`.
#[test]
fn the_projects_own_validators_accept_them() {
    let Ok(python) = std::env::var("LAYERGLASS_PYTHON") else {
        eprintln!("SKIPPED: LAYERGLASS_PYTHON names no Python with cyclonedx-python-lib and spdx-tools");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (spdx, cyclonedx) = (folder.path().join("image.spdx.json"), folder.path().join("image.cdx.json"));
    let empty = packages(&[Layer::default()]);
    for packages in [sample(), empty] {
        std::fs::write(&spdx, write_spdx(&packages, &options())).unwrap();
        std::fs::write(&cyclonedx, write_cyclonedx(&packages, &options())).unwrap();
        let program = "\
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[2]).read())
assert problem is None, problem
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
problems = validate_full_spdx_document(parse_file(sys.argv[1]))
assert not problems, [problem.validation_message for problem in problems]
";
        let run = Command::new(&python).arg("-c").arg(program).args([&spdx, &cyclonedx]).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
}
