//! Names of unikernel images, by the rules of frakti.

/// The name under which an image is kept: without `:latest` at its end.
///
/// ```
/// use layerglass::vm::unikernel::image_name;
/// assert_eq!(image_name("unikernel/host/x.tar.gz:latest"), "unikernel/host/x.tar.gz");
/// assert_eq!(image_name("redis:v1"), "redis:v1");
/// ```
pub fn image_name(text: &str) -> &str {
    text.strip_suffix(":latest").unwrap_or(text)
}

/// Where the archive of an image is: its name without `unikernel/` at its start, as host and path.
pub fn location(name: &str) -> &str {
    name.strip_prefix("unikernel/").unwrap_or(name)
}
