/** An image held against rules. */
import { count, humanSize } from "../../elements/format/size.js";
import type { IssueData } from "../../inspect/types.js";
import { percent } from "../../report/model.js";
import { commandWords } from "../../report/overview.js";
import type { FileReport, ImageReport, ReportData, ReportPart } from "../../report/types.js";
import type { ErrorData, Size } from "../../types.js";
import { FORBIDDEN, type Rules, SEVERITIES, type Severity } from "./rules.js";

/** What breaks a rule, and where. */
export interface Breach {
  readonly what: string;
  readonly severity?: Severity;
  readonly path?: string;
  /** Byte offset in the file, or of what it is in. */
  readonly offset?: Size;
  /** Position of the layer, and of the step of the history. */
  readonly layer?: number;
  readonly step?: number;
  readonly command?: string;
  readonly bytes?: Size;
}

/** What became of one rule. */
export interface RuleResult {
  /** As on the command line, without the dashes. */
  readonly rule: string;
  /** `unknown`: what it takes could not be read. */
  readonly state: "fine" | "broken" | "unknown";
  readonly expected: string;
  readonly found: string;
  /** The first of what breaks it. */
  readonly breaches: readonly Breach[];
  /** How many more there are. */
  readonly more: number;
  readonly error?: ErrorData;
}

/** Breaches of one rule that are told one by one. */
const MOST_BREACHES = 100;

/** The parts of a report that rules need. */
export function partsFor({ maxWaste, no, digests, severity }: Rules): ReportPart[] {
  return [
    ...(maxWaste ? (["waste"] as const) : []),
    ...(no.length > 0 || severity ? (["issues"] as const) : []),
    ...(digests ? (["verification"] as const) : []),
  ];
}

/** Rules about the file as a whole. */
export function checkFile(report: ReportData, rules: Rules): RuleResult[] {
  return [
    ...(rules.digests ? [digests(report)] : []),
    ...(rules.severity ? [fileSeverity(report.file, rules.severity)] : []),
  ];
}

/** Rules about one image. */
export function checkImage(image: ImageReport, report: ReportData, rules: Rules): RuleResult[] {
  const unreadable = image.layers.find(({ error }) => error)?.error;
  const failed = (part: ReportPart) =>
    report.missing.find((each) => each.part === part && each.image === image.index)?.error;
  return [
    ...most("max-size", rules.maxSize, image.storedSize, undefined),
    ...most("max-unpacked", rules.maxUnpacked, image.unpackedSize, unreadable ?? NOT_SCANNED),
    ...(rules.maxLayers === undefined ? [] : [layers(image, rules.maxLayers)]),
    ...(rules.maxWaste ? [waste(image, rules.maxWaste, failed("waste") ?? unreadable)] : []),
    ...rules.no.map((name) => forbidden(image, name, rules, failed("issues") ?? unreadable)),
    ...(rules.severity ? [severity(image, rules.severity, rules, failed("issues") ?? unreadable)] : []),
  ];
}

const NOT_SCANNED: ErrorData = {
  kind: "not_found",
  code: "layer-missing",
  message: "not all of its layers are in the file",
};

function result(
  rule: string,
  expected: string,
  found: string,
  breaches: readonly Breach[],
  moreBreaches = 0,
): RuleResult {
  const more = Math.max(0, breaches.length - MOST_BREACHES) + moreBreaches;
  return {
    rule,
    state: breaches.length + moreBreaches > 0 ? "broken" : "fine",
    expected,
    found,
    breaches: breaches.slice(0, MOST_BREACHES),
    more,
  };
}

function unknown(rule: string, expected: string, error: ErrorData | undefined): RuleResult {
  return {
    rule,
    state: "unknown",
    expected,
    found: "unknown",
    breaches: [],
    more: 0,
    error: error ?? NOT_SCANNED,
  };
}

function most(
  rule: string,
  limit: number | undefined,
  found: Size | undefined,
  error: ErrorData | undefined,
): RuleResult[] {
  if (limit === undefined) return [];
  const expected = `at most ${humanSize(limit)}`;
  if (found === undefined) return [unknown(rule, expected, error)];
  const breaches = found > limit ? [{ what: `${humanSize(BigInt(found) - BigInt(limit))} too much` }] : [];
  return [result(rule, expected, humanSize(found), breaches)];
}

function layers({ layers }: ImageReport, limit: number): RuleResult {
  const over = layers.length - limit;
  const breaches = over > 0 ? [{ what: `${count(over, "layer")} too many` }] : [];
  return result("max-layers", `at most ${count(limit, "layer")}`, count(layers.length, "layer"), breaches);
}

function waste(
  { waste }: ImageReport,
  limit: NonNullable<Rules["maxWaste"]>,
  error: ErrorData | undefined,
): RuleResult {
  const expected = "percent" in limit ? `at most ${limit.percent} %` : `at most ${humanSize(limit.bytes)}`;
  if (!waste || error) return unknown("max-waste", expected, error);
  const { wasted, contentSize, items, moreItems } = waste;
  const found = `${percent(wasted, contentSize)} (${humanSize(wasted)} of ${humanSize(contentSize)})`;
  // In whole numbers: no rounding decides.
  const isOver =
    "percent" in limit
      ? BigInt(wasted) * 100_000_000n > BigInt(contentSize) * BigInt(Math.round(limit.percent * 1_000_000))
      : wasted > limit.bytes;
  if (!isOver) return result("max-waste", expected, found, []);
  const words = {
    overwritten: "overwritten by layer",
    removed: "deleted by layer",
    duplicate: "again in layer",
  };
  const commands = new Map(waste.layers.map(({ layer, command }) => [layer, command]));
  const breaches = items.map(({ kind, path, layer, bytes, by }): Breach => {
    const command = commands.get(by);
    return {
      what: `${words[kind]} ${by + 1}`,
      path,
      layer,
      bytes,
      ...(command && { command: commandWords(command) }),
    };
  });
  return result("max-waste", expected, found, breaches, Number(moreItems));
}

function counted(image: ImageReport, rules: Rules): IssueData[] {
  return (image.issues?.issues ?? []).filter(
    ({ rule, path }) => !rules.ignore.some((each) => each.rule === rule && each.fits(path ?? "")),
  );
}

function breach({ why, severity, path, offset, layer, step, command, bytes, deleted }: IssueData): Breach {
  return {
    what: deleted ? `${why} (deleted later, and still in the image)` : why,
    severity,
    ...(path !== undefined && { path }),
    ...(offset !== undefined && { offset }),
    ...(layer !== undefined && { layer }),
    ...(step !== undefined && { step }),
    ...(command && { command: commandWords(command) }),
    ...(bytes !== undefined && { bytes }),
  };
}

function forbidden(image: ImageReport, name: string, rules: Rules, error: ErrorData | undefined): RuleResult {
  const rule = FORBIDDEN[name]?.rule;
  if (!image.issues) return unknown(`no-${name}`, "none", error);
  const breaches = counted(image, rules).filter((issue) => issue.rule === rule);
  // What was not kept may be of this rule.
  const more = Number(image.issues.more);
  // Whether there is none is not known of what could not be read.
  if (breaches.length === 0 && (error || more > 0)) return unknown(`no-${name}`, "none", error ?? TOO_MANY);
  return result(
    `no-${name}`,
    "none",
    breaches.length === 0 ? "none" : String(breaches.length),
    breaches.map(breach),
  );
}

const TOO_MANY: ErrorData = {
  kind: "limit",
  code: "limit",
  message: "there are more findings than are kept, so that some may be missing",
};

/** Is it so grave, or graver? */
function isGrave(found: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(found) >= SEVERITIES.indexOf(least);
}

function severity(
  image: ImageReport,
  least: Severity,
  rules: Rules,
  error: ErrorData | undefined,
): RuleResult {
  const expected = `no ${least}${least === "error" ? "" : " or graver"}`;
  if (!image.issues) return unknown("severity", expected, error);
  const grave = counted(image, rules).filter((issue) => isGrave(issue.severity, least));
  if (grave.length === 0 && (error || Number(image.issues.more) > 0))
    return unknown("severity", expected, error ?? TOO_MANY);
  return result("severity", expected, grave.length === 0 ? "none" : String(grave.length), grave.map(breach));
}

function fileSeverity({ findings, moreFindings }: FileReport, least: Severity): RuleResult {
  const grave = findings.filter((finding) => isGrave(finding.severity, least));
  const expected = `no ${least}${least === "error" ? "" : " or graver"} in the file itself`;
  if (grave.length === 0 && Number(moreFindings) > 0) return unknown("severity", expected, TOO_MANY);
  const breaches = grave.map(({ message, severity, file, path, offset }): Breach => {
    const place = path ?? file;
    return {
      what: message,
      severity,
      ...(place !== undefined && { path: place }),
      ...(offset !== undefined && { offset }),
    };
  });
  return result("severity", expected, grave.length === 0 ? "none" : String(grave.length), breaches);
}

function digests({ verification, missing, images }: ReportData): RuleResult {
  const expected = "every declared digest matches";
  if (!verification)
    return unknown("digests", expected, missing.find(({ part }) => part === "verification")?.error);
  const { matching, mismatching, items } = verification;
  const broken = items.filter(({ state }) => state === "mismatch");
  const found = `${count(matching, "match", "matches")}, ${mismatching} ${mismatching === 1 ? "differs" : "differ"}`;
  const breaches = broken.map(
    ({ what, declared, computed, path, offset, layer }): Breach => ({
      what: `${what}: declared ${declared ?? "nothing"}, computed ${computed ?? "nothing"}`,
      path,
      ...(offset !== undefined && { offset }),
      ...(layer !== undefined && { layer }),
    }),
  );
  if (broken.length > 0) return result("digests", expected, found, breaches);
  // A layer that cannot be read to its end has no digest to compare, and neither has one that is not there.
  const unread = images.flatMap(({ layers }) => layers).find(({ state }) => state !== "scanned");
  return unread
    ? unknown("digests", expected, unread.error ?? NOT_SCANNED)
    : result("digests", expected, found, []);
}
