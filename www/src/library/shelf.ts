import type { Subject } from "../model/open.ts";
import { cut, isId, type KeptRecord, LIBRARY_LIMITS, newId, readRecord } from "./record.ts";
import { Changed, type PartSource, partsOf, pieces } from "./source.ts";

/** The folder of the browser's own file system. */
const ROOT = "layerglass-library";
/** Below it: a record for each image, `<id>.json`. */
const RECORDS = "records";
/** Below it: the files of each image, `<id>/0` and so on. */
const CONTENTS = "contents";

/** There is no room for what is to be kept. */
export class NoRoom extends Error {
  constructor(
    readonly needed: number,
    readonly free?: number,
  ) {
    super("this browser has no room for it");
  }
}

/** What is told while something is copied. */
export interface KeepOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number) => void;
}

/** What is known of something that is to be kept. */
export interface About {
  readonly label: string;
  readonly images: readonly string[];
}

/**
 * Images in the browser's own file system. An image is kept from the moment on at which its record is written, which is
 * the last step; it is gone when its record is, which is the first. Whatever else lies there was left behind by a tab that
 * was closed in between, and is swept.
 */
export class Shelf {
  private constructor(
    private readonly records: FileSystemDirectoryHandle,
    private readonly contents: FileSystemDirectoryHandle,
  ) {}

  /** Opens it. Nothing where the browser has no file system for pages, or does not give it to this one. */
  static async open(): Promise<Shelf | undefined> {
    try {
      if (!("createWritable" in FileSystemFileHandle.prototype) || !navigator.locks) return undefined;
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT, { create: true });
      const folder = (name: string) => root.getDirectoryHandle(name, { create: true });
      return new Shelf(await folder(RECORDS), await folder(CONTENTS));
    } catch {
      return undefined;
    }
  }

  /** What is kept, the newest first. */
  async list(): Promise<KeptRecord[]> {
    const found: KeptRecord[] = [];
    for await (const name of this.records.keys()) {
      const record = await this.#record(name.replace(/\.json$/, ""));
      if (record && found.length < LIBRARY_LIMITS.libraryImages) found.push(record);
    }
    return found.sort((a, b) => b.kept - a.kept || (a.id < b.id ? -1 : 1));
  }

  /** Removes what was left behind: files without a record, records without files. What another tab works at is left alone. */
  async sweep(): Promise<void> {
    const names = new Set<string>();
    for await (const name of this.records.keys()) names.add(name.replace(/\.json$/, ""));
    for await (const name of this.contents.keys()) names.add(name);
    for (const name of names) {
      await navigator.locks.request(lockOf(name), { ifAvailable: true }, async (lock) => {
        if (!lock || (await this.#isWhole(name))) return;
        await this.#discard(name);
      });
    }
  }

  /** Copies something, and keeps it. */
  async keep(subject: Subject, about: About, { signal, onProgress }: KeepOptions): Promise<KeptRecord> {
    const parts = partsOf(subject);
    if (!parts || parts.length > LIBRARY_LIMITS.libraryParts)
      throw new Changed("what is open cannot be read a second time");
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    const free = await room().then(({ usage, quota }) => quota - usage);
    if (size > free) throw new NoRoom(size, free);
    if ((await this.list()).length >= LIBRARY_LIMITS.libraryImages)
      throw new Changed(`more than ${LIBRARY_LIMITS.libraryImages} images are not kept`);
    const id = newId();
    const record: KeptRecord = {
      version: 1,
      id,
      name: cut(subject.name),
      form: subject.form,
      size,
      ...(subject.modified !== undefined && { modified: subject.modified }),
      kept: Date.now(),
      label: cut(about.label),
      images: about.images.slice(0, LIBRARY_LIMITS.libraryNames).map(cut),
      parts: parts.map((part) => ({ path: part.path, size: part.size })),
    };
    const text = JSON.stringify(record);
    if (!readRecord(text, id) || text.length > LIBRARY_LIMITS.libraryRecordBytes)
      throw new Changed("the names of its files are too long to be kept");
    return navigator.locks.request(lockOf(id), async () => {
      try {
        await this.#copy(id, parts, signal, onProgress);
        signal.throwIfAborted();
        await write(await this.records.getFileHandle(`${id}.json`, { create: true }), [new Blob([text])]);
        return record;
      } catch (thrown) {
        // What cannot be removed now is swept another time.
        await this.#discard(id).catch(() => {});
        throw isFull(thrown) ? new NoRoom(size) : thrown;
      }
    });
  }

  /** What is kept, to be opened. */
  async open(id: string): Promise<Subject> {
    const record = await this.#record(id);
    if (!record) throw new Changed("it is not kept in this browser any more");
    const folder = await this.contents.getDirectoryHandle(id);
    const files: [string, File][] = [];
    for (const [index, part] of record.parts.entries()) {
      const file = await (await folder.getFileHandle(String(index))).getFile();
      if (file.size !== part.size) throw new Changed("what was kept is damaged: remove it and keep it again");
      files.push([part.path, file]);
    }
    const { name, form, size, modified } = record;
    const input = form === "file" ? (files[0]?.[1] ?? new Blob([])) : files;
    return { name, form, size, input, kept: id, ...(modified !== undefined && { modified }) };
  }

  /** Removes one. */
  async remove(id: string): Promise<void> {
    if (isId(id)) await navigator.locks.request(lockOf(id), () => this.#discard(id));
  }

  async #copy(
    id: string,
    parts: readonly PartSource[],
    signal: AbortSignal,
    onProgress: (bytes: number) => void,
  ): Promise<void> {
    const folder = await this.contents.getDirectoryHandle(id, { create: true });
    let done = 0;
    for (const [index, part] of parts.entries()) {
      const file = await folder.getFileHandle(String(index), { create: true });
      await write(file, pieces(part, signal), (bytes) => {
        done += bytes;
        onProgress(done);
      });
      // A file on disk may have changed since it was picked.
      if ((await file.getFile()).size !== part.size)
        throw new Changed("the file has changed since it was opened");
    }
  }

  async #record(id: string): Promise<KeptRecord | undefined> {
    if (!isId(id)) return undefined;
    try {
      const file = await (await this.records.getFileHandle(`${id}.json`)).getFile();
      if (file.size > LIBRARY_LIMITS.libraryRecordBytes) return undefined;
      return readRecord(await file.text(), id);
    } catch {
      return undefined;
    }
  }

  async #isWhole(id: string): Promise<boolean> {
    if (!(await this.#record(id))) return false;
    return this.contents.getDirectoryHandle(id).then(
      () => true,
      () => false,
    );
  }

  /** The record first: what is left without one is swept another time. */
  async #discard(name: string): Promise<void> {
    await this.records.removeEntry(`${name}.json`).catch(ignoreMissing);
    await this.contents.removeEntry(name, { recursive: true }).catch(ignoreMissing);
  }
}

/** What this page uses of the room that the browser lets it have, in bytes, and whether the browser may clear it by itself. */
export async function room(): Promise<{ usage: number; quota: number; persisted: boolean }> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  return { usage, quota, persisted: (await navigator.storage.persisted?.()) ?? false };
}

async function write(
  handle: FileSystemFileHandle,
  contents: Iterable<Blob> | AsyncIterable<Blob | Uint8Array<ArrayBuffer>>,
  wrote: (bytes: number) => void = () => {},
): Promise<void> {
  // Written beside the file and put in its place when closed.
  const writable = await handle.createWritable();
  try {
    for await (const piece of contents) {
      await writable.write(piece);
      wrote(piece instanceof Blob ? piece.size : piece.length);
    }
    await writable.close();
  } catch (thrown) {
    await writable.abort().catch(() => {});
    throw thrown;
  }
}

function lockOf(id: string): string {
  return `${ROOT} ${id}`;
}

function isFull(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "QuotaExceededError";
}

function ignoreMissing(thrown: unknown): void {
  if (!(thrown instanceof DOMException) || thrown.name !== "NotFoundError") throw thrown;
}
