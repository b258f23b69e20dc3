//! Platforms as text.
//!
//! ```text
//! specifier = os [ "/" architecture [ "/" variant ] ] / architecture
//! os        = 1*( ALNUM / "_" / "-" ) [ "(" [ version ] *( "+" feature ) ")" ]
//! ```
//!
//! Versions and features escape what has a meaning here by `%` and two hexadecimal digits, and everything else that may
//! not stand there by those of each byte.

use super::{Platform, normalize};
use crate::error::{ErrorKind, Reason};

const KNOWN_SYSTEMS: [&str; 17] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];
const KNOWN_ARCHITECTURES: [&str; 24] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "ppc64",
    "ppc64le",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// Why a text is not a platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlatformError {
    /// `*` stands for nothing.
    #[error("wildcards are not supported in a platform")]
    Wildcard,
    /// A part has a character that it cannot have, or none.
    #[error("invalid part of a platform at byte {offset}")]
    Part {
        /// Where the part starts.
        offset: usize,
    },
    /// More than three parts.
    #[error("a platform has at most operating system, architecture and variant")]
    TooManyParts,
    /// One word that is neither a known operating system nor a known architecture.
    #[error("`{word}` is no known operating system or architecture")]
    Unknown {
        /// The word, cut after 100 characters.
        word: String,
    },
}

impl Reason for PlatformError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Wildcard => "platform-wildcard",
            Self::Part { .. } => "platform-part",
            Self::TooManyParts => "platform-too-many-parts",
            Self::Unknown { .. } => "platform-unknown",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Part { offset } => Some(*offset as u64),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        Some("os, architecture, os/architecture or os/architecture/variant".to_owned())
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Unknown { word } => Some(word.clone()),
            _ => None,
        }
    }
}

impl Platform {
    /// Reads a specifier as containerd does. The host fills in what a single word leaves open.
    ///
    /// # Errors
    /// Why it is no platform.
    pub fn parse(specifier: &str, host: &Self) -> Result<Self, PlatformError> {
        if specifier.as_bytes().contains(&b'*') {
            return Err(PlatformError::Wildcard);
        }
        let mut offset = 0;
        let mut parts = Vec::new();
        let mut platform = Self::default();
        for (index, part) in specifier.splitn(4, '/').enumerate() {
            if index == 0 {
                platform = system(part).ok_or(PlatformError::Part { offset })?;
            } else if part.is_empty() || !part.bytes().all(|byte| is_word(byte) || byte == b'.') {
                return Err(PlatformError::Part { offset });
            }
            offset += part.len() + 1;
            parts.push(part);
        }
        let (architecture, variant) = match parts.as_slice() {
            [_] if KNOWN_SYSTEMS.contains(&platform.os.as_str()) => {
                let (architecture, variant) = normalize::architecture(&host.architecture, &host.variant);
                // What the host can do beyond its architecture does not matter, but for 32-bit ARM.
                if architecture == "arm" { (architecture, variant) } else { (architecture, String::new()) }
            }
            [word] => {
                let (architecture, variant) = normalize::architecture(word, "");
                if !KNOWN_ARCHITECTURES.contains(&architecture.as_str()) {
                    return Err(PlatformError::Unknown { word: word.chars().take(100).collect() });
                }
                platform = Self { os: normalize::os(&host.os), ..Self::default() };
                (architecture, variant)
            }
            [_, architecture] => normalize::architecture(architecture, ""),
            [_, architecture, variant] => match normalize::architecture(architecture, variant) {
                // Asked for by name, it is kept.
                (architecture, variant) if architecture == "arm64" && variant.is_empty() => {
                    (architecture, "v8".to_owned())
                }
                other => other,
            },
            _ => return Err(PlatformError::TooManyParts),
        };
        let is_default = parts.len() < 3 && architecture == "arm" && variant == "v7";
        platform.architecture = architecture;
        platform.variant = if is_default { String::new() } else { variant };
        Ok(platform)
    }

    /// `os/architecture/variant` without the parts that are empty; `unknown` without an operating system.
    pub fn specifier(&self) -> String {
        self.join(self.os.clone())
    }

    /// The same with version and features of the operating system, such as `windows(10.0.17763+win32k)/amd64`.
    pub fn full_specifier(&self) -> String {
        let mut os = self.os.clone();
        if !self.os_version.is_empty() || !self.os_features.is_empty() {
            os.push('(');
            escape(&mut os, &self.os_version);
            for feature in &self.os_features {
                os.push('+');
                escape(&mut os, feature);
            }
            os.push(')');
        }
        self.join(os)
    }

    fn join(&self, os: String) -> String {
        if self.os.is_empty() {
            return "unknown".to_owned();
        }
        let parts = [os.as_str(), self.architecture.as_str(), self.variant.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// The operating system with its version and features.
fn system(part: &str) -> Option<Platform> {
    let (name, options) = match part.split_once('(') {
        Some((name, options)) => (name, options.strip_suffix(')')?),
        None => (part, ""),
    };
    let is_option = |byte: u8| is_word(byte) || matches!(byte, b'.' | b'%' | b'+');
    if name.is_empty() || !name.bytes().all(is_word) || !options.bytes().all(is_option) {
        return None;
    }
    let mut options = options.split('+').map(unescape);
    let os_version = options.next()??;
    let os_features = normalize::sorted(&options.collect::<Option<Vec<String>>>()?);
    Some(Platform { os: normalize::os(name), os_version, os_features, ..Platform::default() })
}

/// Appends a text with `%XX` for each byte that cannot stand in a version or feature.
fn escape(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if is_word(byte) || byte == b'.' {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

/// The reverse of [`escape`]; `None` for a `%` without two digits after it and for what is not UTF-8.
fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                u8::try_from(high << 4 | low).ok()?
            }
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}
