/** `layerglass check`: does an image keep to the rules? */
import { groupDigits, humanSize } from "../../elements/format/size.js";
import { plain } from "../../elements/format/text.js";
import { toJson } from "../../report/format.js";
import { type Breach, checkFile, checkImage, partsFor, type RuleResult } from "../check/evaluate.js";
import { CHECK_OPTIONS, rulesOf } from "../check/rules.js";
import { chooseImages, IMAGE_OPTIONS } from "../choose.js";
import type { Command, Run } from "../commands.js";
import { EXIT } from "../exit.js";
import { openInput, SCAN_OPTIONS, scan } from "../open.js";
import { gather, REPORT_OPTIONS } from "../part.js";
import { cutTo, fillTo } from "../width.js";

/** Breaches of one rule that are shown unless `--rows` says otherwise. */
const BREACHES = 10;

/** What a group of rules was about. */
interface Group {
  readonly title: string;
  /** Position of the image; absent for the file. */
  readonly image?: number;
  readonly platform?: string;
  readonly rules: readonly RuleResult[];
}

export const command: Command = {
  usage: {
    name: "check",
    summary:
      "Check images against rules, for CI: code 0 when all hold, 1 when one is broken, 3 when one cannot be told.",
    operands: "FILE",
    least: 1,
    most: 1,
    options: [
      ...CHECK_OPTIONS,
      ...IMAGE_OPTIONS,
      { name: "json", help: "Write the result as JSON (schema layerglass.check/1)" },
      { name: "rows", value: "N", help: `Show at most N breaches of each rule; by default ${BREACHES}` },
      { name: "wide", short: "w", help: "Cut no text to the width of the terminal" },
      ...REPORT_OPTIONS,
      ...SCAN_OPTIONS,
    ],
    notes: [
      "Without rules: --digests --no-secrets --severity error. All images that are in the file are checked, unless one is chosen.",
      'A file for --config has the same rules: { "maxWaste": "5%", "maxSize": "500MB", "maxUnpacked": "1GB", "maxLayers": 20, "no": ["secrets", "root"], "digests": true, "severity": "error", "ignore": ["setid:usr/bin/sudo"] }.',
    ],
    examples: [
      "layerglass check image.tar --max-waste 5% --no-secrets --no-root",
      "docker save app:ci | layerglass check - --config .layerglass.json",
    ],
  },
  async run(run) {
    const { args, terminal } = run;
    const rules = await rulesOf(args);
    const rows = args.number("rows", 0) ?? BREACHES;
    const { archive, close } = await openInput(args.operands[0] ?? "", run, { again: true });
    try {
      // What holds no image breaks no rule, and is not fine either.
      const chosen = await chooseImages(archive.data, args.text("image"), args.text("platform"));
      if (rules.maxUnpacked !== undefined)
        await scan(
          archive,
          run,
          chosen.map(({ index }) => index),
        );
      const report = await gather(run, archive, partsFor(rules));
      const file = checkFile(report, rules);
      const groups: Group[] = [
        ...report.images.map((image) => ({
          title: image.title,
          image: image.index,
          ...(image.platform !== undefined && { platform: image.platform }),
          rules: checkImage(image, report, rules),
        })),
        ...(file.length > 0 ? [{ title: archive.name, rules: file }] : []),
      ];
      const all = groups.flatMap((group) => group.rules);
      const broken = all.filter(({ state }) => state === "broken").length;
      const untold = all.filter(({ state }) => state === "unknown").length;
      if (args.has("json")) {
        const ok = broken + untold === 0;
        await terminal.out.write(
          toJson({ schema: "layerglass.check/1", ok, broken, unknown: untold, groups }),
        );
      } else {
        for (const group of groups) await write(group, rows, run);
        await terminal.out.line(verdict(all.length, broken, untold, run));
      }
      return untold > 0 ? EXIT.unreadable : broken > 0 ? EXIT.broken : EXIT.fine;
    } finally {
      await close();
    }
  },
};

function verdict(all: number, broken: number, untold: number, { terminal: { paint } }: Run): string {
  const words = [
    ...(broken > 0 ? [`${broken} of ${all} rules ${broken === 1 ? "is" : "are"} broken`] : []),
    ...(untold > 0 ? [`${untold} of ${all} cannot be told`] : []),
  ];
  if (words.length === 0) return paint("green", all === 1 ? "The rule holds." : `All ${all} rules hold.`);
  return paint("red", `${words.join(", ")}.`);
}

const SIGNS = { fine: "✓", broken: "✗", unknown: "?" } as const;
const TONES = { fine: "green", broken: "red", unknown: "yellow" } as const;

async function write(
  { title, platform, rules }: Group,
  rows: number,
  { args, terminal }: Run,
): Promise<void> {
  const { out, paint } = terminal;
  const width = args.has("wide") ? undefined : terminal.width;
  const cut = (text: string, used = 0) =>
    width === undefined ? text : cutTo(text, Math.max(10, width - used));
  const of = platform === undefined || platform === title ? "" : ` (${platform})`;
  await out.line(paint("bold", cut(plain(title + of, 400))));
  const widest = Math.max(0, ...rules.map(({ rule }) => rule.length));
  for (const { rule, state, expected, found, breaches, more, error } of rules) {
    const words = `expected ${expected}, found ${found}${error ? `: ${plain(error.message, 500)}` : ""}`;
    await out.line(
      `  ${paint(TONES[state], SIGNS[state])} ${fillTo(rule, widest)}  ${cut(words, widest + 6)}`,
    );
    for (const each of breaches.slice(0, rows))
      for (const line of breachLines(each)) await out.line(`      ${cut(line, 6)}`);
    const rest = more + Math.max(0, breaches.length - rows);
    if (rest > 0) await out.line(paint("dim", `      … and ${groupDigits(rest)} more`));
  }
  await out.line();
}

/** What it is, and below it where. */
function breachLines({ what, severity, path, offset, layer, step, command, bytes }: Breach): string[] {
  const size = bytes === undefined ? "" : `${humanSize(bytes)}  `;
  const where = [
    ...(layer === undefined ? [] : [`layer ${layer + 1}`]),
    ...(step === undefined ? [] : [`step ${step + 1}`]),
    ...(offset === undefined ? [] : [`byte ${groupDigits(offset)}`]),
  ].join(", ");
  const place = [path === undefined ? "" : plain(path, 1000), where].filter(Boolean).join("  ");
  const said = `${severity ? `${severity}: ` : ""}${plain(what, 1000)}`;
  return [
    ...(place === "" ? [`${size}${said}`] : [`${size}${place}`, `  ${said}`]),
    ...(command === undefined ? [] : [`  by ${plain(command, 1000)}`]),
  ];
}
