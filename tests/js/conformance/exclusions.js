/**
 * The vectors that belong to implementations which Layerglass deliberately differs from. The reasons are those of
 * `tests/conformance/exclusions.rs`; a test checks that every one of them stands there in the same words.
 */
import { readFile } from "node:fs/promises";

export const UNKNOWN_IMPLEMENTATION =
  "UNKNOWN IMPLEMENTATION: nothing here reads it; see whether something should";
export const UNKNOWN_FUNCTION = "UNKNOWN FUNCTION: nothing here reads it; see whether something should";

const OURS = [
  "distribution/reference",
  "docker/distribution v2.8.2",
  "containers/image docker/reference",
  "containers/image",
];
const OTHERS = {
  "containers/container-libs": "podman completes short names with localhost/, Docker with docker.io/",
  "google/go-containerregistry pkg/name":
    "ggcr accepts paths outside of the grammar and says index.docker.io",
  "containerd/containerd": "containerd's references are URLs without defaults",
  "anchore/stereoscope": "stereoscope tells sources apart by scheme",
  "regclient/regclient": "regclient maps registry-1.docker.io and has schemes",
  "youki-dev/oci-spec-rs distribution::Reference": "oci-spec takes Unicode tags and upper-case digests",
  "GoogleContainerTools/jib": "jib's default registry is registry-1.docker.io",
};

/** Why a vector of `reference.json` is not ours, by implementation. */
export function reference(implementation) {
  if (OURS.includes(implementation)) return undefined;
  return OTHERS[implementation] ?? UNKNOWN_IMPLEMENTATION;
}

const DIGEST_FUNCTIONS = {
  "RegisterAlgorithm(name)": "algorithms cannot be registered here",
  "Algorithm.Set": "a command-line flag of Go",
  "digestset.Add(size)": "counts a Go quirk: an invalid digest is refused by its type here",
};
const DIGEST_OTHERS = {
  "youki-dev/oci-spec-rs image::Digest": "oci-spec takes algorithms that are not known",
  "oras-project/rust-oci-client": "compares a digest with a header of a registry",
};

/** Why a vector of `digest.json` is not ours. */
export function digest(implementation, name) {
  return DIGEST_FUNCTIONS[name] ?? DIGEST_OTHERS[implementation];
}

const EMPTY = "an empty query finds the only digest of a set; here it is refused";
const NEIGHBOURS = "digestset takes digests of other algorithms for neighbours of what is asked for";
const WHOLE = "for digestset all digits of one digest are ambiguous when a longer one continues them";
const CONTINUED = "digestset gives a digest that continues another one a code that stands for both";

/** Why a search in a set of digests is not ours. */
export function lookup(query, set) {
  if (query === "") return EMPTY;
  const colon = query.indexOf(":");
  const digits = query.slice(colon + 1);
  const starting = set.map((digest) => digest.split(":")).filter(([, hex]) => hex.startsWith(digits));
  if (colon >= 0)
    return starting.some(([algorithm]) => algorithm !== query.slice(0, colon)) ? NEIGHBOURS : undefined;
  const whole = starting.filter(([, hex]) => hex === digits).length;
  return whole === 1 && starting.length > 1 ? WHOLE : undefined;
}

/** Why a table of short codes is not ours. */
export function shortCodes(set) {
  const hex = set.map((digest) => digest.split(":")[1]);
  const mixed = hex.some((a, at) => hex.some((b, other) => at !== other && b.startsWith(a)));
  return mixed ? CONTINUED : undefined;
}

const PORT = "Docker since 29 refuses ports that every other engine reads; they are checked when asked for";
const STRING = "Docker since 29 no longer takes one string for a list; images of before have them";
const DEPTH = "nested deeper than the limit jsonDepth";

/** Why a config is not ours: by the error of Docker, and that of the package. */
export function config(error = "", found = undefined) {
  if (error.startsWith("invalid port")) return PORT;
  if (["Cmd", "Entrypoint", "Shell"].some((key) => error.includes(`.${key} of type []string`))) return STRING;
  return found?.kind === "limit" && found.message.includes("jsonDepth") ? DEPTH : undefined;
}

const REASONS = [
  UNKNOWN_IMPLEMENTATION,
  UNKNOWN_FUNCTION,
  ...Object.values(OTHERS),
  ...Object.values(DIGEST_FUNCTIONS),
  ...Object.values(DIGEST_OTHERS),
  EMPTY,
  NEIGHBOURS,
  WHOLE,
  CONTINUED,
  PORT,
  STRING,
  DEPTH,
];

/** The reasons that the Rust run does not have in the same words. */
export async function drifted() {
  const text = await readFile(new URL("../../conformance/exclusions.rs", import.meta.url), "utf8");
  return REASONS.filter((reason) => !text.includes(`"${reason}"`));
}
