//! What about an image should worry whoever ships it: who it runs as, secrets in it, open doors, and what was left behind.
//!
//! A [`Lint`] looks at the merged tree and at every layer below it, as what a later layer deleted is still in the image. For
//! secrets and certificates it names the files whose contents it wants. Each [`Issue`] says why, where, and which command
//! of the history did it. Nothing is asked of a network.
//!
//! ```
//! use layerglass::image::ImageConfig;
//! use layerglass::inspect::lint::{Lint, LintOptions, Rule};
//! use layerglass::layer::FileTree;
//! use layerglass::limits::Limits;
//!
//! # fn contents(_layer: u16, _row: u32) -> Vec<u8> { Vec::new() }
//! let limits = Limits::default();
//! let config = br#"{"architecture":"amd64","os":"linux","config":{"Env":["DB_PASSWORD=hunter2"]},"rootfs":{"type":"layers"}}"#;
//! let config = ImageConfig::parse(config.to_vec(), &limits)?;
//! let tree = FileTree::merge(&[], &limits)?; // the tables of all layers
//! let mut lint = Lint::new(&tree, &LintOptions::default(), &limits);
//! lint.config(&config);
//! for file in lint.files() {
//!     lint.add(&file, &contents(file.layer, file.row));
//! }
//! let (issues, _more) = lint.finish();
//! assert_eq!(issues.iter().map(|issue| issue.rule).collect::<Vec<_>>(), [Rule::RootUser, Rule::Secret]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod certificate;
mod issue;
mod leftovers;
mod secrets;

use std::collections::HashSet;
use std::sync::Arc;

pub use issue::{Issue, Rule};

use crate::finding::Severity;
use crate::image::{Identity, ImageConfig};
use crate::layer::{FileTable, FileTree, NodeKind, Row, RowKind};
use crate::limits::Limits;

/// From where on something is an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LintOptions {
    /// The present, in seconds since 1970. Without it certificates are not looked at.
    pub now: Option<i64>,
    /// Days before its end at which a certificate is about to expire; 30.
    pub expiry_days: u32,
    /// Bytes from which on a package manager's cache is told; 64 KiB.
    pub cache_bytes: u64,
    /// Bytes from which on a folder `.git` is told; 1 MiB.
    pub git_bytes: u64,
}

impl Default for LintOptions {
    fn default() -> Self {
        Self { now: None, expiry_days: 30, cache_bytes: 64 << 10, git_bytes: 1 << 20 }
    }
}

/// So many secret settings of the environment are looked for in commands, so that hostile configurations take no hours.
const MOST_SETTINGS: usize = 256;

/// A file whose contents are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintFile {
    /// Its path in its layer.
    pub path: Vec<u8>,
    /// Position of the layer.
    pub layer: u16,
    /// Row of that layer's table.
    pub row: u32,
    /// Bytes of its contents.
    pub size: u64,
}

/// Looks for issues.
pub struct Lint {
    /// The tables of all layers.
    tables: Vec<Arc<FileTable>>,
    options: LintOptions,
    limits: Limits,
    /// Rows that the merged tree still has.
    present: HashSet<(u16, u32)>,
    /// By layer: its command.
    commands: Vec<Option<String>>,
    issues: Vec<Issue>,
    more: u64,
}

impl Lint {
    /// Looks at a merged tree and its layers.
    pub fn new(tree: &FileTree, options: &LintOptions, limits: &Limits) -> Self {
        let nodes = tree.nodes().filter(|node| node.is_present());
        let present = nodes.filter_map(|node| Some((node.layer(), node.row()?.index()))).collect();
        let (commands, issues) = (Vec::new(), Vec::new());
        let tables = tree.tables().to_vec();
        let mut lint =
            Self { tables, options: *options, limits: *limits, present, commands, issues, more: 0 };
        lint.modes(tree);
        lint.names();
        leftovers::find(&mut lint);
        lint
    }

    /// Looks at a configuration: the user, the environment, labels, and the commands of the history. They also tell which
    /// command made which layer, for all issues.
    pub fn config(&mut self, config: &ImageConfig) {
        let history = config.history();
        let run = config.run_config();
        let settings = run.env.iter().flatten().filter(|entry| !secrets::in_setting(entry).is_empty());
        let known: Vec<&str> =
            settings.filter_map(|entry| Some(entry.split_once('=')?.1)).take(MOST_SETTINGS).collect();
        let masked: Vec<String> =
            history.iter().map(|entry| secrets::masked(&entry.created_by, &known)).collect();
        let command = |step: Option<usize>| masked.get(step?).cloned();
        self.commands = config.layer_history().into_iter().map(command).collect();
        let is_root = match run.user_and_group().user {
            None | Some(Identity::Id(0)) => true,
            Some(Identity::Name(name)) => name == "root",
            Some(Identity::Id(_)) => false,
        };
        if is_root {
            let why = "containers run as root unless they are told otherwise";
            self.tell(Issue::new(Rule::RootUser, Severity::Warning, why));
        }
        let mut told = HashSet::new();
        for entry in run.env.iter().flatten() {
            for (what, shown) in secrets::in_setting(entry) {
                let is_compared = told.contains(entry) || told.len() < MOST_SETTINGS;
                if is_compared {
                    told.insert(entry.clone());
                }
                let mut issue = Issue::new(
                    Rule::Secret,
                    Severity::Error,
                    format!("the environment holds {what}: {shown}"),
                );
                let mut steps = history.iter().filter(|_| is_compared);
                issue.step = steps.position(|step| step.created_by.contains(entry)).map(|step| step as u32);
                issue.command = issue.step.and_then(|step| command(Some(step as usize)));
                self.tell(issue);
            }
        }
        for (step, entry) in history.iter().enumerate() {
            let mut text = entry.created_by.clone();
            // What the environment keeps was told already.
            told.iter().for_each(|known| text = text.replace(known, ""));
            for (what, shown) in secrets::in_command(&text) {
                let why = format!("a command of the history holds {what}: {shown}");
                let mut issue = Issue::new(Rule::Secret, Severity::Error, why);
                issue.step = Some(step as u32);
                issue.command = command(Some(step));
                self.tell(issue);
            }
        }
    }

    /// The files whose contents are wanted, those of lower layers that are no longer seen included: by layer and row.
    /// Larger ones than the limit `lintFileBytes` are not.
    pub fn files(&self) -> Vec<LintFile> {
        let mut files = Vec::new();
        for (layer, table) in (0..).zip(&self.tables) {
            let limit = self.limits.lint_file_bytes;
            let wanted = |row: &Row<'_>| row.kind() == RowKind::File && (1..=limit).contains(&row.size());
            files.extend(table.rows().filter(wanted).map(|row| LintFile {
                path: row.path().to_vec(),
                layer,
                row: row.index(),
                size: row.size(),
            }));
        }
        files
    }

    /// Looks at the contents of a file.
    pub fn add(&mut self, file: &LintFile, contents: &[u8]) {
        let mut kinds = HashSet::new();
        for secret in secrets::in_bytes(contents) {
            // Of a list of keys one is enough.
            if !kinds.insert(secret.what) {
                continue;
            }
            let why = format!("the file holds {}: {}", secret.what, secret.shown);
            let mut issue = Issue::new(Rule::Secret, Severity::Error, why);
            issue.offset = Some(secret.offset as u64);
            self.tell_of(issue, &file.path, file.layer, file.row);
        }
        let Some(now) = self.options.now else { return };
        if let Some((severity, why)) = certificate::check(&file.path, contents, now, self.options.expiry_days)
        {
            self.tell_of(Issue::new(Rule::Certificate, severity, why), &file.path, file.layer, file.row);
        }
    }

    /// The issues: of the configuration first, then by path and layer; and how many more there are than the limit
    /// `lintIssues` keeps.
    pub fn finish(mut self) -> (Vec<Issue>, u64) {
        for issue in &mut self.issues {
            if let Some(layer) = issue.layer {
                issue.command = self.commands.get(usize::from(layer)).cloned().flatten();
            }
        }
        self.issues
            .sort_by(|a, b| (&a.path, a.layer, a.rule, a.step).cmp(&(&b.path, b.layer, b.rule, b.step)));
        (self.issues, self.more)
    }

    fn tell(&mut self, issue: Issue) {
        if self.issues.len() < self.limits.lint_issues as usize {
            self.issues.push(issue);
        } else {
            self.more += 1;
        }
    }

    /// Tells an issue of a file.
    fn tell_of(&mut self, mut issue: Issue, path: &[u8], layer: u16, row: u32) {
        issue.path = Some(String::from_utf8_lossy(path).into_owned());
        issue.layer = Some(layer);
        issue.deleted = !self.present.contains(&(layer, row));
        self.tell(issue);
    }

    /// Whoever may write or become what: of the merged tree alone, as nobody reaches what is below it.
    fn modes(&mut self, tree: &FileTree) {
        for node in tree.nodes().filter(|node| node.is_present()) {
            let (Some(row), kind) = (node.row(), node.kind()) else { continue };
            let mode = row.mode();
            let set_id = match mode & 0o6000 {
                0o4000 => Some("its owner"),
                0o2000 => Some("its group"),
                0o6000 => Some("its owner and group"),
                _ => None,
            };
            if let Some(whom) = set_id.filter(|_| kind == NodeKind::File && mode & 0o111 != 0) {
                let why =
                    format!("whoever runs it becomes {whom} ({}:{}, mode {mode:04o})", row.uid(), row.gid());
                let issue = Issue::new(Rule::SetId, Severity::Info, why);
                self.tell_of(issue, &node.path(), node.layer(), row.index());
            }
            // In a folder with the sticky bit, such as `/tmp`, everybody has files of their own.
            let is_open = match kind {
                NodeKind::File => mode & 0o002 != 0,
                NodeKind::Directory => mode & 0o1002 == 0o002,
                _ => false,
            };
            if is_open {
                let why = format!("everybody may write to it (mode {mode:04o})");
                let issue = Issue::new(Rule::WorldWritable, Severity::Warning, why);
                self.tell_of(issue, &node.path(), node.layer(), row.index());
            }
        }
    }

    /// Files whose names say that they hold credentials, in every layer.
    fn names(&mut self) {
        for (layer, table) in (0..).zip(self.tables.clone()) {
            for row in table.rows().filter(|row| row.kind() == RowKind::File && row.size() > 0) {
                if let Some(what) = secrets::by_name(row.path()) {
                    let why = format!("by its name it holds {what}");
                    let issue = Issue::new(Rule::Secret, Severity::Warning, why);
                    self.tell_of(issue, row.path(), layer, row.index());
                }
            }
        }
    }
}
