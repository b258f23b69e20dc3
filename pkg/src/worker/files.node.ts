/** Reading files and folders of the disk by ranges, inside a worker of Node. */
import { close, open, read } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { LayerRange, SourceSpec } from "../archive/protocol.js";
import { LayerglassError } from "../error.js";
import type { Limits } from "../types.js";
import { openRemote } from "./remote.js";
import { type AskCaller, type ByteSource, CHUNK_BYTES, endedEarly, readAhead } from "./source.js";
import { walk } from "./walk.node.js";

const openFile = promisify(open) as (path: string, flags: string) => Promise<number>;
const closeFile = promisify(close);

/** Opens blobs, files of a server, paths of files and of folders, and open files. */
export async function openFiles(
  spec: SourceSpec,
  limits: Limits | undefined,
  askCaller: AskCaller,
): Promise<ByteSource> {
  if (spec.type === "fd") return new FileSource([{ fd: spec.fd, size: spec.size }]);
  if (spec.type !== "path") return openRemote(spec, limits, askCaller);
  const info = await stat(spec.path);
  if (info.isFile()) return new FileSource([{ path: spec.path, size: info.size }]);
  if (!info.isDirectory())
    throw new LayerglassError({
      kind: "unsupported",
      code: "input",
      message: "neither a file nor a folder",
      path: spec.path,
    });
  const files = await walk(spec.path, limits?.archiveEntries);
  return new FileSource(
    files.map(({ path, size }) => ({ path: join(spec.path, path), size })),
    files.map(({ path }) => path),
  );
}

/** A file by its path, or by a descriptor that is the caller's to close. */
type FileAt =
  | { readonly path: string; readonly size: number }
  | { readonly fd: number; readonly size: number };

class FileSource implements ByteSource {
  readonly paths?: readonly string[];
  readonly sizes: readonly number[];
  readonly #files: readonly FileAt[];
  /**
   * The file that was read last stays open: folders may hold more files than a process may open. A bare descriptor,
   * because Node closes those by itself when the worker is ended.
   */
  #opened: { readonly file: number; readonly fd: Promise<number> } | undefined;

  constructor(files: readonly FileAt[], paths?: readonly string[]) {
    this.#files = files;
    this.paths = paths;
    this.sizes = files.map(({ size }) => size);
  }

  async read(file: number, offset: number, length: number): Promise<Uint8Array> {
    return this.#fill(file, await this.#descriptor(file), new Uint8Array(length), offset);
  }

  async *chunks(file: number, offset: number, length: number): AsyncGenerator<Uint8Array> {
    const fd = await this.#descriptor(file);
    // Two buffers in turn: one is filled while the other is worked on.
    const buffers = [0, 1].map(() => new Uint8Array(Math.min(CHUNK_BYTES, length)));
    let turn = 0;
    const read = (at: number, size: number) => {
      const buffer = buffers[turn] as Uint8Array;
      turn = 1 - turn;
      return this.#fill(file, fd, buffer.subarray(0, size), at);
    };
    yield* readAhead(read, offset, length);
  }

  range(file: number, offset: number, length: number): LayerRange {
    const at = this.#at(file);
    return {
      file: 0,
      source: "fd" in at ? { type: "fd", fd: at.fd, size: at.size } : { type: "path", path: at.path },
      offset,
      length,
    };
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.fd.then((fd) => closeFile(fd)).catch(() => {});
  }

  #at(file: number): FileAt {
    const at = this.#files[file];
    if (!at)
      throw new LayerglassError({
        kind: "not_found",
        code: "file-not-found",
        message: `the folder has no file number ${file}`,
      });
    return at;
  }

  async #descriptor(file: number): Promise<number> {
    const at = this.#at(file);
    if ("fd" in at) return at.fd;
    if (this.#opened?.file !== file) {
      await this.close();
      this.#opened = { file, fd: openFile(at.path, "r") };
    }
    return this.#opened.fd;
  }

  async #fill(file: number, fd: number, buffer: Uint8Array, offset: number): Promise<Uint8Array> {
    for (let done = 0; done < buffer.length; ) {
      const got = await readAt(fd, buffer, done, offset + done);
      if (got === 0) throw endedEarly(offset + done, this.paths?.[file]);
      done += got;
    }
    return buffer;
  }
}

function readAt(fd: number, buffer: Uint8Array, start: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, buffer, start, buffer.length - start, position, (error, got) =>
      error ? reject(error) : resolve(got),
    );
  });
}
