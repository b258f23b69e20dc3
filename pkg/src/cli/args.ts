/** The command line, taken apart by a table of options, from which the help is written as well. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./exit.js";

/** One option. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** What its value is called in the help; without it the option is a switch. */
  readonly value?: string;
  /** May be given several times. */
  readonly many?: boolean;
  readonly help: string;
}

/** What a command takes. */
export interface Usage {
  readonly name: string;
  readonly summary: string;
  /** Its operands, as the help shows them. */
  readonly operands: string;
  readonly least: number;
  readonly most: number;
  readonly options: readonly Option[];
  /** Paragraphs that follow the options. */
  readonly notes?: readonly string[];
  readonly examples?: readonly string[];
}

/** What was given. */
export class Arguments {
  constructor(
    readonly operands: readonly string[],
    private readonly values: Readonly<Record<string, unknown>>,
  ) {}

  /** Was the switch given? */
  has(name: string): boolean {
    return this.values[name] === true;
  }

  /** The value of an option. */
  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** The values of an option that may be given several times. */
  texts(name: string): string[] {
    const value = this.values[name];
    return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
  }

  /** A whole number. */
  number(name: string, least = 1): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new UsageError(`--${name} takes a whole number from ${least}, not “${text}”`);
  }

  /** One of some words. */
  word<T extends string>(name: string, words: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new UsageError(`--${name} is one of ${words.join(", ")}, not “${text}”`);
  }
}

/** Options that every command has. */
export const COMMON: readonly Option[] = [
  { name: "quiet", short: "q", help: "Say nothing on standard error but errors" },
  { name: "help", short: "h", help: "Show this help" },
];

/** Takes a command's arguments apart. */
export function parse(usage: Usage, args: readonly string[]): Arguments {
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const { name, short, value, many } of [...usage.options, ...COMMON])
    options[name] = {
      type: value === undefined ? "boolean" : "string",
      ...(short !== undefined && { short }),
      ...(many && { multiple: true }),
    };
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (thrown) {
    // The advice that follows the first sentence is about how Node reads arguments.
    const [sentence] = (thrown instanceof Error ? thrown.message : String(thrown)).split(/\.\s/);
    throw new UsageError(sentence ?? "the options are not understood");
  }
  const given = new Arguments(parsed.positionals, parsed.values);
  if (given.has("help")) return given;
  if (given.operands.length < usage.least) throw new UsageError(`${usage.name} takes ${usage.operands}`);
  if (given.operands.length > usage.most)
    throw new UsageError(`${usage.name} takes ${usage.operands}, and nothing after that`);
  return given;
}

/** The help of a command. */
export function helpOf({ name, summary, operands, options, notes = [], examples = [] }: Usage): string {
  const all = [...options, ...COMMON];
  const names = all.map(
    ({ name, short, value }) =>
      `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`,
  );
  const widest = Math.max(...names.map(({ length }) => length));
  const lines = all.map(({ help }, at) => `  ${(names[at] ?? "").padEnd(widest)}  ${help}`);
  return [
    summary,
    "",
    `Usage: layerglass ${name} ${operands} [options]`,
    "",
    "Options:",
    ...lines,
    ...notes.flatMap((note) => ["", note]),
    ...(examples.length > 0 ? ["", "Examples:", ...examples.map((example) => `  ${example}`)] : []),
    "",
  ].join("\n");
}
