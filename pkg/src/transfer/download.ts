import { notify, throttled } from "../archive/throttle.js";
import type { OpfsFile, OpfsFolder } from "../backends/opfs.js";
import { webLock } from "../backends/web-lock.js";
import { asBytes } from "../bytes.js";
import { LayerglassError, throwIfAborted, toError } from "../error.js";
import { ownFolder } from "../layers/opfs.js";

/** Bytes of the largest download that is held in memory where there is no other way, unless the caller says otherwise. */
const MEMORY_BYTES = 256 << 20;
/** The folder of downloads under way. */
const FOLDER = "layerglass-downloads";
/** How long a browser has to take over a file that was handed to it, in milliseconds: it copies, and says nothing at its end. */
const HANDED_OVER_MS = 600_000;

/** How a stream is saved. */
export interface SaveOptions {
  /** Ends the work: the promise rejects with the kind `aborted`, and no file is left. */
  readonly signal?: AbortSignal;
  /** Called with the bytes written so far, at most about ten times a second and at the end. */
  readonly onProgress?: (bytes: number) => void;
  /**
   * Which ways are tried, in this order: a file that the user chooses (`picker`), the browser's own file system (`opfs`), memory
   * (`memory`). By default all three.
   */
  readonly ways?: readonly SaveWay[];
  /** Bytes of the largest file that is held in memory where there is no other way; 256 MiB. */
  readonly memoryBytes?: number;
}

/** How a stream becomes a file of the user's. */
export type SaveWay = "picker" | "opfs" | "memory";

/** What was saved. */
export interface SaveReport {
  readonly way: SaveWay;
  /** Bytes of the file. */
  readonly bytes: number;
}

/** What bytes are written to. */
interface Sink {
  write(bytes: Uint8Array): Promise<unknown>;
  /** Ends the file, and hands it to the user where that is still to be done. */
  close(): Promise<void>;
  /** Removes what was written. */
  abort(): Promise<void>;
}

interface Writable {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
}

interface PickedFile {
  createWritable(): Promise<Writable>;
  getFile(): Promise<Blob>;
  remove?(): Promise<void>;
}

interface Page {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<PickedFile>;
  document?: {
    body: { append(element: unknown): void };
    createElement(name: "a"): {
      href: string;
      download: string;
      hidden: boolean;
      click(): void;
      remove(): void;
    };
  };
}

const page = () => globalThis as unknown as Page;

/** A file that the user chooses: the browser writes beside it and moves it there at the end. */
async function pickedFile(name: string): Promise<Sink | undefined> {
  const pick = page().showSaveFilePicker;
  if (!pick) return undefined;
  let handle: PickedFile;
  let writable: Writable;
  let isNew: boolean;
  try {
    handle = await pick.call(globalThis, { suggestedName: name });
    isNew = (await handle.getFile()).size === 0;
    writable = await handle.createWritable();
  } catch (thrown) {
    const { name: reason } = Object(thrown) as { name?: unknown };
    // Who closes the dialogue does not want the file. What is no gesture of the user's, or in a frame, gets no dialogue.
    if (reason === "SecurityError" || reason === "NotAllowedError") return undefined;
    throw toError(thrown);
  }
  return {
    write: (bytes) => writable.write(bytes),
    close: () => writable.close(),
    async abort() {
      await writable.abort().catch(() => {});
      // The dialogue makes an empty file. What the user had there before stays as it was.
      if (isNew) await handle.remove?.().catch(() => {});
    },
  };
}

/** Hands a file to the user as a download. */
function handOver(blob: Blob, name: string, after: () => unknown): void {
  const { document } = page();
  if (!document) throw noWay();
  const link = document.createElement("a");
  // Browsers add an ending to the name of what they take for text.
  link.href = URL.createObjectURL(blob.slice(0, blob.size, "application/octet-stream"));
  link.download = name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
    after();
  }, HANDED_OVER_MS);
}

/** A file of the browser's own file system, which is then downloaded from there without being held in memory. */
async function ownFile(name: string): Promise<Sink | undefined> {
  if (!page().document) return undefined;
  const folder = await ownFolder(FOLDER).catch(() => undefined);
  if (!folder) return undefined;
  const temporary = crypto.randomUUID();
  const release = await inUse(temporary);
  await removeLeft(folder, temporary);
  const remove = async () => {
    await folder.removeEntry(temporary).catch(() => {});
    release();
  };
  try {
    const file = (await folder.getFileHandle(temporary, { create: true })) as OpfsFile;
    const writable = (await file.createWritable?.()) as Writable | undefined;
    if (!writable) {
      await remove();
      return undefined;
    }
    return {
      write: (bytes) => writable.write(bytes),
      async close() {
        await writable.close();
        handOver(await file.getFile(), name, remove);
      },
      async abort() {
        await writable.abort().catch(() => {});
        await remove();
      },
    };
  } catch (thrown) {
    await remove();
    throw toError(thrown);
  }
}

const lockOf = (name: string) => `layerglass download ${name}`;

/** Marks a download as one of a page that is still there. */
async function inUse(name: string): Promise<() => void> {
  return (await webLock(lockOf(name))?.()) ?? (() => {});
}

/** Removes the downloads of pages that are gone. */
async function removeLeft(folder: OpfsFolder, own: string): Promise<void> {
  const { navigator } = globalThis as unknown as {
    navigator: { locks?: { query(): Promise<{ held?: readonly { readonly name?: string }[] }> } };
  };
  const held = await navigator.locks?.query().catch(() => undefined);
  // Without locks nobody can tell whose they are.
  if (!held) return;
  const names = new Set(held.held?.map(({ name }) => name));
  const left: string[] = [];
  for await (const [name] of folder.entries()) if (name !== own && !names.has(lockOf(name))) left.push(name);
  for (const name of left) await folder.removeEntry(name).catch(() => {});
}

/** Memory, up to a limit. */
function memoryFile(name: string, most: number): Sink | undefined {
  if (!page().document) return undefined;
  let parts: Blob[] = [];
  let size = 0;
  return {
    async write(bytes) {
      size += bytes.length;
      if (size > most) {
        const message = `limit \`memoryBytes\` of ${most} exceeded: the file is larger`;
        throw new LayerglassError({ kind: "limit", code: "limit", message, expected: String(most) });
      }
      parts.push(new Blob([bytes as Uint8Array<ArrayBuffer>]));
    },
    async close() {
      handOver(new Blob(parts), name, () => {});
    },
    async abort() {
      parts = [];
    },
  };
}

function noWay(): LayerglassError {
  const message = "nothing can be downloaded here: files are saved from a page";
  return new LayerglassError({ kind: "unsupported", code: "no-download", message });
}

async function openSink(name: string, options: SaveOptions): Promise<[SaveWay, Sink]> {
  const { ways = ["picker", "opfs", "memory"], memoryBytes = MEMORY_BYTES } = options;
  for (const way of ways) {
    const opened =
      way === "picker"
        ? await pickedFile(name)
        : way === "opfs"
          ? await ownFile(name)
          : memoryFile(name, memoryBytes);
    if (opened) return [way, opened];
  }
  throw noWay();
}

/**
 * Saves a stream as a file of the user's, no faster than it can be written: into a file that the user chooses where the browser
 * has a dialogue for that, else through a file of the browser's own file system, else through memory. Call it in answer to a
 * click: a dialogue is shown only then. Fails and leaves no file when the stream fails, the disk is full or the work is ended.
 *
 * @example
 * import { convert, saveStream } from "layerglass/transfer";
 * button.onclick = () => saveStream(convert(archive, { format: "oci" }), "image.oci.tar");
 */
export async function saveStream(
  stream: ReadableStream<Uint8Array>,
  name: string,
  options: SaveOptions = {},
): Promise<SaveReport> {
  const { signal } = options;
  const tell = throttled(options.onProgress);
  let sink: Sink | undefined;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  // What waits for the next bytes ends with the stream.
  const stop = () => void reader?.cancel(signal?.reason).catch(() => {});
  try {
    throwIfAborted(signal);
    const [way, opened] = await openSink(name, options);
    sink = opened;
    reader = stream.getReader();
    signal?.addEventListener("abort", stop, { once: true });
    let bytes = 0;
    for (;;) {
      throwIfAborted(signal);
      const { done, value } = await reader.read();
      throwIfAborted(signal);
      if (done) break;
      const piece = asBytes(value);
      await sink.write(piece);
      bytes += piece.length;
      tell(bytes);
    }
    await sink.close();
    notify(options.onProgress, bytes);
    return { way, bytes };
  } catch (thrown) {
    await sink?.abort().catch(() => {});
    const error = written(thrown, name);
    await (reader ?? stream).cancel(error).catch(() => {});
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** Why a file could not be written. */
function written(thrown: unknown, path: string): LayerglassError {
  const { name, message } = Object(thrown) as { name?: unknown; message?: unknown };
  if (name !== "QuotaExceededError") return toError(thrown);
  const reason = `there is no room for the file: ${String(message)}`;
  return new LayerglassError({ kind: "io", code: "storage-full", message: reason, path }, { cause: thrown });
}
