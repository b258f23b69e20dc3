//! Where implementations differ.

use crate::digest::Algorithms;

/// What a parser accepts where implementations differ. [`Self::default`] is distribution/reference 0.6 in a
/// program that knows the algorithms of [`Algorithms::DEFAULT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    /// When normalising, a first component with upper case is a domain (`Foo/bar`). Since distribution/reference 0.5;
    /// before that, and in containers/image, it is an error.
    pub uppercase_domain: bool,
    /// A domain may be an IPv6 address in brackets. Since distribution/reference 0.5; not in
    /// docker/distribution 2.8 and containers/image.
    pub ipv6_domain: bool,
    /// The limit of 255 bytes counts the domain and the slash after it as well. Before distribution/reference 0.6, and in
    /// containers/image.
    pub domain_counts: bool,
    /// Algorithms that the digest may have. Without SHA-384 these are the rules of go-digest after 1.0; in Go it depends
    /// on what a program links.
    pub algorithms: Algorithms,
}

impl Rules {
    /// Those of distribution/reference 0.6.
    pub const CURRENT: Self = Self {
        uppercase_domain: true,
        ipv6_domain: true,
        domain_counts: false,
        algorithms: Algorithms::DEFAULT,
    };

    /// Those of containers/image (podman, buildah, skopeo) and of Docker in 2020.
    pub const OLDER: Self = Self {
        uppercase_domain: false,
        ipv6_domain: false,
        domain_counts: true,
        algorithms: Algorithms::DEFAULT,
    };
}

impl Default for Rules {
    fn default() -> Self {
        Self::CURRENT
    }
}
