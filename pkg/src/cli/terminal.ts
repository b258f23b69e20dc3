/** What is known of the terminal, and how text looks on it. */
import type { WriteStream } from "node:tty";
import { Output } from "./output.js";
import { ProgressLine } from "./progress.js";

/** Ways to set off text. */
export type Tone = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

const CODES: Readonly<Record<Tone, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** Sets text off where colours are wanted. */
export type Paint = (tone: Tone, text: string) => string;

/** The streams of the process, and how they are written to. */
export interface Terminal {
  readonly out: Output;
  readonly error: Output;
  /** Columns of the terminal; absent where there is none. */
  readonly width: number | undefined;
  readonly paint: Paint;
  readonly paintError: Paint;
  readonly progress: ProgressLine;
}

/** The terminal of a process, as its streams and environment tell. */
export function terminalOf({ stdout, stderr, env }: NodeJS.Process): Terminal {
  return {
    out: new Output(stdout),
    error: new Output(stderr),
    width: widthOf(stdout, env),
    paint: painter(wantsColors(stdout, env)),
    paintError: painter(wantsColors(stderr, env)),
    progress: new ProgressLine(stderr),
  };
}

function widthOf(stdout: WriteStream, env: NodeJS.ProcessEnv): number | undefined {
  const told = Number(env["COLUMNS"]);
  const columns = Number.isInteger(told) && told > 0 ? told : stdout.isTTY ? stdout.columns : undefined;
  return columns === undefined ? undefined : Math.max(20, columns);
}

/** By `FORCE_COLOR` and `NO_COLOR`, as no-color.org and Node have them; else colours are for terminals. */
function wantsColors(stream: WriteStream, env: NodeJS.ProcessEnv): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = env;
  if (force !== undefined) return force !== "0" && force !== "false";
  if (no !== undefined && no !== "") return false;
  return stream.isTTY === true && term !== "dumb";
}

function painter(colored: boolean): Paint {
  if (!colored) return (_, text) => text;
  return (tone, text) => {
    const [on, off] = CODES[tone];
    return text === "" ? text : `\u001b[${on}m${text}\u001b[${off}m`;
  };
}
