import { randomUUID } from "node:crypto";
import { link, readFile, unlink, writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { Turns } from "./turns.js";

const codeOf = (error: unknown) => (error as { code?: unknown } | null)?.code;

/** When a process started, where the system says: the same number can be another process later on. */
async function startOf(pid: number | "self"): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1");
    // After the name, which may hold anything, the 20th field.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

/** Is whoever wrote this gone? What nobody wrote whole was written by one who is gone. */
async function isGone(text: string): Promise<boolean> {
  const [, pid, start] = /^(\d+) (\d*) \S+\n$/.exec(text) ?? [];
  if (pid === undefined) return true;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // It is there, and somebody else's.
    if (codeOf(error) !== "EPERM") return true;
  }
  const now = await startOf(Number(pid));
  return now !== "" && start !== "" && now !== start;
}

/**
 * A lock among processes of one machine: a file that holds the number of the process, when that started, and a text of its
 * own. Who finds that the process is gone removes the file, having taken a lock on that very file first.
 */
export class PidLock {
  readonly #path: string;
  readonly #prepare: () => Promise<void>;
  readonly #turns = new Turns();

  constructor(path: string, prepare: () => Promise<void>) {
    this.#path = path;
    this.#prepare = prepare;
  }

  /** Waits for the lock; gives what ends it. */
  async take(): Promise<() => Promise<void>> {
    const pass = await this.#turns.take();
    try {
      await this.#prepare();
      for (let pause = 1; !(await made(this.#path)); pause = Math.min(pause * 2, 50)) {
        if (!(await takenOver(this.#path))) await wait(pause * (0.5 + Math.random()));
      }
    } catch (error) {
      pass();
      throw error;
    }
    return async () => {
      await unlink(this.#path).catch(() => {});
      pass();
    };
  }
}

/** Makes a lock's file, whole from the start; false when there is one. */
async function made(path: string): Promise<boolean> {
  const own = `${path}.${randomUUID()}`;
  try {
    await writeFile(own, `${process.pid} ${await startOf("self")} ${randomUUID()}\n`, {
      flag: "wx",
      mode: 0o600,
    });
    await link(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(own).catch(() => {});
  }
}

/** Removes the lock of a process that is gone; true when there may be none any more. */
async function takenOver(path: string): Promise<boolean> {
  const read = () =>
    readFile(path, "latin1").catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    });
  const found = await read();
  if (found === undefined) return true;
  if (!(await isGone(found))) return false;
  const taking = `${path}.taking`;
  if (!(await made(taking))) {
    const other = await readFile(taking, "latin1").catch(() => undefined);
    if (other !== undefined && (await isGone(other))) await unlink(taking).catch(() => {});
    return false;
  }
  try {
    // Whoever wrote it is gone, and nobody else removes it now.
    if ((await read()) === found) await unlink(path);
    return true;
  } finally {
    await unlink(taking).catch(() => {});
  }
}
