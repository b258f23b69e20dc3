//! Configurations as Docker writes them.

use std::collections::BTreeMap;

use super::{ConfigFields, Healthcheck, HistoryEntry, RootFs, RunConfig, Timestamp};
use crate::json::{Escapes, ObjectWriter, put, write_array, write_string};

/// Which Docker's way of writing a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CanonicalRules {
    /// Docker 1.10 to 24, as of the year 2020: unknown times are written as the zero time, `OnBuild` always.
    Docker2020,
    /// Docker since 25, as of version 29: an unknown `created` is `null`, that of a history entry is left out,
    /// `MacAddress` is gone, and `OnBuild` is left out when empty.
    Current,
}

impl CanonicalRules {
    pub(super) const fn escapes(self) -> Escapes {
        match self {
            Self::Docker2020 => Escapes::Older,
            Self::Current => Escapes::Current,
        }
    }
}

/// Members of an object by key; values are JSON.
pub(super) type Members = BTreeMap<String, Vec<u8>>;

/// An object with its members sorted by the bytes of their keys, as Go writes a map, but for the `dropped` ones.
pub(super) fn write_sorted(members: &Members, dropped: &[&str], rules: CanonicalRules) -> Vec<u8> {
    let mut object = ObjectWriter::new(rules.escapes());
    for (key, value) in members {
        if !dropped.contains(&key.as_str()) {
            object.raw(key, value);
        }
    }
    object.finish()
}

/// A string as JSON.
pub(super) fn text(text: &str, rules: CanonicalRules) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    write_string(&mut out, text, rules.escapes());
    out
}

impl ConfigFields {
    /// The bytes that Docker writes for these fields: members sorted by key, no white space, empty ones omitted by
    /// Docker's rules for each.
    ///
    /// Writing what was read from them gives the same bytes again.
    pub fn canonical_json(&self, rules: CanonicalRules) -> Vec<u8> {
        let mut members = self.v1_members(rules);
        if let Some(rootfs) = &self.rootfs {
            put(&mut members, "rootfs".to_owned(), rootfs_json(rootfs, rules));
        }
        if !self.history.is_empty() {
            put(&mut members, "history".to_owned(), history_json(&self.history, rules));
        }
        if !self.os_version.is_empty() {
            put(&mut members, "os.version".to_owned(), text(&self.os_version, rules));
        }
        if !self.os_features.is_empty() {
            let features = write_array(self.os_features.iter().map(|feature| text(feature, rules)));
            put(&mut members, "os.features".to_owned(), features);
        }
        write_sorted(&members, &[], rules)
    }

    /// The members that the legacy v1 form has.
    pub(super) fn v1_members(&self, rules: CanonicalRules) -> Members {
        let mut members = Members::new();
        let mut string = |key: &str, value: &str| {
            if !value.is_empty() {
                put(&mut members, key.to_owned(), text(value, rules));
            }
        };
        string("id", &self.id);
        string("parent", &self.parent);
        string("comment", &self.comment);
        string("container", &self.container);
        string("docker_version", &self.docker_version);
        string("author", &self.author);
        string("architecture", &self.architecture);
        string("variant", &self.variant);
        string("os", &self.os);
        let created = match (&self.created, rules) {
            (Some(created), _) => text(&created.canonical(), rules),
            (None, CanonicalRules::Docker2020) => text(Timestamp::ZERO, rules),
            (None, CanonicalRules::Current) => b"null".to_vec(),
        };
        put(&mut members, "created".to_owned(), created);
        put(&mut members, "container_config".to_owned(), self.container_config.canonical_json(rules));
        if let Some(config) = &self.config {
            put(&mut members, "config".to_owned(), config.canonical_json(rules));
        }
        if self.size != 0 {
            put(&mut members, "Size".to_owned(), self.size.to_string().into_bytes());
        }
        members
    }
}

/// A `rootfs` as JSON.
pub(super) fn rootfs_json(rootfs: &RootFs, rules: CanonicalRules) -> Vec<u8> {
    let mut object = ObjectWriter::new(rules.escapes());
    object.string("type", &rootfs.kind);
    if !rootfs.diff_ids.is_empty() {
        object.array("diff_ids", rootfs.diff_ids.iter().map(|diff_id| text(diff_id.as_str(), rules)));
    }
    object.finish()
}

/// A history as JSON.
pub(super) fn history_json(history: &[HistoryEntry], rules: CanonicalRules) -> Vec<u8> {
    write_array(history.iter().map(|entry| entry.canonical_json(rules)))
}

impl HistoryEntry {
    pub(super) fn canonical_json(&self, rules: CanonicalRules) -> Vec<u8> {
        let mut object = ObjectWriter::new(rules.escapes());
        match (&self.created, rules) {
            (Some(created), _) => object.string("created", &created.canonical()),
            (None, CanonicalRules::Docker2020) => object.string("created", Timestamp::ZERO),
            (None, CanonicalRules::Current) => {}
        }
        // Docker has used the OCI's structure since 25; its members stand in another order.
        if rules == CanonicalRules::Docker2020 {
            object.string_if_any("author", &self.author);
            object.string_if_any("created_by", &self.created_by);
        } else {
            object.string_if_any("created_by", &self.created_by);
            object.string_if_any("author", &self.author);
        }
        object.string_if_any("comment", &self.comment);
        object.flag_if_set("empty_layer", self.empty_layer);
        object.finish()
    }
}

impl RunConfig {
    /// The bytes that Docker writes for these fields, in the order of its structure.
    pub fn canonical_json(&self, rules: CanonicalRules) -> Vec<u8> {
        let current = rules == CanonicalRules::Current;
        let empty_object = |object: &mut ObjectWriter, key: &str, (): &()| object.raw(key, b"{}");
        let mut object = ObjectWriter::new(rules.escapes());
        object.string("Hostname", &self.hostname);
        object.string("Domainname", &self.domainname);
        object.string("User", &self.user);
        object.flag("AttachStdin", self.attach_stdin);
        object.flag("AttachStdout", self.attach_stdout);
        object.flag("AttachStderr", self.attach_stderr);
        if self.exposed_ports.as_ref().is_some_and(|ports| !ports.is_empty()) {
            object.map("ExposedPorts", self.exposed_ports.as_ref(), empty_object);
        }
        object.flag("Tty", self.tty);
        object.flag("OpenStdin", self.open_stdin);
        object.flag("StdinOnce", self.stdin_once);
        object.strings("Env", self.env.as_deref());
        object.strings("Cmd", self.cmd.as_deref());
        if let Some(check) = &self.healthcheck {
            object.raw("Healthcheck", &check.canonical_json(rules));
        }
        object.flag_if_set("ArgsEscaped", self.args_escaped);
        object.string("Image", &self.image);
        object.map("Volumes", self.volumes.as_ref(), empty_object);
        object.string("WorkingDir", &self.working_dir);
        object.strings("Entrypoint", self.entrypoint.as_deref());
        object.flag_if_set("NetworkDisabled", self.network_disabled);
        if current {
            object.strings_if_any("OnBuild", self.on_build.as_deref());
        } else {
            object.string_if_any("MacAddress", &self.mac_address);
            object.strings("OnBuild", self.on_build.as_deref());
        }
        object.map("Labels", self.labels.as_ref(), |object, key, value| object.string(key, value));
        object.string_if_any("StopSignal", &self.stop_signal);
        if let Some(seconds) = self.stop_timeout {
            object.integer("StopTimeout", seconds);
        }
        object.strings_if_any("Shell", self.shell.as_deref());
        object.finish()
    }
}

impl Healthcheck {
    fn canonical_json(&self, rules: CanonicalRules) -> Vec<u8> {
        let mut object = ObjectWriter::new(rules.escapes());
        object.strings_if_any("Test", self.test.as_deref());
        object.integer_if_any("Interval", self.interval);
        object.integer_if_any("Timeout", self.timeout);
        object.integer_if_any("StartPeriod", self.start_period);
        if rules == CanonicalRules::Current {
            object.integer_if_any("StartInterval", self.start_interval);
        }
        object.integer_if_any("Retries", self.retries);
        object.finish()
    }
}
