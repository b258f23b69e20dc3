//! A small web server for this machine alone: static files and the parts of one image, to a page on loopback.
//!
//! It answers `GET` and `HEAD`, one thread a connection. Requests, connections and waiting are bounded.

mod connection;
mod files;
mod range;
mod request;
mod response;
mod site;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

pub use site::{Shared, Site};

/// As many connections are served at once; more wait.
const CONNECTIONS: usize = 64;

/// A server that is bound to its address and not yet running.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Binds to loopback, on this port or, when it is taken or 0, on one that the system chooses.
    pub fn bind(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves the site until the process ends.
    pub fn run(self, site: Site) -> ! {
        let site = Arc::new(site);
        let slots = Arc::new(Slots::default());
        let port = self.address.port();
        loop {
            let slot = Slots::take(&slots);
            match self.listener.accept() {
                Ok((stream, _)) => {
                    let site = Arc::clone(&site);
                    // A connection that no thread could be had for is closed; the slot is given back either way.
                    let _ = thread::Builder::new().name("connection".into()).spawn(move || {
                        let _slot = slot;
                        connection::serve(&stream, port, &site);
                    });
                }
                // The other side may have gone before it was accepted, or descriptors may be short for a moment.
                Err(_) => thread::sleep(Duration::from_millis(50)),
            }
        }
    }
}

/// Counts connections, so that there are never too many.
#[derive(Default)]
struct Slots {
    taken: Mutex<usize>,
    freed: Condvar,
}

struct Slot(Arc<Slots>);

impl Slots {
    fn take(slots: &Arc<Self>) -> Slot {
        let taken = slots.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = slots
            .freed
            .wait_while(taken, |taken| *taken >= CONNECTIONS)
            .unwrap_or_else(PoisonError::into_inner);
        *taken += 1;
        Slot(Arc::clone(slots))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests;
