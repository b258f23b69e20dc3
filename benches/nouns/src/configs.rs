//! Reading configurations.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use layerglass::digest::Digest;
use layerglass::image::ImageConfig;
use layerglass::limits::Limits;
use oci_spec::image::ImageConfiguration;

use crate::{Result, beside, nanoseconds};

/// Files that are longer are no configurations.
const LONGEST: u64 = 1 << 20;

pub fn run(fixtures: &Path, rounds: usize) -> Result {
    let mut real = Vec::new();
    collect(fixtures, &mut real)?;
    real.sort();
    real.dedup();
    if real.is_empty() {
        return Err("no configurations among the fixtures".into());
    }
    compare(&format!("{} real ones", real.len()), &real, rounds)?;
    compare("120 steps, 60 variables, 40 labels", &[long()], rounds)
}

/// Every file of the image folders that both libraries take for a configuration.
fn collect(folder: &Path, configs: &mut Vec<Vec<u8>>) -> Result {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&entry.path(), configs)?;
        } else if kind.is_file() && entry.metadata()?.len() <= LONGEST {
            let bytes = fs::read(entry.path())?;
            if ImageConfig::parse(bytes.as_slice(), &Limits::default()).is_ok() && theirs(&bytes).is_ok() {
                configs.push(bytes);
            }
        }
    }
    Ok(())
}

/// From a slice: the type's own `from_reader` reads byte by byte.
fn theirs(bytes: &[u8]) -> serde_json::Result<ImageConfiguration> {
    serde_json::from_slice(bytes)
}

fn compare(which: &str, configs: &[Vec<u8>], rounds: usize) -> Result {
    let bytes: usize = configs.iter().map(Vec::len).sum();
    let times = 80_000_usize.div_ceil(bytes);
    let limits = Limits::default();
    let all = || (0..times).flat_map(|_| configs);
    let operations = times * configs.len();
    let [ours, theirs, with_id, theirs_with_id] = nanoseconds(
        rounds,
        [
            &mut || {
                for config in all() {
                    let _ = black_box(ImageConfig::parse(black_box(config.as_slice()), &limits));
                }
                operations
            },
            &mut || {
                for config in all() {
                    let _ = black_box(theirs(black_box(config)));
                }
                operations
            },
            &mut || {
                for config in all() {
                    let config = ImageConfig::parse(black_box(config.as_slice()), &limits);
                    let _ = black_box(config.map(|config| config.id()));
                }
                operations
            },
            &mut || {
                for config in all() {
                    let _ = black_box(theirs(black_box(config)));
                    black_box(Digest::sha256(black_box(config)));
                }
                operations
            },
        ],
    );
    let size = bytes as f64 / configs.len() as f64 / 1e3;
    let row = |what: &str, ours, peer: &str, theirs| {
        beside(&format!("{what}, native ({which}, {size:.1} KB)"), ours, peer, theirs, 1.0);
    };
    row("config parse, raw bytes kept", ours, "oci-spec 0.9 from a slice", theirs);
    let hash = 100.0 * (theirs_with_id - theirs) / with_id;
    let peer = format!("the same and SHA-256, which is {hash:.0} % of ours");
    row("config parse and its id", with_id, &peer, theirs_with_id);
    Ok(())
}

/// A configuration as a long build leaves it.
fn long() -> Vec<u8> {
    let list =
        |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(",");
    let env =
        list(60, &|n| format!(r#""SERVICE_SETTING_{n}=/opt/service/lib/{n}:/usr/lib/x86_64-linux-gnu""#));
    let labels =
        list(40, &|n| format!(r#""org.example.build.label-{n}":"value of the label with number {n}""#));
    let history = list(120, &|n| {
        let empty = if n % 3 == 0 { "" } else { r#","empty_layer":true"# };
        format!(
            r#"{{"created":"2024-06-01T12:{:02}:{:02}.{n:09}Z","created_by":"RUN /bin/sh -c apt-get update \u0026\u0026 apt-get install -y --no-install-recommends package-{n} \u0026\u0026 rm -rf /var/lib/apt/lists/* # buildkit","comment":"buildkit.dockerfile.v0"{empty}}}"#,
            n / 60,
            n % 60
        )
    });
    let diff_ids = list(40, &|n| format!("\"{}\"", Digest::sha256(&n.to_le_bytes())));
    format!(
        r#"{{"architecture":"amd64","config":{{"Env":[{env}],"Entrypoint":["/entry.sh"],"Cmd":["serve"],"Labels":{{{labels}}},"WorkingDir":"/srv","ExposedPorts":{{"80/tcp":{{}}}}}},"created":"2024-06-01T12:00:00.123456789Z","history":[{history}],"os":"linux","rootfs":{{"type":"layers","diff_ids":[{diff_ids}]}}}}"#
    )
    .into_bytes()
}
