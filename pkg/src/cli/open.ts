/** Opening what the command line names, and finding the images that it means. */
import { type FileHandle, mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Archive, openArchive } from "../archive.node.js";
import { LayerglassError } from "../error.js";
import type { Option } from "./args.js";
import type { Run } from "./commands.js";
import { UsageError } from "./exit.js";

/** Options of all commands that read a file. */
export const SCAN_OPTIONS: readonly Option[] = [
  {
    name: "workers",
    value: "N",
    help: "How many layers are read at a time; by default one a processor, 4 at most",
  },
];

/** An opened file. */
export interface Opened {
  readonly archive: Archive;
  /** Closes it, and takes away what was kept of standard input. */
  close(): Promise<void>;
}

/** What is needed of a file. */
export interface Needs {
  /** It is read more than once: standard input is kept in a file that nobody else sees. */
  readonly again?: boolean;
  readonly contents?: "sha256";
}

/** Opens a file, a folder, or standard input. */
export async function openInput(file: string, run: Run, needs: Needs = {}): Promise<Opened> {
  const { args, signal, terminal } = run;
  const workers = args.number("workers");
  const options = {
    signal,
    ...(needs.contents && { contents: needs.contents }),
    ...(workers !== undefined && { workers }),
    onProgress: ({ bytes, total }: { bytes: number; total?: number }) =>
      terminal.progress.tell("Opening", bytes, total),
  };
  if (file !== "-") {
    if (!(await exists(file))) throw missing(file);
    const archive = await openArchive(file, { ...options, name: basename(file) });
    return { archive, close: async () => archive.close() };
  }
  if (process.stdin.isTTY)
    throw new UsageError("standard input is a terminal: name a file, or give one with < or |");
  if (!needs.again) {
    try {
      const archive = await openArchive(process.stdin, { ...options, name: "-" });
      return { archive, close: async () => archive.close() };
    } finally {
      // Whoever writes to it may not know that nobody reads it any more, and would keep this process waiting.
      process.stdin.destroy();
    }
  }
  const kept = await keepInput(run);
  try {
    const archive = await openArchive(kept.handle, { ...options, name: "-" });
    const close = async () => {
      archive.close();
      await kept.close();
    };
    return { archive, close };
  } catch (thrown) {
    await kept.close();
    throw thrown;
  }
}

/** Standard input as a file without a name, where the system lets a file go that is open. */
async function keepInput({ signal, terminal }: Run): Promise<{ handle: FileHandle; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "layerglass-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  let handle: FileHandle;
  try {
    handle = await open(join(folder, "input"), "wx+", 0o600);
  } catch (thrown) {
    await remove();
    throw thrown;
  }
  // Whatever ends this process then leaves nothing. Windows refuses, and removes it at the end.
  await remove().catch(() => {});
  const close = async () => {
    await handle.close().catch(() => {});
    await remove().catch(() => {});
  };
  const stop = () => process.stdin.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    let bytes = 0;
    for await (const piece of process.stdin as AsyncIterable<Buffer>) {
      await handle.writeFile(piece);
      bytes += piece.length;
      terminal.progress.tell("Reading standard input", bytes);
    }
    signal.throwIfAborted();
    return { handle, close };
  } catch (thrown) {
    await close();
    throw thrown;
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

/** Is there a file or folder of this name? What keeps it from being read otherwise is told when it is opened. */
async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT" && error.code !== "ENOTDIR",
  );
}

function missing(path: string): LayerglassError {
  const message = "there is no file or folder of this name";
  return new LayerglassError({ kind: "not_found", code: "file-not-found", message, path });
}

/** Scans layers that have not been scanned: all, or those of some images. */
export async function scan(archive: Archive, run: Run, images?: readonly number[]): Promise<void> {
  const { signal, terminal } = run;
  const used =
    images && new Set(images.flatMap((at) => archive.data.images[at]?.layers.map(({ blob }) => blob) ?? []));
  const layers = archive.data.layers
    .filter(({ index, state }) => state === "pending" && (!used || used.has(index)))
    .map(({ index }) => index);
  if (layers.length === 0) return;
  await archive.scan({
    layers,
    signal,
    onProgress: ({ bytes, total }) => terminal.progress.tell("Scanning", bytes, total),
  });
}
