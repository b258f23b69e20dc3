/** `digest.json`, `chainid.json` and their seeds. */
import { chainIds, Digest, ShortIds, Verifier } from "layerglass";
import { failed, tried } from "./attempt.js";
import * as exclusions from "./exclusions.js";

const CODES = { "digest-format": "ErrDigestInvalidFormat", "digest-length": "ErrDigestInvalidLength" };

/** The name that go-digest has for an error. */
const code = (parsed) => (failed(parsed) ? (CODES[parsed.error.code] ?? "ErrDigestUnsupported") : "ok");

const ALL = ["sha256", "sha384", "sha512", "blake3"];

/** What an implementation takes: in Go that depends on what a program links. */
function algorithms(impl) {
  if (impl.includes("sha256 only") || impl === "google/go-containerregistry") return ["sha256"];
  if (impl.includes("blake3")) return ALL;
  if (impl.includes("HEAD")) return ["sha256", "sha512"];
  return undefined;
}

const setOf = (texts) => texts.filter((text) => Digest.isValid(text));

/** What a search finds: `{ digest }`, or the `{ kind }` of its error. */
function find(set, query) {
  const ids = new ShortIds(set);
  const found = tried(() => ids.lookup(query));
  return failed(found) ? { kind: found.error.kind } : { digest: found.value };
}

export function digests(text, report) {
  report.each(JSON.parse(text).vectors, (vector) => {
    const { impl, function: name, input, expected, error } = vector;
    const reason = exclusions.digest(impl, name);
    if (reason !== undefined) return report.exclude(reason);
    const what = `${name}(${JSON.stringify(input)}) #${vector.id}`;
    const parse = () => tried(() => Digest.parse(input, { algorithms: algorithms(impl) }));
    switch (name) {
      case "digest.Parse":
        return report.equal(what, error ?? "ok", code(parse()));
      case "v1.NewHash":
        return report.equal(what, typeof error !== "string", !failed(parse()));
      case "Algorithm.FromBytes": {
        const bytes = Buffer.from(input.data_b64, "base64");
        return report.equal(what, expected.digest, Digest.of(bytes, input.algorithm).toString());
      }
      case "Digest.Verifier": {
        const digest = tried(() => Digest.parse(input.digest ?? input, { algorithms: ALL }));
        let verified = false;
        if (!failed(digest)) {
          const verifier = new Verifier(digest.value);
          verified = verifier.update(Buffer.from(input.data_b64 ?? "", "base64")).verified;
        }
        return report.equal(what, expected?.verified ?? false, verified);
      }
      case "digestset.Lookup": {
        const set = setOf(input.set);
        const search = () => find(set, input.query);
        const excluded = exclusions.lookup(input.query, set);
        if (excluded !== undefined) return report.exclude(excluded);
        const { digest, kind } = search();
        const found = digest ?? (kind === "ambiguous" ? "ErrDigestAmbiguous" : "ErrDigestNotFound");
        return report.equal(what, error ?? expected.digest, found);
      }
      case "digestset.ShortCodeTable": {
        const set = setOf(input.set);
        const excluded = exclusions.shortCodes(set);
        if (excluded !== undefined) return report.exclude(excluded);
        const ids = new ShortIds(set);
        return report.equal(what, expected, Object.fromEntries(ids.shortCodes(input.length)));
      }
      default:
        return report.exclude(exclusions.UNKNOWN_FUNCTION);
    }
  });
}

export function chains(text, report) {
  report.each(JSON.parse(text).vectors, ({ id, input, expected }) => {
    const found = chainIds(input);
    if (Array.isArray(expected.chain_ids)) report.equal(`#${id}`, expected.chain_ids, found);
    if (typeof expected.chain_id === "string") report.equal(`#${id}`, expected.chain_id, found.at(-1) ?? "");
  });
}

/** `seeds/moby-chainid.json` */
export function mobyChainid(text, report) {
  report.each(JSON.parse(text).cases, ({ diff_ids, chain_id }) => {
    report.equal(JSON.stringify(diff_ids), chain_id, chainIds(diff_ids).at(-1) ?? "");
  });
}

const MOBY = {
  "invalid checksum digest format": "ErrDigestInvalidFormat",
  "invalid checksum digest length": "ErrDigestInvalidLength",
};

/** `seeds/moby-digestset.json` */
export function mobyDigestset(text, report) {
  const file = JSON.parse(text);
  report.each(file.digest_validation, ({ digest, error }) => {
    const expected = typeof error === "string" ? (MOBY[error] ?? "ErrDigestUnsupported") : "ok";
    report.equal(digest, expected, code(tried(() => Digest.parse(digest))));
  });
  report.each(file.lookups, ({ query, result, set: name, error }) => {
    const set = file.sets[name];
    const search = () => find(set, query);
    const expected = result === "" || result === null ? undefined : result;
    const excluded = exclusions.lookup(query, set);
    if (excluded !== undefined) return report.exclude(excluded);
    const { digest, kind } = search();
    const found = digest ?? (kind === "ambiguous" ? "ambiguous digest string" : "digest not found");
    report.equal(query, error ?? expected, found);
  });
}
