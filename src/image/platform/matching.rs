//! Which platform serves for another.

use std::collections::BinaryHeap;

use super::Platform;

/// Builds of Windows from which on a host runs containers of older builds (Windows Server 2022).
const WINDOWS_COMPATIBLE: u64 = 20348;

/// Platforms that serve, the best first.
///
/// ```
/// use layerglass::image::{Platform, PlatformMatcher};
/// let host = Platform::new("linux", "amd64");
/// let matcher = PlatformMatcher::only(&host);
/// assert!(matcher.matches(&Platform::new("linux", "386")));
/// let mut offered = [Platform::new("linux", "arm64"), Platform::new("linux", "386"), host.clone()];
/// matcher.sort_by_key(&mut offered, |platform| platform.clone());
/// assert_eq!(offered[0], host);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformMatcher {
    /// The best first; normalised where containerd's rules compare.
    wanted: Vec<Platform>,
    comparison: Comparison,
}

/// When a platform that is offered is one of those wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    /// Normalised, as containerd has it.
    Normalized,
    /// The same, and after all that is wanted anything with the operating system of the first.
    AnyArchitecture,
    /// As texts, by operating system, architecture and variant.
    Texts,
    /// As texts, and what is wanted leaves open what is empty in it.
    OpenTexts,
}

impl PlatformMatcher {
    /// A platform and all that it can run, as containerd has it: `amd64` runs lower levels and then `386`, `arm` runs
    /// lower versions down to `v5`, `arm64` runs lower versions and then `arm`.
    pub fn only(platform: &Platform) -> Self {
        Self { wanted: served(&platform.normalize()), comparison: Comparison::Normalized }
    }

    /// A platform and nothing else.
    pub fn only_strict(platform: &Platform) -> Self {
        Self { wanted: vec![platform.normalize()], comparison: Comparison::Normalized }
    }

    /// A platform, and after it anything for the same operating system.
    pub fn only_os(platform: &Platform) -> Self {
        Self { wanted: vec![platform.normalize()], comparison: Comparison::AnyArchitecture }
    }

    /// What containers/image (podman, buildah, skopeo) looks for, in its order: with a variant, that one, lower ones that
    /// it knows, and none; without, none and then all variants that it knows. Names are compared as texts.
    pub fn containers_image(platform: &Platform) -> Self {
        let known: &[&str] = match platform.architecture.as_str() {
            "arm" => &["v8", "v7", "v6", "v5"],
            "arm64" => &["v8"],
            _ => &[],
        };
        let variant = platform.variant.as_str();
        let variants = match known.iter().position(|known| *known == variant) {
            _ if variant.is_empty() => [&[""], known].concat(),
            Some(place) => [known.get(place..).unwrap_or_default(), &[""]].concat(),
            None => vec![variant, ""],
        };
        let with = |variant: &str| Platform {
            variant: variant.to_owned(),
            ..Platform::new(&platform.os, &platform.architecture)
        };
        Self { wanted: variants.into_iter().map(with).collect(), comparison: Comparison::Texts }
    }

    /// What satisfies a platform in go-containerregistry: every part that it has is there in the same spelling, and
    /// every feature. What is empty in it is left open.
    pub fn satisfying(platform: &Platform) -> Self {
        Self { wanted: vec![platform.clone()], comparison: Comparison::OpenTexts }
    }

    /// The platforms that are looked for, the best first.
    pub fn wanted(&self) -> &[Platform] {
        &self.wanted
    }

    /// Whether a platform serves.
    pub fn matches(&self, platform: &Platform) -> bool {
        let platform = self.compared(platform);
        self.position(&platform).is_some_and(|position| self.has_features(position, &platform))
    }

    /// Sorts what is offered, the best first; what does not serve keeps its order at the end.
    pub fn sort_by_key<T>(&self, offered: &mut [T], platform: impl Fn(&T) -> Platform) {
        let key = |(place, item)| {
            let platform = self.compared(&platform(item));
            let position = self.position(&platform);
            let missing = position.is_some_and(|position| !self.has_features(position, &platform));
            let features = if self.is_normalized() { platform.os_features.len() } else { 0 };
            (position.unwrap_or(usize::MAX), missing, usize::MAX - features, place)
        };
        let keys: BinaryHeap<_> = offered.iter().enumerate().map(key).collect();
        let mut places: Vec<usize> = keys.into_sorted_vec().into_iter().map(|(.., place)| place).collect();
        for to in 0..places.len() {
            let place = |at: usize| places.get(at).copied().unwrap_or(at);
            let mut from = place(to);
            // What stood there was swapped to where the item went that came in its place.
            while from < to {
                from = place(from);
            }
            offered.swap(to, from);
            if let Some(place) = places.get_mut(to) {
                *place = from;
            }
        }
    }

    fn is_normalized(&self) -> bool {
        matches!(self.comparison, Comparison::Normalized | Comparison::AnyArchitecture)
    }

    /// A platform in the form in which it is compared.
    fn compared(&self, platform: &Platform) -> Platform {
        if self.is_normalized() { platform.normalize() } else { platform.clone() }
    }

    /// The place of a platform among the wanted ones, whatever its features.
    fn position(&self, platform: &Platform) -> Option<usize> {
        let open = |wanted: &String, offered: &String| wanted.is_empty() || wanted == offered;
        let exact = self.wanted.iter().position(|wanted| match self.comparison {
            Comparison::Normalized | Comparison::AnyArchitecture => {
                wanted.architecture == platform.architecture
                    && wanted.variant == platform.variant
                    && same_system(wanted, platform)
            }
            Comparison::Texts => {
                wanted.os == platform.os
                    && wanted.architecture == platform.architecture
                    && wanted.variant == platform.variant
            }
            Comparison::OpenTexts => {
                open(&wanted.os, &platform.os)
                    && open(&wanted.architecture, &platform.architecture)
                    && open(&wanted.variant, &platform.variant)
                    && open(&wanted.os_version, &platform.os_version)
            }
        });
        let any = self.comparison == Comparison::AnyArchitecture
            && self.wanted.first().is_some_and(|wanted| same_system(wanted, platform));
        exact.or(any.then_some(self.wanted.len()))
    }

    /// Whether the features of the operating system fit those of the wanted platform at a place, or of the first.
    fn has_features(&self, position: usize, platform: &Platform) -> bool {
        let wanted = self.wanted.get(position).or_else(|| self.wanted.first());
        wanted.is_some_and(|wanted| match self.comparison {
            // What an image needs has to be there.
            Comparison::Normalized | Comparison::AnyArchitecture => {
                platform.os_features.iter().all(|feature| wanted.os_features.contains(feature))
            }
            Comparison::Texts => true,
            // What is asked for has to be there.
            Comparison::OpenTexts => {
                wanted.os_features.iter().all(|feature| platform.os_features.contains(feature))
            }
        })
    }
}

/// Same operating system in a version that serves.
fn same_system(wanted: &Platform, offered: &Platform) -> bool {
    wanted.os == offered.os
        && (wanted.os != "windows" || windows_serves(&wanted.os_version, &offered.os_version))
}

/// Whether a host of one version of Windows runs containers of another. Unknown versions do.
fn windows_serves(host: &str, container: &str) -> bool {
    if host.is_empty() || container.is_empty() {
        return true;
    }
    let numbers = |version: &str| {
        let mut numbers = version.split('.').map(|part| part.parse::<u64>().unwrap_or(0));
        [numbers.next(), numbers.next(), numbers.next()].map(Option::unwrap_or_default)
    };
    let [major, minor, build] = numbers(host);
    let [container_major, container_minor, container_build] = numbers(container);
    let compatible = build >= WINDOWS_COMPATIBLE && (WINDOWS_COMPATIBLE..=build).contains(&container_build);
    (major, minor) == (container_major, container_minor) && (build == container_build || compatible)
}

/// A normalised platform and what it runs, the best first.
fn served(platform: &Platform) -> Vec<Platform> {
    let with = |architecture: &str, variant: String| Platform {
        architecture: architecture.to_owned(),
        variant,
        ..platform.clone()
    };
    let mut list = vec![platform.clone()];
    match platform.architecture.as_str() {
        "amd64" => {
            let level = number(&platform.variant).unwrap_or(1);
            list.extend((2..level).rev().map(|level| with("amd64", format!("v{level}"))));
            if level > 1 {
                list.push(with("amd64", String::new()));
            }
            list.push(with("386", String::new()));
        }
        "arm" => {
            let version = number(&platform.variant).unwrap_or(0);
            list.extend((5..version).rev().map(|version| with("arm", format!("v{version}"))));
        }
        "arm64" => {
            let (major, minor) = match platform.variant.trim_start_matches('v').split_once('.') {
                Some((major, minor)) => (number(major), number(minor)),
                None if platform.variant.is_empty() => (Some(8), Some(0)),
                None => (number(&platform.variant), Some(0)),
            };
            let (Some(major @ 8..), Some(minor)) = (major, minor) else {
                // No such processor exists; 32-bit ARM of the same name serves, as containerd has it.
                list.extend(served(&with("arm", platform.variant.clone()).normalize()));
                return list;
            };
            let name = |major: u32, minor: u32| match (major, minor) {
                (8, 0) => String::new(),
                (major, 0) => format!("v{major}"),
                (major, minor) => format!("v{major}.{minor}"),
            };
            list.extend((0..minor).rev().map(|minor| with("arm64", name(major, minor))));
            if major == 9 {
                // Each version 9.x has everything of 8.(x + 5).
                list.extend((0..=minor + 5).rev().map(|minor| with("arm64", name(8, minor))));
            }
            list.extend((5..=8).rev().map(|version| with("arm", format!("v{version}"))));
        }
        _ => {}
    }
    list
}

/// A small number, with or without a `v` before it.
fn number(variant: &str) -> Option<u32> {
    variant.trim_start_matches('v').parse().ok().filter(|&number| number < 100)
}
