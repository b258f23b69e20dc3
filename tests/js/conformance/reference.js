/** `reference.json`, `reference-fuzz.jsonl` and the seeds with references. */

import { isDeepStrictEqual } from "node:util";
import { Digest, Reference, ShortIds } from "layerglass";
import { failed, nullable, tried } from "./attempt.js";
import * as exclusions from "./exclusions.js";
import { checkSource } from "./source.js";

const CODES = {
  "reference-empty": "ErrNameEmpty",
  "reference-empty-part": "ErrReferenceInvalidFormat",
  "reference-character": "ErrReferenceInvalidFormat",
  "reference-incomplete": "ErrReferenceInvalidFormat",
  "reference-tag-too-long": "ErrReferenceInvalidFormat",
  // Two messages there, one reason here.
  "reference-uppercase": "lowercase",
  "reference-path-too-long": "ErrNameTooLong",
  "reference-identifier": "identifier",
  "reference-not-canonical": "ErrNameNotCanonical",
  "digest-format": "digest.ErrDigestInvalidFormat",
  "digest-length": "digest.ErrDigestInvalidLength",
  "digest-unsupported": "digest.ErrDigestUnsupported",
};

/** The name that the Go packages have for an error. */
function code(error) {
  const name = CODES[error.code];
  if (name === undefined) throw new Error(`no name for ${error.code}`);
  return name;
}

const wanted = (error) => (error === "ErrNameContainsUppercase" ? "lowercase" : error);

const PARSERS = {
  Parse: (text, rules) => Reference.parse(text, { ...rules, normalize: false }),
  "Field.UnmarshalText": (text, rules) => Reference.parse(text, { ...rules, normalize: false }),
  ReferenceRegexp: (text, rules) => Reference.parse(text, { ...rules, normalize: false }),
  ParseNormalizedNamed: (text, rules) => Reference.parse(text, rules),
  ParseNamed: (text, rules) => Reference.parseCanonical(text, rules),
  ParseAnyReference: (text, rules) => Reference.parseAny(text, rules),
  ParseDockerRef: (text, rules) => Reference.parseDocker(text, rules),
  WithName: (text) => Reference.fromName(text),
  "NameRegexp(anchored)": (text) => Reference.fromName(text),
};

/** Does an error say that the program knew no algorithm? In Go it knows those that it links. */
function isUnlinked(input, error) {
  const unsupported = ["digest.ErrDigestUnsupported", "unsupported digest algorithm"].includes(error);
  return unsupported && ["sha256", "sha384", "sha512"].some((name) => input.includes(`@${name}:`));
}

/** What a reference has under the names that vectors use. */
function field(reference, name) {
  switch (name) {
    case "domain":
      return reference.domain ?? "";
    case "path":
      return reference.path;
    case "name":
      return reference.name;
    case "string":
    case "marshals_to":
    case "equal_to_parse_of":
      return reference.toString();
    case "familiar_name":
      return reference.familiarName;
    case "tag":
      return reference.tag ?? null;
    case "digest":
      return reference.digest ?? null;
    case "ok":
    case "match":
      return true;
    case "kind":
      return reference.name === "" ? "digest" : "named";
    default:
      throw new Error(`unknown field ${name}`);
  }
}

function checkParse(vector, name, rules, report) {
  const what = `${name}(${JSON.stringify(vector.input)}) #${vector.id}`;
  const parsed = tried(() => PARSERS[name](vector.input, rules));
  if (typeof vector.error === "string") {
    const found = failed(parsed) ? code(parsed.error) : "ok";
    report.equal(what, vector.error === "any" && found !== "ok" ? found : wanted(vector.error), found);
    return;
  }
  if (vector.expected.match === false) {
    report.equal(what, true, failed(parsed));
    return;
  }
  const expected = Object.entries(vector.expected).map(([key, value]) => {
    if ((key === "digest" || key === "tag") && value === "") return [key, null];
    if (key === "kind" && value !== "digest") return [key, "named"];
    return [key, value];
  });
  const found = failed(parsed) ? parsed : expected.map(([key]) => [key, field(parsed.value, key)]);
  report.equal(what, expected, found);
}

/** Is a text one component of the grammar? Asked through whole references. */
function isPart(name, input, rules) {
  if (name === "DomainRegexp(anchored)") {
    const parsed = tried(() => Reference.parse(`${input}/a`, { ...rules, normalize: false }));
    return !failed(parsed) && parsed.value.domain === input && parsed.value.path === "a";
  }
  if (name === "IdentifierRegexp(anchored)") {
    const parsed = tried(() => Reference.parse(input));
    return failed(parsed) && parsed.error.code === "reference-identifier";
  }
  const whole = `sha256:${input.padEnd(64, "0")}`;
  const ids = new ShortIds(Digest.isValid(whole) ? [whole] : []);
  const parsed = tried(() => Reference.parseAny(input, { ids }));
  // A digest written in full is one without being short.
  return !failed(parsed) && parsed.value.name === "" && parsed.value.toString() !== input;
}

function withPart(name, input) {
  let reference = PARSERS[input.name_via](input.name);
  if (typeof input.digest_applied_first === "string")
    reference = reference.withDigest(input.digest_applied_first);
  if (typeof input.tag_applied_first === "string") reference = reference.withTag(input.tag_applied_first);
  return (name === "WithTag" ? reference.withTag(input.tag) : reference.withDigest(input.digest)).toString();
}

export function references(text, report) {
  report.each(JSON.parse(text).vectors, (vector) => {
    const { impl, function: name, input } = vector;
    const reason = exclusions.reference(impl);
    if (reason !== undefined) return report.exclude(reason);
    if (impl === "containers/image") return checkSource(vector, report);
    const rules = { rules: impl === "distribution/reference" ? "current" : "older" };
    if (isUnlinked(typeof input === "string" ? input : "", vector.error)) {
      rules.algorithms = [];
    }
    const what = `${name}(${JSON.stringify(input)}) #${vector.id}`;
    switch (name) {
      case "DomainRegexp(anchored)":
      case "IdentifierRegexp(anchored)":
      case "ShortIdentifierRegexp(anchored)":
        return report.equal(what, vector.expected.match === true, isPart(name, input, rules));
      case "FamiliarMatch": {
        const found = tried(() => Reference.parseAny(input.reference).matches(input.pattern));
        return report.equal(what, { value: vector.expected.match }, found);
      }
      case "WithTag":
      case "WithDigest": {
        const found = tried(() => withPart(name, input));
        const expected = vector.expected?.string;
        return expected === undefined || expected === null
          ? report.equal(what, true, failed(found))
          : report.equal(what, { value: expected }, found);
      }
      case "Sort":
        return report.equal(what, vector.expected, Reference.sort(input));
      case "ParseAnyReferenceWithSet": {
        const ids = new ShortIds(input.set);
        const found = tried(() => Reference.parseAny(input.ref, { ids }).toString());
        return report.equal(what, { value: vector.expected.string }, found);
      }
      default:
        if (Object.hasOwn(PARSERS, name)) return checkParse(vector, name, rules, report);
        return report.exclude(exclusions.UNKNOWN_FUNCTION);
    }
  });
}

/** A reference in the form of the vectors; only the text where `parts` is false. */
function describe(work, parts) {
  const parsed = tried(work);
  if (failed(parsed)) return { e: code(parsed.error) };
  const reference = parsed.value;
  const out = { s: reference.toString() };
  if (!parts) return out;
  const fields = {
    f: reference.familiar,
    k: reference.kind,
    d: reference.domain ?? "",
    p: reference.path,
    t: reference.tag ?? "",
    g: reference.digest ?? "",
  };
  for (const [key, value] of Object.entries(fields)) if (value !== "" || key === "d") out[key] = value;
  return out;
}

export function fuzz(text, report) {
  const lines = text.split("\n").filter((line) => line !== "");
  report.each(lines, (line) => {
    const vector = JSON.parse(line);
    const input = vector.in;
    const digest = tried(() => Digest.parse(input).toString());
    const normalized = describe(() => Reference.parse(input), true);
    const any = describe(() => Reference.parseAny(input), true);
    const found = {
      in: input,
      parse: describe(() => Reference.parse(input, { normalize: false }), true),
      normalized,
      any: isDeepStrictEqual(any, normalized) ? "=" : any,
      docker_ref: describe(() => Reference.parseDocker(input), false),
      named: describe(() => Reference.parseCanonical(input), false),
      digest: failed(digest) ? { e: code(digest.error) } : { s: digest.value },
    };
    for (const [key, value] of Object.entries(vector)) {
      let expected = value;
      if (typeof value?.e === "string") expected = { e: wanted(value.e) };
      else if (key === "digest" && value?.s !== undefined) expected = { s: input };
      report.equal(`${key} of ${JSON.stringify(input)}`, expected, found[key]);
    }
  });
}

const text = (parsed) => (failed(parsed) ? null : parsed.value.toString());

/** `seeds/docker-reference.json`, of 2020. */
export function dockerReference(file, report) {
  const rules = { rules: "older" };
  report.each(JSON.parse(file).cases, (vector) => {
    const what = JSON.stringify(vector.input);
    const named = tried(() => Reference.parse(vector.input, rules));
    report.equal(`${what} named`, text(named), nullable(vector.named));
    if (!failed(named)) {
      const { domain, path, familiar, familiarName, kind } = named.value;
      const found = {
        domain,
        path,
        familiar,
        familiar_name: familiarName,
        is_name_only: kind === "repository",
        tag_name_only: named.value.withDefaultTag().toString(),
      };
      const expected = Object.fromEntries(Object.keys(found).map((key) => [key, vector[key]]));
      report.equal(`${what} parts`, expected, found);
    }
    const any = tried(() => Reference.parseAny(vector.input, rules));
    report.equal(`${what} any`, nullable(vector.any), text(any));
  });
}

/** `seeds/docker-reference-more.json`: 2020, and where it differs 2026. */
export function dockerReferenceMore(file, report) {
  report.each(JSON.parse(file).cases, (vector) => {
    for (const [version, rules] of [
      ["v2020", { rules: "older" }],
      ["v2026", { rules: "current" }],
    ]) {
      const expected = vector[version];
      if (expected === undefined) continue;
      const unlinked = isUnlinked(vector.input, expected.error);
      const options = unlinked ? { ...rules, algorithms: [] } : rules;
      const what = `${JSON.stringify(vector.input)} ${version}`;
      const found = tried(() => Reference.parse(vector.input, options));
      report.equal(what, nullable(expected.normalized), text(found));
      if (failed(found)) continue;
      const { domain, path, familiar } = found.value;
      report.equal(
        `${what} parts`,
        [expected.domain, expected.path, expected.familiar],
        [domain, path, familiar],
      );
    }
  });
}
