//! One connection: requests are read, checked and answered one after the other.

use std::io::Read;
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use super::request::{Problem, Reader};
use super::response::Response;
use super::site::Site;

/// A page that reads slowly holds back its answer for so long at most.
const WRITING: Duration = Duration::from_secs(600);
/// A connection that asks nothing is closed after this time.
const READING: Duration = Duration::from_secs(10);
/// An answer that ends a connection is waited for so long.
const LINGERING: Duration = Duration::from_millis(500);

/// Serves a connection until either side ends it. What goes wrong on it concerns nobody else.
pub fn serve(stream: &TcpStream, port: u16, site: &Site) {
    let prepared = stream
        .set_read_timeout(Some(READING))
        .and_then(|()| stream.set_write_timeout(Some(WRITING)))
        .and_then(|()| stream.set_nodelay(true));
    if prepared.is_err() {
        return;
    }
    let mut reader = Reader::new(stream);
    loop {
        let (response, head, last) = match reader.next() {
            Ok(None) => return,
            Ok(Some(request)) if !request.is_for(port) => (Response::error(421), request.head, true),
            Ok(Some(request)) => (site.answer(&request), request.head, request.last),
            Err(Problem::Gone) => return,
            Err(Problem::Status(status)) => (Response::error(status), false, true),
        };
        if response.send(stream, head, last).is_err() {
            return;
        }
        if last {
            return finish(stream);
        }
    }
}

/// Ends a connection gently. Closing it with bytes still unread would reset it, and the other side could lose the
/// answer; what is read here is thrown away, and it is little.
fn finish(mut stream: &TcpStream) {
    let gentle = stream.shutdown(Shutdown::Write).and_then(|()| stream.set_read_timeout(Some(LINGERING)));
    let mut rest = [0; 4096];
    for _ in 0..16 {
        if gentle.is_err() || !matches!(stream.read(&mut rest), Ok(1..)) {
            return;
        }
    }
}
