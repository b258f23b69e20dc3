import { LayerglassError, toError } from "../error.js";
import { guardBackend, guardClock } from "../store/guard.js";
import type { Backend } from "../store-types.js";
import type { PlatformData } from "../types.js";
import type { LayerHandle, OperationsHandle } from "./bindings.js";
import { guardSource } from "./source.js";
import type { LayerInput } from "./types.js";

/** Bytes that the system gives at once. */
const MAX_RANDOM = 65_536;

function closed(what: string): LayerglassError {
  return new LayerglassError({ kind: "aborted", code: "closed", message: `the ${what} has been closed` });
}

/** Random bytes of the system. */
function random(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(Math.min(length, MAX_RANDOM)));
}

/** What a module is given of the world. */
export function world(backend: Backend, platform: PlatformData | undefined, now: (() => number) | undefined) {
  const host = JSON.stringify(platform ?? { os: "linux", architecture: "amd64" });
  return { backend: guardBackend(backend), host, clock: guardClock(now), random };
}

/** A handle with its operations, and what ends all work with it. */
export class OperationsSession {
  #handle: OperationsHandle | undefined;
  readonly #what: string;
  /** Ends the calls that are under way. */
  readonly #running = new Set<(error: LayerglassError) => void>();

  constructor(handle: OperationsHandle, what: string) {
    this.#handle = handle;
    this.#what = what;
  }

  /** Starts an operation and waits for it, or for the end of the session. */
  async run<T>(operation: string, values: readonly unknown[], input?: LayerInput): Promise<T> {
    const given = input === undefined ? undefined : guardSource(input);
    let end = (_: LayerglassError) => {};
    const ended = new Promise<never>((_, reject) => {
      end = reject;
    });
    try {
      if (!this.#handle) throw closed(this.#what);
      const working = this.#handle.call(operation, values, given?.source) as Promise<T>;
      this.#running.add(end);
      return await Promise.race([working, ended]);
    } catch (thrown) {
      throw toError(thrown);
    } finally {
      this.#running.delete(end);
      given?.end();
    }
  }

  /** The pieces of a layer, as they are read. */
  async *read(operation: string, values: readonly unknown[]): AsyncGenerator<Uint8Array, void, void> {
    const layer = await this.run<LayerHandle>(operation, values);
    try {
      for (;;) {
        const bytes = await layer.next();
        if (bytes === undefined) return;
        yield bytes;
      }
    } catch (thrown) {
      throw toError(thrown);
    } finally {
      layer.free();
    }
  }

  /** Ends the session. Nothing more is asked of the backend; what is under way there is not waited for. */
  close(): void {
    const handle = this.#handle;
    if (!handle) return;
    this.#handle = undefined;
    handle.close();
    handle.free();
    for (const end of this.#running) end(closed(this.#what));
  }
}
