//! Configs and histories beside each other, by hand.

use layerglass::archive::ImageData;
use layerglass::image::{HealthcheckData, HistoryStepData, Platform, RunConfigData};
use layerglass::inspect::compare::{ConfigDifference, HistoryChange, HistoryDifference, Side, compare};
use layerglass::limits::Limits;

use super::compare::of_images;
use super::support::tree_of;

pub fn image() -> ImageData {
    let config = RunConfigData {
        user: "1000".into(),
        env: ["PATH=/bin", "LANG=C", "TWICE=1", "TWICE=2", "BARE"].map(Into::into).into(),
        entrypoint: Some(vec!["/bin/sh".into(), "-c".into()]),
        cmd: Some(vec!["echo \"<&>\"\n".into()]),
        working_dir: "/srv".into(),
        exposed_ports: vec!["80/tcp".into()],
        volumes: vec!["/data".into()],
        labels: [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())].into(),
        stop_signal: Some("SIGTERM".into()),
        healthcheck: Some(HealthcheckData {
            test: vec!["CMD".into(), "true".into()],
            interval: 30_000_000_000,
            timeout: 1_500_000_000,
            start_period: 0,
            start_interval: 0,
            retries: 3,
        }),
        shell: None,
        on_build: vec!["RUN x".into()],
    };
    ImageData {
        config: Some(config),
        platform: Some(Platform::new("linux", "amd64")),
        author: Some("a".into()),
        created: Some("2024-01-01T00:00:00Z".into()),
        ..ImageData::default()
    }
}

/// Each member of the config that is changed is told, and nothing else.
#[test]
fn config_member_by_member() {
    type Edit = fn(&mut ImageData, &mut RunConfigData);
    type Told = (&'static str, Option<&'static str>, Option<&'static str>, Option<&'static str>);
    let cases: [(Edit, &[Told]); 21] = [
        (|_, config| config.user.clear(), &[("user", None, Some("1000"), None)]),
        (|_, config| config.env[0] = "PATH=/x".into(), &[("env", Some("PATH"), Some("/bin"), Some("/x"))]),
        (|_, config| drop(config.env.remove(1)), &[("env", Some("LANG"), Some("C"), None)]),
        (|_, config| config.env.push("N=".into()), &[("env", Some("N"), None, Some(""))]),
        (|_, config| config.env[3] = "TWICE=3".into(), &[("env", Some("TWICE"), Some("2"), Some("3"))]),
        (|_, config| drop(config.env.remove(2)), &[]),
        (|_, config| config.env.swap(0, 1), &[]),
        (|_, config| config.entrypoint = None, &[("entrypoint", None, Some(r#"["/bin/sh","-c"]"#), None)]),
        (
            |_, config| config.cmd = Some(vec!["\u{1}\\é".into(), String::new()]),
            &[("cmd", None, Some(r#"["echo \"<&>\"\n"]"#), Some(r#"["\u0001\\é",""]"#))],
        ),
        (|_, config| config.working_dir = "/".into(), &[("workingDir", None, Some("/srv"), Some("/"))]),
        (
            |_, config| config.exposed_ports = vec!["443/tcp".into()],
            &[
                ("exposedPorts", Some("443/tcp"), None, Some("443/tcp")),
                ("exposedPorts", Some("80/tcp"), Some("80/tcp"), None),
            ],
        ),
        (|_, config| config.volumes.clear(), &[("volumes", Some("/data"), Some("/data"), None)]),
        (
            |_, config| drop(config.labels.insert("b".into(), "3".into())),
            &[("labels", Some("b"), Some("2"), Some("3"))],
        ),
        (|_, config| config.stop_signal = None, &[("stopSignal", None, Some("SIGTERM"), None)]),
        (
            |_, config| config.healthcheck.as_mut().unwrap().timeout = -2,
            &[("healthcheck", Some("timeout"), Some("1.5 s"), Some("-0.000000002 s"))],
        ),
        (
            |_, config| config.healthcheck.as_mut().unwrap().interval = 0,
            &[("healthcheck", Some("interval"), Some("30 s"), None)],
        ),
        (|_, config| config.shell = Some(vec![]), &[("shell", None, None, Some("[]"))]),
        (|_, config| config.on_build.clear(), &[("onBuild", None, Some(r#"["RUN x"]"#), None)]),
        (
            |image, _| image.platform.as_mut().unwrap().variant = "v3".into(),
            &[("platform", None, Some("linux/amd64"), Some("linux/amd64/v3"))],
        ),
        (|image, _| image.author = None, &[("author", None, Some("a"), None)]),
        (|image, _| image.created = None, &[("created", None, Some("2024-01-01T00:00:00Z"), None)]),
    ];
    for (number, (edit, told)) in cases.into_iter().enumerate() {
        let before = image();
        let mut after = image();
        let mut config = after.config.take().unwrap();
        edit(&mut after, &mut config);
        after.config = Some(config);
        let own = |text: Option<&str>| text.map(str::to_owned);
        let found = of_images(&before, &after).config;
        let expected: Vec<_> = told
            .iter()
            .map(|&(member, key, before, after)| ConfigDifference {
                member,
                key: own(key),
                before: own(before),
                after: own(after),
            })
            .collect();
        assert_eq!(found, expected, "case {number}");
        let mirrored: Vec<_> = of_images(&after, &before).config.into_iter().map(exchanged).collect();
        assert_eq!(mirrored, expected, "case {number}, the other way round");
    }
    let none = of_images(&image(), &ImageData::default()).config;
    assert!(none.iter().all(|difference| difference.after.is_none()));
    assert_eq!(none.len(), 21, "a config that is not there has no members");
}

fn exchanged(difference: ConfigDifference) -> ConfigDifference {
    ConfigDifference { before: difference.after, after: difference.before, ..difference }
}

pub fn with_history(steps: &[&str]) -> ImageData {
    let step = |text: &&str| HistoryStepData {
        created: None,
        created_by: Some(text.trim_start_matches('#').to_owned()),
        author: None,
        comment: Some("a remark is told of steps without a command".into()),
        empty_layer: text.starts_with('#'),
        layer: None,
    };
    ImageData { history: steps.iter().map(step).collect(), ..ImageData::default() }
}

/// The lines of two histories: `+`, `-` or a space, and the command.
fn lines(before: &ImageData, after: &ImageData, limits: &Limits) -> Vec<String> {
    let tree = tree_of(&[]);
    let side = |image| Side { image, tree: &tree, packages: None };
    let found = compare(&side(before), &side(after), limits).unwrap().data.history;
    let line = |line: &HistoryDifference| {
        let (sign, at, history) = match line.change {
            HistoryChange::Same => (' ', line.before.unwrap(), before),
            HistoryChange::Removed => ('-', line.before.unwrap(), before),
            HistoryChange::Added => ('+', line.after.unwrap(), after),
        };
        let step = &history.history[at];
        assert_eq!((&line.command, line.empty), (&step.created_by, step.empty_layer));
        assert_eq!(line.before.is_some() && line.after.is_some(), line.change == HistoryChange::Same);
        format!("{sign}{}", line.command.as_deref().unwrap())
    };
    found.iter().map(line).collect()
}

#[test]
fn history_step_by_step() {
    let limits = Limits::default();
    let before = with_history(&["FROM", "RUN a", "RUN b", "#ENV x", "RUN c", "CMD"]);
    let after = with_history(&["FROM", "RUN b", "ENV x", "RUN new", "RUN c", "#USER", "CMD"]);
    let expected = [" FROM", "-RUN a", " RUN b", "-ENV x", "+ENV x", "+RUN new", " RUN c", "+USER", " CMD"];
    assert_eq!(lines(&before, &after, &limits), expected, "a step with a layer is not one without");
    assert_eq!(lines(&before, &with_history(&[]), &limits).len(), 6);
    assert_eq!(lines(&with_history(&[]), &with_history(&[]), &limits), [""; 0]);

    // Beyond the limit, only what the histories begin and end with is laid beside each other.
    let within = |cells| Limits { history_cells: cells, ..limits };
    assert_eq!(lines(&before, &after, &within(20)), expected, "4 by 5 steps are between");
    let short = [
        " FROM", "-RUN a", "-RUN b", "-ENV x", "-RUN c", "+RUN b", "+ENV x", "+RUN new", "+RUN c", "+USER",
        " CMD",
    ];
    assert_eq!(lines(&before, &after, &within(19)), short);

    // Two histories that have nothing in common, of a length that no engine writes.
    let many = |prefix: &str| -> ImageData {
        let steps: Vec<String> = (0..200_000).map(|step| format!("{prefix}{step}")).collect();
        with_history(&steps.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!(lines(&many("a"), &many("b"), &limits).len(), 400_000);

    let mut remark = with_history(&["x"]);
    remark.history[0].created_by = None;
    let found = of_images(&remark, &remark).history;
    assert_eq!(found[0].command.as_deref(), Some("a remark is told of steps without a command"));
}
