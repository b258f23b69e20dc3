import { type AlgorithmOptions, algorithmBits, DEFAULT_ALGORITHMS } from "./algorithms.js";

/** Where implementations differ. What is left out keeps the default of `rules`. */
export interface ReferenceRules extends AlgorithmOptions {
  /**
   * `current` is distribution/reference 0.6 (Docker, containerd); `older` is containers/image (podman, buildah, skopeo)
   * and Docker up to 2020.
   */
  readonly rules?: "current" | "older";
  /** When normalising, a first component with upper case is a domain (`Foo/bar`); by `older` rules an error. */
  readonly uppercaseDomain?: boolean;
  /** A domain may be an IPv6 address in brackets; not by `older` rules. */
  readonly ipv6Domain?: boolean;
  /** The limit of 255 characters counts the domain as well; so by `older` rules. */
  readonly domainCounts?: boolean;
}

/** How a reference is read. */
export interface ReferenceOptions extends ReferenceRules {
  /** Complete short names as Docker does (`redis` is `docker.io/library/redis`); on unless switched off. */
  readonly normalize?: boolean;
}

/** The forms that a text can be read as. `src/js/reference.rs` reads the same numbers. */
export const FORM = { asIs: 0, normalized: 1, any: 2, canonical: 3, docker: 4, name: 5, digest: 6 } as const;

const CURRENT = { uppercaseDomain: true, ipv6Domain: true, domainCounts: false };
const OLDER = { uppercaseDomain: false, ipv6Domain: false, domainCounts: true };

/** Form and rules as they cross into the wasm module. */
export function modeOf(form: number, options?: ReferenceRules | null): number {
  if (options === undefined || options === null) return form | 8 | 16 | (DEFAULT_ALGORITHMS << 6);
  const base = options.rules === "older" ? OLDER : CURRENT;
  const flag = (name: keyof typeof CURRENT, bit: number) => ((options[name] ?? base[name]) ? bit : 0);
  return (
    form |
    flag("uppercaseDomain", 8) |
    flag("ipv6Domain", 16) |
    flag("domainCounts", 32) |
    (algorithmBits(options.algorithms) << 6)
  );
}

/** The form that `normalize` asks for. */
export function formOf(options?: ReferenceOptions | null): number {
  return (options?.normalize ?? true) ? FORM.normalized : FORM.asIs;
}
