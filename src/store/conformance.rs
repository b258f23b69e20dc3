//! What every backend has to do, as a suite that its author can run.
//!
//! ```
//! use layerglass::store::{MemoryBackend, conformance};
//! # layerglass::fs::block_on(async {
//! let report = conformance::run(&MemoryBackend::new()).await;
//! assert!(report.failures().next().is_none(), "{report}");
//! # });
//! ```
//!
//! It works below the prefix `layerglass/conformance/`, removes what it writes, and expects that nobody else works there
//! meanwhile. Whether records survive the end of a process, and whether a write that is cut off in the middle leaves the
//! old record or the new one, cannot be seen from inside; test those by ending processes.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};

use super::{Backend, BackendError, Sharing};

const PREFIX: &str = "layerglass/conformance/";
/// Bytes of the largest record that is tried: as large as the largest configuration that is read.
const LARGE: usize = 20 << 20;
/// Calls that are under way at once.
const CONCURRENT: usize = 64;

/// How one check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The backend does it.
    Passed,
    /// The backend says that it has no such call.
    NotOffered,
    /// What it did instead.
    Failed(String),
}

/// What the suite found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConformanceReport {
    /// Each check by name, with how it ended.
    pub checks: Vec<(&'static str, Outcome)>,
}

impl ConformanceReport {
    /// The checks that failed, with what the backend did instead.
    pub fn failures(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.checks.iter().filter_map(|(name, outcome)| match outcome {
            Outcome::Failed(reason) => Some((*name, reason.as_str())),
            _ => None,
        })
    }
}

impl fmt::Display for ConformanceReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, outcome) in &self.checks {
            match outcome {
                Outcome::Passed => writeln!(f, "ok           {name}")?,
                Outcome::NotOffered => writeln!(f, "not offered  {name}")?,
                Outcome::Failed(reason) => writeln!(f, "FAILED       {name}: {reason}")?,
            }
        }
        Ok(())
    }
}

/// Why a check fails.
type Failure = String;

fn failed(error: BackendError) -> Failure {
    error.to_string()
}

fn expect<T: PartialEq + fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), Failure> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:.200?} instead of {expected:.200?}")) }
}

fn key(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// Runs the suite.
pub async fn run<B: Backend>(backend: &B) -> ConformanceReport {
    let mut report = ConformanceReport::default();
    clear(backend).await;
    macro_rules! check {
        ($($name:literal => $check:expr,)*) => {$(
            let outcome = match $check.await {
                Ok(()) => Outcome::Passed,
                Err(reason) => Outcome::Failed(reason),
            };
            report.checks.push(($name, outcome));
            clear(backend).await;
        )*};
    }
    check! {
        "a record that is not there" => absent(backend),
        "a record is read as it was written" => written(backend),
        "any bytes" => any_bytes(backend),
        "an empty record" => empty(backend),
        "a large record" => large(backend),
        "overwriting" => overwritten(backend),
        "deleting" => deleted(backend),
        "unusual keys" => unusual_keys(backend),
        "what is no key" => no_keys(backend),
        "listing" => listed(backend),
        "scanning" => scanned(backend),
        "many calls at once" => concurrent(backend),
        "one record, written by many at once" => contended(backend),
    }
    let offered = backend.sharing();
    if offered >= Sharing::Records {
        check! {
            "swapping" => swapped(backend),
            "swapping, many at once" => swapped_by_many(backend),
        }
    } else {
        report.checks.push(("swapping", Outcome::NotOffered));
    }
    if offered >= Sharing::Full {
        check! { "the lock" => locked(backend), }
    } else {
        report.checks.push(("the lock", Outcome::NotOffered));
    }
    report
}

async fn clear<B: Backend>(backend: &B) {
    for key in backend.list(PREFIX).await.unwrap_or_default() {
        // What cannot be deleted is noticed by the next check.
        let _ = backend.delete(&key).await;
    }
}

async fn put<B: Backend>(backend: &B, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    backend.put(&key(name), bytes).await.map_err(failed)
}

async fn get<B: Backend>(backend: &B, name: &str) -> Result<Option<Vec<u8>>, Failure> {
    backend.get(&key(name)).await.map_err(failed)
}

async fn absent<B: Backend>(backend: &B) -> Result<(), Failure> {
    expect("get", get(backend, "absent").await?, None)?;
    expect("list", backend.list(&key("absent")).await.map_err(failed)?, Vec::new())
}

async fn written<B: Backend>(backend: &B) -> Result<(), Failure> {
    put(backend, "a", b"{}").await?;
    expect("get", get(backend, "a").await?, Some(b"{}".to_vec()))
}

async fn any_bytes<B: Backend>(backend: &B) -> Result<(), Failure> {
    let bytes: Vec<u8> = (0..=255).chain([0, 0xFF, 0xFE, b'\r', b'\n', 0xED, 0xA0, 0x80]).collect();
    put(backend, "bytes", &bytes).await?;
    expect("get", get(backend, "bytes").await?, Some(bytes))
}

async fn empty<B: Backend>(backend: &B) -> Result<(), Failure> {
    put(backend, "empty", b"").await?;
    expect("get", get(backend, "empty").await?, Some(Vec::new()))?;
    expect("list", backend.list(&key("empty")).await.map_err(failed)?, vec![key("empty")])
}

async fn large<B: Backend>(backend: &B) -> Result<(), Failure> {
    let bytes: Vec<u8> = (0u32..).flat_map(u32::to_le_bytes).take(LARGE).collect();
    put(backend, "large", &bytes).await?;
    let found = get(backend, "large").await?;
    if found.as_ref() == Some(&bytes) { Ok(()) } else { Err("other bytes were read".to_owned()) }
}

async fn overwritten<B: Backend>(backend: &B) -> Result<(), Failure> {
    put(backend, "a", b"a long first value").await?;
    put(backend, "a", b"short").await?;
    expect("get", get(backend, "a").await?, Some(b"short".to_vec()))?;
    expect("list", backend.list(PREFIX).await.map_err(failed)?, vec![key("a")])
}

async fn deleted<B: Backend>(backend: &B) -> Result<(), Failure> {
    put(backend, "a/b", b"1").await?;
    put(backend, "a/c", b"2").await?;
    backend.delete(&key("a/b")).await.map_err(failed)?;
    backend.delete(&key("a/b")).await.map_err(|error| format!("what is not there: {error}"))?;
    backend
        .delete(&key("never/was/there"))
        .await
        .map_err(|error| format!("what was never there: {error}"))?;
    expect("get", get(backend, "a/b").await?, None)?;
    expect("the other one", get(backend, "a/c").await?, Some(b"2".to_vec()))?;
    expect("list", backend.list(PREFIX).await.map_err(failed)?, vec![key("a/c")])
}

async fn unusual_keys<B: Backend>(backend: &B) -> Result<(), Failure> {
    let names = [
        "A",
        "a",
        "a.b",
        ".hidden",
        "..almost",
        "-",
        "_",
        "con",
        "nul",
        "a:b",
        "__proto__",
        "constructor",
        "0",
        "1e3",
        "true",
        "x/__proto__/y",
        "deep/er/and/deep/er/still",
    ];
    let long = "n".repeat(200);
    let names: Vec<&str> = names.into_iter().chain([long.as_str()]).collect();
    for name in &names {
        put(backend, name, name.as_bytes()).await?;
    }
    for name in &names {
        expect(name, get(backend, name).await?, Some(name.as_bytes().to_vec()))?;
    }
    let mut expected: Vec<String> = names.iter().map(|name| key(name)).collect();
    expected.sort();
    expect("list", backend.list(PREFIX).await.map_err(failed)?, expected)
}

async fn no_keys<B: Backend>(backend: &B) -> Result<(), Failure> {
    for text in ["", "/", "a//b", "/a", "a/", "../a", "a/../b", "a/./b", "a\\b", "a b", "ä", "a\0b", "a\nb"]
    {
        if backend.put(text, b"x").await.is_ok() {
            let _ = backend.delete(text).await;
            return Err(format!("`{}` was taken", text.escape_default()));
        }
    }
    Ok(())
}

async fn listed<B: Backend>(backend: &B) -> Result<(), Failure> {
    for name in ["b/2", "b/10", "b/1", "b1", "a", "b/1x/y", "c"] {
        put(backend, name, b"").await?;
    }
    let cases: [(&str, &[&str]); 5] = [
        ("", &["a", "b/1", "b/10", "b/1x/y", "b/2", "b1", "c"]),
        ("b", &["b/1", "b/10", "b/1x/y", "b/2", "b1"]),
        ("b/", &["b/1", "b/10", "b/1x/y", "b/2"]),
        ("b/1", &["b/1", "b/10", "b/1x/y"]),
        ("d", &[]),
    ];
    for (prefix, names) in cases {
        let expected: Vec<String> = names.iter().map(|name| key(name)).collect();
        expect(&format!("`{prefix}`"), backend.list(&key(prefix)).await.map_err(failed)?, expected)?;
    }
    let all = backend.list("").await.map_err(failed)?;
    if all.is_sorted() && all.contains(&key("b1")) {
        Ok(())
    } else {
        Err("the whole list is not sorted".to_owned())
    }
}

async fn scanned<B: Backend>(backend: &B) -> Result<(), Failure> {
    let expected: BTreeMap<String, Vec<u8>> =
        (0..300_u32).map(|number| (key(&format!("s/{number}")), number.to_le_bytes().to_vec())).collect();
    for (key, bytes) in &expected {
        backend.put(key, bytes).await.map_err(failed)?;
    }
    put(backend, "t", b"outside").await?;
    let found = Mutex::new(BTreeMap::new());
    let errors = Mutex::new(Vec::new());
    let twice = Mutex::new(Vec::new());
    let visit = |key: &str, bytes: Result<Vec<u8>, BackendError>| match bytes {
        Ok(bytes) => {
            if found.lock().is_ok_and(|mut found| found.insert(key.to_owned(), bytes).is_some()) {
                twice.lock().map(|mut twice| twice.push(key.to_owned())).unwrap_or_default();
            }
        }
        Err(error) => errors.lock().map(|mut errors| errors.push(error)).unwrap_or_default(),
    };
    backend.scan(&key("s/"), &visit).await.map_err(failed)?;
    expect("errors", errors.into_inner().unwrap_or_default(), Vec::new())?;
    expect("handed over twice", twice.into_inner().unwrap_or_default(), Vec::new())?;
    if found.into_inner().unwrap_or_default() == expected {
        Ok(())
    } else {
        Err("not every record".to_owned())
    }
}

async fn concurrent<B: Backend>(backend: &B) -> Result<(), Failure> {
    let one = |number: usize| async move {
        let name = format!("many/{number}");
        let bytes = vec![u8::try_from(number % 251).unwrap_or_default(); 1000 + number];
        put(backend, &name, &bytes).await?;
        expect(&name, get(backend, &name).await?, Some(bytes))?;
        if number.is_multiple_of(2) { backend.delete(&key(&name)).await.map_err(failed) } else { Ok(()) }
    };
    together((0..CONCURRENT).map(one)).await.into_iter().collect::<Result<(), Failure>>()?;
    expect("left", backend.list(&key("many/")).await.map_err(failed)?.len(), CONCURRENT / 2)
}

async fn contended<B: Backend>(backend: &B) -> Result<(), Failure> {
    let value =
        |number: usize| vec![b'a' + u8::try_from(number % 26).unwrap_or_default(); 5000 + number * 100];
    let one = |number: usize| async move { put(backend, "one", &value(number)).await };
    together((0..CONCURRENT).map(one)).await.into_iter().collect::<Result<(), Failure>>()?;
    let found = get(backend, "one").await?.unwrap_or_default();
    if (0..CONCURRENT).any(|number| value(number) == found) {
        Ok(())
    } else {
        Err("a mixture was read".to_owned())
    }
}

async fn swapped<B: Backend>(backend: &B) -> Result<(), Failure> {
    let swap = |expected: Option<&'static [u8]>, new: Option<&'static [u8]>| async move {
        backend.swap(&key("s"), expected, new).await.map_err(failed)
    };
    expect("absent to 1", swap(None, Some(b"1")).await?, true)?;
    expect("absent to 2, though it is 1", swap(None, Some(b"2")).await?, false)?;
    expect("get", get(backend, "s").await?, Some(b"1".to_vec()))?;
    expect("2 to 3, though it is 1", swap(Some(b"2"), Some(b"3")).await?, false)?;
    expect("1 to 2", swap(Some(b"1"), Some(b"2")).await?, true)?;
    expect("empty to 3, though it is 2", swap(Some(b""), Some(b"3")).await?, false)?;
    expect("1 to absent, though it is 2", swap(Some(b"1"), None).await?, false)?;
    expect("2 to empty", swap(Some(b"2"), Some(b"")).await?, true)?;
    expect("absent to absent, though it is empty", swap(None, None).await?, false)?;
    expect("empty to absent", swap(Some(b""), None).await?, true)?;
    expect("get", get(backend, "s").await?, None)
}

async fn swapped_by_many<B: Backend>(backend: &B) -> Result<(), Failure> {
    let one = |_| async move {
        // Each time it fails another one has succeeded, so that it cannot fail more often than there are others.
        for _ in 0..=CONCURRENT {
            let found = get(backend, "count").await?;
            let count: usize = found
                .as_deref()
                .and_then(|bytes| std::str::from_utf8(bytes).ok()?.parse().ok())
                .unwrap_or_default();
            let new = (count + 1).to_string();
            if backend.swap(&key("count"), found.as_deref(), Some(new.as_bytes())).await.map_err(failed)? {
                return Ok(());
            }
        }
        Err("it is refused again and again, though nobody else succeeds".to_owned())
    };
    together((0..CONCURRENT).map(one)).await.into_iter().collect::<Result<(), Failure>>()?;
    expect("counted", get(backend, "count").await?, Some(CONCURRENT.to_string().into_bytes()))
}

async fn locked<B: Backend>(backend: &B) -> Result<(), Failure> {
    let one = |_| async move {
        let lock = backend.lock().await.map_err(failed)?;
        if lock.is_none() {
            return Err("there is none, though the backend says that it can be shared fully".to_owned());
        }
        // Without the lock these would overtake each other.
        let found = get(backend, "count").await?.map_or(0, |bytes| bytes.len());
        put(backend, "other", b"").await?;
        put(backend, "count", &vec![b'x'; found + 1]).await?;
        drop(lock);
        Ok(())
    };
    together((0..CONCURRENT).map(one)).await.into_iter().collect::<Result<(), Failure>>()?;
    expect("counted", get(backend, "count").await?.map(|bytes| bytes.len()), Some(CONCURRENT))
}

/// What several futures give, polled in turns.
struct Together<F: Future> {
    futures: Vec<Result<F::Output, Pin<Box<F>>>>,
}

async fn together<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output>
where
    F::Output: Unpin,
{
    Together { futures: futures.map(|future| Err(Box::pin(future))).collect() }.await
}

impl<F: Future> Future for Together<F>
where
    F::Output: Unpin,
{
    type Output = Vec<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<F::Output>> {
        let mut all = true;
        for slot in &mut self.futures {
            if let Err(future) = slot {
                match future.as_mut().poll(context) {
                    Poll::Ready(output) => *slot = Ok(output),
                    Poll::Pending => all = false,
                }
            }
        }
        if !all {
            return Poll::Pending;
        }
        Poll::Ready(std::mem::take(&mut self.futures).into_iter().filter_map(Result::ok).collect())
    }
}
