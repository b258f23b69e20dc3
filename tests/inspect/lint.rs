//! What should worry whoever ships an image.

use layerglass::finding::Severity;
use layerglass::image::ImageConfig;
use layerglass::inspect::lint::{Issue, Lint, LintOptions, Rule};
use layerglass::layer::FileTree;
use layerglass::limits::Limits;

use super::support::Layer;

/// 2026-01-31T12:00:00Z
const NOW: i64 = 1_769_860_800;

fn config(run: &str, steps: &[&str]) -> String {
    let history: Vec<String> = steps.iter().map(|step| format!(r#"{{"created_by":{step:?}}}"#)).collect();
    let ids: Vec<String> = (0..steps.len()).map(|at| format!(r#""sha256:{at:064x}""#)).collect();
    format!(
        r#"{{"architecture":"amd64","os":"linux","config":{run},"history":[{}],"rootfs":{{"type":"layers","diff_ids":[{}]}}}}"#,
        history.join(","),
        ids.join(",")
    )
}

fn lint_within(layers: &[Layer], config: &str, limits: &Limits) -> (Vec<Issue>, u64) {
    let tables: Vec<_> = layers.iter().map(Layer::table).collect();
    let tree = FileTree::merge(&tables, limits).unwrap();
    let options = LintOptions { now: Some(NOW), ..LintOptions::default() };
    let mut lint = Lint::new(&tree, &options, limits);
    lint.config(&ImageConfig::parse(config.as_bytes(), &Limits::default()).unwrap());
    for file in lint.files() {
        lint.add(&file, layers[usize::from(file.layer)].contents(file.row));
    }
    lint.finish()
}

fn lint(layers: &[Layer], config: &str) -> Vec<Issue> {
    lint_within(layers, config, &Limits::default()).0
}

const USER: &str = r#"{"User":"app"}"#;

/// Rule, path, layer and whether it was deleted.
fn told(issues: &[Issue]) -> Vec<(Rule, &str, u16, bool)> {
    let of = |issue: &Issue| (issue.rule, issue.layer.unwrap_or(99), issue.deleted);
    issues
        .iter()
        .map(|issue| (of(issue).0, issue.path.as_deref().unwrap_or(""), of(issue).1, of(issue).2))
        .collect()
}

/// A token made of parts, so that no tool takes this file for one that leaks it.
fn token() -> String {
    format!("ghp{}{}", "_", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF3gH6")
}

#[test]
fn root_is_told_by_number_name_and_silence() {
    for (user, is_root) in
        [("", true), ("0", true), ("root:root", true), ("0:1000", true), ("1000", false), ("app:0", false)]
    {
        let issues =
            lint(&[Layer::default()], &config(&format!(r#"{{"User":{user:?}}}"#), &["FROM scratch"]));
        assert_eq!(issues.iter().any(|issue| issue.rule == Rule::RootUser), is_root, "{user}");
    }
}

#[test]
fn secrets_in_files_even_in_deleted_ones() {
    let key = format!(
        "-----BEGIN {} KEY-----\n{}\n-----END\n",
        "RSA PRIVATE",
        "MIIEpAIBAAKCAQEA7yn3bRHQ5FHJ".repeat(3)
    );
    let layers = [
        Layer::default()
            .file("app/.npmrc", format!("//registry.npmjs.org/:_authToken={}\n", "0a1b2c3d-e4f5-6789")),
        Layer::default()
            .file("app/key.pem", &key)
            .file("app/config.json", format!("{{\"token\": \"{}\"}}", token()))
            .file("root/.ssh/id_ed25519", "not even a key"),
        Layer::default().file("app/.wh.key.pem", "").file("app/.wh.config.json", ""),
    ];
    let steps = ["COPY .npmrc /app", "COPY . /app", "RUN rm /app/key.pem /app/config.json"];
    let issues = lint(&layers, &config(USER, &steps));
    assert_eq!(
        told(&issues),
        [
            (Rule::Secret, "app/.npmrc", 0, false),
            (Rule::Secret, "app/config.json", 1, true),
            (Rule::Secret, "app/key.pem", 1, true),
            (Rule::Secret, "root/.ssh/id_ed25519", 1, false),
        ]
    );
    assert_eq!(issues[1].command.as_deref(), Some("COPY . /app"), "which command did it");
    assert_eq!(issues[1].offset, Some(11));
    assert!(issues[1].why.contains("a GitHub token: ghp_aB3d…") && !issues[1].why.contains(&token()));
    assert!(issues[2].why.contains("RSA PRIVATE KEY"));
}

#[test]
fn what_only_looks_like_a_secret_is_not_told() {
    let texts = [
        "-----BEGIN PRIVATE KEY-----".to_owned(),
        format!("-----BEGIN {} KEY-----\n{}", "PUBLIC", "A1b2".repeat(30)),
        "if (line.startsWith(\"-----BEGIN RSA PRIVATE KEY-----\")) { return parse(line); }".to_owned(),
        format!("AKIA{}", "IOSFODNN7EXAMPLE"),
        format!("x{}", token()),
        token()[..30].to_owned(),
        format!("AKIA{}", "A".repeat(16)),
        "//registry.npmjs.org/:_authToken=${NPM_TOKEN_OF_THIS}".to_owned(),
    ];
    for text in texts {
        let issues = lint(&[Layer::default().file("a.txt", &text)], &config(USER, &["COPY a.txt /"]));
        assert_eq!(issues, [], "{text}");
    }
}

#[test]
fn secrets_in_the_environment_and_in_commands() {
    let run = r#"{"User":"app","Env":["PATH=/usr/bin","DB_PASSWORD=hunter2","TOKEN_FILE=/run/secrets/token","SECRET="]}"#;
    let steps = [
        "ENV DB_PASSWORD=hunter2",
        "|1 NPM_TOKEN=abcdef /bin/sh -c npm ci",
        &format!("RUN curl -H 'Authorization: {}' x", token()),
    ];
    let issues = lint(&[Layer::default(), Layer::default(), Layer::default()], &config(run, &steps));
    let whys: Vec<_> = issues.iter().map(|issue| (issue.why.as_str(), issue.step)).collect();
    assert_eq!(whys.len(), 3, "{whys:?}");
    assert_eq!(
        whys[0],
        ("the environment holds a value whose name says that it is secret: DB_PASSWORD", Some(0))
    );
    assert!(whys[1].0.ends_with("NPM_TOKEN") && whys[1].1 == Some(1), "{whys:?}");
    assert!(whys[2].0.contains("ghp_aB3d…") && whys[2].1 == Some(2), "{whys:?}");
    assert_eq!(issues[0].command.as_deref(), Some("ENV DB_PASSWORD=…"));
}

#[test]
fn commands_are_told_without_the_secrets_in_them() {
    let token = token();
    let steps = [
        &format!("RUN curl -H 'Authorization: {token}' x && A_TOKEN=\"two words\" B=1 make"),
        "ENV DB_PASSWORD hunter2",
        "RUN login --password=abc123 && echo ünï TOKEN=$KEPT",
    ];
    let env = r#"{"User":"app","Env":["DB_PASSWORD=hunter2"]}"#;
    let layers = ["a", "b", "c"].map(|path| Layer::default().with_mode(path, 0o4755, "#!"));
    let issues = lint(&layers, &config(env, &steps));
    let commands: Vec<_> = issues.iter().filter_map(|issue| issue.command.as_deref()).collect();
    assert!(commands.len() >= 6, "{commands:?}");
    for command in &commands {
        for secret in [&token[8..], "two words", "hunter2", "abc123"] {
            assert!(!command.contains(secret), "{secret} in {command}");
        }
    }
    let shown = format!("RUN curl -H 'Authorization: {}…' x && A_TOKEN=\"…\" B=1 make", &token[..8]);
    assert!(commands.contains(&shown.as_str()), "{commands:?}");
    assert!(commands.contains(&"ENV DB_PASSWORD …"));
    assert!(commands.contains(&"RUN login --password=… && echo ünï TOKEN=$KEPT"));
}

#[test]
fn modes_that_open_doors() {
    let layers = [
        Layer::default().with_mode("usr/bin/sudo", 0o4755, "#!").with_mode("usr/bin/gone", 0o4755, "#!"),
        Layer::default()
            .with_mode("usr/bin/wall", 0o2755, "#!")
            .with_mode("etc/open", 0o666, "x")
            .with_mode("etc/not-run", 0o4644, "x")
            .symlink("etc/link", "open")
            .file("usr/bin/.wh.gone", ""),
    ];
    let issues = lint(&layers, &config(USER, &["FROM base", "COPY . /"]));
    assert_eq!(
        told(&issues),
        [
            (Rule::WorldWritable, "etc/open", 1, false),
            (Rule::SetId, "usr/bin/sudo", 0, false),
            (Rule::SetId, "usr/bin/wall", 1, false),
        ]
    );
    assert!(issues[2].why.contains("its group") && issues[2].why.contains("mode 2755"), "{}", issues[2].why);
}

#[test]
fn what_was_left_behind() {
    let layers = [
        Layer::default()
            .file("var/lib/apt/lists/deb_dists_main", vec![0; 100_000])
            .file("var/lib/apt/lists/lock", "")
            .file("home/app/.cache/pip/http/a", vec![0; 70_000])
            .file("var/cache/apk/small", "few bytes"),
        Layer::default()
            .file("var/lib/apt/lists/.wh.deb_dists_main", "")
            .file("var/lib/apt/lists/.wh.lock", ""),
        Layer::default()
            .file("srv/app/.git/objects/pack/one", vec![0; 2 << 20])
            .file("srv/small/.git/HEAD", "ref"),
    ];
    let steps = ["RUN apt-get update && pip install x", "RUN rm -rf /var/lib/apt/lists/*", "COPY . /srv"];
    let issues = lint(&layers, &config(USER, &steps));
    assert_eq!(
        told(&issues),
        [
            (Rule::PackageCache, "home/app/.cache/pip", 0, false),
            (Rule::GitFolder, "srv/app/.git", 2, false),
            (Rule::PackageCache, "var/lib/apt/lists", 0, true),
        ],
        "what a later command removed still takes its room"
    );
    assert_eq!(
        issues.iter().map(|issue| issue.bytes.unwrap()).collect::<Vec<_>>(),
        [70_000, 2 << 20, 100_000]
    );
    assert_eq!(issues[2].command.as_deref(), Some(steps[0]));
}

/// A certificate as far as its validity.
fn certificate(kind: u8, end: &str) -> Vec<u8> {
    let element = |tag: u8, contents: &[u8]| [&[tag, contents.len() as u8], contents].concat();
    let validity = element(0x30, &[element(0x17, b"200101000000Z"), element(kind, end.as_bytes())].concat());
    let fields = [
        element(0xa0, &element(2, &[2])),
        element(2, &[1]),
        element(0x30, b""),
        element(0x30, b""),
        validity,
    ];
    element(0x30, &element(0x30, &fields.concat()))
}

#[test]
fn certificates_that_end() {
    use base64::Engine;
    let pem = |der: &[u8]| {
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    let (over, soon, later) = (
        certificate(0x17, "251231235959Z"),
        certificate(0x17, "260215000000Z"),
        certificate(0x18, "20510101000000Z"),
    );
    let layer = Layer::default()
        .file("etc/tls/over.crt", pem(&over))
        .file("etc/tls/soon.der", &soon)
        .file("etc/tls/later.crt", pem(&later))
        .file("etc/ssl/certs/bundle.crt", pem(&later) + &pem(&over) + &pem(&soon))
        .file("etc/tls/broken.crt", &pem(&over)[..60]);
    let issues = lint(&[layer], &config(USER, &["COPY etc /etc"]));
    let list: Vec<_> = issues
        .iter()
        .map(|issue| (issue.path.as_deref().unwrap(), issue.severity, issue.why.as_str()))
        .collect();
    assert_eq!(
        list,
        [
            (
                "etc/ssl/certs/bundle.crt",
                Severity::Info,
                "2 of 3 certificates have expired or are about to; the first expired at 2025-12-31T23:59:59Z"
            ),
            ("etc/tls/over.crt", Severity::Error, "the certificate expired at 2025-12-31T23:59:59Z"),
            ("etc/tls/soon.der", Severity::Warning, "the certificate expires at 2026-02-15T00:00:00Z"),
        ]
    );
}

#[test]
fn issues_have_a_limit() {
    let mut layer = Layer::default();
    for index in 0..20 {
        layer = layer.with_mode(&format!("f{index}"), 0o666, "");
    }
    let (issues, more) =
        lint_within(&[layer], &config(USER, &["x"]), &Limits { lint_issues: 5, ..Limits::default() });
    assert_eq!((issues.len(), more), (5, 15));
}

/// What openssl says of its own certificates.
#[test]
fn certificates_that_openssl_made() {
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("made.pem");
    let mut command = std::process::Command::new("openssl");
    command.args([
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=test", "-keyout",
    ]);
    match command.arg(folder.path().join("key.pem")).arg("-out").arg(&made).output() {
        Ok(run) if run.status.success() => {}
        Ok(run) => return eprintln!("SKIPPED: openssl failed: {}", String::from_utf8_lossy(&run.stderr)),
        Err(error) => return eprintln!("SKIPPED: openssl cannot be run: {error}"),
    }
    // It ends tomorrow by this machine's clock.
    let layer = Layer::default()
        .file("made.crt", std::fs::read(&made).unwrap())
        .file("made.key", std::fs::read(folder.path().join("key.pem")).unwrap());
    let tables = [layer.table()];
    let tree = FileTree::merge(&tables, &Limits::default()).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64;
    for (days, expected) in [(0, 0), (2, 1)] {
        let options = LintOptions { now: Some(now), expiry_days: days, ..LintOptions::default() };
        let mut lint = Lint::new(&tree, &options, &Limits::default());
        for file in lint.files() {
            lint.add(&file, layer.contents(file.row));
        }
        let (issues, _) = lint.finish();
        let count = |rule| issues.iter().filter(|issue| issue.rule == rule).count();
        assert_eq!((count(Rule::Certificate), count(Rule::Secret)), (expected, 1), "{issues:?}");
    }
}
