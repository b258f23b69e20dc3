//! Ports that an image exposes.

use super::RunConfig;
use crate::error::{ErrorKind, Reason};

/// A port or range of ports with its protocol, such as `80/tcp`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port {
    /// The first port.
    pub first: u16,
    /// The last port; the first again where there is one.
    pub last: u16,
    /// `tcp`, `udp` or `sctp`, in lower case.
    pub protocol: String,
}

/// Why a key of `ExposedPorts` is no port. Most engines do not look.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortError {
    /// Not a number from 0 to 65535, or not two with a dash between them.
    #[error("`{text}` is no port or range of ports")]
    Number {
        /// What stands there.
        text: String,
    },
    /// The range ends before it starts.
    #[error("the range of ports `{text}` ends before it starts")]
    Order {
        /// What stands there.
        text: String,
    },
    /// Another protocol.
    #[error("`{protocol}` is none of tcp, udp and sctp")]
    Protocol {
        /// What stands there.
        protocol: String,
    },
}

impl Reason for PortError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Number { .. } => "port-number",
            Self::Order { .. } => "port-order",
            Self::Protocol { .. } => "port-protocol",
        }
    }

    fn expected(&self) -> Option<String> {
        Some(match self {
            Self::Number { .. } => "a number from 0 to 65535, or two with a dash between them".to_owned(),
            Self::Order { .. } => "the smaller port first".to_owned(),
            Self::Protocol { .. } => "tcp, udp or sctp".to_owned(),
        })
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Number { text } | Self::Order { text } => Some(text.clone()),
            Self::Protocol { protocol } => Some(protocol.clone()),
        }
    }
}

impl Port {
    /// Parses `port[-port][/protocol]`; the protocol is TCP when nothing is said.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PortError> {
        let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let protocol = protocol.to_ascii_lowercase();
        if !matches!(protocol.as_str(), "tcp" | "udp" | "sctp") {
            return Err(PortError::Protocol { protocol });
        }
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let number = |digits: &str| {
            let digits = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
            digits
                .and_then(|digits| digits.parse().ok())
                .ok_or_else(|| PortError::Number { text: text.to_owned() })
        };
        let (first, last) = (number(first)?, number(last)?);
        if last < first {
            return Err(PortError::Order { text: text.to_owned() });
        }
        Ok(Self { first, last, protocol })
    }
}

impl RunConfig {
    /// The exposed ports with what each is; sorted by their text.
    pub fn ports(&self) -> impl Iterator<Item = (&str, Result<Port, PortError>)> {
        self.exposed_ports.iter().flatten().map(|(text, ())| (text.as_str(), Port::parse(text)))
    }
}
