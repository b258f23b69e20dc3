//! What the library knows of the machine it runs on.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::env::{Env, UnixTime};
use crate::image::Platform;

/// The machine's clock, its platform in Go's naming, and its random bytes.
pub fn host_env() -> Env {
    let env = Env::new(now, Platform::new(os(), architecture()));
    // Asked for once: a system that has random bytes goes on having them.
    if getrandom::fill(&mut [0]).is_err() {
        return env;
    }
    env.with_random(|bytes| {
        if getrandom::fill(bytes).is_err() {
            // An id of zeros is refused as the number that it is.
            bytes.fill(0);
        }
    })
}

fn now() -> UnixTime {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => UnixTime {
            seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            nanoseconds: since.subsec_nanos(),
        },
        Err(_) => UnixTime::default(),
    }
}

fn os() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "x86" => "386",
        "aarch64" => "arm64",
        "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
        "powerpc64" => "ppc64",
        "loongarch64" => "loong64",
        other => other,
    }
}
