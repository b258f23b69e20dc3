/** The command line as a process, as scripts run it. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const BIN = fileURLToPath(new URL("cli.js", import.meta.resolve("layerglass")));

/** Starts the command; nothing of this process's terminal or colours reaches it. */
export function start(args, { env = {}, cwd, stdio } = {}) {
  const inherited = { ...process.env };
  for (const name of ["COLUMNS", "FORCE_COLOR", "NO_COLOR", "NODE_OPTIONS", "NODE_TEST_CONTEXT"])
    delete inherited[name];
  return spawn(process.execPath, [BIN, ...args], { env: { ...inherited, ...env }, cwd, stdio });
}

/** Runs it to its end. */
export async function cli(args, { input, ...options } = {}) {
  const child = start(args, options);
  const out = [];
  const error = [];
  child.stdout.on("data", (piece) => out.push(piece));
  child.stderr.on("data", (piece) => error.push(piece));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const code = await ended(child);
  const bytes = Buffer.concat(out);
  return { code, bytes, stdout: bytes.toString(), stderr: Buffer.concat(error).toString() };
}

/** Its exit code, or the signal that ended it. */
export function ended(child) {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(signal ?? code));
  });
}
