//! The document of a layer as Docker 0.11 writes it.

use crate::image::{RunConfig, Timestamp};
use crate::json::{Escapes, ObjectWriter};

/// What containers run with, as Docker had it up to 1.6: with limits that are not the image's business today.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphConfig {
    /// What it still has today.
    pub run: RunConfig,
    /// Bytes of memory; 0 for no limit.
    pub memory: i64,
    /// Bytes of memory and swap together; -1 for no swap.
    pub memory_swap: i64,
    /// Share of the processor among others.
    pub cpu_shares: i64,
    /// Ports in the oldest form.
    pub port_specs: Option<Vec<String>>,
}

impl From<RunConfig> for GraphConfig {
    fn from(run: RunConfig) -> Self {
        Self { run, ..Self::default() }
    }
}

impl GraphConfig {
    /// All members are always written; lists that are absent are `null`.
    fn to_json(&self) -> Vec<u8> {
        let empty = |object: &mut ObjectWriter, key: &str, (): &()| object.raw(key, b"{}");
        let run = &self.run;
        let mut object = ObjectWriter::new(Escapes::Older);
        object.string("Hostname", &run.hostname);
        object.string("Domainname", &run.domainname);
        object.string("User", &run.user);
        object.integer("Memory", self.memory);
        object.integer("MemorySwap", self.memory_swap);
        object.integer("CpuShares", self.cpu_shares);
        object.flag("AttachStdin", run.attach_stdin);
        object.flag("AttachStdout", run.attach_stdout);
        object.flag("AttachStderr", run.attach_stderr);
        object.strings("PortSpecs", self.port_specs.as_deref());
        object.map("ExposedPorts", run.exposed_ports.as_ref(), empty);
        object.flag("Tty", run.tty);
        object.flag("OpenStdin", run.open_stdin);
        object.flag("StdinOnce", run.stdin_once);
        object.strings("Env", run.env.as_deref());
        object.strings("Cmd", run.cmd.as_deref());
        object.string("Image", &run.image);
        object.map("Volumes", run.volumes.as_ref(), empty);
        object.string("WorkingDir", &run.working_dir);
        object.strings("Entrypoint", run.entrypoint.as_deref());
        object.flag("NetworkDisabled", run.network_disabled);
        object.strings("OnBuild", run.on_build.as_deref());
        object.finish()
    }
}

/// What Docker 0.11 writes of a layer where nobody gives it a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphDocument {
    /// The id of what it stands on; empty for none.
    pub parent: String,
    /// A remark.
    pub comment: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// The container that it was made from.
    pub container: String,
    /// What that container ran with.
    pub container_config: GraphConfig,
    /// Version of the Docker that made it.
    pub docker_version: String,
    /// Who made it.
    pub author: String,
    /// What containers of it run with.
    pub config: Option<GraphConfig>,
    /// Processor architecture in Go's naming.
    pub architecture: String,
    /// Operating system in Go's naming.
    pub os: String,
}

impl GraphDocument {
    /// The document of a layer with an id and a size in bytes.
    pub fn to_json(&self, id: &str, size: u64) -> Vec<u8> {
        let mut object = ObjectWriter::new(Escapes::Older);
        object.string("id", id);
        object.string_if_any("parent", &self.parent);
        object.string_if_any("comment", &self.comment);
        let created = self.created.as_ref().map(Timestamp::canonical);
        object.string("created", created.as_deref().unwrap_or(Timestamp::ZERO));
        object.string_if_any("container", &self.container);
        object.raw("container_config", &self.container_config.to_json());
        object.string_if_any("docker_version", &self.docker_version);
        object.string_if_any("author", &self.author);
        if let Some(config) = &self.config {
            object.raw("config", &config.to_json());
        }
        object.string_if_any("architecture", &self.architecture);
        object.string_if_any("os", &self.os);
        object.raw("Size", size.to_string().as_bytes());
        object.finish()
    }
}
