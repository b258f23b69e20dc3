//! Packages of programming languages.

use layerglass::inspect::packages::PackageKind;

use super::support::{Layer, find, findings, names, packages};

#[test]
fn python_distributions() {
    let site = "usr/lib/python3/site-packages";
    let metadata = "Metadata-Version: 2.1\nName: Foo_Bar\nVersion: 1.0.post1\nLicense-Expression: MIT OR Apache-2.0\n\
        Author-email: A Person <a@example.com>\nProject-URL: Homepage, https://example.com/foo\n\nName: not a header\n";
    let layer = Layer::default()
        .file(&format!("{site}/foo_bar-1.0.dist-info/METADATA"), metadata)
        .file(
            &format!("{site}/foo_bar-1.0.dist-info/RECORD"),
            "foo/__init__.py,sha256=x,3\n\"foo/a,b.py\",,\n../../../bin/foo,,\nfoo/gone.py,,\r\n",
        )
        .file(&format!("{site}/foo/__init__.py"), "abc")
        .file(&format!("{site}/foo/a,b.py"), "12345")
        .file("usr/bin/foo", "#!")
        .file(&format!("{site}/six.egg-info/PKG-INFO"), "Name: six\nVersion: 1.16\nLicense: MIT\n")
        .file(&format!("{site}/six.egg-info/top_level.txt"), "six")
        .file(
            &format!("{site}/old-2.egg-info"),
            "Name: old\nVersion: 2\nLicense: UNKNOWN\nClassifier: License :: OSI Approved :: BSD License\n",
        );
    let found = packages(&[layer]);
    assert_eq!(names(&found), ["Foo_Bar 1.0.post1", "old 2", "six 1.16"]);
    let foo = find(&found, "Foo_Bar");
    assert_eq!(foo.purl, "pkg:pypi/foo-bar@1.0.post1");
    assert_eq!((foo.size, foo.missing), (10, 1), "`..` leaves the folder, and a comma is quoted");
    assert_eq!(foo.license.as_deref(), Some("MIT OR Apache-2.0"));
    assert_eq!(foo.homepage.as_deref(), Some("https://example.com/foo"));
    assert_eq!(find(&found, "old").license.as_deref(), Some("BSD License"));
    assert_eq!(find(&found, "six").files.len(), 2, "without a RECORD the folder is what is known");
}

#[test]
fn node_packages() {
    let layer = Layer::default()
        .file(
            "app/node_modules/a/package.json",
            r#"{"name":"a","version":"1.0.0","license":"MIT","author":{"name":"A","email":"a@b.c"}}"#,
        )
        .file("app/node_modules/a/index.js", "0123456789")
        .file("app/node_modules/a/lib/package.json", r#"{"type":"module"}"#)
        .file(
            "app/node_modules/a/node_modules/b/package.json",
            r#"{"name":"b","version":"2.0.0","licenses":[{"type":"MIT"},{"type":"X11"}]}"#,
        )
        .file(
            "app/node_modules/@scope/c/package.json",
            "\u{feff}{\"name\":\"@scope/c\",\"version\":\"3.0.0-beta.1\"}",
        )
        .file("app/node_modules/broken/package.json", "{\"name\":")
        .file("srv/node_modules/a/package.json", r#"{"name":"a","version":"1.0.0"}"#);
    let found = packages(&[layer]);
    assert_eq!(names(&found), ["@scope/c 3.0.0-beta.1", "a 1.0.0", "b 2.0.0"]);
    assert_eq!(find(&found, "@scope/c").purl, "pkg:npm/%40scope/c@3.0.0-beta.1");
    let a = find(&found, "a");
    assert_eq!(a.supplier.as_deref(), Some("A <a@b.c>"));
    let places: Vec<&str> = a.locations.iter().map(|location| location.path.as_str()).collect();
    assert_eq!(places, ["app/node_modules/a/package.json", "srv/node_modules/a/package.json"]);
    assert_eq!(a.files.len(), 4, "both places, without the package inside the first");
    assert_eq!(find(&found, "b").license.as_deref(), Some("MIT OR X11"));
    assert_eq!(findings(&found)["app/node_modules/broken/package.json"], "package-file-damaged");
}

#[test]
fn ruby_gems() {
    let specification = "\
# -*- encoding: utf-8 -*-
# stub: nokogiri 1.15.4 x86_64-linux lib

Gem::Specification.new do |s|
  s.name = \"nokogiri\".freeze
  s.version = \"1.15.4\"
  s.authors = [\"Mike \\\"M\\\" Dalessio\".freeze, \"Aaron\".freeze]
  s.homepage = \"https://nokogiri.org\".freeze
  s.licenses = [\"MIT\".freeze, \"Ruby\".freeze]
  s.files = [\"a\", \"b\"]
end
";
    let layer = Layer::default()
        .file("usr/local/bundle/specifications/nokogiri-1.15.4-x86_64-linux.gemspec", specification)
        .file("usr/local/bundle/gems/nokogiri-1.15.4-x86_64-linux/lib/nokogiri.rb", "require")
        .file(
            "usr/lib/ruby/specifications/default/json-2.6.gemspec",
            "Gem::Specification.new do |spec|\n  spec.name = 'json'\n  spec.version = '2.6'\nend\n",
        )
        .file("usr/lib/ruby/specifications/bad.gemspec", "raise");
    let found = packages(&[layer]);
    assert_eq!(names(&found), ["json 2.6", "nokogiri 1.15.4"]);
    let gem = find(&found, "nokogiri");
    assert_eq!(gem.purl, "pkg:gem/nokogiri@1.15.4?platform=x86_64-linux");
    assert_eq!(gem.supplier.as_deref(), Some("Mike \"M\" Dalessio, Aaron"));
    assert_eq!(gem.license.as_deref(), Some("MIT OR Ruby"));
    assert_eq!((gem.kind, gem.files.len()), (PackageKind::Ruby, 2));
    assert_eq!(findings(&found)["usr/lib/ruby/specifications/bad.gemspec"], "package-nameless");
}
