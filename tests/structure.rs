//! The rules of the house: which room may know which, who may touch the world, and how long a file may be.
//!
//! The rooms are the modules of `src/lib.rs`. Each may name only those declared above it; `fs`, `object_store` and `js`,
//! which come last, do not know each other, and they alone may name files, clocks, threads or JavaScript.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The rooms at the border: whatever the library does to the world outside, it does in these.
const BORDER: [&str; 3] = ["fs", "object_store", "js"];

/// Crates that are JavaScript.
const JAVASCRIPT: [&str; 5] =
    ["js_sys", "serde_wasm_bindgen", "wasm_bindgen", "wasm_bindgen_futures", "web_sys"];

/// Parts of the standard library that are the world outside.
const WORLD: [&str; 14] = [
    "env",
    "fs",
    "io::IsTerminal",
    "io::stderr",
    "io::stdin",
    "io::stdout",
    "net",
    "os",
    "process",
    "random",
    "thread",
    "time::Instant",
    "time::SystemTime",
    "time::UNIX_EPOCH",
];

/// Macros that write to the world, or read it at compile time.
const WORLD_MACROS: [&str; 7] = ["dbg", "env", "eprint", "eprintln", "option_env", "print", "println"];

/// A file is about one thing, and that has an end.
const LINES: usize = 450;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn rooms_know_only_the_rooms_above_them() {
    let rooms = rooms();
    assert!(rooms.len() > 5 && BORDER.iter().all(|room| rooms.contains(&(*room).to_owned())), "{rooms:?}");
    let mut broken = Vec::new();
    for (file, code) in sources() {
        let room = room_of(&file);
        let Some(place) = rooms.iter().position(|known| *known == room) else {
            assert_eq!(room, "lib", "{} belongs to no room of lib.rs", file.display());
            continue;
        };
        for used in rooms_named(&code, depth_of(&file)) {
            let above = rooms.iter().position(|known| *known == used).is_some_and(|other| other < place);
            let neighbours = BORDER.contains(&room.as_str()) && BORDER.contains(&used.as_str());
            if used != room && (!above || neighbours) {
                broken.push(format!("{}: `{room}` may not know `{used}`", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn only_the_border_touches_the_world() {
    let mut broken = Vec::new();
    for (file, code) in sources() {
        if !BORDER.contains(&room_of(&file).as_str()) {
            let named = world_named(&code);
            broken.extend(named.into_iter().map(|name| format!("{}: {name}", file.display())));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The native border does not know JavaScript either, and JavaScript's border opens no file.
#[test]
fn each_side_of_the_border_touches_its_own_world() {
    let mut broken = Vec::new();
    for (file, code) in sources() {
        let room = room_of(&file);
        let is_foreign = |name: &String| match room.as_str() {
            "fs" | "object_store" => JAVASCRIPT.contains(&name.as_str()) || name == "JsValue",
            "js" => name.starts_with("std::"),
            _ => false,
        };
        let named = world_named(&code).into_iter().filter(is_foreign);
        broken.extend(named.map(|name| format!("{}: {name}", file.display())));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn features_are_chosen_at_declarations() {
    let mut broken = Vec::new();
    for (file, code) in sources() {
        for name in feature_choices(&code) {
            broken.push(format!("{}: cfg(feature) on `{name}`", file.display()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_file_has_an_end() {
    let mut long = Vec::new();
    for folder in ["src", "tests", "benches", "xtask", "fuzz/fuzz_targets", "pkg", "www"] {
        for file in files(&root().join(folder), &["rs", "ts", "tsx", "js", "mjs", "css", "html"]) {
            let lines = fs::read_to_string(&file).expect("a source file is text").lines().count();
            if lines > LINES {
                long.push(format!("{}: {lines} lines", shown(&file)));
            }
        }
    }
    assert!(long.is_empty(), "more than {LINES} lines:\n{}", long.join("\n"));
}

/// The page takes the package as any other user does, by its name.
#[test]
fn the_page_uses_only_what_the_package_exports() {
    let mut broken = Vec::new();
    for file in files(&root().join("www"), &["ts", "tsx", "js", "mjs"]) {
        let text = fs::read_to_string(&file).expect("a source file is text");
        let imports = text.lines().filter(|line| line.contains("import") || line.contains("from "));
        for line in imports.filter(|line| line.contains("/pkg/") || line.contains("layerglass/dist")) {
            broken.push(format!("{}: {}", shown(&file), line.trim()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The rules above are only as good as what finds a break of them.
#[test]
fn breaks_of_the_rules_are_found() {
    let named = |code: &str, depth| rooms_named(&tokens(code), depth);
    assert_eq!(named("use crate::tar::Entry; // crate::layer", 1), ["tar"]);
    assert_eq!(named("use crate::{tar::{self, Entry}, layer, error::Kind};", 1), ["tar", "layer", "error"]);
    assert_eq!(
        named("fn f() -> crate::archive::A { \"crate::tar\"; pub(crate) use super::x; }", 2),
        ["archive"]
    );
    assert_eq!(named("use super::layer::Scan;", 1), ["layer"], "from `src/tar.rs` or `src/tar/mod.rs`");
    assert_eq!(
        named("use super::super::layer::Scan; use super::header;", 2),
        ["layer"],
        "from a file in a room"
    );
    assert_eq!(named("mod inner { use super::x; use super::super::layer::Scan; }", 1), ["layer"]);
    assert_eq!(named("mod a { fn f() { mod b { use super::super::x; } } }", 1), [""; 0]);

    let world = |code: &str| world_named(&tokens(code));
    assert_eq!(world("use std::fs::File; // std::net"), ["std::fs"]);
    assert_eq!(world("use std::{io::{self, Read}, time::{Duration, Instant}};"), ["std::time::Instant"]);
    assert_eq!(world("fn f() { ::std::thread::spawn(g); let s = \"std::env\"; }"), ["std::thread"]);
    assert_eq!(world("use std::time::Duration; use std::io::Read; use core::time;"), [""; 0]);
    assert_eq!(
        world("use std::time; use std::io::*;"),
        ["std::time", "std::io::*"],
        "a whole module hides its parts"
    );
    assert_eq!(world("use std::io; fn f() { io::stdin().lock(); }"), ["std::io::stdin"]);
    assert_eq!(world("fn f(x: JsValue) -> wasm_bindgen::JsError {}"), ["JsValue", "wasm_bindgen"]);
    assert_eq!(world("fn f(env: u8) { println!(); my::println(); }"), ["println!"]);

    let choices = |code: &str| feature_choices(&tokens(code));
    assert_eq!(
        choices("#[cfg(feature = \"a\")] pub mod a; #[cfg(all(feature = \"a\", unix))] use b::c;"),
        [""; 0]
    );
    assert_eq!(choices("fn f() { #[cfg(feature = \"a\")] let x = 1; }"), ["let"]);
    assert_eq!(choices("struct S { #[cfg(feature = \"a\")] pub x: u8 } #[cfg(not(unix))] fn g() {}"), ["x"]);
    assert_eq!(choices("fn f() { if cfg!(feature = \"a\") {} }"), ["cfg!"]);
}

/// The modules of lib.rs, in their order.
fn rooms() -> Vec<String> {
    let code: Vec<TokenTree> = parse(&root().join("src/lib.rs")).into_iter().collect();
    let is_mod = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "mod");
    code.windows(2).filter(|pair| is_mod(&pair[0])).map(|pair| pair[1].to_string()).collect()
}

/// Every source file of the library, relative to `src`, with its code.
fn sources() -> Vec<(PathBuf, Vec<TokenTree>)> {
    let folder = root().join("src");
    let code = |file: PathBuf| {
        let code = parse(&file).into_iter().collect();
        (file.strip_prefix(&folder).expect("a file below src").to_owned(), code)
    };
    files(&folder, &["rs"]).into_iter().map(code).collect()
}

fn parse(file: &Path) -> TokenStream {
    let text = fs::read_to_string(file).expect("a source file is text");
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn tokens(code: &str) -> Vec<TokenTree> {
    code.parse::<TokenStream>().expect("Rust").into_iter().collect()
}

/// The room that a file belongs to: `tar` for `tar.rs` and for all in `tar/`.
fn room_of(file: &Path) -> String {
    let first = file.components().next().expect("a name").as_os_str();
    Path::new(first).with_extension("").to_string_lossy().into_owned()
}

/// How many modules a file lies below the crate's root.
fn depth_of(file: &Path) -> usize {
    let names = file.with_extension("");
    names.components().filter(|name| name.as_os_str() != "mod" && name.as_os_str() != "lib").count()
}

/// The rooms that code names, through `crate::` or through as many `super::` as lead to the root.
fn rooms_named(code: &[TokenTree], depth: usize) -> Vec<String> {
    let mut named = Vec::new();
    walk(code, depth, &mut |place, depth| {
        let ups = place.iter().step_by(3).take_while(|token| is_word(token, "super")).count();
        let from_root = if place.first().is_some_and(|token| is_word(token, "crate")) {
            Some(&place[1..])
        } else {
            (ups > 0 && ups == depth).then(|| &place[3 * ups - 2..])
        };
        if let Some(rest) = from_root {
            named.extend(
                paths_after(rest).into_iter().map(|path| path.split("::").next().unwrap_or("").to_owned()),
            );
        }
    });
    named.dedup();
    named
}

/// What code names of the world outside.
fn world_named(code: &[TokenTree]) -> Vec<String> {
    let mut named = Vec::new();
    walk(code, 0, &mut |place, _| {
        let Some(TokenTree::Ident(word)) = place.first() else { return };
        let word = word.to_string();
        // `std::io` may be imported as a whole, so its parts are looked for below that name too.
        let paths = match word.as_str() {
            "std" => paths_after(&place[1..]),
            "io" => paths_after(&place[1..]).into_iter().map(|path| format!("io::{path}")).collect(),
            _ => Vec::new(),
        };
        for path in paths {
            if let Some(part) =
                WORLD.iter().find(|part| path == **part || path.starts_with(&format!("{part}::")))
            {
                named.push(format!("std::{part}"));
            } else if hides_the_world(&path) {
                named.push(format!("std::{path}"));
            }
        }
        let is_macro = matches!(place.get(1), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
        if WORLD_MACROS.contains(&word.as_str()) && is_macro {
            named.push(format!("{word}!"));
        }
        if JAVASCRIPT.contains(&word.as_str()) || word == "JsValue" {
            named.push(word);
        }
    });
    named
}

/// Whether a path names all of a module of which only parts are the world, so that it cannot be seen which.
fn hides_the_world(path: &str) -> bool {
    let module = path.strip_suffix("::*").unwrap_or(path);
    let has_parts = WORLD.iter().any(|part| part.split_once("::").is_some_and(|(whole, _)| whole == module));
    has_parts && path != "io"
}

/// Where code asks for a feature other than at the declaration of a module or at an import.
fn feature_choices(code: &[TokenTree]) -> Vec<String> {
    let asks = |group: &Group| group.stream().to_string().contains("feature =");
    let mut found = Vec::new();
    walk(code, 0, &mut |place, _| match place {
        [TokenTree::Punct(hash), TokenTree::Group(attribute), rest @ ..] if hash.as_char() == '#' => {
            let text = attribute.stream().to_string();
            if !text.starts_with("cfg") || !text.contains("feature =") {
                return;
            }
            let words = rest.iter().filter_map(|token| match token {
                TokenTree::Ident(word) if word != "pub" => Some(word.to_string()),
                _ => None,
            });
            let item = words.into_iter().next().unwrap_or_default();
            if !matches!(item.as_str(), "mod" | "use") {
                found.push(item);
            }
        }
        [TokenTree::Ident(word), TokenTree::Punct(mark), TokenTree::Group(group), ..]
            if word == "cfg" && mark.as_char() == '!' && asks(group) =>
        {
            found.push("cfg!".into());
        }
        _ => {}
    });
    found
}

/// Shows each place in the code, and how many modules it lies below the root. A place that continues a path is
/// not shown: `std` in `a::std` is something else.
fn walk(code: &[TokenTree], depth: usize, visit: &mut dyn FnMut(&[TokenTree], usize)) {
    for (index, token) in code.iter().enumerate() {
        // A leading `::` starts a path, and so does one after a keyword.
        let continues = index >= 3
            && is_colons(&code[index - 2..index])
            && matches!(&code[index - 3], TokenTree::Ident(word) if !is_keyword(&word.to_string()));
        if !continues {
            visit(&code[index..], depth);
        }
        if let TokenTree::Group(group) = token {
            let module =
                index >= 2 && group.delimiter() == Delimiter::Brace && is_word(&code[index - 2], "mod");
            let inner: Vec<_> = group.stream().into_iter().collect();
            walk(&inner, depth + usize::from(module), visit);
        }
    }
}

/// Every path that follows, which begins with `::` and may branch into braces.
fn paths_after(rest: &[TokenTree]) -> Vec<String> {
    match rest {
        [a, b, next, after @ ..] if is_colons(&[a.clone(), b.clone()]) => match next {
            TokenTree::Ident(word) => {
                let further = paths_after(after);
                if further.is_empty() {
                    return vec![word.to_string()];
                }
                further.into_iter().map(|path| format!("{word}::{path}")).collect()
            }
            TokenTree::Punct(mark) if mark.as_char() == '*' => vec!["*".into()],
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                let is_comma =
                    |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
                inner.split(is_comma).filter(|branch| !branch.is_empty()).flat_map(branch_paths).collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The paths of one branch inside braces.
fn branch_paths(branch: &[TokenTree]) -> Vec<String> {
    let first = branch[0].to_string();
    let further = paths_after(&branch[1..]);
    if further.is_empty() {
        return vec![first];
    }
    // `self` in braces is the module before them, which was named already.
    let join = |path: String| if path == "self" { first.clone() } else { format!("{first}::{path}") };
    further.into_iter().map(join).collect()
}

fn is_word(token: &TokenTree, expected: &str) -> bool {
    matches!(token, TokenTree::Ident(word) if word == expected)
}

fn is_colons(tokens: &[TokenTree]) -> bool {
    tokens.iter().all(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ':'))
}

fn is_keyword(word: &str) -> bool {
    matches!(word, "use" | "pub" | "in" | "return" | "as" | "mut" | "dyn" | "impl" | "let" | "else" | "where")
}

/// The files below a folder with one of these extensions, without what is made or fetched.
fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = folder.read_dir() else { return found };
    for entry in entries {
        let path = entry.expect("an entry of a folder").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            let made = ["node_modules", "dist", "wasm", "target", "fixtures", "test-results"];
            if !made.contains(&name.as_str()) {
                found.extend(files(&path, extensions));
            }
        } else if path.extension().is_some_and(|extension| extensions.iter().any(|known| extension == *known))
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}
