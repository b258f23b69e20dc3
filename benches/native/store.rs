//! A store of many images in a folder: opening it beside the bare work, and what is asked of it.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use layerglass::digest::Digest;
use layerglass::env::{Env, UnixTime};
use layerglass::fs::{FolderBackend, block_on};
use layerglass::image::{ImageId, Platform};
use layerglass::reference::Reference;
use layerglass::store::{
    Backend, BackendError, CreateOptions, DeletePolicy, ImageStore, Lock, ResolveOptions, Sharing,
    StoreOptions, Visit,
};

use crate::Result;

const IMAGES: usize = 100_000;
const NAMES: usize = 10_000;
/// Images in a chain: half of all have a parent.
const CHAIN: usize = 2;

/// Makes the store where it is not there yet, times what is done with it, and prints a row for each figure.
pub fn bench(folder: &Path, runs: usize) -> Result {
    let root = folder.join("store-100k");
    if !root.exists() {
        let unfinished = folder.join("store-100k.unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        make(&unfinished)?;
        fs::rename(unfinished, &root)?;
    }
    opening(&root, runs)?;
    asking(&root)?;
    changing(&root, runs)
}

/// A configuration of 2 to 4 KB, as builds of a few steps have it.
fn config(number: usize) -> Vec<u8> {
    let digest = |of: usize| Digest::sha256(format!("layer {of}").as_bytes());
    let layers = 3 + number % 6;
    let diff_ids: Vec<String> =
        (0..layers).map(|at| format!("\"{}\"", digest(if at < 2 { at } else { number * 16 + at }))).collect();
    let history: Vec<String> = (0..layers + 4)
        .map(|at| {
            let empty = if at < layers { "" } else { ",\"empty_layer\":true" };
            format!(
                "{{\"created\":\"2024-05-{:02}T10:{:02}:07.123456789Z\",\"created_by\":\"RUN /bin/sh -c apt-get update && \
                 apt-get install -y --no-install-recommends package-{number}-{at} && rm -rf /var/lib/apt/lists/* # \
                 buildkit\",\"comment\":\"buildkit.dockerfile.v0\"{empty}}}",
                1 + at % 28,
                number % 60,
            )
        })
        .collect();
    format!(
        "{{\"architecture\":\"amd64\",\"config\":{{\"Env\":[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin\",\
         \"VERSION=1.{number}\",\"LANG=C.UTF-8\"],\"Entrypoint\":[\"/docker-entrypoint.sh\"],\"Cmd\":[\"serve\",\"--number\",\
         \"{number}\"],\"ExposedPorts\":{{\"8080/tcp\":{{}}}},\"Labels\":{{\"org.opencontainers.image.version\":\"1.{number}\",\
         \"org.opencontainers.image.source\":\"https://example.com/project/{number}\"}},\"WorkingDir\":\"/srv\"}},\
         \"created\":\"2024-05-28T10:00:07.123456789Z\",\"history\":[{}],\"os\":\"linux\",\
         \"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[{}]}}}}",
        history.join(","),
        diff_ids.join(","),
    )
    .into_bytes()
}

/// Writes the folder as Docker would have it, without waiting for the disk.
fn make(root: &Path) -> Result {
    let (contents, metadata) = (root.join("imagedb/content/sha256"), root.join("imagedb/metadata/sha256"));
    fs::create_dir_all(&contents)?;
    fs::create_dir_all(&metadata)?;
    let mut above: Option<ImageId> = None;
    let mut repositories = Vec::new();
    let mut bytes = 0;
    for number in 0..IMAGES {
        let config = config(number);
        bytes += config.len();
        let id = ImageId::of(&config);
        fs::write(contents.join(id.digest().hex()), &config)?;
        if let Some(parent) = above.filter(|_| number % CHAIN != 0) {
            let folder = metadata.join(id.digest().hex());
            fs::create_dir(&folder)?;
            fs::write(folder.join("parent"), parent.to_string())?;
        }
        if number % (IMAGES / NAMES) == 0 {
            let name = format!("registry.example.com/team/app-{number:06}");
            repositories.push(format!("\"{name}\":{{\"{name}:1.{number}\":\"{id}\"}}"));
        }
        above = Some(id);
    }
    fs::write(
        root.join("repositories.json"),
        format!("{{\"Repositories\":{{{}}}}}", repositories.join(",")),
    )?;
    eprintln!("{} images of {} bytes on average", IMAGES, bytes / IMAGES);
    Ok(())
}

fn options() -> StoreOptions {
    StoreOptions::new(Env::new(UnixTime::default, Platform::new("linux", "amd64")))
}

fn opening(root: &Path, runs: usize) -> Result {
    let mut ours = Vec::new();
    let mut bare = Vec::new();
    for run in 0..=runs {
        let started = Instant::now();
        let (store, report) = block_on(ImageStore::open(FolderBackend::open(root)?, options()))?;
        let took = started.elapsed().as_secs_f64();
        if report.images != IMAGES || !report.problems.is_empty() || store.names().len() != NAMES {
            return Err(format!("{} images, {:?}", report.images, report.problems.first()).into());
        }
        drop(store);
        let started = Instant::now();
        let files = read_and_hash(root)?;
        if files < IMAGES {
            return Err("files are missing".into());
        }
        // The first of each only fills the cache.
        if run > 0 {
            ours.push(took);
            bare.push(started.elapsed().as_secs_f64());
        }
    }
    let (ours, bare) = (median(ours), median(bare));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    println!(
        "{{\"what\":\"opening a store of 100,000 images, native, warm\",\"ours\":\"{ours:.2} s, {:.0} % of it ours\",\
         \"peer\":\"listing, reading and hashing the same files, {threads} threads\",\"theirs\":\"{bare:.2} s\",\
         \"ratio\":{},\"most\":1.3}}",
        (1.0 - bare / ours).max(0.0) * 100.0,
        ours / bare,
    );
    Ok(())
}

/// The bare work: every configuration read and hashed, every record of a parent read, on all cores.
fn read_and_hash(root: &Path) -> Result<usize> {
    let list = |folder: &str| -> Result<Vec<PathBuf>> {
        fs::read_dir(root.join(folder))?.map(|entry| Ok(entry?.path())).collect()
    };
    let (contents, metadata) = (list("imagedb/content/sha256")?, list("imagedb/metadata/sha256")?);
    let all: Vec<(&PathBuf, bool)> =
        contents.iter().map(|path| (path, true)).chain(metadata.iter().map(|path| (path, false))).collect();
    let (next, read) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || -> std::io::Result<()> {
        let mut buffer = vec![0; 32 << 10];
        let mut bytes = |path: &Path| -> std::io::Result<Vec<u8>> {
            let mut file = File::open(path)?;
            let mut bytes = Vec::new();
            loop {
                let read = file.read(&mut buffer)?;
                if read == 0 {
                    return Ok(bytes);
                }
                bytes.extend_from_slice(&buffer[..read]);
            }
        };
        loop {
            let from = next.fetch_add(64, Ordering::Relaxed);
            let Some(batch) = all.get(from..).filter(|rest| !rest.is_empty()) else { return Ok(()) };
            for (path, is_content) in batch.iter().take(64) {
                if *is_content {
                    black_box(Digest::sha256(&bytes(path)?));
                    read.fetch_add(1, Ordering::Relaxed);
                } else {
                    for entry in fs::read_dir(path)? {
                        black_box(bytes(&entry?.path())?);
                    }
                }
            }
        }
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut result = work();
        for other in others {
            result = result.and(other.join().unwrap_or_else(|_| Err(std::io::Error::other("ended early"))));
        }
        result
    })?;
    Ok(read.into_inner())
}

fn asking(root: &Path) -> Result {
    let (store, _) = block_on(ImageStore::open(FolderBackend::open(root)?, options()))?;
    let ids = store.list();
    let some: Vec<ImageId> = (0..10_000).map(|at| ids[at * 7919 % ids.len()]).collect();
    let texts: Vec<String> = some.iter().map(|id| id.digest().hex()[..12].to_owned()).collect();
    let names: Vec<String> = store.names().iter().map(|(name, _)| name.familiar().to_owned()).collect();
    let each = |what: &str, ask: &dyn Fn(usize) -> bool| -> Result {
        let started = Instant::now();
        if !(0..some.len()).all(ask) {
            return Err(format!("{what}: not what was expected").into());
        }
        let each = started.elapsed().as_secs_f64() * 1e6 / some.len() as f64;
        println!("{{\"what\":\"{what}, of 100,000 images\",\"ours\":\"{each:.2} µs\"}}");
        Ok(())
    };
    each("searching 12 digits", &|at| store.search(&texts[at]).is_ok_and(|id| id == some[at]))?;
    each("children", &|at| store.children(&some[at]).len() <= 1)?;
    each("names of an image", &|at| store.names_of(&some[at]).len() <= 1)?;
    each("resolving a name", &|at| {
        store.resolve(&names[at % names.len()], ResolveOptions::default()).is_ok()
    })?;
    each("resolving 12 digits", &|at| store.resolve(&texts[at], ResolveOptions::default()).is_ok())?;
    each("getting (read, hashed, parsed)", &|at| block_on(store.get(&some[at])).is_ok())
}

fn changing(root: &Path, runs: usize) -> Result {
    let (store, _) = block_on(ImageStore::open(Counting::new(FolderBackend::open(root)?), options()))?;
    let mut created = Vec::new();
    let mut tagged = Vec::new();
    let mut writes = 0;
    for run in 0..runs.max(3) * 5 {
        let config = config(IMAGES + run);
        store.backend().puts.store(0, Ordering::Relaxed);
        let started = Instant::now();
        let id = block_on(store.create(&config, CreateOptions::default()))?;
        created.push(started.elapsed().as_secs_f64() * 1e3);
        writes = writes.max(store.backend().puts.load(Ordering::Relaxed));
        let reference = Reference::parse_normalized(&format!("bench/new:{run}"))?;
        let started = Instant::now();
        block_on(store.tag(&reference, id, false))?;
        tagged.push(started.elapsed().as_secs_f64() * 1e3);
        block_on(store.delete(&id, DeletePolicy::default()))?;
    }
    println!(
        "{{\"what\":\"creating one image among 100,000, on the disk\",\"ours\":\"{:.2} ms, {writes} write\",\
         \"ratio\":{writes},\"most\":1}}",
        median(created)
    );
    println!(
        "{{\"what\":\"one more name beside 10,000, on the disk\",\"ours\":\"{:.2} ms\"}}",
        median(tagged)
    );
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Counts what is written.
struct Counting {
    inner: FolderBackend,
    puts: AtomicUsize,
}

impl Counting {
    const fn new(inner: FolderBackend) -> Self {
        Self { inner, puts: AtomicUsize::new(0) }
    }
}

impl Backend for Counting {
    async fn list(&self, prefix: &str) -> std::result::Result<Vec<String>, BackendError> {
        self.inner.list(prefix).await
    }

    async fn get(&self, key: &str) -> std::result::Result<Option<Vec<u8>>, BackendError> {
        self.inner.get(key).await
    }

    async fn put(&self, key: &str, bytes: &[u8]) -> std::result::Result<(), BackendError> {
        self.puts.fetch_add(1, Ordering::Relaxed);
        self.inner.put(key, bytes).await
    }

    async fn delete(&self, key: &str) -> std::result::Result<(), BackendError> {
        self.puts.fetch_add(1, Ordering::Relaxed);
        self.inner.delete(key).await
    }

    fn sharing(&self) -> Sharing {
        self.inner.sharing()
    }

    async fn scan(&self, prefix: &str, visit: &Visit<'_>) -> std::result::Result<(), BackendError> {
        self.inner.scan(prefix, visit).await
    }

    async fn lock(&self) -> std::result::Result<Option<Lock>, BackendError> {
        self.inner.lock().await
    }

    async fn sweep(&self) -> std::result::Result<Vec<String>, BackendError> {
        self.inner.sweep().await
    }
}
