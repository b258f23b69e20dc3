//! Keys, tokens and passwords, by the forms that those who give them out have published.

use std::ops::Range;

/// A secret in some bytes.
pub(super) struct Secret {
    /// What it is, with its article.
    pub(super) what: &'static str,
    pub(super) offset: usize,
    /// Its start, and how much more there is.
    pub(super) shown: String,
    /// The bytes of it that are not shown.
    hidden: Range<usize>,
}

/// Which bytes may follow a prefix.
#[derive(Clone, Copy)]
enum Tail {
    Upper,
    Alnum,
    Word,
    Hex,
    Base64,
    /// Anything but white space and quotes.
    Text,
}

impl Tail {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Word => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
            Self::Text => byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'<' | b'>'),
        }
    }
}

/// What it is, how it begins, what follows, and how many bytes of that: at least and at most.
type Pattern = (&'static str, &'static [u8], Tail, usize, usize);

const PATTERNS: [Pattern; 27] = [
    ("an AWS access key", b"AKIA", Tail::Upper, 16, 16),
    ("a temporary AWS access key", b"ASIA", Tail::Upper, 16, 16),
    ("a GitHub token", b"ghp_", Tail::Alnum, 36, 255),
    ("a GitHub token", b"gho_", Tail::Alnum, 36, 255),
    ("a GitHub token", b"ghu_", Tail::Alnum, 36, 255),
    ("a GitHub token", b"ghs_", Tail::Alnum, 36, 255),
    ("a GitHub token", b"ghr_", Tail::Alnum, 36, 255),
    ("a GitHub token", b"github_pat_", Tail::Word, 60, 255),
    ("a GitLab token", b"glpat-", Tail::Word, 20, 255),
    ("a Slack token", b"xoxb-", Tail::Word, 20, 255),
    ("a Slack token", b"xoxp-", Tail::Word, 20, 255),
    ("a Slack token", b"xoxa-", Tail::Word, 20, 255),
    ("a Slack token", b"xoxr-", Tail::Word, 20, 255),
    ("a Slack token", b"xoxs-", Tail::Word, 20, 255),
    ("a Slack webhook", b"hooks.slack.com/services/T", Tail::Base64, 30, 100),
    ("a Google API key", b"AIza", Tail::Word, 35, 35),
    ("a Stripe key", b"sk_live_", Tail::Alnum, 20, 255),
    ("a Stripe key", b"rk_live_", Tail::Alnum, 20, 255),
    ("a SendGrid key", b"SG.", Tail::Word, 66, 66),
    ("an npm token", b"npm_", Tail::Alnum, 36, 36),
    ("an npm token", b"_authToken=", Tail::Text, 16, 1024),
    ("a PyPI token", b"pypi-AgEIcHlwaS5vcmc", Tail::Word, 50, 1024),
    ("a Vault token", b"hvs.", Tail::Word, 24, 255),
    ("a DigitalOcean token", b"dop_v1_", Tail::Hex, 64, 64),
    ("an Anthropic key", b"sk-ant-", Tail::Word, 40, 255),
    ("an Azure storage key", b"AccountKey=", Tail::Base64, 86, 88),
    ("a Docker token", b"dckr_pat_", Tail::Word, 27, 27),
];

const KEY_BEGIN: &[u8] = b"-----BEGIN ";
const KEY_END: &[u8] = b"PRIVATE KEY";
const KEY_LAST: &[u8] = b"-----END ";

/// Names of settings whose values are secrets.
const NAMES: [&str; 10] = [
    "PASSWORD",
    "PASSWD",
    "SECRET",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "CREDENTIAL",
    "PASSPHRASE",
];

/// The secrets in some bytes, in their order.
pub(super) fn in_bytes(bytes: &[u8]) -> Vec<Secret> {
    let mut firsts = [false; 256];
    for (_, prefix, ..) in PATTERNS {
        if let Some(flag) = prefix.first().and_then(|&first| firsts.get_mut(usize::from(first))) {
            *flag = true;
        }
    }
    let mut found = Vec::new();
    let mut before = b' ';
    for (offset, &byte) in bytes.iter().enumerate() {
        let continues = std::mem::replace(&mut before, byte);
        if byte == b'-' {
            if continues != b'-' {
                found.extend(private_key(bytes, offset));
            }
            continue;
        }
        let is_candidate = firsts.get(usize::from(byte)).copied().unwrap_or(false);
        // Within a word there is no beginning of a token, but the names of settings may have something before them.
        if !is_candidate || continues.is_ascii_alphanumeric() && byte != b'_' {
            continue;
        }
        let rest = bytes.get(offset..).unwrap_or_default();
        for (what, prefix, tail, least, most) in PATTERNS {
            let Some(after) = rest.strip_prefix(prefix) else { continue };
            let length = after.iter().take(most + 1).take_while(|&&byte| tail.has(byte)).count();
            let secret = after.get(..length).unwrap_or_default();
            if (least..=most).contains(&length) && !is_placeholder(secret) {
                let start = secret.get(..4).unwrap_or_default();
                let shown = shown(&[prefix, start].concat(), length - start.len());
                let begin = offset + prefix.len();
                let hidden = begin + start.len()..begin + length;
                found.push(Secret { what, offset, shown, hidden });
                break;
            }
        }
    }
    found
}

/// A private key in PEM: its first line, and so much of what follows that it is no mere mention.
fn private_key(bytes: &[u8], offset: usize) -> Option<Secret> {
    let rest = bytes.get(offset..)?.strip_prefix(KEY_BEGIN)?;
    let line = rest.get(..rest.len().min(64))?;
    let end = line.windows(KEY_END.len()).position(|window| window == KEY_END)?;
    let kind =
        line.get(..end).filter(|kind| kind.iter().all(|&byte| byte == b' ' || byte.is_ascii_uppercase()))?;
    let after = rest.get(end + KEY_END.len()..)?;
    // `BLOCK` for OpenPGP; JSON has `\n` where lines end.
    let body =
        after.iter().take(500).skip_while(|&&byte| matches!(byte, b'-' | b' ') || byte.is_ascii_uppercase());
    let body = body.skip_while(|&&byte| matches!(byte, b'\r' | b'\n' | b'\\' | b'n'));
    let length = body.filter(|&&byte| Tail::Base64.has(byte)).count();
    let name = String::from_utf8_lossy(kind).trim().to_owned();
    let shown = if name.is_empty() { "PRIVATE KEY".to_owned() } else { format!("{name} PRIVATE KEY") };
    let start = offset + KEY_BEGIN.len() + end + KEY_END.len();
    let end = after.windows(KEY_LAST.len()).position(|window| window == KEY_LAST).unwrap_or(after.len());
    let hidden = start..start + end;
    (length >= 40).then_some(Secret { what: "a private key", offset, shown, hidden })
}

/// Whether a text only shows what a secret looks like.
fn is_placeholder(secret: &[u8]) -> bool {
    let mut seen = [false; 256];
    for &byte in secret {
        if let Some(flag) = seen.get_mut(usize::from(byte)) {
            *flag = true;
        }
    }
    let distinct = seen.iter().filter(|seen| **seen).count();
    let upper = secret.to_ascii_uppercase();
    distinct < 6 || secret.starts_with(b"$") || upper.windows(7).any(|window| window == b"EXAMPLE")
}

fn shown(start: &[u8], more: usize) -> String {
    format!("{}… and {more} more", String::from_utf8_lossy(start))
}

/// The secrets in a setting `NAME=value`: what its name says, or what the value is.
pub(super) fn in_setting(setting: &str) -> Vec<(&'static str, String)> {
    let mut found: Vec<_> =
        in_bytes(setting.as_bytes()).into_iter().map(|secret| (secret.what, secret.shown)).collect();
    if found.is_empty()
        && let Some((name, value)) = setting.split_once('=')
        && is_secret_name(name)
        && is_secret_value(value)
    {
        found.push(("a value whose name says that it is secret", name.to_owned()));
    }
    found
}

/// The secrets in a command: tokens, and settings among its words.
pub(super) fn in_command(command: &str) -> Vec<(&'static str, String)> {
    let mut found: Vec<_> =
        in_bytes(command.as_bytes()).into_iter().map(|secret| (secret.what, secret.shown)).collect();
    for word in command.split_whitespace() {
        let word = word.trim_start_matches("--").trim_matches(['"', '\'']);
        if let Some((name, value)) = word.split_once('=')
            && is_secret_name(name)
            && is_secret_value(value.trim_matches(['"', '\'']))
        {
            found.push(("a value whose name says that it is secret", name.to_owned()));
        }
    }
    found
}

/// A command with `…` in place of the secrets in it, and of values that are known to be secret.
pub(super) fn masked(command: &str, known: &[&str]) -> String {
    let mut command = command.to_owned();
    for value in known {
        command = command.replace(value, "…");
    }
    let mut hidden: Vec<_> = in_bytes(command.as_bytes()).into_iter().map(|secret| secret.hidden).collect();
    hidden.extend(command.match_indices('=').filter_map(|(at, _)| value_of_secret(&command, at)));
    hidden.retain(|range| !range.is_empty());
    hidden.sort_unstable_by_key(|range| (range.start, range.end));
    let (mut shown, mut seen) = (String::with_capacity(command.len()), 0);
    for range in hidden {
        if range.start >= seen {
            shown.push_str(command.get(seen..range.start).unwrap_or_default());
            shown.push('…');
        }
        seen = seen.max(range.end);
    }
    shown.push_str(command.get(seen..).unwrap_or_default());
    shown
}

/// Where the value stands behind the `=` of a setting whose name says that it is secret.
fn value_of_secret(command: &str, equals: usize) -> Option<Range<usize>> {
    let before = command.get(..equals)?;
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
    let name = before.get(before.trim_end_matches(is_part).len()..)?;
    let after = command.get(equals + 1..)?;
    let (quotes, end) = match after.chars().next()? {
        quote @ ('"' | '\'') => (1, after.get(1..)?.find(quote)),
        _ => (0, after.find(char::is_whitespace)),
    };
    let start = equals + 1 + quotes;
    let value = start..end.map_or(command.len(), |end| start + end);
    let is_secret =
        is_secret_name(name.trim_start_matches('-')) && is_secret_value(command.get(value.clone())?);
    is_secret.then_some(value)
}

fn is_secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase().replace('-', "_");
    let is_name = !upper.is_empty() && upper.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // `_FILE` and the like say where the secret is, which is as it should be.
    let points = ["_FILE", "_PATH", "_DIR", "_URL", "_ID", "_NAME"].iter().any(|end| upper.ends_with(end));
    is_name && !points && NAMES.iter().any(|part| upper.contains(part))
}

/// Not empty, no reference to something else, no path, no switch.
fn is_secret_value(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    value.len() >= 3
        && !value.starts_with(['$', '/', '<'])
        && !matches!(lower.as_str(), "true" | "false" | "none" | "yes")
}

/// What a file holds by its name.
pub(super) fn by_name(path: &[u8]) -> Option<&'static str> {
    let mut parts = path.rsplit(|&byte| byte == b'/');
    let name = parts.next()?;
    let folder = parts.next().unwrap_or_default();
    Some(match (folder, name) {
        (b".ssh", b"id_rsa" | b"id_dsa" | b"id_ecdsa" | b"id_ed25519") => "a private key",
        (b".aws", b"credentials") => "keys of AWS",
        (b".docker", b"config.json") | (_, b".dockercfg") => "logins of registries",
        (b".kube", b"config") => "logins of Kubernetes clusters",
        (b"gcloud", b"credentials.db" | b"application_default_credentials.json") => "logins of Google Cloud",
        (_, b".git-credentials" | b".netrc" | b"_netrc" | b".pgpass" | b".my.cnf" | b".pypirc") => {
            "passwords"
        }
        _ => return None,
    })
}
