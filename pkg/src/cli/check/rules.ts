/** Rules that an image is checked against, from the arguments and from a file. */
import { readFile } from "node:fs/promises";
import type { IssueRule } from "../../inspect/types.js";
import type { Arguments, Option } from "../args.js";
import { UsageError } from "../exit.js";
import { glob, type Matcher } from "../match.js";
import { bytesOf } from "../size.js";

/** How grave something is. */
export type Severity = "info" | "warning" | "error";

/** At most so much: of all, or in bytes. */
export type Most = { readonly percent: number } | { readonly bytes: number };

/** What must not be found, by its name on the command line. */
export const FORBIDDEN: Readonly<Record<string, { readonly rule: IssueRule; readonly what: string }>> = {
  secrets: { rule: "secret", what: "no secrets" },
  root: { rule: "root-user", what: "does not run as root" },
  setid: { rule: "set-id", what: "no set-id programs" },
  "world-writable": { rule: "world-writable", what: "nothing writable by everyone" },
  "package-caches": { rule: "package-cache", what: "no package caches" },
  git: { rule: "git-folder", what: "no git folders" },
  "expiring-certificates": { rule: "certificate", what: "no certificates that are about to expire" },
};

/** The rules of one check. */
export interface Rules {
  readonly maxWaste?: Most;
  /** Bytes as stored. */
  readonly maxSize?: number;
  /** Bytes as unpacked. */
  readonly maxUnpacked?: number;
  readonly maxLayers?: number;
  /** Names of `FORBIDDEN`. */
  readonly no: readonly string[];
  readonly digests: boolean;
  /** Nothing so grave or graver. */
  readonly severity?: Severity;
  readonly ignore: readonly Ignored[];
}

/** A rule, and the paths for which it does not count. */
export interface Ignored {
  readonly rule: IssueRule;
  readonly fits: Matcher;
}

export const CHECK_OPTIONS: readonly Option[] = [
  { name: "max-waste", value: "5%|10MB", help: "Bytes of no use, of all contents or as such" },
  { name: "max-size", value: "SIZE", help: "Bytes of all layers as stored, such as 500MB or 1GiB" },
  { name: "max-unpacked", value: "SIZE", help: "Bytes of all layers as unpacked" },
  { name: "max-layers", value: "N", help: "Number of layers" },
  ...Object.entries(FORBIDDEN).map(([name, { what }]) => ({ name: `no-${name}`, help: capital(what) })),
  { name: "digests", help: "Every declared digest is that of the bytes" },
  { name: "severity", value: "info|warning|error", help: "No finding that is so grave or graver" },
  {
    name: "ignore",
    value: "RULE[:GLOB]",
    many: true,
    help: "Findings that do not count, such as setid:usr/bin/sudo",
  },
  { name: "config", value: "FILE", help: "Rules from a JSON file; the arguments go before it" },
];

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Rules that hold when none is named. */
const DEFAULTS: Rules = { no: ["secrets"], digests: true, severity: "error", ignore: [] };

/** The rules that the arguments and the file that they name have. */
export async function rulesOf(args: Arguments): Promise<Rules> {
  const path = args.text("config");
  const file = path === undefined ? undefined : await fromFile(path);
  const own = fromArguments(args);
  const rules: Rules = {
    ...file,
    ...own,
    no: [...new Set([...(file?.no ?? []), ...own.no])],
    digests: own.digests || file?.digests === true,
    ignore: [...(file?.ignore ?? []), ...own.ignore],
  };
  const { no, digests, ignore, ...limits } = rules;
  if (no.length > 0 || digests || Object.keys(limits).length > 0) return rules;
  return { ...DEFAULTS, ignore };
}

function fromArguments(args: Arguments): Rules {
  const [waste, size, unpacked] = ["max-waste", "max-size", "max-unpacked"].map((name) => args.text(name));
  const layers = args.number("max-layers", 0);
  const severity = args.word("severity", SEVERITIES);
  return {
    ...(waste !== undefined && { maxWaste: most("--max-waste", waste) }),
    ...(size !== undefined && { maxSize: bytesOf("--max-size", size) }),
    ...(unpacked !== undefined && { maxUnpacked: bytesOf("--max-unpacked", unpacked) }),
    ...(layers !== undefined && { maxLayers: layers }),
    no: Object.keys(FORBIDDEN).filter((name) => args.has(`no-${name}`)),
    digests: args.has("digests"),
    ...(severity !== undefined && { severity }),
    ignore: args.texts("ignore").map((text) => ignored("--ignore", text)),
  };
}

export const SEVERITIES = ["info", "warning", "error"] as const;

/** Bytes of a file with rules. */
const MOST_CONFIG = 1 << 20;

async function fromFile(path: string): Promise<Rules> {
  let value: unknown;
  try {
    const text = await readFile(path, "utf8");
    if (text.length > MOST_CONFIG) throw new Error("the file is too large");
    value = JSON.parse(text);
  } catch (thrown) {
    throw new UsageError(`--config ${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  const wrong = (message: string) => new UsageError(`--config ${path}: ${message}`);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong("the rules are an object");
  return read(value as Record<string, unknown>, wrong);
}

type Wrong = (message: string) => UsageError;

function read(value: Record<string, unknown>, wrong: Wrong): Rules {
  const { maxWaste, maxSize, maxUnpacked, maxLayers, no, digests, severity, ignore, ...others } = value;
  const [unknown] = Object.keys(others);
  // A rule that is misspelt would never be broken.
  if (unknown !== undefined) throw wrong(`there is no rule “${unknown}”`);
  const text = (name: string, given: unknown) => {
    if (typeof given === "string") return given;
    if (typeof given === "number") return String(given);
    throw wrong(`“${name}” is a text such as "10MB", or a number of bytes`);
  };
  if (maxLayers !== undefined && (!Number.isSafeInteger(maxLayers) || Number(maxLayers) < 0))
    throw wrong("“maxLayers” is a whole number");
  if (digests !== undefined && typeof digests !== "boolean") throw wrong("“digests” is true or false");
  const grave = SEVERITIES.find((each) => each === severity);
  if (severity !== undefined && grave === undefined)
    throw wrong(`“severity” is one of ${SEVERITIES.join(", ")}`);
  const names = listOf("no", no, wrong);
  const strange = names.find((name) => !Object.hasOwn(FORBIDDEN, name));
  if (strange !== undefined)
    throw wrong(`“no” is a list of ${Object.keys(FORBIDDEN).join(", ")}, not “${strange}”`);
  return {
    ...(maxWaste !== undefined && { maxWaste: most("maxWaste", text("maxWaste", maxWaste)) }),
    ...(maxSize !== undefined && { maxSize: bytesOf("maxSize", text("maxSize", maxSize)) }),
    ...(maxUnpacked !== undefined && {
      maxUnpacked: bytesOf("maxUnpacked", text("maxUnpacked", maxUnpacked)),
    }),
    ...(maxLayers !== undefined && { maxLayers: Number(maxLayers) }),
    no: names,
    digests: digests === true,
    ...(grave !== undefined && { severity: grave }),
    ignore: listOf("ignore", ignore, wrong).map((each) => ignored("ignore", each)),
  };
}

function listOf(name: string, value: unknown, wrong: Wrong): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw wrong(`“${name}” is a list of texts`);
}

/** `5%`, or a size. */
function most(name: string, text: string): Most {
  const [, number] = /^(\d{1,3}(?:\.\d{1,6})?)\s*%$/.exec(text) ?? [];
  if (number === undefined) return { bytes: bytesOf(name, text) };
  const percent = Number(number);
  if (percent > 100) throw new UsageError(`${name} is at most 100%, not “${text}”`);
  return { percent };
}

function ignored(name: string, text: string): Ignored {
  const at = text.indexOf(":");
  const word = at < 0 ? text : text.slice(0, at);
  const rule =
    (Object.hasOwn(FORBIDDEN, word) ? FORBIDDEN[word]?.rule : undefined) ??
    Object.values(FORBIDDEN).find(({ rule }) => rule === word)?.rule;
  if (rule === undefined)
    throw new UsageError(
      `${name}: there is no rule “${word}”; it is one of ${Object.keys(FORBIDDEN).join(", ")}`,
    );
  return { rule, fits: at < 0 ? () => true : glob(text.slice(at + 1)) };
}
