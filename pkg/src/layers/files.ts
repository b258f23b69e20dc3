import type { LayerBytes } from "../layer-types.js";
import type { Awaitable } from "../store-types.js";

/** A file that is being written. */
export interface NewFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Ends it and gives it its name, in one step. When it is done the file is durable. */
  publish(name: string): Promise<void>;
  /** Gives it up. */
  discard(): Promise<void>;
}

/** A folder of files, in which every name has either a whole file or none. Names are of `a-z`, `0-9`, `-` and `.`. */
export interface Files {
  begin(): Promise<NewFile>;
  /** The file of a name; `undefined` when there is none. */
  open(name: string): Promise<Blob | LayerBytes | undefined>;
  /** Removes a file; it is no error when there is none. */
  remove(name: string): Promise<void>;
  /** The names of all files, without those that are being written. */
  names(): Promise<string[]>;
  /** Removes the files that were being written by whoever is gone, and says which. */
  sweep(): Promise<string[]>;
  lock?(): Awaitable<() => unknown>;
}

/** A file's bytes from its beginning to its end. */
export async function contentsOf(file: Blob | LayerBytes): Promise<Uint8Array> {
  if (file instanceof Blob) return new Uint8Array(await file.arrayBuffer());
  try {
    return await file.read(0, file.size);
  } finally {
    await file.close();
  }
}
