//! Parsing and normalising names that both libraries accept.

use std::hint::black_box;
use std::str::FromStr;

use layerglass::reference::Reference;

use crate::{Random, Result, beside, nanoseconds};

/// Names as people and programs write them.
const NAMES: [&str; 24] = [
    "redis",
    "nginx",
    "library/postgres",
    "grafana/grafana-oss",
    "docker.io/library/alpine",
    "index.docker.io/library/busybox",
    "docker.io/bitnami/kubectl",
    "ghcr.io/home-assistant/home-assistant",
    "quay.io/prometheus/node-exporter",
    "registry.k8s.io/kube-apiserver",
    "registry.k8s.io/ingress-nginx/controller",
    "gcr.io/google-containers/pause-amd64",
    "gcr.io/distroless/static-debian12",
    "mcr.microsoft.com/dotnet/aspnet",
    "mcr.microsoft.com/windows/servercore/iis",
    "public.ecr.aws/lambda/python",
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/service",
    "europe-west3-docker.pkg.dev/project-1234/images/web_app",
    "registry.gitlab.com/group/sub-group/project/image",
    "nvcr.io/nvidia/k8s/dcgm-exporter",
    "localhost/test",
    "localhost:5000/my__image",
    "10.0.0.7:5000/mirror/debian",
    "registry.example.com:8443/a/b/c/d/e",
];

/// What stands after a name. Each name gets each.
const TAILS: [&str; 10] = [
    "",
    ":latest",
    ":7",
    ":1.27.3-alpine3.20",
    ":v1.31.0",
    ":20240601-nightly_arm64.build.4711",
    ":sha-3f2a91c",
    "@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ":stable@sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "@sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
];

pub fn run(rounds: usize) -> Result {
    let mut names: Vec<String> =
        NAMES.iter().flat_map(|name| TAILS.iter().map(move |tail| format!("{name}{tail}"))).collect();
    Random(1).shuffle(&mut names);
    for name in &names {
        Reference::parse_normalized(name).map_err(|error| format!("{name}: {error}"))?;
        oci_spec::distribution::Reference::from_str(name).map_err(|error| format!("{name}: {error}"))?;
    }
    let ours = |times: usize| {
        for name in (0..times).flat_map(|_| &names) {
            let _ = black_box(Reference::parse_normalized(black_box(name)));
        }
        times * names.len()
    };
    let theirs = |times: usize| {
        for name in (0..times).flat_map(|_| &names) {
            let _ = black_box(oci_spec::distribution::Reference::from_str(black_box(name)));
        }
        times * names.len()
    };
    let [we, they] = nanoseconds(rounds, [&mut || ours(4), &mut || theirs(1)]);
    let what = format!("parse and normalise a reference, native ({} valid ones)", names.len());
    beside(&what, we, "oci-spec 0.9", they, 10.0);
    Ok(())
}
