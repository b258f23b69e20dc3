//! The server, asked over a real connection.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;

use serde_json::Value;

use super::{Server, Shared, Site};
use crate::scratch::Scratch;

/// A running server; its thread ends with the test program.
struct Running {
    port: u16,
    shared: String,
    _folder: Scratch,
}

struct Answer {
    status: u16,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Serves `page/` of a folder with this part of it shared.
fn start(folder: Scratch, share: &str) -> Running {
    folder.write("page/index.html", "<p>page</p>");
    folder.write("page/assets/core.wasm", "wasm");
    folder.write("page/assets/main.js", "js");
    let shared = Shared::new(&folder.path(share)).expect("share");
    let path = shared.path();
    let site = Site::new(&folder.path("page"), Some(shared)).expect("a site");
    let server = Server::bind(0).expect("bind");
    let port = server.address().port();
    assert!(server.address().ip().is_loopback());
    thread::spawn(move || server.run(site));
    Running { port, shared: path, _folder: folder }
}

impl Running {
    fn send(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("connect");
        stream.write_all(request.as_bytes()).expect("send");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("receive");
        parse(&bytes)
    }

    fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        let host = format!("Host: 127.0.0.1:{}\r\n", self.port);
        self.send(&format!("{method} {path} HTTP/1.1\r\n{host}Connection: close\r\n{headers}\r\n"))
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }
}

fn parse(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("the end of the headers");
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
    let header = |line: &str| {
        let (name, value) = line.split_once(": ").expect("a header");
        (name.to_ascii_lowercase(), value.to_owned())
    };
    Answer {
        status: status.parse().expect("a number"),
        headers: lines.map(header).collect(),
        body: bytes[end + 4..].to_vec(),
    }
}

fn one_file() -> Running {
    let folder = Scratch::new();
    folder.write("image.tar", "0123456789");
    folder.write("secret", "secret");
    start(folder, "image.tar")
}

#[test]
fn the_page_comes_with_its_media_types_and_strict_headers() {
    let server = one_file();
    let page = server.get("/?open=sample");
    assert_eq!((page.status, page.text().as_str()), (200, "<p>page</p>"));
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    assert_eq!(page.headers["cross-origin-resource-policy"], "same-origin");
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    assert_eq!(page.headers["content-security-policy"], "frame-ancestors 'none'");
    assert_eq!(server.get("/assets/core.wasm").headers["content-type"], "application/wasm");
    assert_eq!(server.get("/assets/main.js").headers["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(server.get("/absent").status, 404);
}

#[test]
fn only_the_names_of_loopback_are_answered() {
    let server = one_file();
    let with = |host: &str| {
        let path = format!("{}file", server.shared);
        server.send(&format!("GET {path} HTTP/1.1\r\n{host}Connection: close\r\n\r\n"))
    };
    let port = server.port;
    assert_eq!(with(&format!("Host: 127.0.0.1:{port}\r\n")).status, 200);
    assert_eq!(with(&format!("Host: LocalHost:{port}\r\n")).status, 200);
    for foreign in ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example", ""] {
        let answer = with(&format!("Host: {foreign}\r\n"));
        assert_eq!(answer.status, 421, "{foreign}");
        assert!(!answer.text().contains("0123"), "{foreign}");
    }
    let foreign = with(&format!("Host: evil.example:{port}\r\n"));
    assert_eq!(foreign.status, 421);
    assert_eq!(with("").status, 400, "no Host at all");
    let twice = with(&format!("Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n"));
    assert_eq!(twice.status, 400, "two of them");
}

#[test]
fn a_file_is_described_and_read_by_ranges() {
    let server = one_file();
    let description = server.get(&server.shared);
    assert_eq!(description.headers["content-type"], "application/json");
    assert_eq!(description.headers["cache-control"], "no-store");
    let data: Value = serde_json::from_slice(&description.body).expect("JSON");
    assert_eq!((data["name"].as_str(), data["kind"].as_str()), (Some("image.tar"), Some("file")));
    assert_eq!(data["size"], 10);
    let url = data["url"].as_str().expect("a url");

    let whole = server.get(url);
    assert_eq!((whole.status, whole.text().as_str()), (200, "0123456789"));
    assert_eq!(whole.headers["accept-ranges"], "bytes");

    let part = server.ask("GET", url, "Range: bytes=2-4\r\n");
    assert_eq!((part.status, part.text().as_str()), (206, "234"));
    assert_eq!(part.headers["content-range"], "bytes 2-4/10");
    assert_eq!(part.headers["content-length"], "3");

    let outside = server.ask("GET", url, "Range: bytes=10-\r\n");
    assert_eq!((outside.status, outside.headers["content-range"].as_str()), (416, "bytes */10"));

    let head = server.ask("HEAD", url, "");
    assert_eq!((head.status, head.headers["content-length"].as_str()), (200, "10"));
    assert!(head.body.is_empty());
}

#[test]
fn the_path_is_not_to_be_guessed_and_leads_nowhere_else() {
    let server = one_file();
    let token = server.shared.trim_matches('/').to_owned();
    assert_eq!(token.len(), 32, "128 bits");
    assert_ne!(server.shared, one_file().shared);
    let shared = &server.shared;
    let mut paths: Vec<String> =
        ["file", "image.tar", "/0000/", "/secret", "/../secret", "/assets/../../secret", "//etc/passwd"]
            .map(String::from)
            .to_vec();
    let wrong = format!("/{}{}/", &token[..31], if token.ends_with('0') { "1" } else { "0" });
    paths.extend([
        wrong,
        format!("/{token}"),
        format!("{shared}../secret"),
        format!("{shared}file/../../secret"),
    ]);
    paths.extend([format!("{shared}%2e%2e/secret"), format!("{shared}files/0"), format!("{shared}secret")]);
    for path in paths {
        let answer = server.get(&path);
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        assert!(!answer.text().contains("secret"), "{path}");
    }
}

#[test]
fn a_folder_is_listed_and_nothing_outside_it_is_reached() {
    let folder = Scratch::new();
    folder.write("image/index.json", "{}");
    folder.write("image/blobs/sha256/aa", "layer");
    folder.write("outside/secret", "secret");
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink("../outside/secret", folder.path("image/escape")).expect("a link");
        symlink("../outside", folder.path("image/folder")).expect("a link");
        symlink("blobs/sha256/aa", folder.path("image/layer.tar")).expect("a link");
        symlink("nothing", folder.path("image/dangling")).expect("a link");
    }
    let server = start(folder, "image");
    let data: Value = serde_json::from_slice(&server.get(&server.shared).body).expect("JSON");
    assert_eq!((data["kind"].as_str(), data["name"].as_str()), (Some("folder"), Some("image")));
    let files = data["files"].as_array().expect("files");
    let paths: Vec<_> = files.iter().filter_map(|file| file["path"].as_str()).collect();
    let expected = ["blobs/sha256/aa", "index.json", "layer.tar"];
    assert_eq!(paths, if cfg!(unix) { &expected[..] } else { &expected[..2] });
    for (file, (size, text)) in files.iter().zip([(5, "layer"), (2, "{}"), (5, "layer")]) {
        assert_eq!(file["size"], size);
        assert_eq!(server.get(file["url"].as_str().expect("a url")).text(), text);
    }
    for inside in
        ["files/3", "files/-1", "files/+0", "files/", "files/99999999999999999999", "file", "escape"]
    {
        assert_eq!(server.get(&format!("{}{inside}", server.shared)).status, 404, "{inside}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_becomes_a_link_to_the_outside_is_not_followed() {
    let folder = Scratch::new();
    folder.write("image/a", "a");
    folder.write("secret", "secret");
    let (path, secret) = (folder.path("image/a"), folder.path("secret"));
    let server = start(folder, "image");
    std::fs::remove_file(&path).expect("remove");
    std::os::unix::fs::symlink(secret, &path).expect("a link");
    assert_eq!(server.get(&format!("{}files/0", server.shared)).status, 404);
}

#[test]
fn requests_are_bounded_and_only_read() {
    let server = one_file();
    assert_eq!(server.ask("POST", "/", "Content-Length: 0\r\n").status, 405);
    assert_eq!(server.ask("GET", "http://evil.example/", "").status, 400);
    assert_eq!(server.ask("GET", "/", &"X: y\r\n".repeat(100)).status, 431);
    assert_eq!(server.ask("GET", "/", &format!("X: {}", "y".repeat(16 * 1024))).status, 431);
    assert_eq!(server.send("nonsense\r\n\r\n").status, 400);
}

#[test]
fn one_connection_serves_several_requests() {
    let server = one_file();
    let host = format!("Host: localhost:{}\r\n", server.port);
    let two = format!("GET / HTTP/1.1\r\n{host}\r\nGET / HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
    let answer = server.send(&two);
    assert_eq!(answer.text().matches("HTTP/1.1 200 OK").count(), 1, "the second answer follows the first");
    assert_eq!(answer.text().matches("<p>page</p>").count(), 2);
}
