//! Where implementations differ.

/// What a parser accepts where implementations differ. [`Self::default`] is distribution/reference 0.6, with all
/// algorithms of [`crate::digest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    /// When normalising, a first component with upper case is a domain (`Foo/bar`). Since distribution/reference 0.5;
    /// before that, and in containers/image, it is an error.
    pub uppercase_domain: bool,
    /// A domain may be an IPv6 address in brackets. Since docker/distribution 2.8.2; not in containers/image.
    pub ipv6_domain: bool,
    /// The limit of 255 bytes counts the domain and the slash after it as well. Before distribution/reference 0.6, and in
    /// containers/image.
    pub domain_counts: bool,
    /// SHA-384 is a known algorithm. It is in go-digest 1.0 and no longer in what comes after it.
    pub sha384: bool,
}

impl Rules {
    /// Those of distribution/reference 0.6.
    pub const CURRENT: Self =
        Self { uppercase_domain: true, ipv6_domain: true, domain_counts: false, sha384: true };

    /// Those of containers/image (podman, buildah, skopeo) and of Docker in 2020.
    pub const OLDER: Self =
        Self { uppercase_domain: false, ipv6_domain: false, domain_counts: true, sha384: true };
}

impl Default for Rules {
    fn default() -> Self {
        Self::CURRENT
    }
}
