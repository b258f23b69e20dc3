import { asBytes } from "../bytes.js";
import type { WasmInput } from "../engine.js";
import { LayerglassError, toError } from "../error.js";
import { toJsonText } from "../json.js";
import { recordsWasm } from "../records-module.js";
import type { ImageRecord, RecordChange, ResolveOptions } from "../store-types.js";
import { asText } from "../text.js";
import type { ErrorData, Limits } from "../types.js";
import type { RecordsHandle } from "./bindings.js";

const read = (line: string) => JSON.parse(line) as ImageRecord;

/**
 * Records of images that are single files, as singularity keeps them: a JSON object a line. A name has one owner. What
 * cannot be read stays in the file. It holds wasm memory until `free()` or the end of a `using` block.
 *
 * @example
 * using records = await ImageRecords.read(await readFile("registry.json"));
 * records.borrow(records.find("busybox:1").id, "container");
 * await writeFile("registry.json", records.toBytes());
 */
export class ImageRecords implements Iterable<ImageRecord> {
  /** What is wrong with single lines, with the offset in the file. */
  readonly problems: readonly ErrorData[];
  #handle: RecordsHandle | undefined;

  private constructor(handle: RecordsHandle, problems: readonly ErrorData[]) {
    this.#handle = handle;
    this.problems = problems;
  }

  /**
   * Reads a file of records, or begins an empty one. `module` is where the module of records is; by default the file that
   * comes with the package (`layerglass/records.wasm`).
   *
   * @example
   * const { problems } = await ImageRecords.read(bytes);
   */
  static async read(
    bytes: Uint8Array = new Uint8Array(),
    limits?: Limits,
    module?: WasmInput,
  ): Promise<ImageRecords> {
    try {
      const wasm = await recordsWasm.start(module);
      return new ImageRecords(...wasm.readRecords(asBytes(bytes), limits));
    } catch (thrown) {
      throw toError(thrown);
    }
  }

  /** All records, by id. */
  [Symbol.iterator](): Iterator<ImageRecord> {
    return this.#ask((handle) => handle.lines(undefined, false))
      .map(read)
      [Symbol.iterator]();
  }

  /** The record that a text stands for: a name, an id, or the first digits of one. */
  find(text: string, options: Pick<ResolveOptions, "order"> = {}): ImageRecord {
    const { order = "names-first" } = options;
    return read(this.#ask((handle) => handle.find(asText("text", text), asText("order", order))));
  }

  /** The records whose id, tag or digest starts like `prefix`, or fits the pattern `glob`. */
  matching(filter: { readonly prefix: string } | { readonly glob: string }): ImageRecord[] {
    const isGlob = "glob" in filter;
    const text = asText("filter", isGlob ? filter.glob : filter.prefix);
    return this.#ask((handle) => handle.lines(text, isGlob)).map(read);
  }

  /** Adds an image, whose names are taken from whichever images have them; of a known image names and users are added. */
  add(record: ImageRecord): RecordChange {
    const line = toJsonText("record", record);
    return this.#ask((handle) => handle.add(line));
  }

  /** Removes an image by its exact id; `in_use` while it has users. */
  remove(id: string): ImageRecord {
    return read(this.#ask((handle) => handle.remove(asText("id", id))));
  }

  /** Notes that somebody uses an image; false when that was known. */
  borrow(id: string, user: string): boolean {
    return this.#ask((handle) => handle.setUser(asText("id", id), asText("user", user), true));
  }

  /** Notes that somebody no longer uses an image; false when nobody knew of that. */
  giveBack(id: string, user: string): boolean {
    return this.#ask((handle) => handle.setUser(asText("id", id), asText("user", user), false));
  }

  /** The file: a line for each record, sorted by id, then the lines that could not be read. */
  toBytes(): Uint8Array {
    return this.#ask((handle) => handle.toBytes());
  }

  /** Gives the memory back. */
  free(): void {
    this.#handle?.free();
    this.#handle = undefined;
  }

  /** The same as `free`: for `using`. */
  [Symbol.dispose](): void {
    this.free();
  }

  #ask<T>(work: (handle: RecordsHandle) => T): T {
    if (!this.#handle)
      throw new LayerglassError({ kind: "aborted", code: "closed", message: "the records have been freed" });
    try {
      return work(this.#handle);
    } catch (thrown) {
      throw toError(thrown);
    }
  }
}
