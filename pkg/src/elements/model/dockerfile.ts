import type { HistoryStep, ImageData } from "../../archive.js";
import { instructionLines } from "../format/arguments.js";
import { instruction } from "../format/command.js";
import { plain } from "../format/text.js";
import type { Step } from "./steps.js";

/** One step of an image's making, as it would stand in a Dockerfile. */
export interface Instruction {
  /** `RUN`, `COPY`, …; empty for a step that no Dockerfile makes. */
  readonly keyword: string;
  /** What follows it. Lines are joined by `\`, or stand in a heredoc as they are. */
  readonly lines: readonly string[];
  /** The word that ends the lines when they are a heredoc. */
  readonly heredoc?: string;
  /** What is known of the step besides. */
  readonly notes: readonly string[];
  /** Position of the layer that it made. */
  readonly layer?: number;
  /** It made no layer. */
  readonly empty: boolean;
}

/** Comments that say nothing of the step. */
const USUAL = /^buildkit\.\S+$/;

/** Longest text of one line in the written form. */
const MOST_LINE = 65_536;

/** Reads an image's steps as a Dockerfile. It has the steps of the images below it too, so it always begins from nothing. */
export function dockerfile(image: ImageData, steps: readonly Step[]): Instruction[] {
  if (steps.length === 0) return [];
  const base = image.annotations[BASE_NAME] || image.config?.labels[BASE_NAME];
  const notes = base ? [`Its label says that it is built on ${base}.`] : [];
  const read: Instruction[] = [{ keyword: "FROM", lines: ["scratch"], notes, empty: true }];
  let shell = DEFAULT_SHELL;
  for (const step of steps) {
    const next = readStep(step, shell);
    read.push(next);
    // What is recorded is the command with its shell: only with this one is it known where the shell ends.
    if (next.keyword === "SHELL") shell = shellOf(next.lines[0] ?? "") ?? shell;
  }
  return read;
}

const BASE_NAME = "org.opencontainers.image.base.name";
const DEFAULT_SHELL = "/bin/sh -c ";

function readStep({ history, position }: Step, shell: string): Instruction {
  const place = { ...(position !== undefined && { layer: position }), empty: position === undefined };
  const notes = history ? comments(history) : [];
  const recorded = withUsualShell(history?.createdBy?.trim() ?? "", shell);
  if (recorded === "") {
    const about = history ? "No command is recorded." : "The history does not tell how this layer was made.";
    return { keyword: "", lines: [], notes: [...notes, about], ...place };
  }
  const run = runOf(recorded, shell);
  const { keyword, text } = run ? { keyword: "RUN", text: run.command } : unlessRun(recorded);
  const args = run?.args.map((arg) => `Build argument ${arg}`) ?? [];
  if (keyword === "RUN" && text.includes("\n"))
    return { keyword, ...lineByLine(text), notes: [...notes, ...args], ...place };
  return { keyword, lines: instructionLines(keyword, text), notes: [...notes, ...args], ...place };
}

/** The classic builder marks steps that run nothing behind the shell of the moment: `/bin/bash -c #(nop) CMD ["a"]`. */
function withUsualShell(recorded: string, shell: string): string {
  return recorded.startsWith(`${shell}#(nop)`) ? DEFAULT_SHELL + recorded.slice(shell.length) : recorded;
}

/** A step as it is recorded. A command in a shell that nobody named is kept with that shell. */
function unlessRun(recorded: string): { keyword: string; text: string } {
  const read = instruction(recorded);
  return read.keyword === "RUN" ? { keyword: "RUN", text: commandOf(recorded) } : read;
}

function commandOf(recorded: string): string {
  return recorded.replace(/^RUN /, "").replace(/\s*# buildkit$/, "");
}

function comments({ comment }: HistoryStep): string[] {
  if (!comment || USUAL.test(comment)) return [];
  const base = /^FROM (\S+)$/.exec(comment)?.[1];
  return [base ? `Up to here it is ${base}.` : comment];
}

/** A command that ran in the shell, with the build arguments that it was given: `|1 A=b /bin/sh -c make`. */
function runOf(recorded: string, shell: string): { command: string; args: string[] } | undefined {
  const text = commandOf(recorded);
  const counted = /^\|(\d{1,6}) /.exec(text);
  if (!counted) {
    if (!text.startsWith(shell) || text.startsWith("#(nop)", shell.length)) return undefined;
    return { command: text.slice(shell.length).trim(), args: [] };
  }
  const at = text.indexOf(` ${shell}`, counted[0].length - 1);
  if (at < 0) return undefined;
  const told = text.slice(counted[0].length, at);
  const args = told.split(/ (?=[A-Za-z_]\w*=)/);
  const command = text.slice(at + 1 + shell.length).trim();
  // Values may hold what looks like another argument.
  return { command, args: told === "" ? [] : args.length === Number(counted[1]) ? args : [told] };
}

function shellOf(list: string): string | undefined {
  try {
    const words: unknown = JSON.parse(list);
    return Array.isArray(words) && words.length > 0 ? `${words.join(" ")} ` : undefined;
  } catch {
    return undefined;
  }
}

/** A command of several lines came from a heredoc; one that holds a heredoc itself stands as it is. */
function lineByLine(text: string): Pick<Instruction, "lines" | "heredoc"> {
  const lines = text.split("\n");
  const own = /<<-?\s*["']?(\w+)/.exec(lines[0] ?? "")?.[1];
  // It has to end where its word stands: what followed would read as an instruction.
  if (own !== undefined && lines.findIndex((line) => line.trim() === own) === lines.length - 1)
    return { lines, heredoc: "" };
  const taken = new Set(lines.map((line) => line.trim()));
  let heredoc = "EOF";
  for (let next = 2; taken.has(heredoc); next += 1) heredoc = `EOF${next}`;
  return { lines, heredoc };
}

/** The lines of an instruction as they are written and shown, notes first. */
export function written({ keyword, lines, heredoc, notes }: Instruction): string[] {
  const told = notes.map((note) => `# ${note}`);
  if (keyword === "") return [...told, ...lines.map((line) => `# ${line}`)];
  if (heredoc === "")
    return [...told, ...lines.map((line, index) => (index === 0 ? `${keyword} ${line}` : line))];
  if (heredoc !== undefined) return [...told, `${keyword} <<${heredoc}`, ...lines, heredoc];
  return [
    ...told,
    ...lines.map(
      (line, index) => `${index === 0 ? keyword : "   "} ${line}${index < lines.length - 1 ? " \\" : ""}`,
    ),
  ];
}

/** The whole as text. What cannot be seen is named, so that no recorded text adds a line of its own. */
export function dockerfileText(instructions: readonly Instruction[]): string {
  return instructions.flatMap((each) => written(each).map((line) => `${plain(line, MOST_LINE)}\n`)).join("");
}
