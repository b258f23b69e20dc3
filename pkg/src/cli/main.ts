/** From the arguments to the exit code. */
import { plain } from "../elements/format/text.js";
import { helpOf, parse } from "./args.js";
import { COMMANDS } from "./commands.js";
import { BrokenPipe, EXIT, OutputError, UsageError } from "./exit.js";
import { type Terminal, terminalOf } from "./terminal.js";

/** Signals that end the work, with the exit code of each. */
const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: 129 } as const;

/** Runs the command that the arguments name. */
export async function main(args: readonly string[]): Promise<number> {
  const terminal = terminalOf(process);
  const stop = new AbortController();
  let signalled: number | undefined;
  const listeners = Object.entries(SIGNALS).map(([name, code]) => {
    const listener = () => {
      // Whoever asks twice does not want to wait for anything to be put away.
      if (signalled !== undefined) process.exit(code);
      signalled = code;
      stop.abort();
    };
    process.on(name, listener);
    return [name, listener] as const;
  });
  try {
    const code = await dispatch(args, terminal, stop.signal);
    terminal.progress.clear();
    await terminal.out.flush();
    return signalled ?? code;
  } catch (thrown) {
    terminal.progress.clear();
    if (signalled !== undefined) return signalled;
    return await fail(thrown, terminal).catch(() => EXIT.brokenPipe);
  } finally {
    for (const [name, listener] of listeners) process.off(name, listener);
    await terminal.error.flush().catch(() => {});
  }
}

async function dispatch(args: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || (name === "help" && rest.length === 0)) {
    const { out, error } = terminal;
    await (name === undefined ? error : out).write(overview());
    return name === undefined ? EXIT.usage : EXIT.fine;
  }
  if (name === "--version" || name === "-V") {
    await terminal.out.line(await version());
    return EXIT.fine;
  }
  const wanted = name === "help" ? (rest[0] ?? "") : name;
  const entry = Object.hasOwn(COMMANDS, wanted) ? COMMANDS[wanted] : undefined;
  if (!entry) throw new UsageError(`there is no command “${wanted}”`);
  const { command } = await entry.load();
  try {
    const given = parse(command.usage, name === "help" ? ["--help"] : rest);
    if (given.has("help")) {
      await terminal.out.write(helpOf(command.usage));
      return EXIT.fine;
    }
    if (given.has("quiet")) terminal.progress.enabled = false;
    return await command.run({ args: given, terminal, signal });
  } catch (thrown) {
    if (thrown instanceof UsageError) thrown.command ??= wanted;
    throw thrown;
  }
}

function overview(): string {
  const names = Object.keys(COMMANDS);
  const widest = Math.max(...names.map(({ length }) => length));
  return [
    "Reads, checks and shows container images: docker save, OCI layouts, podman, skopeo, buildkit, …",
    "",
    "Usage: layerglass COMMAND FILE [options]",
    "",
    "Commands:",
    ...Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(widest)}  ${summary}`),
    "",
    "FILE is an image file, a folder such as an OCI layout, or - for standard input.",
    "“layerglass COMMAND --help” tells of a command’s options, “layerglass --version” the version.",
    "",
    "Exit codes: 0 fine; 1 a rule of check is broken, or diff --exit-code found a difference;",
    "2 the arguments are not understood; 3 the file cannot be read; 4 the output cannot be written;",
    "130 interrupted.",
    "",
  ].join("\n");
}

async function version(): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return String((JSON.parse(text) as { version?: unknown }).version);
}

/** Says what went wrong, and gives the exit code. */
async function fail(thrown: unknown, { error, paintError }: Terminal): Promise<number> {
  if (thrown instanceof BrokenPipe) return EXIT.brokenPipe;
  const say = async (message: string) =>
    error.line(`${paintError("red", "layerglass:")} ${plain(message, 2000)}`);
  if (thrown instanceof UsageError) {
    await say(thrown.message);
    const { command } = thrown;
    await error.line(`Try “layerglass ${command === undefined ? "" : `${command} `}--help”.`);
    return EXIT.usage;
  }
  if (thrown instanceof OutputError) {
    await say(thrown.message);
    return EXIT.unwritable;
  }
  const { describeError } = await import("./errors.js");
  for (const line of describeError(thrown)) await say(line);
  return EXIT.unreadable;
}
