//! Answers: a status, headers that keep browsers strict, and a body from memory or from a part of a file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use super::range::Part;

/// What the body is taken from.
enum Body {
    Bytes(Vec<u8>),
    /// A part of a file: where it starts and how many bytes it has.
    File(File, u64, u64),
}

/// An answer that can be sent.
pub struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Body,
}

impl Response {
    /// Bytes of a media type.
    pub fn bytes(media_type: &str, bytes: Vec<u8>) -> Self {
        Self { status: 200, headers: vec![("Content-Type", media_type.into())], body: Body::Bytes(bytes) }
    }

    /// A status and its name as the body.
    pub fn error(status: u16) -> Self {
        let mut response =
            Self::bytes("text/plain; charset=utf-8", format!("{}\n", name(status)).into_bytes());
        response.status = status;
        if status == 405 {
            response.headers.push(("Allow", "GET, HEAD".into()));
        }
        response
    }

    /// A file or, when the request has a range, that part of it: only what is asked for is read.
    pub fn file(file: File, media_type: &str, range: Option<&str>) -> Self {
        let Ok(size) = file.metadata().map(|data| data.len()) else { return Self::error(404) };
        let accept = ("Accept-Ranges", "bytes".into());
        let kind = ("Content-Type", media_type.into());
        match Part::of(range, size) {
            Part::Whole => Self { status: 200, headers: vec![kind, accept], body: Body::File(file, 0, size) },
            Part::Bytes { start, end } => {
                let place = ("Content-Range", format!("bytes {start}-{}/{size}", end - 1));
                let headers = vec![kind, accept, place];
                Self { status: 206, headers, body: Body::File(file, start, end - start) }
            }
            Part::Outside => Self::error(416).with("Content-Range", format!("bytes */{size}")),
        }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sends it. A file that has become shorter meanwhile is an error, which ends the connection: the other side
    /// then sees that bytes are missing.
    pub fn send(self, mut to: impl Write, head: bool, last: bool) -> io::Result<()> {
        let length = match &self.body {
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::File(_, _, length) => *length,
        };
        let mut text = format!("HTTP/1.1 {} {}\r\n", self.status, name(self.status));
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!(
            "Content-Length: {length}\r\n\
             X-Content-Type-Options: nosniff\r\n\
             Cross-Origin-Resource-Policy: same-origin\r\n\
             Cross-Origin-Opener-Policy: same-origin\r\n\
             Referrer-Policy: no-referrer\r\n\
             Connection: {}\r\n\r\n",
            if last { "close" } else { "keep-alive" },
        ));
        to.write_all(text.as_bytes())?;
        match self.body {
            _ if head => {}
            Body::Bytes(bytes) => to.write_all(&bytes)?,
            Body::File(mut file, start, length) => {
                file.seek(SeekFrom::Start(start))?;
                if io::copy(&mut file.take(length), &mut to)? < length {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
        to.flush()
    }
}

fn name(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        416 => "Range Not Satisfiable",
        421 => "Misdirected Request",
        431 => "Request Header Fields Too Large",
        _ => "Error",
    }
}
