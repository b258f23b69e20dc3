//! What the library would otherwise have to ask the world for.

use std::fmt;
use std::sync::Arc;

use crate::image::{Platform, Timestamp};

/// A clock.
#[cfg(not(target_arch = "wasm32"))]
type Now = dyn Fn() -> UnixTime + Send + Sync;
#[cfg(target_arch = "wasm32")]
type Now = dyn Fn() -> UnixTime;

/// A source of random bytes.
#[cfg(not(target_arch = "wasm32"))]
type Random = dyn Fn(&mut [u8]) + Send + Sync;
#[cfg(target_arch = "wasm32")]
type Random = dyn Fn(&mut [u8]);

/// A point in time, counted from the start of 1970 in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime {
    /// Whole seconds.
    pub seconds: i64,
    /// Nanoseconds beyond them, less than a second.
    pub nanoseconds: u32,
}

impl UnixTime {
    /// A point in time given in milliseconds.
    pub fn from_millis(millis: i64) -> Self {
        let nanoseconds = u32::try_from(millis.rem_euclid(1000)).unwrap_or_default() * 1_000_000;
        Self { seconds: millis.div_euclid(1000), nanoseconds }
    }

    /// The same in milliseconds, at most what 64 bits hold.
    pub fn millis(self) -> i64 {
        self.seconds.saturating_mul(1000).saturating_add(i64::from(self.nanoseconds / 1_000_000))
    }

    /// The same as text in UTC; Go's zero time outside of the years 0 to 9999.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_unix(self.seconds, self.nanoseconds).unwrap_or_default()
    }
}

/// The clock, the platform and the source of random bytes that a store works with. Nothing here asks the world for them by
/// itself.
///
/// ```
/// use layerglass::env::{Env, UnixTime};
/// use layerglass::image::Platform;
/// let env = Env::new(|| UnixTime { seconds: 1_600_000_000, nanoseconds: 0 }, Platform::new("linux", "amd64"));
/// assert_eq!(env.now().timestamp().as_str(), "2020-09-13T12:26:40Z");
/// ```
#[derive(Clone)]
pub struct Env {
    now: Arc<Now>,
    platform: Platform,
    random: Option<Arc<Random>>,
}

impl Env {
    /// A clock, and the platform that stands in where an image names none.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn new(now: impl Fn() -> UnixTime + Send + Sync + 'static, platform: Platform) -> Self {
        Self { now: Arc::new(now), platform, random: None }
    }

    /// A clock, and the platform that stands in where an image names none.
    #[cfg(target_arch = "wasm32")]
    pub fn new(now: impl Fn() -> UnixTime + 'static, platform: Platform) -> Self {
        Self { now: Arc::new(now), platform, random: None }
    }

    /// The same with a source of random bytes, which fills what it is given. New ids come from it, so nobody may guess them.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn with_random(mut self, random: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        self.random = Some(Arc::new(random));
        self
    }

    /// The same with a source of random bytes, which fills what it is given. New ids come from it, so nobody may guess them.
    #[cfg(target_arch = "wasm32")]
    #[must_use]
    pub fn with_random(mut self, random: impl Fn(&mut [u8]) + 'static) -> Self {
        self.random = Some(Arc::new(random));
        self
    }

    /// Fills bytes at random. False where there is no source of randomness.
    pub fn fill_random(&self, bytes: &mut [u8]) -> bool {
        self.random.as_ref().map(|random| random(bytes)).is_some()
    }

    /// The time.
    pub fn now(&self) -> UnixTime {
        (self.now)()
    }

    /// The platform.
    pub const fn platform(&self) -> &Platform {
        &self.platform
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").field("platform", &self.platform).finish_non_exhaustive()
    }
}
