//! Who runs in a container.

use super::RunConfig;

/// A user or group: by number or by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    /// A number of 32 bits.
    Id(u32),
    /// A name, to be looked up in the container's own files.
    Name(String),
}

impl Identity {
    fn parse(text: &str) -> Self {
        // A sign is part of a name.
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(id) if digits => Self::Id(id),
            _ => Self::Name(text.to_owned()),
        }
    }
}

/// `user[:group]` in its parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct User {
    /// The user; none when nothing is said, which means root.
    pub user: Option<Identity>,
    /// The group; none when nothing is said, which means the user's own.
    pub group: Option<Identity>,
}

impl RunConfig {
    /// [`RunConfig::user`] in its parts, split at the first colon.
    pub fn user_and_group(&self) -> User {
        let (user, group) = self.user.split_once(':').unwrap_or((&self.user, ""));
        let identity = |text: &str| (!text.is_empty()).then(|| Identity::parse(text));
        User { user: identity(user), group: identity(group) }
    }
}
