//! What programs were built from.

use std::io::Write;
use std::process::Command;

use layerglass::inspect::packages::{PackageKind, Role, Selection};
use layerglass::layer::FileTree;
use layerglass::limits::Limits;

use super::support::{Layer, find, findings, names, packages};

const MODULES: &str = "path\texample.com/Tool\nmod\texample.com/Tool\t(devel)\t\ndep\tgolang.org/x/sys\tv0.5.0\th1:abc=\n\
    dep\tgithub.com/old/lib\tv1.0.0\n=>\tgithub.com/new/lib\tv1.1.0\th1:def=\nbuild\t-compiler=gc\n";

/// The text of modules between the linker's marks.
fn modules() -> Vec<u8> {
    [[b'<'; 16].as_slice(), MODULES.as_bytes(), &[b'>'; 16]].concat()
}

/// Build information as Go writes it since 1.18: two texts, each behind its length.
fn inline() -> Vec<u8> {
    let mut section = b"\xff Go buildinf:\x08\x02".to_vec();
    section.resize(32, 0);
    for text in [b"go1.21.3 X:boringcrypto".to_vec(), modules()] {
        let mut length = text.len();
        while length > 0x7f {
            section.push(length as u8 | 0x80);
            length >>= 7;
        }
        section.push(length as u8);
        section.extend(text);
    }
    section
}

/// The list of crates as cargo-auditable writes it.
fn crates() -> Vec<u8> {
    let json = r#"{"packages":[{"name":"serde","version":"1.0.1","source":"crates.io"},
        {"name":"cc","version":"1.0.0","source":"crates.io","kind":"build"},
        {"name":"tool","version":"0.3.0","source":"local","dependencies":[0],"root":true}]}"#;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(json.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

/// A program of 8 KiB with named sections at 4096, loaded at `0x40_0000`.
fn elf(wide: bool, big: bool, sections: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = vec![0; 4096];
    let number = |value: u64, size: usize| {
        let bytes = value.to_be_bytes()[8 - size..].to_vec();
        if big { bytes } else { bytes.into_iter().rev().collect() }
    };
    let word = if wide { 8 } else { 4 };
    put(&mut file, 0, b"\x7fELF");
    put(&mut file, 4, &[if wide { 2 } else { 1 }, if big { 2 } else { 1 }, 1]);
    let mut names = vec![0];
    let mut table = vec![0; if wide { 64 } else { 40 }];
    for (name, contents) in sections {
        table.extend(number(names.len() as u64, 4));
        table.extend(number(1, 4));
        table.extend(number(0, word));
        table.extend(number(0x40_0000 + file.len() as u64, word));
        table.extend(number(file.len() as u64, word));
        table.extend(number(contents.len() as u64, word));
        table.resize(table.len().next_multiple_of(if wide { 64 } else { 40 }), 0);
        names.extend(name.as_bytes());
        names.push(0);
        file.extend(*contents);
        file.resize(file.len().next_multiple_of(16), 0);
    }
    let names_at = file.len() as u64;
    file.extend(&names);
    table.extend(number(0, 4));
    table.extend(number(3, 4));
    table.extend(
        [number(0, word), number(0, word), number(names_at, word), number(names.len() as u64, word)].concat(),
    );
    table.resize(table.len().next_multiple_of(if wide { 64 } else { 40 }), 0);
    let table_at = file.len() as u64;
    file.extend(&table);
    let (segments_at, sections_at, counts) = if wide { (32, 40, 54) } else { (28, 32, 42) };
    put(&mut file, segments_at, &number(64, word));
    put(&mut file, sections_at, &number(table_at, word));
    let sizes = if wide { [56, 1, 64] } else { [32, 1, 40] };
    let count = sections.len() as u64 + 2;
    for (index, value) in sizes.into_iter().chain([count, count - 1]).enumerate() {
        put(&mut file, counts + 2 * index, &number(value, 2));
    }
    // One segment, the whole file.
    let length = number(file.len() as u64, word);
    put(&mut file, 64, &number(1, 4));
    let at = if wide { 72 } else { 68 };
    put(&mut file, at, &number(0, word));
    put(&mut file, at + word, &number(0x40_0000, word));
    put(&mut file, at + 3 * word, &length);
    file
}

fn go_names() -> [&'static str; 4] {
    ["example.com/Tool ", "github.com/new/lib v1.1.0", "golang.org/x/sys v0.5.0", "stdlib 1.21.3"]
}

#[test]
fn modules_of_a_go_program() {
    for (wide, big) in [(true, false), (true, true), (false, false), (false, true)] {
        let program = elf(wide, big, &[(".text", &[0x90; 100]), (".go.buildinfo", &inline())]);
        let layers = [Layer::default(), Layer::default().with_mode("usr/bin/tool", 0o755, &program)];
        let found = packages(&layers);
        assert_eq!(names(&found), go_names(), "{wide} {big}: {:?}", found.findings);
        let tool = find(&found, "example.com/Tool");
        assert_eq!(tool.purl, "pkg:golang/example.com/tool", "a working folder has no version");
        assert_eq!((tool.size, tool.layer, tool.kind), (program.len() as u64, 1, PackageKind::Go));
        assert_eq!(find(&found, "golang.org/x/sys").purl, "pkg:golang/golang.org/x/sys@v0.5.0");
        assert_eq!(find(&found, "golang.org/x/sys").size, 0, "the program's size is counted once");
    }
}

/// Up to Go 1.17 two pointers lead to Go strings, which lead to the texts.
#[test]
fn modules_of_an_older_go_program() {
    for (wide, big) in [(true, false), (false, true)] {
        let number = |value: u64| {
            let bytes = value.to_be_bytes()[if wide { 0 } else { 4 }..].to_vec();
            if big { bytes } else { bytes.into_iter().rev().collect() }
        };
        let base = 0x40_1000;
        let (version, text) = (b"go1.13.4".to_vec(), modules());
        let (headers, texts) = (base + 32, base + 32 + 4 * number(0).len() as u64);
        let mut section = b"\xff Go buildinf:".to_vec();
        section.extend([number(0).len() as u8, u8::from(big)]);
        section.extend(number(headers));
        section.extend(number(headers + 2 * number(0).len() as u64));
        section.resize(32, 0);
        section.extend([number(texts), number(version.len() as u64)].concat());
        section.extend([number(texts + version.len() as u64), number(text.len() as u64)].concat());
        section.extend([version, text].concat());
        let program = elf(wide, big, &[(".go.buildinfo", &section)]);
        let found = packages(&[Layer::default().with_mode("tool", 0o755, &program)]);
        assert_eq!(found.packages.len(), 4, "{wide} {big}: {:?}", found.findings);
        assert_eq!(find(&found, "stdlib").version, "1.13.4");
    }
}

#[test]
fn crates_of_a_rust_program() {
    let program = elf(true, false, &[(".dep-v0", &crates())]);
    let found = packages(&[Layer::default().with_mode("usr/bin/tool", 0o755, &program)]);
    assert_eq!(names(&found), ["serde 1.0.1", "tool 0.3.0"], "what ran while building is not in it");
    assert_eq!(find(&found, "serde").purl, "pkg:cargo/serde@1.0.1");
    assert_eq!(find(&found, "tool").size, program.len() as u64);

    let mut damaged = program.clone();
    damaged[4100] ^= 0xff;
    let found = packages(&[Layer::default().with_mode("usr/bin/tool", 0o755, &damaged)]);
    assert_eq!(findings(&found)["usr/bin/tool"], "package-file-damaged");
}

/// A script, a program without anything to tell, and one that breaks off.
#[test]
fn other_programs_tell_nothing() {
    let whole = elf(true, false, &[(".go.buildinfo", &inline())]);
    let layer = Layer::default()
        .with_mode("bin/script", 0o755, vec![b'#'; 5000])
        .with_mode("bin/plain", 0o755, elf(true, false, &[(".text", &[0; 10])]))
        .with_mode("bin/broken", 0o755, &whole[..whole.len() - 100])
        .with_mode("bin/not-run", 0o644, &whole);
    let found = packages(&[layer]);
    assert_eq!(names(&found), [""; 0]);
    let told = findings(&found);
    assert_eq!((told.len(), told["bin/broken"].as_str()), (1, "package-file-short"));
}

/// Programs for three systems, as Go's own compiler makes them, where `LAYERGLASS_GO` names it.
#[test]
fn programs_that_go_built() {
    let Ok(go) = std::env::var("LAYERGLASS_GO") else {
        eprintln!("SKIPPED: LAYERGLASS_GO names no Go to build programs with");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("go.mod"), "module example.com/hello\n\nrequire example.com/lib v1.2.3\n\nreplace example.com/lib v1.2.3 => ./lib\n").unwrap();
    std::fs::write(
        folder.path().join("main.go"),
        "package main\n\nimport \"example.com/lib\"\n\nfunc main() { lib.Hello() }\n",
    )
    .unwrap();
    std::fs::create_dir(folder.path().join("lib")).unwrap();
    std::fs::write(folder.path().join("lib/go.mod"), "module example.com/lib\n").unwrap();
    std::fs::write(folder.path().join("lib/lib.go"), "package lib\n\nfunc Hello() { println(\"hello\") }\n")
        .unwrap();
    for (system, name) in [("linux", "hello"), ("windows", "hello.exe"), ("darwin", "hello-mac")] {
        let built = folder.path().join(name);
        let mut build = Command::new(&go);
        build.args(["build", "-o"]).arg(&built).current_dir(folder.path());
        build.env("GOOS", system).env("GOFLAGS", "-mod=mod").env("GOPROXY", "off").env("CGO_ENABLED", "0");
        let run = build.output().unwrap();
        assert!(run.status.success(), "{system}: {}", String::from_utf8_lossy(&run.stderr));
        let program = std::fs::read(&built).unwrap();
        let layer = Layer::default().with_mode("hello", 0o755, &program);
        let found = packages(&[layer]);
        assert_eq!(found.findings, [], "{system}");
        let version = Command::new(&go).args(["env", "GOVERSION"]).output().unwrap().stdout;
        let version = String::from_utf8(version).unwrap();
        assert_eq!(find(&found, "stdlib").version, version.trim().trim_start_matches("go"), "{system}");
        assert!(names(&found).contains(&"example.com/hello ".to_owned()), "{system}: {:?}", names(&found));
        assert!(names(&found).iter().any(|name| name.starts_with("./lib")), "{system}: {:?}", names(&found));
    }
}

/// Of a large program a small part is read.
#[test]
fn only_headers_and_a_section_are_wanted() {
    let filler = vec![0x90; 4 << 20];
    let program = elf(true, false, &[(".text", &filler), (".go.buildinfo", &inline())]);
    let layer = Layer::default().with_mode("usr/bin/tool", 0o755, &program);
    let limits = Limits::default();
    let tree = FileTree::merge(&[layer.table()], &limits).unwrap();
    let selection = Selection::new(&tree, &limits);
    let [file] = selection.files() else { panic!("{:?}", selection.files()) };
    assert_eq!(file.role, Role::Program);
    let (read, wanted) = super::support::read(file, &program, &limits);
    assert_eq!(read.unwrap().len(), 4);
    assert!(wanted < 40_000, "{wanted} of {}", program.len());
}
