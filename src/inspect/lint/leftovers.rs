//! What was left behind: caches of package managers, and folders `.git`.

use std::collections::BTreeMap;

use super::{Issue, Lint, Rule};
use crate::finding::Severity;
use crate::layer::RowKind;

/// Caches below the root: folder, whose it is, and how it is avoided.
const CACHES: [(&[u8], &str, &str); 13] = [
    (b"var/lib/apt/lists/", "apt", "`rm -rf /var/lib/apt/lists/*` in the same command"),
    (b"var/cache/apt/", "apt", "`apt-get clean` in the same command"),
    (b"var/cache/apk/", "apk", "`apk add --no-cache`"),
    (b"etc/apk/cache/", "apk", "`apk add --no-cache`"),
    (b"var/cache/yum/", "yum", "`yum clean all` in the same command"),
    (b"var/cache/dnf/", "dnf", "`dnf clean all` in the same command"),
    (b"var/cache/libdnf5/", "dnf", "`dnf clean all` in the same command"),
    (b"var/cache/zypp/", "zypper", "`zypper clean --all` in the same command"),
    (b"var/cache/pacman/pkg/", "pacman", "`pacman -Scc` in the same command"),
    (b"usr/local/share/.cache/yarn/", "yarn", "`yarn cache clean` in the same command"),
    (b"usr/local/cargo/registry/", "cargo", "a cache mount or a further stage"),
    (b"go/pkg/mod/cache/", "go", "a cache mount or a further stage"),
    (b"usr/local/bundle/cache/", "bundler", "`bundle clean` or removing it in the same command"),
];

/// Caches below a user's home.
const HOME_CACHES: [(&[u8], &str, &str); 13] = [
    (b".cache/pip/", "pip", "`pip install --no-cache-dir`"),
    (b".cache/uv/", "uv", "`uv --no-cache`"),
    (b".cache/pypoetry/", "poetry", "a cache mount or a further stage"),
    (b".npm/", "npm", "`npm cache clean --force` in the same command"),
    (b".cache/yarn/", "yarn", "`yarn cache clean` in the same command"),
    (b".local/share/pnpm/store/", "pnpm", "a cache mount"),
    (b".cache/go-build/", "go", "a cache mount or a further stage"),
    (b"go/pkg/mod/cache/", "go", "a cache mount or a further stage"),
    (b".cargo/registry/", "cargo", "a cache mount or a further stage"),
    (b".m2/repository/", "maven", "a cache mount or a further stage"),
    (b".gradle/caches/", "gradle", "a cache mount or a further stage"),
    (b".composer/cache/", "composer", "`composer clear-cache` in the same command"),
    (b".cache/composer/", "composer", "`composer clear-cache` in the same command"),
];

/// A folder of one layer that was left behind.
#[derive(Default)]
struct Heap {
    bytes: u64,
    files: u64,
    /// Files that the merged tree still has.
    seen: u64,
}

/// Adds up what each layer has in such folders, whether a later one deleted it or not.
pub(super) fn find(lint: &mut Lint) {
    let mut caches: BTreeMap<(Vec<u8>, u16), (&str, &str, Heap)> = BTreeMap::new();
    let mut histories: BTreeMap<(Vec<u8>, u16), Heap> = BTreeMap::new();
    for (layer, table) in (0..).zip(&lint.tables) {
        for row in table.rows().filter(|row| row.kind() == RowKind::File && row.is_placed()) {
            let path = row.path();
            let heap = if let Some((folder, whose, how)) = cache(path) {
                &mut caches.entry((folder, layer)).or_insert((whose, how, Heap::default())).2
            } else if let Some(folder) = git(path) {
                histories.entry((folder.to_vec(), layer)).or_default()
            } else {
                continue;
            };
            heap.bytes = heap.bytes.saturating_add(row.size());
            heap.files += 1;
            heap.seen += u64::from(lint.present.contains(&(layer, row.index())));
        }
    }
    for ((folder, layer), (whose, how, heap)) in caches {
        if heap.bytes >= lint.options.cache_bytes {
            let why = format!("the cache of {whose}, {} files that {how} would avoid", heap.files);
            tell(lint, Issue::new(Rule::PackageCache, Severity::Warning, why), &folder, layer, &heap);
        }
    }
    for ((folder, layer), heap) in histories {
        if heap.bytes >= lint.options.git_bytes {
            let why = format!(
                "the history of a source tree, {} files that `.dockerignore` would keep out",
                heap.files
            );
            tell(lint, Issue::new(Rule::GitFolder, Severity::Warning, why), &folder, layer, &heap);
        }
    }
}

fn tell(lint: &mut Lint, mut issue: Issue, folder: &[u8], layer: u16, heap: &Heap) {
    issue.path = Some(String::from_utf8_lossy(folder).into_owned());
    issue.layer = Some(layer);
    issue.bytes = Some(heap.bytes);
    issue.deleted = heap.seen == 0;
    lint.tell(issue);
}

/// The cache that holds a path: its folder, whose it is, and how it is avoided.
fn cache(path: &[u8]) -> Option<(Vec<u8>, &'static str, &'static str)> {
    let trimmed = |folder: &[u8]| folder.strip_suffix(b"/").unwrap_or(folder).to_vec();
    if let Some((folder, whose, how)) = CACHES.iter().find(|(folder, ..)| path.starts_with(folder)) {
        return Some((trimmed(folder), whose, how));
    }
    let below_home = match path.strip_prefix(b"home/") {
        Some(rest) => rest.get(rest.iter().position(|&byte| byte == b'/')? + 1..)?,
        None => path.strip_prefix(b"root/")?,
    };
    let (folder, whose, how) = HOME_CACHES.iter().find(|(folder, ..)| below_home.starts_with(folder))?;
    let length = path.len() - below_home.len() + folder.len();
    Some((trimmed(path.get(..length)?), whose, how))
}

/// The folder `.git` that holds a path.
fn git(path: &[u8]) -> Option<&[u8]> {
    if path.starts_with(b".git/") {
        return path.get(..4);
    }
    let at = path.windows(6).position(|window| window == b"/.git/")?;
    path.get(..at + 5)
}
