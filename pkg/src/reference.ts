import type { ReferenceParts } from "./bindings.js";
import { call, engine } from "./engine.js";
import { LayerglassError } from "./error.js";
import { FORM, formOf, modeOf, type ReferenceOptions, type ReferenceRules } from "./reference-mode.js";
import type { ShortIds } from "./short-ids.js";
import { asText, asTexts, callAbout, MAX_TEXT } from "./text.js";
import type { ReferenceData } from "./types.js";

/** What normalising puts before a text, and how much it takes away, in the order of the bits that tell it. */
const ADDED = ["", "docker.io/", "docker.io/library/", "sha256:"];
const REMOVED = [0, 10, 16];
/** Where the familiar form can start. */
const FAMILIAR = [0, 10, 18];
const NORMALIZED = modeOf(FORM.normalized);

/** How `Reference.parseAny` reads a text. */
export interface AnyReferenceOptions extends ReferenceRules {
  /** Ids that 6 to 64 hexadecimal digits may stand for, as Docker had it until 2023. */
  readonly ids?: ShortIds;
}

/**
 * A name of an image: registry, repository, tag, digest. A value: nothing changes it.
 *
 * @example
 * const ref = Reference.parse("redis:7");
 * ref.domain;   // "docker.io"
 * ref.path;     // "library/redis"
 * ref.familiar; // "redis:7"
 */
export class Reference {
  /** The whole reference, written out. */
  readonly canonical: string;
  /** Where domain, name and tag end, and where the familiar form starts. */
  readonly #domain: number;
  readonly #name: number;
  readonly #tag: number;
  readonly #familiar: number;

  private constructor(text: string, domain: number, name: number, tag: number, familiar: number) {
    this.canonical = text;
    this.#domain = domain;
    this.#name = name;
    this.#tag = tag;
    this.#familiar = familiar;
  }

  /**
   * Reads a reference; throws `invalid` with the reason and the offset when it is not one.
   *
   * @example
   * Reference.parse("ghcr.io/team/app@sha256:" + "0".repeat(64)).digest;
   * Reference.parse("Foo/bar", { rules: "older" }); // throws: podman refuses upper case
   */
  static parse(text: string, options?: ReferenceOptions): Reference {
    return Reference.#read(text, options === undefined ? NORMALIZED : modeOf(formOf(options), options));
  }

  /**
   * Is it a reference? False for whatever is no string.
   *
   * @example
   * Reference.isValid("UPPER/case"); // false
   */
  static isValid(text: unknown, options?: ReferenceOptions): boolean {
    return isRead(text, options === undefined ? NORMALIZED : modeOf(formOf(options), options));
  }

  /**
   * Reads whatever Docker's commands take for an image: the 64 digits of an id, a digest, or a name.
   *
   * @example
   * Reference.parseAny("0".repeat(64)).digest; // "sha256:000…"
   */
  static parseAny(text: string, options: AnyReferenceOptions = {}): Reference {
    const { ids } = options;
    if (ids === undefined) return Reference.#read(text, modeOf(FORM.any, options));
    const given = asText("text", text);
    return Reference.#made(callAbout(given, (wasm) => ids.readReference(wasm, given)));
  }

  /**
   * Reads a name and makes it name one image: `latest` is added where there is neither tag nor digest, and the tag goes
   * where there are both.
   *
   * @example
   * Reference.parseDocker("redis").tag; // "latest"
   */
  static parseDocker(text: string, options?: ReferenceRules): Reference {
    return Reference.#read(text, modeOf(FORM.docker, options));
  }

  /**
   * Reads a reference that is written in full already; throws `reference-not-canonical` for a short one.
   *
   * @example
   * Reference.parseCanonical("docker.io/library/redis:7");
   */
  static parseCanonical(text: string, options?: ReferenceRules): Reference {
    return Reference.#read(text, modeOf(FORM.canonical, options));
  }

  /**
   * Is it a reference that is written in full? False for whatever is no string.
   *
   * @example
   * Reference.isCanonical("redis:7"); // false
   */
  static isCanonical(text: unknown, options?: ReferenceRules): boolean {
    return isRead(text, modeOf(FORM.canonical, options));
  }

  /**
   * A name alone, as it stands: without tag and digest, and not completed.
   *
   * @example
   * Reference.fromName("quay.io/podman/stable").domain; // "quay.io"
   */
  static fromName(name: string): Reference {
    return Reference.#read(name, modeOf(FORM.name));
  }

  /**
   * Sorts references, given as texts or values: those with name, tag and digest first, then name and tag, name and
   * digest, names alone, digests alone, each by its normalised text. What is no reference comes last.
   *
   * @example
   * Reference.sort(["redis", "redis:7"]); // ["docker.io/library/redis:7", "docker.io/library/redis"]
   */
  static sort(references: readonly (string | Reference)[]): string[] {
    const texts = Array.isArray(references) ? references.map((one: unknown) => toText(one)) : references;
    return call((wasm) => wasm.sortReferences(asTexts("references", texts)));
  }

  /**
   * The reference again from what `toJSON` gave, checked anew; a string is read as by `parse`.
   *
   * @example
   * Reference.from(JSON.parse(JSON.stringify(Reference.parse("redis:7"))));
   */
  static from(json: ReferenceData | string, options?: ReferenceRules): Reference {
    if (typeof json === "string") return Reference.parse(json, options);
    const data: unknown = json;
    if (typeof data === "object" && data !== null) {
      const { canonical, kind } = data as Partial<ReferenceData>;
      // What is written in full is not to be completed once more.
      const form = kind === "digest" ? FORM.digest : FORM.asIs;
      return Reference.#read(asText("canonical", canonical), modeOf(form, options));
    }
    const message = "a reference is made from a string or from what `toJSON` gave";
    throw new LayerglassError({ kind: "invalid", code: "argument", message });
  }

  static #read(text: string, mode: number): Reference {
    const given = typeof text === "string" && text.length <= MAX_TEXT ? text : asText("text", text);
    const packed = engine().locateReference(given, mode);
    if (packed < 0) return Reference.#made(callAbout(given, (wasm) => wasm.parseReference(given, mode)));
    // From the highest bits: tag, name and domain end, 13 bits each; three places in the tables, 2 bits each.
    const low = packed >>> 0;
    const added = ADDED[(low >>> 2) & 3] as string;
    const removed = REMOVED[low & 3] as number;
    return new Reference(
      added + (removed === 0 ? given : given.slice(removed)),
      (low >>> 6) & 0x1fff,
      low >>> 19,
      (packed - low) / 0x1_0000_0000,
      FAMILIAR[(low >>> 4) & 3] as number,
    );
  }

  static #made(parts: ReferenceParts): Reference {
    return new Reference(parts.text, parts.domain, parts.name, parts.tag, parts.familiar);
  }

  /** Registry host with its port; absent when the reference was not normalised and names none. */
  get domain(): string | undefined {
    return this.#domain === 0 ? undefined : this.canonical.slice(0, this.#domain);
  }

  /** Repository inside the registry; empty for a digest alone. */
  get path(): string {
    return this.canonical.slice(this.#domain === 0 ? 0 : this.#domain + 1, this.#name);
  }

  /** Domain and path; empty for a digest alone. */
  get name(): string {
    return this.canonical.slice(0, this.#name);
  }

  get tag(): string | undefined {
    return this.#tag > this.#name ? this.canonical.slice(this.#name + 1, this.#tag) : undefined;
  }

  /** The digest, as it is written. */
  get digest(): string | undefined {
    if (this.#tag === 0) return this.canonical;
    return this.#tag < this.canonical.length ? this.canonical.slice(this.#tag + 1) : undefined;
  }

  /** The shortest form, as Docker shows it. */
  get familiar(): string {
    return this.canonical.slice(this.#familiar);
  }

  /** The name part of the shortest form. */
  get familiarName(): string {
    return this.canonical.slice(this.#familiar, this.#name);
  }

  /** Which parts it has. */
  get kind(): ReferenceData["kind"] {
    if (this.#name === 0) return "digest";
    const tagged = this.#tag > this.#name;
    if (this.#tag < this.canonical.length) return tagged ? "reference" : "canonical";
    return tagged ? "tagged" : "repository";
  }

  /**
   * The same with another tag; the digest stays.
   *
   * @example
   * Reference.parse("redis").withTag("7").familiar; // "redis:7"
   */
  withTag(tag: string): Reference {
    const given = asText("tag", tag);
    callAbout(given, (wasm) => wasm.checkReferencePart(given, true, this.#name > 0));
    return this.#with(given, this.digest);
  }

  /**
   * The same with another digest; the tag stays. Only the form of the digest is looked at, not its algorithm.
   *
   * @example
   * Reference.parse("redis:7").withDigest(manifest.digest).toString();
   */
  withDigest(digest: string | { toString(): string }): Reference {
    const given = asText("digest", toText(digest));
    callAbout(given, (wasm) => wasm.checkReferencePart(given, false, this.#name > 0));
    return this.#with(this.tag, given);
  }

  /**
   * The name alone; a digest alone stays as it is.
   *
   * @example
   * Reference.parse("redis:7").nameOnly().familiar; // "redis"
   */
  nameOnly(): Reference {
    return this.#name === 0 ? this : this.#with(undefined, undefined);
  }

  /**
   * The same with the tag `latest` where there is neither tag nor digest.
   *
   * @example
   * Reference.parse("redis").withDefaultTag().familiar; // "redis:latest"
   */
  withDefaultTag(): Reference {
    return this.kind === "repository" ? this.#with("latest", undefined) : this;
  }

  /**
   * Does a shell pattern (`*`, `?`, `[a-z]`) fit the shortest form, with or without tag and digest?
   *
   * @example
   * Reference.parse("redis:7").matches("redis:*"); // true
   */
  matches(pattern: string): boolean {
    const given = asText("pattern", pattern);
    const texts = this.#name === 0 ? [this.familiar] : [this.familiar, this.familiarName];
    return callAbout(given, (wasm) => wasm.patternMatches(given, texts));
  }

  /**
   * Is it the same reference? Text equals it when it is read as the same.
   *
   * @example
   * Reference.parse("redis").equals("docker.io/library/redis"); // true
   */
  equals(other: Reference | string): boolean {
    if (other instanceof Reference) return other.canonical === this.canonical;
    if (other === this.canonical) return true;
    return Reference.isValid(other) && Reference.parse(other).canonical === this.canonical;
  }

  /** The whole reference, written out. */
  toString(): string {
    return this.canonical;
  }

  /** Plain data, for `postMessage` and JSON. */
  toJSON(): ReferenceData {
    const { domain, path, tag, digest, canonical, familiar, kind } = this;
    return {
      ...(domain !== undefined && { domain }),
      path,
      ...(tag !== undefined && { tag }),
      ...(digest !== undefined && { digest }),
      canonical,
      familiar,
      kind,
    };
  }

  #with(tag: string | undefined, digest: string | undefined): Reference {
    const tagged = tag === undefined ? this.name : `${this.name}:${tag}`;
    const text = digest === undefined ? tagged : `${tagged}@${digest}`;
    return new Reference(text, this.#domain, this.#name, tagged.length, this.#familiar);
  }
}

function isRead(text: unknown, mode: number): boolean {
  return typeof text === "string" && text.length <= MAX_TEXT && engine().locateReference(text, mode) !== -1;
}

/** The text of a value that has one of its own. */
function toText(value: unknown): unknown {
  return value instanceof Object && !Array.isArray(value) ? String(value) : value;
}
