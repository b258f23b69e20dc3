//! Reading requests: bounded in size and time, and only of the kinds that are answered.

use std::io::Read;
use std::time::{Duration, Instant};

/// A request line and its headers are no longer than this.
const SIZE_BYTES: usize = 16 * 1024;
const HEADERS: usize = 64;
/// Nor may they take longer than this to arrive.
const ARRIVAL: Duration = Duration::from_secs(20);

/// What a request asks for.
#[derive(Debug)]
pub struct Request {
    /// The path without its query, as it was written.
    pub path: String,
    pub host: String,
    pub range: Option<String>,
    /// Only the headers of the answer are wanted.
    pub head: bool,
    /// The connection ends after the answer.
    pub last: bool,
}

impl Request {
    /// Whether the request was meant for this server. A foreign name that was made to point at loopback is not
    /// one of ours, which keeps other sites from reading the image through the user's browser.
    pub fn is_for(&self, port: u16) -> bool {
        [format!("127.0.0.1:{port}"), format!("localhost:{port}")].contains(&self.host.to_ascii_lowercase())
    }
}

/// Why there is no request.
#[derive(Debug)]
pub enum Problem {
    /// The other side has gone, or was too slow.
    Gone,
    /// The request is answered with this status and nothing else.
    Status(u16),
}

/// Reads the requests of one connection.
pub struct Reader<R> {
    from: R,
    buffer: Vec<u8>,
}

impl<R: Read> Reader<R> {
    pub fn new(from: R) -> Self {
        Self { from, buffer: Vec::new() }
    }

    /// The next request; none when the connection ended between two.
    pub fn next(&mut self) -> Result<Option<Request>, Problem> {
        let start = Instant::now();
        loop {
            if let Some((request, length)) = parse(&self.buffer)? {
                self.buffer.drain(..length);
                return Ok(Some(request));
            }
            if self.buffer.len() >= SIZE_BYTES {
                return Err(Problem::Status(431));
            }
            if start.elapsed() > ARRIVAL {
                return Err(Problem::Status(408));
            }
            let mut part = [0; 2048];
            match self.from.read(&mut part) {
                Ok(0) if self.buffer.is_empty() => return Ok(None),
                Ok(0) | Err(_) => return Err(Problem::Gone),
                Ok(count) => self.buffer.extend_from_slice(&part[..count]),
            }
        }
    }
}

/// A request and its length in bytes, when all of it has come.
fn parse(bytes: &[u8]) -> Result<Option<(Request, usize)>, Problem> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Problem::Status(431)),
        Err(_) => return Err(Problem::Status(400)),
    };
    let head = match parsed.method {
        Some("GET") => false,
        Some("HEAD") => true,
        _ => return Err(Problem::Status(405)),
    };
    let target = parsed.path.unwrap_or_default();
    if !target.starts_with('/') {
        return Err(Problem::Status(400));
    }
    let all = |name: &str| {
        parsed
            .headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| String::from_utf8_lossy(header.value).into_owned())
            .collect::<Vec<_>>()
    };
    let mut hosts = all("host");
    let (Some(host), None) = (hosts.pop(), hosts.pop()) else { return Err(Problem::Status(400)) };
    // Without a validator in the answers, a conditional range can never hold.
    let range = if all("if-range").is_empty() { all("range").pop() } else { None };
    let closes = all("connection").iter().any(|value| value.to_ascii_lowercase().contains("close"));
    // Nothing that is answered here has a body; one that comes all the same is not read.
    let has_body =
        !all("transfer-encoding").is_empty() || all("content-length").iter().any(|value| value != "0");
    let request = Request {
        path: target.split(['?', '#']).next().unwrap_or_default().to_owned(),
        host,
        range,
        head,
        last: closes || has_body || parsed.version == Some(0),
    };
    Ok(Some((request, length)))
}
