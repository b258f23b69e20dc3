//! What containers run with.

use std::collections::BTreeMap;
use std::ops::Deref;

use crate::json::{Decode, FieldError, Input, Value, decode_struct};

/// A list of strings that may be written as one string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StringOrList(pub Vec<String>);

impl Deref for StringOrList {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl Decode for StringOrList {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        match input.first() {
            // Docker reads each of several lists into an empty one.
            Some(b'[' | b'n') => {
                self.0.clear();
                self.0.read(input)
            }
            _ => match input.value()? {
                Value::String(text) => {
                    self.0 = vec![text.into_owned()];
                    Ok(())
                }
                value => Err(FieldError::of_type("array of strings or string", &value)),
            },
        }
    }
}

/// A container configuration in Docker's form. OCI's is a subset of it.
///
/// Lists and maps are absent (`None`) when the document lacks them or has `null`; [`Self::default`] has all absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunConfig {
    /// Host name.
    pub hostname: String,
    /// Domain name.
    pub domainname: String,
    /// `user`, `uid`, `user:group`, `uid:gid`, in any mix; empty for root.
    pub user: String,
    /// Attach to standard input.
    pub attach_stdin: bool,
    /// Attach to standard output.
    pub attach_stdout: bool,
    /// Attach to standard error.
    pub attach_stderr: bool,
    /// Ports such as `80/tcp`.
    pub exposed_ports: Option<BTreeMap<String, ()>>,
    /// Run on a terminal.
    pub tty: bool,
    /// Keep standard input open.
    pub open_stdin: bool,
    /// Close standard input after the first client left.
    pub stdin_once: bool,
    /// `NAME=value`, each.
    pub env: Option<Vec<String>>,
    /// Default arguments, or the command where there is no entry point.
    pub cmd: Option<StringOrList>,
    /// How to tell whether it is well.
    pub healthcheck: Option<Healthcheck>,
    /// Windows: the command is one escaped command line.
    pub args_escaped: bool,
    /// Name of the image it was made from.
    pub image: String,
    /// Paths that are volumes.
    pub volumes: Option<BTreeMap<String, ()>>,
    /// Directory to start in; empty for `/`.
    pub working_dir: String,
    /// The command.
    pub entrypoint: Option<StringOrList>,
    /// Without network.
    pub network_disabled: bool,
    /// MAC address.
    pub mac_address: String,
    /// Build steps for images that are built on this one.
    pub on_build: Option<Vec<String>>,
    /// Labels.
    pub labels: Option<BTreeMap<String, String>>,
    /// Signal that stops it, by name or number.
    pub stop_signal: String,
    /// Seconds before it is killed.
    pub stop_timeout: Option<i64>,
    /// Shell of the shell form of `RUN`, `CMD` and `ENTRYPOINT`.
    pub shell: Option<StringOrList>,
}

decode_struct!(RunConfig {
    "Hostname" => hostname,
    "Domainname" => domainname,
    "User" => user,
    "AttachStdin" => attach_stdin,
    "AttachStdout" => attach_stdout,
    "AttachStderr" => attach_stderr,
    "ExposedPorts" => exposed_ports,
    "Tty" => tty,
    "OpenStdin" => open_stdin,
    "StdinOnce" => stdin_once,
    "Env" => env,
    "Cmd" => cmd,
    "Healthcheck" => healthcheck,
    "ArgsEscaped" => args_escaped,
    "Image" => image,
    "Volumes" => volumes,
    "WorkingDir" => working_dir,
    "Entrypoint" => entrypoint,
    "NetworkDisabled" => network_disabled,
    "MacAddress" => mac_address,
    "OnBuild" => on_build,
    "Labels" => labels,
    "StopSignal" => stop_signal,
    "StopTimeout" => stop_timeout,
    "Shell" => shell,
});

/// How to tell whether a container is well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Healthcheck {
    /// `["NONE"]`, `["CMD", …]` or `["CMD-SHELL", command]`; empty inherits.
    pub test: Option<Vec<String>>,
    /// Nanoseconds between two checks; 0 inherits, as below.
    pub interval: i64,
    /// Nanoseconds that a check may take.
    pub timeout: i64,
    /// Nanoseconds after the start in which failures do not count.
    pub start_period: i64,
    /// Nanoseconds between two checks during that time.
    pub start_interval: i64,
    /// Failures in a row that mean it is not well.
    pub retries: i64,
}

decode_struct!(Healthcheck {
    "Test" => test,
    "Interval" => interval,
    "Timeout" => timeout,
    "StartPeriod" => start_period,
    "StartInterval" => start_interval,
    "Retries" => retries,
});
