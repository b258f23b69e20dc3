/** Telling what an archive is to be read from. */
import { LayerglassError, throwIfAborted } from "../error.js";
import type { ArchiveInput, Folder, OpenFile, RemoteFile } from "./options.js";
import type { Named, Platform } from "./platform.js";
import type { SourceSpec } from "./protocol.js";

/** Chunks that come once, and how to stop them. */
export interface ChunkStream {
  next(): Promise<{ readonly done?: boolean; readonly value?: unknown }>;
  stop(reason: unknown): Promise<unknown> | undefined;
}

/** A source that can be read by ranges, or a stream. */
export type Input =
  | (Named<SourceSpec> & { readonly stream?: undefined })
  | { readonly stream: ChunkStream; readonly name: string };

/** Sorts out an input. Folders are listed here, up to `entries` files; paths are left to the workers. */
export async function describeInput(
  input: ArchiveInput,
  platform: Pick<Platform, "open">,
  entries: number,
  signal?: AbortSignal,
): Promise<Input> {
  if (typeof input === "string" || input instanceof URL) return platform.open(input);
  if (typeof input === "object" && input !== null) {
    if (input instanceof Blob) return { source: { type: "blob", blob: input.slice() }, name: nameOf(input) };
    if (ArrayBuffer.isView(input))
      return { source: { type: "blob", blob: new Blob([input as Uint8Array<ArrayBuffer>]) }, name: "" };
    if (isFolder(input)) return listFolder(input, entries, signal);
    if (isRemote(input)) return { source: remote([input]), name: "" };
    if (isOpenFile(input)) return platform.open(input);
    if (isReadable(input)) return { stream: fromReadable(input), name: "" };
    if (isAsyncIterable(input)) return { stream: fromIterable(input), name: "" };
    if (isIterable(input)) return fromPairs(input, entries);
  }
  throw invalidInput(
    "an archive is read from a Blob, bytes, a stream, a folder, or in Node a path or an open file",
  );
}

function invalidInput(message: string): LayerglassError {
  return new LayerglassError({ kind: "invalid", code: "input", message });
}

function nameOf(blob: Blob): string {
  const { name } = blob as { name?: unknown };
  return typeof name === "string" ? name : "";
}

function isFolder(input: object): input is Folder {
  return (
    (input as Partial<Folder>).kind === "directory" &&
    typeof (input as Partial<Folder>).entries === "function"
  );
}

function isOpenFile(input: object): input is OpenFile {
  return (
    typeof (input as Partial<OpenFile>).fd === "number" &&
    typeof (input as Partial<OpenFile>).stat === "function"
  );
}

function isRemote(input: unknown): input is RemoteFile {
  if (typeof input !== "object" || input === null) return false;
  const { url, size } = input as Partial<RemoteFile>;
  return (typeof url === "string" || url instanceof URL) && typeof size === "number";
}

function isReadable(input: object): input is ReadableStream<Uint8Array> {
  return typeof (input as Partial<ReadableStream>).getReader === "function";
}

function isAsyncIterable(input: object): input is AsyncIterable<Uint8Array> {
  return Symbol.asyncIterator in input;
}

function isIterable(input: object): input is Iterable<readonly [string, Blob | RemoteFile]> {
  return Symbol.iterator in input;
}

function fromReadable(stream: ReadableStream<Uint8Array>): ChunkStream {
  if (stream.locked) throw invalidInput("the stream is locked: someone else reads it");
  const reader = stream.getReader();
  return { next: () => reader.read(), stop: (reason) => reader.cancel(reason) };
}

function fromIterable(iterable: AsyncIterable<Uint8Array>): ChunkStream {
  const iterator = iterable[Symbol.asyncIterator]();
  return { next: () => iterator.next(), stop: () => iterator.return?.() };
}

function fromPairs(pairs: Iterable<readonly [string, Blob | RemoteFile]>, limit: number): Named<SourceSpec> {
  const files: [string, Blob][] = [];
  const remotes: [string, RemoteFile][] = [];
  for (const pair of pairs) {
    const [path, contents] = Array.isArray(pair) ? (pair as unknown[]) : [];
    // What browsers name a dropped folder's files by may begin with a slash.
    const name = typeof path === "string" ? path.replace(/^\/+/, "") : undefined;
    if (name !== undefined && contents instanceof Blob) files.push([name, contents]);
    else if (name !== undefined && isRemote(contents)) remotes.push([name, contents]);
    else throw invalidInput("a folder is given as pairs of a path and a Blob, or an address with a size");
    checkEntries(files.length + remotes.length, limit);
  }
  if (remotes.length === 0) return { source: folderOf(files), name: "" };
  if (files.length > 0) throw invalidInput("a folder is given as Blobs or as addresses, not as both");
  remotes.sort(byPath);
  const source = remote(
    remotes.map(([, file]) => file),
    remotes.map(([path]) => path),
  );
  return { source, name: "" };
}

function remote(files: readonly RemoteFile[], paths?: readonly string[]): SourceSpec {
  const base = (globalThis as { document?: { baseURI: string } }).document?.baseURI;
  const urls = files.map(({ url, size }) => {
    const absolute = URL.canParse(String(url), base) ? new URL(url, base) : undefined;
    if (!absolute || !/^https?:$/.test(absolute.protocol))
      throw invalidInput("a file of a server is given by its http address");
    if (!Number.isSafeInteger(size) || size < 0)
      throw invalidInput("the size of a file of a server is a number of bytes");
    return absolute.href;
  });
  const sizes = files.map(({ size }) => size);
  return { type: "urls", urls, sizes, ...(paths && { paths }) };
}

async function listFolder(folder: Folder, limit: number, signal?: AbortSignal): Promise<Named<SourceSpec>> {
  const files: [string, Blob][] = [];
  const todo: [string, Folder][] = [["", folder]];
  let seen = 0;
  for (let next = todo.pop(); next; next = todo.pop()) {
    const [prefix, at] = next;
    for await (const [name, entry] of at.entries()) {
      throwIfAborted(signal);
      checkEntries(++seen, limit);
      if (entry.kind === "directory") todo.push([`${prefix}${name}/`, entry]);
      else files.push([prefix + name, await entry.getFile()]);
    }
  }
  return { source: folderOf(files), name: folder.name };
}

function checkEntries(found: number, limit: number): void {
  if (found <= limit) return;
  const message = `limit \`archiveEntries\` of ${limit} exceeded: found ${found}`;
  throw new LayerglassError({
    kind: "limit",
    code: "limit",
    message,
    expected: String(limit),
    found: String(found),
  });
}

function folderOf(files: [string, Blob][]): SourceSpec {
  files.sort(byPath);
  // A slice of a File is a plain Blob, which every runtime can send to a worker.
  return { type: "blobs", paths: files.map(([path]) => path), blobs: files.map(([, blob]) => blob.slice()) };
}

function byPath([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
