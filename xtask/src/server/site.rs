//! What the server hands out: the page, and one image at a path that nobody can guess.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::files::Folder;
use super::request::Request;
use super::response::Response;
use crate::error::{At, Error, Result};

/// The image that the page opens on: one file, or a folder of files.
pub struct Shared {
    name: String,
    token: String,
    content: Content,
}

enum Content {
    File(PathBuf),
    Folder(Folder),
}

impl Shared {
    /// Offers a file or a folder under a path with 128 random bits of the operating system.
    pub fn new(path: &Path) -> Result<Self> {
        let real = path.canonicalize().at("open", path)?;
        let data = real.metadata().at("read", path)?;
        let content = if data.is_dir() {
            Content::Folder(Folder::list(&real)?)
        } else if data.is_file() {
            File::open(&real).at("open", path)?;
            Content::File(real.clone())
        } else {
            return Err(Error::Unusable { path: path.into(), problem: "neither a file nor a folder".into() });
        };
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(Error::Random)?;
        let token = random.iter().map(|byte| format!("{byte:02x}")).collect();
        // A path may be given as `.` or end in `..`; the name of what it leads to is meant.
        let name = real.file_name().unwrap_or(real.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { name, token, content })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the description of the image is.
    pub fn path(&self) -> String {
        format!("/{}/", self.token)
    }

    fn answer(&self, inside: &str, range: Option<&str>) -> Response {
        let file = match (&self.content, inside) {
            (_, "") => {
                return Response::bytes("application/json", self.description().to_string().into_bytes());
            }
            (Content::File(path), "file") => File::open(path).ok(),
            (Content::Folder(folder), inside) => inside
                .strip_prefix("files/")
                .filter(|index| index.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|index| folder.open(index.parse().ok()?)),
            _ => None,
        };
        match file {
            Some(file) => Response::file(file, "application/octet-stream", range),
            None => Response::error(404),
        }
    }

    fn description(&self) -> Value {
        let base = self.path();
        match &self.content {
            Content::File(path) => {
                let size = path.metadata().map_or(0, |data| data.len());
                json!({ "name": self.name, "kind": "file", "size": size, "url": format!("{base}file") })
            }
            Content::Folder(folder) => {
                let file = |(index, entry): (usize, &super::files::Entry)| json!({ "path": entry.path, "size": entry.size, "url": format!("{base}files/{index}") });
                let files: Vec<_> = folder.entries().iter().enumerate().map(file).collect();
                json!({ "name": self.name, "kind": "folder", "files": files })
            }
        }
    }
}

/// The page's files, and the image if there is one.
pub struct Site {
    page: Folder,
    shared: Option<Shared>,
}

impl Site {
    pub fn new(page: &Path, shared: Option<Shared>) -> Result<Self> {
        Ok(Self { page: Folder::list(page)?, shared })
    }

    pub fn answer(&self, request: &Request) -> Response {
        let path = request.path.trim_start_matches('/');
        let inside = self.shared.as_ref().and_then(|shared| {
            let inside = path.strip_prefix(&shared.token)?.strip_prefix('/')?;
            Some(shared.answer(inside, request.range.as_deref()))
        });
        if let Some(response) = inside {
            // Whatever an image holds, a browser that is led to it shows nothing and runs nothing.
            let policy = "default-src 'none'; frame-ancestors 'none'; sandbox";
            return response.with("Cache-Control", "no-store").with("Content-Security-Policy", policy);
        }
        let path = if path.is_empty() { "index.html" } else { path };
        match self.page.position(path).and_then(|index| self.page.open(index)) {
            // The page carries its own policy; this one it cannot carry itself.
            Some(file) => Response::file(file, media_type(path), request.range.as_deref())
                .with("Cache-Control", "no-cache")
                .with("Content-Security-Policy", "frame-ancestors 'none'"),
            None => Response::error(404),
        }
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
